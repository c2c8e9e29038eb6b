"""What a customer may see of the technician who comes today: how far they are, and when they come.

No name of a place, no map, nothing of other customers but how many come first. How far away the technician is, is said
only while they drive to this very customer.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from loper.plan.model import Place
from loper.plan.travel import kilometres
from loper.server import clock
from loper.server.clock import day_of, today
from loper.server.queries.progress import place_seen
from loper.server.records.agenda import Appointment
from loper.server.records.arrivals import Expected

STALE = timedelta(minutes=15)
"""What was foreseen longer ago is not shown: nobody follows the day any more."""
NEAR = 1.0  # kilometres; nearer than this is said to be near

Step = Literal["begins", "others", "next", "driving"]
STEPS: tuple[Step, ...] = ("begins", "others", "next", "driving")
"""The stretch: the day has not begun; other customers come first; one more; on the way to you."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Live:
    """Where the technician of today is on the stretch to this customer, and what can be said of the time."""

    step: Step
    kind: str  # exact, hour, block
    start: datetime
    end: datetime
    late: bool
    made: datetime
    away: int | None = None  # whole kilometres as the crow flies; 0: near. None: not known, or not to be told

    @property
    def stamp(self) -> str:
        """Changes whenever the page would say something else."""
        return f"{self.step}/{self.start:%H%M}/{self.end:%H%M}/{self.late:d}/{self.away}"

    @property
    def steps(self) -> list[tuple[Step, str]]:
        """Each step, and whether it is past, here or future."""
        at = STEPS.index(self.step)
        return [(one, "past" if which < at else "here" if which == at else "future") for which, one in enumerate(STEPS)]


def live(appointment: Appointment | None) -> Live | None:
    """The stretch of today; None where the visit is not today, or nothing is known of it (any more)."""
    if appointment is None or day_of(appointment.start) != today():
        return None
    found = Expected.objects.filter(appointment=appointment, sequence=appointment.sequence).first()
    now = clock.now()
    if found is None or now - found.made > STALE:
        return None
    return Live(
        step=_step(found.horizon),
        kind=found.kind,
        start=found.start,
        end=found.end,
        late=found.late,
        made=found.made,
        away=_away(appointment, now) if found.horizon == "driving" else None,
    )


def _step(horizon: str) -> Step:
    if horizon == "before the day":
        return "begins"
    if horizon in ("driving", "previous"):
        return "driving" if horizon == "driving" else "next"
    return "others"


def _away(appointment: Appointment, now: datetime) -> int | None:
    technician = appointment.technician
    seen = place_seen(technician, now) if technician.shares_place else None
    if seen is None or appointment.lat is None or appointment.lon is None:
        return None
    far = float(kilometres([seen.place], [Place(appointment.lat, appointment.lon)])[0, 0])
    return 0 if far < NEAR else round(far)
