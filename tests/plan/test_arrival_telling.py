"""What a customer is told of the time, and when they are told anew."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from loper.plan.arrival import Arrival, Basis, Horizon
from loper.plan.model import Span
from loper.plan.telling import EXACT, LEAST, MOST, QUIET, Said, Told, say, tell_anew

DAY = datetime(2026, 9, 1, tzinfo=UTC)
MINUTE = timedelta(minutes=1)


def at(hour: int, minute: int = 0) -> datetime:
    return DAY.replace(hour=hour, minute=minute)


NOW, BLOCK = at(10, 12), Span(at(10), at(12))


def foreseen(low: datetime, high: datetime, horizon: Horizon = "driving", basis: Basis = "place") -> Arrival:
    return Arrival(low=low, median=low + (high - low) / 2, high=high, horizon=horizon, basis=basis, made=NOW)


def test_a_narrow_window_is_said_by_its_minutes_rounded_outward() -> None:
    assert say(foreseen(at(10, 42), at(10, 58)), BLOCK, NOW) == Said(kind="exact", start=at(10, 40), end=at(11))


def test_a_wider_one_is_an_hour_and_a_wide_one_the_block() -> None:
    hour = say(foreseen(at(10, 32), at(11, 10)), BLOCK, NOW)
    assert (hour.kind, hour.start, hour.end) == ("hour", at(10, 30), at(11, 30))
    assert say(foreseen(at(10, 20), at(11, 40)), BLOCK, NOW) == Said(kind="block", start=at(10), end=at(12))


def test_before_the_day_and_without_taps_it_is_the_block() -> None:
    block = Said(kind="block", start=at(10), end=at(12))
    assert say(foreseen(at(10, 42), at(10, 58), "before the day"), BLOCK, NOW) == block
    assert say(foreseen(at(10, 42), at(10, 58), basis="plan"), BLOCK, NOW) == block


def test_who_would_wait_for_the_block_does_not_say_to_be_there_before_it() -> None:
    said = say(foreseen(at(9, 45), at(10, 10)), BLOCK, at(9, 30))
    assert (said.kind, said.start, said.end) == ("exact", at(10), at(10, 10))
    all_before = say(foreseen(at(9, 30), at(9, 50)), BLOCK, at(9, 20))
    assert (all_before.start, all_before.end) == (at(10), at(10, 10))


def test_a_promise_in_danger_is_not_repeated() -> None:
    likely_late = say(foreseen(at(10, 50), at(12, 40), "previous"), BLOCK, NOW)
    assert (likely_late.kind, likely_late.end, likely_late.late) == ("block", at(13), False)
    late = say(foreseen(at(11, 50), at(13, 40), "one before"), BLOCK, NOW)
    assert (late.kind, late.start, late.end, late.late) == ("block", at(11, 30), at(14), True)
    assert say(foreseen(at(12, 20), at(12, 40)), BLOCK, NOW).late


def test_a_block_that_is_over_is_not_said() -> None:
    said = say(foreseen(at(10, 50), at(13, 40), "previous", "plan"), BLOCK, at(12, 5))
    assert said.end > at(12, 5) and said.start >= at(12)


def test_without_a_promise_there_is_a_window_all_the_same() -> None:
    said = say(foreseen(at(10, 40), at(12, 35), "one before"), None, NOW)
    assert (said.kind, said.start, said.end, said.late) == ("block", at(10, 30), at(13), False)


times = st.integers(-300, 600).map(lambda minutes: NOW + minutes * MINUTE + timedelta(seconds=17))


@given(
    ends=st.tuples(times, times).map(sorted),
    now=times,
    block=st.one_of(st.none(), times.map(lambda start: Span(start, start + 120 * MINUTE))),
    basis=st.sampled_from(["place", "taps", "plan"]),
)
def test_what_is_said_is_never_in_the_past_and_never_before_the_block(
    ends: list[datetime], now: datetime, block: Span | None, basis: Basis
) -> None:
    said = say(foreseen(*ends, basis=basis), block, now)
    assert said.end > now
    assert said.end - said.start >= LEAST
    if said.kind == "exact":
        assert said.end - said.start <= EXACT + 10 * MINUTE
        assert basis != "plan"
    if said.kind != "block" and block is not None:
        assert said.start > block.start - 5 * MINUTE  # a block begins on the five minutes; this one may not
        assert block.start < said.end


@given(ends=st.tuples(times, times).map(sorted), block=times)
def test_what_was_foreseen_lies_within_what_is_said(ends: list[datetime], block: datetime) -> None:
    now = NOW - timedelta(hours=6)
    arrival = foreseen(*ends)
    said = say(arrival, None, now)
    assert said.start <= arrival.low <= arrival.high <= said.end
    assert (said.start.second, said.start.minute % 5, said.end.minute % 5) == (0, 0, 0)


WINDOW = Said(kind="exact", start=at(10, 40), end=at(11))
TOLD = Told(WINDOW, at(10, 10))


@pytest.mark.parametrize(
    ("median", "anew"),
    [
        (at(10, 50), False),
        (at(11), False),
        (at(11, 4), False),
        (at(11, 6), True),
        (at(10, 36), False),
        (at(10, 34), True),
    ],
)
def test_only_a_time_outside_of_what_was_told_is_told_anew(median: datetime, anew: bool) -> None:
    new = replace(foreseen(at(10, 30), at(11, 20)), median=median)
    assert tell_anew(TOLD, new, at(10, 31)) is anew


def test_a_time_that_goes_to_and_fro_is_not_told_each_time() -> None:
    late = foreseen(at(11, 20), at(11, 40))
    assert not tell_anew(TOLD, late, TOLD.at + QUIET - MINUTE)
    assert tell_anew(TOLD, late, TOLD.at + QUIET)
    assert not tell_anew(TOLD._replace(times=MOST), late, at(10, 59))


def test_a_silent_telephone_is_no_reason_to_worry_a_customer() -> None:
    lost = foreseen(at(11, 50), at(13, 40), "previous", "plan")
    assert say(lost, BLOCK, NOW) == Said(kind="block", start=at(10), end=at(12))
    assert not tell_anew(TOLD, lost, at(11, 30))


def test_being_more_precise_is_no_reason_for_a_message() -> None:
    block = Told(Said(kind="block", start=at(10), end=at(12)), at(7))
    assert not tell_anew(block, foreseen(at(10, 42), at(10, 58)), NOW)
