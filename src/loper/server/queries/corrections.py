"""What taking an event back would change, before anybody does it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from loper.define.model import Journey
from loper.step import SYSTEM, Case, Event, Moment, State, candidates, step
from loper.step.index import RETRACTED


@dataclass(frozen=True, kw_only=True, slots=True)
class Change:
    """The case with and without the event."""

    before: State
    after: State
    facts: Mapping[str, tuple[Any, Any]]  # fact -> (now, then); None where it is not set
    gone: tuple[Moment, ...]  # moments that will not come any more
    new: tuple[Moment, ...]
    withdrawn: tuple[Moment, ...]  # messages that wait and will not go

    @property
    def nothing(self) -> bool:
        return self.before.stage == self.after.stage and not (self.facts or self.gone or self.new or self.withdrawn)


def can_retract(case: Case, key: str) -> bool:
    """Whether somebody here may take this event back: it was said (not derived), and stands.

    What a customer answered to a survey, and what became of a message, is not ours to take back.
    """
    event = next((event for event in case.history or () if event.key == key), None)
    if event is None or event.source.split("/", 1)[0] == SYSTEM or key in case.state.retracted:
        return False
    return event.type != RETRACTED and event.type.rpartition(".")[2] not in (
        "answered",
        "replied",
        "delivered",
        "failed",
    )


def foresee(journey: Journey, case: Case, event: Event, now: datetime) -> Change:
    """What changes when this event is taken back now."""
    back = Event(
        type=RETRACTED, time=now, source="loper.web", id="foreseen", data={"source": event.source, "id": event.id}
    )
    came = step(journey, case, back, now)
    before, after = case.state, came.case.state
    facts = {
        name: (before.facts.get(name), after.facts.get(name))
        for name in dict.fromkeys((*before.facts, *after.facts))
        if before.facts.get(name) != after.facts.get(name)
    }
    was = {one.moment.key: one.moment for one in candidates(journey, before)}
    will = {one.moment.key: one.moment for one in candidates(journey, after)}
    withdrawn = tuple(effect.moment for effect in came.effects if effect.kind == "withdrawn" and effect.moment)
    stopped = {moment.key for moment in withdrawn}
    return Change(
        before=before,
        after=after,
        facts=facts,
        gone=tuple(moment for key, moment in was.items() if key not in will and key not in stopped),
        new=tuple(moment for key, moment in will.items() if key not in was),
        withdrawn=withdrawn,
    )
