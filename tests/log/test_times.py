"""Times in every form that people and systems write, held against Python's own."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone
from zoneinfo import ZoneInfo

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from loper.log.times import of_numbers, parse
from loper.log.zones import to_utc
from tests.log.reading import AMSTERDAM

EPOCH = datetime(1970, 1, 1)
MICROSECOND = timedelta(microseconds=1)


def one(text: str, **more: bool) -> str:
    """What is made of a text: a time of the wall, a time in UTC (with Z), or nothing."""
    parsed = parse(pa.array([text]), **more)
    if not parsed.good[0]:
        return "-"
    found = (EPOCH + int(parsed.values[0]) * MICROSECOND).isoformat()
    return found if parsed.local[0] else f"{found}Z"


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("2025-12-31T14:05:06", "2025-12-31T14:05:06"),
        ("2025-12-31 14:05:06.123", "2025-12-31T14:05:06.123000"),
        ("2025-12-31 14:05:06,123456789", "2025-12-31T14:05:06.123456"),
        ("2025-12-31T14:05Z", "2025-12-31T14:05:00Z"),
        ("2025-12-31T14:05:06+01:00", "2025-12-31T13:05:06Z"),
        ("2025-12-31T14:05:06.5-0530", "2025-12-31T19:35:06.500000Z"),
        ("2025-12-31 14:05:06 +01", "2025-12-31T13:05:06Z"),
        ("2025-12-31 14:05:06 UTC", "2025-12-31T14:05:06Z"),
        ("2025-12-31T14:05:06+01:00[Europe/Amsterdam]", "2025-12-31T13:05:06Z"),
        ("2025-12-31", "2025-12-31T00:00:00"),
        ("2025/12/31 4:05", "2025-12-31T04:05:00"),
        ("20251231", "2025-12-31T00:00:00"),
        ("20251231T140506Z", "2025-12-31T14:05:06Z"),
        ("20251231140506", "2025-12-31T14:05:06"),
        ("31-12-2025 14:05:06", "2025-12-31T14:05:06"),
        ("31/12/2025", "2025-12-31T00:00:00"),
        ("31.12.2025, 14:05", "2025-12-31T14:05:00"),
        ("3-1-2025 9:05", "2025-01-03T09:05:00"),
        ("31-12-25 14:05", "2025-12-31T14:05:00"),
        ("31-12-99", "1999-12-31T00:00:00"),
        ("12 mrt 2025 14:00", "2025-03-12T14:00:00"),
        ("12 maart 2025 om 14.05 uur", "2025-03-12T14:05:00"),
        ("wo 12 mrt. 2025 14u05", "2025-03-12T14:05:00"),
        ("12-mei-2025", "2025-05-12T00:00:00"),
        ("1 okt 2025 00:00", "2025-10-01T00:00:00"),
        ("Mar 12, 2025 2:00 PM", "2025-03-12T14:00:00"),
        ("12/31/2025 12:30 am", "-"),
        ("31/12/2025 12:30 am", "2025-12-31T00:30:00"),
        ("Wed, 12 Mar 2025 14:00:00 GMT", "2025-03-12T14:00:00Z"),
        ("45992.5", "2025-12-01T12:00:00"),
        ("45992,25", "2025-12-01T06:00:00"),
        ("1735689600", "2025-01-01T00:00:00Z"),
        ("1735689600.25", "2025-01-01T00:00:00.250000Z"),
        ("1735689600123", "2025-01-01T00:00:00.123000Z"),
        ("1735689600123456", "2025-01-01T00:00:00.123456Z"),
        ("1735689600123456789", "2025-01-01T00:00:00.123456Z"),
        ("2024-02-29 24:00", "2024-03-01T00:00:00"),
        (" 2025-12-31 14:05 ", "2025-12-31T14:05:00"),
    ],
)
def test_a_time_is_read_as_it_was_meant(text: str, found: str) -> None:
    assert one(text) == found


@pytest.mark.parametrize(
    "text",
    [
        "", "gisteren", "2025-02-29", "2025-13-01", "2025-00-10", "2025-01-00", "31-04-2025", "2025-01-01 25:00",
        "2025-01-01 10:60", "2025-01-01 10:00:61", "2025-01-01 24:01", "12 foo 2025", "2025-01-01 10:00 13pm", "12",
        "2025-1", "0000-01-01", "2025-01-01 13:00 PM", "2025-01-01T10:00+25:00", "٢٠٢٥-٠١-٠١", "2025-01/01", "1e9",
        "99999999999999999999", "2025-01-01 10:00 naar huis",
    ],
)  # fmt: skip
def test_what_is_no_time_is_none(text: str) -> None:
    assert one(text) == "-"


def test_the_month_may_be_first() -> None:
    assert one("12/31/2025 14:05", day_first=False) == "2025-12-31T14:05:00"
    assert one("3/4/2025", day_first=False) == "2025-03-04T00:00:00"
    assert one("31/12/2025", day_first=False) == "-"


def test_what_proves_the_order_of_a_date_is_counted() -> None:
    seen = parse(pa.array(["3-4-2025", "13-4-2025", "4-13-2025", "2025-04-03", None]))
    assert (seen.first_over, seen.second_over, seen.doubtful) == (1, 1, 1)


FORMS = (
    "%Y-%m-%dT%H:%M:%S.%f", "%Y-%m-%d %H:%M:%S", "%d-%m-%Y %H:%M:%S", "%d/%m/%Y %H:%M", "%Y/%m/%d %H:%M:%S",
    "%d %b %Y %H:%M:%S", "%B %d, %Y %I:%M %p", "%Y%m%d%H%M%S", "%d.%m.%Y", "%Y-%m-%dT%H:%M:%S%z", "%d-%m-%Y %H:%M %z",
)  # fmt: skip
ZONES = st.integers(-14 * 60, 14 * 60).map(lambda minutes: timezone(timedelta(minutes=minutes)))
written = st.tuples(st.datetimes(datetime(1900, 1, 1), datetime(2199, 12, 31)), st.sampled_from(FORMS), ZONES)


@given(st.lists(written | st.sampled_from(["", "no time", "99-99-2025", None]), max_size=60))
def test_a_column_of_mixed_forms_is_read_as_python_reads_each(given_: list) -> None:  # type: ignore[type-arg]
    texts, expected = [], []
    for item in given_:
        if not isinstance(item, tuple):
            texts.append(item)
            expected.append(None)
            continue
        time, form, zone = item
        text = time.replace(tzinfo=zone).strftime(form)
        back = datetime.strptime(text, form)
        texts.append(text)
        at = back.astimezone(UTC).replace(tzinfo=None) if back.tzinfo else back
        expected.append((back.tzinfo is None, (at - EPOCH) // MICROSECOND))
    parsed = parse(pa.array(texts, pa.string()))
    found = [
        (bool(local), int(value)) if good else None
        for value, good, local in zip(parsed.values, parsed.good, parsed.local, strict=True)
    ]
    assert found == expected


def test_part_of_an_array_is_read_as_that_part() -> None:
    whole = pa.array(["x", "2025-01-01", "2025-01-02", "2025-01-03", "y"])
    parsed = parse(whole.slice(2, 2))
    assert parsed.good.all() and np.diff(parsed.values).tolist() == [86_400_000_000]


def test_a_hundred_forms_of_nonsense_do_not_hide_a_time_behind_them() -> None:
    parsed = parse(pa.array([f"nonsense {'x' * n}" for n in range(200)] + ["2025-01-01"]))
    assert parsed.good.tolist() == [False] * 200 + [True]


@given(st.lists(st.datetimes(datetime(1905, 1, 1), datetime(2090, 12, 31)), max_size=40))
@pytest.mark.parametrize("zone", [AMSTERDAM, ZoneInfo("America/Sao_Paulo"), ZoneInfo("Asia/Kathmandu"), UTC])
def test_local_times_are_instants_as_python_says(zone: ZoneInfo, times: list[datetime]) -> None:
    local = np.array([(time - EPOCH) // MICROSECOND for time in times], np.int64)
    found = to_utc(local, zone)
    expected = [
        (time.replace(tzinfo=zone).astimezone(UTC) - EPOCH.replace(tzinfo=UTC)) // MICROSECOND for time in times
    ]
    assert found.instants.tolist() == expected


@pytest.mark.parametrize("minute", range(0, 24 * 60, 10))
def test_the_days_of_the_change_are_as_python_says(minute: int) -> None:
    for day in (datetime(2025, 3, 30), datetime(2025, 10, 26)):
        time = day + timedelta(minutes=minute)
        found = to_utc(np.array([(time - EPOCH) // MICROSECOND]), AMSTERDAM)
        first, second = (time.replace(tzinfo=AMSTERDAM, fold=fold) for fold in (0, 1))
        assert found.instants[0] == (first.astimezone(UTC) - EPOCH.replace(tzinfo=UTC)) // MICROSECOND
        back = first.astimezone(UTC).astimezone(AMSTERDAM).replace(tzinfo=None)
        assert bool(found.gap[0]) == (back != time)
        assert bool(found.overlap[0]) == (back == time and first.utcoffset() != second.utcoffset())


def test_the_ends_of_time_do_no_harm() -> None:
    ends = np.array([(end - EPOCH) // MICROSECOND for end in (datetime(1, 1, 1), datetime(9999, 12, 31))])
    assert np.abs(to_utc(ends, AMSTERDAM).instants - ends).max() <= 2 * 3600 * 1_000_000


def test_numbers_that_are_no_time_in_our_days_are_none() -> None:
    whole = np.array([5, 19_999, 90_000, 10**7, 10**10 + 1, 10**13 + 1, 10**16 + 1])
    assert not of_numbers(whole, whole * 0.0)[1].any()
