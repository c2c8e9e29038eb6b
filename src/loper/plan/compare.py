"""A proposal beside the plan it was made from: what moves, what is left over, and putting it in force.

Two planners may each have a proposal for one plan. The first to accept wins; the other's no longer fits, and `apply`
says so instead of undoing what a colleague just did.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Set
from dataclasses import dataclass, fields, is_dataclass, replace
from datetime import UTC, date, datetime, timedelta
from itertools import zip_longest
from typing import Literal

from loper.plan.model import Job, Plan, Route, Why


@dataclass(frozen=True, kw_only=True, slots=True)
class Move:
    """A job that gets another technician or another time. Of a job that had none, `technician` is empty."""

    job: str
    technician: str
    planned: datetime | None
    to: str
    to_planned: datetime


@dataclass(frozen=True, kw_only=True, slots=True)
class Advice:
    """What can be done for a job that does not fit, the least trouble first.

    overtime  `who` can begin at `planned`, inside the promise, and is home `overtime` after the end of the shift
    partner   the co-maker `who` has room in a block of their own, inside the promise
    call      the customer; where somebody could come at another time that day, `who` and `planned` say so
    """

    do: Literal["overtime", "partner", "call"]
    who: str = ""
    planned: datetime | None = None
    overtime: timedelta = timedelta()


@dataclass(frozen=True, kw_only=True, slots=True)
class Left:
    """A job without a place: why, who had it before (empty: nobody), and what to do."""

    job: Job
    why: Why
    technician: str = ""
    advice: tuple[Advice, ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class Proposal:
    """The days planned again. Nothing has happened until `apply`.

    Every job of the plan is in `routes` or in `left`; so is each that waited, and `placed` names those that got a
    place. `stands` are the days that stay as they are, because nothing better was found. Travel is that of the days
    that were planned again.
    """

    made_from: str
    routes: tuple[Route, ...]
    travel_before: timedelta
    travel_after: timedelta
    moves: tuple[Move, ...] = ()
    placed: tuple[str, ...] = ()
    left: tuple[Left, ...] = ()
    stands: tuple[date, ...] = ()


class Stale(ValueError):
    """The plan has changed since the proposal was made."""


def apply(plan: Plan, proposal: Proposal) -> Plan:
    """The plan as proposed. Stale if `plan` is not the one that the proposal was made from: propose again."""
    if fingerprint(plan) != proposal.made_from:
        raise Stale("the plan has changed since this proposal was made; ask for a new one")
    return replace(plan, routes=proposal.routes)


def moves(before: Plan, after: tuple[Route, ...]) -> tuple[Move, ...]:
    """What moves from the one to the other, by time."""
    was, becomes = _visits(before.routes), _visits(after)
    found = []
    for key, visits in becomes.items():
        gone = [visit for visit in was.get(key, ()) if visit not in visits]
        new = [visit for visit in visits if visit not in was.get(key, ())]
        for (who, when), (to, then) in zip_longest(gone[: len(new)], new, fillvalue=("", None)):
            if then is not None:
                found.append(Move(job=key, technician=who, planned=when, to=to, to_planned=then))
    return tuple(sorted(found, key=lambda move: (move.to_planned, move.to, move.job)))


def _visits(routes: tuple[Route, ...]) -> dict[str, list[tuple[str, datetime | None]]]:
    visits: dict[str, list[tuple[str, datetime | None]]] = {}
    for route in routes:
        for job in route.jobs:
            visits.setdefault(job.key, []).append((route.shift.technician, job.planned))
    return visits


def fingerprint(plan: Plan) -> str:
    """The same for plans that say the same, whatever the order of what has no order; 64 hexadecimal digits."""
    return hashlib.sha256(json.dumps(_plain(plan), separators=(",", ":")).encode()).hexdigest()


def _plain(value: object) -> object:
    if is_dataclass(value):
        return [_plain(getattr(value, one.name)) for one in fields(value)]
    if isinstance(value, Mapping):
        return sorted([key, _plain(inner)] for key, inner in value.items())
    if isinstance(value, Set):
        return sorted(value)
    if isinstance(value, tuple | list):
        return [_plain(inner) for inner in value]
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat()
    return value if value is None or isinstance(value, str | int | float) else str(value)
