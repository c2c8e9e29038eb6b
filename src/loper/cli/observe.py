"""`loper observe`: a log of contacts read, and what it says: in words, as JSON, or as a report to open in a browser.

Exit codes: 0 well; 1 the log, a column or the journey is wrong; 2 the command itself is wrong.
"""

from __future__ import annotations

import json
import sys
from argparse import Namespace
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path
from typing import Any

from loper.cli.logs import as_options, check_any, kind_and_key, pair_of, read_in_words
from loper.define import read_journey
from loper.define.problem import Problems
from loper.log.open import open_log
from loper.log.table import BadLog
from loper.log.write import write_log
from loper.log.zones import zone_of
from loper.observe import engine
from loper.observe.log import Log
from loper.observe.read import read_log
from loper.observe.report import Context
from loper.observe.report.standalone import report

Asked = Log | engine.Remote
"""Both answer the same questions."""

COLUMNS = ("case", "activity", "time", "channel", "customer")

SEVERAL = 20
"""So many variants are in the JSON; `variants` says how many there are."""


def observe(arguments: Namespace) -> int:
    try:
        if arguments.to:
            print(_written(arguments))
            return 0
        design = read_journey(arguments.journey) if arguments.journey else None
        if (arguments.html or design) and arguments.engine:
            raise BadLog(["--html and --journey: an engine gives the figures only; leave --engine out"])
        with _log(arguments) as log:
            if isinstance(log, Log):
                log.design = design
            if arguments.html and isinstance(log, Log):
                _report(log, arguments)
                return 0
            document = facts(log, arguments.days)
            said = "" if arguments.json else told(log, arguments)
    except (BadLog, Problems) as error:
        print(f"loper observe: {as_options(str(error))}", file=sys.stderr)
        return 1
    print(json.dumps(document, indent=1, ensure_ascii=False, allow_nan=False) if arguments.json else said)
    return 0


def _log(arguments: Namespace) -> AbstractContextManager[Asked]:
    """In memory, or where it lies."""
    if not arguments.engine:
        bar = _Bar(Path(arguments.log)) if sys.stderr.isatty() else None
        more = kind_and_key(arguments.log, arguments.kind, arguments.key)
        lifecycle, names = _lifecycle(arguments), _names(arguments)
        try:
            log = read_log(
                arguments.log,
                names=names,
                lifecycle=lifecycle,
                zone=arguments.zone,
                on_progress=bar,
                leave_out=arguments.leave_out,
                **more,
            )
        finally:
            if bar is not None:
                bar.end()
        check_any(log.reading, log.contacts, lifecycle)
        return nullcontext(log)
    if arguments.kind not in (None, "parquet"):
        raise BadLog([f"--kind {arguments.kind}: an engine reads Parquet; write --to log.parquet first, and ask that"])
    if arguments.lifecycle:
        raise BadLog(["--lifecycle: an engine reads all rows; keep those you want with --to log.parquet, and ask that"])
    return engine.open(arguments.log, engine=arguments.engine, names=_names(arguments))


def _written(arguments: Namespace) -> str:
    """The log as Loper reads it, written down a batch at a time: it may be larger than memory."""
    more = kind_and_key(arguments.log, arguments.kind, arguments.key)
    reading = open_log(
        arguments.log,
        names=_names(arguments),
        lifecycle=_lifecycle(arguments),
        zone=zone_of(arguments.zone),
        leave_out=arguments.leave_out,
        **more,
    )
    write_log(reading, arguments.to)
    rejected = reading.rejects.count
    return f"{arguments.to} written" + (f"; {rejected} rows could not be read" if rejected else "")


def _names(arguments: Namespace) -> dict[str, str]:
    named = {name: theirs for name in COLUMNS if (theirs := getattr(arguments, name)) is not None}
    return named | dict(pair_of(one) for one in arguments.column)


def _lifecycle(arguments: Namespace) -> tuple[str, str] | None:
    if not arguments.lifecycle:
        return None
    column, is_, value = arguments.lifecycle.partition("=")
    if not is_:
        raise BadLog([f"--lifecycle {arguments.lifecycle}: write COLUMN=VALUE, such as lifecycle:transition=complete"])
    return column, value


class _Bar:
    """How far the reading is, on a terminal."""

    def __init__(self, path: Path) -> None:
        files = path.rglob("*") if path.is_dir() else [path]
        self.size = max(1, sum(file.stat().st_size for file in files if file.is_file()))

    def __call__(self, read: int) -> None:
        part = min(1.0, read / self.size)
        print(f"\rreading: {'█' * int(30 * part):░<30} {part:4.0%}", end="", file=sys.stderr, flush=True)

    def end(self) -> None:
        """What comes next, an error perhaps, stands on a line of its own."""
        print(file=sys.stderr)


def facts(log: Asked, days: float) -> dict[str, Any]:
    """The log in figures; times that last are in seconds."""
    seen, variants, pace, rework = log.map(), log.variants(most=SEVERAL), log.throughput(), log.rework()
    channels, switches, repeats = log.channels(), log.switches(), log.repeat_contact(days=days)
    return {
        "cases": seen.cases,
        "events": seen.contacts,
        "activities": len(seen.nodes),
        "variants": variants.count,
        "ties": log.ties(),
        "pairs": seen.pairs,
        "arcs": list(seen.rows()),
        "top_variants": [{"activities": list(one.activities), "count": one.count} for one in variants.top],
        "throughput": {"median_s": pace.median_s, "p90_s": pace.p90_s} if pace.cases else None,
        "rework": {"cases": rework.cases, "events": rework.events, "activities": list(rework.rows())},
        "starts": [{"activity": node.activity, "cases": node.begins} for node in seen.nodes if node.begins],
        "ends": [{"activity": node.activity, "cases": node.ends} for node in seen.nodes if node.ends],
        "channels": list(channels.rows()),
        "switches": {"cases": switches.cases, "count": switches.count, "pairs": list(switches.rows())},
        "repeat_contact": {
            "days": days,
            "contacts": repeats.contacts,
            "repeated": repeats.repeated,
            "rate": repeats.rate.estimate if repeats.contacts else None,
            "low": repeats.rate.low,
            "high": repeats.rate.high,
            "by": repeats.by,
        },
        "deviations": list(log.conform(log.design).rows()) if isinstance(log, Log) and log.design else None,
        "read_as": _read_as(log),
        "rejected": _rejected(log),
    }


def _report(log: Log, arguments: Namespace) -> None:
    """The report is there when all of it is."""
    path = Path(arguments.html)
    under_way = path.with_name(f".under-way-{path.name}")
    title = Path(arguments.log).name
    context, reading = Context(language=arguments.language, zone=arguments.zone), log.reading
    read_as = " ".join(read_in_words(reading.columns, reading.rejects, arguments.language)) if reading else ""
    try:
        with under_way.open("w", encoding="utf-8") as file:
            for piece in report(log, context, title=title, read_as=read_as):
                file.write(piece)
        under_way.replace(path)
    except OSError as error:
        raise BadLog([f"{path} cannot be written: {error.strerror}"]) from None
    finally:
        under_way.unlink(missing_ok=True)
    print(f"{path}: written", file=sys.stderr)


def _read_as(log: Asked) -> dict[str, Any]:
    if log.reading is None:
        return {}
    columns = log.reading.columns
    return {"columns": dict(columns.names), "guessed": sorted(columns.guessed)}


def _rejected(log: Asked) -> dict[str, Any]:
    rejects = log.reading.rejects if log.reading else None
    if rejects is None:
        return {"rows": 0, "values": 0, "left_out": 0, "reasons": {}}
    found = {"rows": rejects.count, "values": rejects.values, "left_out": rejects.left_out, "reasons": rejects.reasons}
    notes = [
        {"kind": note.kind, "column": note.column, "count": note.count, "text": note.text} for note in rejects.notes
    ]
    return found | {"notes": notes}


def told(log: Asked, arguments: Namespace) -> str:
    """The log in words."""
    answers = (log.map(), log.throughput(), log.variants(), log.rework(), log.channels(), log.switches())
    lines = [answer.summary(arguments.language) for answer in (*answers, log.repeat_contact(days=arguments.days))]
    if log.reading is not None:
        lines += read_in_words(log.reading.columns, log.reading.rejects, arguments.language)
    return "\n".join(lines)
