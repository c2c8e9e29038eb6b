"""Waiting, held against a list of all waits and numpy."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from loper.observe.log import Log
from loper.observe.result import quantile
from tests.observe.conftest import log_of, story

rows = st.lists(
    st.tuples(st.sampled_from("xyzuvw"), st.sampled_from("abc"), st.integers(0, 40) | st.integers(0, 100_000)),
    min_size=1,
    max_size=60,
)


def by_hand(events: list[Any]) -> dict[Any, list[float]]:
    """All waits, in seconds, by side and by what is at its ends."""
    cases: dict[str, list[Any]] = {}
    for seq, (case, activity, hours) in enumerate(events):
        cases.setdefault(case, []).append((hours, seq, activity))
    found: dict[Any, list[float]] = {}
    for one in cases.values():
        for (then, _, a), (now, _, b) in pairwise(sorted(one)):
            for key in (("before", None, b), ("after", a, None), ("between", a, b)):
                found.setdefault(key, []).append((now - then) * 3600.0)
    return found


@given(rows, st.booleans())
@settings(max_examples=150, deadline=None)
def test_every_wait_is_counted_and_its_quantiles_are_exact(events: list[Any], part: bool) -> None:
    log = log_of(*events)
    if part:
        keep = np.array([name in "xyz" for name in log.layout.cases])
        log, events = log.only(keep), [row for row in events if row[0] in "xyz"]
    expected, seen = by_hand(events), log.waits()
    found = {(one.side, one.source, one.target): one for one in (*seen.before, *seen.after, *seen.between)}
    assert found.keys() == expected.keys()
    total = sum(sum(waits) for key, waits in expected.items() if key[0] == "before")
    assert seen.total_s == pytest.approx(total) and seen.rest_s == pytest.approx(0, abs=1e-6)
    for key, waits in expected.items():
        one = found[key]
        assert one.count == len(waits) == sum(bar.count for bar in one.bars)
        assert one.total_s == pytest.approx(sum(waits))
        for got, q in ((one.median, 0.5), (one.p90, 0.9)):
            plain = quantile(np.array(waits), q)
            assert (got.estimate, got.low, got.high) == pytest.approx((plain.estimate, plain.low, plain.high))
        if total:
            assert one.share.estimate == pytest.approx(sum(waits) / total)
        for bar in one.bars:
            assert bar.count == sum(bar.from_s <= wait < bar.to_s for wait in waits)


def test_the_share_of_all_waiting_has_the_interval_of_a_ratio_over_cases() -> None:
    rng = np.random.default_rng(3)
    one, two = rng.exponential(10, 400), rng.exponential(30, 400)
    log = log_of(*((f"{n}", "abc"[k], [0.0, one[n], one[n] + two[n]][k]) for n in range(400) for k in range(3)))
    found = log.waits().before[0]
    p = two.sum() / (one + two).sum()
    half = 1.96 * np.std(two - p * (one + two), ddof=1) * np.sqrt(400) / (one + two).sum()
    assert (found.target, found.share.estimate) == ("c", pytest.approx(p))
    assert (found.share.low, found.share.high) == pytest.approx((p - half, p + half), rel=1e-4)


def test_waiting_is_told_with_its_place_and_leads_to_its_cases() -> None:
    log = log_of(*((f"{n}", "abc"[k], [0, 1, 97][k]) for n in range(9) for k in range(3)), ("x", "a", 0))
    found = log.waits()
    assert "99 % of all waiting (99 % to 99 %) is before “c”: 9 times, half of them at most 4 days" in found.summary()
    assert "99 % van al het wachten" in found.summary("nl") and "tussen “b” en “c”" in found.summary("nl")
    assert len(log.where(found.between[0].cases_of)) == len(log.where(found.before[0].cases_of)) == 9


def test_ways_that_are_not_told_are_counted_as_the_rest() -> None:
    found = story("abcd", "abcd", "ad").waits(most=1)
    assert len(found.between) == 1
    assert found.between[0].total_s + found.rest_s == pytest.approx(found.total_s)


@pytest.mark.parametrize("log", [log_of(), story("a"), log_of(("x", "a", 0), ("x", "b", 0))])
def test_where_nobody_waits_that_is_said(log: Log) -> None:
    assert (log.waits().summary(), log.waits().summary("nl")) == ("Nobody waited.", "Niemand wachtte.")
