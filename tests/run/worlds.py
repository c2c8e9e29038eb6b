"""A small runtime to turn the handle of: journeys, a clock that is told to go, channels that keep what they get."""

from __future__ import annotations

import random
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from loper.define import read_journey
from loper.define.model import Journey
from loper.define.organisation import Policy
from loper.run.cloudevents import Told
from loper.run.deliver import Outcome, deliver
from loper.run.memory import MemoryChannel, MemoryClock, MemoryDirectory, MemoryJourneys
from loper.run.outbox import Outbox
from loper.run.ports import Outgoing, Unsayable
from loper.run.store import Letter, Store
from loper.run.worker import Swept, sweep
from loper.step import Case, Event, Moment

HERE = Path(__file__).parent
SMALL, COMPLAINT = read_journey(HERE / "small.yaml"), read_journey(HERE / "complaint.yaml")
NOON = datetime(2026, 9, 7, 10, 0, tzinfo=UTC)
"""Monday 7 September 2026, noon in Amsterdam."""


class PlainTexts:
    """A text for everything; `broken` names touchpoints whose text goes wrong, `missing` those that have none."""

    def __init__(self) -> None:
        self.broken: set[str] = set()
        self.missing: set[tuple[str, str]] = set()

    def gather(self, asked: Sequence[tuple[Case, Moment]]) -> PlainTexts:
        return self

    def write(self) -> None:
        """There are no links in these texts."""

    def compose(self, journey: Journey, case: Case, moment: Moment, channel: str, key: str) -> Outgoing:
        if moment.touchpoint in self.broken:
            raise ZeroDivisionError
        if (moment.touchpoint, channel) in self.missing:
            raise Unsayable(f"no text {moment.touchpoint}.{channel}")
        return Outgoing(key=key, to=f"{case.customer}@example.nl", subject=moment.touchpoint, body=case.key)


def told(case: str, type: str, at: datetime, ident: str = "", *, customer: str = "", **data: Any) -> Told:
    """An event, from the customer unless it is a technician's or an agent's."""
    emitter = {"done": "technician", "solved": "agent", "case.merged": "agent"}.get(type, "customer")
    if type.rpartition(".")[2] in ("failed", "delivered"):
        emitter = "system"
    event = Event(type=type, time=at, source="test", id=ident or f"{type}-{at.isoformat()}", data=data, emitter=emitter)
    return Told(case=case, event=event, customer=customer)


def visit(start: datetime, hours: float = 2) -> dict[str, str]:
    return {"start": start.isoformat(), "end": (start + timedelta(hours=hours)).isoformat()}


@dataclass
class Engine:
    """A store with everything around it."""

    store: Store
    clock: MemoryClock = field(default_factory=lambda: MemoryClock(NOON))
    journeys: MemoryJourneys = field(
        default_factory=lambda: MemoryJourneys({"small": [SMALL], "complaint": [COMPLAINT]}, Policy())
    )
    directory: MemoryDirectory = field(default_factory=MemoryDirectory)
    texts: PlainTexts = field(default_factory=PlainTexts)
    email: MemoryChannel = field(default_factory=lambda: MemoryChannel("email"))
    sms: MemoryChannel = field(default_factory=lambda: MemoryChannel("sms", idempotent=True))
    seed: int = 1

    def __post_init__(self) -> None:
        self.outbox = self.another()

    def another(self, pool: ThreadPoolExecutor | None = None) -> Outbox:
        """An outbox more, as of another worker."""
        self.seed += 1
        return Outbox(
            store=self.store,
            journeys=self.journeys,
            directory=self.directory,
            texts=self.texts,
            channels={"email": self.email, "sms": self.sms},
            clock=self.clock,
            chance=random.Random(self.seed),
            pool=pool,
        )

    def tell(self, case: str, type: str, *, at: datetime | None = None, **more: Any) -> Outcome:
        return self.deliver(told(case, type, at or self.clock.now(), **more))[0]

    def deliver(self, *events: Told) -> list[Outcome]:
        return deliver(self.store, self.journeys, events, self.clock)

    def sweep(self) -> Swept:
        return sweep(self.store, self.journeys, self.clock, self.outbox)

    def work(self) -> None:
        """Sweep until there is nothing to do now."""
        while not self.sweep().idle:
            pass

    def later(self, **parts: float) -> None:
        """Time passes, and the worker does what is due then."""
        self.clock.at += timedelta(**parts)
        self.work()

    def case(self, key: str) -> Case:
        with self.store.unit() as unit:
            return unit.cases([key])[key].case

    def letters(self, case: str) -> dict[str, Letter]:
        """The letters of a case, by touchpoint (of several of one touchpoint the last)."""
        return {letter.moment.touchpoint: letter for letter in self.all_letters() if letter.case == case}

    def all_letters(self) -> list[Letter]:
        from tests.run.reading import letters

        return letters(self.store)

    def went(self) -> list[tuple[str, str, str]]:
        """What was handed over: (channel, touchpoint, case)."""
        return [(c.name, m.subject, m.body) for c in (self.email, self.sms) for m in c.sent]
