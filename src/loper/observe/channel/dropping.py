"""Channels that drop people: after which of them cases stop for ever more often than after the others."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from math import floor
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
from numpy.typing import NDArray

from loper.define.model import Journey
from loper.log.table import BadLog
from loper.observe.answer import Answer
from loper.observe.channel.channels import of_channels, told
from loper.observe.contact.follow import DAY
from loper.observe.laid import kernels
from loper.observe.result import Result, share_difference, wilson
from loper.observe.stuck.ends import ends_of
from loper.observe.words import Say

if TYPE_CHECKING:
    from loper.observe.log import Log

Place = Literal["last", "first"]
QUIET = 30.0
"""Days without a contact after which a case has stopped; of a log shorter than four times that a quarter of it."""


@dataclass(frozen=True, kw_only=True)
class Dropped:
    """The cases of which the last (or first) contact came by one channel, against those of all others. `more` holds for
    all channels of this place at once (Bonferroni)."""

    place: Place
    channel: str
    cases: int
    stopped: int
    share: Result
    others: Result
    more: Result
    rows: NDArray[np.int64] = field(compare=False, repr=False)  # the numbers of the cases that stopped

    @property
    def stands_out(self) -> bool:
        return self.more.low > 0


@dataclass(frozen=True, kw_only=True)
class Dropping(Answer):
    """Of cases of which nothing was heard for `days`: those that stopped before an end. The rest is still under way, or
    came to an end so lately that cases that began with it may not have."""

    days: float
    cases: int
    stopped: int
    under_way: int  # heard of within the last days: not counted
    share: Result
    channels: tuple[Dropped, ...]  # those that stand out first, then by share
    ends: tuple[str, ...]
    ends_by: Literal["caller", "journey", "guess"]
    customers: bool

    def rows(self) -> Sequence[dict[str, Any]]:
        return [
            {
                "place": one.place,
                "channel": one.channel,
                "cases": one.cases,
                "stopped": one.stopped,
                "share": one.share.estimate,
                "others": one.others.estimate,
                "more": one.more.estimate,
                "low": one.more.low,
                "high": one.more.high,
                "stands_out": one.stands_out,
            }
            for one in self.channels
        ]

    def cases_of(self, log: Log, channel: str, place: Place = "last") -> Log:
        """The cases that stopped after a last (or first) contact by this channel."""
        keep = np.zeros(log.layout.count, np.bool_)
        for one in self.channels:
            if (one.channel, one.place) == (channel, place):
                keep[one.rows] = True
        return log.only(keep)

    def summary(self, language: str = "en") -> str:
        say = Say(language)
        if not self.cases:
            return say(
                "The log is too short to tell which cases stopped.",
                "Het logboek is te kort om te zeggen welke zaken zijn gestopt.",
            )
        text = [
            say(
                "Of {cases} cases {part} ({low} to {high}) stopped before an end: nothing for {days} days.",
                "Van {cases} zaken stopte {part} ({low} tot {high}) voor het einde: {days} dagen niets.",
                cases=self.cases,
                part=say.share(self.share.estimate),
                low=say.share(self.share.low),
                high=say.share(self.share.high),
                days=f"{self.days:g}",
            )
        ]
        bad = next((one for one in self.channels if one.stands_out), None)
        if bad:
            last = bad.place == "last"
            text.append(
                say(
                    "After a last contact by “{channel}” it was {part}, against {others} after other channels."
                    if last
                    else "Of those that began by “{channel}” it was {part}, against {others} of the others.",
                    "Na een laatste contact via “{channel}” was dat {part}, tegen {others} na andere kanalen."
                    if last
                    else "Van wie begon via “{channel}” was dat {part}, tegen {others} van de anderen.",
                    channel=bad.channel,
                    part=say.share(bad.share.estimate),
                    others=say.share(bad.others.estimate),
                )
            )
        if self.ends_by == "guess":
            ends = say.listed([f"“{one}”" for one in self.ends])
            text.append(
                say("Taken for an end, as a guess: {ends}.", "Als eind is aangenomen, een gok: {ends}.", ends=ends)
                if self.ends
                else say("The log shows no end; name it.", "Uit het logboek blijkt geen einde; noem het.")
            )
        return " ".join(text)


def dropping_of(
    log: Log,
    *,
    days: float | None = None,
    ends: Collection[str] | None = None,
    journey: Journey | None = None,
    customers: bool | None = None,
) -> Dropping:
    """`days`: so long without a contact, and a case has stopped. `ends`, `journey`: where cases are meant to end, as in
    `stuck`. `customers`: as in `switches`. Newcombe 1998, method 10, at a level of 1 - 5 % / number of channels."""
    if days is not None and days <= 0:
        raise BadLog([f"days: {days:g} is no length of time; write how many days, such as 30"])
    layout, rows = log.layout, log.rows
    span = (int(layout.last.max()) - int(layout.first.min())) / DAY if layout.count else 0.0
    quiet = days if days is not None else min(QUIET, floor(span / 4) or span / 4)
    found = ends_of(log, ends, journey)
    until = int(layout.last.max()) - round(quiet * DAY) if layout.count else 0
    settled = layout.last[rows] <= until
    stopped = settled & ~found.ended
    column = of_channels(log, customers)
    channels: list[Dropped] = []
    if column is not None:
        both = kernels.ends_of(layout.offsets, column.codes, rows)
        for place, codes in (("last", both[:, 1]), ("first", both[:, 0])):
            channels += _by_channel(place, codes, settled, stopped, column.values, rows)  # type: ignore[arg-type]
    n, k = int(settled.sum()), int(stopped.sum())
    return Dropping(
        days=quiet,
        cases=n,
        stopped=k,
        under_way=len(rows) - n,
        share=wilson(k, n),
        channels=tuple(sorted(channels, key=lambda one: (not one.stands_out, one.place == "first", -one.more.low))),
        ends=found.activities,
        ends_by=found.by,
        customers=told(log) if customers is None else customers,
    )


def _by_channel(
    place: Place,
    codes: NDArray[np.int64],
    settled: NDArray[np.bool_],
    stopped: NDArray[np.bool_],
    names: Sequence[str],
    rows: NDArray[np.int64],
) -> list[Dropped]:
    known = codes >= 0
    cases = np.bincount(codes[settled & known], minlength=len(names))
    gone = np.bincount(codes[stopped & known], minlength=len(names))
    all_cases, all_gone = int(cases.sum()), int(gone.sum())
    there = np.flatnonzero(cases).tolist()
    level = 1 - 0.05 / max(1, len(there))
    found = []
    for code in there:
        one = (int(gone[code]), int(cases[code]))
        others = (all_gone - one[0], all_cases - one[1])
        found.append(
            Dropped(
                place=place,
                channel=names[code],
                cases=one[1],
                stopped=one[0],
                share=wilson(*one),
                others=wilson(*others),
                more=share_difference(one, others, level),
                rows=rows[stopped & (codes == code)],
            )
        )
    return found
