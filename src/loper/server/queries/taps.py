"""Taps: what a technician can say of a visit, what makes sense now, and what was said of a visit already.

A journey takes part by declaring these events as ones that a technician may say; a button is there while its event
makes a move from the stage that the case is in.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from loper.define.model import Journey
from loper.server import clock
from loper.step import SYSTEM, Case, Event

TAPS: Mapping[str, str] = {
    "depart": "technician.departed",
    "arrive": "technician.arrived",
    "fixed": "job.fixed",
    "not_fixed": "job.unfinished",
    "absent": "customer.absent",
    "next": "appointment.made",
}
"""Tap -> the event that it tells."""

NAMES: Mapping[str, str] = {event: tap for tap, event in TAPS.items()}
UNDO = timedelta(minutes=2)
"""For so long after it came in a tap can be taken back, if nothing went to the customer since."""

LAST = frozenset({"fixed", "not_fixed", "absent"})
"""With one of these a visit is over."""


@dataclass(frozen=True, slots=True)
class Tap:
    """Something that was said of a visit, and not taken back."""

    name: str
    event: Event

    @property
    def at(self) -> datetime:
        return self.event.time

    @property
    def reason(self) -> str:
        return str(self.event.data.get("reason", ""))


def taps_of(case: Case, uid: str) -> list[Tap]:
    """What was said of the visit with this UID, in order of its own time."""
    gone = case.state.retracted
    found = [
        Tap(NAMES[event.type], event)
        for event in case.history or ()
        if event.type in NAMES and event.data.get("visit") == uid and event.key not in gone
    ]
    return sorted(found, key=lambda tap: tap.event.order)


def heard_since(case: Case, tap: Event) -> bool:
    """Whether anything went to the customer, or to a person as a task, since this tap came in."""
    history = case.history or ()
    later = history[history.index(tap) + 1 :]
    return any(event.source == SYSTEM and event.type.endswith(".sent") for event in later)


def possible(journey: Journey, case: Case, after: Iterable[str] = ()) -> frozenset[str]:
    """The taps that make sense now; `after` these, if they are said first."""
    stage, facts = case.state.stage, case.state.facts
    if case.state.into is not None:
        return frozenset()
    for tap in after:
        stage = leads_to(journey, stage, TAPS[tap], facts) or stage
    return frozenset(tap for tap, event in TAPS.items() if leads_to(journey, stage, event, facts) is not None)


def leads_to(journey: Journey, stage: str | None, event: str, facts: Mapping[str, Any]) -> str | None:
    """The stage that this event leads to from here, said by a technician; None where it leads nowhere."""
    here = journey.stages.get(stage or "")
    declared = journey.events.get(event)
    if here is None or declared is None or "technician" not in declared.from_:
        return None
    moves = here.on.get(event)
    if moves is None:
        moves = () if here.final else journey.on.get(event, ())
    now = clock.now().astimezone(journey.timezone)
    return next((move.to for move in moves if move.if_ is None or move.if_(facts, now)), None)


def reasons(journey: Journey) -> tuple[str, ...]:
    """Why it can be that something was not fixed, as the journey has it."""
    return journey.facts["reason"].options if "reason" in journey.facts else ()
