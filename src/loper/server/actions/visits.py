"""What a technician says of a visit: on the way, arrived, fixed, not fixed and why, nobody home."""

from __future__ import annotations

from datetime import datetime

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils.translation import gettext as _

from loper.server.actions import agenda
from loper.server.actions.cases import told
from loper.server.actions.refused import Refused
from loper.server.actions.telling import tell_once, told_before
from loper.server.permissions import Actor, demand
from loper.server.queries.cases import CaseView, case_view
from loper.server.records.agenda import Appointment
from loper.step import Event


def _visit(actor: Actor, case: str) -> tuple[CaseView, Appointment | None]:
    """The case and its open appointment, if this technician may act on it: it is theirs, or was the last they had."""
    demand(actor, "case.visit", case)
    view = case_view(case)
    if view is None:
        raise Refused(_("This case is not there."))
    latest = Appointment.objects.filter(case=case).order_by("-changed", "-pk").first()
    mine = Appointment.objects.filter(case=case, technician__key=actor.technician or "").exists()
    if actor.technician is None or not mine or latest is None:
        raise PermissionDenied("case.visit")
    return view, view.appointment


@transaction.atomic
def depart(*, actor: Actor, case: str, eta: datetime | None = None, key: str = "") -> Event | None:
    """On the way; `eta` when they expect to be there. `key` names the tap: the same tap sent twice is one event."""
    view, _open = _visit(actor, case)
    data = {"eta": eta.isoformat()} if eta is not None and "eta" in view.journey.facts else {}
    return tell_once(case=case, type="technician.departed", emitter="technician", data=data, key=key)


@transaction.atomic
def arrive(*, actor: Actor, case: str, key: str = "") -> Event | None:
    """At the door. The appointment is kept: its place is used."""
    _visit(actor, case)
    event = tell_once(case=case, type="technician.arrived", emitter="technician", key=key)
    if event is not None:
        agenda.close(case=case, status=Appointment.DONE)
    return event


@transaction.atomic
def fixed(*, actor: Actor, case: str, key: str = "") -> Event | None:
    """Done, in one go."""
    _visit(actor, case)
    event = tell_once(case=case, type="job.fixed", emitter="technician", key=key)
    if event is not None:
        agenda.close(case=case, status=Appointment.DONE)
    return event


@transaction.atomic
def not_fixed(*, actor: Actor, case: str, reason: str, block: int | None = None, key: str = "") -> Event | None:
    """Not done, and why; with the next appointment made there and then, if `block` names one."""
    view, _open = _visit(actor, case)
    if told_before(case, "job.unfinished", key):
        return None
    options = view.journey.facts["reason"].options if "reason" in view.journey.facts else ()
    if options and reason not in options:
        raise Refused(_("Choose why it was not fixed."), field="reason")
    agenda.close(case=case, status=Appointment.DONE)
    if block is not None:
        made = agenda.place(case=case, customer=view.case.customer, block_id=block)
        tell_once(
            case=case,
            type="appointment.made",
            emitter="technician",
            data={"appointment": told(made)},
            key=key and f"{key}/next",
        )
    return tell_once(case=case, type="job.unfinished", emitter="technician", data={"reason": reason}, key=key)


@transaction.atomic
def nobody_home(*, actor: Actor, case: str, key: str = "") -> Event | None:
    """The customer was not there: the appointment is over, the customer chooses another."""
    _visit(actor, case)
    event = tell_once(case=case, type="customer.absent", emitter="technician", key=key)
    if event is not None:
        agenda.close(case=case, status=Appointment.DONE)
    return event


@transaction.atomic
def book_next(*, actor: Actor, case: str, block: int, key: str = "") -> Appointment:
    """The next appointment, made on the spot."""
    view, booked = _visit(actor, case)
    if booked is not None and told_before(case, "appointment.made", key):
        return booked
    made = agenda.place(case=case, customer=view.case.customer, block_id=block)
    tell_once(case=case, type="appointment.made", emitter="technician", data={"appointment": told(made)}, key=key)
    return made
