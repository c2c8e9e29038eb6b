"""One case whole, for who answers the telephone: where it stands, what happened and why, who it is about."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Q

from loper.define.model import Dialogue, Journey, Question
from loper.server.queries import designs
from loper.server.queries.cases import CaseView, case_view
from loper.server.queries.desk_cases import Row, as_rows
from loper.server.queries.desk_story import Coming, Line, coming, story
from loper.server.queries.dialogues import Line as Answered
from loper.server.queries.dialogues import summary
from loper.server.queries.directory import Directory
from loper.server.queries.organisation import text_in
from loper.server.queries.survey import survey_of
from loper.server.records.agenda import Technician
from loper.server.records.customers import Consent, ContactAddress, Customer
from loper.server.records.dialogues import CallWish, DialogueProgress, Note, StoredFile, SurveyAnswer
from loper.server.records.runtime import Case, Outbox, Task, Touch
from loper.step import Customer as Known

MOST_OTHERS = 20


@dataclass(frozen=True, kw_only=True, slots=True)
class Report:
    """A dialogue that was filled in, as the customer sees it."""

    title: str
    lines: tuple[Answered, ...]
    at: datetime
    by_agent: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Reached:
    """A customer and how they are reached."""

    customer: Customer
    addresses: tuple[ContactAddress, ...]
    consents: Mapping[str, bool]  # the last yes or no to each kind


@dataclass(frozen=True, kw_only=True, slots=True)
class Opinion:
    """What a customer answered to a survey: (question, answer) in words."""

    title: str
    answers: tuple[tuple[str, str], ...]
    at: datetime


@dataclass(frozen=True, kw_only=True, slots=True)
class Whole:
    """A case with everything around it."""

    view: CaseView
    row: Case
    lines: tuple[Line, ...]
    coming: tuple[Coming, ...]
    reports: tuple[Report, ...]
    photos: tuple[str, ...]
    facts: Mapping[str, Any]  # those that no report shows
    questions: Mapping[str, Question]  # what facts are called, where a dialogue asked for them
    technicians: Mapping[str, str]
    tasks: tuple[Task, ...]  # open ones
    wishes: Mapping[str, CallWish]  # by the key of the event that told of it
    notes: tuple[Note, ...]
    opinions: tuple[Opinion, ...]
    reached: Reached | None
    parent: Row | None
    children: tuple[Row, ...]
    others: tuple[Row, ...]
    journeys: Mapping[str, str]  # of this customer's cases: name -> title


def whole(key: str, language: str, *, people: bool = True) -> Whole | None:
    """The case of this key with all that an agent needs; `people`: with who it is about. None where there is none."""
    view = case_view(key, language)
    if view is None:
        return None
    case, journey = view.case, view.journey
    touches = list(Touch.objects.filter(case=key).order_by("seq"))
    outbox = list(Outbox.objects.filter(case=key))
    tasks = list(Task.objects.filter(case=key).select_related("taken_by", "closed_by").order_by("opened"))
    known = Directory().customers([case.customer]).get(case.customer) or Known(key=case.customer)
    family = list(Case.objects.filter(Q(customer=case.customer)).order_by("ended", "-begun")[: MOST_OTHERS + 1])
    row = next((one for one in family if one.key == key), None) or Case.objects.get(key=key)
    rows = {one.key: one for one in as_rows([one for one in family if one.key != key], language, people=False)}
    reports = list(DialogueProgress.objects.filter(case=key).exclude(submitted=None).order_by("submitted"))
    shown = {name for one in reports for name in one.answers}
    photos = StoredFile.objects.filter(case=key, visit_photo=None).order_by("created").values_list("pk", flat=True)
    return Whole(
        view=view,
        row=row,
        lines=tuple(story(case, journey, touches, outbox, tasks)),
        coming=tuple(coming(case, journey, outbox, known, touches)),
        reports=tuple(_report(one, language) for one in reports),
        photos=tuple(str(pk) for pk in photos),
        facts={name: value for name, value in case.state.facts.items() if name not in shown},
        questions=_questions(journey, _parents_journey(case.parent, family)),
        technicians=dict(Technician.objects.filter(appointments__case=key).values_list("key", "name")),
        tasks=tuple(task for task in tasks if task.closed is None),
        wishes={wish.event: wish for wish in CallWish.objects.filter(case=key)},
        notes=tuple(Note.objects.filter(case=key).order_by("-at", "-pk")),
        opinions=tuple(_opinions(key, journey, language)),
        reached=reached_of(view.customer) if people and view.customer else None,
        parent=rows.get(case.parent or ""),
        children=tuple(rows[one.key] for one in family if one.parent == key and one.key != key),
        journeys={one.journey: rows[one.key].journey for one in family if one.key in rows},
        others=tuple(rows[one.key] for one in family if one.parent != key and one.key not in (key, case.parent)),
    )


def customer_of_case(key: str) -> str:
    """The key of the customer of this case; empty where there is no such case."""
    return Case.objects.filter(key=key).values_list("customer", flat=True).first() or ""


def set_aside_because(key: str) -> str:
    """Why a case was set aside; empty when it was not."""
    return Case.objects.filter(key=key).values_list("set_aside", flat=True).first() or ""


def reached_of(customer: Customer) -> Reached:
    """How this customer is reached, and what they said yes or no to."""
    said = Consent.objects.filter(customer=customer).order_by("at", "pk").values_list("subject", "agrees")
    addresses = ContactAddress.objects.filter(customer=customer).order_by("channel", "-verified", "pk")
    return Reached(customer=customer, addresses=tuple(addresses), consents=dict(said))


def _report(row: DialogueProgress, language: str) -> Report:
    dialogue = designs.journey(row.journey, row.version).dialogues[row.dialogue]
    return Report(
        title=text_in(dialogue.title, language),
        lines=tuple(summary(dialogue, row.answers, language)),
        at=row.submitted or row.changed,
        by_agent=row.agent,
    )


def _parents_journey(parent: str | None, family: list[Case]) -> Journey | None:
    row = next((one for one in family if one.key == parent), None)
    return designs.journey(row.journey, row.version) if row else None


def _questions(*journeys: Journey | None) -> dict[str, Question]:
    """What was asked, by name: the case's own dialogues before those of its parent."""
    found: dict[str, Question] = {}
    for journey in journeys:
        for dialogue in journey.dialogues.values() if journey else ():
            for name, question in dialogue.questions.items():
                found.setdefault(name, question)
    return found


def _opinions(key: str, journey: Journey, language: str) -> list[Opinion]:
    answers: dict[str, list[SurveyAnswer]] = {}
    for one in SurveyAnswer.objects.filter(case=key).order_by("at", "pk"):
        answers.setdefault(one.touchpoint, []).append(one)
    return [_opinion(name, given, survey_of(journey, name), language) for name, given in answers.items()]


def _opinion(name: str, given: list[SurveyAnswer], asked: Dialogue | None, language: str) -> Opinion:
    questions = asked.questions if asked else {}
    pairs = [
        (_ask(questions.get(one.question), one.question, language), _answer(questions, one, language)) for one in given
    ]
    title = text_in(asked.title, language) if asked else ""
    return Opinion(title=title or name, answers=tuple(pairs), at=max(one.at for one in given))


def _ask(question: Question | None, name: str, language: str) -> str:
    return text_in(question.ask, language) if question else name


def _answer(questions: Mapping[str, Question], one: SurveyAnswer, language: str) -> str:
    """An answer in words; of a scale the number, with what its end means and how far the scale goes."""
    question, value = questions.get(one.question), str(one.answer)
    if question is None or not question.choose:
        return value
    label = text_in(question.choose.get(value, {}), language)
    if question.kind != "scale":
        return label or value
    top = max((int(end) for end in question.choose if end.isdigit()), default=0)
    return f"{value} / {top}" + (f" ({label})" if label else "")
