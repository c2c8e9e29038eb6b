"""Waiting by step, as distributions: how long customers wait before and after each contact, and on each way.

The waits are counted on a logarithmic grid; quantiles are exact all the same, as the few bins in which they lie are
looked into. What is still being waited for when the log ends is not in it: see `stuck`.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from math import ceil, floor, sqrt
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
from numpy.typing import NDArray

from loper.observe.answer import Answer
from loper.observe.filter import Filter
from loper.observe.laid.layout import Floats, Ints
from loper.observe.result import Result, z
from loper.observe.stuck.ends import CROWD
from loper.observe.way import kernels_waits
from loper.observe.words import Say

if TYPE_CHECKING:
    from loper.observe.log import Log

BAR = 16
"""So many bins of the grid are one bar of a histogram: four bars to a doubling of the time."""


@dataclass(frozen=True, kw_only=True)
class Bar:
    """How many waits lasted from `from_s` up to `to_s`."""

    from_s: float
    to_s: float
    count: int


@dataclass(frozen=True, kw_only=True)
class Wait(Answer):
    """The waits `before` a contact (since the one before it), `after` it (until the next), or `between` two.

    `share` is the part of all waiting of all cases: the interval is that of a ratio over cases (Cochran 1977, 6.4).
    `median` and `p90` are in seconds, with the interval of order statistics (Conover 1999, 3.2).
    """

    side: Literal["before", "after", "between"]
    source: str | None  # the contact before; None: any
    target: str | None  # the contact after; None: any
    count: int
    total_s: float
    share: Result
    median: Result
    p90: Result
    bars: tuple[Bar, ...]
    cases_of: Filter

    def rows(self) -> Sequence[dict[str, Any]]:
        return [
            {
                "side": self.side,
                "from": self.source,
                "to": self.target,
                "count": self.count,
                "total_s": self.total_s,
                "share": self.share.estimate,
                "median_s": self.median.estimate,
                "p90_s": self.p90.estimate,
            }
        ]

    def summary(self, language: str = "en") -> str:
        say = Say(language)
        source, target = f"“{self.source}”", f"“{self.target}”"
        where = {
            "before": say("before {b}", "vóór {b}", b=target),
            "after": say("after {a}", "na {a}", a=source),
            "between": say("between {a} and {b}", "tussen {a} en {b}", a=source, b=target),
        }[self.side]
        return say(
            "{share} of all waiting ({low} to {high}) is {where}: {count} times, half of them at most {half}, nine in"
            " ten at most {ninety}.",
            "{share} van al het wachten ({low} tot {high}) is {where}: {count} keer, de helft hooguit {half}, negen van"
            " de tien hooguit {ninety}.",
            share=say.share(self.share.estimate),
            low=say.share(self.share.low),
            high=say.share(self.share.high),
            where=where,
            count=self.count,
            half=say.lasting(self.median.estimate),
            ninety=say.lasting(self.p90.estimate),
        )


@dataclass(frozen=True, kw_only=True)
class Waits(Answer):
    """Each in order of the time that is waited there in all. `rest_s`: what is waited on ways not in `between`."""

    cases: int
    total_s: float
    before: tuple[Wait, ...]
    after: tuple[Wait, ...]
    between: tuple[Wait, ...]
    rest_s: float

    def rows(self) -> Sequence[dict[str, Any]]:
        return [row for one in (*self.before, *self.after, *self.between) for row in one.rows()]

    def summary(self, language: str = "en") -> str:
        if not self.before or not self.total_s:
            return Say(language)("Nobody waited.", "Niemand wachtte.")
        return " ".join(one.summary(language) for one in (*self.before[:2], *self.between[:1]))


def waits_of(log: Log, *, most: int = 20) -> Waits:
    """Waiting before and after each activity, and on the `most` ways that take the most waiting."""
    layout, steps, names = log.layout, log.steps, log.layout.activities
    before = _Group(log, layout.activity, 0, len(names), CROWD)
    after = _Group(log, layout.activity, 1, len(names), CROWD)
    between = _Group(log, steps.of, 0, len(steps), most)
    return Waits(
        cases=len(log),
        total_s=between.total,
        before=before.waits("before", lambda a: (None, names[a])),
        after=after.waits("after", lambda a: (names[a], None)),
        between=between.waits("between", lambda k: (names[int(steps.sources[k])], names[int(steps.targets[k])])),
        rest_s=max(0.0, between.total - float(between.sums[0].sum())),
    )


class _Group:
    """The waits of the `most` groups with the most waiting, as the kernels take them."""

    def __init__(self, log: Log, codes: Ints, back: int, size: int, most: int) -> None:
        offsets, time, self.cases = log.layout.offsets, log.layout.time, len(log)
        sums, whole = kernels_waits.waited(offsets, codes, np.arange(size), back, time, log.rows, size)
        self.total, self.squares = (float(one) for one in whole)
        self.top = np.argsort(-sums[0], kind="stable")[:most]
        self.sums = sums[:, self.top]
        number = np.full(size, -1)
        number[self.top] = np.arange(len(self.top))
        self.given = (offsets, codes, number, back, time, log.rows)
        self.bins = kernels_waits.binned(*self.given, len(self.top))

    def waits(
        self, side: Literal["before", "after", "between"], ends: Callable[[int], tuple[str | None, str | None]]
    ) -> tuple[Wait, ...]:
        """In order of the time waited; groups in which nobody waited at all are left out."""
        counts = self.bins.sum(axis=1)
        medians, nineties = self._quantiles(counts)
        found = []
        for g in np.flatnonzero(counts):
            source, target = ends(int(self.top[g]))
            there = Filter(pair=((source, target),)) if source and target else Filter(with_=(source or target or "",))
            found.append(
                Wait(
                    side=side,
                    source=source,
                    target=target,
                    count=int(counts[g]),
                    total_s=float(self.sums[0, g]),
                    share=self._share(int(g)),
                    median=medians[g],
                    p90=nineties[g],
                    bars=bars(self.bins[g]),
                    cases_of=there,
                )
            )
        return tuple(found)

    def _share(self, g: int, level: float = 0.95) -> Result:
        """The part of all seconds waited, with the spread of a ratio of sums over cases."""
        n, whole, (x, xx, xw) = self.cases, self.total, self.sums[:, g]
        if not whole:
            return Result(estimate=float("nan"), low=0, high=1, n=n, method="ratio over cases", level=level)
        p = x / whole
        spread = max(0.0, xx - 2 * p * xw + p * p * self.squares) * n / max(1, n - 1)
        half = z(level) * sqrt(spread) / whole
        few = ("few cases: the interval is rough",) if n < 30 else ()
        return Result(
            estimate=float(p),
            low=float(max(0.0, p - half)),
            high=float(min(1.0, p + half)),
            n=n,
            method="ratio over cases",
            level=level,
            warnings=few,
        )

    def _quantiles(self, counts: NDArray[np.int64]) -> tuple[list[Result], list[Result]]:
        """Median and 90th percentile of each group, exact: only the bins that hold a rank asked for are read."""
        ranks = np.array([[*_ranks(int(n), 0.5), *_ranks(int(n), 0.9)] for n in counts], np.int64).reshape(-1, 8)
        running = np.cumsum(self.bins, axis=1)
        bins = np.array([np.searchsorted(row, rank, side="right") for row, rank in zip(running, ranks, strict=True)])
        cell = np.full(self.bins.shape, -1)
        for g in np.flatnonzero(counts):
            cell[g, bins[g]] = 0
        wanted = np.flatnonzero(cell.ravel() == 0)
        cell.ravel()[wanted] = np.arange(len(wanted))
        starts = np.concatenate([[0], np.cumsum(self.bins.ravel()[wanted], dtype=np.int64)])
        waits = kernels_waits.gathered(*self.given, cell, starts)
        for low, high in pairwise(starts):
            waits[low:high].sort()
        medians, nineties = [], []
        for at, n in enumerate(counts):
            if not n:
                values = np.full(8, np.nan)
            else:
                first = [starts[cell[at, b]] - (running[at, b - 1] if b else 0) for b in bins[at]]
                values = waits[np.array(first) + ranks[at]] / 1e6
            medians.append(_quantile(int(n), 0.5, values[:4]))
            nineties.append(_quantile(int(n), 0.9, values[4:]))
        return medians, nineties


def _ranks(n: int, q: float, level: float = 0.95) -> tuple[int, int, int, int]:
    """Places, from 0, of the two neighbours of a quantile and of the ends of its interval, as in `result.quantile`."""
    half = z(level) * sqrt(n * q * (1 - q))
    place = q * max(0, n - 1)
    low, high = floor(n * q - half) - 1, ceil(n * q + half)
    return floor(place), ceil(place), max(0, low), max(0, min(n - 1, high))


def _quantile(n: int, q: float, values: Floats) -> Result:
    """Between neighbours linearly (Hyndman & Fan 1996, type 7)."""
    below, above, low, high = (float(one) for one in values)
    part = q * max(0, n - 1) % 1
    return Result(estimate=below + (above - below) * part, low=low, high=high, n=n, method="order statistics")


def bars(bins: Ints) -> tuple[Bar, ...]:
    """A histogram, four bars to a doubling, from the first that has anything to the last; the first may be all that is
    shorter than a second."""
    edges = kernels_waits.edges()
    starts = np.concatenate([[0], np.arange(1, len(bins), BAR)])
    counts = np.add.reduceat(bins, starts)
    there = np.flatnonzero(counts)
    ends = np.append(starts[1:], len(bins))
    return tuple(
        Bar(from_s=float(edges[starts[k]]), to_s=float(edges[ends[k]]), count=int(counts[k]))
        for k in (range(there[0], there[-1] + 1) if len(there) else ())
    )
