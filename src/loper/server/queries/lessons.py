"""What was learned at night: how honest forecasts are, how long work takes, how slow the roads are.

Forecasts use all of it at once. Plans use of the roads what is certain, from the morning on, so that no route changes
under the feet of who drives it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, timedelta
from typing import Any

from loper.plan.arrival import HORIZONS
from loper.plan.calibrate import Calibration, Mend
from loper.plan.duration import Durations, Lasting
from loper.plan.learned import Corrected, Learned
from loper.plan.model import Travel
from loper.plan.travel import Crow
from loper.server.clock import today
from loper.server.records.arrivals import Lesson
from loper.server.roads import travel

ARRIVALS, DURATIONS, ROADS = "arrivals", "durations", "roads"
PLANS, LOOKED = "roads of ", "roads looked at"
"""What begins the names of lessons for plans, before the first day on which they count; and which of them were held
against the routes."""


def calibration() -> Calibration:
    """How to mend forecasts; nothing learned yet gives the wide ones."""
    known = _what(ARRIVALS)
    return Calibration({one: _mend(known[one]) for one in HORIZONS if one in known})


def _mend(kept: list[float]) -> Mend:
    low, median, likely, high, apart, n = kept
    return Mend(low, median, likely, high, timedelta(seconds=apart), int(n))


def of_calibration(learned: Calibration) -> dict[str, Any]:
    """As it is kept."""
    return {
        horizon: [one.low, one.median, one.likely, one.high, one.apart.total_seconds(), one.n]
        for horizon, one in learned.mends.items()
    }


class Lastings:
    """How long kinds of work take, by technician; only of what there are data."""

    def __init__(self, known: dict[str, Any]) -> None:
        self._known = known

    def of(self, kind: str, technician: str = "") -> Lasting | None:
        """This kind with this technician; of whoever, where theirs is not known."""
        people = self._known.get(kind, {})
        found = people.get(technician) or people.get("")
        return Lasting(*found) if found else None

    def people(self, kind: str) -> dict[str, Lasting]:
        """Each technician whose own is known."""
        return {name: Lasting(*found) for name, found in self._known.get(kind, {}).items() if name}


def durations() -> Lastings:
    return Lastings(_what(DURATIONS))


def of_durations(learned: Durations, seen: Iterable[tuple[str, str]]) -> dict[str, Any]:
    """As it is kept: of each (kind, technician) that was seen, and of each kind whoever comes."""
    kept: dict[str, dict[str, list[float]]] = {}
    for kind, technician in seen:
        for one in ("", technician):
            lasting = learned.of(kind, one)
            if lasting.n:
                kept.setdefault(kind, {})[one] = [lasting.mu, lasting.sigma, lasting.n]
    return kept


def roads() -> Learned:
    """How much longer drives take than was planned; nothing learned yet changes nothing."""
    return _learned(_what(ROADS))


def _learned(known: Mapping[str, Any]) -> Learned:
    if not known:
        return Learned()
    return Learned(
        trips=known["trips"],
        overall=known["overall"],
        parts=known["parts"],
        pairs={(start, end): log for start, end, log in known["pairs"]},
        both={(start, end, part): log for start, end, part, log in known["both"]},
    )


def of_roads(learned: Learned) -> dict[str, Any]:
    """As it is kept."""
    return {
        "trips": learned.trips,
        "overall": learned.overall,
        "parts": dict(learned.parts),
        "pairs": [[*pair, log] for pair, log in learned.pairs.items()],
        "both": [[*key, log] for key, log in learned.both.items()],
    }


# -- what plans reckon with --------------------------------------------------------------------------------------------


def driving() -> Travel:
    """How long it takes by car, as plans reckon: mended by own trips between areas that were driven often enough.

    The same for every page and every plan of a day; what the night learns counts from the day it is meant for.
    """
    global _driving
    known, plain = in_force(), travel()
    if known is None:
        return plain
    what, was, found = _driving
    if what != known.what or was is not plain:
        found = Corrected(plain, _learned(known.what))
        _driving = known.what, plain, found
    return found


_driving: tuple[Any, Travel, Travel] = None, Crow(), Crow()


def in_force(day: date | None = None) -> Lesson | None:
    """The lesson that plans reckon with on this day (today), if there is one."""
    rows = Lesson.objects.filter(name__startswith=PLANS, name__lte=name_of(day or today()))
    return rows.order_by("-name").first()


def name_of(day: date) -> str:
    """The name of the lesson for plans from this day on."""
    return f"{PLANS}{day.isoformat()}"


def of_lesson(lesson: Lesson | None) -> Learned:
    """What is in it."""
    return Learned() if lesson is None else _learned(lesson.what)


def _what(name: str) -> dict[str, Any]:
    found = Lesson.objects.filter(name=name).values_list("what", flat=True).first()
    return found if isinstance(found, dict) else {}
