"""The quality report: each fault is found where it was planted, and a log without faults has none."""

from __future__ import annotations

import random
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from loper.log.table import INSTANT, Rejected, Rejects
from loper.observe.log import Log
from loper.observe.trust.quality import Quality, quality_of
from loper.observe.trust.quality_words import TEXTS
from tests.observe.conftest import log_of

AMSTERDAM = ZoneInfo("Europe/Amsterdam")
COLUMNS = "case activity hours channel customer"


def sound(seed: int = 1, n: int = 400) -> list[tuple[Any, ...]]:
    """Cases that begin, go on and end on weekdays between nine and five, over forty weeks."""
    chance = random.Random(seed)
    rows = []
    for number in range(n):
        at = float(chance.randrange(200) // 5 * 168 + chance.randrange(5) * 24) + chance.random() * 4
        for activity in ("asked", "visit", "done"):
            rows.append((f"case {number}", activity, at, chance.choice(["web", "phone"]), f"c{number}"))
            at += 0.1 + chance.random()
    return rows


def found(quality: Quality) -> dict[str, int]:
    return {one.kind: one.count for one in quality.findings}


def check(rows: list[tuple[Any, ...]], **more: Any) -> Quality:
    return quality_of(log_of(*rows, columns=COLUMNS), **more)


def test_a_sound_log_has_nothing_to_know() -> None:
    quality = check(sound(), now=datetime(2027, 6, 1, tzinfo=UTC), zone=AMSTERDAM, rejects=Rejects())
    assert found(quality) == {}
    assert "nothing found" in quality.summary() and "niets gevonden" in quality.summary("nl")


def test_times_that_cannot_be_are_counted_with_their_cases() -> None:
    rows = sound()
    rows[0] = (*rows[0][:2], -24 * 365 * 56.2, *rows[0][3:])
    rows[8] = (*rows[8][:2], 24 * 365 * 2, *rows[8][3:])
    quality = check(rows, now=datetime(2027, 6, 1, tzinfo=UTC))
    assert found(quality)["ancient"] == found(quality)["future"] == 1
    log = log_of(*rows, columns=COLUMNS)
    assert quality.cases_of(log, "ancient").names() == ["case 0"]
    assert quality.cases_of(log, "future").names() == ["case 2"]
    assert "future" not in found(check(rows)), "nobody said what time it is"
    assert "before 1990" in quality.said(quality.finding("ancient"))[0]  # type: ignore[arg-type]


def test_days_without_a_contact_are_held_against_their_weekdays() -> None:
    rows = [row for row in sound(n=1_600) if not 10 * 168 <= row[2] < 11 * 168]
    one = check(rows).finding("silence")
    assert one is not None and one.count == 5, "the weekend before and after is as quiet as ever"
    assert one.about == ("2026-05-09–2026-05-17",)
    assert one.cases == pytest.approx(120, abs=25), "4,800 contacts in 40 weeks"


def test_dates_without_a_time_stand_at_midnight_by_the_clock_of_the_place() -> None:
    rows = sound()
    at = datetime(2026, 3, 2, 23, tzinfo=UTC)  # midnight in Amsterdam
    table = pa.table(
        {
            "case": pa.array([row[0] for row in rows]),
            "activity": pa.array([row[1] for row in rows]),
            "time": pa.array([at + timedelta(days=place % 20) for place in range(len(rows))], INSTANT),
            "seq": pa.array(range(len(rows)), pa.int64()),
        }
    )
    one = quality_of(Log.of(table), zone=AMSTERDAM).finding("midnight")
    assert one is not None and one.about == ("00:00:00",) and one.count == len(rows)
    assert quality_of(Log.of(table)).finding("midnight").about == ("23:00:00",)  # type: ignore[union-attr]


def test_cases_cut_off_at_either_edge_are_those_that_begin_or_end_as_no_other() -> None:
    rows = [row for row in sound(n=800) if row[2] > 20 or row[1] != "asked"]
    begin = check(rows).finding("cut begin")
    there = {row[0] for row in rows if row[1] == "asked"}
    without = {row[0] for row in rows} - there
    assert begin is not None and begin.rows is not None and len(without) > 2
    log = log_of(*rows, columns=COLUMNS)
    assert set(check(rows).cases_of(log, "cut begin").names()) <= without
    last = max(row[2] for row in rows)
    late = [row for row in rows if row[2] < last - 60 or row[1] != "done"]
    assert check(late).finding("cut end") is not None and check(rows).finding("cut end") is None


def test_words_that_are_strange_or_spelt_twice_are_named() -> None:
    rows = sound()
    rows[0] = ("case 0", "Asked ", rows[0][2], "Web", "c0")
    rows[1] = ("case 0", "slip", rows[1][2], "pigeon", None)
    rows[2] = ("case 0", "done", rows[2][2], None, "c0")
    quality = check(rows)
    counts = found(quality)
    assert (counts["no channel"], counts["no customer"], counts["strange channel"], counts["once"]) == (1, 1, 1, 2)
    spellings = quality.finding("spellings")
    assert spellings is not None and spellings.about == ("“Asked ” = “asked”", "“Web” = “web”")
    assert "pigeon" in quality.said(quality.finding("strange channel"), "nl")[0]  # type: ignore[arg-type]
    log = log_of(*rows, columns=COLUMNS)
    assert quality.cases_of(log, "strange channel").names() == ["case 0"]
    assert check(rows, channels=("pigeon", "web", "phone")).finding("strange channel") is None


@given(
    st.lists(
        st.tuples(
            st.sampled_from("uv"),
            st.sampled_from("ab"),
            st.integers(0, 3),
            st.sampled_from(["web", None]),
            st.sampled_from(["ann", None]),
        ),
        min_size=1,
        max_size=25,
    )
)
@settings(max_examples=150, deadline=None)
def test_copies_and_ties_are_what_one_counts_by_hand(rows: list[Any]) -> None:
    counts = found(check(rows))
    moments = [(row[0], row[1], row[2]) for row in rows]
    assert counts.get("copies", 0) == len(rows) - len(set(rows))
    assert counts.get("twice", 0) == len(set(rows)) - len(set(moments))
    instants = [(row[0], row[2]) for row in rows]
    assert counts.get("ties", 0) == sum(instants.count(one) > 1 for one in instants)
    last: dict[str, list[tuple[int, int]]] = {}
    for seq, row in enumerate(rows):
        last.setdefault(row[0], []).append((row[2], seq))
    backwards = sum(
        after < before
        for case in last.values()
        for (_, before), (_, after) in zip(sorted(case), sorted(case)[1:], strict=False)
    )
    assert counts.get("order", 0) == backwards


def test_what_the_reader_left_out_joins_the_report() -> None:
    rejects = Rejects()
    for row in range(300):
        rejects.add(Rejected(row=row, why="no time", column="time"))
    rejects.add(Rejected(row=999, why="no number", column="score", whole=False))
    rejects.left_out = 100
    rejects.note("days", "02-03 was read as 2 March")
    quality = check(sound(), rejects=rejects)
    assert found(quality) == {"rejected": 300, "empty": 100, "values": 1}
    first = quality.findings[0]
    assert first.kind == "rejected" and first.share == pytest.approx(300 / 1_600)
    assert quality.said(first)[0] == "Rows that could not be read: 300 of 1,600 (no time)"
    assert quality.notes == ("02-03 was read as 2 March",)


def test_a_selection_is_looked_at_alone_and_an_empty_log_has_no_faults() -> None:
    rows = sound()
    rows[1] = rows[0]
    log = log_of(*rows, columns=COLUMNS)
    assert quality_of(log).finding("copies") is not None
    others = log.only(np.array([name != "case 0" for name in log.names(1_000)]))
    assert found(others.quality()) == {} and others.quality().contacts == len(rows) - 3
    assert log_of().quality().findings == ()


def test_every_finding_is_said_in_both_languages_with_what_it_does_and_what_to_do() -> None:
    from loper.observe.trust.quality_checks import Finding

    quality = check(sound())
    for kind in TEXTS:
        one = Finding(kind=kind, count=1_200, of=3_400, about=("x", "y"), cases=7)
        english, dutch = quality.said(one), quality.said(one, "nl")
        assert all(english) and all(dutch) and english != dutch
        assert "{" not in "".join(english + dutch)
        assert "1,200" in english[0] and "1.200" in dutch[0]
