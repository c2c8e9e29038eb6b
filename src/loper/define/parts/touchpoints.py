"""Touchpoints: when, to whom, by which channel."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, cast

from loper.define.model import Anchor, OnEvent, OnFact, Touchpoint
from loper.define.names import Names
from loper.define.parts.stages import offers
from loper.define.parts.texts import reasons, texts
from loper.define.problem import nearest
from loper.define.shape import Part
from loper.define.survey import STANDARD
from loper.define.tree import Report, Word
from loper.define.typecheck import checked
from loper.define.words import When


def touchpoint(name: Word, order: int, part: Part, names: Names, asked: set[str]) -> Touchpoint:
    """One touchpoint; `asked` are the questions of the dialogue that its answers come from."""
    _check_keys(name, part, names)
    by = part.get("by")
    channels = _channels(part, names)
    return Touchpoint(
        name=str(name),
        order=order,
        when=tuple(anchor for word in part.get("when", ()) if (anchor := _anchor(word, names)) is not None),
        title=texts(part.get("title"), names),
        owner=_text(part.get("owner")),
        need=texts(part.get("need"), names),
        attention=cast(Any, _text(part.get("attention"))),
        by=str(by["person"]) if isinstance(by, Part) and "person" in by else None,
        kind=cast(Any, _text(part.get("kind")) or "service"),
        channels=channels,
        between=part["between"].value if "between" in part else None,
        late=part["late"].value if "late" in part else None,
        every=part["every"].value if "every" in part else None,
        most=part["most"].value if "most" in part else None,
        unless=frozenset(names.all("event", part.get("unless"))),
        in_=frozenset(names.all("stage", part["in"])) if "in" in part else None,
        if_=checked(part.get("if"), names.facts, names.report),
        urgent="urgent" in part and bool(part["urgent"].value),
        variants=_variants(part, names),
        offers=offers(part.get("offers"), names),
        asks=_asks(part, names, asked),
        accepts=reasons(part.get("accepts"), names),
    )


def no_circles(part: Part, touchpoints: Mapping[str, Touchpoint], report: Report) -> None:
    """Touchpoints that follow from each other at once would go round for ever in one instant."""
    at_once = {
        name: [
            anchor.event.rpartition(".")[0]
            for anchor in one.when
            if isinstance(anchor, OnEvent)
            and anchor.event.endswith((".sent", ".skipped", ".failed"))
            and (anchor.shift is None or not anchor.shift.amount)
        ]
        for name, one in touchpoints.items()
    }
    for name in part.get("touchpoints", {}):
        seen, todo = set[str](), list(at_once.get(name, ()))
        while todo:
            before = todo.pop()
            if before not in seen:
                seen.add(before)
                todo += at_once.get(before, ())
        if name in seen:
            report.add(
                name,
                f"touchpoint '{name}' follows from itself at once, and that without end",
                "let one of them come some time after the other, like '1 day after T.sent'",
            )


def _check_keys(name: Word, part: Part, names: Names) -> None:
    """What goes together, and what does not."""
    report = names.report
    person = isinstance(part.get("by"), Part)
    if "channels" not in part.keys_at and not person:
        report.add(name, f"touchpoint '{name}' goes nowhere", "add 'channels: [email]' or 'by: {person: agent}'")
    if "most" in part.keys_at and "every" not in part.keys_at:
        report.add(part.keys_at["most"], "'most' counts repeats, and there is no 'every'", "add 'every: DURATION'")
    if person and "variants" in part.keys_at:
        report.add(part.keys_at["variants"], "a task for a person has no variants", "take 'variants' away")


def _anchor(word: Word, names: Names) -> Anchor | None:
    when: When = word.value
    if when.name in names.events():
        if when.before:
            names.report.add(
                word,
                f"nothing can happen before event '{when.name}': nobody knows it is coming",
                "use a fact of type time",
            )
            return None
        return OnEvent(when.name, when.shift)
    if when.name.partition(".")[0] in names.facts:
        path = names.time_path(word, text=when.name, shift=when.column)
        if path is None:
            return None
        if when.shift is None:
            names.report.add(
                word, f"'{path}' is a fact, so say how long before or after", f"like '1 day before {path}'"
            )
            return None
        return OnFact(path, when.shift, when.before)
    known = [*names.events(), *names.paths()]
    hint = nearest(when.name, known) or "declare it under events or facts"
    names.report.add(word, f"'{when.name}' is not an event and not a fact", hint, shift=when.column)
    return None


def _channels(part: Part, names: Names) -> tuple[str, ...]:
    found: list[str] = []
    for channel in part.get("channels", ()):
        if channel in found:
            names.report.add(channel, f"channel '{channel}' is here twice", "keep one of the two")
        else:
            found.append(str(channel))
    return tuple(found)


def _variants(part: Part, names: Names) -> dict[str, int]:
    read = part.get("variants") or {}
    if read and not sum(share.value for share in read.values()):
        names.report.add(
            part.keys_at["variants"], "the shares of the variants add up to nothing", "like {a: 50, b: 50}"
        )
    return {str(variant): share.value for variant, share in read.items()}


def _asks(part: Part, names: Names, asked: set[str]) -> tuple[str, ...]:
    found: list[str] = []
    for question in part.get("asks", ()):
        known = [*asked, *STANDARD]
        if question not in known:
            hint = nearest(question, known) or f"standard questions: {', '.join(STANDARD)}"
            names.report.add(
                question,
                f"'{question}' is not a standard question, and no dialogue that emits the answers asks it",
                hint,
            )
        elif question in found:
            names.report.add(question, f"'{question}' is asked twice", "keep one of the two")
        else:
            found.append(str(question))
    return tuple(found)


def _text(word: Word | None) -> str | None:
    return None if word is None else str(word)
