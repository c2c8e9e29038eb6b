"""How far a technician's day is, by what they tapped and where they were seen."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Literal

from loper.plan.duration import Lasting
from loper.plan.model import Job, Pause, Place, Shift, Span

Does = Literal["not begun", "driving", "working", "free", "paused"]


@dataclass(frozen=True, kw_only=True, slots=True)
class Position:
    """Where a technician was seen. `accuracy` in metres."""

    place: Place
    at: datetime
    accuracy: float = 50.0


@dataclass(frozen=True, kw_only=True, slots=True)
class Progress:
    """How far a technician's day is, by what they tapped.

    `jobs` are those not done yet, in order: the first is the one they are at (`working`), drive to (`driving`) or go to
    next. `pauses` are those not had yet; when `paused`, the first is the one they have. `since` is the last tap, and
    `at` where they were then: where they left, or where they are. Without it: where the shift begins.
    """

    shift: Shift
    jobs: tuple[Job, ...]
    does: Does = "not begun"
    since: datetime | None = None
    at: Place | None = None
    pauses: tuple[Pause, ...] = ()
    lasts: Mapping[str, Lasting] = field(default_factory=dict)  # by key of the job; else as planned, usual spread

    def __post_init__(self) -> None:
        if self.does not in ("not begun", "free") and self.since is None:
            raise ValueError(f"{self.shift.technician} is {self.does}, but not since when")
        if self.does in ("driving", "working") and not self.jobs:
            raise ValueError(f"{self.shift.technician} is {self.does}, but has no job")
        if self.does == "paused" and not self.pauses:
            raise ValueError(f"{self.shift.technician} is paused, but has no pause")


def pauses_left(pauses: Iterable[Pause], gaps: Iterable[Span], last: datetime | None) -> tuple[Pause, ...]:
    """The pauses that are still to come, where nobody taps them.

    A pause was had in the first gap between two jobs (from done to on the way) that holds half of it at its time. It is
    no longer expected when a tap came after the last moment that it could begin: `last`.
    """
    free, left = list(gaps), []
    for pause in pauses:
        had = next((gap for gap in free if _within(gap, pause) >= pause.lasts / 2), None)
        if had is not None:
            free.remove(had)
        elif last is None or last <= pause.latest:
            left.append(pause)
    return tuple(left)


def _within(gap: Span, pause: Pause) -> timedelta:
    return min(gap.end, pause.latest + pause.lasts) - max(gap.start, pause.earliest)


def turn(arrived: datetime, promised: Span | None) -> datetime:
    """When a customer's turn came: who is early is early for themselves, the customer counts from their block."""
    return arrived if promised is None else max(arrived, promised.start)
