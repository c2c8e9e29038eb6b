"""People: where they go after they dropped off. A case that stops is often not a customer who gives up: they come back
by telephone, or begin anew."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from loper.define.model import Journey
from loper.observe.answer import Answer
from loper.observe.contact.incoming import said
from loper.observe.filter import Filter
from loper.observe.laid.layout import NONE, Ints
from loper.observe.result import Result, quantile, wilson
from loper.observe.stuck.ends import ends_of, places_of
from loper.observe.words import Say

if TYPE_CHECKING:
    from loper.observe.log import Log

DAY = 86_400_000_000
NUMBERS = NDArray[np.int64]


@dataclass(frozen=True, kw_only=True)
class Went:
    """The next thing that customers did, in another case: what, by which channel (None: not known), of how many
    dropped cases, and in how many of these by another channel than the one at which they dropped off."""

    activity: str
    channel: str | None
    cases: int
    other_channel: int
    share: Result  # of all that were followed
    wait: Result  # seconds until then, the median
    cases_of: Filter  # the cases dropped at that activity; which exactly is in `numbers`
    numbers: NUMBERS = field(compare=False, repr=False)  # of the dropped cases, in the whole log
    others: NUMBERS = field(compare=False, repr=False)  # of the cases in which they came back


@dataclass(frozen=True, kw_only=True)
class Before:
    """What came last before the contact at which they dropped off; None: it was the first of its case."""

    activity: str | None
    channel: str | None
    cases: int


@dataclass(frozen=True, kw_only=True)
class After(Answer):
    """`dropped` cases have the activity as their last contact, and it is no end. Of `followed` ones the customer is
    known and the log goes on for `days`; `came_back` is the share of these whose customer did something in another case
    within `days`. The rest did not, as far as this log sees."""

    activity: str
    days: float
    dropped: int
    no_customer: int
    too_late: int
    came_back: Result
    usual: Result  # the same share after the last contact of all other selected cases
    other_channel: Result  # of those who came back: by another channel, where both are known
    went: tuple[Went, ...]
    before: tuple[Before, ...]
    by: str  # how contacts of customers were told from others

    def rows(self) -> Sequence[dict[str, Any]]:
        return [
            {
                "activity": one.activity,
                "channel": one.channel,
                "cases": one.cases,
                "share": one.share.estimate,
                "median_s": one.wait.estimate,
            }
            for one in self.went
        ]

    def summary(self, language: str = "en") -> str:
        say = Say(language)
        if not self.dropped:
            return say("Nobody dropped off at “{a}”.", "Bij “{a}” haakte niemand af.", a=self.activity)
        if not self.came_back.n:
            return say(
                "{dropped} cases dropped off at “{a}”; of none the customer is known and was followed for {days} days.",
                "{dropped} zaken haakten af bij “{a}”; van geen ervan is de klant bekend en {days} dagen gevolgd.",
                dropped=self.dropped,
                a=self.activity,
                days=f"{self.days:g}",
            )
        text = [
            say(
                "Of {n} cases that dropped off at “{a}” {back} ({low} to {high}) had a customer who did something in"
                " another case within {days} days (after the last contact of other cases: {usual}); of the rest this"
                " log sees nothing more.",
                "Van {n} zaken die afhaakten bij “{a}” kwam in {back} ({low} tot {high}) de klant binnen {days} dagen"
                " terug met een andere zaak (na het laatste contact van andere zaken: {usual}); van de rest ziet dit"
                " logboek niets meer.",
                usual=say.share(self.usual.estimate),
                n=self.came_back.n,
                a=self.activity,
                back=say.share(self.came_back.estimate),
                low=say.share(self.came_back.low),
                high=say.share(self.came_back.high),
                days=f"{self.days:g}",
            )
        ]
        for first in self.went[:1]:
            by = say(" by “{c}”", " via “{c}”", c=first.channel) if first.channel else ""
            text.append(
                say(
                    "Most often that was “{a}”{by}: {cases}, half of them within {wait}.",
                    "Meestal was dat “{a}”{by}: {cases}, de helft binnen {wait}.",
                    a=first.activity,
                    by=by,
                    cases=first.cases,
                    wait=say.lasting(first.wait.estimate),
                )
            )
        return " ".join((*text, said(self.by, say))).strip()


def after_of(
    log: Log,
    activity: str,
    *,
    days: float = 30,
    ends: Collection[str] | None = None,
    journey: Journey | None = None,
    most: int = 20,
) -> After:
    """Where the customers of the selected cases that stopped at `activity` went next: the first thing that they did
    themselves in another case of the whole log within `days`. Which contacts are theirs: see `incoming`.

    BadLog for an activity that the log does not have.
    """
    layout, follow = log.layout, log.follow
    code = places_of(layout.activities, [activity])[0]
    last = layout.offsets[log.rows + 1] - 1
    over = ends_of(log, ends, journey)
    customer = layout.words("customer")
    known = customer.codes[last] != NONE if customer is not None else np.zeros(len(last), np.bool_)
    counts = known & (layout.time[last] <= follow.known(round(days * DAY)))
    following = follow.after(follow.incoming, "customer")[last] if len(last) else last
    back = counts & (following >= 0) & (layout.time[following] - layout.time[last] <= days * DAY)
    here = (layout.activity[last] == code) & ~over.ended
    numbers, place, following = log.rows[here & back], last[here & back], following[here & back]
    there, was = _channels(log, following), _channels(log, place)
    comparable = (there != NONE) & (was != NONE)
    followed = int((here & counts).sum())
    return After(
        activity=activity,
        days=days,
        dropped=int(here.sum()),
        no_customer=int((here & ~known).sum()),
        too_late=int((here & known & ~counts).sum()),
        came_back=wilson(len(numbers), followed),
        usual=wilson(int((~here & back).sum()), int((~here & counts).sum())),
        other_channel=wilson(int((comparable & (there != was)).sum()), int(comparable.sum())),
        went=_went(log, activity, over.without, numbers, place, following, there, was, followed, most),
        before=_before(log, log.rows[here], last[here], most),
        by=follow.incoming.by,
    )


def _went(
    log: Log,
    activity: str,
    without: tuple[str, ...],
    numbers: NUMBERS,
    place: Ints,
    following: Ints,
    there: Ints,
    was: Ints,
    followed: int,
    most: int,
) -> tuple[Went, ...]:
    layout, channel = log.layout, log.layout.words("channel")
    found = []
    key = layout.activity[following].astype(np.int64) * (2**32) + there
    _, first, of, counts = np.unique(key, return_index=True, return_inverse=True, return_counts=True)
    wait = (layout.time[following] - layout.time[place]) / 1e6
    which_case = np.searchsorted(layout.offsets, following, side="right") - 1
    for k in np.argsort(-counts, kind="stable")[:most]:
        here, example = of == k, first[k]
        found.append(
            Went(
                activity=layout.activities[int(layout.activity[following[example]])],
                channel=channel.values[int(there[example])] if channel is not None and there[example] != NONE else None,
                cases=int(counts[k]),
                other_channel=int((here & (there != was) & (there != NONE) & (was != NONE)).sum()),
                share=wilson(int(counts[k]), followed),
                wait=quantile(wait[here]),
                cases_of=Filter(ends=(activity,), without=without),
                numbers=numbers[here],
                others=np.unique(which_case[here]),
            )
        )
    return tuple(found)


def _before(log: Log, rows: NUMBERS, last: Ints, most: int) -> tuple[Before, ...]:
    layout, channel = log.layout, log.layout.words("channel")
    earlier = last - 1
    none = earlier < layout.offsets[rows]
    codes = np.where(none, -1, layout.activity[earlier])
    by = np.where(none, -1, _channels(log, earlier))
    counted = Counter(zip(codes.tolist(), by.tolist(), strict=True)).most_common(most)
    return tuple(
        Before(
            activity=layout.activities[a] if a >= 0 else None,
            channel=channel.values[c] if channel is not None and c >= 0 else None,
            cases=n,
        )
        for (a, c), n in counted
    )


def _channels(log: Log, places: Ints) -> Ints:
    column = log.layout.words("channel")
    return np.full(len(places), NONE) if column is None else column.codes[places]
