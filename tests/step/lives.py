"""One life of one case, told in local times: a journey in a few lines, what happens to it, and what comes of it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from loper.define import Journey, parse_journey
from loper.step import Case, Effect, Event, Go, Skip, Verdict, ready, sent, skipped, step
from tests.step.worlds import World

AMS = ZoneInfo("Europe/Amsterdam")

EVENTS = "{from: [customer, agent, technician]}"


def journey(text: str, events: str = "start go stop other", name: str = "x") -> Journey:
    """A journey of which the text leaves out the name, and the events that set nothing."""
    lines = text.strip("\n").splitlines()
    if not any(line.startswith("journey:") for line in lines):
        lines.insert(0, f"journey: {name}")
    plain = "\n".join(f"  {event}: {EVENTS}" for event in events.split())
    if any(line.startswith("events:") for line in lines):
        place = next(number for number, line in enumerate(lines) if line.startswith("events:"))
        lines.insert(place + 1, plain)
    else:
        lines.append("events:\n" + plain)
    return parse_journey("\n".join(lines))


def at(text: str) -> datetime:
    """`09-01 10:00` of 2026 in Amsterdam, as an instant."""
    text = text if text.count("-") == 2 else f"2026-{text}"
    return datetime.fromisoformat(text).replace(tzinfo=AMS).astimezone(UTC)


def local(instant: datetime) -> str:
    return instant.astimezone(AMS).strftime("%m-%d %H:%M")


def appointment(start: str, end: str | None = None) -> dict[str, str]:
    from_ = at(start)
    to = at(end) if end else from_.replace(hour=(from_.hour + 2) % 24)
    return {"start": from_.astimezone(AMS).isoformat(), "end": to.astimezone(AMS).isoformat()}


@dataclass
class Life(World):
    """A world that is told events in local time, lets time pass in between, and says what came of it."""

    count: int = 0

    @classmethod
    def of(cls, text: str | Journey, events: str = "start go stop other", **case: Any) -> Life:
        made = journey(text, events) if isinstance(text, str) else text
        known = {"key": "K", "customer": "C", **case}
        return cls(made, Case(journey=made.name, version=made.version, **known))

    def tell(
        self,
        when: str,
        type: str,
        data: dict[str, Any] | None = None,
        *,
        now: str | None = None,
        id: str | None = None,
        source: str = "/x",
        sequence: int = 0,
        emitter: str | None = None,
    ) -> list[Effect]:
        """Something happens, and is known at once (or at `now`); what was due before has happened by then."""
        self.count += 1
        time, known = at(when), at(now or when)
        event = Event(
            type=type,
            time=time,
            source=source,
            id=id or str(self.count),
            data=data or {},
            sequence=sequence,
            emitter=emitter,
        )
        self.pass_until(known)
        before = len(self.effects)
        self.take(event, known)
        self.tick(known)
        while (wake := self.case.state.wake) is not None and wake <= known < wake + timedelta(seconds=1):
            self.tick(known)  # what came of what went at this instant
        return [effect for _, effect in self.effects[before:]]

    def pass_until(self, end: datetime) -> None:
        """Let time pass up to this instant, but not what is due at it."""
        while (wake := self.case.state.wake) is not None and max(wake, self.case.now or wake) < end:
            self.tick(max(wake, self.case.now or wake))

    def sleep(self, until: str) -> Life:
        """Let time pass, and what is due then happen."""
        self.until(at(until))
        return self

    def outage(self, until: str) -> Life:
        """Nothing is looked at until this time: then all at once."""
        self.tick(at(until))
        return self

    # -- what came of it ---------------------------------------------------------------------------------------

    def _rows(self, *kinds: str) -> list[tuple[str, str]]:
        return [
            (effect.moment.touchpoint, local(now))
            for now, effect in self.effects
            if effect.kind in kinds and effect.moment is not None
        ]

    @property
    def messages(self) -> list[tuple[str, str]]:
        """(touchpoint, when) of what really went."""
        went = [effect.event for effect in self.kinds("accepted") if effect.event and effect.event.data.get("channel")]
        return [(event.type.removesuffix(".sent"), local(event.time)) for event in went]

    @property
    def tasks(self) -> list[tuple[str, str]]:
        return self._rows("task")

    @property
    def skips(self) -> list[tuple[str, str, str]]:
        """(touchpoint, why, when)."""
        out = [e.event for e in self.kinds("accepted") if e.event and e.event.type.endswith(".skipped")]
        return [(event.type.removesuffix(".skipped"), event.data["why"], local(event.time)) for event in out]

    @property
    def overdue(self) -> list[tuple[str | None, str]]:
        return [(effect.stage, local(effect.at)) for effect in self.kinds("overdue")]

    @property
    def withdrawn(self) -> list[tuple[str, str]]:
        return [(e.moment.touchpoint, e.why) for e in self.kinds("withdrawn") if e.moment is not None]

    def types(self, kind: str) -> list[str]:
        """The types of the events with this effect."""
        return [effect.event.type for effect in self.kinds(kind) if effect.event is not None]

    @property
    def stage(self) -> str | None:
        return self.case.state.stage

    @property
    def facts(self) -> dict[str, Any]:
        return dict(self.case.state.facts)


@dataclass
class Held(Life):
    """A life in which messages wait: nobody hands them over until `hand_over`."""

    def _step(self, input: Any, now: datetime) -> None:
        result = step(self.journey, self.case, input, now)
        self.case = result.case
        self.effects += [(now, effect) for effect in result.effects]

    def hand_over(self, when: str, channel: str = "email") -> dict[str, Verdict]:
        """Now they go, as far as they still may: touchpoint -> what was said of it."""
        said: dict[str, Verdict] = {}
        for moment in list(self.case.state.queued.values()):
            answer = said[moment.touchpoint] = ready(self.journey, self.case, moment.key, at(when))
            if isinstance(answer, Go):
                self._step(sent(self.case, moment, channel, at(when)), at(when))
            elif isinstance(answer, Skip):
                self._step(skipped(self.case, moment, answer.why, at(when)), at(when))
        return said
