"""`loper plan offer` and `loper plan day`: planning on files, without the server.

Exit codes: 0 well; 1 a file is wrong, or something has no place; 2 the command itself is wrong.
"""

from __future__ import annotations

import json
import sys
from argparse import Namespace
from collections.abc import Callable
from datetime import datetime, timedelta, tzinfo
from pathlib import Path
from typing import Any

from loper.plan.board import Board
from loper.plan.model import Offered, Route
from loper.plan.offer import offer as offered
from loper.plan.optimise import optimise
from loper.plan.read import Mistake, Mistakes, PlanFile, read_job, read_plan
from loper.plan.schedule import schedule
from loper.plan.travel import Crow


def offer(arguments: Namespace) -> int:
    """Which blocks can be had for a job; 1 when there is none."""

    def run() -> int:
        file = _read(arguments.plan, read_plan)
        job = _read(arguments.job, read_job)
        travel = Crow()
        found = offered(Board.of(file.plan, travel), job, file.blocks, travel, file.now, notice=file.notice)
        if arguments.json:
            print(json.dumps({"job": job.key, "blocks": [_block(one) for one in found]}, indent=1))
        else:
            print("\n".join(_line(one) for one in found) or "There are no blocks in this file: give some in `blocks`.")
        return 0 if any(one.free for one in found) else 1

    return _guarded("offer", run)


def day(arguments: Namespace) -> int:
    """The days of a plan, planned again with every promise kept; 1 when a job has no place."""

    def run() -> int:
        file = _read(arguments.plan, read_plan)
        document = _days(file)
        if arguments.json:
            print(json.dumps(document, indent=1))
        else:
            print(_table(document))
        return 1 if document["left"] else 0

    return _guarded("day", run)


def _days(file: PlanFile) -> dict[str, Any]:
    travel = Crow()
    found = optimise(file.plan, travel, now=file.now, waiting=file.waiting)
    return {
        "travel": {"before": _minutes(found.travel_before), "after": _minutes(found.travel_after)},
        "routes": [_route(route) for route in found.routes],
        "moves": [
            {"job": one.job, "from": one.technician, "to": one.to, "planned": _time(one.to_planned)}
            for one in found.moves
        ],
        "placed": list(found.placed),
        "left": [
            {
                "job": one.job.key,
                "why": one.why,
                "do": [
                    {"do": way.do, "who": way.who, "planned": _time(way.planned), "overtime": _minutes(way.overtime)}
                    for way in one.advice
                ],
            }
            for one in found.left
        ],
    }


def _route(route: Route) -> dict[str, Any]:
    times = schedule(route, Crow())
    here = route.shift.start.tzinfo
    begins = times.begins if times is not None else [job.planned for job in route.jobs]
    return {
        "technician": route.shift.technician,
        "day": route.shift.day.isoformat(),
        "jobs": [{"key": job.key, "planned": _time(at, here)} for job, at in zip(route.jobs, begins, strict=True)],
        "over": _time(times.over, here) if times is not None else None,
        "travel": _minutes(times.travel) if times is not None else None,
        "kept": times is not None,
    }


def _block(one: Offered) -> dict[str, Any]:
    return {
        "start": one.span.start.isoformat(),
        "end": one.span.end.isoformat(),
        "free": one.free,
        "why": one.why,
        "technician": one.technician,
        "second": one.second,
        "planned": _time(one.planned, one.span.start.tzinfo),
        "extra": int(one.extra.total_seconds()),
        "suits": one.suits,
        "partner": one.partner,
    }


def _line(one: Offered) -> str:
    span = f"{one.span.start:%a %d %b %H:%M}-{one.span.end:%H:%M}"
    if not one.free:
        return f"{span}  no   {one.why}"
    who = f"{one.technician} and {one.second}" if one.second else one.technician
    planned = one.planned.astimezone(one.span.start.tzinfo) if one.planned else one.span.start
    more = "co-maker" if one.partner else f"{_minutes(one.extra):g} minutes more on the way"
    return f"{span}  yes  {who}, begins {planned:%H:%M}, {more}{', suits the route' if one.suits else ''}"


def _table(document: dict[str, Any]) -> str:
    lines = [
        f"{one['day']} {one['technician']}: {', '.join(job['key'] for job in one['jobs']) or 'nothing'}"
        for one in document["routes"]
    ]
    travel = document["travel"]
    lines.append(f"on the way: {travel['before']:g} minutes before, {travel['after']:g} after")
    lines += [f"no place for {one['job']}: {one['why']}" for one in document["left"]]
    return "\n".join(lines)


def _minutes(span: timedelta) -> float:
    return round(span.total_seconds() / 60, 1)


def _time(at: datetime | None, zone: tzinfo | None = None) -> str | None:
    return None if at is None else at.astimezone(zone or at.tzinfo).isoformat()


def _read(path: str, read: Callable[[str], Any]) -> Any:
    try:
        text = Path(path).read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as wrong:
        raise _Misused(f"{path} cannot be read: {wrong}") from None
    try:
        return read(text)
    except Mistakes as wrong:
        raise Mistakes([Mistake(f"{path}: {one.at}".rstrip(": "), one.why) for one in wrong.found]) from None


class _Misused(Exception):
    """A file that is not there."""


def _guarded(name: str, run: Callable[[], int]) -> int:
    try:
        return run()
    except _Misused as wrong:
        print(f"loper plan {name}: {wrong}", file=sys.stderr)
        return 2
    except Mistakes as wrong:
        print(wrong, file=sys.stderr)
        return 1
