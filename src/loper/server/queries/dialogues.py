"""Dialogues in progress, as people see them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from loper.contact import asked
from loper.define.model import Dialogue
from loper.server import clock
from loper.server.queries import designs
from loper.server.queries.organisation import text_in
from loper.server.records.customers import Customer
from loper.server.records.dialogues import DialogueProgress


@dataclass(frozen=True, slots=True)
class Line:
    """A question and its answer, in words."""

    name: str
    ask: str
    answer: str
    photo: bool = False


def summary(dialogue: Dialogue, answers: Mapping[str, Any], language: str) -> list[Line]:
    """What was asked and answered so far."""
    lines = []
    for question in asked(dialogue, answers, clock.now()):
        if question.name not in answers:
            continue
        value = answers[question.name]
        photo = question.kind in ("image", "file") and bool(value)
        if value is None:
            text = _("nothing filled in")
        elif question.choose:
            text = text_in(question.choose.get(str(value), {}), language) or str(value)
        elif isinstance(value, bool):
            text = _("Yes") if value else _("No")
        else:
            text = _("added") if photo else str(value)
        lines.append(Line(question.name, text_in(question.ask, language), text, photo))
    return lines


@dataclass(frozen=True, slots=True)
class Begun:
    """A dialogue that was not sent yet."""

    key: str
    title: str


def unfinished_of(keys: set[str], language: str) -> list[Begun]:
    """Of these dialogues those that were not sent; of each kind the one that was worked on last."""
    rows = DialogueProgress.objects.filter(pk__in=keys, submitted=None, stopped=False).order_by("-changed")
    found: dict[tuple[str, str, str], Begun] = {}
    for row in rows:
        dialogue = designs.journey(row.journey, row.version).dialogues.get(row.dialogue)
        if dialogue is not None:
            title = text_in(dialogue.title, language)
            found.setdefault((row.journey, row.dialogue, row.case), Begun(str(row.pk), title))
    return list(found.values())


def told(case: str, language: str) -> list[Line]:
    """What the customer told when they reported this case, in the words of the questions."""
    row = DialogueProgress.objects.filter(case=case, submitted__isnull=False).order_by("submitted").first()
    if row is None or row.customer is None:
        return []
    dialogue = designs.journey(row.journey, row.version).dialogues.get(row.dialogue)
    return summary(dialogue, row.answers, language) if dialogue else []


def known_address(customer: Customer | None) -> list[str]:
    """Where we reach this customer, so that they know it again and nobody else learns it: j…n@example.nl, …5678."""
    rows = customer.addresses.filter(bounced=None, channel__in=("email", "sms")).order_by("channel") if customer else ()
    return [_covered(row.channel, row.value) for row in rows]


def _covered(channel: str, value: str) -> str:
    if channel == "sms":
        return f"…{value[-4:]}"
    name, _at, domain = value.partition("@")
    return f"{name[:1]}…{name[-1:] if len(name) > 2 else ''}@{domain}"
