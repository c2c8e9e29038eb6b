"""What customers, agents and planners do with a case: book, move, cancel, withdraw, ask to be called, answer, note."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from loper.server import clock
from loper.server.actions import agenda, seats
from loper.server.actions.handovers import tell_who_comes
from loper.server.actions.refused import Refused
from loper.server.actions.telling import tell, told
from loper.server.permissions import Actor, demand
from loper.server.queries.cases import CaseView, case_view
from loper.server.queries.survey import answers_of, survey_of
from loper.server.queries.work import work_of
from loper.server.records.agenda import Appointment, Slot
from loper.server.records.dialogues import CallWish, Note, SurveyAnswer
from loper.server.records.runtime import Case
from loper.step import Event

DOUBLE = timedelta(minutes=10)
"""The same asked again within this time is a double tap."""

UNDO = timedelta(minutes=30)
"""How long a customer can take a withdrawal back by themselves."""


def _open(case: str) -> CaseView:
    """The case, held until the end of the transaction: of two taps at once, the second sees what the first did."""
    held = list(Case.objects.select_for_update().filter(key=case).values_list("key", flat=True))
    view = case_view(case) if held else None
    if view is None:
        raise Refused(_("This case is not there."))
    return view


@transaction.atomic
def book(*, actor: Actor, case: str, block: Slot) -> Appointment:
    """An appointment in this block: the first one, or the open one moved there. A block is never given twice.

    The block that the case has already stays as it is: a double tap is one appointment.
    """
    role = demand(actor, "case.book", case)
    view = _open(case)
    if view.appointment is not None and view.appointment.at(block):
        return view.appointment
    event = view.offers_event("book") or view.offers_event("reschedule")
    if event is None:
        if actor.cases is not None or view.ended:
            raise Refused(_("An appointment cannot be made now. Call us, we gladly help."))
        event = "appointment.made"
    customers = actor.cases is not None
    stays = view.appointment is not None and (view.appointment.start, view.appointment.end) == (block.start, block.end)
    made = seats.place(case=case, customer=view.case.customer, slot=block, work=work_of(view), able=customers)
    if stays:  # somebody else at the time that was promised: no new promise
        tell_who_comes(made, role)
        return made
    tell(case=case, type=event, emitter=role, data={"appointment": told(made)})
    return made


reschedule = book
"""Another block for the open appointment; the old place is free again in the same transaction."""


@transaction.atomic
def cancel(*, actor: Actor, case: str) -> None:
    """The appointment does not go on; the case does."""
    role = demand(actor, "case.book", case)
    _open(case)  # before its route, as everywhere
    if agenda.close(case=case, status=Appointment.CANCELLED) is None:
        raise Refused(_("There is no appointment to cancel."))
    tell(case=case, type="appointment.cancelled", emitter=role)


@transaction.atomic
def withdraw(*, actor: Actor, case: str) -> Event:
    """The customer needs nothing any more: the case ends, its time is given back. Said twice, it is said once."""
    role = demand(actor, "case.withdraw", case)
    view = _open(case)
    before = last_withdrawal(view)
    if before is not None:
        return before
    event = view.offers_event("withdraw")
    if event is None:
        if actor.cases is not None or view.ended:
            raise Refused(_("This can no longer be withdrawn. Call us, we gladly help."))
        event = "case.withdrawn"
    given_back = agenda.close(case=case, status=Appointment.CANCELLED)
    return tell(case=case, type=event, emitter=role, data={"gave_back": given_back.uid} if given_back else {})


@transaction.atomic
def undo_withdraw(*, actor: Actor, case: str) -> None:
    """Take a withdrawal back, as if it had never come; the appointment comes back if its place is still free."""
    role = demand(actor, "case.withdraw", case)
    view = _open(case)
    told_so = last_withdrawal(view)
    if told_so is None:
        raise Refused(_("There is nothing to take back."))
    if actor.cases is not None and not can_undo(view):
        raise Refused(_("This can no longer be taken back. Report it again, or call us."))
    tell(
        case=case,
        type="event.retracted",
        emitter=role,
        data={"source": told_so.source, "id": told_so.id},
    )
    former = Appointment.objects.filter(case=case, uid=told_so.data.get("gave_back", "")).first()
    if former is None:
        return
    try:
        seats.again(former, former.slot, gives_up=False)
    except Refused:
        tell(case=case, type="appointment.cancelled", emitter=role)


def can_undo(view: CaseView) -> bool:
    """Whether the customer can still take a withdrawal back."""
    last = last_withdrawal(view)
    return last is not None and clock.now() - last.time < UNDO


def gave_back(view: CaseView) -> bool:
    """Whether the withdrawal that ended this case gave an appointment back."""
    last = last_withdrawal(view)
    return last is not None and "gave_back" in last.data


def last_withdrawal(view: CaseView) -> Event | None:
    """The withdrawal that ended this case, if that is what ended it."""
    if not view.ended or view.case.history is None:
        return None
    names = {"case.withdrawn"} | {
        offer.event
        for stage in view.journey.stages.values()
        for offer in stage.offers
        if offer.name == "withdraw" and offer.event
    }
    gone = view.case.state.retracted
    found = [event for event in view.case.history if event.type in names and event.key not in gone]
    return found[-1] if found else None


@transaction.atomic
def ask_call(*, actor: Actor, case: str, start: datetime, end: datetime, phone: str, about: str = "") -> CallWish:
    """The customer is called between these times; the journey makes it an agent's task. Asked twice, it is one call.

    An agent passes on what the customer asks on the telephone: where the journey takes it from customers alone, it is
    the customer who says it.
    """
    role = demand(actor, "case.ask_call", case)
    view = _open(case)
    event = view.offers_event("call_me") or "call.asked"
    if event not in view.journey.events:
        raise Refused(_("We cannot plan a call for this. Please call us."))
    if end <= clock.now():
        raise Refused(_("This time has passed. Please choose another."), field="slot")
    asked = CallWish.objects.filter(case=case, start=start, end=end, at__gt=clock.now() - DOUBLE).first()
    if asked is not None:
        return asked
    takes = view.journey.events[event].from_
    event_told = tell(
        case=case,
        type=event,
        emitter=role if role in takes else "customer",
        data={"slot": {"start": start.isoformat(), "end": end.isoformat()}},
    )
    return CallWish.objects.create(
        case=case, start=start, end=end, phone=phone, about=about, at=clock.now(), event=event_told.key
    )


@transaction.atomic
def answer_survey(*, actor: Actor, case: str, touchpoint: str, answers: Mapping[str, Any]) -> None:
    """What the customer thinks of it; given again, the last answer stands. Its effort shows what to mend."""
    role = demand(actor, "survey.answer", case)
    view = _open(case)
    dialogue = survey_of(view.journey, touchpoint)
    if dialogue is None:
        raise Refused(_("There is nothing to answer here."))
    known = {name: value for name, value in answers.items() if name in dialogue.questions and value is not None}
    if not known:
        raise Refused(_("Please answer at least one question."))
    if known == answers_of(case, touchpoint):
        return
    now = clock.now()
    SurveyAnswer.objects.filter(case=case, touchpoint=touchpoint).exclude(question__in=known).delete()
    for question, answer in known.items():
        SurveyAnswer.objects.update_or_create(
            case=case, touchpoint=touchpoint, question=question, defaults={"answer": answer, "at": now}
        )
    tell(case=case, type=dialogue.emits, emitter=role, data=known)


@transaction.atomic
def add_note(*, actor: Actor, case: str, text: str) -> Note:
    """A note for colleagues, on the case."""
    demand(actor, "case.note", case)
    if not text.strip():
        raise Refused(_("Write something first."), field="text")
    view = _open(case)
    note = Note.objects.create(case=case, author=actor.name, text=text.strip()[:4000], at=clock.now())
    if "note.added" in view.journey.events:
        tell(case=case, type="note.added", emitter=demand(actor, "case.note", case))
    return note
