"""Commands that work on files: check, draw, run. They know no server.

Exit codes: 0 well; 1 findings that nobody accepted, or errors in a file; 2 the command itself is wrong (a file that is
not there, a time that cannot be read).
"""

from __future__ import annotations

import json
import sys
from argparse import Namespace
from collections.abc import Callable, Iterable, Iterator
from datetime import UTC, datetime
from functools import lru_cache
from pathlib import Path
from typing import IO

from loper.define import Finding, Journey, Organisation, Problem, Problems, read_journey, read_organisation
from loper.define import check as find
from loper.run.cloudevents import Malformed, Told, read_line
from loper.run.replay import Replay, replay
from loper.step import FactError, instant_of

LONGEST_LINE = 1024 * 1024


class Misused(Exception):
    """The command cannot be carried out as it was given; the message says what to give instead."""


Command = Callable[[Namespace], int]


def _guarded(name: str) -> Callable[[Command], Command]:
    """Turn what can be wrong into a message and an exit code."""

    def around(command: Command) -> Command:
        def guarded(arguments: Namespace) -> int:
            try:
                return command(arguments)
            except Misused as wrong:
                print(f"loper {name}: {wrong}", file=sys.stderr)
                return 2
            except Problems as wrong:
                if name == "check" and arguments.json:
                    print(
                        json.dumps({"errors": [_row(problem) for problem in wrong.problems], "findings": []}, indent=1)
                    )
                print(wrong, file=sys.stderr)
                return 1

        return guarded

    return around


@_guarded("check")
def check(arguments: Namespace) -> int:
    """Errors and findings; 1 when there are any that are not accepted with a reason."""
    path = _there(arguments.file)
    organisation = _organisation(path, arguments.organisation)
    journey = read_journey(path, organisation)
    findings = find(journey, organisation=organisation, others=_others(path, organisation))
    if arguments.json:
        print(json.dumps(_report(journey, findings), indent=1))
    else:
        for finding in findings:
            print(_sentence(arguments.file, finding))
        open_ones = sum(finding.accepted is None for finding in findings)
        print(f"{arguments.file}: {open_ones} findings, {len(findings) - open_ones} accepted with a reason")
    return int(any(finding.accepted is None for finding in findings))


def _report(journey: Journey, findings: list[Finding]) -> dict[str, object]:
    rows = [
        {"rule": f.rule, "place": f.place, "line": f.line, "why": f.why, "way_out": f.way_out, "accepted": f.accepted}
        for f in findings
    ]
    return {"journey": journey.name, "version": journey.version, "errors": [], "findings": rows}


def _row(problem: Problem) -> dict[str, object]:
    return {
        "file": problem.file,
        "line": problem.line,
        "column": problem.column,
        "message": problem.message,
        "hint": problem.hint,
    }


def _sentence(file: str, finding: Finding) -> str:
    where = f"{file}:{finding.line}" if finding.line else file
    accepted = f"  accepted: {finding.accepted}" if finding.accepted is not None else f"  {finding.way_out}"
    return f"{where}: {finding.rule} ({finding.place}): {finding.why}\n{accepted}"


@_guarded("draw")
def draw(arguments: Namespace) -> int:
    """The line of a journey, with its findings, as SVG."""
    from loper.draw import line_design

    path = _there(arguments.file)
    organisation = _organisation(path, None)
    journey = read_journey(path, organisation)
    findings = [finding for finding in find(journey, organisation=organisation) if finding.accepted is None]
    svg = line_design(journey, findings, language=arguments.language, vertical=arguments.vertical)
    if not arguments.output:
        print(svg, end="")
        return 0
    try:
        Path(arguments.output).write_text(svg, encoding="utf-8")
    except OSError as wrong:
        why = f"{arguments.output} cannot be written: {wrong.strerror}"
        raise Misused(f"{why}; give -o a file in a folder that is there") from None
    return 0


@_guarded("run")
def run(arguments: Namespace) -> int:
    """The timeline of these events and of what follows from them; 1 when a line could not be taken in."""
    path = _there(arguments.file)
    try:
        until = None if arguments.until is None else instant_of(arguments.until)
    except FactError as wrong:
        raise Misused(f"--until: {wrong}") from None
    organisation = _organisation(path, None)
    journey = read_journey(path, organisation)
    told, malformed = _events(arguments.events)
    found = replay(journey, told, until, lru_cache(lambda name: _sibling(path, name, organisation)))
    for problem in (*malformed, *_troubles(arguments.events, found)):
        print(problem, file=sys.stderr)
    if arguments.json:
        json.dump(found.document(), sys.stdout, indent=1)
        print()
    else:
        _print_timeline(found)
    return int(bool(malformed or found.refused))


def _events(source: str) -> tuple[list[Told], list[str]]:
    """The events of a file (`-`: of standard input), and what is wrong with the lines that have none."""
    told, malformed = [], []
    now = datetime.now(UTC)
    lines: Iterable[bytes]
    if source == "-":
        lines = _lines(sys.stdin.buffer)
    else:
        with _there(source).open("rb") as file:
            lines = list(_lines(file))
    for number, line in enumerate(lines, 1):
        try:
            text = line.decode("utf-8-sig" if number == 1 else "utf-8")
            if len(line) > LONGEST_LINE:
                raise Malformed([f"a line of at most {LONGEST_LINE // 1024} kB was expected"])
            if text.strip():
                told.append(read_line(text, now))
        except UnicodeDecodeError as wrong:
            malformed.append(f"{source}:{number}:{wrong.start + 1}: not UTF-8: {wrong.reason} (save the file as UTF-8)")
        except Malformed as wrong:
            malformed += [f"{source}:{number}: {reason}" for reason in wrong.reasons]
    return told, malformed


def _lines(file: IO[bytes]) -> Iterator[bytes]:
    """The lines of a file; of one that is too long its beginning."""
    while line := file.readline(LONGEST_LINE + 1):
        yield line
        while line and not line.endswith(b"\n") and len(line) > LONGEST_LINE:
            line = file.readline(LONGEST_LINE + 1)


def _troubles(source: str, found: Replay) -> Iterator[str]:
    for told, why in found.refused:
        yield f"{source}: event '{told.event.id}' ({told.event.type}) of case '{told.case}' refused: {why}"
    for key, rows in found.waiting.items():
        types = ", ".join(sorted({told.event.type for _, told in rows}))
        yield f"{source}: case '{key}' never began, so {len(rows)} events wait for it: {types}"
    for name in sorted(found.missing):
        yield f"{source}: journey '{name}' is not found beside this one, so no case of it was opened"
    for key, at in found.endless.items():
        yield f"{source}: case '{key}' goes round for ever; it was left alone at {at.isoformat()} (give --until TIME)"


def _print_timeline(found: Replay) -> None:
    for line in found.lines:
        row = line.document(found.journeys[line.case])
        parts = [row["touchpoint"] or row["event"] or "", row["channel"] or "", row["why"] or ""]
        what = "  ".join(part for part in parts if part)
        at = row["at"][:16].replace("T", " ")
        print(f"{at}  {row['case']:<12} {row['kind']:<10} {row['stage'] or '-':<12} {what}")
    for key, case in found.document()["cases"].items():
        print(f"{key}: {case['stage']}, round {case['round']}")


def _there(name: str) -> Path:
    """The path of a file that can be opened; raises Misused."""
    path = Path(name)
    try:
        if path.is_dir():
            raise Misused(f"{name} is a folder; name the file in it")
        path.open("rb").close()
    except OSError as wrong:
        raise Misused(f"{name} cannot be opened: {wrong.strerror}; is the path right?") from None
    return path


def _near(path: Path, name: str) -> list[Path]:
    """Where another journey lies, seen from this one."""
    folder = path.resolve().parent
    return [folder / f"{name}.yaml", folder / name / "journey.yaml", folder.parent / name / "journey.yaml"]


def _sibling(path: Path, name: str, organisation: Organisation | None) -> Journey | None:
    """Another journey, from a file near this one; its errors are this command's errors."""
    for near in _near(path, name):
        if near.is_file():
            return read_journey(near, organisation)
    return None


def _others(path: Path, organisation: Organisation | None) -> list[Journey]:
    """The organisation's other journeys, each `NAME/journey.yaml` beside this one's folder; the broken ones not."""
    if path.name != "journey.yaml":
        return []
    others = []
    for other in sorted(path.resolve().parent.parent.glob("*/journey.yaml")):
        if other != path.resolve():
            try:
                others.append(read_journey(other, organisation))
            except Problems as wrong:
                print(f"{other}: not looked at: it has {len(wrong.problems)} errors of its own", file=sys.stderr)
    return others


def _organisation(path: Path, named: str | None) -> Organisation | None:
    """The organisation file: the one that was named, else organisation.yaml beside the journey or one folder up."""
    if named:
        return read_organisation(_there(named))
    folder = path.resolve().parent
    for near in (folder / "organisation.yaml", folder.parent / "organisation.yaml"):
        if near.is_file():
            return read_organisation(near)
    return None
