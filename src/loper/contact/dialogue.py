"""A dialogue in progress: from the answers so far to the next question, a stop, or what the event will tell.

One dialogue for every channel: a wizard on the web, an agent's script, a chat all ask `turn` what comes next.
Answers are JSON values by question; a question that was skipped has the answer None. `now` is in the time zone in which
days are counted. `Dialogue.known` are the facts of the case in which it is asked.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from loper.define.expression import Expression
from loper.define.model import Derive, Dialogue, Question, Texts

Answers = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Ask:
    """The next question; it is `number` of the `of` that are asked as things stand."""

    question: Question
    number: int
    of: int


@dataclass(frozen=True, slots=True)
class Stop:
    """An answer that ends the dialogue at once (gas!): what to do; nothing else is asked first."""

    text: Texts
    values: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Done:
    """Everything was asked; `values` is what the event tells: the answers and what was derived from them."""

    values: Mapping[str, Any]


Turn = Ask | Stop | Done


def turn(dialogue: Dialogue, answers: Answers, now: datetime) -> Turn:
    """What comes next. A stop comes as soon as the answers so far lead to one, whatever is still unasked."""
    so_far = _walk(dialogue, answers, now)
    row = next((row for row in dialogue.derive if row.if_ is None or row.if_(so_far.known, now)), Derive())
    if row.stop and row.if_ is not None and _answered(row.if_, dialogue, answers):
        return Stop(row.stop, {**so_far.given, **row.values})
    for number, question in enumerate(so_far.asked, 1):
        if question.name not in answers:
            return Ask(question, number, len(so_far.asked))
    if row.stop:
        return Stop(row.stop, {**so_far.given, **row.values})
    return Done({**so_far.given, **row.values})


def _answered(condition: Expression, dialogue: Dialogue, answers: Answers) -> bool:
    """Whether the condition rests on answers alone, and not on a question that is still to come."""
    return all(name.path in answers for name in condition.names() if name.path in dialogue.questions)


def asked(dialogue: Dialogue, answers: Answers, now: datetime) -> list[Question]:
    """The questions that are asked as the answers stand, in order."""
    return _walk(dialogue, answers, now).asked


def previous(dialogue: Dialogue, answers: Answers, now: datetime, question: str | None = None) -> Question | None:
    """The question before this one (before the end, if none), to go back to; its answer stays. None at the first."""
    before = None
    for one in asked(dialogue, answers, now):
        if one.name == question:
            return before
        if question is not None or one.name in answers:
            before = one
    return before if question is None else None


def progress(dialogue: Dialogue, answers: Answers, now: datetime) -> float:
    """The share of the questions that is answered, from 0 to 1."""
    open_ones = asked(dialogue, answers, now)
    return sum(question.name in answers for question in open_ones) / max(1, len(open_ones))


@dataclass(frozen=True, slots=True)
class _Walk:
    asked: list[Question]
    given: dict[str, Any]  # the answers that count; those of questions that are not asked are kept, and wait
    known: dict[str, Any]  # what conditions can ask: the facts of the case, and over them the answers


def _walk(dialogue: Dialogue, answers: Answers, now: datetime) -> _Walk:
    """Through the questions in their order: a condition sees what the case knows and the answers before it, never its
    own. So `if: story is not set` asks what is not known, and goes on asking when it was answered here.
    """
    walk = _Walk([], {}, dict(dialogue.known))
    for question in dialogue.questions.values():
        if question.if_ is not None and not question.if_(walk.known, now):
            continue
        walk.asked.append(question)
        value = answers.get(question.name)
        if value is not None:
            walk.given[question.name] = value
            walk.known[question.name] = _comparable(question, value)
    return walk


def _comparable(question: Question, value: Any) -> Any:
    """The answer as conditions compare it: a day or a time is no text. None where it cannot be read."""
    read = {"date": date.fromisoformat, "time": datetime.fromisoformat}.get(question.kind)
    if read is None or not isinstance(value, str):
        return value
    try:
        return read(value)
    except ValueError:
        return None


class Unreadable(ValueError):
    """An answer that does not fit its question; the message is one of the words of WRONG."""


WRONG = ("required", "choice", "number", "boolean", "date", "time", "phone", "email", "long", "file")


def read_answer(question: Question, raw: Any, timezone: ZoneInfo | None = None) -> Any:
    """The JSON value of an answer as typed; None for one that may stay empty. Raises Unreadable.

    A time without an offset is one of `timezone`, where that is given.
    """
    text = raw.strip() if isinstance(raw, str) else raw
    if text in ("", None, []):
        if question.optional:
            return None
        raise Unreadable("required")
    if question.kind == "choose":
        if text not in question.choose:
            raise Unreadable("choice")
        return text
    if question.kind == "scale":
        return _on_scale(question, text)
    if isinstance(text, bool) and question.kind == "boolean":
        return text
    if isinstance(text, int | float) and question.kind == "number":
        text = "" if isinstance(text, bool) else str(text)
    if not isinstance(text, str):
        raise Unreadable("choice")
    if len(text) > 2000:
        raise Unreadable("long")
    return _read(question.kind, text, timezone)


def _on_scale(question: Question, raw: Any) -> int:
    """A whole number from the lowest to the highest end of the scale."""
    ends = [int(end) for end in question.choose]
    if isinstance(raw, bool) or not re.fullmatch(r"-?\d{1,3}", str(raw)) or not min(ends) <= int(raw) <= max(ends):
        raise Unreadable("choice")
    return int(raw)


def _read(kind: str, text: str, timezone: ZoneInfo | None) -> Any:
    match kind:
        case "number":
            plain = text.replace(" ", "").replace(",", ".")
            if not re.fullmatch(r"-?\d{1,12}(\.\d{1,6})?", plain):
                raise Unreadable("number")
            return float(plain) if "." in plain else int(plain)
        case "boolean":
            if text not in ("yes", "no", "true", "false"):
                raise Unreadable("boolean")
            return text in ("yes", "true")
        case "date":
            try:
                return date.fromisoformat(text).isoformat()
            except ValueError:
                raise Unreadable("date") from None
        case "time":
            try:
                at = datetime.fromisoformat(text)
            except ValueError:
                raise Unreadable("time") from None
            if at.tzinfo is None and timezone is not None:
                at = at.replace(tzinfo=timezone)
            return at.isoformat()
        case "phone":
            plain = re.sub(r"[\s().-]", "", text)
            if not re.fullmatch(r"\+?\d{9,15}", plain):
                raise Unreadable("phone")
            return plain
        case "email":
            if not re.fullmatch(r"[^@\s]+@[^@\s]+\.[^@\s.]{2,}", text) or len(text) > 254:
                raise Unreadable("email")
            return text
    return text
