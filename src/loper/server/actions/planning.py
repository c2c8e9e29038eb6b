"""What a planner changes: whose visit is when, and who there is to make visits."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from django.contrib.auth.models import User
from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from loper.server.actions.cases import book
from loper.server.actions.refused import Refused
from loper.server.permissions import Actor, demand
from loper.server.records.agenda import Appointment, Slot, Technician
from loper.server.records.customers import tidy_phone
from loper.server.records.runtime import Case


@transaction.atomic
def move(*, actor: Actor, appointment: int, sequence: int, block: Slot) -> Appointment:
    """Another block for a booking, said as planner; the journey itself tells the customer.

    `sequence` is the appointment's as the planner saw it: what somebody changed meanwhile is not moved blindly.
    """
    demand(actor, "planning")
    case = Appointment.objects.filter(pk=appointment).values_list("case", flat=True).first()
    list(Case.objects.select_for_update().filter(key=case).values_list("key", flat=True))
    found = Appointment.objects.filter(pk=appointment, status=Appointment.BOOKED).first()
    if case is None or found is None:
        raise Refused(_("This appointment is over or was cancelled. There is nothing to move."))
    if found.sequence != sequence:
        raise Refused(_("Somebody else moved this appointment meanwhile. Look at its time again."))
    if found.slot == block:
        raise Refused(_("It is at this time already. Choose another."), field="block")
    return book(actor=replace(actor, roles=frozenset({"planner"})), case=case, block=block)


@transaction.atomic
def keep_technician(
    *,
    actor: Actor,
    technician: int | None = None,
    name: str,
    skills: Iterable[str] = (),
    phone: str = "",
    user: User | None = None,
    active: bool = True,
) -> Technician:
    """A new technician, or changes to one. Without skills they can do everything; the account `user` sees their day."""
    demand(actor, "technicians.change")
    row = Technician() if technician is None else Technician.objects.select_for_update().filter(pk=technician).first()
    if row is None:
        raise Refused(_("This technician is not there."))
    number = tidy_phone(phone) if phone.strip() else ""
    if phone.strip() and not number:
        raise Refused(_("A telephone number looks like 06 1234 5678."), field="phone")
    if user is not None and Technician.objects.filter(user=user).exclude(pk=row.pk).exists():
        raise Refused(_("This account belongs to another technician already."), field="user")
    booked = row.appointments.filter(status=Appointment.BOOKED).count() if row.pk and not active else 0
    if booked:
        raise Refused(
            ngettext(
                "%(count)d appointment is still booked with this technician. Move it first.",
                "%(count)d appointments are still booked with this technician. Move them first.",
                booked,
            )
            % {"count": booked},
            field="active",
        )
    row.name, row.skills, row.phone, row.user, row.active = name.strip()[:80], list(skills), number, user, active
    row.save()
    return row
