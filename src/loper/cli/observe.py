"""`loper observe`: a log of contacts read, and what it says: in words, as JSON, or as a report to open in a browser.

Exit codes: 0 well; 1 the log, a column or the journey is wrong; 2 the command itself is wrong.
"""

from __future__ import annotations

import json
import sys
from argparse import Namespace
from pathlib import Path
from typing import Any

from loper.define.problem import Problems
from loper.log.table import BadLog
from loper.observe.log import Log
from loper.observe.read import read_log

SEVERAL = 20
"""So many variants are in the JSON; `variants` says how many there are."""


def observe(arguments: Namespace) -> int:
    try:
        log = _log(arguments)
        document = facts(log, arguments.days)
    except (BadLog, Problems) as error:
        print(f"loper observe: {error}", file=sys.stderr)
        return 1
    print(
        json.dumps(document, indent=1, ensure_ascii=False, allow_nan=False) if arguments.json else told(log, arguments)
    )
    return 0


def _log(arguments: Namespace) -> Log:
    lifecycle = tuple(arguments.lifecycle.split("=", 1)) if arguments.lifecycle else None
    if lifecycle is not None and len(lifecycle) != 2:
        raise BadLog([f"--lifecycle {arguments.lifecycle}: write COLUMN=VALUE, such as lifecycle:transition=complete"])
    bar = _Bar(Path(arguments.log)) if sys.stderr.isatty() else None
    return read_log(
        arguments.log,
        case=arguments.case,
        activity=arguments.activity,
        time=arguments.time,
        channel=arguments.channel,
        customer=arguments.customer,
        lifecycle=lifecycle,
        zone=arguments.zone,
        on_progress=bar,
    )


class _Bar:
    """How far the reading is, on a terminal."""

    def __init__(self, path: Path) -> None:
        files = path.rglob("*") if path.is_dir() else [path]
        self.size = max(1, sum(file.stat().st_size for file in files if file.is_file()))

    def __call__(self, read: int) -> None:
        part = min(1.0, read / self.size)
        end = "\n" if part == 1 else ""
        print(f"\rreading: {'█' * int(30 * part):░<30} {part:4.0%}", end=end, file=sys.stderr, flush=True)


def facts(log: Log, days: float) -> dict[str, Any]:
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
        "deviations": None,
        "read_as": _read_as(log),
        "rejected": _rejected(log),
    }


def _read_as(log: Log) -> dict[str, Any]:
    if log.reading is None:
        return {}
    columns = log.reading.columns
    return {"columns": dict(columns.names), "guessed": sorted(columns.guessed)}


def _rejected(log: Log) -> dict[str, Any]:
    rejects = log.reading.rejects if log.reading else None
    return {"rows": rejects.count, "reasons": rejects.reasons} if rejects else {"rows": 0, "reasons": {}}


def told(log: Log, arguments: Namespace) -> str:
    """The log in words."""
    answers = (log.map(), log.throughput(), log.variants(), log.rework(), log.channels(), log.switches())
    lines = [answer.summary(arguments.language) for answer in (*answers, log.repeat_contact(days=arguments.days))]
    return "\n".join(lines)
