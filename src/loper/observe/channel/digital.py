"""Journeys that begin digitally and end elsewhere: how many, from which channel, to which, and where they leave it."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from loper.log.table import BadLog
from loper.observe.answer import Answer
from loper.observe.channel import kernels_channels
from loper.observe.channel.channel_names import DIGITAL, which
from loper.observe.channel.channels import of_channels, told
from loper.observe.result import Result, wilson
from loper.observe.words import Say

if TYPE_CHECKING:
    from loper.observe.log import Log

Cases = NDArray[np.int64]


@dataclass(frozen=True, kw_only=True)
class Begun:
    """The cases that begin by one digital channel: how many of them end by one that is not."""

    channel: str
    cases: int
    elsewhere: int
    share: Result


@dataclass(frozen=True, kw_only=True)
class Leaving:
    """The first step out of the digital channels: to which channel, and after which activity."""

    target: str
    after: str
    cases: int
    rows: Cases = field(compare=False, repr=False)  # the numbers of these cases in the whole log


@dataclass(frozen=True, kw_only=True)
class Digital(Answer):
    """`digital` and `others` are the channels of the log on either side: a list of names decides, say another where it
    is wrong."""

    population: int  # cases with a contact by any channel
    begun: int  # digitally
    stayed: int  # all along
    elsewhere: int  # begun digitally, and the last contact by another channel
    returned: int  # left the digital channels and ended there again
    share: Result  # elsewhere, of begun
    channels: tuple[Begun, ...]
    leavings: tuple[Leaving, ...]
    digital: tuple[str, ...]
    others: tuple[str, ...]
    customers: bool  # only contacts that the customer made
    ended_elsewhere: Cases = field(compare=False, repr=False)

    def rows(self) -> Sequence[dict[str, Any]]:
        return [{"to": one.target, "after": one.after, "cases": one.cases} for one in self.leavings]

    def cases_of(self, log: Log, target: str = "", after: str = "") -> Log:
        """The cases that ended elsewhere; or those that left digital channels for this one, after this activity."""
        keep = np.zeros(log.layout.count, np.bool_)
        if not target and not after:
            keep[self.ended_elsewhere] = True
        else:
            for one in self.leavings:
                if one.target in (target or one.target,) and one.after in (after or one.after,):
                    keep[one.rows] = True
        return log.only(keep)

    def summary(self, language: str = "en") -> str:
        say = Say(language)
        if not self.begun:
            return say("No case began digitally.", "Geen enkele zaak begon digitaal.")
        text = [
            say(
                "Of {begun} cases that began digitally {part} ({low} to {high}) ended by another channel.",
                "Van {begun} zaken die digitaal begonnen, eindigde {part} ({low} tot {high}) via een ander kanaal.",
                begun=self.begun,
                part=say.share(self.share.estimate),
                low=say.share(self.share.low),
                high=say.share(self.share.high),
            )
        ]
        if self.leavings:
            first = self.leavings[0]
            text.append(
                say(
                    "Most often they left for “{target}” after “{after}” ({cases} cases).",
                    "Het vaakst stapten ze over naar “{target}” na “{after}” ({cases} zaken).",
                    target=first.target,
                    after=first.after,
                    cases=first.cases,
                )
            )
        text.append(
            say(
                "Digital here: {names}.",
                "Digitaal is hier: {names}.",
                names=say.listed([f"“{x}”" for x in self.digital]),
            )
        )
        return " ".join(text)


def digital_of(log: Log, *, digital: Collection[str] | None = None, customers: bool | None = None) -> Digital:
    """`digital`: the channels that are, where the list of names is wrong. `customers`: as in `switches`. BadLog for a
    channel that the log does not have."""
    column, layout = of_channels(log, customers), log.layout
    customers = told(log) if customers is None else customers
    none = np.zeros(0, np.int64)
    if column is None:
        return Digital(
            population=0, begun=0, stayed=0, elsewhere=0, returned=0, share=wilson(0, 0), channels=(), leavings=(),
            digital=(), others=(), customers=customers, ended_elsewhere=none,
        )  # fmt: skip
    missing = sorted(set(digital or ()) - set(column.values))
    if missing:
        there = ", ".join(column.values)
        raise BadLog([f"digital: no channel “{one}” in this log; there are: {there}" for one in missing])
    is_digital = (
        which(column.values, DIGITAL)
        if digital is None
        else np.array([*(one in digital for one in column.values), False], np.bool_)
    )
    ways = kernels_channels.left_digital(layout.offsets, column.codes, is_digital, layout.activity, log.rows)
    first, last, to, after = ways.T
    begun = (first >= 0) & is_digital[first]
    elsewhere = begun & ~is_digital[last]
    left = begun & (to >= 0)
    counts = np.bincount(first[begun], minlength=len(column.values))
    gone = np.bincount(first[elsewhere], minlength=len(column.values))
    channels = [
        Begun(channel=name, cases=int(n), elsewhere=int(k), share=wilson(int(k), int(n)))
        for name, n, k in zip(column.values, counts, gone, strict=True)
        if n
    ]
    pairs, inverse = np.unique(to[left] * len(layout.activities) + after[left], return_inverse=True)
    order = np.argsort(inverse, kind="stable")
    bounds = np.searchsorted(inverse[order], np.arange(len(pairs) + 1))
    rows = log.rows[left][order]
    leavings = [
        Leaving(
            target=column.values[int(pair) // len(layout.activities)],
            after=layout.activities[int(pair) % len(layout.activities)],
            cases=int(high - low),
            rows=rows[low:high],
        )
        for pair, low, high in zip(pairs, bounds, bounds[1:], strict=False)
    ]
    total = int(begun.sum())
    return Digital(
        population=int((first >= 0).sum()),
        begun=total,
        stayed=total - int(left.sum()),
        elsewhere=int(elsewhere.sum()),
        returned=int((left & ~elsewhere).sum()),
        share=wilson(int(elsewhere.sum()), total),
        channels=tuple(sorted(channels, key=lambda one: -one.cases)),
        leavings=tuple(sorted(leavings, key=lambda one: -one.cases)),
        digital=tuple(name for name, is_one in zip(column.values, is_digital, strict=False) if is_one),
        others=tuple(name for name, is_one in zip(column.values, is_digital, strict=False) if not is_one),
        customers=customers,
        ended_elsewhere=log.rows[elsewhere],
    )
