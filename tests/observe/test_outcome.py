"""Outcomes: the chain against steps taken by hand, and against logs of which one knows where they are decided."""

from __future__ import annotations

from collections import Counter, defaultdict
from itertools import pairwise
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.observe.conftest import log_of, story

paths = st.lists(st.text("abc", min_size=0, max_size=6), min_size=1, max_size=25)


def by_hand(cases: list[str]) -> dict[str, dict[str, float]]:
    """The chances of the last letter from each letter on, by walking the chain until next to nothing is under way."""
    steps: dict[str, Counter[str]] = defaultdict(Counter)
    for path in cases:
        for one, two in pairwise(path):
            steps[one][two] += 1
        steps[path[-1]]["!" + path[-1]] += 1
    found = {}
    for start in steps:
        now, done = {start: 1.0}, Counter[str]()
        for _ in range(2_000):
            then: dict[str, float] = defaultdict(float)
            for at, mass in now.items():
                total = sum(steps[at].values())
                for to, count in steps[at].items():
                    if to.startswith("!"):
                        done[to[1:]] += mass * count / total
                    else:
                        then[to] += mass * count / total
            now = then
        found[start] = dict(done)
    return found


@given(paths, st.booleans())
@settings(max_examples=100, deadline=None)
def test_every_chance_is_what_comes_of_walking_the_chain_and_every_share_is_counted(
    inner: list[str], part: bool
) -> None:
    cases = [path + "xy"[n % 2] for n, path in enumerate(inner)]
    log = story(*cases)
    if part:
        keep = np.arange(len(cases)) % 3 != 1
        log, cases = log.only(keep), [path for n, path in enumerate(cases) if n % 3 != 1]
    found = log.outcomes(ends=sorted({path[-1] for path in cases}))
    expected = by_hand(cases)
    assert {one.activity for one in found.at} == set("".join(cases))
    assert dict(zip(found.outcomes, (one.estimate for one in found.shares), strict=True)) == pytest.approx(
        {end: n / len(cases) for end, n in Counter(path[-1] for path in cases).items()}
    )
    for one in found.at:
        here = [path[-1] for path in cases if one.activity in path]
        assert one.cases == len(here)
        for name, chance, seen in zip(found.outcomes, one.chances, one.seen, strict=True):
            assert chance.estimate == pytest.approx(expected[one.activity].get(name, 0), abs=1e-6)
            assert seen.estimate == pytest.approx(here.count(name) / len(here))
            assert chance.low <= chance.estimate <= chance.high
    if sum(one.decides.estimate for one in found.at):
        assert sum(one.decides.estimate for one in found.at) == pytest.approx(1)


def test_the_gamblers_chances_are_those_of_the_book() -> None:
    """A walk on 1, 2, 3 by a fair coin, absorbed at 0 and 4 (Kemeny & Snell 1960, 3.3): 3/4, 1/2, 1/4."""
    ways = {"a": "ob", "b": "ac", "c": "bw"}  # o: ruined, w: won
    cases, rng = [], np.random.default_rng(1)
    for n in range(4_000):
        path = "abc"[n % 3]
        while path[-1] in ways:
            path += ways[path[-1]][int(rng.integers(2))]
        cases.append(path)
    found = story(*cases).outcomes(ends=["o", "w"])
    ruined = found.outcomes.index("o")
    for one in found.at:
        if one.activity in "abc":
            chance = one.chances[ruined]
            assert chance.low <= {"a": 0.75, "b": 0.5, "c": 0.25}[one.activity] <= chance.high
            assert not one.remembers
    assert found.gap < 0.02


def test_the_step_that_decides_is_found() -> None:
    found = story(*["abpx"] * 50, *["abqy"] * 50).outcomes(ends=["x", "y"])
    step = found.decided
    assert step is not None and step.activity == "b"
    assert (step.decides.estimate, found.bits, step.bits) == (1, 1, 1)
    assert "Most is decided after “b”: what follows there takes away 100 %" in found.summary()
    assert "Het meeste wordt beslist na “b”" in found.summary("nl")


def test_a_chain_that_forgets_is_held_against_cases_that_remember() -> None:
    """How it ends depends on how it began, which the chain cannot know at c."""
    found = story(*["acx"] * 50, *["bcy"] * 50).outcomes(ends=["x", "y"])
    at = {one.activity: one for one in found.at}
    assert [one.estimate for one in at["a"].chances] == [0.5, 0.5]
    assert sorted(one.estimate for one in at["a"].seen) == [0, 1]
    assert at["a"].remembers and not at["c"].remembers
    assert "differs by" in found.summary() and "wijkt gemiddeld" in found.summary("nl")


def standing(*cases: str) -> Any:
    rows = [(f"case {n}", letter, at + n % 3) for n, one in enumerate(cases) for at, letter in enumerate(one)]
    return log_of(*rows, ("of today", "a", 365 * 24))


def test_cases_that_stopped_are_an_outcome_and_cases_under_way_are_not() -> None:
    log = standing(*["abx"] * 60, *["ab"] * 20)
    found = log.outcomes(ends=["x"])
    assert (found.cases, found.left_out) == (80, 1)
    assert dict(zip(found.outcomes, (one.estimate for one in found.shares), strict=True)) == {
        "x": 0.75,
        "(stopped)": 0.25,
    }
    assert "stopped on the way 25 %" in found.summary() and "bleef steken 25 %" in found.summary("nl")
    assert log.outcomes(ends=["x"], open="out").outcomes == ("x",)


def test_ends_can_be_put_together_in_classes() -> None:
    found = story(*["ax"] * 3, *["ay"] * 2, *["az"] * 5).outcomes(classes={"x": "well", "y": "well", "z": "badly"})
    assert (found.outcomes, [one.estimate for one in found.shares]) == (("well", "badly"), [0.5, 0.5])


def test_where_no_end_is_known_the_last_contact_is_the_outcome_and_the_rarest_are_one() -> None:
    found = story(*(f"a{letter}a{letter}"[:3] + letter for letter in "bcdefghijk")).outcomes()
    assert (found.by, len(found.outcomes), found.outcomes[-1]) == ("last contact", 8, "(other)")
    assert sum(one.estimate for one in found.shares) == pytest.approx(1)


def test_a_log_of_nothing_has_no_outcomes() -> None:
    assert log_of().outcomes().summary() == "There are no cases with an outcome." and log_of().outcomes().summary("nl")
    assert story("a").outcomes().decided is None
