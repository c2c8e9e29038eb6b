"""Repeat contact and messages that make people call, held against plain Python."""

from __future__ import annotations

import random
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from loper.define import read_journey
from loper.log.table import BadLog
from loper.observe.contact.incoming import side_of
from loper.observe.log import Log
from loper.observe.result import design_effect, share_difference, wilson
from tests.observe.conftest import log_of, table

REPAIR = read_journey(Path(__file__).parent.parent.parent / "examples" / "repair" / "journey.yaml")
COLUMNS = "case activity hours customer reason direction channel"
rows = st.lists(
    st.tuples(
        st.sampled_from("uvwxyz"),
        st.sampled_from(["ask", "letter", "text"]),
        st.integers(0, 400),
        st.sampled_from(["ann", "bob", None]),
        st.sampled_from(["leak", "rent", None]),
        st.sampled_from(["in", "out", None]),
        st.sampled_from(["web", "phone", None]),
    ),
    min_size=1,
    max_size=50,
)


def in_order(events: list[Any]) -> list[tuple[float, int, Any, Any]]:
    """(hours, row, who, row's values): a contact of nobody known belongs to its case."""
    return sorted((row[2], seq, row[3] or f"case {row[0]}", row) for seq, row in enumerate(events))


@given(rows, st.sampled_from([1, 3, 7]))
@settings(max_examples=150, deadline=None)
def test_repeat_contact_is_what_one_counts_by_hand(events: list[Any], days: int) -> None:
    whole = log_of(*events, columns=COLUMNS)
    if not any(row[5] == "in" for row in events):
        return
    end, mine = max(row[2] for row in events), [one for one in in_order(events) if one[3][5] == "in"]
    known: list[tuple[Any, bool, bool]] = []
    for place, (hours, _, who, row) in enumerate(mine):
        like = [(i, one[0]) for i, one in enumerate(mine) if one[2] == who and one[3][4] == row[4] and i != place]
        again = any(i > place and at - hours <= 24 * days for i, at in like)
        first = not any(i < place and hours - at <= 24 * days for i, at in like)
        if hours + 24 * days <= end:
            known.append((row, again, first))
    for kept in ({row[0] for row in events}, {events[0][0]}):
        log = whole.only(np.array([whole.layout.cases[i] in kept for i in range(whole.layout.count)]))
        found, mine_of = log.repeat_contact(days=days), [one for one in known if one[0][0] in kept]
        assert (found.contacts, found.repeated) == (len(mine_of), sum(again for _, again, _ in mine_of))
        sizes: dict[Any, list[int]] = {}
        for row, again, _ in mine_of:
            sizes.setdefault(row[3] or row[0], []).append(again)
        rate = sum(again for _, again, _ in mine_of) / max(1, len(mine_of))
        squares = sum((sum(one) - rate * len(one)) ** 2 for one in sizes.values())
        effect = design_effect(found.repeated, found.contacts, squares, len(sizes))
        assert found.rate.low == pytest.approx(wilson(found.repeated, found.contacts, effect=effect).low)
        firsts = [again for _, again, first in mine_of if first]
        assert found.resolved.n == len(firsts)
        assert not firsts or found.resolved.estimate == pytest.approx(1 - sum(firsts) / len(firsts))
        for group in found.groups:
            column = COLUMNS.split().index(group.what)
            assert group.contacts == sum(row[column] == group.name for row, _, _ in mine_of)
            assert group.repeated == sum(again for row, again, _ in mine_of if row[column] == group.name)
            cases = {row[0] for row, again, _ in mine_of if again and row[column] == group.name}
            assert set(found.cases_of(log, group.what, group.name).names()) == cases
        assert set(found.cases_of(log).names()) == {row[0] for row, again, _ in mine_of if again}


@given(rows, st.sampled_from([1, 3, 7]))
@settings(max_examples=150, deadline=None)
def test_calls_after_messages_are_what_one_counts_by_hand(events: list[Any], days: int) -> None:
    if not any(row[5] == "in" for row in events):
        return
    log, end, line = log_of(*events, columns=COLUMNS), max(row[2] for row in events), in_order(events)
    counted: dict[str, list[int]] = {}
    for place, (hours, _, who, row) in enumerate(line):
        if row[5] != "out" or hours + 24 * days > end:
            continue
        called = 0
        for at, _, whose, other in line[place + 1 :]:
            if whose == who and other[5] == "out":
                break
            if whose == who and other[5] == "in" and other[6] == "phone":
                called = int(at - hours <= 24 * days)
                break
        counted.setdefault(row[1], []).append(called)
    found = log.calls_after(days=days, channels=("phone",) if any(row[6] == "phone" for row in events) else ())
    if not any(row[6] == "phone" for row in events):
        return
    assert {one.activity: (one.sent, one.called) for one in found.messages} == {
        name: (len(one), sum(one)) for name, one in counted.items()
    }
    for one in found.messages:
        rest = [value for name, values in counted.items() if name != one.activity for value in values]
        more = share_difference((one.called, one.sent), (sum(rest), len(rest)), 1 - 0.05 / len(counted))
        assert one.more.low == more.low
        assert one.excess.low == pytest.approx(more.low * one.sent)


def test_a_step_that_the_design_asks_for_is_no_coming_back_and_no_call() -> None:
    log = log_of(
        ("1", "job.reported", 0, "in", "phone"),
        ("1", "received", 1, "out", "email"),
        ("1", "appointment.made", 2, "in", "phone"),
        ("1", "confirmation", 3, "out", "email"),
        ("1", "call.asked", 4, "in", "phone"),
        ("2", "job.reported", 24 * 30, "in", "web"),
        columns="case activity hours direction channel",
    )
    plain, designed = log.repeat_contact(), log.repeat_contact(journey=REPAIR)
    assert (plain.contacts, plain.repeated) == (3, 2)
    assert (designed.contacts, designed.repeated) == (3, 2), "the question comes after the report and after the choice"
    assert "design asks for" in designed.summary() and "ontwerp" in designed.summary("nl")
    without_question = log_of(
        ("1", "job.reported", 0, "in"),
        ("1", "appointment.made", 2, "in"),
        ("2", "job.reported", 24 * 30, "in"),
        columns="case activity hours direction",
    )
    assert without_question.repeat_contact().repeated == 1
    found = without_question.repeat_contact(journey=REPAIR)
    assert found.repeated == 0 and not len(found.cases_of(without_question))
    called = {one.activity: one.called for one in log.calls_after(channels=("phone",), journey=REPAIR).messages}
    assert called == {"received": 0, "confirmation": 1}
    assert {one.called for one in log.calls_after(channels=("phone",)).messages} == {1}
    log.design = REPAIR
    assert log.repeat_contact() == designed, "the log's own design is gone by"


def letters(seed: int, bad: float) -> Log:
    """Ten kinds of letters, 400 each, after which 2 % call; after one of them a share of `bad`."""
    chance, events = random.Random(seed), []
    for number in range(4_000):
        kind = f"letter {number % 10}"
        events.append((f"{number}", kind, number, f"c{number}", "out", "letter"))
        if chance.random() < (bad if kind == "letter 7" else 0.02):
            events.append((f"{number}", "call", number + 20, f"c{number}", "in", "phone"))
        if chance.random() < 0.3:
            events.append((f"{number}", "login", number + 30, f"c{number}", "in", "web"))
    return log_of(*events, columns="case activity hours customer direction channel")


def test_the_letter_that_makes_people_call_is_found_and_named() -> None:
    found = letters(1, 0.15).calls_after(days=3)
    assert [one.activity for one in found.messages if one.stands_out] == ["letter 7"]
    assert found.channels == ("letter", "phone"), "a click in a portal is no call"
    excess = found.messages[0].excess
    assert excess.low < 0.13 * 400 < excess.high
    assert "“letter 7”" in found.summary() and "belde" in found.summary("nl")
    log = letters(1, 0.15)
    assert len(found.cases_of(log, "letter 7")) == found.messages[0].called


def test_among_letters_that_are_alike_hardly_ever_one_stands_out() -> None:
    """At 95 % for all together: of 40 logs some 2 may name one; without the correction it would be about 9."""
    named = sum(any(one.stands_out for one in letters(seed, 0.02).calls_after().messages) for seed in range(40))
    assert named <= 4
    assert "no message" in letters(3, 0.02).calls_after().summary()


def test_customers_who_always_call_make_the_interval_wider_as_they_are_few() -> None:
    """One in five customers comes back each time, six times over: by customers the interval holds the truth as often as
    it says, by contacts it does not."""
    held = plain = 0
    for seed in range(200):
        chance, events = random.Random(seed), list[tuple[Any, ...]]()
        for customer in range(60):
            often = chance.random() < 0.2
            events += [
                (f"{customer}", "call", 24 * (10 * n if not often else n), f"{customer}", "in") for n in range(6)
            ]
        events.append(("end", "sent", 24 * 100, "end", "out"))
        found = log_of(*events, columns="case activity hours customer direction").repeat_contact(days=3)
        truth, naive = 0.2 * 5 / 6, wilson(found.repeated, found.contacts)
        held += found.rate.low <= truth <= found.rate.high
        plain += naive.low <= truth <= naive.high
    assert held >= 180 > 150 > plain


def test_a_contact_near_the_end_counts_neither_when_it_was_repeated_nor_when_it_was_not() -> None:
    log = log_of(("1", "call", 0), ("2", "call", 99), ("2", "call", 100))
    found = log.repeat_contact(days=2)
    assert (found.contacts, found.repeated, found.too_late) == (1, 0, 2)


@pytest.mark.parametrize(
    ("columns", "more", "by"),
    [
        ("direction", ("Inbound", "uitgaand"), "direction"),
        ("initiator", ("Klant", "Monteur"), "initiator"),
        ("kind", ("event", "message"), "kind"),
    ],
)
def test_whose_contact_it_was_is_read_from_what_the_log_has(columns: str, more: tuple[str, str], by: str) -> None:
    log = log_of(("1", "x", 0, more[0]), ("1", "y", 1, more[1]), columns=f"case activity hours {columns}")
    assert log.follow.incoming.by == by
    assert (log.follow.incoming.coming.tolist(), log.follow.incoming.sent.tolist()) == ([True, False], [False, True])


def test_else_the_words_of_the_activities_tell_and_that_is_said() -> None:
    sides = {
        "Klant belt over brief": "in",
        "Brief: vraag om gegevens": "out",
        "Brief ontvangen": "in",
        "Letter received": "in",
        "Confirmation of receipt": "out",
        "Survey answered": "",
        "T02 check": "",
    }
    assert {one: side_of(one) for one in sides} == sides
    found = log_of(("1", "Klant belt", 0), ("1", "Brief verstuurd", 1), ("1", "Klant belt", 240)).repeat_contact()
    assert (found.contacts, found.told_by) == (1, "activity")
    assert "words of its activity" in found.summary() and "naam van de activiteit" in found.summary("nl")


def test_a_question_that_this_log_cannot_answer_says_why() -> None:
    log = log_of(("1", "call", 0), ("1", "call", 1))
    for wrong in (
        lambda: log.repeat_contact(days=0),
        lambda: log.repeat_contact(by="customer"),
        lambda: log.repeat_contact(activities=("chat",)),
        lambda: log.calls_after(channels=("phone",)),
        lambda: log.calls_after(days=-1),
    ):
        with pytest.raises(BadLog, match=r"days|no customer|no activity|no channel"):
            wrong()


def test_without_contacts_there_is_nothing_to_tell_and_no_error() -> None:
    for columns in ("case activity hours", COLUMNS):
        log = Log.of(table(columns=columns))
        for answer in (log.repeat_contact(), log.calls_after()):
            assert answer.summary() and answer.summary("nl") and answer._repr_html_()
