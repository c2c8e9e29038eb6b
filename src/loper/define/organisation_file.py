"""Reads the organisation file and the shared text blocks beside it, or says everything that is wrong with them."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from loper.define import calendars
from loper.define.model import Calendar
from loper.define.names import Names
from loper.define.organisation import Brand, Cap, Hold, Organisation, Policy, Principle, Sender, Visits
from loper.define.organisation_keys import ORGANISATION, WEEKDAYS
from loper.define.parts.texts import texts
from loper.define.problem import Problem, Problems
from loper.define.read import load
from loper.define.shape import Part
from loper.define.text_files import MOST_BYTES
from loper.define.texts import TextError, read_source
from loper.define.tree import Full, Report, Word, read_yaml

Blocks = Mapping[tuple[str, str], str]


def read_organisation(path: str | Path) -> Organisation:
    """The organisation of a file, with the text blocks in the folder `blocks/` beside it; raises Problems."""
    path = Path(path)
    report = Report(str(path))
    blocks = _blocks(path.parent / "blocks", report)
    return _parse(load(path), report, blocks)


def parse_organisation(text: str, file: str = "organisation.yaml", blocks: Blocks | None = None) -> Organisation:
    """The organisation of a text; raises Problems."""
    return _parse(text, Report(file), blocks or {})


def _parse(text: str, report: Report, blocks: Blocks) -> Organisation:
    tree = read_yaml(text, report)
    try:
        part = None if tree is None else ORGANISATION.read(tree, report)
        if part is None or report.problems:
            raise Problems(report.problems)
        organisation = _organisation(part, report, blocks)
    except Full:
        raise Problems(report.problems) from None
    if report.problems:
        raise Problems(report.problems)
    return organisation


def _organisation(part: Part, report: Report, blocks: Blocks) -> Organisation:
    languages = tuple(map(str, part.get("languages", ("nl",))))
    names = Names(report=report, languages=languages, strict_languages=True)
    return Organisation(
        name=str(part["organisation"]),
        title=texts(part.get("title"), names),
        languages=languages,
        policy=_policy(part),
        calendars={str(name): _calendar(name, read, report) for name, read in part.get("calendars", {}).items()},
        sender=Sender(**_words(part.get("sender"))),
        brand=Brand(**_words(part.get("brand"))),
        tone=texts(part.get("tone"), names),
        blocks=dict(sorted(blocks.items())),
        emergency=texts(part.get("emergency"), names),
        principles=tuple(_principle(name, read, report) for name, read in part.get("principles", {}).items()),
        visits=_visits(part, report),
    )


def _policy(part: Part) -> Policy:
    return Policy(
        timezone=part["timezone"].value if "timezone" in part else ZoneInfo("Europe/Amsterdam"),
        quiet=part["quiet"].value if "quiet" in part else None,
        caps=tuple(Cap(str(kind), *cap.value) for kind, caps in part.get("caps", {}).items() for cap in caps),
        holds=tuple(Hold(str(kind), str(name)) for kind, held in part.get("holds", {}).items() for name in held),
        bundle=frozenset(map(str, part.get("bundle", ()))),
        unknown={str(kind): str(what) for kind, what in part.get("unknown", {}).items()},
    )


def _calendar(name: Word, part: Part, report: Report) -> Calendar:
    weekdays = [WEEKDAYS.index(day) for day in part["weekdays"]] if "weekdays" in part else list(range(5))
    free = {day.value for day in part.get("holidays", ())}
    if "country" in part:
        try:
            free |= calendars.public_holidays(str(part["country"]))
        except NotImplementedError:
            report.add(part["country"], f"the public holidays of '{part['country']}' are not known", "write them out")
    return calendars.calendar(str(name), weekdays, free)


def _visits(part: Part, report: Report) -> Visits:
    given = part.get("visits", {})
    found: dict[str, Any] = {key: given[key].value for key in ("notice", "ahead") if key in given}
    if "blocks" in given:
        found["blocks"] = tuple(sorted((block.value for block in given["blocks"]), key=lambda one: one.start))
        for block in given["blocks"]:
            if block.value.end <= block.value.start:
                report.add(block, f"block {block.value} ends before it begins", "blocks lie within one day")
    if "calendar" in given:
        found["calendar"] = str(given["calendar"])
        if found["calendar"] not in part.get("calendars", {}):
            known = ", ".join(map(str, part.get("calendars", {}))) or "none"
            report.add(given["calendar"], f"calendar '{given['calendar']}' is not in this file", f"there are: {known}")
    return Visits(**found)


def _principle(name: Word, part: Part, report: Report) -> Principle:
    if not set(part) - {"because"}:
        report.add(name, f"principle '{name}' forbids nothing", "add kind, channel, attention, by or word")
    return Principle(name=str(name), **_words(part))


def _words(part: Part | None) -> dict[str, Any]:
    return {key: str(word) for key, word in (part or {}).items()}


def _blocks(folder: Path, report: Report) -> Blocks:
    """The shared text blocks: NAME.LANGUAGE.liquid."""
    found: dict[tuple[str, str], str] = {}
    for file in sorted(folder.glob("*.liquid")) if folder.is_dir() else ():
        name, _, language = file.name.removesuffix(".liquid").rpartition(".")
        if not name or "." in name:
            hint = "NAME.LANGUAGE.liquid, like greeting.nl.liquid"
            report.problems.append(Problem(str(file), 1, 1, f"'{file.name}' is not the name of a text block", hint))
            continue
        try:
            if file.stat().st_size > MOST_BYTES:
                raise ValueError(f"larger than {MOST_BYTES // 1024} kB")
            source = file.read_text(encoding="utf-8-sig")
            # Read as a block is: without other blocks in it.
            read_source(source, language, ZoneInfo("UTC"), block=True)
        except TextError as wrong:
            report.problems.append(Problem(str(file), wrong.line, wrong.column, wrong.message, wrong.hint))
        except (OSError, ValueError) as wrong:
            report.problems.append(
                Problem(str(file), 1, 1, f"cannot be read: {wrong}", "save it as UTF-8, at most 64 kB")
            )
        else:
            found[name, language] = source
    return found
