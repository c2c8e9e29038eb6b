"""Forecasts held against what came, so that what is said is kept as often as it claims.

Split-conformal, by horizon and for each side by itself: how far beyond the median did arrivals come, in widths of the
forecast's own (conformalised quantile regression: Romano, Patterson & Candès 2019, NeurIPS 32; scaled by width: Sesia &
Candès 2020, Stat 9). The rank carries the correction for a finite sample, so coverage is at least the aim wherever
tomorrow is like the days before. Where it is not, the recent ones count, and the aim moves with the misses of each day
(adaptive conformal inference: Gibbs & Candès 2021, NeurIPS 34).
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from loper.plan.arrival import HORIZONS, Arrival, Horizon
from loper.plan.model import Span

Scores = NDArray[np.float64]

AIM: Mapping[Horizon, float] = {
    "driving": 0.95,
    "previous": 0.85,
    "one before": 0.85,
    "earlier today": 0.85,
    "before the day": 0.85,
}
"""The share that should come within the window. Nobody is served by less than 80 %; a little more is for days that are
unlike the ones before. On the way to the customer much more costs only minutes.
"""
LIKELY = 0.8  # what is likely comes in four of five cases
DAYS, MOST = 60, 5000  # so many days are looked at, and of them so many of the newest
FEW = 30  # with fewer, a horizon has the widths below
STEP = 0.2  # by how much of what a day had too many or too few misses the aim moves
LEAST_OUTSIDE, MOST_OUTSIDE = 0.005, 0.3  # as far as it moves, on one side
LEAST = 60.0  # seconds added to a width, so that a forecast that is sure can be mended as well


class Kept(NamedTuple):
    """A forecast as it was made (before it was mended), and when the customer's turn came."""

    arrival: Arrival
    came: datetime


@dataclass(frozen=True, kw_only=True, slots=True)
class Result:
    """A figure with the interval in which it lies (95 %)."""

    estimate: float
    low: float
    high: float
    n: int
    method: str
    warnings: tuple[str, ...] = ()


class Mend(NamedTuple):
    """How to mend a forecast: where its ends, its middle and what four of five come before go, in its own widths from
    the median (early is below 0); each end at least `apart` from it.
    """

    low: float
    median: float
    likely: float
    high: float
    apart: timedelta = timedelta()
    n: int = 0


def _unknown(factor: float, minutes: int) -> Mend:
    return Mend(-factor, 0.0, 1.0, factor, timedelta(minutes=minutes))


UNKNOWN: Mapping[Horizon, Mend] = {
    "driving": _unknown(1.5, 10),
    "previous": _unknown(1.5, 30),
    "one before": _unknown(1.5, 45),
    "earlier today": _unknown(1.5, 60),
    "before the day": _unknown(1.5, 60),
}
"""Until there is enough to learn from. Wide on purpose."""


@dataclass(frozen=True, slots=True)
class Calibration:
    """What was learned, by horizon."""

    mends: Mapping[Horizon, Mend] = field(default_factory=dict)

    @classmethod
    def learn(cls, kept: Iterable[Kept], aim: Mapping[Horizon, float] = AIM) -> Calibration:
        """From forecasts and what came, in any order. One a job and horizon is enough: more say the same again."""
        by_horizon: dict[Horizon, list[Kept]] = defaultdict(list)
        for one in kept:
            by_horizon[one.arrival.horizon].append(one)
        return cls({horizon: _mend(rows, aim[horizon]) for horizon, rows in by_horizon.items() if len(rows) >= FEW})

    def mend(self, arrival: Arrival) -> Arrival:
        """The forecast with ends that hold, never before it was made."""
        mend = self.mends.get(arrival.horizon, UNKNOWN[arrival.horizon])
        median = max(_at(arrival, mend.median), arrival.made)
        low, likely, high = (_at(arrival, one) for one in (mend.low, mend.likely, mend.high))
        return replace(
            arrival,
            low=max(min(low, median) - mend.apart, arrival.made),
            median=median,
            likely=max(likely, median),
            high=max(high, median) + mend.apart,
        )


def coverage(rows: Iterable[tuple[Horizon, Span, datetime]]) -> dict[Horizon, Result]:
    """Of each horizon the share of windows in which it came, both ends included."""
    counts: dict[Horizon, list[int]] = defaultdict(lambda: [0, 0])
    for horizon, window, came in rows:
        counts[horizon][0] += window.start <= came <= window.end
        counts[horizon][1] += 1
    return {horizon: wilson(*counts[horizon]) for horizon in HORIZONS if horizon in counts}


def wilson(successes: int, n: int) -> Result:
    """Share of successes with its Wilson score interval, 95 % (Wilson 1927).

    Holds from n = 1; it never leaves [0, 1]. ValueError without any.
    """
    if not 0 <= successes <= n or n == 0:
        raise ValueError(f"{successes} of {n} is not a share")
    z = 1.959964
    share, weight = successes / n, 1 + z * z / n
    middle = (share + z * z / (2 * n)) / weight
    half = z / weight * math.sqrt(share * (1 - share) / n + z * z / (4 * n * n))
    few = (f"{n} is few",) if n < FEW else ()
    return Result(
        estimate=share,
        low=max(0.0, middle - half),
        high=min(1.0, middle + half),
        n=n,
        method="Wilson score interval, 95 %",
        warnings=few,
    )


def _mend(rows: list[Kept], aim: float) -> Mend:
    rows = sorted(rows, key=lambda one: one.came)[-MOST:]
    days = np.array([one.came.toordinal() for one in rows])
    scores = np.array([_score(one) for one in rows])
    scores, days = scores[days > days[-1] - DAYS], days[days > days[-1] - DAYS]
    outside = (1 - aim) / 2
    return Mend(
        low=-_limit(-scores, days, outside),
        median=float(np.median(scores)),
        likely=_limit(scores, days, 1 - LIKELY),
        high=_limit(scores, days, outside),
        n=len(scores),
    )


def _at(arrival: Arrival, factor: float) -> datetime:
    before, after = _widths(arrival)
    return arrival.median + factor * (after if factor > 0 else before)


def _score(kept: Kept) -> float:
    """How far from the median it came, in widths of that side; early is below 0."""
    before, after = _widths(kept.arrival)
    off = kept.came - kept.arrival.median
    return off / (after if off > timedelta() else before)


def _widths(arrival: Arrival) -> tuple[timedelta, timedelta]:
    least = timedelta(seconds=LEAST)
    return arrival.median - arrival.low + least, arrival.high - arrival.median + least


def _limit(scores: Scores, days: NDArray[np.int64], outside: float) -> float:
    """What a share of `outside` of the scores goes beyond, the share moved by the misses of each day before."""
    aim = outside
    for begins in np.flatnonzero(np.diff(days)) + 1:
        if begins >= FEW:
            today = scores[begins : np.searchsorted(days, days[begins], side="right")]
            missed = float(np.mean(today > _conformal(scores[:begins], aim)))
            aim += STEP * len(today) / (len(today) + 10) * (outside - missed)
            aim = min(MOST_OUTSIDE, max(LEAST_OUTSIDE, aim))
    return _conformal(scores, aim)


def _conformal(scores: Scores, outside: float) -> float:
    """The score of rank (n + 1)(1 - outside), rounded up; the highest when there are too few to have that."""
    rank = min(len(scores), math.ceil((len(scores) + 1) * (1 - outside)))
    return float(np.partition(scores, rank - 1)[rank - 1])
