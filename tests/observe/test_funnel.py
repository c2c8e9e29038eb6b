"""The funnel, held against cases that are followed by hand."""

from __future__ import annotations

from collections import Counter
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from loper.log.table import BadLog
from tests.observe.conftest import log_of, story

paths = st.lists(st.text("abcd", min_size=1, max_size=7), min_size=1, max_size=30)


def followed(path: str, steps: str) -> tuple[int, str]:
    """How many of the steps a path has one after the other, and what is left of it after the last."""
    k = 0
    while k < len(steps) and steps[k] in path:
        path = path[path.index(steps[k]) + 1 :]
        k += 1
    return k, path


@given(paths, st.sampled_from(["ab", "abc", "cab", "d", "aba"]), st.booleans())
@settings(max_examples=200, deadline=None)
def test_every_case_comes_as_far_as_one_follows_it_by_hand(cases: list[str], steps: str, part: bool) -> None:
    log = story(*cases)
    if any(step not in "".join(cases) for step in steps):
        return
    if part:
        keep = np.arange(len(cases)) % 2 == 0
        log, cases = log.only(keep), cases[::2]
    found = log.funnel(list(steps), ends=[])
    reached = [followed(path, steps) for path in cases]
    assert found.outside == sum(k == 0 for k, _ in reached)
    for k, step in enumerate(found.steps, 1):
        assert step.came == sum(far >= k for far, _ in reached)
        assert step.went_on == sum(far > k for far, _ in reached)
        if k < len(steps):
            lost = step.instead + step.ended + step.stopped + step.under_way
            assert step.came == step.went_on + lost == step.went_on + sum(map(len, step.numbers.values()))


def long_ago(*cases: str) -> Any:
    """The same, and the log goes on for a year with one case of today."""
    rows = [(f"case {n}", letter, at) for n, one in enumerate(cases, 1) for at, letter in enumerate(one)]
    return log_of(*rows, ("of today", "a", 365 * 24))


def test_those_who_come_no_further_did_something_else_ended_stopped_or_may_still_come() -> None:
    log = long_ago(*["abc"] * 60, *["axc"] * 9, *["axx"] * 4, *["a"] * 20, *["abb"] * 6)
    found = log.funnel(["a", "b", "c"])
    first, second, last = found.steps
    assert (first.came, first.went_on, first.instead, first.ended, first.stopped, first.under_way) == (
        100,
        66,
        13,
        0,
        20,
        1,
    )
    assert [(one.activity, one.cases, one.skipped) for one in first.elsewhere] == [("x", 13, 9)]
    assert (second.instead, second.elsewhere[0].activity) == (6, "b")
    assert (last.came, last.went_on, found.through.estimate) == (60, 0, 0.6)
    assert log.where(first.cases_of).names() == log.names()
    assert [log.layout.cases[number] for number in first.numbers["under_way"]] == ["of today"]
    assert "Of 100 cases with “a” 60 came to “c” by all 3 steps (60 %" in found.summary()
    assert "lost after “a”: 33; 13 went on to something else and 20 stopped." in found.summary()
    assert "verloren na “a”: 33; 13 gingen verder met iets anders en 20 stopten." in found.summary("nl")


def test_a_case_that_ends_halfway_did_not_stop() -> None:
    found = long_ago(*["abc"] * 30, *["ax"] * 10).funnel(["a", "x", "c"], ends=["x", "c"])
    assert (found.steps[1].ended, found.steps[1].stopped) == (10, 0)


def test_steps_that_nobody_gave_are_what_most_cases_share_in_their_commonest_order() -> None:
    found = story(*["abzc"] * 3, *["abc"] * 2, *["bac"] * 2, "qabc").funnel()
    assert ([one.activity for one in found.steps], found.guessed) == (["a", "b", "c"], True)
    assert "a guess" in found.summary() and "een gok" in found.summary("nl")


def test_a_step_that_the_log_does_not_have_and_a_log_of_nothing() -> None:
    with pytest.raises(BadLog, match=r"no activity “x” .*no activity “y”|x[\s\S]*y"):
        story("ab").funnel(["x", "a", "y"])
    empty = log_of().funnel()
    assert (empty.steps, empty.cases) == ((), 0)
    assert empty.summary() == "No case came to the first step." and empty.summary("nl")


def test_the_receipt_log_loses_most_after_its_first_contact(receipt: Any) -> None:
    found = receipt.funnel(["Confirmation of receipt", "T05 Print and send confirmation of receipt"])
    first, last = found.steps
    assert (first.came, last.came) == (1434, 1300)
    assert Counter(first.numbers.keys()) == Counter(("instead", "ended", "stopped", "under_way"))
    assert first.stopped + first.under_way == 116
