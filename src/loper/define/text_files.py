"""Message texts: one file a touchpoint, channel and language, beside the journey.

For `repair.yaml` in the folder `repair/`, for `journey.yaml` in `texts/`: `confirmation.email.nl.liquid`, or for a
variant `reminder+short.sms.nl.liquid`. Of an e-mail the first line is `Subject: ...`, then a blank line.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from loper.define.model import Journey, Touchpoint
from loper.define.organisation import Organisation
from loper.define.problem import Problem, nearest
from loper.define.texts import CONTEXT, TextError, read_source
from loper.define.tree import Report

__all__ = ["CONTEXT", "Found", "beside", "check", "name_of"]

MOST_BYTES = 64 * 1024
MOST_FILES = 2000

_NAME = re.compile(r"(?P<touchpoint>[^.+]+(?:\+[^.+]+)?)\.(?P<channel>[^.]+)\.(?P<language>[^.]+)\.liquid")


@dataclass(frozen=True, slots=True)
class Found:
    """The source of a text, and the file it is from."""

    source: str
    file: str


def name_of(touchpoint: str, channel: str, language: str) -> str:
    """The name of the file of a text."""
    return f"{touchpoint}.{channel}.{language}.liquid"


def folder_of(path: Path) -> Path:
    """Where the texts of a journey file lie."""
    return path.parent / ("texts" if path.stem == "journey" else path.stem)


def beside(path: Path, report: Report) -> dict[tuple[str, str, str], Found]:
    """The texts beside a journey file. Files with a name that no text can have are reported."""
    folder = folder_of(path)
    if not folder.is_dir():
        return {}
    found: dict[tuple[str, str, str], Found] = {}
    files = sorted(folder.iterdir())
    for file in files[:MOST_FILES]:
        if file.name.startswith(".") or file.suffix not in (".liquid", ".txt", ".html"):
            continue
        match = _NAME.fullmatch(file.name)
        if match is None:
            hint = "TOUCHPOINT.CHANNEL.LANGUAGE.liquid, like confirmation.email.nl.liquid"
            report.problems.append(Problem(str(file), 1, 1, f"'{file.name}' is not the name of a text", hint))
            continue
        try:
            if file.stat().st_size > MOST_BYTES:
                raise ValueError(f"larger than {MOST_BYTES // 1024} kB")
            source = file.read_text(encoding="utf-8-sig")
        except (OSError, ValueError) as wrong:
            report.problems.append(
                Problem(str(file), 1, 1, f"cannot be read: {wrong}", "save it as UTF-8, at most 64 kB")
            )
            continue
        found[match["touchpoint"], match["channel"], match["language"]] = Found(source, str(file))
    return found


def check(
    journey: Journey,
    found: Mapping[tuple[str, str, str], Found],
    report: Report,
    organisation: Organisation | None,
) -> None:
    """Report texts of unknown touchpoints, channels or languages, broken Liquid, and facts that are not declared."""
    for key, text in found.items():
        report.problems += _misplaced(journey, key, text.file)
        report.problems += check_text(journey, key, text.source, text.file, organisation)
    for kind in ("says",):
        for stage in journey.stages.values():
            for language, source in getattr(stage, kind).items():
                line = journey.places.get(f"stages.{stage.name}.{kind}", 1)
                for problem in _liquid(journey, source, report.file, language, organisation):
                    report.problems.append(Problem(report.file, line, 1, problem.message, problem.hint))


def _misplaced(journey: Journey, key: tuple[str, str, str], file: str) -> list[Problem]:
    name, channel, language = key
    base, _, variant = name.partition("+")
    touchpoint = journey.touchpoints.get(base)
    if touchpoint is None:
        hint = nearest(base, journey.touchpoints)
        return [Problem(file, 1, 1, f"a text for touchpoint '{base}', which is not declared", hint)]
    problems = []
    if variant and (variant not in touchpoint.variants or variant == "none"):
        hint = nearest(variant, touchpoint.variants)
        problems.append(Problem(file, 1, 1, f"touchpoint '{base}' has no variant '{variant}' with a text", hint))
    if channel not in touchpoint.channels:
        hint = nearest(channel, touchpoint.channels) or f"its channels: {', '.join(touchpoint.channels) or 'none'}"
        problems.append(Problem(file, 1, 1, f"touchpoint '{base}' does not go by '{channel}'", hint))
    if language not in journey.languages:
        hint = nearest(language, journey.languages) or f"its languages: {', '.join(journey.languages)}"
        problems.append(Problem(file, 1, 1, f"journey '{journey.name}' is not in language '{language}'", hint))
    return problems


def check_text(
    journey: Journey, key: tuple[str, str, str], source: str, file: str, organisation: Organisation | None = None
) -> list[Problem]:
    """What is wrong with one text (the studio's editor asks this, too)."""
    problems = []
    if key[1] == "email" and not re.match(r"Subject:[^\S\n]*\S[^\n]*\r?\n[^\S\n]*\r?\n\s*\S", source):
        hint = "first line 'Subject: ...', then an empty line, then the text"
        problems.append(Problem(file, 1, 1, "an e-mail needs a subject and a text", hint))
    if not source.strip():
        problems.append(Problem(file, 1, 1, "the text is empty", "write it, or take the file away"))
    touchpoint = journey.touchpoints.get(key[0].partition("+")[0])
    return problems + _liquid(journey, source, file, key[2], organisation, touchpoint)


def _liquid(
    journey: Journey,
    source: str,
    file: str,
    language: str,
    organisation: Organisation | None,
    touchpoint: Touchpoint | None = None,
) -> list[Problem]:
    try:
        used = read_source(source, language, journey.timezone, organisation).names
    except TextError as wrong:
        return [Problem(file, wrong.line, wrong.column, wrong.message, wrong.hint)]
    problems = []
    for path, line, column in used:
        if journey.fact_type(path) is None and not _in_context(path):
            known = [
                *journey.facts,
                *(f"{n}.{p}" for n, k in journey.facts.items() for p in k.fields),
                *_context_paths(),
            ]
            hint = nearest(path, known) or "declare the fact in the journey"
            problems.append(Problem(file, line, column, f"'{path}' is not a fact of this journey", hint))
    return problems


def _in_context(path: str) -> bool:
    name, _, part = path.partition(".")
    fields = CONTEXT.get(name)
    return fields is not None and (not fields or not part or part in fields)


def _context_paths() -> list[str]:
    return [*CONTEXT, *(f"{name}.{part}" for name, parts in CONTEXT.items() for part in parts)]
