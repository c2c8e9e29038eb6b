"""Out of hours: whether it is, and who is on duty for what cannot wait."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from loper.server.clock import day_of
from loper.server.queries.cases import CaseView
from loper.server.queries.organisation import organisation
from loper.server.queries.roster import blocks_of, planned_by_route, shift_of
from loper.server.queries.work import Work, work_of
from loper.server.records.agenda import Absence, Appointment, Technician

SENT = "duty.sent"
"""Told where the journey knows it: its message may go at night, which a confirmation may not. A journey that lets the
system say it has emergencies that go by themselves."""

MARK = "emergency"
"""The fact, true or false, by which a journey says that a report is one."""


def out_of_hours(now: datetime) -> bool:
    """Whether nobody makes visits now: outside all blocks of the day, and outside everybody's shift."""
    day, whose = day_of(now), organisation()
    blocks = blocks_of(day, whose)
    if blocks and blocks[0].start <= now < blocks[-1].end:
        return False
    shifts = (shift_of(one, day, whose) for one in planned_by_route())
    return not any(shift is not None and shift.start <= now < shift.end for shift in shifts)


def on_duty(work: Work, now: datetime) -> list[Technician]:
    """Who is on duty and can do it, the one to call first in front: a co-maker, with the fewest calls going on."""
    away = set(Absence.objects.filter(start__lte=now, end__gt=now).values_list("technician_id", flat=True))
    busy = list(
        Appointment.objects.filter(status=Appointment.BOOKED, start__lte=now, end__gt=now).values_list(
            "technician_id", flat=True
        )
    )
    found = [
        one
        for one in Technician.objects.filter(active=True, on_duty=True).exclude(pk__in=away)
        if (not one.skills or work.skills <= set(one.skills))
        and (not one.area or work.postcode.startswith(tuple(one.area)))
    ]
    return sorted(found, key=lambda one: (not one.partner, busy.count(one.pk), one.name, one.pk))


def can_be_sent(view: CaseView, now: datetime) -> bool:
    """Whether this case cannot wait for the morning."""
    return not view.ended and bool(view.case.state.facts.get("urgent")) and out_of_hours(now)


def goes_by_itself(view: CaseView, now: datetime) -> bool:
    """Whether the journey marks this case as an emergency, now that everybody is at home."""
    marked = says_itself(view) and view.case.state.facts.get(MARK) is True
    return marked and not view.ended and out_of_hours(now)


def says_itself(view: CaseView) -> bool:
    """Whether the journey takes it from the system that somebody is sent."""
    declared = view.journey.events.get(SENT)
    return declared is not None and "system" in declared.from_


def is_duty(row: Appointment) -> bool:
    """Whether this is a visit of who is on duty: in no block and on no route."""
    return row.block_id is None and row.planned is None


def at_this_moment(customer: str, now: datetime) -> bool:
    """Whether somebody on duty is on their way to this customer already, or there."""
    rows = Appointment.objects.filter(
        customer=customer, status=Appointment.BOOKED, start__lte=now, end__gt=now, block=None, planned=None
    )
    return rows.exists()


def sent_for(view: CaseView, now: datetime, not_by: Collection[str] = ()) -> Technician | None:
    """Who would be sent for this case, but none of these (keys); None: nobody else on duty can do it."""
    return next((one for one in on_duty(work_of(view), now) if one.key not in not_by), None)
