"""The fold: a case's state from its events, one entry at a time (language, rules 2, 3, 4, 7, 8).

`Fold(journey, state)` goes on from a state with an event that comes in order; `refold` begins again from the first.
Both use `take`, so that the order of arrival cannot matter.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any, Literal

from loper.define.expression import Expression, lookup
from loper.define.model import Journey, Move, Touchpoint
from loper.step.case import SYSTEM, Event, Moment, OrderKey, Pending, State
from loper.step.deadline import CAMPAIGN, Deadline, deadline, passed
from loper.step.facts import Appointment, told
from loper.step.index import ENDED, MERGED, OVERDUE, Index, index

LAST = "\U0010ffff"
"""Sorts behind every source: stage.overdue comes after the other events of its instant."""

Kind = Literal["move", "noted", "unexpected"]


@dataclass(frozen=True, slots=True)
class Entry:
    """What became of one event in the fold; `stage` is where the case was after it, `before` where it was."""

    event: Event
    kind: Kind
    stage: str | None
    at: datetime
    before: str | None = None


class Fold:
    """A state under way, with the same names. Mutable and short-lived: made, fed, and frozen again by `state()`."""

    def __init__(self, journey: Journey, state: State) -> None:
        self.journey = journey
        self.index: Index = index(journey)
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
        self.retracted = state.retracted
        self.said = state.said
        self.entries: list[Entry] = []
        self._next: tuple[Deadline | None] | None = None  # the next deadline, once it was asked for
        if state.reckoned is not None and state.reckoned.journey is journey:
            self._next = (state.reckoned.deadline,)

    # -- one entry ---------------------------------------------------------------------------------------------

    def begin(self, event: Event, inherited: Mapping[str, Any]) -> None:
        """The event that opens the case."""
        self.begun = at = event.time.astimezone(UTC)
        self.position += 1
        self._set(told(self.journey, tuple(self.journey.facts), inherited), event)
        declared = self.journey.events.get(event.type)
        if declared is not None:
            self._set(told(self.journey, declared.sets, event.data), event)
        self._enter(self.journey.begins[event.type], event, at)
        self._unless(event)
        self._anchor(event, at)
        self._close(event, event.order, "move", at, None)

    def take(self, event: Event) -> None:
        """An event of a case that has begun, after the deadlines that passed before it."""
        at = max(event.time, self.begun or event.time).astimezone(UTC)
        order = event.order
        self.pass_deadlines(at, inclusive=bool(order[1]))
        if self.into is not None and event.source != SYSTEM:
            return  # merged: this one is for the other case
        self.position += 1
        self._fold(event, order, at)

    def _fold(self, event: Event, order: OrderKey, at: datetime) -> None:
        before = self.stage
        declared = self.journey.events.get(event.type)
        if declared is not None:
            self._set(told(self.journey, declared.sets, event.data), event)
            self._clear(declared.clears, event)
        move = self._move(event.type, at)
        kind = self._kind(event.type, move)
        if kind != "unexpected" and event.type in self.journey.again:
            self.round += 1
        if move is not None:
            self._enter(move.to, event, at)
        if event.type == MERGED:
            self.into, self.ended, self.pending = str(event.data["into"]), True, []
        self._unless(event)
        if kind != "unexpected":
            self._anchor(event, at)
        if order[1]:
            self._happened(event, at)
        self._close(event, order, kind, at, before)

    def _close(self, event: Event, order: OrderKey, kind: Kind, at: datetime, before: str | None) -> None:
        self.at = at
        self._next = None
        order = (at, *order[1:])
        if self.last is None or order > self.last:
            self.last = order
        self.entries.append(Entry(event, kind, self.stage, at, before))

    def _move(self, type: str, at: datetime) -> Move | None:
        """The move that this event makes here: the stage's `on`, else (unless final) the journey's; first match."""
        if self.stage is None or self.into is not None:
            return None
        stage = self.journey.stages[self.stage]
        moves = stage.on.get(type)
        if moves is None:
            moves = () if stage.final else self.journey.on.get(type, ())
        return next((move for move in moves if move.if_ is None or self._holds(move.if_, at)), None)

    def _holds(self, condition: Expression, at: datetime) -> bool:
        return condition(self.facts, at.astimezone(self.journey.timezone))

    def _kind(self, type: str, move: Move | None) -> Kind:
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
        if self.overdue:  # of earlier visits only what this instant has seen still counts
            now = f"@{at.isoformat()}"
            self.overdue = {mark for mark in self.overdue if mark == CAMPAIGN or mark.endswith(now)}
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
            if event.type in self.index.by_event or not _same(self.facts.get(name), value):
                self.touched[name] = self.position
            self.facts[name] = value

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
                judged=touchpoint.if_ is None or self._holds(touchpoint.if_, at),
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
        key = happened(event, self.journey)
        if key is None:
            return
        self.over.add(key)
        self.queued.pop(key, None)
        if event.type.endswith(".sent") and event.data.get("channel"):
            self.said = max(at, self.said) if self.said else at
        self.drop_over(key.partition("/")[0])

    def drop_over(self, touchpoint: str = "") -> None:
        """Leave out the moments that are over (of one touchpoint, or of all); of `every` the next comes instead."""
        pending: list[Pending] = []
        for one in self.pending:
            asked = not touchpoint or one.touchpoint == touchpoint
            left = self._left(self.journey.touchpoints[one.touchpoint], one) if asked else one
            if left is not None:
                pending.append(left)
        self.pending = pending

    # -- deadlines ---------------------------------------------------------------------------------------------

    def deadline(self) -> Deadline | None:
        """The next thing that comes of itself; None when nothing does."""
        if self._next is None:
            self._next = (deadline(self.journey, self),)
        return self._next[0]

    def pass_deadlines(self, until: datetime, *, inclusive: bool) -> None:
        """Fold in every stage.overdue (and the end of a campaign) before this instant, or up to and with it."""
        while (coming := self.deadline()) is not None:
            at, type, identity = coming
            if at > until or (at == until and not inclusive):
                return
            self._next = None
            if type == ENDED:
                self.overdue.add(CAMPAIGN)
                event = Event(type=ENDED, time=at, source=SYSTEM, id=ENDED)
            else:
                self.overdue.add(passed(self.visit, identity))
                here = passed(self.stage or "", at.isoformat())
                if here in self.overdue:
                    continue  # once per stage and instant, or two stages overdue at entry go round for ever
                self.overdue.add(here)
                data = {"stage": self.stage, "deadline": identity}
                event = Event(type=OVERDUE, time=at, source=SYSTEM, id=f"{self.entry}@{identity}", data=data)
            self.position += 1
            self._fold(event, (at, 0, LAST, 0, ""), at)

    def state(self, *, wake: datetime | None = None, stalled: bool = False) -> State:
        return State(
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
            retracted=self.retracted,
            said=self.said,
            wake=wake,
            stalled=stalled,
        )


def _same(old: Any, new: Any) -> bool:
    """Whether a customer who was told the one need not be told the other: of an appointment, who comes may change."""
    if isinstance(old, Appointment) and isinstance(new, Appointment):
        return (old.start, old.end) == (new.start, new.end)
    return bool(old == new)


def happened(event: Event, journey: Journey) -> str | None:
    """The key of the moment that T.sent or T.skipped of the runtime is about; a name of an older version counts as the
    one that replaced it.
    """
    key = event.data.get("moment") if event.order[1] and not event.type.endswith(".failed") else None
    if not isinstance(key, str):
        return None
    return key if journey.replaces is None else renamed(key, journey.replaces.touchpoints)


def renamed(key: str, touchpoints: Mapping[str, str]) -> str:
    """The key of a moment with the new name of its touchpoint."""
    name, slash, rest = key.partition("/")
    return f"{touchpoints.get(name, name)}{slash}{rest}"


def short(key: str) -> str:
    """An event's key as an occasion: itself, or a hash where it is long (moments of moments of moments)."""
    return key if len(key) <= 120 else hashlib.sha256(key.encode()).hexdigest()[:32]


def occasion(base: str, repeat: int) -> str:
    """The occasion of the k-th repeat of `every`; the first has the anchor's own."""
    return f"{base}~{repeat}" if repeat else base
