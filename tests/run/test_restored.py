"""After a restore nothing goes twice: the world may have had what was due, and a person sees to it."""

from __future__ import annotations

import copy
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from loper.define import read_journey
from loper.run.memory import MemoryStore
from loper.run.ports import Outgoing, Receipt
from tests.run import reading
from tests.run.worlds import NOON, Engine, told, visit

HERE = Path(__file__).parent
CHAIN = "  nudge: {when: 2 hours after welcome.sent, unless: called, channels: [email]}\n"

Mark = Callable[[Engine, datetime], None]


@pytest.fixture
def mark() -> Mark:
    """Says of a store that it was put back from a backup."""

    def of(engine: Engine, until: datetime) -> None:
        if isinstance(engine.store, MemoryStore):
            engine.store.data.restored = until
        else:
            from loper.server.records.restored import Restored

            Restored.objects.create(until=until, at=until)

    return of


@pytest.fixture
def chained(engine: Engine, tmp_path: Path) -> Engine:
    """With a message that hangs on another one's having gone."""
    path = tmp_path / "small.yaml"
    path.write_text((HERE / "small.yaml").read_text() + CHAIN)
    engine.journeys.published["small"] = [read_journey(path)]
    return engine


def lines(engine: Engine) -> list[tuple[str, str, str]]:
    return [
        (t.kind, t.activity, t.outcome)
        for t in reading.touches(engine.store)
        if t.kind in ("message", "unknown", "skip", "failed")
    ]


def times(engine: Engine, type: str) -> list[datetime]:
    with engine.store.unit() as unit:
        return [event.time for event in unit.history("A") if event.type == type]


def test_what_was_due_before_the_restore_is_not_sent_but_left_to_a_person(engine: Engine, mark: Mark) -> None:
    engine.clock.at += timedelta(hours=3)
    mark(engine, engine.clock.at)
    engine.tell("A", "asked", at=NOON)  # its source sends it again
    engine.work()
    assert engine.went() == []
    assert lines(engine) == [("unknown", "welcome", "may have gone before the restore")]
    letter = engine.letters("A")["welcome"]
    assert (letter.status, letter.channel, letter.why) == ("unknown", "email", "may have gone before the restore")
    (chore,) = reading.chores(engine.store)
    assert (chore.case, chore.touchpoint, chore.who, chore.why) == (
        "A", "welcome", "agent", "may have gone before the restore",
    )  # fmt: skip
    assert times(engine, "welcome.sent") == [NOON]


def test_what_comes_due_after_the_restore_goes_as_usual(engine: Engine, mark: Mark) -> None:
    mark(engine, NOON + timedelta(hours=3))
    engine.tell("A", "asked", at=NOON)
    engine.tell("A", "planned", at=NOON + timedelta(minutes=1), visit=visit(NOON + timedelta(days=3)))
    engine.later(hours=3)
    engine.later(days=2)
    engine.tell("A", "done", at=engine.clock.now())
    engine.later(hours=1)
    assert engine.went() == [("email", "survey", "A"), ("sms", "reminder", "A")]
    assert [kind for kind, _, _ in lines(engine)] == ["unknown", "unknown", "message", "message"]


def test_nobody_is_called_about_a_survey_that_may_have_gone(engine: Engine, mark: Mark) -> None:
    engine.tell("A", "asked")
    engine.tell("A", "done", at=NOON)
    mark(engine, NOON + timedelta(hours=2))
    engine.clock.at = NOON + timedelta(hours=3)
    engine.work()
    assert ("unknown", "survey", "may have gone before the restore") in lines(engine)
    assert reading.chores(engine.store) == []


def test_a_case_that_begins_after_the_restore_does_not_notice(engine: Engine, mark: Mark) -> None:
    mark(engine, NOON - timedelta(seconds=1))
    engine.tell("A", "asked")
    engine.work()
    assert engine.went() == [("email", "welcome", "A")]
    assert reading.chores(engine.store) == []


def test_what_hangs_on_a_message_that_may_have_gone_may_have_gone_too(chained: Engine, mark: Mark) -> None:
    mark(chained, NOON + timedelta(hours=3))
    chained.clock.at = NOON + timedelta(hours=3, minutes=10)
    chained.tell("A", "asked", at=NOON)
    chained.tell("A", "planned", at=NOON + timedelta(hours=2, minutes=50), visit=visit(NOON + timedelta(days=9)))
    chained.work()
    chained.later(hours=5)
    assert chained.went() == []
    assert {name for _, name, _ in lines(chained)} == {"welcome", "confirmation", "nudge"}
    assert times(chained, "welcome.sent") == [NOON]  # although an event of later was there already
    assert times(chained, "nudge.sent") == [NOON + timedelta(hours=2)]


def test_what_hangs_on_a_message_that_may_have_gone_goes_when_it_is_due_later(chained: Engine, mark: Mark) -> None:
    mark(chained, NOON + timedelta(hours=1))
    chained.clock.at = NOON + timedelta(hours=1, minutes=10)
    chained.tell("A", "asked", at=NOON)
    chained.later(minutes=55)
    assert chained.went() == [("email", "nudge", "A")]


class Died(BaseException):
    """The worker is killed."""


def test_what_was_being_handed_over_when_the_backup_was_taken_is_recorded_once(engine: Engine, mark: Mark) -> None:
    send = engine.email.send

    def killed(message: Outgoing) -> Receipt:
        engine.email.send = send  # type: ignore[method-assign]
        raise Died

    engine.email.send = killed  # type: ignore[method-assign]
    engine.tell("A", "asked")
    with pytest.raises(Died):
        engine.sweep()
    mark(engine, NOON + timedelta(minutes=1))
    engine.outbox = engine.another()
    engine.later(minutes=10)
    assert engine.went() == []
    assert lines(engine) == [("unknown", "welcome", "may have gone before the restore")]


def test_a_message_that_bounces_after_the_restore_is_not_sent_by_the_next_channel(engine: Engine, mark: Mark) -> None:
    engine.tell("A", "asked")
    engine.work()
    mark(engine, NOON + timedelta(minutes=1))
    engine.clock.at += timedelta(minutes=2)
    moment = engine.letters("A")["welcome"].moment.key
    engine.deliver(told("A", "welcome.failed", engine.clock.now(), "b1", moment=moment, channel="email"))
    engine.work()
    assert engine.went() == [("email", "welcome", "A")]
    assert [chore.touchpoint for chore in reading.chores(engine.store)] == ["welcome"]
    assert times(engine, "welcome.sent") == [NOON]


def test_what_is_too_late_by_now_is_skipped_as_ever(engine: Engine, mark: Mark) -> None:
    mark(engine, NOON + timedelta(days=3))
    engine.clock.at = NOON + timedelta(days=3)
    engine.tell("A", "asked", at=NOON)
    engine.work()
    assert engine.went() == []
    assert lines(engine) == [("skip", "welcome", "late")]
    assert [chore.touchpoint for chore in reading.chores(engine.store)] == ["late"]


def test_nobody_is_asked_to_see_to_a_message_that_the_customer_refuses(engine: Engine, mark: Mark) -> None:
    from loper.step import Customer

    engine.directory.named["A"] = Customer(key="A", reachable=frozenset({"email"}), refuses=frozenset({"service"}))
    mark(engine, NOON)
    engine.tell("A", "asked")
    engine.work()
    assert lines(engine) == [("skip", "welcome", "refused")]
    assert reading.chores(engine.store) == []


def test_of_two_restores_the_later_mark_counts(engine: Engine, mark: Mark) -> None:
    for hours in (1, 2):
        mark(engine, NOON + timedelta(hours=hours))
    with engine.store.unit() as unit:
        assert unit.restored() == NOON + timedelta(hours=2)


def test_a_store_that_was_never_put_back_says_so(engine: Engine) -> None:
    with engine.store.unit() as unit:
        assert unit.restored() is None


def test_a_backup_taken_in_the_middle_and_put_back_doubles_nothing() -> None:
    """The whole in one: twelve customers, a copy of the store after six, and everything told again.

    On real databases, with real backups, tests/deploy/test_restore.py does it.
    """
    store = MemoryStore()
    engine = Engine(store)
    events = [told(f"c{n}", "asked", NOON + timedelta(minutes=n)) for n in range(12)]
    for event in events[:6]:
        engine.clock.at = event.event.time
        engine.deliver(event)
        engine.work()
    backup = copy.deepcopy(store.data)
    for event in events[6:]:
        engine.clock.at = event.event.time
        engine.deliver(event)
        engine.work()
    store.data = backup
    store.data.restored = engine.clock.now()
    engine.clock.at += timedelta(minutes=1)
    engine.deliver(*events)
    engine.work()
    keys = [message.key for message in engine.email.sent]
    assert len(keys) == len(set(keys)) == 12
    assert [chore.case for chore in reading.chores(engine.store)] == ["c10", "c11", "c6", "c7", "c8", "c9"]
