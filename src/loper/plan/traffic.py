"""How trips differ from what was planned: all of a day together, and each by itself."""

from __future__ import annotations

import math
from collections.abc import Iterable
from typing import NamedTuple

TRAFFIC, PLANNED = 0.1, 0.2  # spreads of the logarithm: of all trips of a day, and of one by itself
PARKING = 90.0  # seconds; what a short trip may differ however short it is
HELD_UP = 0.5  # of the logarithm: further off it was no traffic


class Traffic(NamedTuple):
    """How much longer trips take today: `mu` and `sigma` of the logarithm of the factor."""

    mu: float = 0.0
    sigma: float = TRAFFIC


USUAL = Traffic()


def traffic_of(trips: Iterable[tuple[float, float]]) -> Traffic:
    """The traffic of a day from its trips so far: seconds as planned and as driven (without waiting at the door).

    What one usually expects counts as well, so two slow trips do not make a jam (normal, known variances).
    """
    weight, total = 1 / TRAFFIC**2, 0.0
    for planned, driven in trips:
        if planned > 0 and driven > 0:
            sure = 1 / spread_of(planned, PLANNED) ** 2
            weight += sure
            total += sure * min(HELD_UP, max(-HELD_UP, math.log(driven / planned)))
    return Traffic(total / weight, math.sqrt(1 / weight))


def spread_of(trip: float, spread: float) -> float:
    """Of the logarithm of a trip of so many seconds; a short one differs by more of itself."""
    return min(1.0, math.hypot(spread, PARKING / max(trip, 1.0)))
