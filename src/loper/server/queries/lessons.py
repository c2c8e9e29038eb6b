"""What was learned at night: how honest forecasts are, how long work takes, how slow the roads are."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta
from typing import Any

from loper.plan.arrival import HORIZONS
from loper.plan.calibrate import Calibration, Mend
from loper.plan.duration import Durations, Lasting
from loper.plan.learned import Learned
from loper.server.records.arrivals import Lesson

ARRIVALS, DURATIONS, ROADS = "arrivals", "durations", "roads"


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
    known = _what(ROADS)
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


def _what(name: str) -> dict[str, Any]:
    found = Lesson.objects.filter(name=name).values_list("what", flat=True).first()
    return found if isinstance(found, dict) else {}
