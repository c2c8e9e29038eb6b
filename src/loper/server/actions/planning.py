"""What a planner changes of one visit: another time, another technician, fixed or free."""

from __future__ import annotations

from dataclasses import replace

from django.db import OperationalError, transaction
from django.utils.translation import gettext as _

from loper.server import clock
from loper.server.actions.cases import book
from loper.server.actions.handovers import comers, leaves, tell_who_comes
from loper.server.actions.refused import Refused
from loper.server.actions.seats import hold, place, retime
from loper.server.actions.technicians import keep_technician
from loper.server.clock import day_of
from loper.server.permissions import Actor, demand
from loper.server.queries.board_moves import within
from loper.server.queries.work import work_in
from loper.server.records.agenda import Appointment, Slot, Technician
from loper.server.records.runtime import Case

__all__ = ["hand_over", "keep_technician", "move", "pin"]


@transaction.atomic
def move(*, actor: Actor, appointment: int, sequence: int, block: Slot) -> Appointment:
    """Another block for a booking, said as planner; of another time the journey itself tells the customer.

    `sequence` is the appointment's as the planner saw it: what somebody changed meanwhile is not moved blindly.
    """
    demand(actor, "planning")
    case = _hold_case(appointment)
    found = Appointment.objects.filter(pk=appointment, status=Appointment.BOOKED).first()
    if case is None or found is None:
        raise Refused(_("This appointment is over or was cancelled. There is nothing to move."))
    if found.sequence != sequence:
        raise Refused(_("Somebody else moved this appointment meanwhile. Look at its time again."))
    if found.slot == block:
        raise Refused(_("It is at this time already. Choose another."), field="block")
    if (found.start, found.end) == (block.start, block.end):  # somebody else at the time that was promised
        made = place(case=case, customer=found.customer, slot=block, work=work_in(found))
        tell_who_comes(made, "planner")
        return made
    return book(actor=replace(actor, roles=frozenset({"planner"})), case=case, block=block)


@transaction.atomic
def hand_over(*, actor: Actor, appointment: int, sequence: int, technician: str) -> Appointment:
    """Another technician inside the same promise: the case knows, the customer hears nothing. `technician` is a key.

    Raises Refused, with nothing changed, where it does not fit the route (any more).
    """
    demand(actor, "planning")
    _hold_case(appointment)
    row = _mine(appointment, sequence, hold=False)
    to = Technician.objects.filter(key=technician, active=True).first()
    if to is None:
        raise Refused(_("This technician is not there."))
    if row.planned is None or row.people > 1 or not to.hours:
        raise Refused(_("This visit can only go to another block."), field="block")
    if to.pk == row.technician_id:
        raise Refused(_("They have this visit already. Choose somebody else."), field="block")
    day = day_of(row.planned)
    days = [(row.technician_id, day), (to.pk, day)]
    hold(days)
    row = _mine(appointment, sequence)
    found = within(row, to.key)
    if not found.free or found.planned is None:
        raise Refused(_("It does not fit in this route any more. Look at the day again."), field="block")
    before = comers(row)
    row.technician, row.planned, row.pinned = to, found.planned, False
    row.sequence, row.changed = row.sequence + 1, clock.now()
    row.save()
    leaves(row, before, row.start, row.end)
    retime(days, row.pk)
    tell_who_comes(row, "planner")
    return row


@transaction.atomic
def pin(*, actor: Actor, appointment: int, sequence: int, pinned: bool) -> Appointment:
    """This technician at this time, whatever is planned again; or free to be moved inside its promise again."""
    demand(actor, "planning")
    _hold_case(appointment)
    row = _mine(appointment, sequence, hold=False)
    if row.planned is None:
        raise Refused(_("A visit in an agreed block stays where it is by itself."))
    hold([(row.technician_id, day_of(row.planned))])
    row = _mine(appointment, sequence)
    row.pinned, row.changed = pinned, clock.now()
    row.sequence += 1
    row.save()
    tell_who_comes(row, "planner")
    return row


def _hold_case(appointment: int) -> str | None:
    """The case of this visit, ours until the transaction ends; before its route, as everywhere."""
    case = Appointment.objects.filter(pk=appointment).values_list("case", flat=True).first()
    list(Case.objects.select_for_update().filter(key=case).values_list("key", flat=True))
    return case


def _mine(appointment: int, sequence: int, *, hold: bool = True) -> Appointment:
    """The booked visit as the planner saw it. Raises Refused where it is another by now.

    `hold`: nobody else changes it until the transaction ends. The route is held before it; whoever books this visit at
    the same moment has it, and waits for the route: they are not waited for.
    """
    rows = Appointment.objects.select_related("technician", "second")
    if hold:
        rows = rows.select_for_update(of=("self",), nowait=True)
    try:
        row = rows.filter(pk=appointment, status=Appointment.BOOKED).first()
    except OperationalError:
        raise Refused(_("Somebody is booking on these routes right now. Try again in a moment.")) from None
    if row is None:
        raise Refused(_("This appointment is over or was cancelled. There is nothing to move."))
    if row.sequence != sequence:
        raise Refused(_("Somebody else moved this appointment meanwhile. Look at its time again."))
    return row
