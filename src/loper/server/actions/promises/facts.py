"""What promises are judged on: what happened in one case, and how its journey was meant."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from loper.define.model import Journey
from loper.log.touch import Touch
from loper.step import Event

Kind = Literal["block", "arrival", "call", "answer"]
State = Literal["open", "kept", "broken", "withdrawn", "moved"]


@dataclass(frozen=True, kw_only=True, slots=True)
class Wish:
    """A customer asked to be called, from `start` to `end`; `event` (its key) told it."""

    event: str
    at: datetime
    start: datetime
    end: datetime


@dataclass(frozen=True, kw_only=True, slots=True)
class Call:
    """We called about this wish (the key of its event)."""

    wish: str
    at: datetime
    reached: bool


@dataclass(frozen=True, kw_only=True, slots=True)
class Facts:
    """All that is known of one case. What was taken back is not among it. In order of when it happened."""

    journey: Journey
    events: Sequence[Event]
    touches: Sequence[Touch]
    wishes: Sequence[Wish] = ()
    calls: Sequence[Call] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class Promised:
    """A promise and what came of it. `start` None: only a time at which it must be done (`due`).

    `sorry`: when we first said sorry, or told another time, once it was in danger. `called`: when the customer first
    came to us about it, while it was not settled.
    """

    kind: Kind
    by: str
    given: datetime
    due: datetime
    start: datetime | None = None
    stage: str = ""
    technician: str = ""
    state: State = "open"
    why: str = ""
    settled: datetime | None = None
    sorry: datetime | None = None
    called: datetime | None = None


def span(value: Any) -> tuple[datetime, datetime, str] | None:
    """Start, end and technician of what an event tells of an appointment or expected time; None where it does not."""
    if not isinstance(value, Mapping):
        return None
    try:
        start, end = (datetime.fromisoformat(str(value[name])) for name in ("start", "end"))
    except (KeyError, ValueError):
        return None
    if start.tzinfo is None or end.tzinfo is None or start > end:
        return None
    return start, end, str(value.get("technician") or "")
