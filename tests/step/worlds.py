"""Random journeys, random events, and a driver that hands every message over at once: what the properties run on."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo, available_timezones

from hypothesis import strategies as st

from loper.define.expression import parse_expression
from loper.define.model import (
    Duration,
    EventType,
    FactType,
    Journey,
    Move,
    OnEvent,
    OnFact,
    Stage,
    Touchpoint,
    Unit,
    Window,
)
from loper.step import Case, Effect, Event, Go, Skip, Tick, ready, sent, skipped, step
from loper.step.index import RETRACTED

START = datetime(2026, 10, 22, 6, 0, tzinfo=UTC)  # three days before a day of 25 hours
ZONES = sorted(available_timezones() - {"localtime", "Factory"})
STAGES = ["a", "b", "c", "z"]
EVENTS = ["e.one", "e.two", "e.three", "e.four"]
TOUCHPOINTS = ["t1", "t2", "t3", "t4"]
FACTS = {"flag": FactType("boolean"), "block": FactType("appointment"), "at": FactType("time")}
GUARDS = ["flag", "not flag", "block is set", "block.start > now", "at is set and flag"]

durations = st.builds(
    Duration, st.integers(0, 30), st.sampled_from([Unit.MINUTES, Unit.HOURS, Unit.DAYS, Unit.WORKING_DAYS])
)
windows = st.sampled_from([Window(time(9), time(20)), Window(time(20), time(6)), Window(time(2, 15), time(2, 45))])
guards = st.sampled_from(GUARDS).map(parse_expression)
moves = st.lists(st.builds(Move, st.sampled_from(STAGES), st.none() | guards), min_size=1, max_size=2).map(tuple)


@st.composite
def anchors(draw: st.DrawFn, name: str) -> OnEvent | OnFact:
    if draw(st.booleans()):
        earlier = [f"{other}.{what}" for other in TOUCHPOINTS if other < name for what in ("sent", "skipped")]
        event = draw(st.sampled_from([*EVENTS, "stage.overdue", *earlier]))  # no touchpoint follows from itself
        return OnEvent(event, draw(st.none() | durations))
    path = draw(st.sampled_from(["block.start", "block.end", "at"]))
    return OnFact(path, draw(durations), draw(st.booleans()))


@st.composite
def touchpoints(draw: st.DrawFn) -> dict[str, Touchpoint]:
    found = {}
    for order, name in enumerate(draw(st.lists(st.sampled_from(TOUCHPOINTS), unique=True, min_size=1))):
        repeated = draw(st.booleans())
        found[name] = Touchpoint(
            name=name,
            order=order,
            when=tuple(draw(st.lists(anchors(name), min_size=1, max_size=2))),
            between=draw(st.none() | windows),
            late=draw(st.none() | durations | st.sampled_from(["never", "always"])),
            every=draw(st.sampled_from([Duration(4, Unit.HOURS), Duration(1, Unit.WORKING_DAYS)]))
            if repeated
            else None,
            most=draw(st.integers(1, 4)) if repeated else None,
            unless=frozenset(draw(st.lists(st.sampled_from(EVENTS), max_size=1))),
            in_=draw(st.none() | st.frozensets(st.sampled_from(STAGES), min_size=1)),
            if_=draw(st.none() | guards),
            by=draw(st.sampled_from([None, None, "agent"])),
            channels=("email", "sms"),
        )
    return found


@st.composite
def journeys(draw: st.DrawFn) -> Journey:
    """Any journey of three stages and a final one, over four events and three facts."""
    on = st.dictionaries(st.sampled_from([*EVENTS, "stage.overdue"]), moves, max_size=3)
    stages = {}
    for name in STAGES:
        final = name == "z"
        stages[name] = Stage(
            name=name,
            final=final,
            on=draw(on) if not final or draw(st.integers(0, 5)) == 0 else {},
            within=None if final else draw(durations),
            until=None if final else draw(st.sampled_from([None, None, "block.end", "at"])),
        )
    events = {
        name: EventType(
            name=name,
            from_=frozenset({"agent"}),
            sets=tuple(draw(st.lists(st.sampled_from(list(FACTS)), unique=True, max_size=2))),
            clears=tuple(draw(st.lists(st.sampled_from(list(FACTS)), unique=True, max_size=1))),
        )
        for name in EVENTS
    }
    return Journey(
        name="any",
        version="v",
        timezone=ZoneInfo(draw(st.just("Europe/Amsterdam") | st.sampled_from(ZONES))),
        stages=stages,
        begins={"e.one": "a"},
        facts=FACTS,
        events=events,
        again=frozenset(draw(st.lists(st.sampled_from(EVENTS), max_size=2))),
        on=draw(st.dictionaries(st.sampled_from(EVENTS), moves, max_size=1)),
        touchpoints=draw(touchpoints()),
    )


minutes = st.integers(0, 24 * 5).map(lambda n: timedelta(minutes=60 * n))  # a coarse grid, so that ties are common


@st.composite
def events(draw: st.DrawFn, number: int) -> Event:
    start = START + draw(minutes)
    return Event(
        type="e.one" if number == 0 else draw(st.sampled_from(EVENTS)),
        time=START + draw(minutes),
        source=draw(st.sampled_from(["/x", "/y", "zzz"])),
        id=str(number),
        sequence=draw(st.integers(0, 2)),
        data={
            "flag": draw(st.booleans()),
            "block": {"start": start.isoformat(), "end": (start + timedelta(hours=2)).isoformat()},
            "at": draw(st.none() | st.just((START + draw(minutes)).isoformat())),
        },
    )


@st.composite
def streams(draw: st.DrawFn, retractions: bool = True) -> list[Event]:
    """Some events of one case, the first of them its begin; now and then one that takes another out."""
    count = draw(st.integers(1, 8))
    found = [draw(events(number)) for number in range(count)]
    if retractions and draw(st.booleans()):
        target = draw(st.sampled_from(found))
        time = START + draw(minutes)
        data = {"source": target.source, "id": target.id}
        found.append(Event(type=RETRACTED, time=time, source="/x", id="retraction", data=data))
    return found


@dataclass
class World:
    """One case under way; `effects` is all that came of it."""

    journey: Journey
    case: Case = field(default_factory=lambda: Case(key="K", journey="any", version="v", customer="C"))
    effects: list[tuple[datetime, Effect]] = field(default_factory=list)

    def take(self, event: Event, now: datetime) -> None:
        self._step(event, now)

    def tick(self, now: datetime) -> None:
        self._step(Tick(), now)

    def settle(self, now: datetime) -> None:
        """Tick until nothing is due any more at this time."""
        for _ in range(60):
            if self.case.state.wake is None or self.case.state.wake > now:
                return
            self.tick(now)
        raise AssertionError("this instant never ends")

    def until(self, end: datetime) -> None:
        """Let time pass: a tick at every waking, up to the end."""
        for _ in range(400):
            wake = self.case.state.wake
            if wake is None or wake > end:
                break
            self.tick(max(wake, self.case.now or wake))
        self.tick(end)

    def _step(self, input: Event | Tick, now: datetime) -> None:
        result = step(self.journey, self.case, input, now)
        self.case = result.case
        for effect in result.effects:
            self.effects.append((now, effect))
            if effect.kind == "message" and effect.moment is not None:
                match ready(self.journey, self.case, effect.moment.key, now):
                    case Go():
                        self._step(sent(self.case, effect.moment, "email", now), now)
                    case Skip(why):
                        self._step(skipped(self.case, effect.moment, why, now), now)

    def kinds(self, *kinds: str) -> list[Effect]:
        return [effect for _, effect in self.effects if effect.kind in kinds]
