"""Units: done again when others were quicker, without what is poisoned, and with only what holds at their end."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from loper.define import read_journey
from loper.define.organisation import Policy
from loper.run.memory import MemoryStore
from loper.run.ports import Receipt
from loper.run.store import Conflict, Poisoned, Unit
from loper.run.take import ROUNDS
from loper.run.transact import TRIES, transact
from loper.run.work import Work
from loper.step import Customer, Effect, Moment, Step
from tests.run import reading
from tests.run.worlds import NOON, SMALL, Engine, told, visit


class Contended:
    """A store in which somebody else is quicker, so many times."""

    def __init__(self, store: MemoryStore, times: int) -> None:
        self.store, self.times = store, times

    @contextmanager
    def unit(self) -> Iterator[Unit]:
        with self.store.unit() as unit:
            yield unit
            if self.times:
                self.times -= 1
                raise Conflict("somebody was quicker")


@pytest.mark.parametrize("times", [0, 1, TRIES - 1])
def test_a_unit_is_done_again_while_others_are_quicker(times: int) -> None:
    engine = Engine(MemoryStore())
    engine.store = Contended(engine.store, times)  # type: ignore[arg-type, assignment]
    assert engine.tell("A", "asked").result == "accepted"
    assert reading.events(engine.store, "A") == ["asked"]


def test_who_is_never_quick_enough_hears_so() -> None:
    engine = Engine(MemoryStore())
    engine.store = Contended(engine.store, TRIES)  # type: ignore[arg-type, assignment]
    with pytest.raises(Conflict):
        engine.tell("A", "asked")


def test_what_is_poisoned_although_it_was_left_out_is_not_tried_for_ever() -> None:
    engine = Engine(MemoryStore())
    tries = []

    def body(work: Work) -> None:
        tries.append(dict(work.poisoned))
        raise Poisoned("again", case="A")

    with pytest.raises(Poisoned):
        transact(engine.store, engine.journeys, engine.clock, body)
    assert tries == [{}, {"A": "again"}]


def test_a_case_that_goes_round_for_ever_is_set_aside(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    from loper.run import work as working

    sound, ticks = working.step, []

    def step(journey, case, input, now) -> Step:  # type: ignore[no-untyped-def]
        done = sound(journey, case, input, now)
        if case.key == "A":
            ticks.append(now)
            return replace(done, case=replace(done.case, state=replace(done.case.state, wake=now)))
        return done

    monkeypatch.setattr(working, "step", step)
    outcomes = engine.deliver(told("A", "asked", NOON), told("B", "asked", NOON))
    assert [one.result for one in outcomes] == ["waiting", "accepted"]
    assert ROUNDS < len(ticks) < 2 * ROUNDS
    with engine.store.unit() as unit:
        assert unit.cases(["A"])["A"].set_aside == "it goes round for ever"


def test_two_late_events_of_one_batch_are_folded_with_each_other(engine: Engine) -> None:
    engine.tell("A", "asked")
    engine.later(minutes=20)
    engine.tell("A", "called")
    engine.deliver(
        told("A", "planned", NOON + timedelta(minutes=5), visit=visit(NOON + timedelta(days=3))),
        told("A", "cancelled", NOON + timedelta(minutes=3)),
    )
    assert engine.case("A").state.stage == "waiting"
    assert reading.events(engine.store, "A")[-2:] == ["planned", "cancelled"]


def test_the_log_has_a_line_for_each_thing_that_happened_and_no_more(engine: Engine) -> None:
    engine.tell("A", "asked", customer="jo")
    engine.work()
    engine.later(minutes=1)
    engine.tell("A", "called")
    lines = [(t.kind, t.activity, t.stage, t.initiator) for t in reading.touches(engine.store)]
    assert lines == [
        ("event", "asked", None, "customer"),
        ("move", "asked", "open", "customer"),
        ("message", "welcome", "open", "system"),
        ("event", "called", "open", "customer"),
        ("task", "call", "open", "system"),
    ]


def test_a_moment_that_is_queued_and_withdrawn_in_one_unit_was_never_queued(engine: Engine) -> None:
    engine.tell("A", "asked")
    engine.work()
    moment = Moment("reminder", "x", NOON)

    def body(work: Work) -> None:
        work.load(["A"])
        stored = work.stored["A"]
        for kind in ("message", "withdrawn"):
            work.took("A", SMALL, Step(stored.case, (Effect(kind=kind, at=NOON, stage="open", moment=moment),)))

    transact(engine.store, engine.journeys, engine.clock, body)
    assert "reminder" not in engine.letters("A")
    assert [t.kind for t in reading.touches(engine.store)][-1] == "withdrawn"


CHAIN = """
journey: chain
title: {nl: Keten}
owner: iemand@example.nl
timezone: Europe/Amsterdam
events: {asked: {from: [customer]}}
begins: {asked: open}
stages:
  open: {on: {first.skipped: closed}, within: 3 days}
  closed: {final: true}
touchpoints:
  first: {when: asked, channels: [sms]}
  second: {when: asked, in: [open], channels: [email]}
  other: {when: asked, channels: [email]}
"""


def test_a_message_that_another_ones_fate_withdraws_does_not_go(engine: Engine, tmp_path: Path) -> None:
    """All are judged at once, as their kind is bundled; the first is skipped, which ends the stage of the second."""
    (tmp_path / "chain.yaml").write_text(CHAIN)
    engine.journeys.published = {"chain": [read_journey(tmp_path / "chain.yaml")]}
    engine.journeys.rules = Policy(bundle=frozenset({"service"}))
    engine.directory.named["jo"] = Customer(key="jo", reachable=frozenset({"email"}))
    engine.tell("A", "asked", customer="jo")
    engine.work()
    assert engine.went() == []
    letters = engine.letters("A")
    assert [(name, letters[name].status) for name in ("first", "second", "other")] == [
        ("first", "skipped"),
        ("second", "withdrawn"),
        ("other", "withdrawn"),
    ]
    assert letters["second"].attempts == 0


# -- who holds what ----------------------------------------------------------------------------------------------


def test_a_letter_that_is_put_off_holds_up_no_other_of_its_customer(engine: Engine) -> None:
    engine.email.answers = [Receipt("later")]
    engine.tell("A", "asked", customer="jo")
    engine.sweep()
    assert engine.letters("A")["welcome"].lease is None
    engine.tell("B", "asked", customer="jo")
    engine.another().sweep(10)
    assert engine.went() == [("email", "welcome", "B")]


def test_what_a_worker_held_too_long_is_left_to_others(engine: Engine) -> None:
    from loper.run.outbox import CHUNK

    engine.deliver(*[told(f"c{n:03}", "asked", NOON) for n in range(2 * CHUNK)])
    send, slept = engine.email.send, [False]

    def sleeps(message):  # type: ignore[no-untyped-def]
        receipt = send(message)
        if len(engine.email.sent) == CHUNK and not slept[0]:
            slept[0] = True
            engine.clock.at += timedelta(minutes=4)  # the holds of the second half run out
        return receipt

    engine.email.send = sleeps  # type: ignore[method-assign]
    engine.sweep()
    assert len(engine.email.sent) == CHUNK
    engine.work()
    assert len({message.key for message in engine.email.sent}) == len(engine.email.sent) == 2 * CHUNK


def test_a_message_that_bounced_everywhere_happened_once_and_is_a_persons_task(engine: Engine) -> None:
    engine.tell("A", "asked")
    engine.work()
    moment = engine.letters("A")["welcome"].moment.key
    for number, channel in enumerate(("email", "sms")):
        engine.later(minutes=1)
        engine.tell("A", "welcome.failed", ident=f"bounce {number}", moment=moment, channel=channel)
        engine.work()
    assert [channel for channel, _, _ in engine.went()] == ["email", "sms"]
    happened = [type for type in reading.events(engine.store, "A") if type in ("welcome.sent", "welcome.skipped")]
    assert happened == ["welcome.sent"]
    assert [(c.touchpoint, c.why) for c in reading.chores(engine.store)] == [("welcome", "no channel reached them")]
