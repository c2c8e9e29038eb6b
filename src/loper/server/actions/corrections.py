"""Said by mistake: an event is taken back, and the agenda follows what is true then."""

from __future__ import annotations

from django.db import transaction
from django.utils.translation import gettext as _

from loper.server import clock
from loper.server.actions import agenda, seats
from loper.server.actions.refused import Refused
from loper.server.actions.telling import tell
from loper.server.permissions import Actor, demand
from loper.server.queries.corrections import can_retract
from loper.server.queries.runtime import load_case
from loper.server.records.agenda import Appointment, Slot
from loper.step import Appointment as Agreed
from loper.step import Event


@transaction.atomic
def retract(*, actor: Actor, case: str, source: str, id: str) -> Event:
    """Take an event out, as if it had never come; what came of it already stays.

    The appointment of the case follows: given back, or put back where it was. Raises Refused when that place has been
    given to somebody else meanwhile: then nothing is changed.
    """
    role = demand(actor, "case.retract", case)
    known = load_case(case)
    if known is None or not can_retract(known, f"{source}#{id}"):
        raise Refused(_("This cannot be taken back."))
    told = tell(case=case, type="event.retracted", emitter=role, data={"source": source, "id": id})
    now = load_case(case)
    if now is not None:
        _agree(case, next((fact for fact in now.state.facts.values() if isinstance(fact, Agreed)), None))
    return told


def _agree(case: str, wanted: Agreed | None) -> None:
    """Make the agenda say what the case says."""
    open_ones = Appointment.objects.filter(case=case, status=Appointment.BOOKED)
    seats.hold_days(open_ones.first())  # routes before appointments, as everywhere
    booked = open_ones.select_for_update().first()
    if wanted is None:
        agenda.close(case=case, status=Appointment.CANCELLED)
        return
    if booked is not None and (booked.start, booked.end) == (wanted.start, wanted.end):
        return
    former = Appointment.objects.select_for_update().filter(case=case).order_by("-changed", "-pk").first()
    if former is None:
        return  # an appointment of another system: our agenda never knew of it
    same = (former.start, former.end) == (wanted.start, wanted.end)
    if same and former.status == Appointment.DONE:
        former.status, former.changed = Appointment.BOOKED, clock.now()  # its place was never given back
        former.save()
        return
    slot = Slot(wanted.start, wanted.end, wanted.technician or former.technician.key)
    try:
        seats.again(former, slot, gives_up=booked is not None and booked.pk == former.pk)
    except Refused:
        raise Refused(
            _("The time of the appointment before has been given away. Book another time instead of taking it back.")
        ) from None
