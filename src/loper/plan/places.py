"""Where a Dutch address is, by its postcode alone: 4,079 areas of four digits, from GeoNames (see NOTICE).

An area is a neighbourhood or a village. What the other signs mean is not known here, so they only spread the homes: the
two letters over the area, the house number over the street. The same address is always the same place, homes with the
same six-digit postcode are neighbours, and no two addresses lie on one spot. The middle area has a radius of 700
metres, a village in the country one of 2 km. A geocoder (loper.roads.Pdok) knows better.
"""

from __future__ import annotations

import hashlib
import math
import re
from functools import cache, lru_cache
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from loper.plan.model import Place

POSTCODE = re.compile(r"([1-9][0-9]{3})([A-Z]{2})?", re.ASCII)
STREET = 60.0  # metres to each side
DEGREE = 111_195.0  # metres of latitude


class Area(NamedTuple):
    """A four-digit postcode: the middle, the metres within which its homes lie, its town."""

    place: Place
    radius: float
    town: str


def place_of(postcode: str, house: str = "") -> Place | None:
    """Where an address is, as nearly as its postcode says; `1234`, `1234AB` and `1234 ab` will do.

    A postcode that is not known takes the nearest number with the same three digits. None when there is none, or when
    it is no postcode.
    """
    if (parts := _parts(postcode)) is None:
        return None
    digits, letters = parts
    if (area := _nearest(digits)) is None:
        return None
    house, place = re.sub(r"\s+", "", house).upper(), area.place
    if letters:
        place = _spread(place, area.radius, digits + letters)
    if house:
        place = _spread(place, STREET if letters else area.radius, f"{digits}{letters} {house}")
    return place


def town_of(postcode: str) -> str:
    """The town, as GeoNames writes it; empty when this very postcode is not known."""
    parts = _parts(postcode)
    area = _areas().get(parts[0]) if parts else None
    return area.town if area else ""


def digits_of(place: Place) -> str:
    """The four digits of the postcode whose middle lies nearest: the way back, for a place without an address."""
    return _digits_of(round(place.lat, 3), round(place.lon, 3))


@lru_cache(maxsize=65536)
def _digits_of(lat: float, lon: float) -> str:
    codes, middles = _middles()
    north = middles[:, 0] - lat
    east = (middles[:, 1] - lon) * math.cos(math.radians(lat))
    return codes[int(np.argmin(north**2 + east**2))]


@cache
def _middles() -> tuple[list[str], NDArray[np.float64]]:
    areas = _areas()
    return list(areas), np.array([area.place for area in areas.values()])


def _parts(postcode: str) -> tuple[str, str] | None:
    found = POSTCODE.fullmatch(re.sub(r"\s+", "", postcode).upper())
    return (found[1], found[2] or "") if found else None


def _nearest(digits: str) -> Area | None:
    areas = _areas()
    same = (code for code in (f"{digits[:3]}{last}" for last in range(10)) if code in areas)
    code = min(same, key=lambda code: abs(int(code) - int(digits)), default=None)
    return areas[code] if code else None


def _spread(place: Place, radius: float, key: str) -> Place:
    """A place of its own for the key, evenly over the circle."""
    drawn = hashlib.blake2b(key.encode(), digest_size=16).digest()
    far = radius * math.sqrt(int.from_bytes(drawn[:8]) / 2**64)
    angle = 2 * math.pi * int.from_bytes(drawn[8:]) / 2**64
    lat = place.lat + far * math.cos(angle) / DEGREE
    lon = place.lon + far * math.sin(angle) / (DEGREE * math.cos(math.radians(place.lat)))
    return Place(round(lat, 6), round(lon, 6))


@cache
def _areas() -> dict[str, Area]:
    areas = {}
    for line in (Path(__file__).parent / "postcodes.txt").read_text(encoding="utf-8").splitlines():
        if not line.startswith("#"):
            code, lat, lon, radius, town = line.split("\t")
            areas[code] = Area(Place(float(lat), float(lon)), float(radius), town)
    return areas
