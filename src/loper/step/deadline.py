"""What comes of itself when nothing else does: the deadline of a stage, the end of a campaign (rules 8 and 14)."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, Any, NamedTuple

from loper.define.expression import lookup
from loper.define.model import Journey, Stage
from loper.step.index import ENDED, OVERDUE
from loper.step.when import instant, shift

if TYPE_CHECKING:
    from loper.step.case import State
    from loper.step.fold import Fold

CAMPAIGN = "runs"
"""The mark of a campaign that has ended, among those of deadlines that have passed."""


class Deadline(NamedTuple):
    """An event that comes of itself: when, its type, and its identity in this visit."""

    at: datetime
    type: str
    identity: str


def deadline(journey: Journey, case: State | Fold) -> Deadline | None:
    """The next thing that comes of itself; None when nothing does."""
    if case.stage is None or case.entered is None or case.into is not None:
        return None
    stage = journey.stages[case.stage]
    found: list[Deadline] = []
    if journey.runs is not None and not case.ended and CAMPAIGN not in case.overdue:
        found.append(Deadline(journey.runs[1].astimezone(UTC), ENDED, CAMPAIGN))
    at = None if stage.final else _expires(journey, case, stage, case.entered)
    if at is not None:
        identity = at.isoformat()
        if passed(case.visit, identity) not in case.overdue:
            found.append(Deadline(max(at, case.at or at), OVERDUE, identity))
    return min(found) if found else None


def passed(visit: int | str, identity: str) -> str:
    """The mark of a deadline that has had its stage.overdue: once per visit and deadline, and per stage and instant."""
    return f"{visit}@{identity}"


def _expires(journey: Journey, case: State | Fold, stage: Stage, entered: datetime) -> datetime | None:
    """`within` from entry and `until` a fact: the earlier counts; an unset fact is overdue at entry."""
    found = []
    if stage.within is not None:
        found.append(shift(entered, stage.within, journey.timezone, journey.calendar))
    if stage.until is not None:
        value = as_instant(lookup(case.facts, stage.until), journey)
        found.append(entered.astimezone(UTC) if value is None else value)
    return min(found) if found else None


def as_instant(value: Any, journey: Journey) -> datetime | None:
    """A fact's value as an instant in UTC: a time, or a date (its first moment in the journey's zone)."""
    if isinstance(value, datetime):
        return value.astimezone(UTC)
    if isinstance(value, date):
        return instant(datetime(value.year, value.month, value.day), journey.timezone)  # noqa: DTZ001
    return None
