"""A statistic: never a bare number, always with how sure it is, and of how many."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from math import ceil, floor, sqrt
from statistics import NormalDist
from typing import Any

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True, kw_only=True)
class Result:
    """`estimate` with the interval that holds it at `level`; `n` is what it was reckoned from."""

    estimate: float
    low: float
    high: float
    n: int
    method: str
    level: float = 0.95
    warnings: tuple[str, ...] = ()

    @property
    def apart_from_zero(self) -> bool:
        """Whether the interval leaves zero out: of a difference, whether there is one."""
        return self.low > 0 or self.high < 0

    @property
    def others(self) -> Result:
        """Of a share: that of all who are not in it."""
        return replace(self, estimate=1 - self.estimate, low=1 - self.high, high=1 - self.low)

    def less(self, known: float) -> Result:
        """The same, less a number that is taken as known."""
        return replace(self, estimate=self.estimate - known, low=self.low - known, high=self.high - known)


def z(level: float) -> float:
    """The normal quantile of a two-sided interval: 1.96 at 95 %."""
    return NormalDist().inv_cdf((1 + level) / 2)


def wilson(successes: int, n: int, level: float = 0.95, *, effect: float = 1) -> Result:
    """A share with its Wilson score interval (Wilson 1927); never outside [0, 1]. Nothing counted: all is possible.

    `effect`: where what is counted hangs together, the design effect; n / effect then counts for the interval.
    """
    if not n:
        return Result(estimate=float("nan"), low=0, high=1, n=0, method="Wilson", level=level)
    p, q = successes / n, z(level) ** 2 * effect / n
    middle, half = (p + q / 2) / (1 + q), sqrt(p * (1 - p) * q + q * q / 4) / (1 + q)
    low, high = max(0.0, middle - half), min(1.0, middle + half)
    return Result(estimate=p, low=low, high=high, n=n, method="Wilson", level=level)


def design_effect(successes: int, n: int, squares: float, clusters: int) -> float:
    """How many times the variance of a share is what it would be if all n were independent: by ratio estimation over
    clusters, of which `squares` is the sum of (successes - share * size)^2 (Cochran 1977, 11.7; Kish 1965). At least 1.
    """
    p = successes / n if n else 0.0
    if clusters < 2 or not 0 < p < 1:
        return 1.0
    return max(1.0, squares * clusters / (clusters - 1) / (n * p * (1 - p)))


def share_difference(one: tuple[int, int], other: tuple[int, int], level: float = 0.95) -> Result:
    """The share of `one` less that of `other`, each (successes, n), independent: Newcombe's hybrid score interval
    (Newcombe 1998, method 10)."""
    a, b = wilson(*one, level), wilson(*other, level)
    n, method = a.n + b.n, "Newcombe, method 10"
    if not a.n or not b.n:
        return Result(estimate=float("nan"), low=-1, high=1, n=n, method=method, level=level)
    difference = a.estimate - b.estimate
    low = difference - sqrt((a.estimate - a.low) ** 2 + (b.high - b.estimate) ** 2)
    high = difference + sqrt((a.high - a.estimate) ** 2 + (b.estimate - b.low) ** 2)
    return Result(estimate=difference, low=low, high=high, n=n, method=method, level=level)


def quantile(values: NDArray[Any], q: float = 0.5, level: float = 0.95) -> Result:
    """A quantile with its distribution-free interval by order statistics (Conover 1999, 3.2), normal approximation of
    the binomial; `values` in any order."""
    n, method = len(values), "order statistics"
    if not n:
        return Result(estimate=float("nan"), low=float("-inf"), high=float("inf"), n=0, method=method, level=level)
    values = np.sort(values)
    low, high, few = places_of_quantile(n, q, level)
    return Result(
        estimate=float(np.quantile(values, q)),
        low=float(values[low]),
        high=float(values[high]),
        n=n,
        method=method,
        level=level,
        warnings=few,
    )


def places_of_quantile(n: int, q: float = 0.5, level: float = 0.95) -> tuple[int, int, tuple[str, ...]]:
    """Where in n values in order the bounds of a quantile lie, from 0, and what is to be warned of."""
    half = z(level) * sqrt(n * q * (1 - q))
    low, high = floor(n * q - half) - 1, ceil(n * q + half)
    few = ("too few for an interval at this level: the extremes are given",) if n and (low < 0 or high >= n) else ()
    return max(0, low), min(n - 1, high), few


def mean(values: NDArray[Any], level: float = 0.95) -> Result:
    """A mean with its interval by the normal approximation; of two or fewer values no interval can be given."""
    n = len(values)
    average = float(np.mean(values)) if n else float("nan")
    if n < 3:
        few = ("too few for an interval",)
        return Result(estimate=average, low=-np.inf, high=np.inf, n=n, method="mean", level=level, warnings=few)
    half = z(level) * float(np.std(values, ddof=1)) / sqrt(n)
    return Result(estimate=average, low=average - half, high=average + half, n=n, method="mean, normal", level=level)


def bootstrap_difference(
    one: NDArray[Any],
    other: NDArray[Any],
    statistic: Callable[[NDArray[Any]], float],
    *,
    seed: int,
    times: int = 999,
    level: float = 0.95,
) -> Result:
    """statistic(one) less statistic(other) with its percentile bootstrap interval (Efron & Tibshirani 1993, ch. 13)."""
    n, method = len(one) + len(other), f"percentile bootstrap, {times} times"
    if not len(one) or not len(other):
        return Result(estimate=float("nan"), low=-np.inf, high=np.inf, n=n, method=method, level=level)
    rng = np.random.default_rng(seed)
    drawn = [
        statistic(one[rng.integers(0, len(one), len(one))]) - statistic(other[rng.integers(0, len(other), len(other))])
        for _ in range(times)
    ]
    low, high = np.quantile(drawn, [(1 - level) / 2, (1 + level) / 2])
    return Result(
        estimate=statistic(one) - statistic(other), low=float(low), high=float(high), n=n, method=method, level=level
    )
