"""Every touch of a case as a line of its story: what happened, what it hung on, why on that channel; and what comes."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from loper.define.model import Duration, Journey, OnEvent, OnFact, Touchpoint
from loper.define.organisation import Policy
from loper.server.records.runtime import Outbox, Task, Touch
from loper.step import Case, Customer, Event, Go, Message, Recent, candidates, may, variant
from loper.step.fold import Fold, short
from loper.step.index import OVERDUE, RETRACTED

MERGED = frozenset({"move", "unexpected"})
"""Touches that say what an event led to: one line with the event itself."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Anchor:
    """What a moment hangs on: an event, a fact's value, or a deadline that passed."""

    event: str = ""
    fact: str = ""
    shift: Duration | None = None
    before: bool = False
    at: datetime | None = None
    stage: str = ""  # where the deadline passed
    repeat: int = 0  # of `every`: 0 is the first


@dataclass(frozen=True, kw_only=True, slots=True)
class Line:
    """One line of the story. `activity` is an event type or a touchpoint, as in the log."""

    seq: int
    at: datetime
    kind: str
    activity: str
    stage: str = ""
    reached: str = ""  # the stage that it led to
    unexpected: bool = False
    channel: str = ""
    initiator: str = ""
    outcome: str = ""
    round: int = 1
    anchor: Anchor | None = None
    chosen: str = ""  # why this channel, as the outbox wrote it
    data: Mapping[str, Any] = field(default_factory=dict)
    event: str = ""  # the event's key
    retracted: bool = False
    task: Task | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Coming:
    """A moment that waits, or is still to come. `why` says why it waits, or why it will not go."""

    touchpoint: str
    due: datetime
    kind: str  # waiting, coming, never, deadline
    person: bool = False
    channel: str = ""
    chosen: str = ""
    why: str = ""
    anchor: Anchor | None = None
    attempts: int = 0


class Occasions:
    """From a moment's occasion to what it hangs on."""

    def __init__(self, journey: Journey, history: Iterable[Event], touches: Iterable[Touch]) -> None:
        self.journey = journey
        self.known: dict[str, tuple[str, datetime, str]] = {
            short(event.key): (event.type, event.time, "") for event in history
        }
        for touch in touches:
            if touch.kind == "overdue":
                self.known[short(touch.cause)] = (OVERDUE, touch.at, touch.stage or "")

    def anchor(self, touchpoint: str, occasion: str) -> Anchor | None:
        """What the moment of this touchpoint and occasion hangs on; None where that is not known any more."""
        design = self.journey.touchpoints.get(touchpoint)
        base, repeat = occasion, 0
        found = self.known.get(base)
        numbered = re.fullmatch(r"(.*)~(\d{1,6})", occasion, re.DOTALL)
        if found is None and numbered:
            base, repeat = numbered[1], int(numbered[2])
            found = self.known.get(base)
        if found is not None:
            name, at, stage = found
            shift = _shift(design, name)
            return Anchor(event=name, at=at, stage=stage, shift=shift, repeat=repeat)
        return self._of_fact(design, base, repeat)

    def _of_fact(self, design: Touchpoint | None, base: str, repeat: int) -> Anchor | None:
        try:
            at = datetime.fromisoformat(base)
        except ValueError:
            return None
        when = design.when if design else ()
        anchor = next((one for one in when if isinstance(one, OnFact)), None)
        if anchor is None:
            return None
        return Anchor(fact=anchor.path, shift=anchor.shift, before=anchor.before, at=at, repeat=repeat)


def _shift(design: Touchpoint | None, event: str) -> Duration | None:
    when = design.when if design else ()
    return next((one.shift for one in when if isinstance(one, OnEvent) and one.event == event), None)


def story(
    case: Case,
    journey: Journey,
    touches: Sequence[Touch],
    outbox: Sequence[Outbox],
    tasks: Sequence[Task],
) -> list[Line]:
    """Every touch, in the order of its time; an event and what it led to (a move, a retraction) are one line."""
    history = case.history or ()
    occasions = Occasions(journey, history, touches)
    events = {event.key: event for event in history}
    letters = {(row.touchpoint, row.occasion[:300]): row for row in outbox}
    chores = {(row.touchpoint, row.occasion[:300]): row for row in tasks}
    lines: list[Line] = []
    by_cause: dict[str, int] = {}
    taken_back: dict[str, int] = {}  # what was taken back -> the line that says so
    for touch in touches:
        place = by_cause.get(touch.cause)
        if touch.kind in MERGED and place is not None:
            led = {"reached": touch.stage or ""} if touch.kind == "move" else {"unexpected": True}
            lines[place] = replace(lines[place], **led)
            continue
        if touch.kind == "retracted" and touch.cause in taken_back:
            place = taken_back[touch.cause]
            lines[place] = replace(lines[place], kind="retracted", activity=touch.activity)
            continue
        moment = (touch.activity, touch.cause)
        event = events.get(touch.cause)
        line = Line(
            seq=touch.seq,
            at=touch.at,
            kind=touch.kind,
            activity=touch.activity,
            stage=touch.stage or "",
            reached=(touch.stage or "") if touch.kind == "move" else "",
            channel=touch.channel,
            initiator=touch.initiator,
            outcome=touch.outcome,
            round=touch.round,
            anchor=None if touch.kind in ("event", "overdue") else occasions.anchor(*moment),
            chosen=letters[moment].why if moment in letters and touch.kind == "message" else "",
            data=event.data if event else {},
            event=touch.cause if event else "",
            retracted=event is not None and event.key in case.state.retracted,
            task=chores.get(moment) if touch.kind in ("task", "skip") else None,
        )
        if touch.kind in ("event", "overdue"):
            by_cause[touch.cause] = len(lines)
            if touch.activity == RETRACTED:
                taken_back[f"{line.data.get('source')}#{line.data.get('id')}"] = len(lines)
        lines.append(line)
    return sorted(lines, key=lambda line: (line.at, line.seq))


def coming(
    case: Case,
    journey: Journey,
    outbox: Sequence[Outbox],
    customer: Customer,
    touches: Sequence[Touch] = (),
) -> list[Coming]:
    """What waits to go and what is still to come, by time; the deadline of this stage among it."""
    occasions = Occasions(journey, case.history or (), touches)
    found = [_waiting(row, occasions) for row in outbox if row.status in ("queued", "handing")]
    for candidate in candidates(journey, case.state):
        moment, design = candidate.moment, candidate.touchpoint
        if moment.key in case.state.queued:
            continue
        anchor = occasions.anchor(moment.touchpoint, moment.occasion)
        one = Coming(touchpoint=design.name, due=moment.due, kind="coming", anchor=anchor, person=design.for_person)
        if variant(design, case.customer) == "none":
            one = replace(one, kind="never", why="variant")
        elif not candidate.judged:
            one = replace(one, kind="never", why="if")
        elif not design.for_person:
            one = _by(one, design, customer)
        found.append(one)
    deadline = Fold(journey, case.state).deadline()
    if deadline is not None and not case.state.ended:
        found.append(Coming(touchpoint="", due=deadline[0], kind="deadline"))
    return sorted(found, key=lambda one: (one.due, one.touchpoint))


def _waiting(row: Outbox, occasions: Occasions) -> Coming:
    return Coming(
        touchpoint=row.touchpoint,
        due=max(row.due, row.not_before) if row.not_before else row.due,
        kind="waiting",
        channel=row.channel if row.status == "handing" else "",
        why=row.why,
        anchor=occasions.anchor(row.touchpoint, row.occasion),
        attempts=row.attempts,
    )


def _by(one: Coming, design: Touchpoint, customer: Customer) -> Coming:
    """The channel by which it would go as things stand."""
    message = Message(touchpoint=design.name, kind=design.kind, channels=design.channels, urgent=True)
    answer = may(message, customer, Policy(), Recent(), one.due)
    if isinstance(answer, Go):
        return replace(one, channel=answer.channel, chosen=answer.why)
    return replace(one, kind="never", why=answer.why)
