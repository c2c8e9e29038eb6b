"""Two groups held beside each other: the figures as one reckons them by hand, and no more said than may be."""

from __future__ import annotations

import random
from collections import defaultdict
from datetime import timedelta
from itertools import pairwise
from statistics import median
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from loper.define import parse_journey
from loper.log.table import BadLog
from loper.observe.against.compare import Comparison
from loper.observe.against.difference import (
    benjamini_hochberg,
    chance_of_composition,
    drawn_medians,
    gap,
    holm,
    jump,
    standardised,
)
from loper.observe.against.trial import trial_of
from loper.observe.log import Log
from loper.step.moments import variant
from tests.observe.conftest import MONDAY, log_of, story

COLUMNS = "case activity hours channel customer score case:segment"

rows = st.lists(
    st.tuples(
        st.sampled_from("uvwxyz"),
        st.sampled_from("abc"),
        st.integers(0, 400),
        st.sampled_from(["web", "phone", None]),
        st.sampled_from([None, 1.0, 4.0]),
    ),
    min_size=2,
    max_size=50,
)


@given(rows)
@settings(max_examples=150, deadline=None)
def test_every_measure_is_what_one_counts_by_hand(events: list[Any]) -> None:
    """Cases u, v, w are of one group, x, y, z of the other; u and x are of one customer, v and y, w and z."""
    customer = dict(zip("uvwxyz", "123123", strict=True))
    cases: dict[str, list[Any]] = defaultdict(list)
    for seq, (case, activity, hour, channel, score) in enumerate(events):
        cases[case].append((hour, seq, activity, channel, score))
    cases = {case: sorted(found, key=lambda row: row[:2]) for case, found in cases.items()}
    log = log_of(
        *((case, *rest[:3], customer[case], rest[3], "s") for case, *rest in events),
        columns="case activity hours channel customer score case:segment",
    )
    groups = [[case for case in cases if case in half] for half in ("uvw", "xyz")]
    if not all(groups):
        return
    names = np.array(log.names())
    found = log.only(np.isin(names, groups[0])).compare(
        log.only(np.isin(names, groups[1])), ends=("a",) if any(row[1] == "a" for row in events) else ()
    )
    end = max(row[2] for row in events)

    def of(case: str) -> dict[str, float | None]:
        path = cases[case]
        channels = [row[3] for row in path if row[3]]
        scores = [row[4] for row in path if row[4] is not None]
        later = [other[0][0] - path[-1][0] for name, other in cases.items() if customer[name] == customer[case]]
        return {
            "throughput": (path[-1][0] - path[0][0]) * 3600.0,
            "ends": float(path[-1][2] == found.measure("ends").about),
            "contacts": len(path),
            "switches": sum(a != b for a, b in pairwise(channels)) if channels else None,
            "score": sum(scores) / len(scores) if scores else None,
            "came back": float(any(0 < gone <= 168 for gone in later)) if path[-1][0] + 168 <= end else None,
        }

    for one in found.measures:
        if one.measure == "ends" and one.about != found.measure("ends").about:
            continue
        for value, group in zip((one.one, one.other), groups, strict=True):
            known = [seen for seen in (of(case)[one.measure] for case in group) if seen is not None]
            by_hand = float("nan") if not known else median(known) if one.measure == "throughput" else np.mean(known)
            assert value == pytest.approx(by_hand, nan_ok=True), one.measure
        assert one.difference.estimate == pytest.approx(one.one - one.other, nan_ok=True)


# -- the statistics


@pytest.mark.parametrize("n", [1, 2, 7, 40, 101])
def test_medians_are_drawn_as_a_bootstrap_draws_them(n: int) -> None:
    rng = np.random.default_rng(5)
    values = np.sort(rng.lognormal(size=n))
    slow = np.median(values[rng.integers(0, n, (20_000, n))], axis=1)
    quick = drawn_medians(values, rng, 20_000)
    for q in (0.025, 0.25, 0.5, 0.75, 0.975):
        at = [float((quick <= np.quantile(slow, q) + 1e-9).mean()), float((slow <= np.quantile(slow, q) + 1e-9).mean())]
        assert at[0] == pytest.approx(at[1], abs=0.02), "0.02 is four standard errors of two shares of 20,000"


def test_many_looks_count_as_published() -> None:
    p = [0.01, 0.04, 0.03, 0.005]
    assert holm(p) == pytest.approx([0.03, 0.06, 0.06, 0.02])
    assert benjamini_hochberg(p) == pytest.approx([0.02, 0.04, 0.04, 0.02])
    assert holm([]) == benjamini_hochberg([]) == []


def test_groups_made_alike_turn_a_paradox_round() -> None:
    """Kidney stones (Charig et al. 1986): treatment A is better for small and for large stones, and worse in all."""

    def values(*parts: tuple[int, int]) -> tuple[Any, Any]:
        found = [np.r_[np.ones(good), np.zeros(n - good)] for good, n in parts]
        return np.concatenate(found), np.repeat(np.arange(len(parts)), [n for _, n in parts])

    (a, a_size), (b, b_size) = values((81, 87), (192, 263)), values((234, 270), (55, 80))
    rng = np.random.default_rng(1)
    assert gap("share", a, b, rng).difference.estimate == pytest.approx(273 / 350 - 289 / 350)
    found, covered = standardised("share", a, b, (a_size, b_size))
    small, large = 357 / 700, 343 / 700
    by_hand = small * (81 / 87 - 234 / 270) + large * (192 / 263 - 55 / 80)
    assert found.estimate == pytest.approx(by_hand) and by_hand > 0.05 and covered == 1
    assert found.low < by_hand < found.high


def test_a_stratum_that_one_group_lacks_has_no_say() -> None:
    one, other = np.array([1.0, 3, 5, 50]), np.array([1.0, 2, 3])
    found, covered = standardised("mean", one, other, (np.array([0, 0, 0, 1]), np.array([0, 0, 0])))
    assert found.estimate == pytest.approx(1.0) and covered == pytest.approx(6 / 7)
    middle, _ = standardised("median", one, other, (np.array([0, 0, 0, 1]), np.array([0, 0, 0])))
    assert middle.estimate == pytest.approx(3 - 2)


@pytest.mark.parametrize(("square", "freedom"), [(3.841, 1), (11.070, 5), (31.410, 20)])
def test_the_tail_of_chi_square_is_that_of_the_tables(square: float, freedom: int) -> None:
    """5 % points of any table; counts are made so that the statistic is the one wanted."""
    n = 1_000_000
    classes = freedom + 1
    one = np.full(classes, n / classes)
    shift = np.sqrt(square * n / classes / 2)  # chi-square of two rows that differ by `2 shift` in two classes
    other = one.copy()
    one[0], one[1] = one[0] + shift / np.sqrt(2), one[1] - shift / np.sqrt(2)
    other[0], other[1] = other[0] - shift / np.sqrt(2), other[1] + shift / np.sqrt(2)
    assert chance_of_composition(one, other) == pytest.approx(0.05, abs=0.004)


def test_a_jump_is_told_from_the_trend() -> None:
    rng = np.random.default_rng(2)
    hits = 0
    for _ in range(200):
        noise = rng.normal(size=60)
        found = jump(10 + 0.3 * np.arange(60) + 2 * (np.arange(60) >= 30) + noise, 30)
        hits += found.low < 2 < found.high
    assert 0.85 < hits / 200 <= 1, "95 % of intervals, a little less in so short a series"


# -- the words


def lived(seed: int, n: int = 400, *, gain: float = 0.0, trend: float = 0.0, at: float | None = None) -> Log:
    """Cases of 40 weeks; `gain` hours less for those of odd customers (or those that begin after `at` weeks), `trend`
    hours less per week."""
    chance = random.Random(seed)
    events: list[Any] = []
    for number in range(n):
        begin = number * 40 * 168 / n
        treated = begin >= at * 168 if at is not None else number % 2
        took = chance.gauss(60, 6) - (gain if treated else 0) - trend * begin / 168
        channel, segment = chance.choice(["web", "phone"]), chance.choice(["tenant", "owner"])
        score = float(chance.randint(1, 5))
        done = "done" if chance.random() < 0.7 else "stopped"
        who = f"customer {number}"
        events.append((f"case {number}", "asked", begin, channel, who, None, segment))
        events.append((f"case {number}", "visit", begin + took / 2, "phone", who, None, segment))
        events.append((f"case {number}", done, begin + took, channel, who, score, segment))
    return log_of(*events, columns=COLUMNS)


def halves(log: Log) -> tuple[Log, Log]:
    odd = np.array([int(name.split()[1]) % 2 == 1 for name in log.names(10_000)])
    return log.only(odd), log.only(~odd)


def test_lots_that_were_drawn_make_an_effect_and_nothing_else_does() -> None:
    one, other = halves(lived(1, gain=6))
    found = one.compare(other, design="randomised", names=("with reminder", "without"))
    throughput = found.measure("throughput")
    assert found.effect and throughput.apart
    assert throughput.difference.low < -6 * 3600 < throughput.difference.high
    assert "these are effects of “with reminder”" in found.summary() and "effecten" in found.summary("nl")
    assert {one.measure for one in found.measures if one.apart} == {"throughput"}
    shifted = {(one.source, one.target) for one in found.shifts if one.wait_p < 0.05}
    assert {("asked", "visit")} <= shifted
    for design in ("observed", "interrupted"):
        told = one.compare(other, design=design)
        assert not told.effect and "effect" not in told.summary() and "effect" not in told.summary("nl")
    assert "may have another cause" in one.compare(other).summary()


def test_lots_that_the_groups_do_not_look_like_are_doubted() -> None:
    log = lived(1, gain=6)
    odd = np.array([int(name.split()[1]) % 2 == 1 for name in log.names(10_000)])
    web = log.where(attributes={"segment": ("owner",)})
    keep = np.zeros(400, np.bool_)
    keep[web.rows[: len(web) // 2]] = True
    found = log.only(odd & ~keep).compare(log.only(~odd | keep), design="randomised")
    assert "unbalanced" in found.warnings and not found.effect
    assert "no effects" in found.summary() and "geen effecten" in found.summary("nl")


def test_where_nothing_differs_nothing_is_found_but_for_one_time_in_twenty() -> None:
    false = 0
    for seed in range(60):
        one, other = halves(lived(seed, 160))
        false += any(measure.apart for measure in one.compare(other, seed=seed).measures)
    assert false <= 9, "of 60 at 5 % more than 9 come once in a thousand"


def before_after(log: Log, week: float, **how: Any) -> Comparison:
    at = MONDAY + timedelta(weeks=week)
    return log.where(since=at).compare(log.where(until=at), names=("after", "before"), **how)


def test_a_change_at_a_date_is_told_from_a_trend() -> None:
    changed = before_after(lived(3, 800, gain=6, at=28), 28, design="before-after")
    assert changed.measure("throughput").apart
    assert "trend" not in changed.warnings and "placebo" not in changed.warnings
    assert next(one for one in changed.placebos if one.measure == "throughput").larger == 0
    drifted = before_after(lived(3, 800, trend=0.6), 28, design="before-after")
    assert drifted.measure("throughput").apart
    assert {"trend", "placebo"} <= set(drifted.warnings)
    assert "just have gone on" in drifted.summary() and "al, dus" in drifted.summary("nl")
    assert "season" in changed.warnings, "28 weeks from March lie elsewhere in the year than the 12 after them"


def test_an_interrupted_series_leaves_its_own_line_where_it_was_changed() -> None:
    both = before_after(lived(4, 1_600, gain=8, trend=0.4, at=28), 28, design="interrupted").measure("throughput")
    assert both.jump is not None and both.jump.low < -8 * 3600 < both.jump.high < 0
    drifted = before_after(lived(4, 1_600, trend=0.4), 28, design="interrupted").measure("throughput")
    assert drifted.jump is not None and drifted.jump.low < 0 < drifted.jump.high
    assert drifted.apart, "the plain difference is fooled"


def test_young_cases_can_be_left_out() -> None:
    log = lived(5, 400)
    found = before_after(log, 20, design="before-after", settle=14)
    end = log.layout.time.max()
    young = int((log.layout.first > end - 14 * 86_400_000_000).sum())
    assert found.left_out == young > 0 and sum(found.cases) == 400 - young


def test_what_the_groups_were_told_apart_by_is_not_made_alike() -> None:
    log = lived(6)
    found = log.where(first_channel=("web",)).compare(log.where(first_channel=("phone",)))
    assert found.by == ("segment",)
    assert all(one.covered == 1 for one in found.measures)


def test_sides_that_cannot_be_compared_are_refused() -> None:
    log = lived(7, 40)
    with pytest.raises(BadLog, match="40 cases are in both"):
        log.compare(log)
    with pytest.raises(BadLog, match="different logs"):
        log.compare(story("ab"))
    with pytest.raises(BadLog, match="there are randomised"):
        log.compare(log.only(np.zeros(40, np.bool_)), design="guess")
    with pytest.raises(BadLog, match="no words “sex”"):
        log.compare(log.only(np.zeros(40, np.bool_)), by=("sex",))


def test_a_side_without_cases_says_that_little_can_be_said() -> None:
    log = lived(8, 40)
    for design in ("observed", "randomised", "before-after", "interrupted"):
        found = log.compare(log.only(np.zeros(40, np.bool_)), design=design)
        assert "few" in found.warnings and found.shifts == () and found.summary("nl") and found.rows()
    empty = log_of()
    assert "0 cases" in empty.compare(empty.where()).summary()


def test_the_arms_of_a_trial_are_those_that_the_runtime_drew() -> None:
    journey = parse_journey(
        "journey: visit\nevents: {asked: {from: [customer]}}\nbegins: {asked: new}\nstages: {new: {final: true}}\n"
        "touchpoints: {reminder: {when: asked, channels: [sms], variants: {plain: 50, none: 50}}}\n"
    )
    log, touchpoint = lived(9, 200), journey.touchpoints["reminder"]
    arms = log.trial(touchpoint)
    for name, arm in arms.items():
        assert {variant(touchpoint, log.case(case)[0]["customer"]) for case in arm.names()} == {name}
    assert len(arms["plain"]) + len(arms["none"]) == 200
    assert not arms["none"].compare(arms["plain"], design="randomised").measure("throughput").apart
    with pytest.raises(BadLog, match="no customers"):
        trial_of(story("ab"), touchpoint)
