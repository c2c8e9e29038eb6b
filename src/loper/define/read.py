"""Reads a journey: YAML -> what the key tables make of it -> a frozen Journey, or everything that is wrong with it."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from loper.define import calendars, text_files
from loper.define.keys import JOURNEY
from loper.define.model import Calendar, Dialogue, EventType, FactType, Journey, Replaces, Touchpoint
from loper.define.names import BUILT_IN_EVENTS, JOINED, RESERVED_FACTS, Names
from loper.define.organisation import Organisation
from loper.define.parts.dialogues import dialogue
from loper.define.parts.goals import goal, measure
from loper.define.parts.stages import moves, stage
from loper.define.parts.texts import reasons, texts
from loper.define.parts.touchpoints import no_circles, touchpoint
from loper.define.problem import Problem, Problems, nearest
from loper.define.shape import Part
from loper.define.tree import MOST_BYTES, Full, Report, Table, Word, read_yaml

MessageTexts = Mapping[tuple[str, str, str], str]


def read_journey(path: str | Path, organisation: Organisation | None = None) -> Journey:
    """The journey of a file, with the message texts that lie beside it; raises Problems with all that is wrong."""
    path = Path(path)
    report = Report(str(path))
    found = text_files.beside(path, report)
    return _parse(load(path), report, found, organisation)


def parse_journey(
    text: str,
    file: str = "journey.yaml",
    texts: MessageTexts | None = None,
    organisation: Organisation | None = None,
) -> Journey:
    """The journey of a text (the studio's editor); `texts` as in Journey.texts. Raises Problems."""
    report = Report(file)
    found = {key: text_files.Found(source, str(text_files.name_of(*key))) for key, source in (texts or {}).items()}
    return _parse(text, report, found, organisation)


def load(path: Path) -> str:
    """The text of a file; raises Problems where it cannot be read as text."""
    try:
        with path.open("rb") as file:  # no more than that, also where the file never ends
            content = file.read(MOST_BYTES + 1)
        if len(content) > MOST_BYTES:
            raise Problems([Problem(str(path), 1, 1, f"the file is larger than {MOST_BYTES // 1024} kB", "split it")])
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as wrong:
        line = content.count(b"\n", 0, wrong.start) + 1
        column = wrong.start - content.rfind(b"\n", 0, wrong.start)
        message = f"not UTF-8: {wrong.reason}"
        raise Problems([Problem(str(path), line, column, message, "save the file as UTF-8")]) from None
    except IsADirectoryError:
        raise Problems([Problem(str(path), 1, 1, "this is a folder", "name the file in it")]) from None
    except (OSError, ValueError) as wrong:
        why = wrong.strerror if isinstance(wrong, OSError) else str(wrong)
        raise Problems([Problem(str(path), 1, 1, f"cannot be read: {why}", "is the path right?")]) from None


def _parse(
    text: str, report: Report, found: Mapping[tuple[str, str, str], text_files.Found], organisation: Organisation | None
) -> Journey:
    tree = read_yaml(text, report)
    try:
        part = None if tree is None else JOURNEY.read(tree, report)
        if tree is None or part is None:
            raise Problems(report.problems)
        journey = _journey(part, tree, report, found, organisation)
    except Full:
        raise Problems(report.problems) from None
    except (KeyError, AttributeError, TypeError, ValueError):
        if not report.problems:  # only what was reported already may leave holes
            raise
        raise Problems(report.problems) from None
    if report.problems:
        raise Problems(report.problems)
    return journey


def _journey(
    part: Part,
    tree: Table,
    report: Report,
    found: Mapping[tuple[str, str, str], text_files.Found],
    organisation: Organisation | None,
) -> Journey:
    names = _names(part, report, organisation)
    events = _events(part, names)
    dialogues = {
        str(name): dialogue(name, read, names, events[read["emits"]].sets if read.get("emits") in events else ())
        for name, read in part.get("dialogues", {}).items()
    }
    touchpoints = _touchpoints(part, names, dialogues)
    no_circles(part, touchpoints, report)
    answers = {name for one in touchpoints.values() for name in one.asks}
    answers |= {name for one in dialogues.values() for name in one.questions}
    answers |= {name for name, kind in names.facts.items() if kind.kind in ("number", "minutes", "money")}
    zone = part["timezone"].value if "timezone" in part else ZoneInfo("Europe/Amsterdam")
    name = str(part.get("journey", "journey"))
    journey = Journey(
        name=name,
        version=_version(tree, {key: one.source for key, one in found.items()}),
        label=str(part["version"]) if "version" in part else None,
        title=texts(part.get("title"), names),
        owner=str(part["owner"]) if "owner" in part else None,
        timezone=zone,
        calendar=_calendar(part.get("calendar"), names, organisation),
        languages=names.languages,
        goal=goal(part.get("goal"), names),
        measures={str(key): measure(key, read, names, answers) for key, read in part.get("measures", {}).items()},
        facts=names.facts,
        events=events,
        begins={str(event): str(to) for event, to in _begins(part, names).items()},
        again=frozenset(names.all("event", part.get("again"))),
        on=moves(part.get("on"), names),
        opens={str(event): str(child) for event, child in part.get("opens", {}).items() if names.event(event)},
        runs=_runs(part, zone),
        stages={str(key): stage(key, read, names) for key, read in part.get("stages", {}).items()},
        touchpoints=touchpoints,
        dialogues=dialogues,
        texts={key: one.source for key, one in sorted(found.items())},
        replaces=_replaces(part.get("replaces"), names),
        accepts=reasons(part.get("accepts"), names),
        places=_places(tree),
    )
    text_files.check(journey, found, report, organisation)
    return journey


def _names(part: Part, report: Report, organisation: Organisation | None) -> Names:
    """What is declared, before anything is looked up."""
    stages = part.get("stages", {})
    declared = list(map(str, part.get("events", {})))
    if JOINED in part.get("begins", {}) and JOINED not in declared:
        declared.append(JOINED)
    if "languages" in part:
        languages = tuple(map(str, part["languages"]))
    elif organisation is not None:
        languages = organisation.languages
    else:
        title = part.get("title")
        languages = tuple(map(str, title)) if isinstance(title, dict) and title else ("nl",)
    return Names(
        report=report,
        facts=_facts(part, report),
        declared=declared,
        stages=[str(name) for name in stages],
        touchpoints=[str(name) for name in part.get("touchpoints", {})],
        dialogues=[str(name) for name in part.get("dialogues", {})],
        measures=[str(name) for name in part.get("measures", {})],
        children=sorted({str(child) for child in part.get("opens", {}).values()}),
        languages=languages or ("nl",),
        strict_languages="languages" in part,
    )


def _facts(part: Part, report: Report) -> dict[str, FactType]:
    facts: dict[str, FactType] = {}
    for name, read in part.get("facts", {}).items():
        if name in RESERVED_FACTS or name in text_files.CONTEXT:
            report.add(name, f"'{name}' is a word of the language itself", "give the fact another name")
        elif isinstance(read, Word):
            facts[str(name)] = FactType(str(read))  # type: ignore[arg-type]
        else:
            options = tuple(dict.fromkeys(map(str, read)))
            for number, option in enumerate(read):
                if option in read[:number]:
                    report.add(option, f"'{option}' is here twice", "keep one of the two")
            facts[str(name)] = FactType("choice", options)
    return facts


def _events(part: Part, names: Names) -> dict[str, EventType]:
    events: dict[str, EventType] = {}
    built_in = {*BUILT_IN_EVENTS, "case.moved"} | (set(names.events()) - set(names.declared))
    for name, read in part.get("events", {}).items():
        if name in built_in:
            names.report.add(name, f"'{name}' is a built-in event", "it needs no declaration; take it away")
            continue
        sets, clears = names.all("fact", read.get("sets")), names.all("fact", read.get("clears"))
        for both in read.get("clears", ()):
            if both in sets:
                names.report.add(both, f"'{name}' both sets and clears '{both}'", "keep one of the two")
        events[str(name)] = EventType(
            name=str(name),
            from_=frozenset(map(str, read.get("from", ()))),
            sets=tuple(sets),
            clears=tuple(clears),
            title=texts(read.get("title"), names),
        )
    if JOINED in names.declared and JOINED not in events:
        events[JOINED] = EventType(name=JOINED, from_=frozenset({"system", "director"}))
    return events


def _touchpoints(part: Part, names: Names, dialogues: Mapping[str, Dialogue]) -> dict[str, Touchpoint]:
    made = {}
    for order, (name, read) in enumerate(part.get("touchpoints", {}).items()):
        asked = {q for one in dialogues.values() if one.emits == f"{name}.answered" for q in one.questions}
        made[str(name)] = touchpoint(name, order, read, names, asked)
    return made


def _begins(part: Part, names: Names) -> dict[Word, Word]:
    found = {}
    for event, to in part.get("begins", {}).items():
        if event not in names.declared:
            hint = nearest(event, names.declared) or "declare it under events"
            names.report.add(event, f"event '{event}' is not declared", hint)
        elif names.stage(to) is not None:
            found[event] = to
    return found


def _calendar(name: Word | None, names: Names, organisation: Organisation | None) -> Calendar:
    if name is None:
        return calendars.calendar("monday-friday")
    own = organisation.calendars if organisation is not None else {}
    if name in own:
        return own[name]
    if name in calendars.BUILT_IN:
        return calendars.built_in(str(name))
    known = [*own, *calendars.BUILT_IN]
    hint = nearest(name, known) or f"known: {', '.join(known)}; others go in the organisation file"
    names.report.add(name, f"calendar '{name}' is not defined", hint)
    return Calendar()


def _runs(part: Part, zone: ZoneInfo) -> tuple[datetime, datetime] | None:
    if "runs" not in part:
        return None
    start, end = part["runs"].value
    return start.replace(tzinfo=zone), end.replace(tzinfo=zone)


def _replaces(part: Part | None, names: Names) -> Replaces | None:
    if part is None:
        return None
    stages, touchpoints = part.get("stages", {}), part.get("touchpoints", {})
    return Replaces(
        version=str(part.get("version", "")),
        stages={str(old): str(new) for old, new in stages.items() if names.stage(new)},
        touchpoints={str(old): str(new) for old, new in touchpoints.items() if names.touchpoint(new)},
    )


def _places(tree: Table) -> dict[str, int]:
    """Line of every part, and of what is in it: `stages`, `stages.planned`, `touchpoints.reminder.when`."""
    places: dict[str, int] = {}

    def walk(node: Any, path: str, depth: int) -> None:
        if isinstance(node, Table) and depth < 3:
            for key, value in node.items():
                inner = f"{path}.{key}" if path else str(key)
                places[inner] = key.line
                walk(value, inner, depth + 1)

    walk(tree, "", 0)
    return places


def _version(tree: Table, texts: Mapping[tuple[str, str, str], str]) -> str:
    """The hash of all that the file and its texts say; comments, quotes, indents and line ends do not count."""
    lines = [[*key, source.replace("\r\n", "\n").strip()] for key, source in sorted(texts.items())]
    content = json.dumps([tree, lines], ensure_ascii=True, separators=(",", ":"))
    return hashlib.sha256(content.encode()).hexdigest()[:16]
