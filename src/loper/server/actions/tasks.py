"""Tasks of people: taken by one at a time, tried, done with an outcome that the journey hears of, opened again."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.contrib.auth.models import User
from django.db import transaction
from django.db.models import F
from django.utils.translation import gettext as _

from loper.server import clock
from loper.server.actions.refused import Refused
from loper.server.actions.saying import say
from loper.server.actions.telling import tell
from loper.server.permissions import Actor, demand
from loper.server.queries import designs
from loper.server.records.dialogues import Note
from loper.server.records.runtime import Case, Task, TaskAttempt

MOST_TRIES = 3
"""After so many tries without an answer the task ends, and the journey hears `T.failed`: a letter may follow."""

DONE, NOT_REACHED = "done", "not_reached"
TRIES = ("no_answer", "busy", "voicemail", "wrong_number")


@dataclass(frozen=True, slots=True)
class Tried:
    """What came of a try: how many are left, and whether the task ended with it."""

    left: int
    ended: bool
    told: bool = False  # the journey heard that nobody was reached


@transaction.atomic
def claim(*, actor: Actor, task: int, instead_of: int | None = None) -> Task:
    """The task is this person's, if it is nobody's; or is still that of `instead_of`, whose work they take over.

    Two who press at once do not both get it: the second one hears who has it.
    """
    row = _task(actor, task)
    free = Task.objects.filter(pk=row.pk, closed=None, taken_by=instead_of)
    if not free.update(taken_by=actor.user, taken_at=clock.now()):
        row.refresh_from_db()
        if row.closed is None and row.taken_by_id == actor.user.pk:
            return row
        raise Refused(_taken(row))
    row.refresh_from_db()
    return row


def _taken(row: Task) -> str:
    if row.closed is not None:
        return _("This task is done already.")
    if row.taken_by is None:
        return _("Somebody just gave this task back. Take it if you want it.")
    return _("%(name)s took this task just now.") % {"name": _name(row.taken_by)}


@transaction.atomic
def give_back(*, actor: Actor, task: int) -> None:
    """The task is free for a colleague again."""
    row = _task(actor, task)
    Task.objects.filter(pk=row.pk, closed=None, taken_by=actor.user).update(taken_by=None, taken_at=None)


@transaction.atomic
def attempt(*, actor: Actor, task: int, outcome: str, again: datetime) -> Tried:
    """Tried, and did not get through; the task is free again and comes back at `again`. The last try ends it."""
    row = _mine(actor, task)
    if outcome not in TRIES:
        raise Refused(_("Choose what happened."), field="outcome")
    now = clock.now()
    if again <= now:
        raise Refused(_("Choose a time that is still to come."), field="again")
    number = row.attempts + 1
    last = number >= MOST_TRIES
    TaskAttempt.objects.create(task=row, at=now, by=actor.name, outcome=outcome, again=None if last else again)
    Task.objects.filter(pk=row.pk).update(attempts=F("attempts") + 1)
    if not last:
        Task.objects.filter(pk=row.pk).update(not_before=again, taken_by=None, taken_at=None)
        return Tried(MOST_TRIES - number, False)
    told = _tell(row, "failed", "system", {"why": "not reached", "tries": number})
    _close(row, actor, NOT_REACHED, told)
    return Tried(0, True, bool(told))


@transaction.atomic
def close(*, actor: Actor, task: int, note: str = "", event: str = "") -> Task:
    """Done. A touchpoint that is meant for a person hears `T.answered`; `note` is for colleagues.

    `event`: what happened with it, where the journey has a word for that (`customer.heard`): told in the same breath.
    """
    row = _mine(actor, task)
    told = _tell(row, "answered", "agent", {"outcome": DONE})
    if event:
        say(actor=actor, case=row.case, event=event, facts={})
    if note.strip():
        Note.objects.create(case=row.case, author=actor.name, text=note.strip()[:4000], at=clock.now())
    _close(row, actor, DONE, told)
    return row


@transaction.atomic
def reopen(*, actor: Actor, task: int) -> Task:
    """Closed by mistake: it is this person's again, and what its closing told is taken back."""
    row = _task(actor, task)
    if (
        not Task.objects.filter(pk=row.pk)
        .exclude(closed=None)
        .update(closed=None, closed_by=None, outcome="", event="", taken_by=actor.user, taken_at=clock.now())
    ):
        raise Refused(_("This task is open already."))
    if row.outcome == NOT_REACHED:
        Task.objects.filter(pk=row.pk).update(attempts=MOST_TRIES - 1)
    if row.event:
        source, _sep, ident = row.event.partition("#")
        tell(case=row.case, type="event.retracted", emitter="agent", data={"source": source, "id": ident})
    row.refresh_from_db()
    return row


# -- what they share -------------------------------------------------------------------------------------------


def _task(actor: Actor, task: int) -> Task:
    row = Task.objects.select_related("taken_by").filter(pk=task).first()
    demand(actor, "task.do", row.case if row else None)
    if row is None:
        raise Refused(_("This task is not there."))
    return row


def _mine(actor: Actor, task: int) -> Task:
    """The task, open and taken by this person: who did not take it does not close it under a colleague's hands."""
    row = _task(actor, task)
    if row.closed is not None or (row.taken_by_id is not None and row.taken_by_id != actor.user.pk):
        raise Refused(_taken(row))
    if row.taken_by_id is None:
        return claim(actor=actor, task=task)
    return row


def _close(row: Task, actor: Actor, outcome: str, event: str) -> None:
    closed = Task.objects.filter(pk=row.pk, closed=None, taken_by=actor.user).update(
        closed=clock.now(), closed_by=actor.user, outcome=outcome, event=event
    )
    if not closed:
        row.refresh_from_db()
        raise Refused(_taken(row))
    row.refresh_from_db()


def _tell(row: Task, what: str, emitter: str, data: dict[str, object]) -> str:
    """Tell the case what became of its touchpoint; gives the event's key, empty where the journey has none for it.

    Only a touchpoint meant for a person is answered by one: `survey.answered` is the customer's, whatever a task
    about a survey that reached nobody ends in.
    """
    case = Case.objects.filter(key=row.case).values_list("journey", "version").first()
    touchpoint = designs.journey(*case).touchpoints.get(row.touchpoint) if case else None
    if touchpoint is None or not touchpoint.for_person:
        return ""
    return tell(case=row.case, type=f"{row.touchpoint}.{what}", emitter=emitter, data=data).key


def _name(user: User) -> str:
    return user.get_full_name() or user.get_username()
