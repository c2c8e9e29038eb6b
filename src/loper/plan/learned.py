"""Travel times mended by the organisation's own trips: slower to the island, slower at eight in the morning.

What a trip took over what was planned is a ratio. It is split into four, each the median of what the one before left:
of all trips, of the part of the day, of the pair of areas (first two digits of the postcode), and of that pair at that
part of the day. Each is drawn towards no change, the more the fewer trips it rests on: n trips weigh n / (n + SHRINK).
Two trips hardly tell, two hundred almost wholly. A stop for lunch on the way does not: medians, and what lies far out
is left away first.
"""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, tzinfo
from functools import lru_cache
from typing import Literal, TypeVar
from zoneinfo import ZoneInfo

import numpy as np
from numpy.typing import NDArray

from loper.plan.model import Place, Seconds, Travel
from loper.plan.places import digits_of

Part = Literal["morning", "day", "evening", "quiet"]
"""Of a working day: the rush of the morning (7 to 9), the hours between, the rush of the evening (16 to 18); else
quiet."""

SHRINK = 20.0  # so many trips weigh as much as the belief that nothing is wrong
FAR_OUT = 4.0  # spreads from the middle; beyond it something else happened
LEAST_SPREAD = 0.1  # of the logarithm: half of the trips within 7 % is as near as anybody plans
SHORTEST = 120  # seconds planned; below it the search for a parking place is all there is
ENOUGH = 30  # trips between two areas, before plans reckon with what they say
STEP = 0.05  # of the logarithm: what changed by less than 5 % leaves plans as they are
MOST = 2.0  # however many trips say so, no time is more than doubled or halved
AMSTERDAM = ZoneInfo("Europe/Amsterdam")

K = TypeVar("K", bound=Hashable)


@dataclass(frozen=True, kw_only=True, slots=True)
class Trip:
    """A drive that was made: seconds as planned (uncorrected), and as driven, leaving at `when`."""

    origin: Place
    destination: Place
    planned: int
    driven: int
    when: datetime


@dataclass(frozen=True, kw_only=True, slots=True)
class Learned:
    """How much slower (logarithms of ratios): over all, by part of the day, by pair of areas, by both."""

    trips: int = 0
    overall: float = 0.0
    parts: Mapping[Part, float] = field(default_factory=dict)
    pairs: Mapping[tuple[str, str], float] = field(default_factory=dict)
    both: Mapping[tuple[str, str, Part], float] = field(default_factory=dict)

    def ratio(self, start: str, end: str, part: Part | None = None) -> float:
        """What to multiply a planned time by, from one area to another; 1 where nothing is known."""
        log = self.overall + self.pairs.get((start, end), 0.0)
        if part:
            log += self.parts.get(part, 0.0) + self.both.get((start, end, part), 0.0)
        return min(MOST, max(1 / MOST, math.exp(log)))


@dataclass(frozen=True, slots=True)
class Corrected:
    """Travel with what was learned, at a part of the day; without one, as on an average trip."""

    travel: Travel
    learned: Learned
    part: Part | None = None

    def seconds(self, origins: Sequence[Place], destinations: Sequence[Place]) -> Seconds:
        """Whole seconds, shape (origins, destinations). The same place stays 0."""
        planned = self.travel.seconds(origins, destinations)
        rows, columns = _numbered(origins), _numbered(destinations)
        ratios = np.array([[self.learned.ratio(a, b, self.part) for b in columns[0]] for a in rows[0]])
        at = np.ix_(rows[1], columns[1])
        mended: Seconds = np.rint(planned * ratios.reshape(len(rows[0]), len(columns[0]))[at]).astype(np.int64)
        return mended


def learn(trips: Iterable[Trip], zone: tzinfo = AMSTERDAM) -> Learned:
    """What the trips say. Those that cannot be (no time at all) or tell nothing (too short) are passed over."""
    told = [trip for trip in trips if trip.planned >= SHORTEST and trip.driven > 0]
    if not told:
        return Learned()
    rest = np.log([trip.driven / trip.planned for trip in told])
    away = np.abs(rest - np.median(rest))
    sound = away <= FAR_OUT * max(LEAST_SPREAD, 1.4826 * float(np.median(away)))
    told = [trip for trip, keep in zip(told, sound, strict=True) if keep]
    rest = rest[sound]
    parts: list[Part] = [part_of(trip.when, zone) for trip in told]
    pairs = [(area_of(trip.origin), area_of(trip.destination)) for trip in told]
    both: list[tuple[str, str, Part]] = [(*pair, part) for pair, part in zip(pairs, parts, strict=True)]
    overall = _effects([""] * len(told), rest)[""]
    rest = rest - overall
    by_part = _effects(parts, rest)
    rest = rest - [by_part[part] for part in parts]
    by_pair = _effects(pairs, rest)
    rest = rest - [by_pair[pair] for pair in pairs]
    return Learned(trips=len(told), overall=overall, parts=by_part, pairs=by_pair, both=_effects(both, rest))


def for_plans(trips: Sequence[Trip], before: Learned, zone: tzinfo = AMSTERDAM) -> Learned:
    """What plans of days to come reckon with: an average trip, of ways that were driven often enough.

    A plan is a promise, so it follows what is learned slowly: an area of which fewer than ENOUGH trips are known counts
    for nothing, and what differs from `before` by less than STEP stays as it was.
    """
    learned = learn(trips, zone)
    told = Counter((area_of(trip.origin), area_of(trip.destination)) for trip in trips)
    pairs = {pair: log for pair, log in learned.pairs.items() if told[pair] >= ENOUGH}
    overall = learned.overall if learned.trips >= ENOUGH else 0.0
    if abs(overall - before.overall) < STEP:
        pairs = {pair: log + overall - before.overall for pair, log in pairs.items()}
        overall = before.overall
    for pair in pairs:
        if abs(pairs[pair] - before.pairs.get(pair, 0.0)) < STEP:
            pairs[pair] = before.pairs.get(pair, 0.0)
    pairs = {pair: log for pair, log in sorted(pairs.items()) if log}
    if (overall, pairs) == (before.overall, before.pairs):
        return before
    return Learned(trips=learned.trips, overall=overall, pairs=pairs)


def part_of(when: datetime, zone: tzinfo = AMSTERDAM) -> Part:
    """The part of the day a trip leaves in."""
    local = when.astimezone(zone)
    if local.weekday() >= 5:
        return "quiet"
    hour = local.hour
    if 7 <= hour < 9:
        return "morning"
    if 9 <= hour < 16:
        return "day"
    return "evening" if 16 <= hour < 18 else "quiet"


def _numbered(places: Sequence[Place]) -> tuple[list[str], list[int]]:
    """The areas of these places, and which of them each is in."""
    known: dict[str, int] = {}
    at = [known.setdefault(area_of(place), len(known)) for place in places]
    return list(known), at


@lru_cache(maxsize=65536)
def area_of(place: Place) -> str:
    """The first two digits of the postcode there."""
    return digits_of(place)[:2]


def _effects(keys: Sequence[K], values: NDArray[np.float64]) -> dict[K, float]:
    """Of each key the median of its values, drawn towards 0."""
    groups: dict[K, list[float]] = defaultdict(list)
    for key, value in zip(keys, values, strict=True):
        groups[key].append(float(value))
    return {key: float(np.median(own)) * len(own) / (len(own) + SHRINK) for key, own in groups.items()}
