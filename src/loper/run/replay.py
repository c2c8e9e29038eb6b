"""A journey replayed: events through the step in memory, in the order of their own time, and what follows from them.

What `loper run` prints. No customers and no texts: a message takes the first channel of its touchpoint.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from heapq import heappop, heappush
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

ROUND_AND_ROUND = 1000
"""A case that was woken so often without an event goes round for ever."""

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
    endless: dict[str, datetime] = field(default_factory=dict)  # cases that go round for ever, and how far they went
    wave: int = 0
    alarms: list[tuple[datetime, int, str]] = field(default_factory=list)  # a heap of wakings; old ones lie in it too
    numbers: dict[str, int] = field(default_factory=dict)  # case -> which one it was to come
    woken: dict[str, int] = field(default_factory=dict)  # case -> how often since its last event

    def run(self, events: Iterable[Told], until: datetime | None = None) -> None:
        """Take in these events, each at its own time, and what becomes due in between and after.

        Without `until` it ends when nothing is due any more; a case that goes round for ever is left alone after a
        thousand wakings without an event.
        """
        queue = sorted(events, key=lambda told: (told.event.order, told.case))
        place = 0
        while True:
            coming = queue[place].event.time if place < len(queue) else None
            wake = self._next_wake()
            now = min((at for at in (coming, wake) if at is not None), default=None)
            if now is None or (until is not None and now > until):
                break
            while place < len(queue) and queue[place].event.time <= now:
                self._deliver(queue[place], now)
                place += 1
            self._settle(now, patient=until is not None)
        self.lines.sort(key=lambda line: line.order)

    def _next_wake(self) -> datetime | None:
        """When the first case wants to be woken."""
        while self.alarms:
            at, _, key = self.alarms[0]
            if key in self.cases and self.cases[key].state.wake == at:
                return at
            heappop(self.alarms)
        return None

    def _deliver(self, told: Told, now: datetime) -> None:
        self.woken.pop(told.case, None)
        case = self.cases.get(told.case)
        if case is not None:
            self._step(case, told.event, now, told)
            return
        journey = self.journey if told.journey in ("", self.journey.name) else self.find(told.journey)
        if journey is None:
            self.missing.add(told.journey)
        if journey is not None and told.event.type in journey.begins:
            customer = told.customer or told.case
            case = Case(key=told.case, journey=journey.name, version=journey.version, customer=customer)
            self._begin(case, journey, told, now)
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
            else:
                self.refused.append((waiting, f"its case began more than {WAITS.days} days after it"))

    def _settle(self, now: datetime, *, patient: bool) -> None:
        """Let happen what is due at this instant, and what follows from it, until nothing more does."""
        while (wake := self._next_wake()) is not None and wake <= now:
            self.wave += 1
            due: dict[str, int] = {}
            while (wake := self._next_wake()) is not None and wake <= now:
                _, number, key = heappop(self.alarms)
                due[key] = number
            for key in sorted(due, key=due.__getitem__):
                self.woken[key] = self.woken.get(key, 0) + 1
                if patient or self.woken[key] <= ROUND_AND_ROUND:
                    self._step(self.cases[key], Tick(), now)
                else:
                    self.endless[key] = now

    def _step(self, case: Case, input: Event | Tick, now: datetime, told: Told | None = None) -> None:
        journey = self.journeys[case.key]
        result = step(journey, case, input, now)
        self.cases[case.key] = result.case
        if result.case.state.wake is not None:
            number = self.numbers.setdefault(case.key, len(self.numbers))
            heappush(self.alarms, (result.case.state.wake, number, case.key))
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
        if self.endless:
            found["endless"] = {key: at.isoformat() for key, at in sorted(self.endless.items())}
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
