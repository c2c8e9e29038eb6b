"""How long a kind of job takes, as a distribution: per kind and technician, from what such jobs took before.

The logarithm of the minutes is taken to be normal. Where data are few, they lean on more: a technician on their kind
of job, a kind on what the journey says it takes and on how far off that is in general (empirical Bayes: Efron & Morris
1975, "Data analysis using Stein's estimator and its generalizations", JASA 70). What is not known of the mean is part
of the spread, so few data make a wide answer, not a wrong one.
"""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from statistics import NormalDist
from typing import NamedTuple, Protocol

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

Sample = NDArray[np.float64]
"""Seconds, one for each draw."""

LONGEST = 12 * 60.0
"""Minutes. A job that took longer was not ended when it was done."""
KEPT = timedelta(days=730)
"""What is older is left out: tools, homes and people change."""
UNKNOWN = 60.0  # minutes, of a kind of which nobody said anything
SAID, UNSAID = 5.0, 2.0  # as so many observations counts what the journey says of a kind; what all kinds say together
SPREAD, SPREAD_COUNTS = 0.5, 8.0  # the spread before there are data, and as how many observations it counts
PEOPLE = (
    10.0  # as so many observations counts the kind for a technician, until the data tell how much technicians differ
)
PEOPLE_LEAST, PEOPLE_MOST = 2.0, 100.0
TAIL = 8.0  # standard deviations: further out the arithmetic has no digits left

_NORMAL = NormalDist()


class Took(NamedTuple):
    """One job that was done."""

    kind: str
    technician: str
    minutes: float
    at: datetime


class Takes(Protocol):
    """A time that is not known yet."""

    @property
    def median(self) -> timedelta: ...

    def quantile(self, share: float) -> timedelta: ...

    def sample(self, rng: Generator, size: int) -> Sample: ...


@dataclass(frozen=True, slots=True)
class Lasting:
    """A lognormal time: `mu` and `sigma` of the logarithm of its minutes; from `n` observations of its own."""

    mu: float
    sigma: float
    n: int = 0

    @property
    def median(self) -> timedelta:
        return timedelta(minutes=math.exp(self.mu))

    @property
    def mean(self) -> timedelta:
        """What to plan with: of many jobs in a row the means add up, the medians do not, and the day runs late."""
        return timedelta(minutes=math.exp(self.mu + self.sigma**2 / 2))

    def quantile(self, share: float) -> timedelta:
        """The time that this share (between 0 and 1) stays below."""
        return timedelta(minutes=math.exp(self.mu + self.sigma * _NORMAL.inv_cdf(share)))

    def sample(self, rng: Generator, size: int) -> Sample:
        drawn: Sample = 60 * rng.lognormal(self.mu, self.sigma, size)
        return drawn

    def left(self, elapsed: timedelta) -> Left:
        """What is left when so much of it has gone by and it is not over."""
        return Left(self, max(elapsed, timedelta()))


@dataclass(frozen=True, slots=True)
class Left:
    """The rest of a time that has begun: its distribution, given that it is longer than `elapsed`."""

    whole: Lasting
    elapsed: timedelta

    @property
    def median(self) -> timedelta:
        return self.quantile(0.5)

    @property
    def chance(self) -> float:
        """That it would take as long as it has by now: near 0 when somebody forgot to say that it is over."""
        return 0.5 * math.erfc(self._score / math.sqrt(2))

    def quantile(self, share: float) -> timedelta:
        """The rest that this share (between 0 and 1) stays below."""
        return timedelta(seconds=self._rest(1 - share))

    def sample(self, rng: Generator, size: int) -> Sample:
        return np.fromiter((self._rest(one) for one in 1.0 - rng.random(size)), np.float64, size)

    @property
    def _score(self) -> float:
        minutes = self.elapsed.total_seconds() / 60
        if minutes <= 0:
            return -TAIL
        return min(TAIL, max(-TAIL, (math.log(minutes) - self.whole.mu) / self.whole.sigma))

    def _rest(self, longer: float) -> float:
        """Seconds that are left with the chance `longer` (of the whole: times that of having come so far) of more."""
        score = -_NORMAL.inv_cdf(min(max(self.chance * longer, 1e-300), 1 - 1e-16))
        seconds = 60 * math.exp(self.whole.mu + self.whole.sigma * score)
        return max(0.0, seconds - self.elapsed.total_seconds())


class _Sum(NamedTuple):
    n: int
    mean: float
    squares: float  # about the mean


@dataclass(frozen=True, kw_only=True)
class Durations:
    """What jobs take. `left_out` counts the rows that were not used, by why: `none`, `long`, `old`."""

    said: Mapping[str, float]  # minutes by kind, in the journey
    left_out: Mapping[str, int] = field(default_factory=dict)
    _kinds: Mapping[str, _Sum] = field(default_factory=dict)
    _pairs: Mapping[tuple[str, str], _Sum] = field(default_factory=dict)
    _middle: float = math.log(UNKNOWN)  # of all kinds, log minutes
    _off: float = 0.0  # by how much kinds take longer than was said, log
    _spread: float = SPREAD**2  # within a kind and technician, variance
    _people: float = PEOPLE

    @classmethod
    def learn(cls, rows: Iterable[Took], now: datetime, said: Mapping[str, float] | None = None) -> Durations:
        """From what jobs took, and the minutes that the journey says by kind. ValueError when those are not above 0."""
        said = dict(said or {})
        if wrong := [kind for kind, minutes in said.items() if not 0 < minutes < math.inf]:
            raise ValueError(f"minutes above 0 are expected for {', '.join(wrong)}")
        used: dict[tuple[str, str], list[float]] = defaultdict(list)
        left_out: Counter[str] = Counter()
        for row in rows:
            if why := _left_out(row, now):
                left_out[why] += 1
            else:
                used[row.kind, row.technician].append(math.log(row.minutes))
        pairs = {key: _sum(values) for key, values in used.items()}
        grouped: dict[str, list[float]] = defaultdict(list)
        for (kind, _), values in used.items():
            grouped[kind].extend(values)
        kinds = {kind: _sum(values) for kind, values in grouped.items()}
        middle = _mean([math.log(said[kind]) if kind in said else kinds[kind].mean for kind in {*said, *kinds}])
        spread = _spread(sum(one.squares for one in pairs.values()), sum(one.n - 1 for one in pairs.values()))
        return cls(
            said=said,
            left_out=dict(left_out),
            _kinds=kinds,
            _pairs=pairs,
            _middle=math.log(UNKNOWN) if middle is None else middle,
            _off=_off(kinds, said),
            _spread=spread,
            _people=_people(kinds, pairs, spread),
        )

    def of(self, kind: str, technician: str = "") -> Lasting:
        """How long this kind of job takes this technician; whoever they are, when none is named."""
        every = self._kinds.get(kind, _Sum(0, 0.0, 0.0))
        counts = SAID if kind in self.said else UNSAID
        centre = (math.log(self.said[kind]) if kind in self.said else self._middle) + self._off
        mean = (every.n * every.mean + counts * centre) / (every.n + counts)
        own = self._pairs.get((kind, technician), _Sum(0, 0.0, 0.0))
        weight = own.n / (own.n + self._people)
        within = _spread(every.squares, max(0, every.n - 1), self._spread)
        if own.n > 1:
            within = _spread(own.squares, own.n - 1, within)
        unsure = within / (every.n + counts) * (1 - weight) ** 2
        if technician:
            unsure += within / (own.n + self._people)
        return Lasting(mean + weight * (own.mean - mean), math.sqrt(within + unsure), own.n if technician else every.n)


def _left_out(row: Took, now: datetime) -> str:
    if not row.minutes > 0:  # nor a number that is none
        return "none"
    if row.minutes > LONGEST:
        return "long"
    return "old" if now - row.at > KEPT else ""


def _sum(values: list[float]) -> _Sum:
    mean = math.fsum(values) / len(values)
    return _Sum(len(values), mean, math.fsum((value - mean) ** 2 for value in values))


def _mean(values: list[float]) -> float | None:
    return math.fsum(values) / len(values) if values else None


def _spread(squares: float, freedom: int, before: float = SPREAD**2) -> float:
    """A variance from squares about a mean, with what was thought before as `SPREAD_COUNTS` observations."""
    return (squares + SPREAD_COUNTS * before) / (freedom + SPREAD_COUNTS)


def _off(kinds: Mapping[str, _Sum], said: Mapping[str, float]) -> float:
    """By how much jobs take longer than the journey says, over all kinds; each kind once, as far as it is known."""
    weighed = [(one.n / (one.n + SAID), one.mean - math.log(said[kind])) for kind, one in kinds.items() if kind in said]
    return math.fsum(weight * off for weight, off in weighed) / (math.fsum(weight for weight, _ in weighed) + 1)


def _people(kinds: Mapping[str, _Sum], pairs: Mapping[tuple[str, str], _Sum], spread: float) -> float:
    """As how many observations a kind counts for a technician: less, the more technicians differ (by moments)."""
    free = len(pairs) - len(kinds)
    if free < 3:
        return PEOPLE
    between = math.fsum(one.n * (one.mean - kinds[kind].mean) ** 2 for (kind, _), one in pairs.items())
    size = math.fsum(one.n - one.n**2 / kinds[kind].n for (kind, _), one in pairs.items())
    variance = (between - free * spread) / size
    return min(PEOPLE_MOST, max(PEOPLE_LEAST, spread / variance)) if variance > 0 else PEOPLE_MOST
