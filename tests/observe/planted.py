"""A log that the example journey itself made, over sampled customers, with three faults planted in it.

The journey of `examples/repair` is replayed through the step, as `loper run` does; what customers and technicians do is
sampled. Planted: of the cases with an appointment 15 % hang there for ever; after the reminder a quarter of the
customers call; who begins by the app stops after the report far more often than others.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pyarrow as pa

from loper.define.organisation_file import read_organisation
from loper.define.read import read_journey
from loper.log.table import INSTANT, WORD
from loper.run.cloudevents import Told
from loper.run.replay import replay
from loper.step import Event

EXAMPLES = Path(__file__).parent.parent.parent / "examples"
START = datetime(2026, 2, 2, 6, tzinfo=UTC)
HANG, CALL, USUAL_CALL, DROP, USUAL_DROP = 0.15, 0.25, 0.03, 0.40, 0.06
CHANNELS = {"web": 55, "phone": 25, "app": 20}


@dataclass
class Lives:
    """What happens to the cases: events, and by which channel each came from the customer."""

    chance: random.Random
    told: list[Told] = field(default_factory=list)
    channel: dict[str, str] = field(default_factory=dict)  # id of an event -> channel

    def tell(self, case: str, type: str, at: datetime, emitter: str, channel: str = "", **data: Any) -> None:
        ident = f"{case}-{len(self.told)}"
        self.told.append(
            Told(event=Event(source="planted", id=ident, type=type, time=at, data=data, emitter=emitter), case=case,
                 customer=f"K{case}", journey="repair")
        )  # fmt: skip
        if channel:
            self.channel[ident] = channel

    def hours(self, low: float, high: float) -> timedelta:
        return timedelta(hours=self.chance.uniform(low, high))

    def live(self, case: str, begun: datetime) -> None:
        first = self.chance.choices(list(CHANNELS), list(CHANNELS.values()))[0]
        who = "agent" if first == "phone" else "customer"
        problem = self.chance.choice(["leak", "blocked", "heating", "electricity", "door"])
        self.tell(case, "job.reported", begun, who, first, problem=problem, room="kitchen", at_home="any")
        if self.chance.random() < (DROP if first == "app" else USUAL_DROP):
            return
        self.book(case, begun + self.hours(0.1, 6), first)

    def book(self, case: str, at: datetime, channel: str) -> None:
        day = (at + timedelta(days=self.chance.randint(2, 6))).replace(hour=8, minute=0, second=0)
        start = day + timedelta(hours=self.chance.choice([0, 2, 5, 7]))
        block = {"start": start.isoformat(), "end": (start + timedelta(hours=2)).isoformat(), "technician": "sam"}
        self.tell(
            case, "appointment.made", at, "agent" if channel == "phone" else "customer", channel, appointment=block
        )
        if self.chance.random() < (CALL if self.chance.random() < 0.9 else USUAL_CALL):
            self.tell(case, "call.asked", start - timedelta(hours=22) + self.hours(0, 16), "customer", "phone")
        elif self.chance.random() < USUAL_CALL:
            self.tell(case, "call.asked", at + self.hours(1, 30), "customer", "phone")
        if self.chance.random() < HANG:
            return
        self.visit(case, start)

    def visit(self, case: str, start: datetime) -> None:
        here = start + self.hours(0, 1.5)
        self.tell(case, "technician.departed", here - timedelta(minutes=20), "technician", eta=here.isoformat())
        if self.chance.random() < 0.05:
            self.tell(case, "customer.absent", here, "technician")
            self.book(case, here + self.hours(1, 30), "web")
            return
        self.tell(case, "technician.arrived", here, "technician")
        done = here + self.hours(0.4, 1.6)
        if self.chance.random() < 0.1:
            self.tell(case, "job.unfinished", done, "technician", reason="material")
            self.book(case, done + self.hours(1, 20), "phone")
            return
        self.tell(case, "job.fixed", done, "technician")


def lives(cases: int, seed: int) -> Lives:
    found = Lives(random.Random(seed))
    for number in range(cases):
        begun = START + timedelta(days=120 * number / cases) + found.hours(1, 12)
        found.live(f"R{number:05}", begun)
    return found


def planted(cases: int = 1_500, seed: int = 11) -> pa.Table:
    """The log as a table of contacts: what customers and technicians did, and what the journey sent."""
    organisation = read_organisation(EXAMPLES / "organisation.yaml")
    journey = read_journey(EXAMPLES / "repair" / "journey.yaml", organisation)
    found = lives(cases, seed)
    run = replay(journey, found.told, START + timedelta(days=150), lambda name: None)
    assert not run.refused, run.refused[0]
    rows = sorted((*_events(found), *_messages(run.lines)), key=lambda row: (row["time"], row["case"]))
    kinds = dict.fromkeys(("activity", "channel", "kind", "direction", "initiator"), WORD) | {"time": INSTANT}
    columns = {
        name: pa.array([row[name] for row in rows], pa.string() if kinds.get(name) == WORD else kinds.get(name))
        for name in ("case", "activity", "time", "channel", "kind", "direction", "initiator", "customer")
    }
    columns |= {name: columns[name].cast(WORD) for name, kind in kinds.items() if kind == WORD}
    return pa.table(columns | {"seq": pa.array(range(len(rows)), pa.int64())})


def _events(found: Lives) -> Iterator[dict[str, Any]]:
    for told in found.told:
        event = told.event
        yield {
            "case": told.case, "activity": event.type, "time": event.time, "channel": found.channel.get(event.id),
            "kind": "event", "direction": "in" if event.id in found.channel else None, "initiator": event.emitter,
            "customer": told.customer,
        }  # fmt: skip


def _messages(lines: Any) -> Iterator[dict[str, Any]]:
    for line in lines:
        if line.kind == "message":
            yield {
                "case": line.case, "activity": line.touchpoint, "time": line.at, "channel": line.channel,
                "kind": "message", "direction": "out", "initiator": "system", "customer": f"K{line.case}",
            }  # fmt: skip
