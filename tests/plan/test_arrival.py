"""When the technician will be there: what a forecast knows, and what it does not claim."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import numpy as np
import pytest

from loper.plan.arrival import Arrival, forecast, forecasts
from loper.plan.duration import Lasting
from loper.plan.model import Job, Pause, Place, Seconds, Shift, Span
from loper.plan.progress import Position, Progress, pauses_left, turn
from loper.plan.traffic import Traffic, traffic_of

DAY = datetime(2026, 9, 1, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
HOME, A, B, C = Place(0, 0), Place(0, 1), Place(0, 2), Place(0, 3)
SURE = Lasting(math.log(30), 0.05)


class Line:
    """Twenty minutes from one place to the next."""

    def seconds(self, origins: Sequence[Place], destinations: Sequence[Place]) -> Seconds:
        east = np.subtract.outer([one.lon for one in origins], [one.lon for one in destinations])
        return np.rint(np.abs(east) * 1200).astype(np.int64)


def at(hour: int, minute: int = 0) -> datetime:
    return DAY.replace(hour=hour, minute=minute)


def job(key: str, place: Place, promised: Span | None = None) -> Job:
    return Job(key=key, place=place, lasts=30 * MINUTE, promised=promised)


SHIFT = Shift(technician="Kim", day=DAY.date(), start=at(8), end=at(17), begins_at=HOME)
JOBS = (job("a", A), job("b", B), job("c", C))
WAITING = Progress(shift=SHIFT, jobs=JOBS, lasts=dict.fromkeys("abc", SURE))
DRIVING = replace(WAITING, does="driving", since=at(8), at=HOME)
WORKING = replace(WAITING, does="working", since=at(8, 20), at=A)


def foresee(progress: Progress, now: datetime, position: Position | None = None) -> dict[str, Arrival]:
    return forecasts(progress, now, Line(), np.random.default_rng(1), position, draws=4000)


def off(arrival: Arrival, expected: datetime) -> float:
    """Minutes from the median."""
    return abs((arrival.median - expected) / MINUTE)


def width(arrival: Arrival) -> float:
    return (arrival.high - arrival.low) / MINUTE


def test_a_day_is_added_up_from_its_trips_and_jobs() -> None:
    ahead = foresee(WAITING, at(7))
    assert list(ahead) == ["a", "b", "c"]
    assert off(ahead["a"], at(8, 20)) < 1
    assert off(ahead["b"], at(9, 10)) < 2
    assert off(ahead["c"], at(10, 0)) < 3
    assert {one.horizon for one in ahead.values()} == {"before the day"}


def test_the_further_away_the_wider() -> None:
    ahead = foresee(WAITING, at(7))
    assert width(ahead["a"]) < width(ahead["b"]) < width(ahead["c"])


@pytest.mark.parametrize(
    ("progress", "horizons"),
    [
        (DRIVING, {"a": "driving", "b": "one before", "c": "earlier today"}),
        (WORKING, {"b": "previous", "c": "one before"}),
        (replace(WORKING, does="free", jobs=JOBS[1:]), {"b": "previous", "c": "one before"}),
    ],
)
def test_how_far_away_a_customer_is(progress: Progress, horizons: dict[str, str]) -> None:
    assert {key: one.horizon for key, one in foresee(progress, at(8, 25)).items()} == horizons


def test_one_customer_alone_is_asked_for_by_key() -> None:
    found = forecast(DRIVING, "b", at(8, 5), Line(), np.random.default_rng(1))
    assert found.horizon == "one before"
    with pytest.raises(KeyError):
        forecast(WORKING, "a", at(8, 25), Line(), np.random.default_rng(1))  # they are there


def test_the_same_chance_gives_the_same_answer() -> None:
    assert foresee(DRIVING, at(8, 5)) == foresee(DRIVING, at(8, 5))


def test_a_place_on_the_way_says_more_than_a_tap() -> None:
    seen = Position(place=Place(0, 0.5), at=at(8, 14))
    by_place, by_tap = foresee(DRIVING, at(8, 15), seen)["a"], foresee(DRIVING, at(8, 15))["a"]
    assert (by_place.basis, by_tap.basis) == ("place", "taps")
    assert off(by_place, at(8, 24)) < 1  # half-way at 8:14
    assert width(by_place) < width(foresee(DRIVING, at(8, 1))["a"])


def test_a_place_of_long_ago_is_not_used() -> None:
    old = Position(place=Place(0, 0.1), at=at(8, 4))
    assert foresee(DRIVING, at(8, 15), old)["a"] == foresee(DRIVING, at(8, 15))["a"]


def test_what_is_left_of_the_job_counts_not_all_of_it() -> None:
    early, late = foresee(WORKING, at(8, 25))["b"], foresee(WORKING, at(8, 45))["b"]
    assert off(early, at(9, 10)) < 2
    assert off(late, at(9, 10)) < 3
    assert width(late) <= width(early) + 1


def test_a_tap_that_was_forgotten_is_not_believed() -> None:
    assert foresee(DRIVING, at(10))["a"].basis == "plan"
    assert foresee(WORKING, at(12))["b"].basis == "plan"
    assert foresee(WAITING, at(9))["a"].basis == "plan"
    assert foresee(WAITING, at(8, 10))["a"].basis == "taps"


def test_who_waits_at_the_door_for_the_block_did_not_forget_to_tap() -> None:
    waits = replace(DRIVING, jobs=(job("a", A, Span(at(10), at(12))),))
    early = foresee(waits, at(9, 50))["a"]
    assert early.basis == "taps"
    assert early.low == early.high == at(10)


def test_work_never_begins_before_the_block() -> None:
    ahead = foresee(replace(WAITING, jobs=(JOBS[0], job("b", B, Span(at(10), at(12))), JOBS[2])), at(7))
    assert ahead["b"].low == at(10)
    assert off(ahead["c"], at(10, 50)) < 3


def test_lunch_is_had_when_it_may_and_later_when_a_promise_presses() -> None:
    lunch = Pause(kind="lunch", earliest=at(8, 30), latest=at(12), lasts=40 * MINUTE)
    eats = replace(WORKING, pauses=(lunch,))
    assert off(foresee(eats, at(8, 25))["b"], at(9, 50)) < 4
    pressed = replace(eats, jobs=(JOBS[0], job("b", B, Span(at(8, 30), at(9, 30))), JOBS[2]))
    ahead = foresee(pressed, at(8, 25))
    assert off(ahead["b"], at(9, 10)) < 3
    assert off(ahead["c"], at(10, 40)) < 5  # eaten after b


def test_what_may_not_wait_comes_before_the_job_that_would_run_over_it() -> None:
    dentist = Pause(kind="away", earliest=at(9, 20), latest=at(9, 20), lasts=60 * MINUTE)
    assert off(foresee(replace(WORKING, pauses=(dentist,)), at(8, 25))["b"], at(10, 40)) < 5


def test_of_a_pause_under_way_the_rest_is_left() -> None:
    lunch = Pause(kind="lunch", earliest=at(12), latest=at(13), lasts=30 * MINUTE)
    eating = replace(WAITING, does="paused", since=at(12), at=HOME, pauses=(lunch,))
    assert off(foresee(eating, at(12, 10))["a"], at(12, 50)) < 2


LUNCH = Pause(kind="lunch", earliest=at(11, 30), latest=at(13), lasts=30 * MINUTE)


def test_a_lunch_that_nobody_taps_is_had_in_a_long_gap_or_when_its_time_is_over() -> None:
    def left(last: datetime, *gaps: Span) -> tuple[Pause, ...]:
        return pauses_left([LUNCH], gaps, last)

    assert left(at(11, 50), Span(at(11, 45), at(11, 50))) == (LUNCH,)
    assert left(at(12, 20), Span(at(11, 45), at(12, 20))) == ()
    assert left(at(11, 40), Span(at(11), at(11, 40))) == (LUNCH,)  # most of it too early to be lunch
    assert left(at(13, 5)) == ()
    assert pauses_left([LUNCH], [], None) == (LUNCH,)


def test_one_gap_is_one_pause() -> None:
    away = Pause(kind="away", earliest=at(12), latest=at(14), lasts=30 * MINUTE)
    assert pauses_left([LUNCH, away], [Span(at(12), at(12, 35))], at(12, 35)) == (away,)


def test_who_has_not_left_yet_may_be_having_lunch() -> None:
    free = replace(WAITING, jobs=JOBS[1:], does="free", since=at(12), at=A, pauses=(LUNCH,))
    assert off(foresee(free, at(12, 10))["b"], at(12, 50)) < 3
    assert foresee(free, at(12, 10))["b"].basis == "taps"
    assert foresee(free, at(13, 30))["b"].basis == "plan"


def test_nothing_is_foreseen_in_the_past() -> None:
    for progress in (WAITING, DRIVING, WORKING):
        for one in foresee(progress, at(15)).values():
            assert at(15) <= one.low <= one.median <= one.high


def test_a_day_that_is_done_has_nobody_left() -> None:
    assert foresee(replace(WAITING, jobs=()), at(9)) == {}
    assert foresee(replace(WORKING, jobs=JOBS[:1]), at(9)) == {}


def test_without_history_the_planned_time_is_used_with_a_usual_spread() -> None:
    ahead = foresee(replace(WORKING, lasts={}), at(8, 20))
    assert off(ahead["b"], at(9, 10)) < 2
    assert width(ahead["b"]) > width(foresee(WORKING, at(8, 20))["b"])


def test_slow_trips_of_this_morning_make_the_next_ones_later() -> None:
    jam = traffic_of([(1200, 1600)] * 20)
    assert 1.2 < math.exp(jam.mu) < 1.34
    assert jam.sigma < Traffic().sigma
    assert abs(traffic_of([(1200, 1600)]).mu) < 0.1
    assert traffic_of([]) == Traffic()
    later = forecasts(DRIVING, at(8), Line(), np.random.default_rng(1), traffic=jam)["a"]
    assert later.median > foresee(DRIVING, at(8))["a"].median + 3 * MINUTE


def test_a_day_of_unknown_traffic_is_wide_for_all_of_its_trips_at_once() -> None:
    sure, unsure = (
        forecasts(WAITING, at(7), Line(), np.random.default_rng(1), traffic=Traffic(0.0, sigma)) for sigma in (0.0, 0.4)
    )
    assert width(unsure["a"]) > 1.5 * width(sure["a"])
    trips_of_their_own = width(unsure["a"]) * math.sqrt(3)
    assert width(unsure["c"]) > 1.3 * trips_of_their_own  # three slow trips, not one slow and two quick ones


def test_who_is_early_is_early_for_themselves() -> None:
    assert turn(at(9, 50), Span(at(10), at(12))) == at(10)
    assert turn(at(10, 5), Span(at(10), at(12))) == at(10, 5)
    assert turn(at(9, 50), None) == at(9, 50)


def test_a_day_that_contradicts_itself_is_refused() -> None:
    with pytest.raises(ValueError, match="Kim is driving, but not since when"):
        replace(WAITING, does="driving")
    with pytest.raises(ValueError, match="Kim is working, but has no job"):
        replace(WORKING, jobs=())
    with pytest.raises(ValueError, match="Kim is paused, but has no pause"):
        replace(WORKING, does="paused")
