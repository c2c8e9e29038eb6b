"""Parts that a case waits for: ordered, expected on a day (or nobody knows yet), in. The journey tells the customer."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from loper.server import clock
from loper.server.actions.cases import book
from loper.server.actions.refused import Refused
from loper.server.actions.telling import tell
from loper.server.permissions import Actor, demand
from loper.server.queries.cases import CaseView, case_view
from loper.server.records.agenda import Appointment, Slot
from loper.server.records.fieldwork import PartOrder
from loper.server.records.runtime import Case
from loper.step import Event

ORDERED, ARRIVED = "part.ordered", "part.arrived"


def write_down(*, case: str, visit: str, parts: Collection[str], expected: date | None, by: str) -> list[PartOrder]:
    """These parts are awaited; inside the transaction of who says so. Said twice of one visit, it is once."""
    made = []
    for part in dict.fromkeys(" ".join(one.split())[:80] for one in parts):
        if part:
            made.append(
                PartOrder.objects.update_or_create(
                    case=case,
                    visit=visit,
                    part=part,
                    defaults={"expected": expected, "arrived": None, "by": by, "at": clock.now()},
                )[0]
            )
    return made


@transaction.atomic
def order(*, actor: Actor, case: str, part: str, expected: date | None = None) -> PartOrder:
    """A part for this case, ordered at the office."""
    role = demand(actor, "parts.order", case)
    if not part.strip():
        raise Refused(_("Which part is it?"), field="part")
    view = _held(case)
    (made,) = write_down(case=case, visit="", parts=[part], expected=expected, by=actor.name)
    _tell_ordered(view, role)
    return made


@transaction.atomic
def expect(*, actor: Actor, order: int, expected: date | None) -> PartOrder:
    """Another day on which the part is expected; None: nobody knows any more. The customer hears a day."""
    role = demand(actor, "parts.order")
    found = _open(order)
    if expected is not None and expected < timezone.localdate(clock.now()):
        raise Refused(_("This day has passed. Choose a later one, or say that the part is in."), field="expected")
    if found.expected == expected:
        return found
    view = _held(found.case)
    found.expected = expected
    found.save(update_fields=["expected"])
    _tell_ordered(view, role)
    return found


@transaction.atomic
def arrived(*, actor: Actor, order: int) -> PartOrder:
    """The part is in. When it is the last one that the case waits for, its journey says so to the customer."""
    role = demand(actor, "parts.order")
    found = PartOrder.objects.select_for_update().filter(pk=order).first()
    if found is None:
        raise Refused(_("This part is not on the list any more."))
    if found.arrived is not None:
        return found  # a double tap
    view = _held(found.case)
    found.arrived = clock.now()
    found.save(update_fields=["arrived"])
    # A visit that stands needs to wait no longer than until today.
    if not PartOrder.objects.filter(case=found.case, arrived=None).exists():
        today = timezone.localdate(found.arrived)
        Appointment.objects.filter(case=found.case, status=Appointment.BOOKED).update(material_in=today)
        if takes(view, ARRIVED, role):
            tell(case=found.case, type=ARRIVED, emitter=role)
    return found


@transaction.atomic
def plan(*, actor: Actor, order: int, block: Slot) -> Appointment:
    """The visit for which the part is in. Who chose a time meanwhile keeps it; pressed twice, it is one visit."""
    demand(actor, "parts.order")
    found = PartOrder.objects.filter(pk=order).exclude(arrived=None).first()
    if found is None:
        raise Refused(_("This part is not in any more."))
    view = _held(found.case)
    if view.appointment is not None:
        if view.appointment.at(block):
            return view.appointment
        raise Refused(_("A time was chosen for this visit meanwhile. Look at the list again."))
    return book(actor=actor, case=found.case, block=block)


@transaction.atomic
def not_arrived(*, actor: Actor, order: int) -> PartOrder:
    """It was said by mistake: the part is awaited again, and so the journey is told, if it was told otherwise."""
    role = demand(actor, "parts.order")
    found = PartOrder.objects.select_for_update().filter(pk=order).first()
    if found is None:
        raise Refused(_("This part is not on the list any more."))
    if found.arrived is not None:
        view = _held(found.case)
        found.arrived = None
        found.save(update_fields=["arrived"])
        gone = view.case.state.retracted
        told = [one for one in view.case.history or () if one.type == ARRIVED and one.key not in gone]
        if told:
            data = {"source": told[-1].source, "id": told[-1].id}
            tell(case=found.case, type="event.retracted", emitter=role, data=data)
    return found


def ordered_data(case: str) -> dict[str, str]:
    """What `part.ordered` tells: what is awaited, and from when it is all there, if that is known."""
    rows = list(PartOrder.objects.filter(case=case, arrived=None).order_by("pk"))
    days = [row.expected for row in rows]
    known = [day for day in days if day is not None]
    said = {"part": ", ".join(row.part for row in rows)[:200]}
    if known and len(known) == len(days):
        said["part_day"] = max(known).isoformat()
    return said


def takes(view: CaseView, type: str, role: str) -> bool:
    """Whether this journey takes the event, from this role."""
    declared = view.journey.events.get(type)
    return declared is not None and role in declared.from_ and not view.ended


def _tell_ordered(view: CaseView, role: str) -> Event | None:
    if not takes(view, ORDERED, role):
        return None
    return tell(case=view.key, type=ORDERED, emitter=role, data=ordered_data(view.key))


def _open(order: int) -> PartOrder:
    found = PartOrder.objects.select_for_update().filter(pk=order, arrived=None).first()
    if found is None:
        raise Refused(_("This part is not on the list any more."))
    return found


def _held(case: str) -> CaseView:
    """The case, held until the end of the transaction."""
    list(Case.objects.select_for_update().filter(key=case).values_list("key", flat=True))
    view = case_view(case)
    if view is None:
        raise Refused(_("This case is not there."))
    return view
