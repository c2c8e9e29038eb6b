"""Commands that work on files: check, draw, run. They know no server."""

from __future__ import annotations

import json
import sys
from argparse import Namespace
from datetime import UTC, datetime
from pathlib import Path

from loper.define import Finding, Journey, Organisation, Problems, read_journey, read_organisation
from loper.define import check as find
from loper.run.cloudevents import Malformed, Told, read_line
from loper.run.replay import Replay, replay
from loper.step import FactError, instant_of

MOST_EVENTS = 5_000_000


def check(arguments: Namespace) -> int:
    """Errors and findings; 1 when there are any that are not accepted with a reason."""
    try:
        organisation = _organisation(Path(arguments.file), arguments.organisation)
        journey = read_journey(arguments.file, organisation)
    except (Problems, OSError) as wrong:
        return _wrong(wrong, arguments.json)
    findings = find(journey, organisation=organisation)
    if arguments.json:
        print(json.dumps(_report(journey, findings), ensure_ascii=False, indent=1))
    else:
        for finding in findings:
            print(_sentence(arguments.file, finding))
        open_ones = [finding for finding in findings if finding.accepted is None]
        print(f"{arguments.file}: {len(open_ones)} findings, {len(findings) - len(open_ones)} accepted with a reason")
    return int(any(finding.accepted is None for finding in findings))


def _report(journey: Journey, findings: list[Finding]) -> dict[str, object]:
    rows = [
        {"rule": f.rule, "place": f.place, "line": f.line, "why": f.why, "way_out": f.way_out, "accepted": f.accepted}
        for f in findings
    ]
    return {"journey": journey.name, "version": journey.version, "errors": [], "findings": rows}


def _sentence(file: str, finding: Finding) -> str:
    where = f"{file}:{finding.line}" if finding.line else file
    accepted = f"  accepted: {finding.accepted}" if finding.accepted is not None else f"  {finding.way_out}"
    return f"{where}: {finding.rule} ({finding.place}): {finding.why}\n{accepted}"


def draw(arguments: Namespace) -> int:
    """The line of a journey, with its findings, as SVG."""
    from loper.draw import line_design

    try:
        organisation = _organisation(Path(arguments.file), None)
        journey = read_journey(arguments.file, organisation)
    except (Problems, OSError) as wrong:
        return _wrong(wrong, False)
    findings = [finding for finding in find(journey, organisation=organisation) if finding.accepted is None]
    svg = line_design(journey, findings, language=arguments.language, vertical=arguments.vertical)
    if not arguments.output:
        print(svg, end="")
        return 0
    try:
        Path(arguments.output).write_text(svg, encoding="utf-8")
    except OSError as wrong:
        why = f"{arguments.output} cannot be written: {wrong.strerror}"
        print(f"loper draw: {why}; give -o a file in a folder that is there", file=sys.stderr)
        return 2
    return 0


def run(arguments: Namespace) -> int:
    """The timeline of these events and of what follows from them; 1 when a line could not be taken in."""
    path = Path(arguments.file)
    try:
        organisation = _organisation(path, None)
        journey = read_journey(path, organisation)
        told, malformed = _events(arguments.events)
        until = None if arguments.until is None else instant_of(arguments.until)
    except FactError as wrong:
        print(f"loper run: --until: {wrong}", file=sys.stderr)
        return 2
    except (Problems, OSError) as wrong:
        return _wrong(wrong, False)
    found = replay(journey, told, until, lambda name: _sibling(path, name, organisation))
    for problem in malformed + _troubles(found):
        print(f"{arguments.events}: {problem}", file=sys.stderr)
    if arguments.json:
        json.dump(found.document(), sys.stdout, ensure_ascii=False, indent=1)
        print()
    else:
        _print_timeline(found)
    return int(bool(malformed or found.refused))


def _events(source: str) -> tuple[list[Told], list[str]]:
    """The events of a file, and what is wrong with the lines that have none."""
    lines = sys.stdin if source == "-" else Path(source).read_text(encoding="utf-8-sig").splitlines()
    told, malformed = [], []
    now = datetime.now(UTC)
    for number, line in enumerate(lines, 1):
        if line.strip():
            try:
                told.append(read_line(line, now))
            except Malformed as wrong:
                malformed.append(f"{number}: {wrong}")
    return told, malformed


def _troubles(found: Replay) -> list[str]:
    refused = [f"event {told.event.id} of case {told.case} refused: {why}" for told, why in found.refused]
    waiting = [f"case {key} never began; {len(rows)} events wait for it" for key, rows in found.waiting.items()]
    missing = [f"journey '{name}' is not found beside this one, so it was not opened" for name in found.missing]
    return refused + waiting + missing


def _print_timeline(found: Replay) -> None:
    for line in found.lines:
        row = line.document(found.journeys[line.case])
        parts = [row["touchpoint"] or row["event"] or "", row["channel"] or "", row["why"] or ""]
        print(
            f"{row['at'][:16].replace('T', ' ')}  {row['case']:<12} {row['kind']:<10} {row['stage'] or '-':<12} ",
            end="",
        )
        print("  ".join(part for part in parts if part))
    for key, case in found.document()["cases"].items():
        print(f"{key}: {case['stage']}, round {case['round']}")


def _sibling(path: Path, name: str, organisation: Organisation | None) -> Journey | None:
    """Another journey, from a file near this one; its errors are this command's errors."""
    folder = path.resolve().parent
    for near in (folder / f"{name}.yaml", folder / name / "journey.yaml", folder.parent / name / "journey.yaml"):
        if near.is_file():
            try:
                return read_journey(near, organisation)
            except Problems as wrong:
                print(wrong, file=sys.stderr)
                return None
    return None


def _organisation(path: Path, named: str | None) -> Organisation | None:
    """The organisation file: the one that was named, else organisation.yaml beside the journey or one folder up."""
    if named:
        return read_organisation(Path(named))
    folder = path.resolve().parent
    for near in (folder / "organisation.yaml", folder.parent / "organisation.yaml"):
        if near.is_file():
            return read_organisation(near)
    return None


def _wrong(wrong: Problems | OSError, as_json: bool) -> int:
    if as_json and isinstance(wrong, Problems):
        errors = [
            {"file": p.file, "line": p.line, "column": p.column, "message": p.message, "hint": p.hint}
            for p in wrong.problems
        ]
        print(json.dumps({"errors": errors, "findings": []}, ensure_ascii=False, indent=1))
    print(wrong, file=sys.stderr)
    return 1
