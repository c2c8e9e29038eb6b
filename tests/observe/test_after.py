"""Where people go after they drop off, held against customers that are followed by hand."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from loper.log.table import BadLog
from tests.observe.conftest import log_of, story

COLUMNS = "case activity hours customer channel direction"
rows = st.lists(
    st.tuples(
        st.sampled_from("uvwxyz"),
        st.sampled_from("abc"),
        st.integers(0, 200),
        st.sampled_from(["k1", "k2", None]),
        st.sampled_from(["web", "phone", None]),
        st.sampled_from(["in", "out"]),
    ),
    min_size=1,
    max_size=40,
)


@given(rows, st.sampled_from([1, 3]), st.booleans())
@settings(max_examples=150, deadline=None)
def test_what_a_customer_does_next_is_what_one_finds_by_hand(events: list[Any], days: int, part: bool) -> None:
    if not any(row[1] == "a" for row in events) or not any(row[5] == "in" for row in events):
        return
    log = log_of(*events, columns=COLUMNS)
    cases: dict[str, list[Any]] = {}
    contacts = sorted(
        (hours, seq, *rest) for seq, (case, a, hours, *more) in enumerate(events) for rest in [(case, a, *more)]
    )
    for one in contacts:
        cases.setdefault(one[2], []).append(one)
    if part:
        log = log.only(np.array([name in "xyz" for name in log.layout.cases]))
    end = contacts[-1][0]
    went, dropped, nobody, late, before = [], 0, 0, 0, []
    for case, found in cases.items():
        last = found[-1]
        if (part and case not in "xyz") or last[3] != "a":
            continue
        dropped += 1
        before.append(found[-2][3] if len(found) > 1 else None)
        if last[4] is None:
            nobody += 1
        elif last[0] + 24 * days > end:
            late += 1
        else:
            next_one = next((one for one in contacts if one > last and one[4] == last[4] and one[6] == "in"), None)
            if next_one and next_one[0] - last[0] <= 24 * days:
                went.append((next_one[3], next_one[5]))
    seen = log.after("a", days=days, ends=[])
    assert (seen.dropped, seen.no_customer, seen.too_late) == (dropped, nobody, late)
    assert seen.came_back.n == dropped - nobody - late
    assert sorted(went, key=str) == sorted(
        (kind for one in seen.went for kind in [(one.activity, one.channel)] * one.cases), key=str
    )
    told = [one.activity for one in seen.before for _ in range(one.cases)]
    assert sorted(told, key=str) == sorted(before, key=str)


def dropping(count: int) -> list[Any]:
    """Cases that stop at the form; of every second one the customer rings two hours later, in another case."""
    found: list[Any] = []
    for n in range(count):
        found += [(f"w{n}", "visit", n, f"k{n}", "web"), (f"w{n}", "form", n + 1, f"k{n}", "web")]
        if n % 2:
            found.append((f"t{n}", "call", n + 3, f"k{n}", "phone"))
    return [*found, ("later", "visit", 90 * 24, "k", "web")]


def test_who_stops_at_the_form_and_rings_is_found_at_the_telephone() -> None:
    log = log_of(*dropping(20), columns="case activity hours customer channel")
    found = log.after("form", ends=["call"])
    assert (found.dropped, found.came_back.estimate, found.other_channel.estimate) == (20, 0.5, 1.0)
    (one,) = found.went
    assert (one.activity, one.channel, one.cases, one.other_channel, one.wait.estimate) == (
        "call",
        "phone",
        10,
        10,
        7200,
    )
    assert {log.layout.cases[k] for k in one.numbers} == {f"w{n}" for n in range(1, 20, 2)}
    assert {log.layout.cases[k] for k in one.others} == {f"t{n}" for n in range(1, 20, 2)}
    assert len(log.where(one.cases_of)) == 20
    assert [(one.activity, one.channel, one.cases) for one in found.before] == [("visit", "web", 20)]
    assert (found.usual.estimate, found.usual.n) == (0, 10)
    assert "Of 20 cases that dropped off at “form” 50 % (30 % to 70 %)" in found.summary()
    assert "Most often that was “call” by “phone”: 10, half of them within 2 hours." in found.summary()
    assert "Van 20 zaken die afhaakten bij “form” kwam in 50 %" in found.summary("nl")


def test_without_customers_nothing_can_be_told_and_that_is_said() -> None:
    found = story("ab", "ab", "abc").after("b")
    assert (found.dropped, found.no_customer, found.went) == (2, 2, ())
    assert "of none the customer is known" in found.summary() and found.summary("nl")
    assert story("ab").after("a").summary() == "Nobody dropped off at “a”." and story("ab").after("a").summary("nl")
    with pytest.raises(BadLog, match="no activity “z”"):
        story("ab").after("z")
