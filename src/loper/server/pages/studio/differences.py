"""What changed between two versions, in words: stages, moments, texts and the rest, each added, gone or changed."""

from __future__ import annotations

import difflib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from loper.define.model import Dialogue, EventType, FactType, Journey, Measure, Stage, Touchpoint
from loper.server.pages.studio import words
from loper.server.queries.designs import Files

Said = Mapping[str, str]
"""The parts of a thing, in words: label -> value; empty values are left out."""


@dataclass(frozen=True, slots=True)
class Detail:
    """One part that changed; `before` or `after` empty: it was not there, or is no more."""

    label: str
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class Change:
    """One thing that is `added`, `gone` or `changed`; `what` it is, and its name for people."""

    how: str
    what: str
    name: str
    details: tuple[Detail, ...] = ()


@dataclass(frozen=True, slots=True)
class Line:
    """A line of a raw difference: `plus`, `minus`, `same` or `jump`."""

    kind: str
    text: str


@dataclass(frozen=True, slots=True)
class FileDiff:
    path: str
    lines: tuple[Line, ...]


def differences(old: Journey, new: Journey, language: str) -> list[Change]:
    """Everything that is different in meaning, in the order in which people look for it."""
    found = list(_one(_("The journey"), "", _journey(old, language), _journey(new, language)))
    for what, part, said in _parts():
        was, now = getattr(old, part), getattr(new, part)
        for name in dict.fromkeys((*now, *was)):
            before = said(old, was[name], language) if name in was else None
            after = said(new, now[name], language) if name in now else None
            thing = now.get(name) or was[name]
            found += _one(what, words.title(getattr(thing, "title", {}), name, language), before, after)
    return found + list(_texts(old, new, language))


def _parts() -> tuple[tuple[str, str, Callable[[Journey, Any, str], Said]], ...]:
    return (
        (_("Stage"), "stages", _stage),
        (_("Contact moment"), "touchpoints", _touchpoint),
        (_("Questions"), "dialogues", _dialogue),
        (_("Measure"), "measures", _measure),
        (_("Fact"), "facts", _fact),
        (_("Event"), "events", _event),
    )


def _one(what: str, name: str, before: Said | None, after: Said | None) -> Iterator[Change]:
    if before is None and after is not None:
        yield Change("added", what, name, tuple(Detail(label, "", said) for label, said in after.items() if said))
    elif after is None and before is not None:
        yield Change("gone", what, name)
    elif before is not None and after is not None and before != after:
        labels = [label for label in dict.fromkeys((*before, *after)) if before.get(label, "") != after.get(label, "")]
        yield Change("changed", what, name, tuple(_detail(label, before, after) for label in labels))


def _detail(label: str, before: Said, after: Said) -> Detail:
    """What is different in this part: of a part with several lines only those that changed."""
    was, now = before.get(label, "").split("\n"), after.get(label, "").split("\n")
    if len(was) > 1 or len(now) > 1:
        was, now = [line for line in was if line not in now], [line for line in now if line not in was]
    return Detail(label, "\n".join(was), "\n".join(now))


def _texts(old: Journey, new: Journey, language: str) -> Iterator[Change]:
    for key in dict.fromkeys((*new.texts, *old.texts)):
        before, after = old.texts.get(key), new.texts.get(key)
        if before == after:
            continue
        name, variant = key[0].partition("+")[::2]
        called = words.touchpoint(new if name in new.touchpoints else old, name, language)
        label = f"{called}{f' ({variant})' if variant else ''}, {words.channel(key[1])}, {words.tongue(key[2])}"
        how = "added" if before is None else "gone" if after is None else "changed"
        yield Change(how, _("Text"), label, tuple(_sentences(before, after)) if how == "changed" else ())


def _sentences(before: str | None, after: str | None) -> Iterator[Detail]:
    """The lines of a text that are different, side by side."""
    was, now = (before or "").splitlines(), (after or "").splitlines()
    for how, start, end, start2, end2 in difflib.SequenceMatcher(None, was, now, autojunk=False).get_opcodes():
        if how != "equal":
            yield Detail(_("line %(n)d") % {"n": start2 + 1}, "\n".join(was[start:end]), "\n".join(now[start2:end2]))


# -- the parts of a thing in words -------------------------------------------------------------------------------------


def _by_language(label: str, texts: Mapping[str, str]) -> dict[str, str]:
    return {f"{label} ({words.tongue(code)})": text for code, text in texts.items()}


def _yes(value: bool) -> str:
    return _("yes") if value else ""


def _journey(one: Journey, language: str) -> Said:
    return {
        _("label"): one.label or "",
        **_by_language(_("title"), one.title),
        _("owner"): one.owner or "",
        _("time zone"): one.timezone.key,
        _("calendar"): one.calendar.name,
        _("languages"): ", ".join(map(words.tongue, one.languages)),
        **_by_language(_("goal of the customer"), one.goal.customer),
        **_by_language(_("feeling"), one.goal.feeling),
        _("goals of the organisation"): "; ".join(target.text for target in one.goal.organisation),
        _("begins"): "; ".join(
            f"{words.event(one, e, language)} → {words.stage(one, s, language)}" for e, s in one.begins.items()
        ),
        _("again"): ", ".join(words.event(one, name, language) for name in sorted(one.again)),
        _("from every stage"): _on(one, one.on, language),
        _("opens"): "; ".join(f"{words.event(one, name, language)} → {child}" for name, child in one.opens.items()),
        _("period"): " – ".join(f"{at:%d-%m-%Y %H:%M}" for at in one.runs) if one.runs else "",
        _("replaces"): one.replaces.version if one.replaces else "",
        _("accepted"): _accepted(one.accepts),
    }


def _accepted(accepts: Mapping[str, str]) -> str:
    return "; ".join(f"{rule}: {reason}" for rule, reason in accepts.items())


def _on(journey: Journey, on: Mapping[str, Any], language: str) -> str:
    return "\n".join(
        f"{words.event(journey, name, language)} → {words.moves(journey, moves, language)}"
        for name, moves in on.items()
    )


def _stage(journey: Journey, one: Stage, language: str) -> Said:
    return {
        **_by_language(_("title"), one.title),
        **_by_language(_("the customer reads"), one.says),
        _("moves"): _on(journey, one.on, language),
        _("deadline"): words.deadline(one),
        _("the customer can"): words.offers(journey, one.offers, language),
        _("end"): _yes(one.final),
    }


def _touchpoint(journey: Journey, one: Touchpoint, language: str) -> Said:
    return {
        **_by_language(_("title"), one.title),
        _("when"): "\n".join(words.timing(journey, one, language)),
        _("owner"): one.owner or "",
        **_by_language(_("need"), one.need),
        _("attention"): words.attention(one),
        _("by"): words.by(one),
        _("kind"): _(words.KINDS[one.kind]),
        _("channels"): ", ".join(map(words.channel, one.channels)),
        _("trial"): words.variants(one),
        _("the customer can"): words.offers(journey, one.offers, language),
        _("asks"): ", ".join(map(words.readable, one.asks)),
        _("accepted"): _accepted(one.accepts),
    }


def _dialogue(journey: Journey, one: Dialogue, language: str) -> Said:
    said = {
        **_by_language(_("title"), one.title),
        _("becomes"): words.event(journey, one.emits, language),
        _("accepted"): _accepted(one.accepts),
    }
    for question in one.questions.values():
        label = _("question '%(name)s'") % {"name": words.readable(question.name)}
        choices = [f"{value}: {' / '.join(texts.values())}" for value, texts in question.choose.items()]
        limits = [question.kind, *([_("not required")] if question.optional else [])]
        if question.if_ is not None:
            limits.append(_("only if: %(condition)s") % {"condition": question.if_.text})
        parts = [*question.ask.values(), *question.help.values(), *choices, *limits]
        said[label] = "\n".join(parts)
    rows = []
    for row in one.derive:
        condition = row.if_.text if row.if_ is not None else _("else")
        values = [f"{name} = {value}" for name, value in row.values.items()]
        rows.append(f"{condition}: {', '.join([*row.stop.values(), *values])}")
    said[_("decision table")] = "\n".join(rows)
    return said


def _measure(journey: Journey, one: Measure, language: str) -> Said:
    without = ", ".join(words.event(journey, name, language) for name in one.without)
    return {
        _("of the cases with"): words.event(journey, one.cases, language) if one.cases else "",
        _("the share without"): without,
        _("how often"): words.event(journey, one.count, language) if one.count else "",
        _("per"): words.event(journey, one.per, language) if one.per else "",
        _("mean of"): words.readable(one.mean) if one.mean else "",
    }


def _fact(journey: Journey, one: FactType, language: str) -> Said:
    return {_("type"): ", ".join(one.options) or one.kind}


def _event(journey: Journey, one: EventType, language: str) -> Said:
    return {
        _("said by"): ", ".join(words.person(name) for name in sorted(one.from_)),
        _("tells"): ", ".join(map(words.readable, one.sets)),
        _("takes away"): ", ".join(map(words.readable, one.clears)),
    }


# -- the files as they are ---------------------------------------------------------------------------------------------


def raw(old: Files, new: Files) -> list[FileDiff]:
    """The lines that are different, file by file, with three lines around them."""
    found = []
    for path in sorted({*old, *new}, key=lambda one: (one.endswith(".liquid"), one)):
        before, after = old.get(path, ""), new.get(path, "")
        if before != after:
            found.append(FileDiff(path, tuple(_lines(before, after))))
    return found


def _lines(before: str, after: str) -> Iterator[Line]:
    for line in list(difflib.unified_diff(before.splitlines(), after.splitlines(), lineterm="", n=3))[2:]:
        sign, text = line[:1], line[1:]
        yield Line(
            {"+": "plus", "-": "minus", "@": "jump"}.get(sign, "same"), line.strip("@ ") if sign == "@" else text
        )
