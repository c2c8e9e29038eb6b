"""The job that comes after a visit without a solution: what must be there this time, and how long it takes."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Literal, NamedTuple

from loper.plan.duration import Durations, Lasting, Took

Reason = Literal["absent", "material", "expertise", "time"]
"""Why: nobody was home; a part was not there; another trade is needed; there was not enough time."""

ENOUGH = 0.7
"""So many of such jobs are done in the time that is planned: a third visit costs more than half an hour left over."""
STEP = 5  # minutes to which a time is rounded up
SECOND = 20  # of priority more, for who waited for us in vain


class Again(NamedTuple):
    """A follow-up that was done: of what kind of job, why it was needed, and how long it took."""

    kind: str
    reason: Reason
    minutes: float
    at: datetime


class Expert(NamedTuple):
    """Who solves it: what they must be able to do, and how many come."""

    skills: frozenset[str]
    people: int = 1


@dataclass(frozen=True, kw_only=True, slots=True)
class Visited:
    """The visit that did not end in a solution: the job as it was planned, and what the technician says of it."""

    kind: str
    reason: Reason
    lasts: Lasting  # what such a job takes
    spent: timedelta = timedelta()  # at work on it until now
    skills: frozenset[str] = frozenset()
    people: int = 1
    priority: int = 0
    parts: Mapping[str, date | None] = field(
        default_factory=dict
    )  # what is needed, and from which day it is there (None: not known yet)
    expertise: str = ""  # of those in the organisation's list
    two_people: bool = False  # the technician says that one is not enough


@dataclass(frozen=True, kw_only=True, slots=True)
class FollowUp:
    """What the next visit needs. While it `waits`, nobody knows yet from when it can be planned."""

    skills: frozenset[str]
    lasts: timedelta
    material: frozenset[str] = frozenset()
    material_in: date | None = None
    waits: bool = False
    people: int = 1
    priority: int = 0


def follow_up(
    visit: Visited, now: datetime, history: Iterable[Again] = (), experts: Mapping[str, Expert] | None = None
) -> FollowUp:
    """The next visit. ValueError on an expertise that is not among `experts` (the organisation's list, by name).

    Of a part whose name or day is not known the job waits. Who comes for another trade may need the parts as well.
    """
    expert = _expert(visit, experts or {})
    known = [day for day in visit.parts.values() if day is not None]
    waits = len(known) < len(visit.parts) or (visit.reason == "material" and not visit.parts)
    return FollowUp(
        skills=expert.skills,
        lasts=_lasts(visit, now, history),
        material=frozenset(visit.parts),
        material_in=None if waits else max(known, default=None),
        waits=waits,
        people=max(visit.people, expert.people, 2 if visit.two_people else 1),
        priority=visit.priority if visit.reason == "absent" else min(100, visit.priority + SECOND),
    )


def _expert(visit: Visited, experts: Mapping[str, Expert]) -> Expert:
    """Another trade comes instead of the first one; otherwise whoever could do it can still."""
    if visit.reason != "expertise" or not (visit.expertise or experts):
        return Expert(visit.skills)
    if visit.expertise not in experts:
        names = ", ".join(sorted(experts)) or "none"
        raise ValueError(f"{visit.expertise!r} is not an expertise of this organisation; expected: {names}")
    return experts[visit.expertise]


def _lasts(visit: Visited, now: datetime, history: Iterable[Again]) -> timedelta:
    """What `ENOUGH` of such follow-ups keep to. Where there were few, they lean on the kind of job itself: on what is
    left of it after the time spent, if it was time that lacked.
    """
    if visit.reason == "absent":
        return _up(visit.lasts.mean)  # the same job, not begun
    first = visit.lasts.left(visit.spent) if visit.reason == "time" else visit.lasts
    minutes = max(first.median.total_seconds() / 60, STEP)
    rows = [Took(one.kind, one.reason, one.minutes, one.at) for one in history]
    again = Durations.learn(rows, now, {visit.kind: minutes}).of(visit.kind, visit.reason)
    return _up(again.quantile(ENOUGH))


def _up(lasts: timedelta) -> timedelta:
    return timedelta(minutes=STEP * max(1, math.ceil(lasts / timedelta(minutes=STEP) - 1e-6)))
