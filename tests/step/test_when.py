"""Due times: shift, then window, then wall time becomes an instant (language, rule 5)."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from loper.define.model import Calendar, Duration, Unit, Window
from loper.step.when import due, instant, opens, shift, wall
from tests.step.worlds import ZONES

AMS = ZoneInfo("Europe/Amsterdam")
WEEK = Calendar()
DAY = Duration(1, Unit.DAYS)

instants = st.datetimes(datetime(1971, 1, 1), datetime(2090, 1, 1), timezones=st.just(UTC))
zones = st.sampled_from(ZONES).map(ZoneInfo)
durations = st.builds(Duration, st.integers(0, 40), st.sampled_from(list(Unit)))
times = st.times().map(lambda t: t.replace(second=0, microsecond=0))
windows = st.builds(Window, times, times)


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=AMS).astimezone(UTC)


def due_at(text: str, **kwargs: object) -> str:
    return wall(due(at(text), zone=AMS, calendar=WEEK, **kwargs), AMS).isoformat(" ", "minutes")  # type: ignore[arg-type]


def test_a_day_before_ten_is_ten_on_a_day_of_25_hours():
    assert due_at("2026-10-26 10:00", by=DAY, sign=-1) == "2026-10-25 10:00"


def test_hours_are_elapsed_time_over_the_change_of_the_clock():
    assert due_at("2027-03-28 01:30", by=Duration(2, Unit.HOURS)) == "2027-03-28 04:30"


def test_a_time_that_does_not_exist_becomes_the_first_that_does():
    assert due_at("2027-03-27 02:30", by=DAY) == "2027-03-28 03:00"


def test_of_two_times_the_first_is_taken():
    assert due(at("2026-10-24 02:30"), zone=AMS, calendar=WEEK, by=DAY) == datetime(2026, 10, 25, 0, 30, tzinfo=UTC)


def test_a_whole_day_that_an_island_skipped_becomes_the_day_after():
    apia = ZoneInfo("Pacific/Apia")
    assert wall(instant(datetime(2011, 12, 30, 12), apia), apia) == datetime(2011, 12, 31)


@pytest.mark.parametrize(
    ("start", "n", "expected"),
    [
        ("2026-09-04 15:00", 1, "2026-09-07 15:00"),  # Friday -> Monday
        ("2026-09-05 10:00", 1, "2026-09-07 10:00"),  # Saturday -> Monday
        ("2026-09-07 10:00", 5, "2026-09-14 10:00"),
    ],
)
def test_working_days_count_on_the_calendar(start, n, expected):
    assert due_at(start, by=Duration(n, Unit.WORKING_DAYS)) == expected


def test_a_holiday_is_no_working_day():
    calendar = Calendar(holidays=frozenset({date(2026, 12, 25)}))
    found = shift(at("2026-12-24 10:00"), Duration(1, Unit.WORKING_DAYS), AMS, calendar)
    assert wall(found, AMS) == datetime(2026, 12, 28, 10)


@pytest.mark.parametrize(
    ("start", "sign", "window", "expected"),
    [
        ("2026-09-04 08:00", -1, "09:00-20:00", "2026-09-02 20:00"),  # before: earlier, the evening before
        ("2026-09-04 21:00", -1, "09:00-20:00", "2026-09-03 20:00"),
        ("2026-09-04 20:00", -1, "09:00-20:00", "2026-09-03 20:00"),  # both ends are in it
        ("2026-09-04 08:00", 1, "09:00-20:00", "2026-09-05 09:00"),  # after: later
        ("2026-09-04 21:00", 1, "09:00-20:00", "2026-09-06 09:00"),
        ("2026-09-04 12:00", 1, "20:00-06:00", "2026-09-05 20:00"),  # wraps midnight
        ("2026-09-04 12:00", -1, "20:00-06:00", "2026-09-03 06:00"),
        ("2026-09-04 23:00", 1, "20:00-06:00", "2026-09-05 23:00"),
    ],
)
def test_a_window_moves_a_before_moment_earlier_and_any_other_later(start, sign, window, expected):
    first, last = (time.fromisoformat(part) for part in window.split("-"))
    assert due_at(start, by=DAY, sign=sign, window=Window(first, last)) == expected


@given(instants, durations, zones, windows, st.sampled_from([1, -1]), st.integers(0, 3))
def test_a_due_time_lies_in_its_window_in_every_zone(start, by, zone, window, sign, repeat):
    found = due(start, zone=zone, calendar=WEEK, by=by, sign=sign, window=window, every=DAY, repeat=repeat)
    bare = due(start, zone=zone, calendar=WEEK, by=by, sign=sign, every=DAY, repeat=repeat)
    local = wall(found, zone).time()
    moved_into_a_gap = wall(found - timedelta(seconds=1), zone) + timedelta(seconds=1) != wall(found, zone)
    assert local in window or moved_into_a_gap
    assert found <= bare + timedelta(hours=26) if sign < 0 else found >= bare - timedelta(hours=3)


@given(instants, zones, windows)
def test_a_window_never_opens_in_the_past(now, zone, window):
    found = opens(now, window, zone)
    assert found >= now
    assert found - now < timedelta(hours=51)


@given(st.datetimes(datetime(1971, 1, 1), datetime(2090, 1, 1)), zones)
def test_every_wall_time_becomes_an_instant_that_reads_so_or_is_the_first_after_the_gap(local, zone):
    found = instant(local, zone)
    read = wall(found, zone)
    if read != local:
        assert read > local
        before = wall(found - timedelta(seconds=1), zone)
        assert before < local
    else:
        assert instant(local, zone) <= local.replace(tzinfo=zone, fold=1).astimezone(UTC)


@given(instants, durations, zones)
def test_elapsed_time_is_exact(start, by, zone):
    if by.unit in (Unit.MINUTES, Unit.HOURS):
        step = timedelta(minutes=by.amount) if by.unit is Unit.MINUTES else timedelta(hours=by.amount)
        assert shift(start, by, zone, WEEK) == start + step
        assert shift(start, by, zone, WEEK, -1) == start - step
