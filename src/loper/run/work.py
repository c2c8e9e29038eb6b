"""Work: cases being stepped inside one unit, and all that comes of it, gathered to be written at once."""

from __future__ import annotations

import logging
from collections import deque
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from datetime import datetime

from loper.define.model import Journey
from loper.log.touch import Direction, Touch
from loper.run.cloudevents import Told
from loper.run.ports import Journeys
from loper.run.store import Changes, Chore, Letter, Stored, Unit
from loper.step import SYSTEM, Case, Effect, Event, HistoryNeeded, State, Step, Tick, born, step

logger = logging.getLogger("loper.run")

TOUCHED = frozenset({"move", "task", "skip", "unexpected", "overdue", "retracted", "withdrawn", "stalled"})
"""Effects that are lines of the log by themselves; a message is one when it has gone."""


@dataclass(slots=True)
class Work:
    """One unit of stepping. `now` is read once, so that a unit happens at one instant."""

    unit: Unit
    journeys: Journeys
    now: datetime
    stored: dict[str, Stored] = field(default_factory=dict)
    changes: Changes = field(default_factory=Changes)
    touched: set[str] = field(default_factory=set)  # cases that changed
    queue: deque[Told] = field(default_factory=deque)  # events that cases send to each other
    failed: dict[str, str] = field(default_factory=dict)  # cases set aside in this unit

    def load(self, keys: Iterable[str]) -> None:
        """Bring these cases in, those that are there."""
        missing = sorted(set(keys) - self.stored.keys())
        if missing:
            self.stored.update(self.unit.cases(missing))

    def begin(self, case: Case) -> None:
        """A case that is new."""
        self.stored[case.key] = Stored(case)

    def journey(self, case: Case) -> Journey:
        return self.journeys.find(case.journey, case.version)

    def event(self, key: str, event: Event) -> Step | None:
        """Take an event into a case that is here; None when the case had to be set aside."""
        return self._apply(key, lambda journey, case: step(journey, case, event, self.now))

    def tick(self, key: str, at: datetime | None = None) -> Step | None:
        """Let happen what is due."""
        return self._apply(key, lambda journey, case: step(journey, case, Tick(), at or self.now))

    def _apply(self, key: str, move: Callable[[Journey, Case], Step]) -> Step | None:
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
            self.failed[key] = f"{type(wrong).__name__} in step"
            return None
        stored.case = result.case
        self.touched.add(key)
        for effect in result.effects:
            self._effect(stored, journey, effect)
        return result

    def _effect(self, stored: Stored, journey: Journey, effect: Effect) -> None:
        case, event, moment = stored.case, effect.event, effect.moment
        if effect.kind == "accepted" and event is not None:
            stored.events += 1
            self.changes.events.append((case.key, stored.events, event))
            if not (event.source == SYSTEM and event.order[1]):
                direction: Direction = "in" if event.emitter == "customer" else ""
                self.touch(
                    stored,
                    effect,
                    kind="event",
                    activity=event.type,
                    direction=direction,
                    initiator=event.emitter or "",
                    channel=str(event.data.get("channel", ""))[:20],
                )
        elif effect.kind == "message" and moment is not None:
            self.changes.queued.append(
                Letter(
                    case=case.key,
                    customer=case.customer,
                    moment=moment,
                    kind=journey.touchpoints[moment.touchpoint].kind,
                )
            )
        elif effect.kind == "open" and event is not None:
            self._open(stored, effect)
        elif effect.kind == "forward" and event is not None:
            self.queue.append(Told(case=effect.key, event=event))
        if effect.kind == "withdrawn" and moment is not None:
            self.changes.withdrawn.append((case.key, moment.key, effect.why))
        if effect.kind == "task":
            self._task(stored, journey, effect)
        if effect.kind in TOUCHED:
            activity = moment.touchpoint if moment else event.type if event else effect.kind
            initiator = "system" if moment or event is None else event.emitter or ""
            self.touch(stored, effect, kind=effect.kind, activity=activity, initiator=initiator)

    def _task(self, stored: Stored, journey: Journey, effect: Effect) -> None:
        moment, event = effect.moment, effect.event
        if moment is not None:
            who = journey.touchpoints[moment.touchpoint].by or "agent"
            self.chore(stored, moment.touchpoint, moment.occasion, effect.why, who)
        elif event is not None:
            self.chore(stored, event.type.rpartition(".")[0], event.key, effect.why, "agent")

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
            self.chore(parent, effect.journey, effect.key, f"journey {effect.journey} is not published")
            return
        child, begin = born(journey, parent.case, effect)
        self.begin(child)
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
        why: str | None = None,
    ) -> None:
        """A line in the log."""
        case = stored.case
        cause = effect.moment.occasion if effect.moment else effect.event.key if effect.event else ""
        stored.touches += 1
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
                outcome=outcome or (effect.why if why is None else why),
                cause=cause[:300],
            )
        )

    def write(self) -> None:
        """Everything that came of it, at once."""
        self.changes.cases = [self.stored[key] for key in self.touched if key not in self.failed]
        if self.failed:
            self._leave_out(self.failed.keys())
        for key, why in self.failed.items():
            stored = self.stored[key]
            if stored.revision:
                self.unit.set_aside(key, why)
            else:  # it failed at its begin: it is kept as a case without a stage, so that somebody sees it
                case = replace(stored.case, state=State(), now=None)
                self.changes.cases.append(Stored(case, set_aside=why))
        self.unit.write(self.changes, self.now)

    def _leave_out(self, keys: Iterable[str]) -> None:
        """What a case did before it failed in this unit is not written: it is as it was."""
        gone = set(keys)
        changes = self.changes
        changes.events = [row for row in changes.events if row[0] not in gone]
        changes.touches = [row for row in changes.touches if row.case not in gone]
        changes.queued = [row for row in changes.queued if row.case not in gone]
        changes.withdrawn = [row for row in changes.withdrawn if row[0] not in gone]
        changes.chores = [row for row in changes.chores if row.case not in gone]
