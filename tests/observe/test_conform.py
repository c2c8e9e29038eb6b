"""Recorded cases held against their design: the runtime's own journeys deviate only where it was planted."""

from __future__ import annotations

import random
from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest

from loper.define import parse_journey, read_journey
from loper.define.model import Journey
from loper.log.table import INSTANT, WORD, BadLog
from loper.log.touch import Touch
from loper.observe.against.conform import Conformance, conform_of
from loper.observe.log import Log
from loper.run.cloudevents import Told
from loper.run.memory import MemoryChannel, MemoryJourneys, MemoryStore
from loper.step import Event
from tests.observe.conftest import MONDAY, log_of
from tests.run.worlds import Engine, visit

EXAMPLES = Path(__file__).parent.parent.parent / "examples"
REPAIR = read_journey(EXAMPLES / "repair" / "journey.yaml")
COMPLAINT = read_journey(EXAMPLES / "complaint" / "journey.yaml")
BEGIN = datetime(2026, 9, 7, 8, 0, tzinfo=UTC)
REPORT = {"problem": "leak", "urgent": False}


def table(touches: Iterable[Touch]) -> Log:
    """The log as it is written out: every line of every case, in order."""
    rows = sorted(touches, key=lambda one: (one.case, one.seq))
    words = ("activity", "kind", "outcome", "stage", "journey", "version", "channel", "direction", "cause")
    columns: dict[str, Any] = {
        name: pa.array([getattr(one, name) or None for one in rows], pa.string()).cast(WORD) for name in words
    }
    columns["case"] = pa.array([one.case for one in rows])
    columns["time"] = pa.array([one.at for one in rows], INSTANT)
    columns["seq"] = pa.array(range(len(rows)), pa.int64())
    return Log.of(pa.table(columns))


class World:
    """The example journeys run by the real runtime, in memory."""

    def __init__(self) -> None:
        self.store = MemoryStore()
        journeys = MemoryJourneys({"repair": [REPAIR], "complaint": [COMPLAINT]})
        self.engine = Engine(self.store, journeys=journeys)
        self.engine.clock.at = BEGIN
        self.engine.email, self.engine.sms = MemoryChannel("email"), MemoryChannel("sms")
        self.engine.outbox = self.engine.another()

    def tell(self, case: str, type: str, **data: Any) -> None:
        emitter = next(iter(sorted(COMPLAINT.events.get(type, REPAIR.events.get(type)).from_)))  # type: ignore[union-attr]
        now = self.engine.clock.at
        event = Event(type=type, time=now, source="test", id=f"{type}-{now:%d%H%M}", data=data, emitter=emitter)
        outcome = self.engine.deliver(Told(case=case, event=event, customer=f"of {case}"))[0]
        assert outcome.result == "accepted", outcome
        self.engine.work()

    def later(self, **time: float) -> None:
        """Time passes, and what is due on the way happens when it is due."""
        clock = self.engine.clock
        end = clock.at + timedelta(**time)
        while clock.at < end:
            wakes = [one.case.state.wake for one in self.store.data.cases.values()]
            queued = [one.not_before for one in self.store.data.letters if one.status == "queued"]
            clock.at = min([end, *(at for at in (*wakes, *queued) if at is not None and at > clock.at)])
            self.engine.work()

    def repair(self, case: str, chance: random.Random) -> None:
        """One repair with what may happen on the way."""
        self.tell(case, "job.reported", **REPORT)
        self.later(hours=chance.choice([1, 3, 40]))
        start = self.engine.clock.at + timedelta(days=chance.choice([0, 2]), hours=3)
        self.tell(case, "appointment.made", appointment=visit(start))
        if chance.random() < 0.4:
            self.later(minutes=30)
            start += timedelta(days=1)
            self.tell(case, "appointment.made", appointment=visit(start))
        if chance.random() < 0.3:
            self.tell(case, "complaint.made", about="waiting")
        self.later(seconds=(start - self.engine.clock.at).total_seconds() + chance.choice([0, 9_000]))
        self.tell(case, "technician.departed", eta=(self.engine.clock.at + timedelta(minutes=20)).isoformat())
        self.later(minutes=30)
        self.tell(case, "technician.arrived")
        self.later(minutes=30)
        if chance.random() < 0.3:
            self.tell(case, "job.unfinished", reason="material")
            self.later(hours=4)
            self.tell(case, "case.withdrawn")
        else:
            self.tell(case, "job.fixed")
        self.later(days=5)

    def anything(self, case: str, chance: random.Random) -> None:
        """One repair in which events come as they like, in any order."""
        self.tell(case, "job.reported", **REPORT)
        for _ in range(chance.randint(2, 14)):
            self.later(hours=chance.choice([0.05, 0.5, 1, 3, 8, 26, 60]), seconds=chance.randint(1, 50))
            type = chance.choice(list(REPAIR.events))
            start = self.engine.clock.at + timedelta(hours=chance.choice([2, 30, 80]))
            told = {"appointment": visit(start), "eta": start.isoformat(), "problem": "leak", "reason": "material"}
            sets = COMPLAINT.events[type].sets if type == "complaint.made" else REPAIR.events[type].sets
            self.tell(case, type, **{name: value for name, value in told.items() if name in sets})
        self.later(days=6)


@pytest.fixture(scope="module")
def worlds() -> list[World]:
    found = [World() for _ in range(12)]
    for number, world in enumerate(found):
        world.repair(f"case {number}", random.Random(number))
    return found


@pytest.fixture(scope="module")
def lived(worlds: list[World]) -> list[Touch]:
    return [touch for world in worlds for touch in world.store.data.touches]


@pytest.fixture(scope="module")
def told(worlds: list[World]) -> list[Told]:
    """The events of all cases, as they were kept."""
    kept = [(case, events) for world in worlds for case, events in world.store.data.events.items()]
    return [Told(case=case, event=event, customer=f"of {case}") for case, events in kept for event in events]


def planned(found: Conformance) -> set[tuple[str, str]]:
    """The deviations but for deadlines that really passed."""
    return {(one.touchpoint, one.kind) for one in found.deviations if one.touchpoint != "stage.overdue"}


def test_what_the_runtime_does_by_a_design_conforms_to_it(lived: list[Touch]) -> None:
    found = table(lived).conform(REPAIR)
    assert found.cases == 12 and found.left_out > 0, "complaints are cases of another journey"
    assert planned(found) == set()
    late = {one.case for one in lived if one.kind == "overdue" and one.journey == "repair"}
    assert 0 < len(late) < 12, "some deadlines passed, not all"
    assert found.without.estimate == pytest.approx(1 - len(late) / 12)
    assert planned(table(lived).conform(COMPLAINT)) == set()


def test_each_of_the_four_deviations_is_found_where_it_was_planted(lived: list[Touch]) -> None:
    letter = next(one for one in lived if one.activity == "confirmation" and one.kind == "message")
    planted = list(lived)

    def change(case: str, activity: str, **to: Any) -> None:
        at = next(
            i for i, one in enumerate(planted) if (one.case, one.activity, one.kind) == (case, activity, "message")
        )
        if to:
            planted[at] = replace(planted[at], **to)
        else:
            del planted[at]

    change("case 1", "received")  # missing
    change("case 2", "survey")
    change("case 3", "received", outcome="failed")
    planted.append(replace(letter, case="case 4", activity="leaflet", seq=9_000))  # in no design
    planted.append(replace(letter, case="case 5", activity="part_in", at=BEGIN + timedelta(days=30), seq=9_000))
    planted.append(
        replace(
            letter, case="case 6", activity="technician.departed", kind="event", stage="done", outcome="", seq=9_000
        )
    )
    log = table(planted)
    found = log.conform(REPAIR, grace=timedelta(hours=1))
    assert planned(found) == {
        ("received", "missing"),
        ("survey", "missing"),
        ("received", "failed"),
        ("leaflet", "ad hoc"),
        ("part_in", "ad hoc"),
        ("technician.departed", "order"),
    }
    for one in found.deviations:
        if one.touchpoint != "stage.overdue":
            assert one.cases == 1 and one.share.low < 1 / 12 < one.share.high
    assert found.cases_of(log, "survey", "missing").names() == ["case 2"]
    leaflet = next(one for one in found.deviations if one.touchpoint == "leaflet")
    assert leaflet.filter is not None and log.where(leaflet.filter).names() == ["case 4"]


def test_with_the_events_beside_it_every_touchpoint_is_judged_by_the_step_itself(
    lived: list[Touch], told: list[Told]
) -> None:
    found = table(lived).conform(REPAIR, told=told)
    assert planned(found) == set() and found.unjudged == ()
    sent = [one for one in lived if one.kind == "message"]
    reminder = next(one for one in sent if one.activity == "reminder")
    survey = next(one for one in sent if one.activity == "survey" and one.case != reminder.case)
    twice = replace(survey, cause="another", seq=9_000)
    planted = table([one for one in [*lived, twice] if one is not reminder])
    found = planted.conform(REPAIR, told=told)
    assert planned(found) == {("reminder", "missing"), ("survey", "ad hoc")}
    assert found.cases_of(planted, "reminder", "missing").names() == [reminder.case]
    assert found.cases_of(planted, "survey", "ad hoc").names() == [survey.case]
    assert planned(planted.conform(REPAIR)) == {("survey", "ad hoc")}, "without the events nobody knows of the reminder"
    some = planted.conform(REPAIR, told=[one for one in told if one.case == reminder.case])
    assert planned(some) == {("reminder", "missing"), ("survey", "ad hoc")}, "the others are walked"
    with pytest.raises(BadLog, match="the columns kind and cause"):
        log_of(("1", "survey", 0)).conform(REPAIR, told=told)


@pytest.mark.parametrize("seed", range(12))
def test_whatever_happens_nobody_is_accused_and_what_is_taken_out_is_missed(seed: int) -> None:
    """The walk may leave out what it cannot know; it never says what is not so. With the events it knows all."""
    world, chance = World(), random.Random(seed)
    world.anything("x", chance)
    touches = [one for one in world.store.data.touches if one.case == "x"]
    told = [Told(case="x", event=event, customer="of x") for event in world.store.data.events["x"]]
    unexpected = {(one.activity, "order") for one in touches if one.kind == "unexpected"}
    end = touches[-1].at + timedelta(days=2)
    for how in ({}, {"told": told}):
        assert planned(table(touches).conform(REPAIR, now=touches[-1].at, **how)) == unexpected
    happened = [one for one in touches if one.kind in ("message", "task") and one.activity != "received"]
    for gone in chance.sample(happened, min(3, len(happened))):
        log = table(one for one in touches if one is not gone)
        found = planned(log.conform(REPAIR, told=told, grace=timedelta(hours=1), now=end))
        assert (gone.activity, "missing") in found, gone


VISIT = """
journey: visit
events:
  asked: {from: [customer], sets: [about]}
  booked: {from: [customer], sets: [appointment]}
  done: {from: [technician]}
facts: {about: text, appointment: appointment}
begins: {asked: new}
stages:
  new: {on: {booked: planned}, within: 5 days}
  planned: {on: {done: ready, booked: planned}, until: appointment.end}
  ready: {final: true}
touchpoints:
  received: {title: {nl: Melding ontvangen}, when: asked, channels: [email]}
  confirmation: {when: booked, channels: [email]}
  reminder: {when: 1 day before appointment.start, in: [planned], channels: [email]}
  survey: {when: 2 hours after done, channels: [email]}
"""


@pytest.fixture(scope="module")
def small() -> Journey:
    return parse_journey(VISIT, file="visit.yaml")


def deviations(log: Log, journey: Journey, **more: Any) -> list[tuple[str, str, int]]:
    return sorted((one.touchpoint, one.kind, one.cases) for one in conform_of(log, journey, **more).deviations)


GOOD: Sequence[tuple[str, float]] = (
    ("asked", 0), ("received", 0.1), ("booked", 5), ("confirmation", 5.1), ("done", 80), ("survey", 82.1),
)  # fmt: skip


def case(name: str, *rows: tuple[str, float]) -> list[tuple[str, str, float]]:
    return [(name, activity, hours) for activity, hours in rows]


def test_a_log_of_another_system_is_held_against_the_design_by_its_words(small: Journey) -> None:
    late = case("swapped", *(row for row in GOOD if row[0] != "confirmation"), ("confirmation", 4.9))
    log = log_of(
        *case("good", *GOOD),
        *case("no survey", *GOOD[:-1]),
        *sorted(late, key=lambda row: row[2]),
        *case("twice", *GOOD, ("received", 90)),
        *case("called", *GOOD, ("phone call", 90)),
        *case("never began", ("booked", 5), ("confirmation", 5.1)),
        *case("back", *GOOD, ("booked", 100)),
        *case("just now", ("asked", 99.5)),
    )
    assert deviations(log, small) == [
        ("asked", "missing", 1),
        ("booked", "order", 1),
        ("confirmation", "order", 1),
        ("phone call", "ad hoc", 1),
        ("received", "ad hoc", 1),
        ("survey", "missing", 1),
    ]
    found = conform_of(log, small)
    assert found.unjudged == ("reminder",)
    assert "2 of 8 cases (25 %" in found.summary() and "zegt dit logboek niet" in found.summary("nl")
    missing = next(one for one in found.deviations if one.touchpoint == "survey")
    assert missing.examples == ("no survey",) and missing.filter is None


def test_names_are_given_or_guessed_and_wrong_ones_are_told_all_at_once(small: Journey) -> None:
    words = {"asked": "Asked", "received": "melding ontvangen", "booked": "X1", "done": "Done", "survey": "Survey"}
    log = log_of(*case("good", *((words.get(name, name), hours) for name, hours in GOOD)))
    found = conform_of(log, small, mapping={"X1": "booked"})
    assert found.deviations == () and found.names["melding ontvangen"] == "received"
    assert found.guessed == {"Asked", "melding ontvangen", "Done", "Survey"}
    assert deviations(log, small) == [
        ("X1", "ad hoc", 1),
        ("confirmation", "ad hoc", 1),
        ("done", "order", 1),
        ("survey", "ad hoc", 1),
    ], "without its booking the case never came where it could be done"
    with pytest.raises(BadLog) as wrong:
        conform_of(log, small, mapping={"X2": "booked", "X1": "bookd"})
    assert len(wrong.value.problems) == 2 and "did you mean 'booked'" in wrong.value.problems[1]


def test_what_hangs_on_a_fact_is_judged_where_the_log_has_it(small: Journey) -> None:
    start = [MONDAY + timedelta(hours=78) if name == "booked" else None for _ in range(3) for name, _ in GOOD]
    reminded = case("reminded", *GOOD[:4], ("reminder", 54.1), *GOOD[4:])
    rows = [*case("1", *GOOD), *case("2", *GOOD), *case("3", *GOOD), *reminded]
    start += [MONDAY + timedelta(hours=78) if name == "booked" else None for _, name, _ in reminded]
    made = log_of(*rows)
    told = pa.table(
        {
            "case": pa.array([row[0] for row in rows]),
            "activity": pa.array([row[1] for row in rows]),
            "time": pa.array([MONDAY + timedelta(hours=row[2]) for row in rows], INSTANT),
            "seq": pa.array(range(len(rows)), pa.int64()),
            "appointment.start": pa.array(start, INSTANT),
        }
    )
    assert deviations(made, small) == []
    assert deviations(Log.of(told), small) == [("reminder", "missing", 3)]
    assert deviations(Log.of(told), small, now=MONDAY + timedelta(hours=65)) == [], "not yet half a day late"


def test_outcomes_say_what_failed_and_a_failed_one_is_not_missing_too(small: Journey) -> None:
    rows = [(*row, "Niet bezorgd" if row[1] == "survey" else "ok") for row in case("1", *GOOD)]
    assert deviations(log_of(*rows, columns="case activity hours outcome"), small) == [("survey", "failed", 1)]
    assert deviations(log_of(*rows, columns="case activity hours outcome"), small, failed=["KO"]) == []


def test_a_selection_is_judged_alone_and_an_empty_log_says_so(small: Journey) -> None:
    log = log_of(*case("good", *GOOD), *case("no survey", *GOOD[:-1]), *case("x", ("asked", 200)))
    assert deviations(log.where(with_=("survey",)), small) == []
    assert deviations(log.where(without=("survey",)), small) == [("survey", "missing", 1)]
    empty = conform_of(log_of(), small)
    assert empty.cases == 0 and "no cases" in empty.summary() and "geen zaken" in empty.summary("nl")
