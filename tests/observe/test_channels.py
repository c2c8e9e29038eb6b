"""Channels: shares, switches, begun digitally and ended elsewhere, what a switch goes with, who stops where."""

from __future__ import annotations

import random
from collections import Counter
from itertools import pairwise
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from loper.log.table import BadLog
from loper.observe.channel.channel_names import DIGITAL, SELF_SERVICE, is_one
from loper.observe.log import Log
from loper.observe.result import share_difference, wilson
from tests.observe.conftest import log_of, table

COLUMNS = "case activity hours channel direction"
rows = st.lists(
    st.tuples(
        st.sampled_from("uvwxyz"),
        st.sampled_from("abcd"),
        st.integers(0, 30),
        st.sampled_from(["web", "e-mail", "phone", "desk", None]),
        st.sampled_from(["in", "in", "out", None]),
    ),
    min_size=1,
    max_size=60,
)


def ways(events: list[Any], customers: bool) -> dict[str, list[tuple[str, str]]]:
    """Of each case its contacts with a channel, each with the activity of the contact just before it."""
    found: dict[str, list[tuple[str, str]]] = {}
    before: dict[str, str] = {}
    for _, _, row in sorted((row[2], seq, row) for seq, row in enumerate(events)):
        way = found.setdefault(row[0], [])
        if row[3] and (row[4] == "in" or not customers):
            way.append((row[3], before.get(row[0], "")))
        before[row[0]] = row[1]
    return found


def selections(whole: Log, events: list[Any]) -> list[tuple[Log, set[str]]]:
    found = []
    for kept in ({row[0] for row in events}, {events[0][0], events[-1][0]}):
        found.append((whole.only(np.array([whole.layout.cases[i] in kept for i in range(whole.layout.count)])), kept))
    return found


@given(rows, st.sampled_from([True, False, None]))
@settings(max_examples=150, deadline=None)
def test_switches_and_where_they_are_are_what_one_counts_by_hand(events: list[Any], customers: bool | None) -> None:
    whole = log_of(*events, columns=COLUMNS)
    mine = customers is not False and any(row[4] == "in" for row in events)
    if customers and not mine:
        return
    for log, kept in selections(whole, events):
        found, by_hand = log.switches(customers=customers), Counter[Any]()
        cases: dict[Any, set[str]] = {}
        for case, way in ways(events, mine).items():
            for one, two in pairwise(way):
                if case in kept and one[0] != two[0]:
                    by_hand[one[0], two[0], two[1]] += 1
                    cases.setdefault((one[0], two[0], two[1]), set()).add(case)
        assert {(s.source, s.target, after): n for s in found.switches for after, n in s.after} == by_hand
        assert found.count == sum(by_hand.values()) and found.customers == mine
        assert found.share == wilson(len(set().union(*cases.values())), len(kept))
        for (source, target, after), names in cases.items():
            assert set(found.cases_of(log, source, target, after).names()) == names


@given(rows)
@settings(max_examples=150, deadline=None)
def test_begun_digitally_and_ended_elsewhere_is_what_one_counts_by_hand(events: list[Any]) -> None:
    whole, digital = log_of(*events, columns=COLUMNS), ("web", "e-mail")
    mine = any(row[4] == "in" for row in events)
    for log, kept in selections(whole, events):
        found = log.digital()
        begun = {c: w for c, w in ways(events, mine).items() if c in kept and w and w[0][0] in digital}
        elsewhere = {case for case, way in begun.items() if way[-1][0] not in digital}
        left: dict[tuple[str, str], set[str]] = {}
        for case, way in begun.items():
            out = next((two for one, two in pairwise(way) if one[0] in digital and two[0] not in digital), None)
            if out:
                left.setdefault(out, set()).add(case)
        assert (found.begun, found.elsewhere) == (len(begun), len(elsewhere))
        assert found.share.low == wilson(len(elsewhere), len(begun)).low
        assert found.stayed == len(begun) - sum(map(len, left.values()))
        assert found.stayed + found.elsewhere + found.returned == found.begun
        assert {(one.target, one.after): one.cases for one in found.leavings} == {
            at: len(one) for at, one in left.items()
        }
        assert set(found.cases_of(log).names()) == elsewhere
        for (target, after), names in left.items():
            assert set(found.cases_of(log, target, after).names()) == names
        assert Counter({one.channel: one.cases for one in found.channels}) == Counter(
            way[0][0] for way in begun.values()
        )


@given(rows, st.sampled_from([0.25, 0.5]))
@settings(max_examples=150, deadline=None)
def test_cases_that_stop_by_channel_are_what_one_counts_by_hand(events: list[Any], days: float) -> None:
    whole = log_of(*events, columns=COLUMNS)
    end = max(row[2] for row in events)
    if not any(row[1] == "d" for row in events):
        return
    mine = any(row[4] == "in" for row in events)
    for log, kept in selections(whole, events):
        found = log.dropping(days=days, ends=("d",))
        seen = [c for c in kept if max(row[2] for row in events if row[0] == c) <= end - 24 * days]
        stop = {c for c in seen if all(row[1] != "d" for row in events if row[0] == c)}
        assert (found.cases, found.stopped, found.under_way) == (len(seen), len(stop), len(kept) - len(seen))
        for place, at in (("last", -1), ("first", 0)):
            by_channel = {c: way[at][0] for c, way in ways(events, mine).items() if way and c in seen}
            counted = Counter(by_channel.values())
            those = [one for one in found.channels if one.place == place]
            assert {one.channel: one.cases for one in those} == counted
            for one in those:
                gone = {c for c, channel in by_channel.items() if channel == one.channel and c in stop}
                rest = sum(channel != one.channel and c in stop for c, channel in by_channel.items())
                others = (rest, sum(counted.values()) - one.cases)
                assert one.stopped == len(gone)
                more = share_difference((len(gone), one.cases), others, 1 - 0.05 / len(counted))
                assert (one.more.low, one.more.high) == (more.low, more.high)
                assert set(found.cases_of(log, one.channel, one.place).names()) == gone


def planted(seed: int) -> Log:
    """Cases that begin by three channels and end; of those by chat a fifth stop. Those that phone last longer."""
    chance, events = random.Random(seed), list[tuple[Any, ...]]()
    for number in range(1_500):
        case, channel = f"{number}", ("web", "chat", "letter")[number % 3]
        events.append((case, "asked", number, channel, "in", 3.0))
        events.append((case, "letter", number + 1, "letter", "out", None))
        phones = chance.random() < (0.6 if channel == "letter" else 0.2)
        if phones:
            events.append((case, "called", number + 2, "phone", "in", 2.5 + chance.random()))
        if chance.random() > (0.2 if channel == "chat" and not phones else 0.02):
            took = (200 if channel == "letter" else 20) + 24 * phones + chance.random() * 8
            events.append((case, "done", number + took, None, None, None))
    return log_of(*events, columns="case activity hours channel direction score")


def test_the_channel_that_drops_people_is_found_and_named() -> None:
    log = planted(1)
    found = log.dropping(ends=("done",))
    assert next((one.channel, one.place) for one in found.channels if one.stands_out) == ("chat", "last")
    assert "last contact by “chat”" in found.summary() and "laatste contact via “chat”" in found.summary("nl")
    assert len(found.cases_of(log, "chat")) == found.channels[0].stopped
    assert 15 < found.days < 20, "a quarter of a log of some 70 days"


def test_what_a_switch_goes_with_is_held_against_cases_that_began_alike() -> None:
    """Who begins by letter phones more and waits longer for it anyway: that is not to be blamed on the switch."""
    log = planted(2)
    done = log.where(with_=("done",))
    found = done.switching()
    assert found.customers and found.by == ("first channel",)
    assert found.time_s.low < 24 * 3_600 < found.time_s.high
    took = (done.layout.last - done.layout.first)[done.rows] / 1e6
    phoned = np.array([len(done.layout.activity[a:b]) == 4 for a, b in pairwise(done.layout.offsets)])[done.rows]
    assert np.median(took[phoned]) - np.median(took[~phoned]) > found.time_s.high, "without that it would be blamed"
    assert found.score is not None and not found.score.apart_from_zero
    for text in (found.summary(), found.summary("nl")):
        assert "goes with" in text or "gaat samen met" in text
        assert "caus" not in text and "veroorza" not in text and "effect" not in text


def test_a_letter_from_the_organisation_is_no_switch_of_the_customer() -> None:
    log = log_of(("1", "ask", 0, "web", "in"), ("1", "answer", 1, "letter", "out"), columns=COLUMNS)
    assert (log.switches().count, log.switches(customers=False).count) == (0, 1)
    assert (log.digital().elsewhere, log.digital(customers=False).elsewhere) == (0, 1)


def test_names_of_channels_are_known_in_both_languages_and_can_be_said_otherwise() -> None:
    for name in ("E-mail", "Internet", "Mijn portaal (web)", "WhatsApp", "sms", "App", "live-chat"):
        assert is_one(name, DIGITAL), name
    for name in ("Telefoon", "balie", "Post", "brief", "visit", "Intern"):
        assert not is_one(name, DIGITAL), name
    assert is_one("web", SELF_SERVICE) and not is_one("e-mail", SELF_SERVICE)
    log = log_of(("1", "a", 0, "kiosk", "in"), ("1", "b", 1, "desk", "in"), columns=COLUMNS)
    assert (log.digital().begun, log.digital(digital=("kiosk",)).elsewhere) == (0, 1)
    with pytest.raises(BadLog, match="no channel “pigeon”"):
        log.digital(digital=("pigeon",))
    with pytest.raises(BadLog, match="no channel “pigeon”"):
        log.switches().cases_of(log, "pigeon")
    with pytest.raises(BadLog, match="no length of time"):
        log.dropping(days=0)


def test_shares_of_channels_add_up_and_lead_to_their_cases() -> None:
    log = log_of(
        ("1", "a", 0, "web", "in"),
        ("1", "a", 1, "web", "in"),
        ("2", "a", 0, "desk", None),
        ("2", "a", 1, None, None),
        columns=COLUMNS,
    )
    found = log.channels()
    assert (found.contacts, found.unknown, [one.share for one in found.shares]) == (4, 1, [wilson(2, 3), wilson(1, 3)])
    assert log.where(found.shares[1].filter).names() == ["2"]


def test_without_channels_or_contacts_it_is_said() -> None:
    for log in (
        Log.of(table()),
        Log.of(table(columns=COLUMNS)),
        log_of(("1", "a", 0)),
        log_of(("1", "a", 0), ("1", "b", 0)),
    ):
        for answer in (log.channels(), log.switches(), log.digital(), log.switching(), log.dropping()):
            assert answer.summary() and answer.summary("nl") and answer._repr_html_()
