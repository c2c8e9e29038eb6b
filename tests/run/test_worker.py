"""The worker's rounds: set by set, capped, on a clock that may jump, and going on whatever goes wrong."""

from __future__ import annotations

from datetime import timedelta

import pytest

from loper.run import worker
from loper.run.memory import MemoryClock, MemoryStore
from loper.run.store import Changes, Unanswered
from loper.run.worker import sweep, tick_due, work
from tests.run import reading
from tests.run.worlds import NOON, Engine, told, visit

MANY = 40


@pytest.fixture
def herd(engine: Engine) -> Engine:
    """Many cases whose reminder comes due in one second."""
    start = NOON + timedelta(days=3)
    engine.deliver(*[told(f"c{n:02}", "asked", NOON) for n in range(MANY)])
    engine.deliver(*[told(f"c{n:02}", "planned", NOON, visit=visit(start)) for n in range(MANY)])
    engine.work()
    engine.clock.at += timedelta(days=2)
    return engine


def test_a_herd_of_timers_is_worked_off_in_pieces(herd: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(worker, "BATCHES", 2)
    monkeypatch.setattr(worker, "LETTERS", 5)
    done = []
    while not (one := sweep(herd.store, herd.journeys, herd.clock, herd.outbox, batch=10)).idle:
        done.append((one.cases, one.letters))
    assert done[:3] == [(20, 5), (20, 5), (0, 5)]
    assert sum(letters for _, letters in done) == MANY
    assert [row for row in herd.went() if row[1] == "reminder"] == [
        ("sms", "reminder", f"c{n:02}") for n in range(MANY)
    ]


def test_a_tick_is_for_those_that_are_due_and_says_how_long_the_first_waited(herd: Engine) -> None:
    herd.clock.at += timedelta(seconds=7)
    assert tick_due(herd.store, herd.journeys, herd.clock, 10) == (10, 7.0)
    assert tick_due(herd.store, herd.journeys, herd.clock, 100) == (MANY - 10, 7.0)
    assert tick_due(herd.store, herd.journeys, herd.clock, 100) == (0, 0.0)


def test_one_case_that_goes_wrong_does_not_hold_up_the_herd(herd: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    from loper.run import work as working

    sound = working.step

    def step(journey, case, input, now):  # type: ignore[no-untyped-def]
        if case.key in ("c03", "c17"):
            raise ZeroDivisionError
        return sound(journey, case, input, now)

    monkeypatch.setattr(working, "step", step)
    herd.work()
    assert len([row for row in herd.went() if row[1] == "reminder"]) == MANY - 2
    with herd.store.unit() as unit:
        aside = {key: one.set_aside for key, one in unit.cases([f"c{n:02}" for n in range(MANY)]).items()}
    assert {key for key, why in aside.items() if why} == {"c03", "c17"}
    assert aside["c03"] == "ZeroDivisionError in step"
    assert herd.sweep().idle


@pytest.mark.parametrize(("late", "counted"), [(0, 0), (30, 0), (59, 0), (61, 61), (7000, 7000)])
def test_a_tick_that_is_less_than_a_minute_late_counts_as_on_time(engine: Engine, late: int, counted: int) -> None:
    engine.tell("A", "asked")
    engine.work()
    deadline = NOON + timedelta(days=3)
    engine.clock.at = deadline + timedelta(seconds=late)
    engine.work()
    (task,) = [t for t in reading.touches(engine.store) if t.kind == "task"]
    assert (task.activity, task.at) == ("late", deadline + timedelta(seconds=counted))
    assert task.recorded == engine.clock.now()


@pytest.mark.parametrize("jumps", [(48, -47, 48), (-5, 30, 24), (1, 1, -400, 400, 48), (0.01,) * 20 + (50, -50, 50)])
def test_a_clock_that_jumps_doubles_nothing_and_loses_nothing(engine: Engine, jumps: tuple[float, ...]) -> None:
    engine.tell("A", "asked")
    engine.tell("A", "planned", visit=visit(NOON + timedelta(days=2)))
    engine.work()
    for number, jump in enumerate(jumps):
        engine.clock.at += timedelta(hours=jump)
        engine.tell("A", "called", ident=f"call {number}")
        engine.work()
    engine.clock.at = NOON + timedelta(hours=60)
    engine.work()
    sent = [touchpoint for _, touchpoint, _ in engine.went()]
    assert sorted(sent) in (["confirmation", "reminder", "welcome"], ["confirmation", "welcome"])
    skipped = [t.outcome for t in reading.touches(engine.store) if t.kind == "skip" and t.activity == "reminder"]
    assert len(skipped) == 3 - len(sent)
    assert reading.events(engine.store, "A").count("called") == len(jumps)
    with engine.store.unit() as unit:
        assert not unit.cases(["A"])["A"].set_aside


def test_events_wait_thirty_days_for_their_case_and_no_longer(engine: Engine) -> None:
    engine.tell("A", "called", ident="1")
    engine.clock.at += timedelta(days=29, hours=23)
    run(engine, rounds=1)
    assert reading.waiting(engine.store) == ["A"]
    engine.clock.at += timedelta(hours=2)
    run(engine, rounds=1)
    assert reading.waiting(engine.store) == []


def run(engine: Engine, rounds: int) -> MemoryClock:
    """The worker's own loop, so many times round."""
    left = [rounds]

    def stop() -> bool:
        left[0] -= 1
        return left[0] < 0

    work(engine.store, engine.journeys, engine.clock, engine.outbox, stop=stop, name="w")
    return engine.clock


def test_a_worker_with_nothing_to_do_waits_and_beats() -> None:
    engine = Engine(MemoryStore())
    run(engine, rounds=3)
    assert engine.clock.at == NOON + timedelta(seconds=3)
    assert engine.store.data.beats.keys() == {"w"}  # type: ignore[attr-defined]


def test_a_sweep_that_fails_is_tried_again_after_a_pause(caplog: pytest.LogCaptureFixture) -> None:
    engine = Engine(MemoryStore())
    engine.tell("A", "asked")
    sound, wrong = engine.outbox.texts.compose, [Unanswered("it restarts"), RuntimeError("a mistake of ours")]
    claim = engine.directory.customers

    def customers(keys):  # type: ignore[no-untyped-def]
        if wrong:
            raise wrong.pop()
        return claim(keys)

    engine.directory.customers = customers  # type: ignore[method-assign]
    engine.outbox.hold = timedelta(seconds=5)
    run(engine, rounds=20)
    assert engine.outbox.texts.compose == sound
    assert "asked again in 1 s" in caplog.text and "a mistake of ours" in caplog.text
    assert engine.went() == [("email", "welcome", "A")]


def test_the_log_of_a_case_set_aside_goes_on_being_numbered(engine: Engine) -> None:
    engine.tell("A", "asked")
    send = engine.email.send

    def set_aside_meanwhile(message):  # type: ignore[no-untyped-def]
        with engine.store.unit() as unit:
            unit.write(Changes(set_aside={"A": "look at this"}), NOON)
        return send(message)

    engine.email.send = set_aside_meanwhile  # type: ignore[method-assign]
    engine.work()
    numbers = [t.seq for t in reading.touches(engine.store)]
    assert numbers == list(range(1, len(numbers) + 1))
    with engine.store.unit() as unit:
        assert unit.cases(["A"])["A"].touches == numbers[-1]
