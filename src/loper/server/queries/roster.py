"""Who works when, and on which route: rows made into what `loper.plan` reckons with.

A technician with hours is planned by route. One without has blocks that were agreed (a co-maker, or a small
organisation that keeps its calendar by hand): what is left of each block is what they can take.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import replace
from datetime import date, datetime, time, timedelta

from django.db.models import F, Q

from loper.define.organisation import Organisation
from loper.define.organisation_keys import WEEKDAYS
from loper.plan.model import Job, PartnerBlock, Pause, Place, Plan, Route, Shift, Span
from loper.server import clock
from loper.server.clock import day_of, midnight, today, zone
from loper.server.queries.organisation import organisation
from loper.server.queries.work import where, work_in
from loper.server.records.agenda import Absence, Appointment, Block, Technician

WORKING = ("hours", "lunch", "postcode", "house_number", "lat", "lon", "skills", "van", "area")
"""What of a technician their shifts follow from."""

MIDDLE = Place(52.09, 5.12)
"""Utrecht: where an organisation is of which no place at all is known."""


def planned_by_route() -> list[Technician]:
    """Technicians who have hours, by key."""
    return [one for one in Technician.objects.filter(active=True).order_by("key") if one.hours]


def blocks_of(day: date, whose: Organisation) -> tuple[Span, ...]:
    """The blocks that customers choose from on this day; none on a day off of the organisation."""
    visits = whose.visits
    calendar = whose.calendars.get(visits.calendar)
    if calendar is not None and not calendar.works(day):
        return ()
    here = zone()
    return tuple(
        Span(datetime.combine(day, one.start, here), datetime.combine(day, one.end, here)) for one in visits.blocks
    )


def plan_of(
    days: Collection[date], *, only: Collection[str] = (), without: Collection[int] = (), there: Collection[int] = ()
) -> Plan:
    """The routes of these days as they stand (see `routes_of`), and what is left of blocks that were agreed."""
    routes = routes_of(days, only=only, without=without, there=there)
    return Plan(routes, agreed(days, only))


def routes_of(
    days: Collection[date], *, only: Collection[str] = (), without: Collection[int] = (), there: Collection[int] = ()
) -> tuple[Route, ...]:
    """The routes of these days as they stand.

    `only`: these technicians (keys). `without`: leave these appointments out, as if they were not there. `there`:
    reckon as if nobody was away in these absences.
    """
    if not days:
        return ()
    first, last = midnight(min(days)), midnight(max(days) + timedelta(days=1))
    everybody = planned_by_route()
    technicians = [one for one in everybody if not only or one.key in only]
    absences: dict[int, list[Absence]] = {}
    for absence in Absence.objects.filter(end__gt=first, start__lt=last).exclude(pk__in=there).order_by("start"):
        absences.setdefault(absence.technician_id, []).append(absence)
    rows = list(
        Appointment.objects.filter(planned__gte=first, planned__lt=last)
        .exclude(status=Appointment.CANCELLED)
        .exclude(pk__in=without)
        .filter(Q(technician__in=technicians) | Q(second__in=technicians))
        .select_related("technician", "second")
        .order_by("planned", "pk")
    )
    by_day: dict[tuple[int, date], list[Appointment]] = {}
    for row in rows:
        for one in {row.technician_id, row.second_id} - {None}:
            by_day.setdefault((one or 0, day_of(row.planned or clock.now())), []).append(row)
    somewhere, whose = middle(everybody), organisation()
    routes = []
    for technician in technicians:
        for day in sorted(days):
            shift = shift_of(technician, day, whose, absences.get(technician.pk, ()))
            if shift is not None:
                routes.append(_route(shift, by_day.get((technician.pk, day), ()), somewhere))
    return tuple(routes)


def middle(technicians: Iterable[Technician]) -> Place:
    """The middle of where the days begin: where work lies of which the place is not known."""
    homes = [home for one in technicians if (home := where(one)) is not None]
    if not homes:
        return MIDDLE
    return Place(sum(one.lat for one in homes) / len(homes), sum(one.lon for one in homes) / len(homes))


def shift_of(technician: Technician, day: date, whose: Organisation, absences: Iterable[Absence] = ()) -> Shift | None:
    """Their working day; None where they do not work, or are away all of it."""
    hours = technician.hours.get(WEEKDAYS[day.weekday()])
    if not hours:
        return None
    calendar = whose.calendars.get(whose.visits.calendar)
    if calendar is not None and day in calendar.holidays:
        return None
    start, end = (datetime.combine(day, time.fromisoformat(text), zone()) for text in hours)
    start, end, away = _without(start, end, absences)
    if start >= end:
        return None
    begins = where(technician)
    return Shift(
        technician=technician.key,
        day=day,
        start=start,
        end=end,
        begins_at=begins or MIDDLE,
        ends_at=begins,
        pauses=tuple(sorted((*_lunch(technician, day, start, end), *away), key=lambda one: one.earliest)),
        skills=frozenset(technician.skills),
        stock=frozenset(technician.van),
        area=frozenset(technician.area),
    )


def _without(start: datetime, end: datetime, absences: Iterable[Absence]) -> tuple[datetime, datetime, list[Pause]]:
    """The day less the absences: at its edges it is shorter, in the middle there is a pause."""
    away: list[tuple[datetime, datetime]] = []
    for one in sorted(absences, key=lambda one: one.start):
        begin, until = max(one.start, start), min(one.end, end)
        if begin >= until:
            continue
        if away and begin <= away[-1][1]:
            away[-1] = (away[-1][0], max(until, away[-1][1]))
        else:
            away.append((begin, until))
    if away and away[0][0] <= start:
        start = away.pop(0)[1]
    if away and away[-1][1] >= end:
        end = away.pop()[0]
    return start, end, [Pause(kind="away", earliest=a, latest=a, lasts=b - a) for a, b in away]


def _lunch(technician: Technician, day: date, start: datetime, end: datetime) -> list[Pause]:
    given = technician.lunch
    if not given:
        return []
    earliest, latest = (datetime.combine(day, time.fromisoformat(given[key]), zone()) for key in ("from", "until"))
    lasts = timedelta(minutes=int(given.get("minutes", 30)))
    if latest < start or earliest + lasts > end:
        return []  # away over lunch
    return [Pause(kind="lunch", earliest=max(earliest, start), latest=min(latest, end - lasts), lasts=lasts)]


def _route(shift: Shift, rows: Sequence[Appointment], somewhere: Place) -> Route:
    """The route as it stands; of today, what is still to come, from now on and from where the last visit was."""
    begins, at = shift.start, shift.begins_at
    ahead = []
    for row in rows:
        if row.status == Appointment.BOOKED:
            ahead.append(job_of(row, somewhere))
            continue
        begins = max(begins, row.changed + timedelta(minutes=row.minutes))  # they arrived then; no later than that free
        at = work_in(row).place or at
    begins = max(begins, clock.now().replace(second=0, microsecond=0)) if shift.day <= today() else begins
    begins = min(begins, shift.end)
    pauses = tuple(one for one in shift.pauses if one.latest >= begins)
    return Route(replace(shift, start=begins, begins_at=at, pauses=pauses), tuple(ahead))


def job_of(row: Appointment, somewhere: Place) -> Job:
    """A booked visit as planning sees it: its promise is hard; what takes two stays where it is."""
    return replace(
        work_in(row).job(somewhere),
        key=str(row.pk),
        promised=Span(row.start, row.end),
        planned=row.planned,
        fixed=row.pinned or row.people > 1,
    )


def agreed(days: Collection[date], only: Collection[str] = ()) -> tuple[PartnerBlock, ...]:
    """What is left of blocks that were agreed, on these days."""
    first, last = midnight(min(days)), midnight(max(days) + timedelta(days=1))
    rows = Block.objects.filter(
        start__gte=first, start__lt=last, start__gt=clock.now(), taken__lt=F("capacity"), technician__active=True
    )
    if only:
        rows = rows.filter(technician__key__in=only)
    return tuple(
        PartnerBlock(
            partner=one.technician.key,
            span=Span(one.start, one.end),
            left=one.capacity - one.taken,
            skills=frozenset(one.technician.skills),
            area=frozenset(one.technician.area),
        )
        for one in rows.select_related("technician").order_by("start", "technician__key")
        if not one.technician.hours
    )
