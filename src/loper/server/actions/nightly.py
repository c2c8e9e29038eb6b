"""Days planned again by the worker: at night, and after so many bookings. It proposes; only at night does it accept.

A proposal of the night is put in force by itself when every promise is kept and nothing is left over. One made by day
waits for the planner. Of two workers one makes it: its name (`once`) is in the database one time.
"""

from __future__ import annotations

import logging
from datetime import date, datetime, time, timedelta

from django.conf import settings
from django.db import IntegrityError
from django.db.models import Max

from loper.plan.schedule import schedule
from loper.server import clock
from loper.server.actions.refused import Refused
from loper.server.actions.replanning import better, put_in_force
from loper.server.clock import day_of, midnight, today, zone
from loper.server.queries import lessons
from loper.server.queries.organisation import organisation
from loper.server.queries.roster import planned_by_route, routes_of
from loper.server.records.agenda import Appointment
from loper.server.records.arrivals import Lesson
from loper.server.records.proposals import Proposal

logger = logging.getLogger("loper.planning")

BY = "Loper"
LATE = timedelta(hours=4)
"""So long after its hour the night is still night: a worker that was down then catches up."""


def check() -> None:
    """Raises ValueError where the settings are wrong."""
    try:
        time.fromisoformat(settings.LOPER_REPLAN_AT or "00:00")
    except ValueError:
        raise ValueError(f"LOPER_REPLAN_AT: '{settings.LOPER_REPLAN_AT}' is no time; write 02:00, or nothing") from None
    if settings.LOPER_REPLAN_EVERY < 0 or not 1 <= settings.LOPER_REPLAN_DAYS <= 14:
        raise ValueError("LOPER_REPLAN_EVERY is 0 (never) or more, LOPER_REPLAN_DAYS from 1 to 14")


def go_on() -> Proposal | None:
    """Plan again if it is time to; gives what was made."""
    if not planned_by_route():
        return None
    return _roads() or _night() or _bookings()


def _night() -> Proposal | None:
    if not settings.LOPER_REPLAN_AT:
        return None
    here, day = clock.now().astimezone(zone()), today()
    due = datetime.combine(day, time.fromisoformat(settings.LOPER_REPLAN_AT), zone())
    once = f"night {day.isoformat()}"
    if not due <= here < due + LATE or Proposal.objects.filter(once=once).exists():
        return None
    days = _days(day if here < midnight(day) + timedelta(hours=5) else day + timedelta(days=1))
    return _settle(_make(days, Proposal.NIGHT, once))


def _roads() -> Proposal | None:
    """Where plans reckon with other roads from now on: the days on which a promise would not be kept are planned again.

    What cannot be kept is listed to the planner, as when somebody is ill.
    """
    lesson = lessons.in_force()
    if lesson is None or Lesson.objects.filter(name=lessons.LOOKED, at=lesson.at).exists():
        return None
    ahead = [today() + timedelta(days=number) for number in range(organisation().visits.ahead + 1)]
    roads = lessons.driving()
    days = sorted({route.shift.day for route in routes_of(ahead) if schedule(route, roads) is None})
    made = _make(days, Proposal.NIGHT, f"{lesson.name} {lesson.at.isoformat()}")
    Lesson.objects.update_or_create(name=lessons.LOOKED, defaults={"at": lesson.at, "what": {}})
    logger.info("plans reckon with what was learned of the roads; %d days could not be as they were", len(days))
    return _settle(made) if settings.LOPER_REPLAN_AT else made


def _settle(made: Proposal | None) -> Proposal | None:
    """Put a proposal in force by which every promise is kept; others wait for the planner."""
    if made is None or made.status != Proposal.WAITING or made.left:
        return made
    try:
        return put_in_force(made.pk, by=BY)
    except Refused as wrong:
        logger.info("the proposal of the night waits for the planner: %s", wrong.sentence)
        return made


def _bookings() -> Proposal | None:
    """After every so many visits booked, moved or cancelled since the last time, or since the first."""
    every = settings.LOPER_REPLAN_EVERY
    if not every:
        return None
    last = Proposal.objects.filter(reason__in=(Proposal.NIGHT, Proposal.BOOKINGS)).aggregate(
        at=Max("at"), decided=Max("decided_at"), n=Max("pk")
    )
    rows = Appointment.objects.filter(planned__gte=midnight(today() + timedelta(days=1)))
    if last["at"] is not None:
        rows = rows.filter(changed__gt=max(last["at"], last["decided"] or last["at"]))
    if rows.count() < every:
        return None
    return _make(_days(today() + timedelta(days=1)), Proposal.BOOKINGS, f"bookings after {last['n'] or 0}")


def _days(first: date) -> list[date]:
    """The coming days that have visits, from this one on."""
    last = first + timedelta(days=settings.LOPER_REPLAN_DAYS)
    rows = Appointment.objects.filter(
        status=Appointment.BOOKED, planned__gte=midnight(first), planned__lt=midnight(last)
    ).values_list("planned", flat=True)
    return sorted({day_of(at) for at in rows if at is not None})


def _make(days: list[date], reason: str, once: str) -> Proposal | None:
    if not days:
        return None
    try:
        made = better(days, by=BY, reason=reason, once=once)
    except IntegrityError:
        return None  # another worker was first
    except Refused as wrong:
        logger.warning("not planned again: %s", wrong.sentence)
        return None
    minutes = round((made.travel_before - made.travel_after) / 60)
    logger.info("%d days planned again: %d minutes less travel, %d left over", len(days), minutes, len(made.left))
    return made
