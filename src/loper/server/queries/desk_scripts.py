"""Dialogues as an agent's script, the same questions on one page; and the forms that customers left half-filled."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from loper.contact import Done, Stop, asked, turn
from loper.define.model import Dialogue, Question
from loper.server import clock
from loper.server.permissions import Actor
from loper.server.queries import designs
from loper.server.queries.dialogues import Line, summary
from loper.server.queries.organisation import text_in
from loper.server.records.dialogues import DialogueProgress

MOST = 60
"""So many half-filled forms are listed: those that were worked on last."""


@dataclass(frozen=True, slots=True)
class Script:
    """A dialogue by which an agent begins a case."""

    journey: str
    dialogue: str
    title: str


def scripts(language: str, actor: Actor) -> list[Script]:
    """What this person can report for a customer."""
    if not actor.may("case.report"):
        return []
    role = actor.role_for("case.report")
    return [
        Script(journey.name, dialogue.name, text_in(dialogue.title, language) or dialogue.name)
        for journey in designs.published()
        for dialogue in journey.dialogues.values()
        if dialogue.emits in journey.begins and role in journey.events[dialogue.emits].from_
    ]


@dataclass(frozen=True, kw_only=True, slots=True)
class Standing:
    """A dialogue as the answers stand: which questions are asked, and whether it is done or must stop."""

    questions: tuple[Question, ...]
    stop: str = ""  # what to tell the customer now; nothing else is asked
    done: bool = False


def standing(dialogue: Dialogue, answers: Mapping[str, Any], language: str) -> Standing:
    now = clock.now()
    found = turn(dialogue, answers, now)
    return Standing(
        questions=tuple(asked(dialogue, answers, now)),
        stop=text_in(found.text, language) if isinstance(found, Stop) else "",
        done=isinstance(found, Done),
    )


@dataclass(frozen=True, kw_only=True, slots=True)
class Begun:
    """A half-filled form as a list shows it."""

    key: str
    title: str
    name: str
    where: str
    reach: str
    answered: int
    lines: tuple[Line, ...]
    changed: datetime
    agent: str
    case: str
    stopped: bool


def begun(language: str) -> list[Begun]:
    """The forms that somebody began and did not send, the newest first."""
    rows = DialogueProgress.objects.filter(submitted=None).select_related("customer", "customer__home")
    found, hash = [], designs.current_hash()
    for row in rows.order_by("-changed")[:MOST]:
        dialogue = designs.journey(row.journey, row.version, hash).dialogues.get(row.dialogue)
        if dialogue is not None:
            found.append(_begun(row, dialogue, language))
    return found


def _begun(row: DialogueProgress, dialogue: Dialogue, language: str) -> Begun:
    contact, owner = row.contact, row.customer
    lines = tuple(summary(dialogue, row.answers, language))
    typed = f"{contact.get('postcode', '')} {contact.get('house_number', '')}".strip()
    return Begun(
        key=str(row.pk),
        title=text_in(dialogue.title, language) or row.dialogue,
        name=owner.name if owner else str(contact.get("name", "")),
        where=str(owner.home) if owner and owner.home else typed,
        reach=str(contact.get("phone", "") or contact.get("email", "")),
        answered=len(lines),
        lines=lines,
        changed=row.changed,
        agent=row.agent,
        case=row.case,
        stopped=row.stopped,
    )
