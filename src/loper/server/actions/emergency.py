"""What cannot wait for the morning: who is on duty is sent at once, and the customer hears it."""

from __future__ import annotations

from datetime import timedelta

from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from loper.server import clock
from loper.server.actions.handovers import comers, leaves
from loper.server.actions.refused import Refused
from loper.server.actions.seats import hold_days, leave
from loper.server.actions.telling import tell, told
from loper.server.permissions import Actor, demand
from loper.server.queries.cases import case_view
from loper.server.queries.duty import sent_for
from loper.server.queries.work import work_of
from loper.server.records.agenda import Appointment
from loper.server.records.dialogues import Note
from loper.server.records.runtime import Case

SENT = "duty.sent"
"""Told where the journey knows it: its message may go at night, which a confirmation may not."""

WITHIN = timedelta(hours=2)
"""Within this time who is on duty is there."""


@transaction.atomic
def send_on_duty(*, actor: Actor, case: str) -> Appointment:
    """An appointment from now on with who is on duty; a visit that stood is moved to it. Pressed twice, it is one.

    They are not asked by us: whoever presses this calls them, and a note says that they were sent.
    """
    role = demand(actor, "case.book", case)
    if actor.cases is not None or role not in ("agent", "planner"):
        raise PermissionDenied("case.book")
    list(Case.objects.select_for_update().filter(key=case).values_list("key", flat=True))
    view = case_view(case)
    if view is None:
        raise Refused(_("This case is not there."))
    if view.ended:
        raise Refused(_("This case is over. Report it again first."))
    now = clock.now()
    open_ones = Appointment.objects.filter(case=case, status=Appointment.BOOKED)
    hold_days(open_ones.first())  # routes before appointments, as everywhere
    row = open_ones.select_for_update().first()
    if row is not None and row.technician.on_duty and row.start <= now < row.end:
        return row
    technician = sent_for(view, now)
    if technician is None:
        raise Refused(_("Nobody who can do this is on duty. Call the planner, or a firm that can."))
    if row is not None:
        leave(row)
        row.sequence += 1
    else:
        row = Appointment(case=case, customer=view.case.customer)
    work = work_of(view)
    before, start, end = (comers(row), row.start, row.end) if row.pk else (frozenset[int](), now, now)
    row.technician, row.second, row.block, row.planned, row.pinned = technician, None, None, None, False
    row.start = now.replace(second=0, microsecond=0)
    row.end, row.changed = row.start + WITHIN, now
    row.kind, row.minutes, row.people, row.priority = work.kind, work.minutes, work.people, work.priority
    row.skills, row.material, row.postcode = sorted(work.skills), sorted(work.material), work.postcode
    row.lat, row.lon = work.place or (None, None)
    try:
        with transaction.atomic():
            row.save()
    except IntegrityError:
        raise Refused(_("Somebody else made this appointment a moment ago. Please look again.")) from None
    leaves(row, before, start, end)
    declared = view.journey.events.get(SENT)
    type = SENT if declared is not None and role in declared.from_ else "appointment.made"
    tell(case=case, type=type, emitter=role, data={"appointment": told(row)})
    text = _("Sent at once: %(name)s, who is on duty. Telephone: %(phone)s.")
    known = {"name": technician.name, "phone": technician.phone or _("not known")}
    Note.objects.create(case=case, author=actor.name, text=text % known, at=now)
    return row
