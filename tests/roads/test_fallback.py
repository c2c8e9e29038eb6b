"""A route server that fails and comes back: there is always a time, and what is asked is remembered."""

from __future__ import annotations

import logging
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import numpy as np
import pytest

from loper.plan.model import Place
from loper.plan.travel import Crow
from loper.roads import Fallback, Lru, Osrm
from tests.roads.servers import Town
from tests.roads.test_servers import AMERSFOORT, HOUTEN, UTRECHT, ZEIST, right, spread

MORNING = datetime(2026, 9, 8, 7, tzinfo=UTC)


class Clock:
    def __init__(self) -> None:
        self.at = MORNING

    def now(self) -> datetime:
        return self.at

    def later(self, seconds: float) -> None:
        self.at += timedelta(seconds=seconds)


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def roads(town: Town, clock: Clock) -> Fallback:
    return Fallback(Osrm(town.url, patience=2), Crow(), now=clock.now)


def estimates(roads: Fallback) -> bool:
    return bool((roads.seconds([UTRECHT], [ZEIST]) == Crow().seconds([UTRECHT], [ZEIST])).all())


def test_the_same_road_is_asked_once(town: Town, roads: Fallback) -> None:
    for _ in range(3):
        assert right(roads, [UTRECHT, ZEIST], [HOUTEN, UTRECHT])
    assert len(town.asked) == 1


def test_only_what_is_missing_is_asked(town: Town, roads: Fallback) -> None:
    near, far = spread(40, 1), spread(40, 2)
    roads.seconds(near, near)
    assert right(roads, [*near, far[0]], near)
    assert len(town.asked) == 2 and town.asked[-1].split("?")[0].count(";") == 40  # one new row


def test_the_same_place_is_no_travel_and_no_question(town: Town, roads: Fallback) -> None:
    assert roads.seconds([UTRECHT], [UTRECHT]).tolist() == [[0]] and town.asked == []


def test_a_server_that_is_down_is_said_once_and_left_alone_longer_each_time(
    town: Town, roads: Fallback, clock: Clock, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO, "loper.roads")
    town.mood = "404"
    assert estimates(roads)
    assert roads.state and (roads.state.since, roads.state.why) == (MORNING, "the server answers 404")
    waits = []
    for second in range(2000):
        before = len(town.asked)
        assert estimates(roads)
        if len(town.asked) > before:
            waits.append(second)
        clock.later(1)
    assert np.diff([0, *waits]).tolist() == [30, 60, 120, 240, 480, 600]
    assert [record.levelname for record in caplog.records] == ["WARNING"]
    assert roads.state.since == MORNING


def test_a_server_that_is_back_is_asked_again_and_it_is_said(
    town: Town, roads: Fallback, clock: Clock, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO, "loper.roads")
    town.mood = "drops"
    assert estimates(roads)
    town.mood = "well"
    clock.later(29)
    assert estimates(roads)  # not yet; and an estimate is not remembered as what the server says
    clock.later(1)
    assert right(roads, [UTRECHT], [ZEIST]) and roads.state is None
    assert [record.getMessage() for record in caplog.records] == [
        "the route server does not serve, travel times are estimated: the server ended the connection",
        "the route server serves again",
    ]


def test_what_the_server_said_holds_while_it_is_down(town: Town, roads: Fallback) -> None:
    roads.seconds([UTRECHT], [ZEIST])
    town.mood = "404"
    times = roads.seconds([UTRECHT], [ZEIST, AMERSFOORT])
    assert right(roads, [UTRECHT], [ZEIST])
    assert times[0, 1] == Crow().seconds([UTRECHT], [AMERSFOORT])[0, 0]


def test_one_thread_tries_a_server_that_was_down_and_the_others_do_not_wait(
    town: Town, roads: Fallback, clock: Clock
) -> None:
    town.mood = "404"
    estimates(roads)
    clock.later(31)
    town.mood, before = "hangs", len(town.asked)
    with ThreadPoolExecutor(8) as pool:
        assert all(pool.map(lambda _: estimates(roads), range(40)))
    assert len(town.asked) == before + 1


def test_threads_that_ask_together_all_get_the_right_times(roads: Fallback) -> None:
    places = spread(30, 7)
    with ThreadPoolExecutor(8) as pool:
        parts = [(places[at : at + 10], places[other : other + 10]) for at in (0, 7, 20) for other in (0, 11, 20)] * 4
        assert all(pool.map(lambda part: right(roads, *part), parts))


def test_a_place_that_is_none_does_not_bring_the_server_down(roads: Fallback) -> None:
    with pytest.raises(ValueError, match="is not a place"):
        roads.seconds([UTRECHT], [Place(200.0, 5.0)])
    assert roads.state is None


def test_the_memory_forgets_the_oldest_first() -> None:
    memory, table = Lru(most=4), np.array([[1, 2]])
    memory.keep([UTRECHT], [ZEIST, HOUTEN], table)
    memory.keep([AMERSFOORT], [ZEIST, HOUTEN], table)
    memory.look([UTRECHT], [ZEIST])
    memory.keep([HOUTEN], [ZEIST], np.array([[3]]))
    assert len(memory) == 3
    assert memory.look([UTRECHT, AMERSFOORT, HOUTEN], [ZEIST, HOUTEN]).tolist() == [[1, 2], [-1, -1], [3, -1]]
