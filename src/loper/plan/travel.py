"""How long it takes by car, without a map: the straight line, made longer by a detour and driven at a growing speed.

Detour: short trips go about more than long ones (Giacomin & Levinson 2015, "Road network circuity in metropolitan
areas", Environment and Planning B 42(6); Levinson & El-Geneidy 2009 find the same). Here 1.5 at a kilometre, falling to
1.25. Speed: the first kilometres go through town at about 30 km/h; what a longer trip adds is more and more main road,
at last 100 km/h. The curve that results is concave. So the nearer place is never the slower one, and going round by a
third place never looks quicker than going straight.

Travel is from door to door: besides the driving, each trip takes `DOORS` to find a place for the van and to walk.
Without it, forty neighbours in one street would look like no travel at all.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from loper.plan.model import Place, Seconds

DOORS = 60
"""Seconds to park and to walk, for each trip to another place. Whoever asks a route server adds them too."""

EARTH = 6371.0088  # km, mean radius (IUGG)
DETOUR_FAR, DETOUR_NEAR, DETOUR_HALF = 1.25, 0.3, 5.0  # far away; so much more at the door; half of that at 5 km
PACE_FAR, PACE_TOWN, TOWN = 36.0, 120.0, 10.0  # seconds a km: 100 km/h and 30 km/h; km of road over which it changes


class Crow:
    """Travel times from the coordinates alone. Symmetric; the same place is 0."""

    def seconds(self, origins: Sequence[Place], destinations: Sequence[Place]) -> Seconds:
        """Whole seconds, shape (origins, destinations). ValueError on a coordinate that is none."""
        return seconds_of(kilometres(origins, destinations))


def kilometres(origins: Sequence[Place], destinations: Sequence[Place]) -> NDArray[np.float64]:
    """Great-circle distances, shape (origins, destinations)."""
    start, end = _vectors(origins), _vectors(destinations)
    square = np.zeros((len(origins), len(destinations)))
    for axis in range(3):
        square += np.subtract.outer(start[axis], end[axis]) ** 2
    chord = np.minimum(np.sqrt(square), 2.0)
    arc: NDArray[np.float64] = 2 * EARTH * np.arcsin(chord / 2)
    return arc


def road_kilometres(straight: NDArray[np.float64]) -> NDArray[np.float64]:
    """The length of the way over the road for a straight line."""
    longer: NDArray[np.float64] = straight * (DETOUR_FAR + DETOUR_NEAR * DETOUR_HALF / (DETOUR_HALF + straight))
    return longer


def seconds_of(straight: NDArray[np.float64]) -> Seconds:
    """Door to door for a straight line of so many kilometres."""
    road = road_kilometres(straight)
    slow = (PACE_TOWN - PACE_FAR) * TOWN * -np.expm1(-road / TOWN)
    time = DOORS + PACE_FAR * road + slow
    whole: Seconds = np.where(straight > 0, np.rint(time), 0).astype(np.int64)
    return whole


def _vectors(places: Sequence[Place]) -> NDArray[np.float64]:
    """Points on the unit sphere, shape (3, places): differences of them keep their precision between neighbours."""
    degrees = np.array(places, dtype=np.float64).reshape(-1, 2)
    if not (np.abs(degrees) <= (90.0, 180.0)).all():  # also false for what is not a number
        wrong = next(place for place in places if not (abs(place[0]) <= 90 and abs(place[1]) <= 180))
        raise ValueError(f"{tuple(wrong)} is not a place: a latitude from -90 to 90 and a longitude from -180 to 180")
    lat, lon = np.radians(degrees).T
    return np.stack((np.cos(lat) * np.cos(lon), np.cos(lat) * np.sin(lon), np.sin(lat)))
