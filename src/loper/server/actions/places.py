"""Where a technician is on the way to a customer: from their own phone, or from the organisation's fleet tracker.

Kept only between on the way and arrived, only of who shares it, to about a hundred metres, and never longer than a day.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any, Literal

from django.core.exceptions import PermissionDenied
from django.db.models import Q

from loper.plan.model import Place
from loper.plan.travel import kilometres
from loper.server import clock
from loper.server.permissions import Actor, demand
from loper.server.queries.progress import taps_on
from loper.server.queries.work import where
from loper.server.records.agenda import Appointment, Technician
from loper.server.records.arrivals import Position

Kept = Literal["kept", "duplicate", "ignored"]

AHEAD, BEHIND = timedelta(minutes=2), timedelta(hours=24)
"""A place from later than now (but for clocks that differ), or from longer ago, is refused."""
KEPT = timedelta(hours=23)  # swept every hour, so gone within a day
EVERY = 30  # seconds; of so long one place is enough
COARSE = 3  # decimals of a degree: 111 metres to the north, less to the east
EXACT = 100.0  # metres; nothing is known more exactly
MOST = 1e6  # no number here is larger
FAR = 500.0  # kilometres from where the day begins: nobody drives there


def wrong_with(at: datetime, lat: Any, lon: Any, accuracy: Any, home: Place | None) -> list[str]:
    """What is wrong with a place that somebody says, all at once."""
    now, found = clock.now(), []
    if at > now + AHEAD:
        found.append("at: this is in the future")
    elif at < now - BEHIND:
        found.append("at: this is more than 24 hours ago")
    good = True
    for name, value, most in (("lat", lat, 90), ("lon", lon, 180)):
        if not _number(value) or abs(value) > most:
            good = False
            found.append(f"{name}: degrees from -{most} to {most} were expected")
    if not _number(accuracy) or accuracy < 0:
        found.append("accuracy: metres, 0 or more, were expected")
    if good and home is not None and float(kilometres([home], [Place(lat, lon)])[0, 0]) > FAR:
        found.append("lat, lon: this is more than 500 km from where their day begins; are the two swapped?")
    return found


def keep(technician: Technician, at: datetime, lat: float, lon: float, accuracy: float, source: str = "") -> Kept:
    """Keep a good place (see `wrong_with`), if it may be kept."""
    if not technician.shares_place or at < clock.now() - KEPT or not drives(technician, at):
        return "ignored"
    coarse = at.replace(second=at.second - at.second % EVERY, microsecond=0)
    _row, new = Position.objects.get_or_create(
        technician=technician,
        at=coarse,
        defaults={
            "lat": round(lat, COARSE),
            "lon": round(lon, COARSE),
            "accuracy": max(EXACT, min(accuracy, 1e5)),
            "source": source,
        },
    )
    return "kept" if new else "duplicate"


def from_phone(*, actor: Actor, lat: Any, lon: Any, accuracy: Any, ago: float = 0) -> Kept:
    """A technician's own phone says where they are, so many seconds ago. ValueError says what is wrong with it."""
    technician = _own(actor)
    at = clock.now() - timedelta(seconds=min(max(ago, 0.0), 3600.0))
    if wrong := wrong_with(at, lat, lon, accuracy, where(technician)):
        raise ValueError("; ".join(wrong))
    return keep(technician, at, lat, lon, accuracy)


def share(*, actor: Actor, on: bool) -> None:
    """Whether the phone of this technician may say where they are. Off: what is known of it is gone at once."""
    technician = _own(actor)
    Technician.objects.filter(pk=technician.pk).update(shares_place=on)
    if not on:
        Position.objects.filter(technician=technician).delete()


def drives(technician: Technician, at: datetime) -> bool:
    """Whether they were on the way to a customer then, by their taps."""
    rows = _around(technician, at)
    said = [tap for taps in taps_on(rows).values() for tap in taps if tap.at <= at] if rows else []
    return bool(said) and max(said, key=lambda tap: tap.at).name == "depart"


def sweep_places() -> int:
    """Take out places that are too old to keep; gives how many."""
    return Position.objects.filter(at__lt=clock.now() - KEPT).delete()[0]


def _own(actor: Actor) -> Technician:
    demand(actor, "field")
    found = Technician.objects.filter(key=actor.technician, active=True).first() if actor.technician else None
    if found is None:
        raise PermissionDenied("field")
    return found


def _around(technician: Technician, at: datetime) -> Sequence[Appointment]:
    near = Q(start__gt=at - timedelta(hours=18), start__lt=at + timedelta(hours=18))
    return list(Appointment.objects.filter(near, technician=technician).exclude(status=Appointment.CANCELLED))


def _number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and -MOST < value < MOST
