"""Dialogues in progress, as people see them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.db.models import Q
from django.utils.translation import gettext as _

from loper.contact import asked
from loper.define.model import Dialogue
from loper.server import clock
from loper.server.queries.organisation import text_in
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


def unfinished(search: str = "", most: int = 50) -> list[DialogueProgress]:
    """Dialogues somebody began and did not send, newest first: an agent goes on where the customer stopped."""
    rows = DialogueProgress.objects.filter(submitted=None).order_by("-changed")
    if search:
        plain = "".join(search.split())
        rows = rows.filter(
            Q(contact__postcode__icontains=plain)
            | Q(contact__email__icontains=search.strip())
            | Q(contact__phone__icontains=plain)
            | Q(contact__name__icontains=search.strip())
        )
    return list(rows[:most])


def unfinished_of(keys: set[str]) -> list[DialogueProgress]:
    """Of these dialogues those that were not sent."""
    return list(DialogueProgress.objects.filter(pk__in=keys, submitted=None, stopped=False).order_by("-changed"))
