"""Representative journeys: distances against the plain recursion, choices against every other that could be made."""

from __future__ import annotations

from collections import Counter
from functools import cache
from itertools import combinations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from loper.observe.way import representatives
from tests.observe.conftest import log_of, story

paths = st.lists(st.text("abcd", min_size=1, max_size=6), min_size=1, max_size=25)


@cache
def edits(one: str, two: str) -> int:
    """Optimal string alignment, by its definition."""
    if not one or not two:
        return len(one) + len(two)
    found = min(edits(one[:-1], two) + 1, edits(one, two[:-1]) + 1, edits(one[:-1], two[:-1]) + (one[-1] != two[-1]))
    if len(one) > 1 and len(two) > 1 and one[-1] == two[-2] and one[-2] == two[-1]:
        found = min(found, edits(one[:-2], two[:-2]) + 1)
    return found


def apart(one: str, two: str) -> float:
    return edits(one, two) / max(len(one), len(two))


@given(paths, st.integers(1, 4), st.booleans())
@settings(max_examples=150, deadline=None)
def test_no_swap_would_make_them_better_and_every_case_goes_with_the_nearest(
    cases: list[str], count: int, part: bool
) -> None:
    log = story(*cases)
    if part:
        log, cases = log.only(np.arange(len(cases)) % 2 == 0), cases[::2]
    found = log.representatives(count=count)
    chosen = ["".join(one.activities) for one in found.journeys]
    assert len(set(chosen)) == len(chosen) == min(count, len(set(cases)))

    def cost(medoids: list[str]) -> float:
        return sum(min(apart(case, medoid) for medoid in medoids) for case in cases)

    assert found.apart == pytest.approx(cost(chosen) / len(cases), abs=1e-6)
    for at in range(len(chosen)):
        for other in set(cases) - set(chosen):
            assert cost(chosen) <= cost([*chosen[:at], other, *chosen[at + 1 :]]) + 1e-5
    counted = Counter(cases)
    for one, way in zip(found.journeys, chosen, strict=True):
        assert one.own == counted[way] <= one.cases == len(one.numbers)
        for number in one.numbers:
            name = log.layout.cases[number]
            path = "".join(contact["activity"] for contact in log.case(name))
            assert apart(path, way) == min(apart(path, each) for each in chosen)
    assert sum(one.cases for one in found.journeys) == len(cases)


def test_a_journey_that_may_hang_on_the_wall() -> None:
    log = story(*["abcd"] * 30, *["abdc"] * 4, *["xyz"] * 10, "xyyz")
    found = log.representatives(count=2)
    first, second = found.journeys
    assert (first.activities, first.cases, first.own) == (("a", "b", "c", "d"), 34, 30)
    assert (second.activities, second.cases, second.own) == (("x", "y", "z"), 11, 10)
    assert (first.apart, second.apart) == (pytest.approx(4 * 0.25 / 34), pytest.approx(0.25 / 11))
    assert [wait.estimate for wait in first.waits] == [86_400] * 3
    assert first.example == "case 1" and len(log.where(first.cases_of)) == 30
    assert "76 % of the cases (61 % to 86 %) go about like case “case 1”: a › b › c › d." in found.summary()
    assert "2 reizen staan voor 45 zaken" in found.summary("nl")


def test_the_best_pair_is_found_where_building_up_alone_would_miss_it() -> None:
    """The one in the middle of all is chosen first, and must be given up again."""
    cases = ["aaaaaa"] * 5 + ["bbbbbb"] * 5 + ["aaabbb"] * 4
    found = {"".join(one.activities) for one in story(*cases).representatives(count=2).journeys}
    best = min(combinations(sorted(set(cases)), 2), key=lambda two: sum(min(apart(c, m) for m in two) for c in cases))
    assert found == set(best)


def test_too_many_ways_are_not_all_compared_and_that_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(representatives, "COMMON", 3)
    monkeypatch.setattr(representatives, "WORK", 100)
    rare = [f"{'abcd'[n % 4]}{'efgh'[n // 4 % 4]}{'ijkl'[n // 16]}" for n in range(64)]
    found = story(*["xyz"] * 9, *["xz"] * 5, *["y"] * 3, *rare).representatives(count=2)
    assert (found.variants, found.chosen_from, found.covered) == (67, 3, 17)
    assert found.left_over > 0
    assert found.left_over + sum(one.cases for one in found.journeys) == found.cases == 81
    assert "chosen among the 3 commonest of 67 ways" in found.summary()
    assert "niet vergeleken" in found.summary("nl")


def test_of_a_very_long_case_the_first_contacts_are_compared() -> None:
    log = log_of(*(("long", "ab"[n % 2], n) for n in range(3_000)), *(("longer", "ab"[n % 2], n) for n in range(4_000)))
    found = log.representatives()
    assert sorted(one.cases for one in found.journeys) in ([0, 2], [1, 1])
    assert found.apart == 0 and max(len(one.waits) for one in found.journeys) == 99
    assert "and 2,988 more" in found.summary() or "and 3,988 more" in found.summary()


def test_a_log_of_nothing_has_no_journeys() -> None:
    found = log_of().representatives()
    assert (found.journeys, found.summary(), found.summary("nl")) == ((), "There are no cases.", "Er zijn geen zaken.")
