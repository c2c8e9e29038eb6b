"""Days planned again: a proposal that waits, put in force under lock, undone if nothing changed since.

A promise never moves. A proposal is made without holding anything; whoever accepts it holds the routes that it
touches, and nothing happens when they are not as they were.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Collection
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any, ParamSpec

from django.db import OperationalError, transaction
from django.utils.translation import gettext as _

from loper.plan import compare
from loper.plan.known import Known
from loper.plan.model import Plan, Span
from loper.plan.optimise import NIGHT, optimise, with_urgent, without
from loper.plan.schedule import schedule
from loper.server import clock
from loper.server.actions.handovers import Busy, comers, leaves, tell_who_comes
from loper.server.actions.refused import Refused
from loper.server.actions.seats import hold, write_down
from loper.server.actions.telling import tell, told
from loper.server.apart import ASKED, BEHIND, TooLong
from loper.server.clock import day_of, midnight, today, zone
from loper.server.permissions import Actor, demand
from loper.server.queries.board_proposals import now_stands, touched
from loper.server.queries.board_stands import Days, stands, together
from loper.server.queries.cases import case_view
from loper.server.queries.lessons import driving
from loper.server.queries.roster import middle, plan_of, planned_by_route, routes_of
from loper.server.queries.work import work_of
from loper.server.records.agenda import Absence, Appointment, Technician
from loper.server.records.proposals import Proposal
from loper.server.records.runtime import Case

logger = logging.getLogger("loper.planning")

P = ParamSpec("P")

LONGEST = 14
"""Days that are planned again at a time, at most."""

BY_DAY, OVERNIGHT = timedelta(minutes=2), timedelta(minutes=30)
"""So long planning may take: while somebody waits for it, and when nobody does."""


class Stale(Refused):
    """The routes are not as they were when the proposal was made (or accepted)."""


# -- making one --------------------------------------------------------------------------------------------------------


def propose(*, actor: Actor, days: Collection[date], reason: str = Proposal.ASKED) -> Proposal:
    """These days with less travel, every promise kept. Where nothing better is found its status says so."""
    demand(actor, "planning")
    ahead = sorted({day for day in days if day >= today()})[:LONGEST]
    if not ahead:
        raise Refused(_("These days are over."))
    return better(ahead, by=actor.name, reason=reason)


def better(days: Collection[date], *, by: str, reason: str, once: str | None = None) -> Proposal:
    """The same, for whoever may (the worker at night). `once`: IntegrityError where there is one of this name."""
    stood, plan = stands(days), plan_of(days)
    known, within = Known.of_plan(driving(), plan), OVERNIGHT if once else BY_DAY
    found = _apart(within, optimise, plan, known, now=clock.now(), ways=NIGHT)
    return _keep(found, plan, stood, days, by=by, reason=reason, once=once)


def for_absence(*, actor: Actor, absence: Absence) -> Proposal | None:
    """Who takes over while somebody is away, and what has nobody; None where they have no visits then."""
    demand(actor, "planning")
    technician, now = absence.technician, clock.now()
    theirs = Appointment.objects.filter(status=Appointment.BOOKED).filter(
        planned__gte=midnight(day_of(absence.start)), planned__lt=absence.end
    )
    rows = [row for row in theirs if technician.pk in (row.technician_id, row.second_id) and row.planned]
    days = sorted({day_of(row.planned) for row in rows if row.planned is not None})
    if not days:
        return None
    stood, plan = stands(days), plan_of(days, there=[absence.pk])
    span = Span(absence.start.astimezone(zone()), absence.end.astimezone(zone()))
    found = _apart(BY_DAY, without, plan, Known.of_plan(driving(), plan), technician.key, span, now=now)
    return _keep(found, plan, stood, days, by=actor.name, reason=Proposal.ABSENCE, absence=absence)


def for_urgent(*, actor: Actor, case: str) -> Proposal:
    """A place today for a case that cannot wait; others shift inside their promises."""
    demand(actor, "planning")
    view = case_view(case.strip().upper()) or case_view(case.strip())
    if view is None or view.ended:
        raise Refused(_("There is no open case of this number."), field="case")
    if view.appointment is not None:
        raise Refused(_("This case has an appointment already. Move that one."), field="case")
    days = [today()]
    stood, plan = stands(days), plan_of(days)
    work = replace(work_of(view), priority=100)
    now = _round(clock.now())
    job = work.job(work.place or middle(planned_by_route()))
    found = _apart(BY_DAY, with_urgent, plan, Known.of_plan(driving(), plan, [job.place]), job, now=now)
    return _keep(found, plan, stood, days, by=actor.name, reason=Proposal.URGENT, case=view.key)


def _apart(
    within: timedelta, plan_again: Callable[P, compare.Proposal], *args: P.args, **kwargs: P.kwargs
) -> compare.Proposal:
    """In a process of its own, so that pages are answered meanwhile. Refused where it takes too long."""
    try:
        return (BEHIND if within == OVERNIGHT else ASKED).run(within, plan_again, *args, **kwargs)
    except TooLong as wrong:
        logger.warning("planning again was given up: %s", wrong)
        raise Refused(_("This took too long to plan. Please try again in a moment.")) from None


def _keep(
    found: compare.Proposal,
    plan: Plan,
    stood: dict[Days, str],
    days: Collection[date],
    *,
    by: str,
    reason: str,
    once: str | None = None,
    absence: Absence | None = None,
    case: str = "",
) -> Proposal:
    """Write a proposal down. One of the same kind for these days that still waited is old now."""
    before, after = _changes(found)
    urgent = _urgent(found, case)
    left = [_left(one) for one in found.left]
    iso = [day.isoformat() for day in sorted(days)]
    empty = not (after or urgent or left)
    with transaction.atomic():
        old = Proposal.objects.filter(status=Proposal.WAITING, reason=reason, absence=absence, case=case)
        for one in old.select_for_update():
            if set(one.days) & set(iso):
                Proposal.objects.filter(pk=one.pk).update(status=Proposal.OLD)
        row = Proposal(
            at=clock.now(),
            by=by,
            reason=reason,
            status=Proposal.OLD if empty else Proposal.WAITING,
            days=iso,
            absence=absence,
            case=case,
            before=before,
            after=after,
            urgent=urgent,
            left=left,
            travel_before=round(found.travel_before.total_seconds()),
            travel_after=round(found.travel_after.total_seconds()),
            once=once,
        )
        row.made_from = together(stood, touched(row))
        row.save()
    return row


def _changes(found: compare.Proposal) -> tuple[dict[str, Any], dict[str, Any]]:
    """Before and after of every visit that gets another technician or time."""
    moves = [one for one in found.moves if one.job.isdigit()]
    rows = {
        str(one.pk): one
        for one in Appointment.objects.select_related("technician", "second").filter(
            pk__in={int(move.job) for move in moves}
        )
    }
    before = {
        key: {
            "technician": row.technician.key,
            "second": row.second.key if row.second else "",
            "planned": row.planned.isoformat() if row.planned else "",
        }
        for key, row in rows.items()
    }
    after = {key: dict(said) for key, said in before.items()}
    for move in moves:
        if move.job not in after:
            continue
        said = after[move.job]
        said["second" if move.technician and said["second"] == move.technician else "technician"] = move.to
        said["planned"] = move.to_planned.isoformat()
    return before, after


def _urgent(found: compare.Proposal, case: str) -> dict[str, str]:
    """Where the urgent job goes, and what its customer is promised."""
    if not case or case not in found.placed:
        return {}
    for route in found.routes:
        for job in route.jobs:
            if job.key == case and job.planned is not None and job.promised is not None:
                return {
                    "technician": route.shift.technician,
                    "planned": job.planned.isoformat(),
                    "start": job.promised.start.isoformat(),
                    "end": job.promised.end.isoformat(),
                }
    return {}


def _left(one: compare.Left) -> dict[str, Any]:
    return {
        "appointment": int(one.job.key) if one.job.key.isdigit() else None,
        "why": one.why,
        "technician": one.technician,
        "advice": [
            {
                "do": advice.do,
                "who": advice.who,
                "planned": advice.planned.isoformat() if advice.planned else "",
                "overtime": round(advice.overtime.total_seconds() / 60),
            }
            for advice in one.advice
        ],
    }


# -- deciding ----------------------------------------------------------------------------------------------------------


def accept(*, actor: Actor, proposal: int) -> Proposal:
    """Put a proposal in force. Raises Stale, with nothing changed, when the routes are not as they were."""
    demand(actor, "planning")
    return put_in_force(proposal, by=actor.name, automatic=False)


@transaction.atomic
def put_in_force(proposal: int, *, by: str, automatic: bool = True) -> Proposal:
    """The same, for whoever may (`automatic`: the worker at night)."""
    row = _held(proposal, Proposal.WAITING)
    if row.case:
        list(Case.objects.select_for_update().filter(key=row.case).values_list("key", flat=True))
    days = touched(row)
    hold(days)
    if now_stands(row) != row.made_from:
        raise Stale(_("Something has changed on these routes since. Nothing was done; make a new proposal."))
    _put(row.after, "system" if automatic else "planner")
    _book(row)
    _holds(row)
    row.status, row.decided_at, row.decided_by = Proposal.ACCEPTED, clock.now(), by
    row.stands = now_stands(row)
    row.save()
    return row


@transaction.atomic
def refuse(*, actor: Actor, proposal: int) -> Proposal:
    """Leave the routes as they are."""
    demand(actor, "planning")
    row = _held(proposal, Proposal.WAITING)
    row.status, row.decided_at, row.decided_by = Proposal.REFUSED, clock.now(), actor.name
    row.save()
    return row


@transaction.atomic
def undo(*, actor: Actor, proposal: int) -> Proposal:
    """The routes as they were before a proposal was accepted. Raises Stale when anything changed there since."""
    demand(actor, "planning")
    row = _held(proposal, Proposal.ACCEPTED)
    if row.urgent:
        raise Refused(_("The customer of the urgent job has been told. Move or cancel that visit instead."))
    hold(touched(row))
    if now_stands(row) != row.stands:
        raise Stale(_("Something has changed on these routes since. It cannot be undone any more; nothing was done."))
    _put(row.before, "planner")
    row.status, row.decided_at, row.decided_by = Proposal.UNDONE, clock.now(), actor.name
    row.save()
    return row


def _held(proposal: int, status: str) -> Proposal:
    row = Proposal.objects.select_for_update().filter(pk=proposal).first()
    if row is None:
        raise Refused(_("This proposal is not there."))
    if row.status != status:
        raise Refused(_("Somebody else decided on this proposal already."))
    return row


def _put(visits: dict[str, Any], emitter: str) -> None:
    """Give these visits these technicians and times; their routes are held. Their cases hear who comes."""
    people = {one.key: one for one in Technician.objects.all()}
    # A colleague who books one of these at this moment holds its row, and waits for the route: do not wait for them.
    rows = Appointment.objects.select_for_update(nowait=True).filter(pk__in=[int(key) for key in visits])
    try:
        found = list(rows.order_by("pk"))
    except OperationalError:
        raise Stale(_("Somebody is booking on these routes right now. Try again in a moment.")) from None
    for visit in found:
        said = visits[str(visit.pk)]
        technician, second = people[said["technician"]], people.get(said["second"])
        before, others = comers(visit), (visit.technician_id, visit.second_id)
        if others != (technician.pk, second.pk if second else None):
            visit.sequence += 1
        visit.technician, visit.second = technician, second
        visit.planned = datetime.fromisoformat(said["planned"])
        visit.changed = clock.now()
        visit.save(update_fields=["technician", "second", "planned", "sequence", "changed"])
        leaves(visit, before, visit.start, visit.end)
        try:
            tell_who_comes(visit, emitter)
        except Busy as wrong:
            raise Stale(wrong.sentence) from None


def _book(row: Proposal) -> None:
    """The urgent job becomes a visit, and its customer hears when we come."""
    if not row.urgent:
        return
    view = case_view(row.case)
    if view is None or view.ended or view.appointment is not None:
        raise Stale(_("This case has an appointment already, or is over. Nothing was done."))
    work = work_of(view)
    made = Appointment(
        case=row.case,
        customer=view.case.customer,
        technician=Technician.objects.get(key=row.urgent["technician"]),
        planned=datetime.fromisoformat(row.urgent["planned"]),
        start=datetime.fromisoformat(row.urgent["start"]),
        end=datetime.fromisoformat(row.urgent["end"]),
        changed=clock.now(),
    )
    write_down(made, work)
    made.save()
    event = view.offers_event("book") or view.offers_event("reschedule") or "appointment.made"
    tell(case=row.case, type=event, emitter="planner", data={"appointment": told(made)})


def _holds(row: Proposal) -> None:
    """Every route that is changed keeps its promises, also now that it is later; else nothing happens."""
    gone = [one["appointment"] for one in row.left if one["appointment"]]
    away = {row.absence.technician.key} if row.absence else set()
    changed: dict[date, set[str]] = {}
    for said in (*row.after.values(), row.urgent):
        if said:
            keys = {said["technician"], said.get("second", "")} - {""} - away
            changed.setdefault(day_of(datetime.fromisoformat(said["planned"])), set()).update(keys)
    roads = driving()
    for day, keys in changed.items():
        for route in routes_of([day], only=keys, without=gone) if keys else ():
            if schedule(route, roads) is None:
                raise Stale(_("It is too late for this proposal: not every promise would be kept. Make a new one."))


def _round(at: datetime) -> datetime:
    """The next five minutes."""
    minutes = -(-(at.minute * 60 + at.second) // 300) * 5
    return at.replace(minute=0, second=0, microsecond=0) + timedelta(minutes=minutes)
