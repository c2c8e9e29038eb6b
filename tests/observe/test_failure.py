"""Failure demand, failed visits and effort, held against plain Python and against a real design."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from loper.define import read_journey
from loper.log.table import BadLog
from loper.observe.contact.failure import GROUNDS
from loper.observe.log import Log
from loper.observe.result import mean, wilson
from tests.observe.conftest import log_of, table

REPAIR = read_journey(Path(__file__).parent.parent.parent / "examples" / "repair" / "journey.yaml")
COLUMNS = "case activity hours customer reason kind direction channel journey"
WORDS = {"klacht": "complaint", "vraag naar status": "status question", "nog niet": "chaser"}
rows = st.lists(
    st.tuples(
        st.sampled_from("uvwxyz"),
        st.sampled_from(["job.reported", "Klacht over monteur", "fax", "received"]),
        st.integers(0, 400),
        st.sampled_from(["ann", "bob", None]),
        st.sampled_from(["leak", "Vraag naar status", "nog niet klaar", None]),
        st.sampled_from(["event", "unexpected", "message", None]),
        st.sampled_from(["in", "out", None]),
        st.sampled_from(["web", "phone", None]),
        st.sampled_from(["repair", "repair", "complaint"]),
    ),
    min_size=1,
    max_size=40,
)


def plain_grounds(events: list[Any], *, design: bool, days: int) -> list[tuple[Any, str]]:
    """Each contact of a customer with its ground, the plain way; empty where it has none."""
    line = sorted((row[2], seq, row) for seq, row in enumerate(events) if row[6] == "in")
    found = []
    for place, (hours, _, row) in enumerate(line):
        text = f"{row[1]} {row[4] or ''}".lower()
        grounds = [ground for word, ground in WORDS.items() if word in text]
        if row[5] == "unexpected":
            grounds.append("unexpected")
        if design and row[1] in ("Klacht over monteur", "fax"):
            grounds.append("not in the design")
        who = row[3] or f"case {row[0]}"
        onward = design and any(row[1] in stage.on for stage in REPAIR.stages.values())
        if not onward and any(
            (one[2][3] or f"case {one[2][0]}", one[2][4]) == (who, row[4]) and hours - one[0] <= 24 * days
            for one in line[:place]
        ):
            grounds.append("repeat")
        if not design or row[8] == "repair" or all(one[8] != "repair" for one in events):
            found.append((row, min(grounds, key=GROUNDS.index, default="")))
    return found


@given(rows, st.booleans(), st.sampled_from([1, 7]))
@settings(max_examples=150, deadline=None)
def test_failure_demand_is_what_one_counts_by_hand(events: list[Any], design: bool, days: int) -> None:
    if not any(row[6] == "in" for row in events):
        return
    whole, journey = log_of(*events, columns=COLUMNS), REPAIR if design else None
    by_hand = plain_grounds(events, design=design, days=days)
    for kept in ({row[0] for row in events}, {events[0][0]}):
        log = whole.only(np.array([whole.layout.cases[i] in kept for i in range(whole.layout.count)]))
        mine = [(row, ground) for row, ground in by_hand if row[0] in kept]
        found = log.failure_demand(journey=journey, days=days)
        assert (found.contacts, found.failure) == (len(mine), sum(bool(ground) for _, ground in mine))
        for ground in GROUNDS:
            those = [row for row, one in mine if one == ground]
            assert sum(one.contacts for one in found.grounds if one.ground == ground) == len(those)
            assert set(found.cases_of(log, ground).names()) == {row[0] for row in those}
        for one in found.grounds:
            assert one.share == wilson(one.contacts, len(mine))
        phone = sum(row[7] == "phone" and bool(ground) for row, ground in mine)
        if any(row[7] == "phone" for row, _ in mine):
            assert found.cost({"phone": 6.5}) == (6.5 * phone, found.failure - phone)


def test_a_contact_counts_once_and_the_commonest_ground_is_told_first() -> None:
    log = log_of(
        ("1", "report", 0, "in"),
        ("1", "complaint about status", 5, "in"),
        ("2", "Statusvraag", 1, "in"),
        ("3", "Statusvraag", 2, "in"),
        ("3", "letter", 3, "out"),
        columns="case activity hours direction",
    )
    found = log.failure_demand()
    assert [(one.ground, one.contacts) for one in found.grounds] == [("status question", 2), ("complaint", 1)]
    assert "questions how it stands (2)" in found.summary() and "klachten (1)" in found.summary("nl")
    with pytest.raises(BadLog, match="no contacts by channel"):
        found.cost({"pigeon": 1})


def test_failed_visits_cost_what_the_organisation_says_they_cost() -> None:
    log = log_of(
        ("1", "customer.absent", 0, None),
        ("1", "customer.absent", 9, None),
        ("1", "job.fixed", 20, None),
        ("2", "visit", 0, "niet opgelost"),
        ("2", "visit", 3, "opgelost"),
        ("3", "job.fixed", 0, None),
        columns="case activity hours outcome",
    )
    found = log.failed_visits(rates={"customer.absent": 85}, failed=("niet opgelost",))
    assert [(one.name, one.count, one.cases, one.cost) for one in found.visits] == [
        ("customer.absent", 2, 1, 170),
        ("niet opgelost", 1, 1, None),
    ]
    assert (found.count, found.cases, found.cost, found.without_rate) == (3, 2, 170, 1)
    assert found.share == wilson(3, 6)
    assert found.per_case == mean(np.array([170.0, 0, 0]))
    assert "cost € 170" in found.summary() and "kostte dat € 170" in found.summary("nl")
    by_words = log.failed_visits()
    assert (by_words.count, by_words.guessed, by_words.cost) == (3, True, 0), "no price is built in"
    assert "no rate" in by_words.summary()
    absent = found.visits[0].filter
    assert absent is not None and log.where(absent).names() == ["1"]
    part = log.where(with_=("visit",)).failed_visits(rates={"customer.absent": 85, "niet opgelost": 50})
    assert (part.cost, part.count) == (50, 1)


def test_a_rate_that_is_no_amount_and_a_name_that_is_not_there_are_said_at_once() -> None:
    with pytest.raises(BadLog) as wrong:
        log_of(("1", "a", 0)).failed_visits(rates={"a": float("nan"), "b": -1}, done=("c",))
    assert len(wrong.value.problems) == 4


REMINDED = log_of(
    *[(f"n{i}", "invited", i, "message") for i in range(4)],
    *[(f"r{i}", name, i + at, kind) for i in range(6) for name, at, kind in
      (("invited", 0, "message"), ("reminder", 1, "message"), ("booked", 2, "event"))],
    ("twice", "reminder", 0, "message"),
    ("twice", "reminder", 1, "message"),
    ("twice", "reminder asked", 2, "event"),
    ("n0", "booked", 3, "event"),
    columns="case activity hours kind",
)  # fmt: skip


def test_reminders_per_completed_case() -> None:
    found = REMINDED.effort(ends=("booked",))
    assert (found.population, found.completed) == (11, 7)
    assert found.reminders == mean(np.array([1] * 6 + [0]))
    assert [(one.reminders, one.cases, one.completed) for one in found.reminded] == [(0, 4, 1), (1, 6, 6), (2, 1, 0)]
    assert found.contacts == mean(np.array([1] * 7))
    assert found.all_contacts == mean(np.array([3] * 6 + [2]))
    assert "herinneringen" in found.summary("nl")
    for wrong in ({"ends": ("nothing",)}, {"reminders": ("nothing",)}):
        with pytest.raises(BadLog, match=r"no activity|no event"):
            REMINDED.effort(**wrong)


def test_what_completes_a_journey_is_said_designed_or_guessed() -> None:
    events = [(f"{i}", one, i * 24 + at) for i in range(90) for at, one in enumerate(("job.reported", "job.fixed"))]
    log = log_of(*events, ("90", "job.reported", 90 * 24))
    by_design, guessed = log.effort(journey=REPAIR), log.effort()
    assert (by_design.ends_by, by_design.ends) == ("journey", ("job.fixed",))
    assert (guessed.ends_by, guessed.ends) == ("guess", ("job.fixed",))
    assert by_design.completed == guessed.completed == 90
    assert "was guessed: “job.fixed”" in guessed.summary()


def test_nothing_at_all_is_no_error() -> None:
    for columns in ("case activity hours", COLUMNS):
        log = Log.of(table(columns=columns))
        for answer in (log.failure_demand(), log.failed_visits(), log.effort()):
            assert answer.summary() and answer.summary("nl") and answer._repr_html_()
