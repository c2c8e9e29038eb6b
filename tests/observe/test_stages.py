"""Stages and the ways between them, by what one counts by hand."""

from __future__ import annotations

from collections import defaultdict
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.observe.conftest import log_of, story

rows = st.lists(
    st.tuples(st.sampled_from("xyz"), st.just("a"), st.integers(0, 9), st.sampled_from(["new", "busy", "done", None])),
    min_size=1,
    max_size=40,
)


@given(rows)
@settings(max_examples=100, deadline=None)
def test_passages_are_what_one_counts_by_hand(events: list[Any]) -> None:
    log = log_of(*events, columns="case activity hours stage")
    waits: dict[Any, list[float]] = defaultdict(list)
    there: dict[str, set[str]] = defaultdict(set)
    for case in {row[0] for row in events}:
        here, since = None, 0
        for hours, _, stage in sorted((row[2], seq, row[3]) for seq, row in enumerate(events) if row[0] == case):
            if stage is None:
                continue
            there[stage].add(case)
            if stage != here:
                if here is not None:
                    waits[here, stage].append((hours - since) * 3600.0)
                here, since = stage, hours
    found = log.stages()
    assert {one.stage: one.cases for one in found.stages} == {stage: len(cases) for stage, cases in there.items()}
    assert {(one.source, one.target): one.count for one in found.passages} == {
        pair: len(w) for pair, w in waits.items()
    }
    for one in found.passages:
        assert one.wait_s.estimate == pytest.approx(np.median(waits[one.source, one.target]))
    assert sum(one.last for one in found.stages) == len({row[0] for row in events if row[3]})
    assert found.summary("nl") and found.summary("en")


def test_a_log_without_stages_says_so() -> None:
    assert story("ab").stages().summary("nl") == "Dit logboek kent geen stappen van een klantreis."


def test_each_way_has_the_score_of_those_who_went_it() -> None:
    log = log_of(
        ("x", "a", 0, "new", None), ("x", "b", 1, "busy", None), ("x", "c", 2, "done", 4.0),
        ("y", "a", 0, "new", None), ("y", "c", 3, "done", 2.0), ("z", "a", 0, "new", None), ("z", "c", 1, "done", None),
        columns="case activity hours stage score",
    )  # fmt: skip
    found = {(one.source, one.target): one for one in log.stages().passages}
    assert {way: one.score and (one.score.estimate, one.score.n) for way, one in found.items()} == {
        ("new", "busy"): (4.0, 1), ("busy", "done"): (4.0, 1), ("new", "done"): (2.0, 1)
    }  # fmt: skip
    rows = {(row["from"], row["to"]): row for row in log.stages().rows()}
    assert rows["new", "done"]["score"] == 2.0
