"""The scenarios of more.yaml through the running runtime in memory: events in, worker, outbox, channels, may."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
import yaml

from loper.define import parse_organisation, read_journey
from loper.run.cloudevents import Told
from loper.run.memory import MemoryChannel, MemoryClock, MemoryDirectory, MemoryJourneys, MemoryStore
from loper.run.ports import Outgoing, Receipt
from loper.run.transact import transact
from loper.run.work import Work
from loper.step import Customer, Event
from loper.step.migrate import migrate
from tests.run.worlds import Engine

HERE = Path(__file__).parent
AMSTERDAM = ZoneInfo("Europe/Amsterdam")
SCENARIOS = yaml.safe_load((HERE / "more.yaml").read_text())


def at(text: str) -> datetime:
    if "T" in text:
        return datetime.fromisoformat(text).astimezone(UTC)
    return datetime.fromisoformat(f"2026-{text}").replace(tzinfo=AMSTERDAM).astimezone(UTC)


def local(instant: datetime) -> str:
    return instant.astimezone(AMSTERDAM).strftime("%m-%d %H:%M")


@dataclass
class Bouncing(MemoryChannel):
    """A channel on which these customers cannot be reached, as it turns out."""

    customers: tuple[str, ...] = ()

    def send(self, message: Outgoing) -> Receipt:
        if message.to.partition("@")[0] in self.customers:
            return Receipt("failed", why="no such mailbox")
        return super().send(message)


@dataclass
class Story:
    """A scenario being played on an engine of its own."""

    scenario: dict[str, Any]
    refused: list[list[str]] = field(default_factory=list)

    def __post_init__(self) -> None:
        one = self.scenario
        rules = {"organisation": "x", **one.get("policy", {})}
        journeys = [read_journey(HERE / f"{name}.yaml") for name in one["journeys"]]
        self.engine = Engine(
            store=MemoryStore(),
            clock=MemoryClock(min(self.known(event) for event in one["events"])),
            journeys=MemoryJourneys(
                {journey.name: [journey] for journey in journeys}, parse_organisation(yaml.safe_dump(rules)).policy
            ),
            directory=MemoryDirectory(
                {name: self.customer(name, about) for name, about in one.get("customers", {}).items()}
            ),
            email=Bouncing("email", customers=tuple(one.get("bounces", ()))),
        )
        self.letters = MemoryChannel("letter")
        self.engine.outbox.channels = {**self.engine.outbox.channels, "letter": self.letters}

    @staticmethod
    def customer(name: str, about: dict[str, Any]) -> Customer:
        reachable = frozenset(about.get("reachable", ("email", "sms", "letter")))
        return Customer(
            key=name, choice=about.get("choice"), reachable=reachable, agrees=frozenset(about.get("agrees", ()))
        )

    @staticmethod
    def known(event: dict[str, Any]) -> datetime:
        return at(event.get("known", event["at"]))

    def play(self) -> None:
        """Let time pass from happening to happening; what is due happens as soon as a worker is there."""
        outages = [(at(start), at(end)) for start, end in self.scenario.get("outages", ())]
        script = [(self.known(event), number, event) for number, event in enumerate(self.scenario["events"])]
        script += [(at(move["at"]), -1, move) for move in self.scenario.get("moves", ())]
        script += [(end, -2, {}) for _, end in outages]  # the worker is there again
        script.sort(key=lambda row: row[:2])
        until = at(self.scenario["until"]) if "until" in self.scenario else None
        for _ in range(2000):
            coming = [script[0][0]] if script else []
            down = next((end for start, end in outages if start <= self.engine.clock.at < end), None)
            if down is None:
                coming += self.alarms()
            now = max(min(coming, default=until or self.engine.clock.at), self.engine.clock.at)
            if (not coming and until is None) or (until is not None and now > until):
                break
            self.engine.clock.at = now
            while script and script[0][0] <= now:
                self.happens(script.pop(0)[2])
            if not any(start <= now < end for start, end in outages):
                self.engine.work()
            if not coming:
                break

    def alarms(self) -> list[datetime]:
        data = self.engine.store.data  # type: ignore[attr-defined]
        wakes = [stored.case.state.wake for stored in data.cases.values() if stored.case.state.wake is not None]
        return wakes + [letter.not_before for letter in data.letters if letter.status == "queued" and letter.not_before]

    def happens(self, what: dict[str, Any]) -> None:
        if "to" in what:
            self.move(what["to"])
        elif what:
            self.tell(what)

    def tell(self, what: dict[str, Any]) -> None:
        data = dict(what.get("data", {}))
        if "block" in what:
            start, end = (at(text).astimezone(AMSTERDAM).isoformat() for text in what["block"])
            data["appointment"] = {"start": start, "end": end}
        place = self.scenario["events"].index(what)
        event = Event(
            type=what["type"], time=at(what["at"]), source="/golden", id=what.get("id", str(place)), data=data
        )
        told = Told(case=what["case"], event=event, customer=what.get("customer", ""))
        (outcome,) = self.engine.deliver(told)
        if outcome.refused:
            self.refused.append([what["case"], what["type"]])

    def move(self, name: str) -> None:
        """A new version, and all open cases of the old one go over to it."""
        new = read_journey(HERE / f"{name}.yaml")
        self.engine.journeys.published[new.name].append(new)

        def body(work: Work) -> None:
            keys = [key for key, stored in self.engine.store.data.cases.items() if not stored.case.state.ended]  # type: ignore[attr-defined]
            work.load(keys)
            for key in keys:
                case = work.stored[key].case
                old = work.journey(case)
                work.took(key, old, migrate(old, new, case, work.now))

        transact(self.engine.store, self.engine.journeys, self.engine.clock, body)

    # -- what came of it ---------------------------------------------------------------------------------------

    def lines(self, kind: str, *what: str) -> list[list[Any]]:
        found = [touch for touch in self.engine.store.data.touches if touch.kind == kind]  # type: ignore[attr-defined]
        return [
            [local(value) if isinstance(value := getattr(t, name), datetime) else value for name in what] for t in found
        ]

    def chores(self) -> list[list[Any]]:
        rows = [chore for chore in self.engine.store.data.chores if chore.why]  # type: ignore[attr-defined]
        return [[chore.case, chore.touchpoint, local(chore.at)] for chore in rows]


def in_order(rows: list[list[Any]]) -> list[list[Any]]:
    return sorted(rows, key=lambda row: [str(cell) for cell in (row[2:] + row[:2])])


@pytest.mark.parametrize("scenario", SCENARIOS, ids=lambda scenario: scenario["name"])
def test_a_scenario_goes_as_worked_out_by_hand(scenario):
    story = Story(scenario)
    story.play()
    assert in_order(story.lines("message", "case", "activity", "at", "channel")) == in_order(scenario["messages"])
    assert in_order(story.lines("task", "case", "activity", "at")) == in_order(scenario.get("tasks", []))
    assert in_order(story.lines("skip", "case", "activity", "outcome", "at")) == in_order(scenario.get("skips", []))
    assert story.lines("withdrawn", "case", "activity", "outcome") == scenario.get("withdrawn", [])
    assert in_order(story.lines("overdue", "case", "stage", "at")) == in_order(scenario.get("overdue", []))
    assert story.lines("unexpected", "case", "activity") == scenario.get("unexpected", [])
    assert story.chores() == scenario.get("chores", [])
    assert story.refused == scenario.get("refused", [])
    cases = {key: stored.case.state for key, stored in story.engine.store.data.cases.items()}  # type: ignore[attr-defined]
    assert {key: [state.stage, state.round] for key, state in cases.items()} == scenario["end"]
    for key, facts in scenario.get("facts", {}).items():
        assert dict(cases[key].facts) == facts
    went = {
        (message.key) for channel in (story.engine.email, story.engine.sms, story.letters) for message in channel.sent
    }
    assert len(went) == len(scenario["messages"])
