"""A stream of contacts cut into journeys, held against streams of which the journeys are known."""

from __future__ import annotations

import random
from collections import Counter
from datetime import timedelta
from math import comb, exp, log, pi, sqrt
from typing import Any

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from loper.log.table import INSTANT, WORD, BadLog
from loper.observe.log import Log
from loper.observe.trust.cut import Cut, cut_table
from tests.observe.conftest import MONDAY, table

WITHIN, SPREAD, BETWEEN = (
    24.0,
    1.0,
    60 * 24.0,
)  # hours: median and spread of a log-normal gap; mean of an exponential one


def rand(one: list[Any], other: list[Any]) -> float:
    """The adjusted Rand index of two ways to divide the same things (Hubert & Arabie 1985): 1 alike, 0 by chance."""
    pairs = sum(comb(n, 2) for n in Counter(zip(one, other, strict=True)).values())
    first, second = (sum(comb(n, 2) for n in Counter(way).values()) for way in (one, other))
    by_chance = first * second / comb(len(one), 2)
    return (pairs - by_chance) / ((first + second) / 2 - by_chance)


def lived(seed: int, customers: int = 400, *, opening: float = 0.8) -> tuple[list[Any], list[str], list[float]]:
    """Contacts of customers over some years: (customer, activity, hours, reason); the journey of each; the gap before
    it (nan: none). With the chance `opening` a journey begins with "report", which is rare within one."""
    chance = random.Random(seed)
    rows: list[Any] = []
    truth, gaps = [], []
    for customer in range(customers):
        at = chance.uniform(0, 300)
        for journey in range(chance.randint(1, 4)):
            for place in range(chance.randint(1, 5)):
                if place:
                    gap = WITHIN * exp(chance.gauss(0, SPREAD))
                else:
                    gap = chance.expovariate(1 / BETWEEN) if journey else float("nan")
                at += 0 if gap != gap else gap
                report = chance.random() < (0.1 if place else opening)
                rows.append((f"c{customer}", "report" if report else chance.choice(["call", "mail"]), at, None))
                truth.append(f"{customer}/{journey}")
                gaps.append(gap)
    return rows, truth, gaps


def contacts(rows: list[Any]) -> pa.Table:
    return table(*rows, columns="customer activity hours reason")


def journeys(cut: Cut) -> list[str]:
    found: list[str] = cut.table["case"].to_pylist()
    return found


def best(rows: list[Any], truth: list[str], gaps: list[float], opening: float) -> float:
    """What somebody reaches who knows how these streams were made: Bayes' rule with the true distributions."""
    cuts, number = [], 0
    between = sum(truth[i] != truth[i - 1] for i in range(len(rows)) if gaps[i] == gaps[i])
    share = between / sum(gap == gap for gap in gaps)
    for row, gap in zip(rows, gaps, strict=True):
        if gap == gap:
            report = row[1] == "report"
            within = (
                (0.1 if report else 0.9) * exp(-((log(gap / WITHIN) / SPREAD) ** 2) / 2) / (gap * SPREAD * sqrt(2 * pi))
            )
            apart = (opening if report else 1 - opening) * exp(-gap / BETWEEN) / BETWEEN
            number += share * apart > (1 - share) * within
        else:
            number += 1
        cuts.append(number)
    return rand(truth, cuts)


@pytest.mark.parametrize("seed", range(5))
def test_journeys_are_found_nearly_as_well_as_by_who_knows_how_they_were_made(seed: int) -> None:
    """The bound is what Bayes' rule reaches with the true distributions, less 0.02: the model has to learn them."""
    rows, truth, gaps = lived(seed, opening=0.8)
    found = rand(truth, journeys(cut_table(contacts(rows))))
    bound = best(rows, truth, gaps, 0.8)
    assert found > bound - 0.02, f"adjusted Rand index {found:.3f}, with all known {bound:.3f}"
    blind = rand(truth, journeys(cut_table(contacts([(who, "call", at, why) for who, _, at, why in rows]))))
    assert blind < found, f"without activities {blind:.3f}, with them {found:.3f}"


def test_the_chances_hold_and_the_number_of_journeys_lies_in_its_interval() -> None:
    hits, chances, true = 0, [], []
    for seed in range(10):
        rows, truth, gaps = lived(seed + 50, 300)
        cut = cut_table(contacts(rows))
        hits += cut.expected.low <= len(set(truth)) <= cut.expected.high
        later = [i for i, gap in enumerate(gaps) if gap == gap]
        chances += [cut.table["cut"][i].as_py() for i in later]
        true += [truth[i] != truth[i - 1] for i in later]
    assert hits >= 7, f"{hits} of 10 intervals hold: at 95 % fewer than 7 come less than once in a thousand"
    said, came = np.array(chances), np.array(true)
    for low, high in ((0, 0.2), (0.2, 0.4), (0.4, 0.6), (0.6, 0.8), (0.8, 1.01)):
        here = (said >= low) & (said < high)
        assert here.sum() > 50
        assert came[here].mean() == pytest.approx(said[here].mean(), abs=0.1), (low, high)


def test_a_short_gap_never_speaks_for_a_cut() -> None:
    """Two curves of unequal width cross twice; the wider one must not win at the short end."""
    rows, _, gaps = lived(3)
    cut = cut_table(contacts([(who, "call", at, why) for who, _, at, why in rows]))
    said = sorted((gap, one) for gap, one in zip(gaps, cut.table["cut"].to_pylist(), strict=True) if gap == gap)
    assert [one for _, one in said] == sorted(one for _, one in said)
    assert said[0][1] < 0.05 < 0.95 < said[-1][1]


def test_contacts_about_another_reason_are_another_journey_though_they_lie_between() -> None:
    rows = [("a", "call", 0, "leak"), ("a", "call", 5, "rent"), ("a", "mail", 9, "leak"), ("a", "mail", 10, None)]
    week = timedelta(days=7)
    cut = cut_table(contacts(rows), gap=week)
    assert journeys(cut) == ["a/1", "a/2", "a/1", "a/1"]
    assert journeys(cut_table(contacts(rows), gap=week, reasons=False)) == ["a/1"] * 4
    assert journeys(cut_table(contacts([("a", "x", 1, None), *rows]), gap=week))[0] == "a/1", "with the first one known"


def test_each_reason_has_gaps_of_its_own_where_there_are_enough() -> None:
    chance = random.Random(4)
    rows: list[Any] = []
    for customer in range(1_500):
        for reason, within, between in (("leak", 4, 400), ("move", 300, 9_000)):
            at = chance.uniform(0, 100)
            for step in range(4):
                at += (between if step == 2 else within) * exp(chance.gauss(0, 0.4))
                rows.append((f"c{customer}", "call", at, reason))
    cut = cut_table(contacts(rows))
    kinds = {one.reason: one for one in cut.kinds}
    assert kinds["leak"].within_s == pytest.approx(4 * 3600, rel=0.1)
    assert kinds["leak"].between_s == pytest.approx(400 * 3600, rel=0.1)
    assert kinds["move"].within_s == pytest.approx(300 * 3600, rel=0.1)
    assert kinds["move"].even_s > 3 * kinds["leak"].even_s
    assert cut.journeys == pytest.approx(6_000, rel=0.01) and cut.doubtful.estimate < 0.02


def test_an_activity_that_opens_is_named_and_one_that_is_given_always_does() -> None:
    rows, _, _ = lived(1)
    cut = cut_table(contacts(rows))
    assert [name for name, _ in cut.kinds[0].openers] == ["report"]
    given = cut_table(contacts(rows), opens=("report",))
    assert all(one == 1 for one, row in zip(given.table["cut"].to_pylist(), rows, strict=True) if row[1] == "report")
    with pytest.raises(BadLog, match="did you mean 'report'"):
        cut_table(contacts(rows), opens=("reprt",))


@given(
    st.lists(
        st.tuples(st.sampled_from(["a", "b", None]), st.sampled_from("xyz"), st.integers(0, 90), st.just(None)),
        max_size=40,
    ),
    st.integers(1, 30),
)
@settings(max_examples=100, deadline=None)
def test_a_rule_cuts_where_one_cuts_by_hand(rows: list[Any], hours: int) -> None:
    cut = cut_table(contacts(rows), gap=timedelta(hours=hours))
    order = sorted(range(len(rows)), key=lambda i: (rows[i][2], i))
    last: dict[Any, tuple[int, int]] = {}
    by_hand: dict[int, str] = {}
    nobody = 0
    for i in order:
        who, _, at, _ = rows[i]
        if who is None:
            nobody += 1
            by_hand[i] = f"?/{nobody}"
            continue
        before, number = last.get(who, (None, 0))
        number += before is None or at - before >= hours
        last[who] = at, number
        by_hand[i] = f"{who}/{number}"
    assert journeys(cut) == [by_hand[i] for i in range(len(rows))]
    assert cut.journeys == len(set(by_hand.values())) == cut.expected.estimate
    assert cut.unknown == nobody and cut.summary("nl")


def test_what_was_cut_is_a_log_and_a_log_can_be_cut_anew() -> None:
    rows, _, _ = lived(2)
    cut = cut_table(contacts(rows))
    log = Log.of(cut.table)
    assert len(log) == cut.journeys and log.contacts == len(rows)
    again = log.cut()
    assert again.journeys == cut.journeys and sorted(journeys(again)) == sorted(journeys(cut))
    some = log.only(np.arange(len(log)) % 2 == 0).cut(gap=timedelta(days=10))
    assert some.contacts == log.only(np.arange(len(log)) % 2 == 0).contacts
    assert "are cut" not in cut.summary() and "onzeker of er een nieuwe begint" in cut.summary("nl")


def test_streams_that_cannot_be_cut_say_why() -> None:
    with pytest.raises(BadLog) as wrong:
        cut_table(pa.table({"activity": pa.array(["x"]).cast(WORD), "time": pa.array([MONDAY], INSTANT)}), threshold=0)
    assert len(wrong.value.problems) == 2 and "customer" in wrong.value.problems[0]
    with pytest.raises(BadLog, match="too few to learn"):
        cut_table(contacts([("a", "call", 0, None), ("a", "call", 5, None)]))
    empty = cut_table(contacts([]))
    assert (empty.journeys, empty.contacts, len(empty.table)) == (0, 0, 0) and empty.summary()
    flat = [(f"c{n % 50}", "call", float(n), None) for n in range(2_000)]
    found = cut_table(contacts(flat))
    assert "unclear" in found.warnings and "a guess" in found.summary() and "een gok" in found.summary("nl")
