"""The fold: a case's state from its events, one entry at a time (language, rules 2, 3, 4, 7, 8).

Two ways in, one way through: `Fold.of` goes on from a state with an event that comes in order; `refold` begins
again from the first. Both use `take`, so that the order of arrival cannot matter.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any, Literal

from loper.define.expression import lookup
from loper.define.model import Journey, Move, Stage, Touchpoint
from loper.step.case import SYSTEM, Case, Event, Moment, OrderKey, Pending, State
from loper.step.codec import load_state
from loper.step.facts import told
from loper.step.index import ENDED, MERGED, MOVED, OVERDUE, RETRACTED, Index, index
from loper.step.when import instant, shift

_LAST = "\U0010ffff"
"""Sorts behind every source: stage.overdue comes after the other events of its instant."""


@dataclass(frozen=True, slots=True)
class Entry:
    """What became of one event in the fold: kind is move, noted or unexpected; `stage` where the case was after it."""

    event: Event
    kind: Literal["move", "noted", "unexpected"]
    stage: str | None
    at: datetime
    before: str | None = None  # the stage it was in


class Fold:
    """A state under way. Mutable and short-lived: made, fed, and frozen again by `state()`."""

    def __init__(self, journey: Journey, state: State) -> None:
        self.journey = journey
        self.index: Index = index(journey)
        self.start = state
        self.stage = state.stage
        self.round = state.round
        self.visit = state.visit
        self.entered = state.entered
        self.entry = state.entry
        self.facts: dict[str, Any] = dict(state.facts)
        self.ended = state.ended
        self.into = state.into
        self.position = state.position
        self.last = state.last
        self.at = state.at
        self.begun = state.begun
        self.pending: list[Pending] = list(state.pending)
        self.over: set[str] = set(state.over)
        self.queued: dict[str, Moment] = dict(state.queued)
        self.touched = dict(state.touched)
        self.since = dict(state.since)
        self.seen = dict(state.seen)
        self.overdue = set(state.overdue)
        self.retracted = set(state.retracted)
        self.said = state.said
        self.entries: list[Entry] = []

    # -- one entry ---------------------------------------------------------------------------------------------

    def begin(self, event: Event, inherited: Mapping[str, Any]) -> None:
        """The event that opens the case."""
        self.begun = event.time
        self.position += 1
        self._set(told(self.journey, tuple(self.journey.facts), inherited), event)
        declared = self.journey.events.get(event.type)
        if declared is not None:
            self._set(told(self.journey, declared.sets, event.data), event)
        self._enter(self.journey.begins[event.type], event, event.time)
        self._unless(event)
        self._anchor(event, event.time)
        self._close(event, "move", event.time, None)

    def take(self, event: Event) -> None:
        """An event of a case that has begun, after the deadlines that passed before it."""
        at = max(event.time, self.begun or event.time)
        happened = bool(event.order[1])
        self.pass_deadlines(at, inclusive=happened)
        if self.into is not None and event.source != SYSTEM:
            return  # merged: this one is for the other case
        self.position += 1
        self._fold(event, at)

    def _fold(self, event: Event, at: datetime) -> None:
        before = self.stage
        declared = self.journey.events.get(event.type)
        if declared is not None:
            self._set(told(self.journey, declared.sets, event.data), event)
            self._clear(declared.clears, event)
        move = self._move(event.type, at)
        kind = self._kind(event.type, move)
        if move is not None:
            if event.type in self.journey.again:
                self.round += 1
            self._enter(move.to, event, at)
        elif kind == "noted" and event.type in self.journey.again:
            self.round += 1
        if event.type == MERGED:
            self.into, self.ended, self.pending = str(event.data["into"]), True, []
        self._unless(event)
        if kind != "unexpected":
            self._anchor(event, at)
        self._happened(event, at)
        self._close(event, kind, at, before)

    def _close(
        self, event: Event, kind: Literal["move", "noted", "unexpected"], at: datetime, before: str | None
    ) -> None:
        self.at = at
        phase, source, sequence, id = event.order[1:]
        order: OrderKey = (at, phase, source, sequence, id)
        if self.last is None or order > self.last:
            self.last = order
        self.entries.append(Entry(event, kind, self.stage, at, before))

    def _move(self, type: str, at: datetime) -> Move | None:
        """The move that this event makes here: the stage's `on`, else (unless final) the journey's; first match."""
        stage = self._stage()
        if stage is None or self.into is not None:
            return None
        moves = stage.on.get(type)
        if moves is None:
            moves = () if stage.final else self.journey.on.get(type, ())
        return next((move for move in moves if move.if_ is None or move.if_(self.facts, at)), None)

    def _kind(self, type: str, move: Move | None) -> Literal["move", "noted", "unexpected"]:
        if move is not None:
            return "move"
        if type == OVERDUE or type in self.index.touchpoint_of:
            return "noted"
        return "unexpected" if type in self.index.named or type in self.journey.begins else "noted"

    def _enter(self, stage: str, event: Event, at: datetime) -> None:
        self.stage = stage
        self.visit += 1
        self.entered = at
        self.entry = event.key
        self.ended = stage in self.index.final
        self.pending = [p for p in self.pending if self._outlives(p)]

    def _outlives(self, pending: Pending) -> bool:
        """Whether a moment of an earlier event outlives the move just made (rule 7)."""
        if pending.visit is not None and pending.visit != self.visit:
            return False
        touchpoint = self.journey.touchpoints[pending.touchpoint]
        if touchpoint.in_ is not None:
            return self.stage in touchpoint.in_
        return not self.ended

    def _set(self, facts: Mapping[str, Any], event: Event) -> None:
        for name, value in facts.items():
            for path in self.index.paths.get(name, ()):
                old = lookup(self.facts, path)
                new = lookup({name: value}, path)
                if new != old or path not in self.since:
                    self.since[path] = (self.position, event.received or event.time)
            self.facts[name] = value
            self.touched[name] = self.position

    def _clear(self, names: Iterable[str], event: Event) -> None:
        for name in names:
            if self.facts.pop(name, None) is not None:
                for path in self.index.paths.get(name, ()):
                    self.since[path] = (self.position, event.received or event.time)
            self.touched[name] = self.position

    def _unless(self, event: Event) -> None:
        ended = self.index.ended_by.get(event.type)
        if ended:
            self.seen[event.type] = self.position
            self.pending = [p for p in self.pending if p.touchpoint not in ended]

    def _anchor(self, event: Event, at: datetime) -> None:
        """The moments that this event gives; `in` and `if` are judged after its own move."""
        for touchpoint, anchor in self.index.by_event.get(event.type, ()):
            if touchpoint.in_ is not None and self.stage not in touchpoint.in_:
                continue
            pending = Pending(
                touchpoint=touchpoint.name,
                anchor=anchor,
                occasion=short(event.key),
                time=at,
                at=self.position,
                visit=self.visit if event.type == OVERDUE else None,
                judged=touchpoint.if_ is None or touchpoint.if_(self.facts, at),
            )
            left = self._left(touchpoint, pending)
            if left is not None:
                self.pending.append(left)

    def _left(self, touchpoint: Touchpoint, pending: Pending) -> Pending | None:
        """The moment with its first repeat that is not over; None when there is none left."""
        repeat = pending.repeat
        while f"{touchpoint.name}/{occasion(pending.occasion, repeat)}" in self.over:
            repeat += 1
            if touchpoint.every is None:
                return None
        if touchpoint.most is not None and touchpoint.every is not None and repeat >= touchpoint.most:
            return None
        return pending if repeat == pending.repeat else replace(pending, repeat=repeat)

    def _happened(self, event: Event, at: datetime) -> None:
        """T.sent and T.skipped: the moment is over."""
        if event.source != SYSTEM or not event.order[1]:
            return
        name, key = self.index.touchpoint_of.get(event.type), event.data.get("moment")
        if not isinstance(key, str):
            return
        self.over.add(key)
        self.queued.pop(key, None)
        if event.type.endswith(".sent") and event.data.get("channel"):
            self.said = max(at, self.said) if self.said else at
        pending: list[Pending] = []
        for one in self.pending:
            left = self._left(self.journey.touchpoints[one.touchpoint], one) if one.touchpoint == name else one
            if left is not None:
                pending.append(left)
        self.pending = pending

    # -- deadlines ---------------------------------------------------------------------------------------------

    def deadline(self) -> tuple[datetime, str, str] | None:
        """The next thing that comes of itself: (when, event type, identity); None when nothing does."""
        stage = self._stage()
        if stage is None or self.entered is None or self.into is not None:
            return None
        found: list[tuple[datetime, str, str]] = []
        if self.journey.runs is not None and not self.ended and "runs" not in self.overdue:
            found.append((self.journey.runs[1], ENDED, "runs"))
        at = None if stage.final else self._expires(stage, self.entered)
        if at is not None and f"{self.visit}@{at.isoformat()}" not in self.overdue:
            found.append((max(at, self.at or at), OVERDUE, at.isoformat()))
        return min(found) if found else None

    def _expires(self, stage: Stage, entered: datetime) -> datetime | None:
        """`within` from entry and `until` a fact: the earlier counts; an unset fact is overdue at entry."""
        found = []
        if stage.within is not None:
            found.append(shift(entered, stage.within, self.journey.timezone, self.journey.calendar))
        if stage.until is not None:
            value = as_instant(lookup(self.facts, stage.until), self.journey)
            found.append(entered.astimezone(UTC) if value is None else value)
        return min(found) if found else None

    def pass_deadlines(self, until: datetime, *, inclusive: bool) -> None:
        """Fold in every stage.overdue (and the end of a campaign) before this instant, or up to and with it."""
        while (deadline := self.deadline()) is not None:
            at, type, identity = deadline
            if at > until or (at == until and not inclusive):
                return
            if type == ENDED:
                self.overdue.add("runs")
                event = Event(type=ENDED, time=at, source=SYSTEM, id=ENDED)
            else:
                self.overdue.add(f"{self.visit}@{identity}")
                if f"{self.stage}@{at.isoformat()}" in self.overdue:
                    continue  # once per stage and instant, or two stages overdue at entry go round for ever
                self.overdue.add(f"{self.stage}@{at.isoformat()}")
                data = {"stage": self.stage, "deadline": identity}
                event = Event(type=OVERDUE, time=at, source=SYSTEM, id=f"{self.entry}@{identity}", data=data)
            self.position += 1
            self._fold(event, at)
            self.last = max(self.last or event.order, (at, 0, _LAST, 0, ""))

    def _stage(self) -> Stage | None:
        return None if self.stage is None else self.journey.stages[self.stage]

    def state(self) -> State:
        return replace(
            self.start,
            stage=self.stage,
            round=self.round,
            visit=self.visit,
            entered=self.entered,
            entry=self.entry,
            facts=self.facts,
            ended=self.ended,
            into=self.into,
            position=self.position,
            last=self.last,
            at=self.at,
            begun=self.begun,
            pending=tuple(self.pending),
            over=frozenset(self.over),
            queued=self.queued,
            touched=self.touched,
            since=self.since,
            seen=self.seen,
            overdue=frozenset(self.overdue),
            retracted=frozenset(self.retracted),
            said=self.said,
        )


def short(key: str) -> str:
    """An event's key as an occasion: itself, or a hash where it is long (moments of moments of moments)."""
    return key if len(key) <= 120 else hashlib.sha256(key.encode()).hexdigest()[:32]


def occasion(base: str, repeat: int) -> str:
    """The occasion of the k-th repeat of `every`; the first has the anchor's own."""
    return f"{base}~{repeat}" if repeat else base


def as_instant(value: Any, journey: Journey) -> datetime | None:
    """A fact's value as an instant in UTC: a time, or a date (its first moment in the journey's zone)."""
    if isinstance(value, datetime):
        return value.astimezone(UTC)
    if value is not None and hasattr(value, "year"):
        return instant(datetime(value.year, value.month, value.day), journey.timezone)  # noqa: DTZ001
    return None


def refold(journey: Journey, case: Case, history: Iterable[Event]) -> Fold:
    """The fold of these events from the beginning. What happened, and what is queued, stays so."""
    events = list(history)
    retracted = {f"{e.data['source']}#{e.data['id']}" for e in events if e.type == RETRACTED}
    live = [e for e in events if e.type != RETRACTED and (e.source == SYSTEM or e.key not in retracted)]
    over = {
        e.data["moment"] for e in events if e.source == SYSTEM and e.order[1] and isinstance(e.data.get("moment"), str)
    }
    start = State(
        over=frozenset(over),
        queued=case.state.queued,
        retracted=frozenset(retracted),
        stalled=case.state.stalled,
    )
    moves = [number for number, e in enumerate(events) if e.type == MOVED and e.source == SYSTEM]
    if moves:
        # A case that was moved to this version goes on from where it stood; what came before the move is in there.
        base = events[moves[-1]]
        state = load_state(base.data["state"], journey)
        folded = {id(e) for e in events[: moves[-1] + 1]}
        fold = Fold(journey, replace(state, over=state.over | over, queued=start.queued, retracted=start.retracted))
        fold.begun = base.time
        rest = [e for e in live if id(e) not in folded]
    else:
        fold = Fold(journey, start)
        begins = [e for e in live if e.type in journey.begins]
        if not begins:
            return fold
        first = min(begins, key=lambda e: e.order)
        fold.begin(first, case.inherited)
        rest = [e for e in live if e is not first]
    for event in sorted(rest, key=lambda e: e.order):
        fold.take(event)
    return fold
