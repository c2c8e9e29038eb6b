"""Many at once, on the real database: pages, workers and senders of events get in each other's way and lose nothing."""

from __future__ import annotations

import threading
import time
from collections import Counter
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection, transaction

from loper.define.organisation import Cap, Policy
from loper.run.ports import Outgoing, Receipt
from loper.run.transact import transact
from loper.run.work import Work
from loper.run.worker import tick_due
from tests.run import reading
from tests.run.worlds import NOON, Engine, told, visit


def at_once(tasks: Sequence[Callable[[], Any]], threads: int = 8) -> list[Any]:
    """Run these in threads that begin together; gives what each gave, raises what any raised."""
    gate = threading.Barrier(min(threads, len(tasks)))
    opened = threading.local()

    def run(task: Callable[[], Any]) -> Any:
        if not hasattr(opened, "yes"):
            opened.yes = True
            gate.wait(30)
        try:
            return task()
        finally:
            connection.close()

    with ThreadPoolExecutor(threads) as pool:
        return [future.result() for future in [pool.submit(run, task) for task in tasks]]


def test_one_event_told_by_many_at_once_is_accepted_once(real_engine: Engine) -> None:
    for round in range(5):
        begin = told(f"A{round}", "asked", NOON, "1")
        found = at_once([lambda event=begin: real_engine.deliver(event)[0].result] * 8)
        assert Counter(found) == {"accepted": 1, "duplicate": 7}
        call = told(f"A{round}", "called", NOON, "2")
        found = at_once([lambda event=call: real_engine.deliver(event)[0].result] * 8)
        assert Counter(found) == {"accepted": 1, "duplicate": 7}
        assert reading.events(real_engine.store, f"A{round}").count("called") == 1


def test_batches_that_overlap_in_any_order_are_taken_once(real_engine: Engine) -> None:
    keys = [f"c{n:02}" for n in range(20)]
    events = [told(key, "asked", NOON) for key in keys] + [told(key, "called", NOON) for key in keys]
    orders = [events[turn:] + events[:turn] for turn in range(0, 40, 5)]
    orders = [order if n % 2 else order[::-1] for n, order in enumerate(orders)]
    at_once([lambda order=order: real_engine.deliver(*order) for order in orders])
    for key in keys:
        assert Counter(reading.events(real_engine.store, key)) == {"asked": 1, "called": 1, "call.sent": 1}
    assert reading.waiting(real_engine.store) == []


def test_an_event_that_comes_while_its_case_is_being_made_does_not_wait_for_ever(real_engine: Engine) -> None:
    for round in range(30):
        key = f"A{round}"
        begin, call = told(key, "asked", NOON), told(key, "called", NOON)
        at_once([lambda event=event: real_engine.deliver(event) for event in (begin, call)], threads=2)
        assert sorted(reading.events(real_engine.store, key))[-1] == "called"
    assert reading.waiting(real_engine.store) == []


def test_parents_and_children_that_tell_each_other_things_wait_for_nobody_for_ever(real_engine: Engine) -> None:
    families = [f"A{n}" for n in range(6)]
    for key in families:
        real_engine.deliver(told(key, "asked", NOON), *[told(key, "complained", NOON, f"c{n}") for n in range(5)])
    solved = [told(f"{key}/c{n}", "solved", NOON) for key in families for n in range(5)]
    called = [told(key, "called", NOON, f"call {n}") for n in range(5) for key in families]
    whole = [told(key, "cancelled", NOON, f"{n}") for key in reversed(families) for n in range(5)]
    tasks = [
        lambda event=event: real_engine.deliver(event) for pair in zip(solved, called, strict=True) for event in pair
    ]
    tasks += [lambda part=part: real_engine.deliver(*part) for part in (whole[0::3], whole[1::3], whole[2::3])]
    at_once(tasks)
    for key in families:
        seen = Counter(reading.events(real_engine.store, key))
        assert (seen["complaint.ended"], seen["called"], seen["cancelled"]) == (5, 5, 5)


class Slow:
    """A channel that takes its time, and sees whether a customer is served by two at once."""

    name, idempotent = "email", False

    def __init__(self) -> None:
        self.sent: list[Outgoing] = []
        self.now: Counter[str] = Counter()
        self.at_once = 0

    def send(self, message: Outgoing) -> Receipt:
        self.now[message.to] += 1
        self.at_once = max(self.at_once, self.now[message.to])
        time.sleep(0.002)
        self.now[message.to] -= 1
        self.sent.append(message)
        return Receipt("sent")

    def close(self) -> None:
        pass


@pytest.mark.parametrize("workers", [2, 4])
def test_workers_beside_each_other_send_each_letter_once_and_keep_to_the_caps(
    real_engine: Engine, workers: int
) -> None:
    real_engine.journeys.rules = Policy(caps=(Cap("service", 3, timedelta(days=1)),))
    channel = Slow()
    cases = [replace(told(f"c{n:03}", "asked", NOON), customer=f"u{n % 40:02}") for n in range(240)]
    real_engine.deliver(*cases)

    def work(box: Any) -> None:
        while box.sweep(25):
            tick_due(real_engine.store, real_engine.journeys, real_engine.clock, 20)

    boxes = []
    for _ in range(workers):
        box = real_engine.another(ThreadPoolExecutor(4))
        box.channels = {"email": channel}
        boxes.append(box)
    at_once([lambda box=box: work(box) for box in boxes], threads=workers)
    work(boxes[0])
    keys = Counter(message.key for message in channel.sent)
    assert set(keys.values()) == {1}
    assert Counter(message.to for message in channel.sent) == {f"u{n:02}@example.nl": 3 for n in range(40)}
    assert channel.at_once == 1
    sent = [t for t in reading.touches(real_engine.store) if t.kind == "message"]
    assert len(sent) == 120
    assert not [t for t in reading.touches(real_engine.store) if t.kind == "unknown"]


def test_workers_and_pages_beside_each_other_tick_each_case_once(real_engine: Engine) -> None:
    start = NOON + timedelta(days=3)
    keys = [f"c{n:03}" for n in range(150)]
    real_engine.deliver(*[told(key, "asked", NOON) for key in keys])
    real_engine.deliver(*[told(key, "planned", NOON, visit=visit(start)) for key in keys])
    real_engine.work()
    real_engine.clock.at += timedelta(days=2)
    now = real_engine.clock.now()

    def ticks() -> int:
        count = 0
        while found := tick_due(real_engine.store, real_engine.journeys, real_engine.clock, 10)[0]:
            count += found
        return count

    pages = [lambda key=key: real_engine.deliver(told(key, "called", now)) for key in keys[::3]]
    at_once([ticks, ticks, ticks, *pages], threads=6)
    ticks()
    reminders = [one for one in real_engine.all_letters() if one.moment.touchpoint == "reminder"]
    assert sorted(one.case for one in reminders) == keys
    assert sorted(chore.case for chore in reading.chores(real_engine.store)) == keys[::3]


@pytest.mark.postgres
def test_a_page_that_tells_inside_its_own_transaction_sees_what_others_did_meanwhile(real_engine: Engine) -> None:
    """The event is delivered in the page's transaction; somebody else makes the same case in between."""
    begun, go_on = threading.Event(), threading.Event()

    def page() -> str:
        with transaction.atomic():
            connection.cursor().execute("SELECT 1 FROM journey_case")
            begun.set()
            go_on.wait(10)
            first = real_engine.deliver(told("A", "asked", NOON, "1"))[0].result
            second = real_engine.deliver(told("A", "called", NOON, "2"))[0].result
            return f"{first} {second}"

    def other() -> str:
        begun.wait(10)
        result = real_engine.deliver(told("A", "asked", NOON, "1"))[0].result
        go_on.set()
        return result

    assert at_once([page, other], threads=2) == ["duplicate accepted", "accepted"]


@pytest.mark.postgres
def test_two_units_that_wait_for_each_other_are_both_done_in_the_end(real_engine: Engine) -> None:
    """A parent and its child, locked in opposite orders: PostgreSQL lets one give way, and that one is done again."""
    real_engine.deliver(told("A", "asked", NOON), told("B", "asked", NOON))
    gate, tries = threading.Barrier(2), Counter[str]()

    def unit(first: str, second: str) -> None:
        def body(work: Work) -> None:
            tries[first] += 1
            work.load([first])
            if tries[first] == 1:
                gate.wait(10)
            work.load([second])
            work.event(first, told(first, "called", NOON).event)

        transact(real_engine.store, real_engine.journeys, real_engine.clock, body)

    at_once([lambda: unit("A", "B"), lambda: unit("B", "A")], threads=2)
    assert max(tries.values()) == 2  # one gives way; both do where both find out at the same moment
    assert [reading.events(real_engine.store, key).count("called") for key in "AB"] == [1, 1]


@pytest.mark.postgres
def test_of_two_pages_that_wait_for_each_other_one_is_asked_to_try_again(real_engine: Engine) -> None:
    real_engine.deliver(told("A", "asked", NOON), told("B", "asked", NOON))
    gate = threading.Barrier(2)

    def page(first: str, second: str) -> list[str]:
        found = []
        with transaction.atomic():
            found.append(real_engine.deliver(told(first, "called", NOON, f"{first}{second}1"))[0].result)
            gate.wait(10)
            found.append(real_engine.deliver(told(second, "called", NOON, f"{first}{second}2"))[0].result)
        return found

    outcomes = []
    for order in (("A", "B"), ("B", "A")):
        outcomes.append(lambda order=order: _or_name(lambda: page(*order)))
    found = at_once(outcomes, threads=2)
    # Each holds what the other wants, in a transaction of its own: one of them must give way, and hears so.
    assert ["accepted", "accepted"] in found
    other = next(one for one in found if one != ["accepted", "accepted"])
    assert other == "Unanswered"


def _or_name(task: Callable[[], Any]) -> Any:
    try:
        return task()
    except Exception as wrong:
        return type(wrong).__name__
