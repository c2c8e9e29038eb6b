"""Contacts by hour of the week and outside opening hours, held against the clock of the standard library."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from loper.define.calendars import built_in
from loper.define.model import Window
from loper.log.table import INSTANT, BadLog
from loper.observe.contact.hours import shifts
from loper.observe.contact.opening import Opening, read_opening
from loper.observe.log import Log
from loper.observe.result import wilson
from tests.observe.conftest import log_of, table

COLUMNS = "case activity hours channel direction"
ZONES = ("Europe/Amsterdam", "America/New_York", "Asia/Kathmandu", "UTC")
moments = st.datetimes(datetime(2024, 1, 1), datetime(2027, 12, 31)).map(lambda at: at.replace(tzinfo=UTC))
rows = st.lists(
    st.tuples(st.sampled_from("xyz"), moments, st.sampled_from(["web", "phone", None]), st.sampled_from(["in", "out"])),
    min_size=1,
    max_size=30,
)
OPENING = read_opening("ma-vr 8:30-17:00, do 18:00-20:00, za 22:00-2:00", [date(2026, 4, 27), date(2024, 12, 25)])


def at(*events: Any) -> Log:
    """Contacts at exact instants: (case, instant, channel, direction)."""
    made = table(*((case, "ask", 0, channel, side) for case, _, channel, side in events), columns=COLUMNS)
    times = pa.array([moment for _, moment, _, _ in events], INSTANT)
    return Log.of(made.set_column(made.column_names.index("time"), "time", times))


def is_open(local: datetime) -> bool:
    if local.date() in OPENING.holidays:
        return False
    minute, day = local.time(), local.weekday()
    weekday = day < 5 and time(8, 30) <= minute < time(17)
    return weekday or (day == 3 and time(18) <= minute < time(20)) or (day == 5 and minute >= time(22)) or (
        day == 6 and minute < time(2)
    )  # fmt: skip


@given(rows, st.sampled_from(ZONES))
@settings(max_examples=150, deadline=None)
def test_hours_of_the_week_are_those_of_the_clock_of_the_place(events: list[Any], zone: str) -> None:
    whole = at(*events)
    if all(row[3] == "out" for row in events):
        return
    for kept in ({row[0] for row in events}, {events[0][0]}):
        log = whole.only(np.array([whole.layout.cases[i] in kept for i in range(whole.layout.count)]))
        local = [(row, row[1].astimezone(ZoneInfo(zone))) for row in events if row[0] in kept and row[3] == "in"]
        found = log.hours(zone=zone, opening=OPENING)
        counted = {(d, h): n for d, hours in enumerate(found.table) for h, n in enumerate(hours) if n}
        assert counted == Counter((one.weekday(), one.hour) for _, one in local)
        by_phone = any(row[2] == "phone" for row in events)
        tries = [(row, one) for row, one in local if row[2] == "phone" or not by_phone]
        closed = [row for row, one in tries if not is_open(one)]
        assert (found.tries, found.closed) == (len(tries), len(closed))
        assert found.outside is not None and found.outside.low == wilson(len(closed), len(tries)).low
        assert set(found.cases_of(log).names()) == {row[0] for row in closed}
        for (day, hour), _ in counted.items():
            there = {row[0] for row, one in local if (one.weekday(), one.hour) == (day, hour)}
            assert set(found.cases_of(log, weekday=day, hour=hour).names()) == there


@pytest.mark.parametrize("zone", [*ZONES, "Australia/Lord_Howe", "Africa/Casablanca", "Pacific/Apia"])
def test_when_the_clock_is_moved_is_found_to_the_second(zone: str) -> None:
    first = datetime(2009, 1, 1, tzinfo=UTC)
    since, shift = shifts(ZoneInfo(zone), first, datetime(2026, 12, 31, tzinfo=UTC))
    epoch = datetime(1970, 1, 1, tzinfo=UTC)
    for moment, ahead in zip(since[1:], shift[1:], strict=True):
        here = epoch + timedelta(microseconds=int(moment))
        after = here.astimezone(ZoneInfo(zone)).utcoffset()
        before = (here - timedelta(seconds=1)).astimezone(ZoneInfo(zone)).utcoffset()
        assert after == timedelta(microseconds=int(ahead)) != before


def test_opening_hours_are_written_in_two_languages() -> None:
    dutch, english = read_opening("ma-vr 8.30-17.00"), read_opening("Monday - Friday 08:30-17:00")
    assert dutch == english == Opening(windows=dict.fromkeys(range(5), (Window(time(8, 30), time(17)),)))
    assert dutch.minutes().sum() == 5 * 510
    assert read_opening("vr-ma 9:00-10:00 11:00-12:00").minutes().sum() == 4 * 120
    office = Opening.of(built_in("nl-office"), [Window(time(9), time(17))])
    assert date(2026, 4, 27) in office.holidays and sorted(office.windows) == [0, 1, 2, 3, 4]
    for wrong in ("", "always", "ma-vr", "mo 9:00-10:00", "ma 25:00-26:00", "ma-vr 9-17"):
        with pytest.raises(BadLog, match="opening hours"):
            read_opening(wrong)


def test_what_is_said_of_hours() -> None:
    monday = datetime(2026, 3, 2, 8, 15, tzinfo=UTC)
    log = at(("1", monday, "phone", "in"), ("2", monday, "phone", "in"), ("3", monday.replace(hour=20), "phone", "in"))
    found = log.hours(opening=OPENING)
    assert "on Monday from 9:00 to 10:00: 2 of 3" in found.summary()
    assert "op maandag van 9:00 tot 10:00" in found.summary("nl") and "buiten openingstijd" in found.summary("nl")
    assert [(one.name, one.repeated) for one in found.groups] == [("phone", 1)]
    assert log.hours().outside is None, "without opening hours nothing is outside them"
    for wrong in ({"zone": "Mars/Olympus"}, {"zone": "../etc"}, {"channels": ("pigeon",)}):
        with pytest.raises(BadLog, match=r"zone|channel"):
            log.hours(**wrong)


def test_no_contacts_have_no_hours() -> None:
    for log in (Log.of(table()), Log.of(table(columns=COLUMNS)), log_of(("1", "a", 0))):
        found = log.hours(opening=OPENING)
        assert found.summary() and found.summary("nl") and found._repr_html_()
