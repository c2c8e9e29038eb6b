"""How long until something happens, when not everybody has been seen for equally long."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from math import exp, log

import numpy as np

from loper.observe.laid.layout import Floats, Ints
from loper.observe.result import Result, wilson, z
from loper.observe.way.kernels_waits import edges

DAY = 86_400.0
BETWEEN = (
    0,
    60,
    900,
    3_600,
    4 * 3_600,
    DAY,
    2 * DAY,
    4 * DAY,
    7 * DAY,
    14 * DAY,
    28 * DAY,
    91 * DAY,
    182 * DAY,
    365 * DAY,
)
"""Seconds between which one tells how many go on: times that people use."""


@dataclass(frozen=True, kw_only=True)
class Between:
    """Of those still there after `from_s` seconds (`at_risk`), the share that goes on before `to_s`."""

    from_s: float
    to_s: float
    at_risk: int
    went_on: int
    share: Result


@dataclass(frozen=True, kw_only=True, eq=False)
class Curve:
    """The Kaplan-Meier curve: `survival[i]` is the share still there after `time_s[i]` seconds.

    Times are rounded up to a grid of at most 1.6 %; the curve is exact for these (Kaplan & Meier 1958). The interval is
    Greenwood's on the log(-log) scale (Kalbfleisch & Prentice 2002, 1.4): it stays within [0, 1].
    """

    n: int
    time_s: Floats
    survival: Floats
    at_risk: Ints  # just before each time
    went_on: Ints  # at each time
    greenwood: Floats  # the running sum of d / (n (n - d))

    def _before(self, seconds: float) -> int:
        """The place of the last time at or before these seconds; -1: before the first."""
        return int(np.searchsorted(self.time_s, seconds * (1 + 1e-12), side="right")) - 1

    def between(self, from_s: float, to_s: float) -> Result:
        """Of those still there after `from_s`, the share that is still there after `to_s`."""
        a, b = self._before(from_s), self._before(to_s)
        before, spread = (self.survival[a], self.greenwood[a]) if a >= 0 else (1.0, 0.0)
        n = int(self.at_risk[a + 1]) if a + 1 < len(self.at_risk) else 0
        if b <= a or not before:
            return interval(1.0 if before else 0.0, 0.0, n)
        return interval(float(self.survival[b] / before), float(self.greenwood[b] - spread), n)

    def at(self, seconds: float) -> Result:
        """The share still there after so many seconds."""
        at = self._before(seconds)
        return (
            interval(float(self.survival[at]), float(self.greenwood[at]), self.n) if at >= 0 else interval(1, 0, self.n)
        )

    def seen_s(self, least: int) -> float:
        """The longest time after which at least `least` are still watched; 0 when there is none."""
        enough = np.flatnonzero(self.at_risk >= least)
        return float(self.time_s[enough[-1]]) if len(enough) else 0.0

    def hazards(self) -> Sequence[Between]:
        """How many go on in each span of time, of those who are still there when it begins."""
        found = []
        for low, high in pairwise(BETWEEN):
            a, b = self._before(low), self._before(high)
            if a + 1 >= len(self.time_s):
                break
            stay = self.between(low, high)
            went_on = int(self.went_on[a + 1 : b + 1].sum())
            found.append(Between(from_s=low, to_s=high, at_risk=stay.n, went_on=went_on, share=stay.others))
        return found

    def points(self, most: int = 120) -> Sequence[dict[str, float]]:
        """The curve to draw: at most so many points, each with its interval."""
        step = max(1, -(-len(self.time_s) // most))
        places = range(step - 1, len(self.time_s) + step - 1, step)
        found = []
        for at in (min(place, len(self.time_s) - 1) for place in places):
            one = interval(float(self.survival[at]), float(self.greenwood[at]), self.n)
            found.append({"time_s": float(self.time_s[at]), "share": one.estimate, "low": one.low, "high": one.high})
        return found


def interval(survival: float, greenwood: float, n: int, level: float = 0.95) -> Result:
    """A survival with its log(-log) interval; where nobody or everybody has gone, on which that scale says nothing,
    Wilson's of `n`."""
    if not n:
        return Result(estimate=survival, low=0, high=1, n=0, method="Kaplan-Meier", level=level)
    if survival <= 0 or survival >= 1 or greenwood <= 0:
        ends = wilson(n if survival >= 1 else 0, n, level)
        return Result(estimate=survival, low=ends.low, high=ends.high, n=n, method="Kaplan-Meier, Wilson", level=level)
    half = z(level) * greenwood**0.5 / abs(log(survival))
    low, high = survival ** exp(half), survival ** exp(-half)
    return Result(estimate=survival, low=low, high=high, n=n, method="Kaplan-Meier, log-log", level=level)


def kaplan_meier(went_on: Ints, standing: Ints) -> Curve:
    """The curve of counts per bin of the grid of `kernels_waits`: those that went on in it, and those that were watched
    so far only. Of the same bin, those that went on did so first."""
    both = went_on.astype(np.int64) + standing
    n = int(both.sum())
    at_risk = n - np.concatenate([[0], np.cumsum(both)[:-1]])
    there = np.flatnonzero(both)
    d, r = went_on[there].astype(np.int64), at_risk[there]
    with np.errstate(divide="ignore"):
        spread = np.where(r > d, d / (r * np.maximum(r - d, 1.0)), 0.0)
    return Curve(
        n=n,
        time_s=edges()[there + 1],
        survival=np.cumprod(1 - d / r) if len(there) else np.empty(0),
        at_risk=r,
        went_on=d,
        greenwood=np.cumsum(spread),
    )
