"""The layout and the plain questions, held against what one counts by hand or by plain Python."""

from __future__ import annotations

from collections import Counter, defaultdict
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from loper.log.table import BadLog
from loper.observe.filter import Filter, of_query, to_query
from loper.observe.log import Log
from tests.observe.conftest import MONDAY, log_of, story, table

rows = st.lists(
    st.tuples(
        st.sampled_from("xyzuvw"), st.sampled_from("abcde"), st.integers(0, 6), st.sampled_from(["web", "phone", None])
    ),
    min_size=1,
    max_size=60,
)
CHANNELLED = "case activity hours channel"


def by_hand(events: list[Any]) -> dict[str, list[Any]]:
    """Each case's rows in order of (time, seq), the plain way."""
    cases: dict[str, list[Any]] = defaultdict(list)
    for seq, (case, *rest) in enumerate(events):
        cases[case].append((rest[1], seq, rest[0], rest[2]))
    return {case: sorted(found) for case, found in cases.items()}


@given(rows)
@settings(max_examples=150, deadline=None)
def test_every_plain_answer_is_what_one_counts_by_hand(events: list[Any]) -> None:
    log, cases = log_of(*events, columns=CHANNELLED), by_hand(events)
    paths = {case: tuple(row[2] for row in found) for case, found in cases.items()}
    arcs: dict[Any, list[float]] = defaultdict(list)
    for found in cases.values():
        for one, two in pairwise(found):
            arcs[one[2], two[2]].append((two[0] - one[0]) * 3600.0)
    seen = log.map()
    assert {(arc.source, arc.target): arc.count for arc in seen.arcs} == {
        pair: len(waits) for pair, waits in arcs.items()
    }
    for arc in seen.arcs:
        assert arc.median_s == pytest.approx(np.quantile(arcs[arc.source, arc.target], 0.5))
        assert arc.p90_s == pytest.approx(np.quantile(arcs[arc.source, arc.target], 0.9))
    assert {node.activity: node.contacts for node in seen.nodes} == Counter(row[1] for row in events)
    assert {node.activity: node.ends for node in seen.nodes if node.ends} == Counter(
        path[-1] for path in paths.values()
    )
    counted = Counter(paths.values())
    assert {one.activities: one.count for one in log.variants(most=99).top} == counted
    again = {case: len(path) - len(set(path)) for case, path in paths.items()}
    assert (log.rework().cases, log.rework().events) == (sum(map(bool, again.values())), sum(again.values()))
    switches: Counter[Any] = Counter()
    for found in cases.values():
        known = [row[3] for row in found if row[3]]
        switches.update(pair for pair in pairwise(known) if pair[0] != pair[1])
    assert {(one.source, one.target): one.count for one in log.switches().switches} == switches


@given(rows, st.sampled_from("abcde"), st.sampled_from("abcde"))
@settings(max_examples=100, deadline=None)
def test_a_selection_answers_as_a_log_of_its_own(events: list[Any], wanted: str, unwanted: str) -> None:
    """The quantiles of a selection come from an index over the whole log, and must be those of the cases alone."""
    there = {row[1] for row in events}
    if wanted not in there or unwanted not in there:
        return
    part = log_of(*events, columns=CHANNELLED).where(with_=(wanted,), without=(unwanted,))
    paths = {case: [row[2] for row in found] for case, found in by_hand(events).items()}
    kept = {case for case, path in paths.items() if wanted in path and unwanted not in path}
    assert set(part.names()) == kept
    if not kept:
        assert (part.map().arcs, part.variants().top, part.throughput().cases) == ((), (), 0)
        return
    alone = log_of(*(row for row in events if row[0] in kept), columns=CHANNELLED)
    assert set(part.map().arcs) == set(alone.map().arcs)
    assert set(part.rework().activities) == set(alone.rework().activities)
    assert part.throughput().median_s == alone.throughput().median_s
    assert set(part.switches().switches) == set(alone.switches().switches)
    assert {one.activities: one.count for one in part.variants(most=99).top} == {
        one.activities: one.count for one in alone.variants(most=99).top
    }


def test_equal_times_are_read_in_the_order_of_the_file() -> None:
    assert log_of(("x", "b", 0), ("x", "a", 0)).variants().top[0].activities == ("b", "a")
    assert log_of(("x", "a", 0), ("x", "b", 0)).variants().top[0].activities == ("a", "b")


def test_a_case_whose_rows_lie_apart_and_backwards_is_one_case() -> None:
    log = log_of(("x", "c", 2), ("y", "a", 0), ("x", "b", 1), ("y", "b", 5), ("x", "a", 0))
    assert [one["activity"] for one in log.case("x")] == ["a", "b", "c"]
    assert log.case("nobody") == []


def test_one_case_of_many_contacts_is_put_in_order_too() -> None:
    events = [("x", "ab"[hour % 2], hour) for hour in range(500)]
    found = log_of(*reversed(events)).variants().top[0].activities
    assert found == tuple(activity for _, activity, _ in events)


def test_a_map_made_thin_still_adds_up_to_the_population() -> None:
    whole = story("abcd", "abcd", "acbd", "abd").map()
    thin = whole.thinned(2)
    assert sum(arc.count for arc in thin.arcs) + thin.rest == whole.pairs
    assert len(thin.arcs) + thin.rest_arcs == len(whole.arcs)
    assert {node.activity for node in thin.nodes} | {node.activity for node in thin.rest_nodes} == set("abcd")
    assert "Not drawn" in thin.summary() and "Niet getekend" in thin.summary("nl")


def test_there_and_back_and_there_again_is_ping_pong() -> None:
    found = story("abab", "aba", "abc").rework().ping_pong
    assert [(one.activity, one.other, one.count, one.cases) for one in found] == [("a", "b", 2, 2), ("b", "a", 1, 1)]


def test_more_activities_than_a_table_of_pairs_can_hold_are_counted_all_the_same() -> None:
    events = [(f"case {i % 7}", f"activity {i % 2_500}", i) for i in range(5_000)]
    log = log_of(*events)
    assert log.map().pairs == 5_000 - 7
    assert log.where(with_=("activity 7",)).map().pairs == sum(
        arc.count for arc in log.where(with_=("activity 7",)).map().arcs
    )


def test_a_customer_who_comes_back_within_the_days_is_repeat_contact() -> None:
    log = log_of(
        ("1", "call", 0, "ann", "leak"),
        ("2", "call", 24, "ann", "leak"),
        ("3", "call", 25, "ann", "rent"),
        ("4", "call", 24, "bob", "leak"),
        ("5", "call", 24 * 40, "cees", "leak"),
        columns="case activity hours customer reason",
    )
    found = log.repeat_contact(days=7)
    assert (found.contacts, found.repeated, found.too_late, found.by) == (4, 1, 1, "customer and reason")
    assert found.rate.low < 0.25 < found.rate.high
    assert found.resolved.estimate == pytest.approx(2 / 3), "ann's rent and bob's leak, not ann's leak"


def test_no_contacts_at_all_are_no_cases_and_no_error() -> None:
    log = Log.of(table())
    answers = [
        log.map(),
        log.variants(),
        log.throughput(),
        log.rework(),
        log.channels(),
        log.switches(),
        log.repeat_contact(),
    ]
    for answer in answers:
        assert answer.summary("en") and answer.summary("nl")
        assert answer._repr_html_()


def test_a_word_that_the_log_does_not_have_is_said_with_the_nearest_one_all_at_once() -> None:
    with pytest.raises(BadLog) as wrong:
        story("ab").where(with_=("aa",), channel=("web",), attributes={"segment": ("x",)}, variant=("zz",))
    assert len(wrong.value.problems) == 4
    assert "did you mean “a”" in wrong.value.problems[0]


def test_a_filter_is_the_same_after_a_walk_through_an_address() -> None:
    filter = Filter(
        since=MONDAY,
        until=datetime(2026, 5, 1, tzinfo=UTC) + timedelta(microseconds=1),
        channel=("web", "phone"),
        with_=("a > b",),
        without=("c",),
        begins=("a",),
        ends=("d", "e"),
        pair=(("a", "b"),),
        attributes={"segment": ("tenant", "owner")},
    )
    assert of_query(to_query(filter)) == filter
    assert not Filter() and of_query([("page", "2"), ("with", "")]) == Filter()
    with pytest.raises(BadLog, match="is no time"):
        of_query([("since", "yesterday")])


def test_answers_are_tables_too() -> None:
    found = story("abc", "ab").map()
    assert isinstance(found.to_arrow(), pa.Table)
    assert list(found.to_pandas()["count"]) == [2, 1]
    assert "<table>" in found._repr_html_()


def test_a_log_laid_down_is_the_same_when_it_is_opened(tmp_path: Path) -> None:
    events = [(f"case {i % 9}", "abcd"[i % 4], i % 30, ["web", None, "desk"][i % 3], "owner") for i in range(200)]
    log = log_of(*events, columns="case activity hours channel case:segment")
    log.save(tmp_path / "log")
    log.save(tmp_path / "log")
    opened = Log.open(tmp_path / "log")
    for one in (log, log.where(channel=("web",), attributes={"segment": ("owner",)})):
        other = opened if one is log else opened.where(channel=("web",), attributes={"segment": ("owner",)})
        assert other.map() == one.map() and other.variants() == one.variants() and other.switches() == one.switches()
        assert other.names() == one.names() and other.case("case 3") == one.case("case 3")
    assert not list(tmp_path.glob("*.new")) and not list(tmp_path.glob("*.old"))


def test_a_folder_that_holds_no_log_is_said_to_hold_none(tmp_path: Path) -> None:
    with pytest.raises(BadLog, match="no laid-out log here"):
        Log.open(tmp_path)
