"""The facts that an event tells, as fields of a form and back."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from typing import Any
from zoneinfo import ZoneInfo

from django.utils.translation import gettext as _

from loper.define.model import FactType, Journey, Question
from loper.server.pages.desk import words

LONGEST = 2000
UNASKED = frozenset({"appointment", "file"})
"""Facts that no form of ours asks: they come from the agenda and from photographs."""


@dataclass(frozen=True, slots=True)
class Field:
    """A field for one fact. `kind`: choice, boolean, text, or the type of an input."""

    name: str
    label: str
    kind: str
    typed: str
    wrong: str
    options: tuple[tuple[str, str], ...] = ()


def fact_fields(
    journey: Journey, names: Sequence[str], typed: Mapping[str, str], wrong: Mapping[str, str]
) -> list[Field]:
    """The fields of these facts, with what was typed."""
    questions = _questions(journey)
    return [
        Field(
            name=name,
            label=words.fact(name, questions),
            kind=_kind(journey.facts[name]),
            typed=str(typed.get(name, "")),
            wrong=wrong.get(name, ""),
            options=tuple((one, words.value(one, questions, name)) for one in journey.facts[name].options),
        )
        for name in names
        if journey.facts[name].kind not in UNASKED
    ]


def _questions(journey: Journey) -> dict[str, Question]:
    return {name: one for dialogue in journey.dialogues.values() for name, one in dialogue.questions.items()}


def _kind(kind: FactType) -> str:
    known = {"choice": "choice", "boolean": "boolean", "text": "text", "date": "date", "time": "datetime-local"}
    return known.get(kind.kind, "number" if kind.kind in ("number", "minutes", "money") else "line")


def read_facts(
    journey: Journey, names: Sequence[str], typed: Mapping[str, str]
) -> tuple[dict[str, Any], dict[str, str]]:
    """The facts as JSON values, and what is wrong by name. What is left empty is not told."""
    found: dict[str, Any] = {}
    wrong: dict[str, str] = {}
    for name in names:
        text = str(typed.get(name, "")).replace("\x00", "").strip()[:LONGEST]
        if not text or journey.facts[name].kind in UNASKED:
            continue
        try:
            found[name] = _read(journey.facts[name], text, journey.timezone)
        except (ValueError, InvalidOperation):
            wrong[name] = _("This is not filled in right.")
    return found, wrong


def _read(kind: FactType, text: str, zone: ZoneInfo) -> Any:
    match kind.kind:
        case "choice":
            if text not in kind.options:
                raise ValueError(text)
        case "boolean":
            return {"yes": True, "no": False}[text] if text in ("yes", "no") else _refuse(text)
        case "number" | "minutes":
            number = Decimal(text.replace(",", "."))
            if not number.is_finite() or abs(number) > 10**9:
                raise ValueError(text)
            return int(number) if number == int(number) else float(number)
        case "money":
            amount = Decimal(text.replace(",", "."))
            if not amount.is_finite():
                raise ValueError(text)
            return str(amount)
        case "date":
            return date.fromisoformat(text).isoformat()
        case "time":
            at = datetime.fromisoformat(text)
            return (at if at.tzinfo else at.replace(tzinfo=zone)).isoformat()
    return text


def _refuse(text: str) -> Any:
    raise ValueError(text)
