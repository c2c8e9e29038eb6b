"""A journey replayed: events through the step in memory, in the order of their own time, and what follows from them.

What `loper run` prints. No customers and no texts: a message takes the first channel of its touchpoint.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

from loper.define.model import Journey
from loper.run.cloudevents import Told
from loper.step import (
    Case,
    Effect,
    Event,
    Go,
    Moment,
    Skip,
    Tick,
    Wait,
    Withdraw,
    born,
    plain,
    ready,
    sent,
    skipped,
    step,
)

WAITS = timedelta(days=30)
"""How long events of a case that is not there wait for it (language, rule 2)."""

SHOWN = ("move", "message", "task", "skip", "unexpected", "noted", "overdue", "retracted", "withdrawn", "stalled")


@dataclass(frozen=True, kw_only=True, slots=True)
class Line:
    """One line of the timeline."""

    at: datetime
    case: str
    kind: str
    stage: str | None = None
    touchpoint: str | None = None
    channel: str | None = None
    event: str | None = None
    why: str | None = None
    order: tuple[Any, ...] = field(default=(), compare=False)

    def document(self, journey: Journey) -> dict[str, Any]:
        return {
            "at": self.at.astimezone(journey.timezone).isoformat(),
            "case": self.case,
            "kind": self.kind,
            "stage": self.stage,
            "touchpoint": self.touchpoint,
            "channel": self.channel,
            "event": self.event,
            "why": self.why,
        }


@dataclass(slots=True)
class Replay:
    """A replay under way: give it events, run it, read the timeline and the cases."""

    journey: Journey
    find: Callable[[str], Journey | None] = lambda name: None
    cases: dict[str, Case] = field(default_factory=dict)
    journeys: dict[str, Journey] = field(default_factory=dict)  # case -> its journey
    lines: list[Line] = field(default_factory=list)
    refused: list[tuple[Told, str]] = field(default_factory=list)
    missing: set[str] = field(default_factory=set)  # journeys that a case wanted to open
    waiting: dict[str, list[tuple[datetime, Told]]] = field(default_factory=dict)
    wave: int = 0

    def run(self, events: Iterable[Told], until: datetime | None = None) -> None:
        """Take in these events, each at its own time, and what becomes due in between and after."""
        queue = sorted(events, key=lambda told: (told.event.order, told.case))
        place = 0
        while True:
            coming = [queue[place].event.time] if place < len(queue) else []
            wakes = [case.state.wake for case in self.cases.values() if case.state.wake is not None]
            if not coming and not wakes:
                break
            now = min(coming + wakes)
            if until is not None and now > until:
                break
            while place < len(queue) and queue[place].event.time <= now:
                self._deliver(queue[place], now)
                place += 1
            self._settle(now)
        self.lines.sort(key=lambda line: line.order)

    def _deliver(self, told: Told, now: datetime) -> None:
        case = self.cases.get(told.case)
        if case is not None:
            self._step(case, told.event, now, told)
        elif told.event.type in self.journey.begins:
            case = Case(
                key=told.case,
                journey=self.journey.name,
                version=self.journey.version,
                customer=told.customer or told.case,
            )
            self._begin(case, self.journey, told, now)
        else:
            self.waiting.setdefault(told.case, []).append((now, told))

    def _begin(self, case: Case, journey: Journey, told: Told, now: datetime) -> None:
        self.journeys[case.key] = journey
        self.cases[case.key] = case
        self._step(case, told.event, now, told)
        if self.cases[case.key].state.stage is None:
            del self.cases[case.key]  # refused: the case did not begin
            return
        for since, waiting in self.waiting.pop(case.key, []):
            if now - since <= WAITS:
                self._step(self.cases[case.key], waiting.event, now, waiting)

    def _settle(self, now: datetime) -> None:
        """Let happen what is due at this instant, and what follows from it, until nothing more does."""
        while due := [c for c in self.cases.values() if c.state.wake is not None and c.state.wake <= now]:
            self.wave += 1
            for case in due:
                self._step(case, Tick(), now)

    def _step(self, case: Case, input: Event | Tick, now: datetime, told: Told | None = None) -> None:
        journey = self.journeys[case.key]
        result = step(journey, case, input, now)
        self.cases[case.key] = result.case
        for effect in result.effects:
            self._tell(case.key, effect)
            if effect.kind == "refused" and told is not None:
                self.refused.append((told, effect.why))
            elif effect.kind == "message" and effect.moment is not None:
                self._hand_over(case.key, effect.moment, now)
            elif effect.kind == "open":
                self._open(result.case, effect, now)
            elif effect.kind == "forward" and effect.event is not None:
                self._deliver(Told(case=effect.key, event=effect.event), now)

    def _hand_over(self, key: str, moment: Moment, now: datetime) -> None:
        case = self.cases[key]
        journey = self.journeys[key]
        match ready(journey, case, moment.key, now):
            case Go():
                channels = journey.touchpoints[moment.touchpoint].channels
                channel = channels[0] if channels else "none"
                self._line(key, "message", now, case.state.stage, moment=moment, channel=channel)
                self._step(case, sent(case, moment, channel, now), now)
            case Skip(why):
                self._line(key, "skip", now, case.state.stage, moment=moment, why=why)
                self._step(case, skipped(case, moment, why, now), now)
            case Withdraw():
                pass  # a message of this same instant moved the case on; the step has told it
            case Wait(until, why):  # nothing holds a message here, so nothing can make it wait
                raise AssertionError((moment, until, why))

    def _open(self, parent: Case, effect: Effect, now: datetime) -> None:
        journey = self.find(effect.journey)
        if journey is None:
            self.missing.add(effect.journey)
        elif effect.key not in self.cases:
            child, begin = born(journey, parent, effect)
            self._begin(child, journey, Told(case=child.key, event=begin), now)

    def _tell(self, key: str, effect: Effect) -> None:
        own = effect.event is not None and effect.event.type.endswith((".sent", ".skipped"))
        if effect.kind in SHOWN and effect.kind != "message" and not (own and effect.kind == "noted"):
            self._line(
                key,
                effect.kind,
                effect.at,
                effect.stage,
                moment=effect.moment,
                event=effect.event.type if effect.event else None,
                why=effect.why or None,
            )

    def _line(
        self,
        key: str,
        kind: str,
        at: datetime,
        stage: str | None,
        *,
        moment: Moment | None = None,
        channel: str | None = None,
        event: str | None = None,
        why: str | None = None,
    ) -> None:
        touchpoint = None
        order: tuple[Any, ...] = (at, self.wave, 0, at, 0, "", len(self.lines))
        if moment is not None:
            touchpoint = self.journeys[key].touchpoints[moment.touchpoint]
            # Of one instant: events, then moments on time, then late ones; by due time, order in the file, case.
            order = (at, self.wave, 1 + (moment.due < at), moment.due, touchpoint.order, key, len(self.lines))
        self.lines.append(
            Line(
                at=at,
                case=key,
                kind=kind,
                stage=stage,
                touchpoint=touchpoint.name if touchpoint else None,
                channel=channel,
                event=event,
                why=why,
                order=order,
            )
        )

    def document(self) -> dict[str, Any]:
        """What `loper run --json` prints."""
        found: dict[str, Any] = {
            "timeline": [line.document(self.journeys[line.case]) for line in self.lines],
            "cases": {
                key: {
                    "stage": case.state.stage,
                    "round": case.state.round,
                    "facts": {name: plain(value) for name, value in case.state.facts.items()},
                }
                for key, case in sorted(self.cases.items())
            },
        }
        if self.refused:
            found["refused"] = [
                {"case": told.case, "id": told.event.id, "event": told.event.type, "why": why}
                for told, why in self.refused
            ]
        if self.waiting:
            found["waiting"] = {key: [told.event.type for _, told in rows] for key, rows in self.waiting.items()}
        return found


def replay(
    journey: Journey,
    events: Iterable[Told],
    until: datetime | None = None,
    find: Callable[[str], Journey | None] = lambda name: None,
) -> Replay:
    """The journey of every case that these events are about; `find` gives the journeys that a case may open."""
    one = Replay(journey, find)
    one.run((replace(told) for told in events), until)
    return one
