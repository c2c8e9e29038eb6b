"""Stuck points: held against the plain product of Kaplan and Meier, and against logs in which it is known who hangs."""

from __future__ import annotations

from math import inf, sqrt
from math import log as ln
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from loper.define import read_journey
from loper.log.table import BadLog
from loper.observe.log import Log
from loper.observe.stuck import stuck
from loper.observe.stuck.stuck import stuck_of
from loper.observe.stuck.survival import kaplan_meier
from loper.observe.way.kernels_waits import edges
from tests.observe.conftest import log_of, story

GRID = edges()


def rounded(seconds: float) -> float:
    """The end of the bin in which a time falls."""
    return float(GRID[np.searchsorted(GRID, seconds, side="right")])


def by_hand(waits: list[tuple[float, bool]]) -> list[tuple[float, float]]:
    """The product of Kaplan and Meier at each time at which anybody went on."""
    found, survival = [], 1.0
    for at in sorted({rounded(wait) for wait, _ in waits}):
        at_risk = sum(rounded(wait) >= at for wait, _ in waits)
        gone = sum(rounded(wait) == at and went_on for wait, went_on in waits)
        survival *= 1 - gone / at_risk
        found.append((at, survival))
    return found


def hanging(cases: int, stuck: int, *, first: int = 0) -> list[Any]:
    """Cases a, b, c, one begun an hour, each step taking a few hours; the last `stuck` of them never come to c. The log
    goes on for a year."""
    rows: list[Any] = []
    for number in range(first, first + cases):
        rows += [(f"case {number}", "a", number), (f"case {number}", "b", number + 1 + number % 5)]
        if number < first + cases - stuck:
            rows.append((f"case {number}", "c", number + 7 + number % 7))
    return [*rows, ("of today", "a", 365 * 24)]


rows = st.lists(
    st.tuples(st.sampled_from("xyzuvw"), st.sampled_from("abcd"), st.integers(0, 2_000)), min_size=1, max_size=60
)


@given(rows, st.sampled_from(["", "a", "b", "ab"]))
@settings(max_examples=150, deadline=None)
def test_every_curve_and_every_count_is_what_one_reckons_by_hand(events: list[Any], ends: str) -> None:
    there = {row[1] for row in events}
    ends = "".join(one for one in ends if one in there)
    cases: dict[str, list[Any]] = {}
    for seq, (case, activity, hours) in enumerate(events):
        cases.setdefault(case, []).append((hours, seq, activity))
    now = max(row[2] for row in events)
    waits: dict[str, list[tuple[float, bool]]] = {}
    standing: dict[str, int] = {}
    came: dict[str, int] = {}
    for found in cases.values():
        found.sort()
        path = [one[2] for one in found]
        end = next((place for place, activity in enumerate(path) if activity in ends), None)
        for activity in set(path[:end]):
            came[activity] = came.get(activity, 0) + 1
        stays = len(path) if end is None else end
        for place in range(stays):
            last = place + 1 == len(path)
            until = now if last else found[place + 1][0]
            waits.setdefault(path[place], []).append(((until - found[place][0]) * 3600.0, not last))
        if end is None:
            standing[path[-1]] = standing.get(path[-1], 0) + 1
    seen = log_of(*events).stuck(ends=list(ends))
    assert {one.activity: one.came for one in seen.stays} == came
    assert {one.activity: one.stopped + one.under_way for one in seen.stays} == {a: standing.get(a, 0) for a in came}
    assert seen.ended + seen.stopped + seen.under_way == seen.cases == len(cases)
    for one in seen.stays:
        assert one.came == one.went_on + one.stopped + one.under_way
        expected = by_hand(waits[one.activity])
        assert one.curve.time_s.tolist() == [at for at, _ in expected]
        assert one.curve.survival == pytest.approx([survival for _, survival in expected])


def test_the_interval_is_the_one_of_the_textbook() -> None:
    """6-MP of Freireich et al. 1963, weeks of remission (Kalbfleisch & Prentice 2002, table 1.1)."""
    weeks = [
        (6, 1),
        (6, 1),
        (6, 1),
        (6, 0),
        (7, 1),
        (9, 0),
        (10, 1),
        (10, 0),
        (11, 0),
        (13, 1),
        (16, 1),
        (17, 0),
        (19, 0),
    ]
    weeks += [(20, 0), (22, 1), (23, 1), (25, 0), (32, 0), (32, 0), (34, 0), (35, 0)]
    tables = np.zeros((2, len(GRID) - 1), np.int64)
    for week, gone in weeks:
        tables[1 - gone, np.searchsorted(GRID, week * 604_800, side="right") - 1] += 1
    curve = kaplan_meier(*tables)
    known = {6: 0.8571, 7: 0.8067, 10: 0.7529, 13: 0.6902, 16: 0.6275, 22: 0.5378, 23: 0.4482}
    for week, share in known.items():
        assert curve.at(rounded(week * 604_800)).estimate == pytest.approx(share, abs=5e-5)
    found = curve.at(rounded(10 * 604_800))
    spread = 3 / (21 * 18) + 1 / (17 * 16) + 1 / (15 * 14)
    assert sqrt(spread) * 0.7529 == pytest.approx(0.0963, abs=1e-4)  # the standard error that the table prints
    half = 1.959964 * sqrt(spread) / abs(ln(found.estimate))
    assert (found.low, found.high) == pytest.approx((found.estimate ** np.exp(half), found.estimate ** np.exp(-half)))


def test_a_step_where_fifteen_in_a_hundred_hang_is_found_and_named() -> None:
    found = log_of(*hanging(200, 30)).stuck()
    assert (found.ends, found.ends_by) == (("c",), "guess")
    assert [one.activity for one in found.points] == ["b"]
    here = found.points[0]
    assert (here.came, here.went_on, here.stopped, here.under_way) == (200, 170, 30, 0)
    assert (here.share.estimate, here.on_after.estimate) == (0.15, 0.0)
    assert 10 * 3600 < here.after_s < 14 * 3600
    assert "Of 200 cases 30 stopped after “b” (15 %" in found.summary()
    assert "Van 200 zaken stopten er 30 na “b” (15 %" in found.summary("nl")
    assert "a guess: “c”" in found.summary() and "een gok: “c”" in found.summary("nl")


def test_a_number_leads_to_exactly_the_cases_behind_it() -> None:
    log = log_of(*hanging(200, 30), *((f"late {n}", "b", 365 * 24 - 1) for n in range(9)))
    for how in ({}, {"ends": ["c"]}):
        here = log.stuck(**how).points[0]
        assert (here.stopped, here.under_way) == (30, 9)
        names = {f"case {number}" for number in range(170, 200)}
        assert set(log.where(here.filter).names()) == names
        assert {log.layout.cases[number] for number in here.numbers} == names


def test_who_waits_for_less_than_all_others_did_is_under_way() -> None:
    """Nobody hangs: waits of every length up to the end of the log, cut off by it, are no sign of it."""
    rng = np.random.default_rng(7)
    rows = []
    for number in range(500):
        begun = float(rng.uniform(0, 300))
        rows.append((f"case {number}", "a", begun))
        if (then := begun + float(rng.exponential(100))) < 300:
            rows.append((f"case {number}", "b", then))
    found = log_of(*rows).stuck(ends=["b"])
    assert found.stays[0].after_s == inf
    assert found.stopped == 0 and found.under_way > 50


def test_what_comes_after_an_end_is_not_waited_for() -> None:
    log = story(*["abz"] * 9)
    assert (log.stuck(ends=["b"]).ended, [one.activity for one in log.stuck(ends=["b"]).stays]) == (9, ["a"])


def test_the_ends_of_a_journey_are_its_final_stages() -> None:
    journey = read_journey("examples/repair/journey.yaml")
    cases = [*[("job.reported", "appointment.made", "job.fixed")] * 6, ("job.reported", "case.withdrawn")]
    rows = [(f"{n}", activity, at) for n, path in enumerate(cases) for at, activity in enumerate(path)]
    found = log_of(*rows).stuck(journey=journey)
    assert (set(found.ends), found.ends_by, found.ended) == ({"job.fixed", "case.withdrawn"}, "journey", 7)


def test_a_log_that_knows_the_stage_says_itself_where_a_case_is_over() -> None:
    journey = read_journey("examples/repair/journey.yaml")
    rows = [
        ("x", "stage", 0, "reported"),
        ("x", "stage", 1, "done"),
        ("x", "survey", 2, None),
        ("y", "stage", 3, "reported"),
    ]
    found = log_of(*rows, columns="case activity hours stage").stuck(journey=journey)
    assert (found.ends, found.ended, [one.came for one in found.stays]) == (("stage",), 1, [2])
    assert found.stays[0].filter.without == ()


def test_hazards_tell_how_many_go_on_of_those_still_there() -> None:
    spans = log_of(*hanging(200, 30)).stuck().points[0].curve.hazards()
    assert sum(one.went_on for one in spans) == 170
    assert spans[0].at_risk == 200
    assert spans[-1].share.estimate == 0 and spans[-1].at_risk == 30
    points = log_of(*hanging(200, 30)).stuck().points[0].curve.points(10)
    assert len(points) <= 10 and points[-1]["share"] == pytest.approx(0.15)
    assert all(one["low"] <= one["share"] <= one["high"] for one in points)


@pytest.mark.parametrize("log", [log_of(), story("a")])
def test_a_log_of_nothing_has_no_stuck_points(log: Log) -> None:
    found = stuck_of(log)
    assert (found.cases, found.points, found.stopped) == (len(log), (), 0)
    assert found.summary() and found.summary("nl") and isinstance(found._repr_html_(), str)


def test_a_selection_has_the_stuck_points_of_its_own_cases() -> None:
    whole = log_of(*hanging(200, 30), *hanging(100, 0, first=1_000)[:-1])
    part = whole.only(np.array([name.startswith("case 1") and len(name) > 8 for name in whole.layout.cases]))
    assert (whole.stuck().stopped, part.stuck().stopped, part.stuck().ended) == (30, 0, 100)


def test_a_name_that_the_log_does_not_have_is_told_with_the_nearest() -> None:
    with pytest.raises(BadLog, match="no activity “bb” in this log; did you mean “b”"):
        story("ab").stuck(ends=["bb"])


def test_of_very_many_activities_only_those_at_which_most_stand_are_told_and_the_sums_hold(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    log = log_of(*hanging(200, 30), *((f"other {n}", "z", n) for n in range(6)))
    before = log.stuck(ends=["c"])
    monkeypatch.setattr(stuck, "CROWD", 1)
    after = log.stuck(ends=["c"])
    assert [one.activity for one in after.stays] == ["b"] and len(before.stays) == 3
    assert (
        (after.ended, after.stopped, after.under_way)
        == (before.ended, before.stopped, before.under_way)
        == (170, 36, 1)
    )
