"""Two kinds of gaps between the contacts of one customer: within a journey, and between one journey and the next.

A mixture fitted by EM (Dempster, Laird & Rubin 1977): within a journey the logarithm of the gap is normal, between two
the gap is Weibull, as a customer waits for the next need (a shape of 1 is pure chance, the exponential). What stands on
both sides of the gap speaks too, as in naive Bayes: an activity that opens journeys, one that closes them, a change of
channel. All of it is reckoned over cells (class of gap, activity before, activity after, channel changed), so that ten
million gaps cost no more than their cells.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import exp, log, pi, sqrt

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

SECOND = 1_000_000
SHORTEST, LONGEST = log(600), log(6 * 365 * 86_400)
"""A gap of less than ten minutes counts as ten, one of more than six years as six; logarithms of seconds."""
EDGES = np.exp(np.linspace(SHORTEST, LONGEST, 160)).astype(np.int64) * SECOND
"""Bounds of the classes of gaps, microseconds."""
MIDDLES = np.concatenate([[SHORTEST], (np.log(EDGES[:-1] / SECOND) + np.log(EDGES[1:] / SECOND)) / 2, [LONGEST]])
"""The logarithm of a gap of each class, in seconds."""
LEAST_SPREAD = 0.25
SHAPES = (0.5, 6.0)
EULER = 0.5772156649
ROUNDS, BEGIN = 200, 20
CLOSE = 1e-6


@dataclass(frozen=True, kw_only=True)
class Cells:
    """The cells in which there are gaps: their parts, and how many."""

    index: NDArray[np.int64]  # in the table of all cells
    gap: NDArray[np.int64]  # class
    before: NDArray[np.int64]
    after: NDArray[np.int64]
    switched: NDArray[np.int64]
    counts: Floats
    activities: int

    @property
    def n(self) -> int:
        return int(self.counts.sum())


def cells_of(table: NDArray[np.int64], activities: int) -> Cells:
    """Those of a table of counts."""
    index = np.flatnonzero(table)
    left, switched = np.divmod(index, 2)
    left, after = np.divmod(left, activities)
    gap, before = np.divmod(left, activities)
    counts = table[index].astype(np.float64)
    return Cells(
        index=index, gap=gap, before=before, after=after, switched=switched, counts=counts, activities=activities
    )


@dataclass(frozen=True, kw_only=True)
class Model:
    """`between` is the share of gaps that lie between journeys; arrays of two are (within, between)."""

    between: float
    mean: float  # within: of the logarithm of seconds
    spread: float
    shape: float  # between: Weibull
    scale: float  # its logarithm
    before: Floats  # [2, activities] how often each stands before a gap of that kind
    after: Floats
    switched: tuple[float, float]

    @property
    def within_s(self) -> float:
        """The median gap within a journey, seconds."""
        return exp(self.mean)

    @property
    def between_s(self) -> float:
        """The median gap between journeys, seconds."""
        return exp(self.scale + log(log(2)) / self.shape)

    @property
    def apart(self) -> float:
        """How far the two kinds of gaps lie apart, in spreads of their logarithms; below about 1.5 gaps tell little."""
        far, wide = self.scale - EULER / self.shape, pi / self.shape / sqrt(6)
        return (far - self.mean) / sqrt((self.spread**2 + wide**2) / 2)

    @property
    def opening(self) -> Floats:
        """Of each activity: the logarithm of the odds with which it speaks for a beginning."""
        odds: Floats = np.log(self.after[1]) - np.log(self.after[0])
        return odds

    def even(self) -> float:
        """The gap, in seconds, at which a cut is as likely as not when nothing else speaks."""
        return exp(float(MIDDLES[np.argmin(np.abs(self._by_gap() + _odds(self.between)))]))

    def chances(self, cells: Cells) -> Floats:
        """The chance that each cell's gaps lie between journeys."""
        score = _odds(self.between) + self._by_gap()[cells.gap] + self._context(cells)
        chances: Floats = 1 / (1 + np.exp(-np.clip(score, -40, 40)))
        return chances

    def likelihood(self, cells: Cells) -> float:
        """The logarithm of the likelihood of these gaps, but for what all models have alike."""
        one, other = self._densities()
        within = np.log(self.before[0])[cells.before] + np.log(self.after[0])[cells.after]
        within += one[cells.gap] + np.log(np.where(cells.switched == 1, self.switched[0], 1 - self.switched[0]))
        score = _odds(self.between) + (other - one)[cells.gap] + self._context(cells)
        return float((cells.counts * (within + log(1 - self.between) + np.logaddexp(0, score))).sum())

    def _context(self, cells: Cells) -> Floats:
        """The logarithm of the odds by what stands on both sides."""
        yes = log(self.switched[1] / self.switched[0])
        no = log((1 - self.switched[1]) / (1 - self.switched[0]))
        before: Floats = np.log(self.before[1]) - np.log(self.before[0])
        return before[cells.before] + self.opening[cells.after] + np.where(cells.switched == 1, yes, no)

    def _densities(self) -> tuple[Floats, Floats]:
        """The logarithm of the density of each class of gap, within and between."""
        within = -(((MIDDLES - self.mean) / self.spread) ** 2) / 2 - log(self.spread * sqrt(2 * pi))
        x = self.shape * (MIDDLES - self.scale)
        return within, log(self.shape) + x - np.exp(np.minimum(x, 50))

    def _by_gap(self) -> Floats:
        """The logarithm of the odds by the class of the gap alone, never less for a longer one: two curves of unequal
        tails cross more than once, and far out the thinner one would win again."""
        within, between = self._densities()
        odds = between - within
        short = max(1, int(np.searchsorted(MIDDLES, self.scale)))
        lowest = int(np.argmin(odds[:short]))
        odds[:lowest] = odds[lowest]
        rising: Floats = np.maximum.accumulate(odds)
        return rising


def fitted(cells: Cells, start: Model | None = None, rounds: int = ROUNDS) -> Model:
    """The model that these gaps make likely: from `start` on, or the likeliest of those that begin with the gaps split
    in two at several places (EM finds the nearest top, not the highest)."""
    if start is not None:
        return _climbed(cells, start, rounds)
    begun = [_climbed(cells, _maximised(cells, split), min(rounds, BEGIN)) for split in _splits(cells)]
    real = [one for one in begun if 0.001 < one.between < 0.999] or begun
    return _climbed(cells, max(real, key=lambda one: one.likelihood(cells)), rounds)


def _climbed(cells: Cells, model: Model, rounds: int) -> Model:
    shares = model.chances(cells)
    for _ in range(rounds):
        model = _maximised(cells, shares)
        fresh = model.chances(cells)
        moved = float((cells.counts * np.abs(fresh - shares)).sum()) / max(1, cells.n)
        shares = fresh
        if moved < CLOSE:
            break
    return model


def _splits(cells: Cells) -> list[Floats]:
    """Gaps on either side of a bound: the one that leaves least variance on both (Otsu 1979), and some quantiles."""
    weight = np.bincount(cells.gap, cells.counts, len(MIDDLES))
    low, mass = np.cumsum(weight), np.cumsum(weight * MIDDLES)
    high, rest = low[-1] - low, mass[-1] - mass
    with np.errstate(divide="ignore", invalid="ignore"):
        between = np.nan_to_num(low * high * (mass / low - rest / high) ** 2)
    bounds = {int(np.argmax(between)), *(int(np.searchsorted(low, q * low[-1])) for q in (0.3, 0.5, 0.75, 0.9))}
    return [np.where(cells.gap > bound, 0.95, 0.05) for bound in sorted(bounds)]


def _maximised(cells: Cells, shares: Floats) -> Model:
    """The model with which these chances go best."""
    weights = cells.counts * (1 - shares), cells.counts * shares
    before: list[Floats] = []
    after: list[Floats] = []
    switched = []
    for weight in weights:
        for found, codes in ((before, cells.before), (after, cells.after)):
            counts = np.bincount(codes, weight, cells.activities) + 0.5
            found.append(counts / counts.sum())
        switched.append((float(weight[cells.switched == 1].sum()) + 0.5) / (float(weight.sum()) + 1))
    within, between = ((np.bincount(cells.gap, weight, len(MIDDLES)) + 1e-12).astype(np.float64) for weight in weights)
    mean = float(np.average(MIDDLES, weights=within))
    shape, scale = _weibull(between)
    return Model(
        between=(float(between.sum()) + 0.5) / (cells.n + 1),
        mean=mean,
        spread=max(LEAST_SPREAD, sqrt(float(np.average((MIDDLES - mean) ** 2, weights=within)))),
        shape=shape,
        scale=scale,
        before=np.array(before),
        after=np.array(after),
        switched=(switched[0], switched[1]),
    )


def _weibull(weight: Floats) -> tuple[float, float]:
    """Shape and logarithm of the scale of the likeliest Weibull distribution, by Newton's method (Cohen 1965)."""
    total, top = float(weight.sum()), float(MIDDLES[-1])
    average = float((weight * MIDDLES).sum()) / total
    shape = 1.0
    for _ in range(30):
        power = weight * np.exp(shape * (MIDDLES - top))
        first, second = (float((power * MIDDLES**k).sum() / power.sum()) for k in (1, 2))
        slope = second - first**2 + 1 / shape**2
        step = (first - 1 / shape - average) / slope
        shape = float(np.clip(shape - step, shape / 2, shape * 2))
        if abs(step) < 1e-8:
            break
    shape = float(np.clip(shape, *SHAPES))
    mass = float((weight * np.exp(shape * (MIDDLES - top))).sum())
    return shape, top + log(mass / total) / shape


def _odds(share: float) -> float:
    return log(share / (1 - share))
