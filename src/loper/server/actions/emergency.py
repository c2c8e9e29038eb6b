"""What cannot wait for the morning: who is on duty is sent at once, and the customer hears it.

An agent or a planner presses a button; what the journey marks as an emergency goes by itself with the report.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import timedelta
from functools import partial

from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction
from django.utils import translation
from django.utils.translation import gettext as _

from loper.server import clock
from loper.server.actions.asking import ask_on_duty
from loper.server.actions.duty_call import call
from loper.server.actions.handovers import comers, leaves
from loper.server.actions.refused import Refused
from loper.server.actions.seats import hold_days, leave
from loper.server.actions.telling import tell, told
from loper.server.permissions import Actor, demand
from loper.server.queries.cases import CaseView, case_view
from loper.server.queries.duty import SENT, at_this_moment, goes_by_itself, is_duty, says_itself, sent_for
from loper.server.queries.work import work_of
from loper.server.records.agenda import Appointment, Technician
from loper.server.records.dialogues import Note
from loper.server.records.partners import DUTY_TASK
from loper.server.records.runtime import Case, Task

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
    row = view.appointment
    if row is not None and row.technician.on_duty and row.start <= clock.now() < row.end:
        return row
    technician = sent_for(view, clock.now())
    if technician is None:
        raise Refused(_("Nobody who can do this is on duty. Call the planner, or a firm that can."))
    row = _send(view, technician, role, actor.name)
    ask_on_duty(row, called=True)
    return row


@transaction.atomic
def send_if_emergency(*, case: str) -> Appointment | None:
    """The same with a customer's own report, by nobody's hand, where the journey marks it as an emergency (`SENT`).

    Who is on duty gets an SMS, and is asked on their own pages. None where it can wait, where the customer has
    somebody coming already, or where nobody can be sent: then it is an agent's task, and the page says whom to call.
    """
    now = clock.now()
    view = case_view(case)
    if view is None or not goes_by_itself(view, now) or at_this_moment(view.case.customer, now):
        return None
    technician = sent_for(view, now)
    with translation.override(settings.LANGUAGE_CODE):  # for colleagues, whatever the customer reads
        if technician is not None:
            return _by_itself(view, technician)
        _task(view, _("An emergency, and nobody who can do it is on duty. Call a firm that can."))
    return None


@transaction.atomic
def send_another(row: Appointment, not_by: Collection[str]) -> bool:
    """Of who is on duty and was sent, but does not come: the next one (not one of these keys). False: there is none."""
    view = case_view(row.case)
    if view is None or view.ended or not is_duty(row):
        return False
    technician = sent_for(view, clock.now(), not_by) if says_itself(view) else None
    if technician is None:
        _task(view, _("An emergency, and nobody who can do it is on duty. Call a firm that can."))
        return False
    _by_itself(view, technician)
    return True


def _by_itself(view: CaseView, technician: Technician) -> Appointment:
    row = _send(view, technician, "system", "Loper")
    ask_on_duty(row)
    transaction.on_commit(partial(call, row))
    return row


def _send(view: CaseView, technician: Technician, role: str, by: str) -> Appointment:
    """From now on this visit is theirs; told to the case, with a note for colleagues. The case is held."""
    now, case = clock.now(), view.key
    open_ones = Appointment.objects.filter(case=case, status=Appointment.BOOKED)
    hold_days(open_ones.first())  # routes before appointments, as everywhere
    row = open_ones.select_for_update().first()
    before, start, end = (comers(row), row.start, row.end) if row is not None else (frozenset[int](), now, now)
    if row is not None:
        leave(row)
        row.sequence += 1
    else:
        row = Appointment(case=case, customer=view.case.customer)
    work = work_of(view)
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
    Note.objects.create(case=case, author=by, text=text % known, at=now)
    return row


def _task(view: CaseView, why: str) -> None:
    """For an agent: somebody waits, and nobody comes yet."""
    Task.objects.get_or_create(
        case=view.key,
        touchpoint=DUTY_TASK,
        occasion="nobody",
        defaults={"customer": view.case.customer, "who": "agent", "why": why[:200], "opened": clock.now()},
    )
