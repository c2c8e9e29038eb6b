"""What the parser and the check say, for people: in their language, with the place in words and a way to it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache

from django.utils.translation import gettext as _

from loper.define import Finding, Journey, Problem
from loper.server.pages.studio import words
from loper.server.pages.studio.sentences import RULES, SENTENCES


@dataclass(frozen=True, slots=True)
class Told:
    """A finding for people."""

    number: int
    rule: str
    title: str
    place: str
    why: str
    way_out: str
    matters: str
    line: int | None
    anchor: str  # where it stands on the page of the journey; empty where it is about the whole
    text: str  # the touchpoint whose texts it is about; empty where it is about the language
    accepted: str | None


@dataclass(frozen=True, slots=True)
class Wrong:
    """A problem for people."""

    file: str
    path: str
    line: int
    column: int
    message: str
    hint: str


def told(journey: Journey, found: Iterable[Finding], language: str) -> list[Told]:
    """Findings, numbered as in the line."""
    return [
        Told(
            number=number,
            rule=one.rule,
            title=_(RULES[one.rule][0]) if one.rule in RULES else one.rule,
            place=place(journey, one.place, language),
            why=sentence(one.why),
            way_out=sentence(one.way_out),
            matters=_(RULES[one.rule][1]) if one.rule in RULES else "",
            line=one.line,
            anchor=_anchor(one.place),
            text=_text_of(journey, one),
            accepted=one.accepted,
        )
        for number, one in enumerate(found, 1)
    ]


def _anchor(path: str) -> str:
    part, _dot, name = path.partition(".")
    name = name.partition(".")[0]
    return {"touchpoints": f"t-{name}", "stages": f"s-{name}"}.get(part, "")


def _text_of(journey: Journey, one: Finding) -> str:
    part, _dot, name = one.place.partition(".")
    about_texts = one.rule in ("hard-to-read", "principle", "inconsistent") or "text" in one.why
    return name if part == "touchpoints" and about_texts and name in journey.touchpoints else ""


def place(journey: Journey, path: str, language: str) -> str:
    """`touchpoints.reminder` -> Contact moment 'Herinnering'."""
    part, _dot, name = path.partition(".")
    name = name.partition(".")[0]
    if part == "touchpoints":
        return _("Contact moment '%(name)s'") % {"name": words.touchpoint(journey, name, language)}
    if part == "stages":
        return _("Stage '%(name)s'") % {"name": words.stage(journey, name, language)}
    if part == "dialogues":
        found = journey.dialogues.get(name)
        return _("Questions '%(name)s'") % {"name": words.title(found.title, name, language) if found else name}
    if part == "measures":
        return _("Measure '%(name)s'") % {"name": words.readable(name)}
    return _("The whole journey") if part in ("journey", "goal") else words.readable(path)


def wrongs(problems: Sequence[Problem]) -> list[Wrong]:
    """Problems, those of the language first, each with the file to mend it in."""
    return [
        Wrong(
            file=one.file.rpartition("/")[2],
            path=one.file,
            line=one.line,
            column=one.column,
            message=sentence(one.message),
            hint=sentence(one.hint),
        )
        for one in sorted(problems, key=lambda one: (one.file.endswith(".liquid"), one))
    ]


def sentence(text: str) -> str:
    """A sentence of the core in the language of the page; as it is where it has no translation."""
    for pattern, msgid in _patterns() if text else ():
        match = pattern.fullmatch(text)
        if match is not None:
            inner = {name: "; ".join(map(sentence, part.split("; "))) for name, part in match.groupdict().items()}
            return _(msgid) % inner
    return text


@cache
def _patterns() -> list[tuple[re.Pattern[str], str]]:
    """The known sentences as patterns; those with most words of their own first."""
    found = []
    for msgid in SENTENCES:
        parts = re.split(r"%\((\w+)\)s", msgid)
        own = [part.replace("%%", "%") for part in parts[::2]]
        named = [f"(?P<{name}>.+?)" for name in parts[1::2]]
        body = "".join(re.escape(word) + hole for word, hole in zip(own, [*named, ""], strict=True))
        found.append((sum(map(len, own)), re.compile(body, re.DOTALL), msgid))
    found.sort(key=lambda one: -one[0])
    return [(pattern, msgid) for _size, pattern, msgid in found]
