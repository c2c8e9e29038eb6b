"""Questions of a dialogue as fields of one page, and the answers read back; only what was changed is kept."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from loper.contact import Unreadable, read_answer
from loper.define.model import Dialogue, Question
from loper.server.pages.desk import words
from loper.server.queries.desk_scripts import Standing
from loper.server.queries.organisation import text_in

LONGEST = 2000
WRONG = {
    "required": gettext_lazy("Ask this too."),
    "choice": gettext_lazy("Choose one of the answers."),
    "number": gettext_lazy("Fill in a number."),
    "boolean": gettext_lazy("Choose yes or no."),
    "date": gettext_lazy("Fill in a date."),
    "time": gettext_lazy("Fill in a date and a time."),
    "phone": gettext_lazy("A telephone number has ten digits, like 06 12345678."),
    "email": gettext_lazy("An e-mail address looks like name@example.nl."),
    "long": gettext_lazy("This is too long: at most 2,000 characters."),
    "file": gettext_lazy("Choose a photo."),
}
INPUTS = {"number": "text", "date": "date", "time": "datetime-local", "phone": "tel", "email": "email", "place": "text"}


@dataclass(frozen=True, kw_only=True, slots=True)
class Asked:
    """A question as the page shows it; `was` is its answer when the page was made."""

    name: str
    ask: str
    help: str
    kind: str  # options, text, file, or the type of an input
    options: tuple[tuple[str, str], ...] = ()
    typed: str = ""
    was: str = ""
    optional: bool = False
    hidden: bool = False
    wrong: str = ""
    photos: tuple[str, ...] = ()


def questions_of(
    dialogue: Dialogue,
    stands: Standing,
    answers: Mapping[str, Any],
    typed: Mapping[str, str],
    wrong: Mapping[str, str],
    photos: tuple[str, ...] = (),
) -> list[Asked]:
    """Every question; those that are not asked as the answers stand are hidden."""
    names = {question.name for question in stands.questions}
    return [
        _asked(question, answers, typed, wrong.get(name, ""), hidden=name not in names, photos=photos)
        for name, question in dialogue.questions.items()
    ]


def _asked(
    question: Question,
    answers: Mapping[str, Any],
    typed: Mapping[str, str],
    wrong: str,
    *,
    hidden: bool,
    photos: tuple[str, ...],
) -> Asked:
    language = words.language()
    was = shown(question, answers.get(question.name))
    return Asked(
        name=question.name,
        ask=text_in(question.ask, language),
        help=text_in(question.help, language),
        kind=_kind(question),
        options=tuple(_options(question, language)),
        typed=typed.get(question.name, was) if wrong else was,
        was=was,
        optional=question.optional,
        hidden=hidden,
        wrong=wrong,
        photos=photos if question.kind in ("image", "file") else (),
    )


def _kind(question: Question) -> str:
    if question.kind in ("choose", "scale", "boolean"):
        return "options"
    return "file" if question.kind in ("image", "file") else INPUTS.get(question.kind, "text_area")


def _options(question: Question, language: str) -> list[tuple[str, str]]:
    if question.kind == "boolean":
        return [("yes", _("Yes")), ("no", _("No"))]
    labels = {value: text_in(texts, language) or value for value, texts in question.choose.items()}
    if question.kind != "scale":
        return list(labels.items())
    ends = [int(end) for end in labels]
    steps = [str(step) for step in range(min(ends), max(ends) + 1)]
    return [(step, f"{step} · {labels[step]}" if step in labels else step) for step in steps]


def shown(question: Question, answer: Any) -> str:
    """An answer as its field shows it."""
    if answer is None:
        return ""
    if isinstance(answer, bool):
        return "yes" if answer else "no"
    return str(answer)[:16] if question.kind == "time" else str(answer)


def changed(dialogue: Dialogue, post: Mapping[str, str]) -> tuple[dict[str, Any], dict[str, str]]:
    """The answers that were changed on the page, and what cannot be read. A photo is not among them."""
    answers: dict[str, Any] = {}
    wrong: dict[str, str] = {}
    for name, question in dialogue.questions.items():
        typed, was = clean(post.get(name, "")), clean(post.get(f"was-{name}", ""))
        if typed == was or question.kind in ("image", "file"):
            continue
        try:
            if typed or question.optional:
                answers[name] = read_answer(question, typed, ZoneInfo(settings.TIME_ZONE))
        except Unreadable as unreadable:
            wrong[name] = str(WRONG[str(unreadable)])
    return answers, wrong


def clean(text: str) -> str:
    return text.replace("\x00", "").replace("\r\n", "\n").strip()[: LONGEST + 1]


def skipped(stands: Standing, answers: Mapping[str, Any]) -> tuple[dict[str, None], dict[str, str]]:
    """What may stay empty and did, as an answer; and what must still be asked."""
    open_ones = [question for question in stands.questions if question.name not in answers]
    empty = {question.name: None for question in open_ones if question.optional}
    return empty, {question.name: str(WRONG["required"]) for question in open_ones if not question.optional}
