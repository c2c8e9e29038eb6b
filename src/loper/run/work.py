"""Work: cases being stepped inside one unit, and all that comes of it, gathered to be written at once."""

from __future__ import annotations

import logging
from collections import deque
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from loper.define.model import Journey
from loper.define.words import CHANNELS
from loper.log.touch import Direction, Touch
from loper.run.cloudevents import Told
from loper.run.ports import Journeys
from loper.run.store import Changes, Chore, Identity, Letter, Poisoned, Stored, Unit, identity
from loper.step import SYSTEM, Case, Effect, Event, HistoryNeeded, State, Step, Tick, born, step
from loper.step.fold import short

logger = logging.getLogger("loper.run")

TOUCHED = frozenset({"move", "task", "skip", "unexpected", "overdue", "retracted", "withdrawn", "stalled"})
"""Effects that are lines of the log by themselves; a message is one when it has gone."""


@dataclass(slots=True)
class Work:
    """One unit of stepping. `now` is read once, so that a unit happens at one instant."""

    unit: Unit
    journeys: Journeys
    now: datetime
    poisoned: dict[str, str] = field(default_factory=dict)  # cases that went wrong when this unit was tried before
    faulty: dict[int, str] = field(default_factory=dict)  # letters whose text did
    restored: datetime | None = None  # until when the world may know more than the store
    stored: dict[str, Stored] = field(default_factory=dict)
    changes: Changes = field(default_factory=Changes)
    looked: set[str] = field(default_factory=set)  # keys that were asked of the store
    early: dict[str, Sequence[Told]] = field(default_factory=dict)  # what waits for cases that were not there
    touched: dict[str, None] = field(default_factory=dict)  # cases that changed, in order
    taken: set[Identity] = field(default_factory=set)  # events that this unit accepted
    queue: deque[Told] = field(default_factory=deque)  # events that cases send to each other

    def load(self, keys: Iterable[str]) -> None:
        """Bring these cases in, those that are there."""
        missing = sorted(set(keys) - self.looked)
        if missing:
            self.looked.update(missing)
            found = self.unit.cases(missing)
            for stored in found.values():
                self.add(stored)
            absent = [key for key in missing if key not in found]
            if absent:
                waiting = self.unit.waiting(absent)
                self.early.update((key, waiting.get(key, ())) for key in absent)

    def add(self, stored: Stored) -> None:
        """Take a case in that the store gave, or that is new."""
        key = stored.case.key
        self.looked.add(key)
        self.stored[key] = stored
        if key in self.poisoned and not stored.set_aside:
            stored.set_aside = self.poisoned[key]
            if stored.revision:
                self.changes.set_aside[key] = stored.set_aside
            else:  # it went wrong at its begin: kept as a case without a stage, so that somebody sees it
                self.touched[key] = None

    def journey(self, case: Case) -> Journey:
        return self.journeys.find(case.journey, case.version)

    def event(self, key: str, event: Event) -> Step | None:
        """Take an event into a case that is here; None where the case is set aside, and the event waits for it."""
        if self.stored[key].set_aside:
            self.wait(Told(case=key, event=event))
            return None
        return self._apply(key, lambda journey, case: step(journey, case, event, self.now))

    def wait(self, told: Told) -> None:
        """This event waits for its case."""
        self.changes.waiting[identity(told)] = told

    def tick(self, key: str, at: datetime | None = None) -> None:
        """Let happen what is due."""
        if not self.stored[key].set_aside:
            self._apply(key, lambda journey, case: step(journey, case, Tick(), at or self.now))

    def _apply(self, key: str, move: Callable[[Journey, Case], Step]) -> Step:
        stored = self.stored[key]
        try:
            journey = self.journey(stored.case)
            try:
                result = move(journey, stored.case)
            except HistoryNeeded:
                # What this unit accepted already is not in the store yet.
                fresh = (event for case, _, event in self.changes.events if case == key)
                whole = replace(stored.case, history=(*self.unit.history(key), *fresh))
                result = move(journey, whole)
                result = Step(replace(result.case, history=None), result.effects)
        except Exception as wrong:  # one poisoned case must not stop the others
            logger.exception("case %s set aside", key)
            raise Poisoned(f"{type(wrong).__name__} in step", case=key) from wrong
        self.took(key, journey, result)
        return result

    def took(self, key: str, journey: Journey, result: Step) -> None:
        """The case is as this step left it, and what the step asks is gathered."""
        stored = self.stored[key]
        stored.case = result.case
        self.touched[key] = None
        for effect in result.effects:
            self._effect(stored, journey, effect)

    def _effect(self, stored: Stored, journey: Journey, effect: Effect) -> None:
        case, event, moment = stored.case, effect.event, effect.moment
        if effect.kind == "accepted" and event is not None:
            self._accepted(stored, effect, event)
        elif effect.kind == "message" and moment is not None:
            kind = journey.touchpoints[moment.touchpoint].kind
            letter = Letter(case=case.key, customer=case.customer, moment=moment, kind=kind)
            self.changes.queued[case.key, moment.key] = letter
        elif effect.kind == "open" and event is not None:
            self._open(stored, effect)
        elif effect.kind == "forward" and event is not None:
            self.queue.append(Told(case=effect.key, event=event))
        if effect.kind == "withdrawn" and moment is not None:
            self.changes.queued.pop((case.key, moment.key), None)
            self.changes.withdrawn.append((case.key, moment.key, effect.why))
        if effect.kind == "task":
            self._task(stored, journey, effect)
        if effect.kind in TOUCHED:
            activity = moment.touchpoint if moment else event.type if event else effect.kind
            initiator = "system" if moment or event is None else event.emitter or ""
            self.touch(stored, effect, kind=effect.kind, activity=activity, initiator=initiator, outcome=effect.why)

    def _accepted(self, stored: Stored, effect: Effect, event: Event) -> None:
        stored.events += 1
        self.changes.events.append((stored.case.key, stored.events, event))
        self.taken.add((stored.case.key, event.source, event.id))
        if event.source == SYSTEM and event.order[1]:
            return  # what happened to a moment has a line of its own
        channel = event.data.get("channel")
        self.touch(
            stored,
            effect,
            kind="event",
            activity=event.type,
            direction="in" if event.emitter == "customer" else "",
            initiator=event.emitter or "",
            channel=channel if channel in CHANNELS or channel == "web" else "",
        )

    def _task(self, stored: Stored, journey: Journey, effect: Effect) -> None:
        moment, event = effect.moment, effect.event
        if moment is not None:
            who = journey.touchpoints[moment.touchpoint].by or "agent"
            self.chore(stored, moment.touchpoint, moment.occasion, effect.why, who)
        elif event is not None:
            self.chore(stored, event.type.rpartition(".")[0], short(event.key), effect.why, "agent")

    def chore(self, stored: Stored, touchpoint: str, occasion: str, why: str, who: str = "agent") -> None:
        """Something for a person to do."""
        self.changes.chores.append(
            Chore(
                case=stored.case.key,
                customer=stored.case.customer,
                touchpoint=touchpoint,
                occasion=occasion,
                who=who,
                why=why,
                at=self.now,
            )
        )

    def _open(self, parent: Stored, effect: Effect) -> None:
        self.load([effect.key])
        if effect.key in self.stored:
            return
        try:
            journey = self.journeys.for_new(effect.journey, effect.key)
        except LookupError:
            logger.error("case %s opens journey %s, which is not published", parent.case.key, effect.journey)
            self.chore(parent, effect.journey, short(effect.key), f"journey {effect.journey} is not published")
            return
        child, begin = born(journey, parent.case, effect)
        self.add(Stored(child))
        self.queue.append(Told(case=child.key, event=begin))

    def touch(
        self,
        stored: Stored,
        effect: Effect,
        *,
        kind: str,
        activity: str,
        channel: str = "",
        direction: Direction = "",
        initiator: str = "",
        outcome: str = "",
        why: str = "",
    ) -> None:
        """A line in the log."""
        case = stored.case
        cause = effect.moment.occasion if effect.moment else effect.event.key if effect.event else ""
        stored.touches += 1
        self.touched[case.key] = None
        self.changes.touches.append(
            Touch(
                case=case.key,
                round=case.state.round,
                journey=case.journey,
                version=case.version,
                stage=effect.stage,
                activity=activity,
                kind=kind,
                channel=channel,
                direction=direction,
                initiator=initiator,
                at=effect.at,
                recorded=self.now,
                seq=stored.touches,
                outcome=outcome,
                why=why,
                cause=cause,
            )
        )

    def write(self) -> None:
        """Everything that came of it, at once."""
        for key in self.touched:
            stored = self.stored[key]
            if not stored.set_aside:
                self.changes.cases.append(stored)
            elif stored.revision:
                self.changes.counted.append(stored)
            else:
                stored.case = replace(stored.case, state=State(), now=None)
                self.changes.cases.append(stored)
        self.unit.write(self.changes, self.now)
