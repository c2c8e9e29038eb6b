"""The work of people: tasks by due time and topic, and cases that need a look."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from loper.define.model import Touchpoint
from loper.server import clock
from loper.server.queries.cases import stage_title
from loper.server.queries.desk_cases import Filters, Row, Titles, cases
from loper.server.queries.organisation import text_in
from loper.server.queries.runtime import events_of
from loper.server.records.customers import ContactAddress, Customer
from loper.server.records.dialogues import CallWish
from loper.server.records.partners import DUTY_TASK, TASK
from loper.server.records.runtime import Case, Task, TaskAttempt
from loper.step.fold import short

HANDS = ("agent", "planner")
"""Roles that have a list of their own; tasks for any other are on the agents' list."""

MOST = 300
"""So many open tasks are looked at: those that have waited longest."""

PATIENCE = timedelta(hours=24)
"""How long a task that names no time may wait before the list says that it is late."""

TOPICS = ("call", "person", "reply", "nobody")


@dataclass(frozen=True, kw_only=True, slots=True)
class Chore:
    """A task as a list shows it. `topic`: call, person (a touchpoint meant for one), reply, nobody (reached)."""

    id: int
    case: str
    topic: str
    title: str
    need: str  # what the customer needs here, as the journey says
    why: str  # as the runtime wrote it
    who: str
    due: datetime
    until: datetime | None  # end of the time slot
    opened: datetime
    late: bool
    later: bool  # not now: its time is still to come
    fresh: bool  # came up a moment ago
    attempts: int
    taken_by: str
    mine: bool
    journey: str
    stage: str
    person: str = ""
    home: str = ""
    phone: str = ""
    words: str = ""  # the customer's own
    closed: datetime | None = None
    outcome: str = ""


@dataclass(frozen=True, slots=True)
class Work:
    """Today's list: what can be done now, what has its time later, and who else is at what."""

    now: list[Chore] = field(default_factory=list)
    later: list[Chore] = field(default_factory=list)
    topics: Mapping[str, int] = field(default_factory=dict)
    more: bool = False  # there are more than we looked at


def chores(
    *, roles: Collection[str], user: int | None, topic: str = "", language: str = "nl", people: bool = True
) -> Work:
    """The open tasks of these roles: now and later, by the time they are due."""
    rows = Task.objects.filter(closed=None).select_related("taken_by")
    hands = [role for role in HANDS if role in roles]
    if hands == ["planner"]:
        rows = rows.filter(who="planner")
    elif hands == ["agent"]:
        rows = rows.exclude(who="planner")
    found = list(rows.order_by("opened", "pk")[: MOST + 1])
    every = sorted(as_chores(found[:MOST], user, language, people=people), key=lambda one: (one.due, one.id))
    topics = {name: sum(one.topic == name for one in every) for name in TOPICS}
    shown = [one for one in every if not topic or one.topic == topic]
    return Work(
        now=sorted((one for one in shown if not one.later), key=lambda one: (not one.mine, one.due, one.id)),
        later=[one for one in shown if one.later],
        topics=topics,
        more=len(found) > MOST,
    )


def chore(task: int, *, user: int | None, language: str = "nl", people: bool = True) -> Chore | None:
    """One task; None where there is none."""
    row = Task.objects.select_related("taken_by").filter(pk=task).first()
    return as_chores([row], user, language, people=people)[0] if row else None


def tries(task: int) -> list[TaskAttempt]:
    """What was tried, the last one first."""
    return list(TaskAttempt.objects.filter(task=task).order_by("-at", "-pk"))


def stuck(language: str = "nl", *, people: bool = True, most: int = 20) -> dict[str, list[Row]]:
    """Cases that go no further by themselves: nothing more comes, or set aside because a step went wrong."""
    return {
        only: cases(Filters(only=only), language=language, people=people, most=most).rows
        for only in ("stalled", "aside")
    }


def as_chores(rows: Sequence[Task], user: int | None, language: str, *, people: bool = True) -> list[Chore]:
    """These tasks with what belongs to them: four queries, however many they are; one more for each reply."""
    keys = {row.case for row in rows}
    known = {one.key: one for one in Case.objects.filter(key__in=keys).defer("state", "inherited")}
    wishes = {wish.event: wish for wish in CallWish.objects.filter(event__in=[row.occasion for row in rows])}
    owners: dict[str, Customer] = {}
    phones: dict[int, str] = {}
    if people:
        customers = Customer.objects.filter(key__in={row.customer for row in rows}).select_related("home")
        owners = {one.key: one for one in customers}
        for owner, value in (
            ContactAddress.objects.filter(customer__in=customers, channel__in=("sms", "phone"), bounced=None)
            .order_by("-verified", "pk")
            .values_list("customer", "value")
        ):
            phones.setdefault(owner, value)
    about = _About(owners=owners, phones=phones, user=user, language=language, now=clock.now(), titles=Titles(language))
    return [_chore(row, known.get(row.case), wishes.get(row.occasion), about) for row in rows]


@dataclass(frozen=True, kw_only=True, slots=True)
class _About:
    """What all chores of a list are made with."""

    owners: Mapping[str, Customer]
    phones: Mapping[int, str]
    user: int | None
    language: str
    now: datetime
    titles: Titles


def _chore(row: Task, case: Case | None, wish: CallWish | None, about: _About) -> Chore:
    owner, language = about.owners.get(row.customer), about.language
    journey = about.titles.journey(case)
    design = journey.touchpoints.get(row.touchpoint) if journey else None
    stage = journey.stages.get(case.stage or "") if journey and case else None
    due = max(at for at in (wish.start if wish else None, row.not_before, row.opened) if at)
    # A try that failed may come back after the slot: then the slot says nothing any more.
    until = wish.end if wish and due < wish.end else None
    topic = topic_of(row, design, wish)
    return Chore(
        id=row.pk,
        case=row.case,
        topic=topic,
        title=(text_in(design.title, language) if design else "") or row.touchpoint.replace("_", " ").capitalize(),
        need=text_in(design.need, language) if design else "",
        why=row.why,
        who=row.who,
        due=due,
        until=until,
        opened=row.opened,
        late=about.now > (until or due + PATIENCE),
        later=due > about.now,
        fresh=about.now - due < timedelta(minutes=2),
        attempts=row.attempts,
        taken_by=(row.taken_by.get_full_name() or row.taken_by.get_username()) if row.taken_by else "",
        mine=row.taken_by_id is not None and row.taken_by_id == about.user,
        journey=(text_in(journey.title, language) or journey.name) if journey else "",
        stage=stage_title(stage, language) if stage else "",
        person=owner.name if owner else "",
        home=str(owner.home) if owner and owner.home else "",
        phone=(wish.phone if wish and owner else "") or (about.phones.get(owner.pk, "") if owner else ""),
        words=_words(row, wish, topic) if owner else "",
        closed=row.closed,
        outcome=row.outcome,
    )


def topic_of(row: Task, design: Touchpoint | None, wish: CallWish | None) -> str:
    """What kind of work it is."""
    if wish is not None:
        return "call"
    if row.why == "reply":
        return "reply"
    if row.touchpoint in (TASK, DUTY_TASK):
        return "person"
    return "person" if design is not None and design.for_person else "nobody"


def _words(row: Task, wish: CallWish | None, topic: str) -> str:
    if wish is not None:
        return wish.about
    if row.touchpoint in (TASK, DUTY_TASK):
        return row.why
    if topic != "reply":
        return ""
    event = next((event for event in events_of(row.case) if short(event.key) == row.occasion), None)
    text = event.data.get("text", "") if event else ""
    return str(text)[:2000]
