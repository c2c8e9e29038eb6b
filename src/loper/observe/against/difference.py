"""Differences between two groups of cases, with intervals, and what many of them at once take.

A measure has a kind: `share` (values 0 and 1), `mean`, or `median`. Values are float, not-a-number where unknown.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import erfc, floor, sqrt
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from loper.observe.result import Result, share_difference, z

Values = NDArray[np.float64]
Kind = Literal["share", "mean", "median"]
TIMES = 1_999


@dataclass(frozen=True, kw_only=True)
class Gap:
    """What two groups come to, and the difference: the first less the second; `p` of no difference, two-sided."""

    one: float
    other: float
    difference: Result
    p: float


def point(kind: Kind, values: Values) -> float:
    """The share, mean or median of values that are known; not-a-number of none."""
    if not len(values):
        return float("nan")
    return float(np.median(values) if kind == "median" else np.mean(values))


def gap(kind: Kind, one: Values, other: Values, rng: np.random.Generator, level: float = 0.95) -> Gap:
    """One less the other. Shares: Newcombe's interval and the z test with a common share; means: Welch 1947, normal;
    medians: `median_gap`."""
    one, other = one[~np.isnan(one)], other[~np.isnan(other)]
    if kind == "median":
        return median_gap(one, other, rng, level)
    a, b, n, m = point(kind, one), point(kind, other), len(one), len(other)
    if kind == "share":
        yes, no = round(float(one.sum())), round(float(other.sum()))
        common = (yes + no) / max(1, n + m)
        error = sqrt(common * (1 - common) * (1 / max(1, n) + 1 / max(1, m)))
        return Gap(one=a, other=b, difference=share_difference((yes, n), (no, m), level), p=_p(a - b, error))
    if n < 3 or m < 3:
        return Gap(one=a, other=b, difference=_unknown(a - b, n + m, "Welch, normal", level), p=1.0)
    error = sqrt(float(np.var(one, ddof=1)) / n + float(np.var(other, ddof=1)) / m)
    return Gap(one=a, other=b, difference=_normal(a - b, error, n + m, "Welch, normal", level), p=_p(a - b, error))


def median_gap(one: Values, other: Values, rng: np.random.Generator, level: float = 0.95) -> Gap:
    """Medians and their difference by the percentile bootstrap, exact in law and quick however many values there are:
    the k-th smallest of n drawn places is n times the k-th of n uniform numbers, which is Beta(k, n - k + 1) (Maritz &
    Jarrett 1978), and the one after it follows from it."""
    n, method = len(one) + len(other), f"percentile bootstrap, {TIMES} times"
    if not len(one) or not len(other):
        return Gap(
            one=point("median", one),
            other=point("median", other),
            difference=_unknown(float("nan"), n, method, level),
            p=1,
        )
    one, other = np.sort(one), np.sort(other)
    drawn = drawn_medians(one, rng) - drawn_medians(other, rng)
    low, high = np.quantile(drawn, [(1 - level) / 2, (1 + level) / 2])
    a, b = float(np.median(one)), float(np.median(other))
    least = min(int((drawn <= 0).sum()), int((drawn >= 0).sum()))
    result = Result(estimate=a - b, low=float(low), high=float(high), n=n, method=method, level=level)
    return Gap(one=a, other=b, difference=result, p=min(1.0, 2 * (least + 1) / (TIMES + 1)))


def drawn_medians(ordered: Values, rng: np.random.Generator, times: int = TIMES) -> Values:
    """Medians of so many bootstrap samples of values in order."""
    n = len(ordered)
    k = (n + 1) // 2  # of an even number the median lies between the k-th and the next
    lower = rng.beta(k, n - k + 1, times)
    first = ordered[np.minimum(n - 1, (n * lower).astype(np.int64))]
    if n % 2:
        return first
    upper = lower + (1 - lower) * (1 - rng.random(times) ** (1 / (n - k)))
    second: Values = ordered[np.minimum(n - 1, (n * upper).astype(np.int64))]
    return (first + second) / 2


def standardised(
    kind: Kind, one: Values, other: Values, strata: tuple[NDArray[Any], NDArray[Any]], level: float = 0.95
) -> tuple[Result, float]:
    """The difference there would be if both groups were made up like the two together, and the share of cases for which
    that can be said (strata in which either group has fewer than two cases have no say).

    Direct standardisation (Fleiss, Levin & Paik 2003, ch. 19). Medians are weighted, with Woodruff's interval (1952)
    of each and the two put together by square and add (Newcombe 1998).
    """
    known = (~np.isnan(one), ~np.isnan(other))
    values, codes = (one[known[0]], other[known[1]]), (strata[0][known[0]], strata[1][known[1]])
    size = int(max((part.max() for part in codes if len(part)), default=-1)) + 1
    counts = [np.bincount(part, minlength=size) for part in codes]
    kept = (counts[0] > 1) & (counts[1] > 1)
    whole, n = sum(map(len, values)), int((counts[0] + counts[1])[kept].sum())
    covered = n / whole if whole else 0.0
    if not n:
        return _unknown(float("nan"), 0, "direct standardisation", level), covered
    weights = np.where(kept, (counts[0] + counts[1]) / n, 0.0)
    if kind == "median":
        return _standard_medians(values, codes, counts, weights, level, n), covered
    estimates, error = [], 0.0
    for part, code, count in zip(values, codes, counts, strict=True):
        total = np.bincount(code, part, size)
        squares = np.bincount(code, part * part, size)
        some = np.maximum(count, 1)
        average = total / some
        spread = np.maximum(0, squares / some - average**2) * some / np.maximum(1, count - 1)
        estimates.append(float((weights * average).sum()))
        error += float((weights**2 * spread / some).sum())
    difference = estimates[0] - estimates[1]
    return _normal(difference, sqrt(error), n, "direct standardisation", level), covered


def in_both(one: NDArray[Any], other: NDArray[Any]) -> float:
    """The share of cases in strata of which both groups have two or more."""
    size = int(max(one.max(), other.max())) + 1
    counts = np.bincount(one, minlength=size), np.bincount(other, minlength=size)
    kept = (counts[0] > 1) & (counts[1] > 1)
    return float((counts[0] + counts[1])[kept].sum()) / (len(one) + len(other))


def _standard_medians(
    values: Sequence[Values],
    codes: Sequence[NDArray[Any]],
    counts: Sequence[NDArray[Any]],
    weights: Values,
    level: float,
    n: int,
) -> Result:
    found = []
    for part, code, count in zip(values, codes, counts, strict=True):
        weight = (weights / np.maximum(1, count))[code]
        order = np.argsort(part, kind="stable")
        running = np.cumsum(weight[order])
        ordered = part[order]

        def at(share: float, running: Values = running, ordered: Values = ordered) -> float:
            return float(ordered[min(len(ordered) - 1, int(np.searchsorted(running, share - 1e-12)))])

        middle = at(0.5)
        below = np.bincount(code, part <= middle, len(weights)) / np.maximum(1, count)
        error = sqrt(float((weights**2 * below * (1 - below) / np.maximum(1, count)).sum())) * z(level)
        found.append((middle, at(max(0.0, 0.5 - error)), at(min(1.0, 0.5 + error))))
    (a, a_low, a_high), (b, b_low, b_high) = found
    return Result(
        estimate=a - b,
        low=a - b - sqrt((a - a_low) ** 2 + (b_high - b) ** 2),
        high=a - b + sqrt((a_high - a) ** 2 + (b - b_low) ** 2),
        n=n,
        method="direct standardisation, Woodruff",
        level=level,
    )


def holm(p: Sequence[float]) -> list[float]:
    """Each p as it counts when all of these are looked at: the chance of any false one is kept (Holm 1979)."""
    order = np.argsort(p, kind="stable")
    out, most = [1.0] * len(p), 0.0
    for place, at in enumerate(order):
        most = max(most, min(1.0, (len(p) - place) * p[at]))
        out[at] = most
    return out


def benjamini_hochberg(p: Sequence[float]) -> list[float]:
    """Each p as it counts when the share of false ones among those found is kept (Benjamini & Hochberg 1995)."""
    order = np.argsort(p, kind="stable")[::-1]
    out, least = [1.0] * len(p), 1.0
    for place, at in enumerate(order):
        least = min(least, p[at] * len(p) / (len(p) - place))
        out[at] = least
    return out


def jump(series: Values, at: int, level: float = 0.95) -> Result:
    """How far a series of periods leaves its own line at period `at`: segmented regression (level and slope before and
    after; Wagner et al. 2002), with errors that allow neighbours to be alike (Newey & West 1987)."""
    n = len(series)
    time = np.arange(n, dtype=np.float64)
    after = (time >= at).astype(np.float64)
    design = np.column_stack([np.ones(n), time, after, after * (time - at)])
    inverse = np.linalg.pinv(design.T @ design)
    found = inverse @ design.T @ series
    scores = design * (series - design @ found)[:, None]
    middle = scores.T @ scores
    lags = floor(4 * (n / 100) ** (2 / 9))
    for lag in range(1, lags + 1):
        shifted = scores[lag:].T @ scores[:-lag]
        middle += (1 - lag / (lags + 1)) * (shifted + shifted.T)
    variance = (inverse @ middle @ inverse)[2, 2] * n / max(1, n - 4)
    return _normal(float(found[2]), sqrt(max(0.0, variance)), n, f"segmented regression, Newey-West {lags}", level)


def chance_of_composition(one: NDArray[Any], other: NDArray[Any]) -> float:
    """The chance that two counts over the same classes differ so much by chance: Pearson's chi-square, its tail by
    Wilson & Hilferty 1931."""
    there = (one + other) > 0
    table = np.array([one[there], other[there]], np.float64)
    freedom = table.shape[1] - 1
    if freedom < 1 or not table.sum(1).all():
        return 1.0
    expected = table.sum(1, keepdims=True) * table.sum(0) / table.sum()
    square = float(((table - expected) ** 2 / expected).sum())
    spread = 2 / (9 * freedom)
    return 0.5 * erfc(((square / freedom) ** (1 / 3) - (1 - spread)) / sqrt(2 * spread))


def _p(difference: float, error: float) -> float:
    if error > 0:
        return erfc(abs(difference) / error / sqrt(2))
    return 0.0 if difference and difference == difference else 1.0


def _normal(estimate: float, error: float, n: int, method: str, level: float) -> Result:
    half = z(level) * error
    return Result(estimate=estimate, low=estimate - half, high=estimate + half, n=n, method=method, level=level)


def _unknown(estimate: float, n: int, method: str, level: float) -> Result:
    few = ("too few for an interval",)
    return Result(estimate=estimate, low=-np.inf, high=np.inf, n=n, method=method, level=level, warnings=few)
