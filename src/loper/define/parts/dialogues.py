"""Dialogues: questions, and the decision table over the answers."""

from __future__ import annotations

from typing import Any, cast

from loper.define.model import BUILT_IN_OFFERS, Derive, Dialogue, FactType, Question, QuestionKind
from loper.define.names import RESERVED_FACTS, Names
from loper.define.parts.texts import reasons, texts
from loper.define.problem import nearest
from loper.define.shape import Part, Wrong
from loper.define.tree import Word
from loper.define.typecheck import checked
from loper.define.words import literal, number

_KIND_OF_FACT: dict[str, QuestionKind] = {
    "boolean": "boolean", "number": "number", "minutes": "number", "money": "number", "date": "date", "time": "time",
    "place": "place", "file": "file",
}  # fmt: skip

_TYPE_OF_KIND = {
    "text": "text", "number": "number", "boolean": "boolean", "date": "date", "time": "time", "image": "file",
    "file": "file", "place": "place", "phone": "text", "email": "text", "scale": "number",
}  # fmt: skip


def dialogue(name: Word, part: Part, names: Names, sets: tuple[str, ...]) -> Dialogue:
    """One dialogue; `sets` are the facts that its event sets."""
    if name in BUILT_IN_OFFERS:
        names.report.add(name, f"'{name}' is a built-in offer", "give the dialogue another name")
    names.event(part.get("emits"))
    facts = {fact: names.facts[fact] for fact in sets if fact in names.facts}
    questions: dict[str, Question] = {}
    scope = dict(names.facts)
    for key, read in (part.get("questions") or {}).items():
        made = _question(key, read, names, facts.get(key), scope)
        questions[made.name] = made
        scope[made.name] = facts.get(key) or _type(made)
    rows = part.get("derive") or []
    derive = tuple(_derive(row, names, facts, scope, set(questions), last=row is rows[-1]) for row in rows)
    return Dialogue(
        name=str(name),
        emits=str(part.get("emits", "")),
        title=texts(part.get("title"), names),
        questions=questions,
        derive=derive,
        accepts=reasons(part.get("accepts"), names),
    )


def _question(name: Word, part: Part, names: Names, fact: FactType | None, scope: dict[str, FactType]) -> Question:
    if name in RESERVED_FACTS:
        names.report.add(name, f"'{name}' is a word of the language itself", "take another name")
    kinds = [key for key in ("choose", "scale", "file", "type") if key in part.keys_at]
    if len(kinds) > 1:
        names.report.add(
            part.keys_at[kinds[1]], f"a question has one kind, and here are {' and '.join(kinds)}", "keep one"
        )
    choose = {str(value): texts(text, names) for value, text in (part.get("choose") or part.get("scale") or {}).items()}
    if "scale" in part:
        _check_scale(part, names)
    if fact is not None and fact.kind == "choice":
        _check_options(name, part, names, fact)
    return Question(
        name=str(name),
        ask=texts(part.get("ask"), names),
        help=texts(part.get("help"), names),
        kind=_kind(part, fact),
        choose=choose,
        optional="optional" in part and bool(part["optional"].value),
        if_=checked(part.get("if"), scope, names.report),
    )


def _kind(part: Part, fact: FactType | None) -> QuestionKind:
    if "choose" in part:
        return "choose"
    if "scale" in part:
        return "scale"
    if "file" in part:
        return "image" if part["file"] == "image" else "file"
    if "type" in part:
        return cast(QuestionKind, str(part["type"]))
    return _KIND_OF_FACT.get(fact.kind, "text") if fact is not None else "text"


def _check_scale(part: Part, names: Names) -> None:
    ends = []
    for end in part["scale"]:
        try:
            ends.append(number(end))
        except Wrong as wrong:
            names.report.add(end, str(wrong), "like scale: {1: Heel makkelijk, 5: Heel moeilijk}")
            return
    if len(ends) < 2 or any(end != int(end) for end in ends) or max(ends) - min(ends) > 10:
        names.report.add(
            part.keys_at["scale"], "a scale needs two ends, whole numbers, at most 10 apart", "like {1: .., 5: ..}"
        )


def _check_options(name: Word, part: Part, names: Names, fact: FactType) -> None:
    if "choose" not in part.keys_at:
        names.report.add(
            name,
            f"fact '{name}' is one of {', '.join(fact.options)}, so the question needs 'choose'",
            "give each a text",
        )
    for value in part.get("choose") or {}:
        if value not in fact.options:
            hint = nearest(value, fact.options) or f"one of: {', '.join(fact.options)}"
            names.report.add(value, f"fact '{name}' is never '{value}'", hint)


def _type(question: Question) -> FactType:
    if question.kind == "choose":
        return FactType("choice", tuple(question.choose))
    return FactType(cast(Any, _TYPE_OF_KIND[question.kind]))


def _derive(
    row: Part, names: Names, facts: dict[str, FactType], scope: dict[str, FactType], questions: set[str], *, last: bool
) -> Derive:
    guard = checked(row.get("if"), scope, names.report)
    if "if" not in row.keys_at and not last:
        names.report.add(row.at, "rows after this one never count: it has no 'if'", "put it last")
    values: dict[str, object] = {}
    for key, word in row.items():
        if key in ("if", "stop"):
            continue
        if key in questions:
            names.report.add(
                row.keys_at[key], f"'{key}' is a question here, so it cannot be derived", "take another name"
            )
            continue
        values[key] = _value(key, word, facts.get(key), names)
    return Derive(if_=guard, stop=texts(row.get("stop"), names), values=values)


def _value(key: str, word: Word, fact: FactType | None, names: Names) -> object:
    """The value of a column; of a fact it must be of the fact's type."""
    value = literal(word)
    if fact is None:
        return value
    if fact.kind == "choice":
        if word not in fact.options:
            hint = nearest(word, fact.options) or f"one of: {', '.join(fact.options)}"
            names.report.add(word, f"fact '{key}' is never '{word}'", hint)
        return str(word)
    expected = {"boolean": bool, "number": (int, float), "minutes": (int, float), "money": (int, float)}.get(fact.kind)
    if expected is None:
        return str(word)
    if not isinstance(value, expected) or (fact.kind != "boolean" and isinstance(value, bool)):  # type: ignore[arg-type]
        names.report.add(word, f"fact '{key}' is of type {fact.kind}, and '{word}' is not", "")
    return value
