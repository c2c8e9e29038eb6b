"""What every store promises (run/store.py), asked of each."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest

from loper.log.touch import Touch
from loper.run.cloudevents import Told
from loper.run.store import Changes, Chore, Conflict, Identity, Letter, Stored, Unit, identity
from loper.step import Case, Event, Moment, State
from tests.run import reading
from tests.run.worlds import NOON, SMALL, Engine, told

SOON = NOON + timedelta(minutes=1)


def case(key: str, **state: Any) -> Stored:
    given = State(**{"stage": "open", **state})
    return Stored(Case(key=key, journey="small", version=SMALL.version, customer="jo", state=given, history=None))


def letter(case: str, touchpoint: str = "welcome", customer: str = "jo", **more: Any) -> Letter:
    return Letter(case=case, customer=customer, moment=Moment(touchpoint, "x", NOON), kind="service", **more)


def wait(*events: Told) -> dict[Identity, Told]:
    return {identity(one): one for one in events}


def queue(unit: Unit, *letters: Letter, now: datetime = NOON) -> None:
    unit.write(Changes(queued={(one.case, one.moment.key): one for one in letters}), now)


def put(engine: Engine, *cases: Stored) -> None:
    with engine.store.unit() as unit:
        unit.write(Changes(cases=list(cases)), NOON)


def touch(case: str, seq: int) -> Touch:
    return Touch(
        case=case, round=1, journey="small", version="v", stage="open", activity="asked", kind="event", at=NOON,
        recorded=NOON, seq=seq,
    )  # fmt: skip


AWKWARD = (
    "NULL",
    "",
    " ",
    '"',
    "\\",
    '\\"',
    "{}",
    "a,b",
    "{'a'}",
    "\n\t",
    "%s %(x)s %%",
    "é ☂ 😀",
    "'); DROP TABLE event; --",
)
"""Texts that a database might take for something else."""


@pytest.mark.parametrize("count", [1, len(AWKWARD)])
def test_any_text_comes_back_as_it_was_written(engine: Engine, count: int) -> None:
    texts = AWKWARD[:count]
    events = [
        (text or "-", 1, Event(type=text, time=NOON, source=text, id=text, data={"said": text}, received=NOON))
        for text in texts
    ]
    cases = [case(text or "-", facts={"about": text}) for text in texts]
    with engine.store.unit() as unit:
        unit.write(Changes(cases=cases, events=events), NOON)
    asked = [Told(case=key, event=event) for key, _, event in events]
    with engine.store.unit() as unit:
        found = unit.cases([text or "-" for text in texts])
        assert [found[text or "-"].case.state.facts["about"] for text in texts] == list(texts)
        assert [unit.history(key) for key, _, _ in events] == [(event,) for _, _, event in events]
        assert unit.known(asked) == {identity(one) for one in asked}


# -- cases ---------------------------------------------------------------------------------------------------------


def test_a_case_comes_back_as_it_was_written(engine: Engine) -> None:
    stored = case("A", round=2, visit=3, wake=SOON, facts={"about": "dak € ☂"}, queued={}, pending=())
    stored.case = replace(stored.case, parent="P", inherited={"about": "dak"}, now=NOON)
    stored.events, stored.touches = 2, 5
    put(engine, stored)
    with engine.store.unit() as unit:
        found = unit.cases(["A", "B"])
    assert found.keys() == {"A"}
    assert found["A"].case == stored.case
    assert (found["A"].revision, found["A"].events, found["A"].touches) == (1, 2, 5)
    assert not found["A"].set_aside


def test_a_case_that_somebody_else_changed_is_a_conflict(engine: Engine) -> None:
    put(engine, case("A"))
    with engine.store.unit() as unit:
        first = unit.cases(["A"])["A"]
    second = replace(first)
    put(engine, first)
    with pytest.raises(Conflict), engine.store.unit() as unit:
        unit.write(Changes(cases=[second], touches=[touch("A", 1)]), NOON)
    assert reading.touches(engine.store) == []


def test_a_case_that_somebody_else_made_is_a_conflict(engine: Engine) -> None:
    put(engine, case("A"))
    with pytest.raises(Conflict), engine.store.unit() as unit:
        unit.write(Changes(cases=[case("B"), case("A")]), NOON)
    with engine.store.unit() as unit:
        assert unit.cases(["A", "B"]).keys() == {"A"}


def test_a_conflict_is_seen_among_many_that_are_sound(engine: Engine) -> None:
    put(engine, *[case(f"c{n:03}") for n in range(300)])
    with engine.store.unit() as unit:
        found = unit.cases([f"c{n:03}" for n in range(300)])
    found["c150"].revision = 7
    with pytest.raises(Conflict), engine.store.unit() as unit:
        unit.write(Changes(cases=list(found.values())), NOON)


def test_a_unit_that_fails_has_never_been(engine: Engine) -> None:
    with pytest.raises(ZeroDivisionError), engine.store.unit() as unit:
        queue(unit, letter("A"))
        unit.write(Changes(cases=[case("A")], waiting=wait(told("B", "done", NOON))), NOON)
        raise ZeroDivisionError
    with engine.store.unit() as unit:
        assert not unit.cases(["A"])
        assert not unit.waiting(["B"])
        assert unit.find_letter("A", "welcome/x") is None


def test_due_cases_come_the_longest_due_first_and_no_more_than_asked(engine: Engine) -> None:
    put(engine, *[case(f"c{n}", wake=NOON - timedelta(hours=(n * 7) % 10)) for n in range(10)])
    put(engine, case("later", wake=SOON), case("never", wake=None))
    with engine.store.unit() as unit:
        due = unit.due(NOON, 4)
        assert [one.case.state.wake for one in due] == [NOON - timedelta(hours=h) for h in (9, 8, 7, 6)]
        assert len(unit.due(NOON, 100)) == 10
        assert len(unit.due(SOON, 100)) == 11


def test_a_case_that_was_set_aside_is_not_due_and_says_why(engine: Engine) -> None:
    put(engine, case("A", wake=NOON))
    with engine.store.unit() as unit:
        unit.write(Changes(set_aside={"A": "it went wrong"}), NOON)
    with engine.store.unit() as unit:
        assert unit.due(NOON, 10) == []
        assert unit.cases(["A"])["A"].set_aside == "it went wrong"
        unit.write(Changes(set_aside={"A": ""}), NOON)
        assert len(unit.due(NOON, 10)) == 1


def test_the_log_of_a_case_goes_on_while_it_is_set_aside(engine: Engine) -> None:
    put(engine, case("A", facts={"about": "dak"}))
    with engine.store.unit() as unit:
        stored = unit.cases(["A"])["A"]
        stored.touches = 4
        stored.case = replace(stored.case, state=State())
        unit.write(Changes(counted=[stored]), NOON)
        found = unit.cases(["A"])["A"]
    assert (found.touches, found.revision, found.case.state.facts) == (4, 2, {"about": "dak"})


# -- events ----------------------------------------------------------------------------------------------------------


def test_the_history_is_every_event_in_order_of_arrival(engine: Engine) -> None:
    events = [
        Event(type="planned", time=SOON, source="s", id="2", data={"visit": {"start": "x"}}, received=SOON, sequence=7),
        Event(
            type="asked", time=NOON, source="s", id="1", data={"about": "é\u0000\"'%s"}, received=SOON, emitter="agent"
        ),
    ]
    with engine.store.unit() as unit:
        rows = [("A", number, event) for number, event in enumerate(events, 1)]
        unit.write(Changes(cases=[case("A")], events=rows), NOON)
        assert unit.history("A") == tuple(events)
        assert unit.history("B") == ()


def test_an_event_is_known_once_it_was_accepted_in_its_case(engine: Engine) -> None:
    one, same, elsewhere = told("A", "asked", NOON, "1"), told("A", "done", SOON, "1"), told("B", "asked", NOON, "1")
    with engine.store.unit() as unit:
        unit.write(Changes(cases=[case("A")], events=[("A", 1, one.event)]), NOON)
        assert unit.known([one, same, elsewhere]) == {("A", "test", "1")}
        assert unit.known([]) == set()


def test_many_events_are_asked_about_at_once(engine: Engine) -> None:
    many = [told("A", "called", NOON, str(n)) for n in range(2500)]
    with engine.store.unit() as unit:
        rows = [("A", n, one.event) for n, one in enumerate(many[:2000], 1)]
        unit.write(Changes(cases=[case("A")], events=rows), NOON)
        assert len(unit.known(many)) == 2000
        assert len(unit.cases([f"A{n}" for n in range(3000)] + ["A"])) == 1


def test_waiting_events_wait_once_in_order_and_go_when_they_arrive(engine: Engine) -> None:
    first, second, other = told("A", "done", NOON, "1"), told("A", "planned", NOON, "2"), told("B", "done", NOON, "1")
    with engine.store.unit() as unit:
        unit.write(Changes(waiting=wait(first)), NOON)
        unit.write(Changes(waiting=wait(first, second, other, second)), SOON)
        assert unit.waiting(["A", "B", "C"]) == {"A": [first, second], "B": [other]}
        unit.write(Changes(arrived=["A"]), SOON)
        assert unit.waiting(["A", "B"]) == {"B": [other]}


def test_a_waiting_event_of_another_case_or_of_the_runtime_keeps_who_sent_it(engine: Engine) -> None:
    child = told("A", "complaint.ended", NOON, "ended/1", stage="over")
    child = replace(child, event=replace(child.event, source="loper/A/1", id="x" * 300, emitter="system"))
    with engine.store.unit() as unit:
        unit.write(Changes(waiting=wait(child)), NOON)
        assert unit.waiting(["A"])["A"] == [child]


def test_what_waited_too_long_is_dropped(engine: Engine) -> None:
    with engine.store.unit() as unit:
        unit.write(Changes(waiting=wait(told("A", "done", NOON))), NOON)
        unit.write(Changes(waiting=wait(told("B", "done", NOON))), SOON)
        assert unit.forget_waiting(SOON) == 1
        assert unit.waiting(["A", "B"]).keys() == {"B"}


def test_what_a_person_must_do_is_written_down_once(engine: Engine) -> None:
    chore = Chore(case="A", customer="jo", touchpoint="call", occasion="x", who="agent", why="", at=NOON)
    with engine.store.unit() as unit:
        unit.write(Changes(chores=[chore, chore]), NOON)
        unit.write(Changes(chores=[replace(chore, why="again")]), NOON)
    assert reading.chores(engine.store) == [chore]


def test_a_touch_comes_back_as_it_was_written(engine: Engine) -> None:
    line = replace(
        touch("A", 1), channel="sms", direction="out", initiator="system", outcome="sent", why="next", cause="x"
    )
    with engine.store.unit() as unit:
        unit.write(Changes(touches=[line]), NOON)
    assert reading.touches(engine.store) == [line]


# -- the outbox --------------------------------------------------------------------------------------------------------


def test_letters_are_claimed_oldest_first_each_by_one_worker(engine: Engine) -> None:
    with engine.store.unit() as unit:
        queue(unit, *[letter(f"c{n}", customer=f"u{n}") for n in range(5)])
        first = unit.claim(NOON, SOON, 11, 3)
        second = unit.claim(NOON, SOON, 22, 10)
        assert [one.case for one in first] == ["c0", "c1", "c2"]
        assert [one.case for one in second] == ["c3", "c4"]
        assert {one.token for one in first} == {11} and {one.lease for one in first} == {SOON}
        assert unit.claim(NOON, SOON, 33, 10) == []


def test_of_one_customer_only_one_worker_holds_letters(engine: Engine) -> None:
    with engine.store.unit() as unit:
        queue(unit, letter("A", "welcome"), letter("B", "welcome"), letter("C", customer="bo"))
        assert [one.case for one in unit.claim(NOON, SOON, 1, 1)] == ["A"]
        assert [one.case for one in unit.claim(NOON, SOON, 2, 10)] == ["C"]
        assert [one.case for one in unit.claim(SOON, SOON, 3, 10)] == ["A", "B", "C"]  # the holds ran out


def test_a_letter_is_not_claimed_before_its_time(engine: Engine) -> None:
    with engine.store.unit() as unit:
        queue(unit, letter("A", not_before=SOON), letter("B", customer="bo"))
        assert [one.case for one in unit.claim(NOON, SOON, 1, 10)] == ["B"]
        assert [one.case for one in unit.claim(SOON, SOON, 2, 10)][:1] == ["B"]
        assert unit.find_letter("A", "welcome/x").token == 2  # type: ignore[union-attr]


def test_a_letter_is_held_by_the_last_token_only_until_it_is_let_go(engine: Engine) -> None:
    with engine.store.unit() as unit:
        queue(unit, letter("A"))
        (mine,) = unit.claim(NOON, SOON, 1, 1)
        assert unit.held([mine]) == {mine.id: mine}
        (theirs,) = unit.claim(SOON, SOON + timedelta(minutes=1), 2, 1)
        assert unit.held([mine]) == {}
        assert unit.held([theirs]).keys() == {mine.id}
        unit.write(Changes(letters=[replace(mine, status="sent", lease=None)]), NOON)  # too late: not mine any more
        assert unit.find_letter("A", "welcome/x").status == "queued"  # type: ignore[union-attr]
        unit.write(Changes(letters=[replace(theirs, status="sent", lease=None, sent_at=SOON)]), NOON)
        assert unit.held([theirs]) == {}


def test_a_letter_comes_back_as_it_was_settled(engine: Engine) -> None:
    with engine.store.unit() as unit:
        queue(unit, letter("A"))
        (mine,) = unit.claim(NOON, SOON, 9, 1)
        settled = replace(
            mine, status="queued", channel="email", tried=frozenset({"email", "sms"}), not_before=SOON, attempts=3,
            lease=None, provider_id="<x@y>", why="451 later", sent_at=NOON, again=True,
        )  # fmt: skip
        unit.write(Changes(letters=[settled]), NOON)
        assert unit.find_letter("A", "welcome/x") == settled
        assert unit.letters_of("<x@y>") == [settled]
        assert unit.letters_of("<other>") == []


def test_letters_whose_hold_ran_out_while_being_handed_over_are_lost(engine: Engine) -> None:
    with engine.store.unit() as unit:
        queue(unit, letter("A"), letter("B", customer="bo"))
        first, _second = unit.claim(NOON, SOON, 1, 2)
        unit.write(Changes(letters=[replace(first, status="handing")]), NOON)
        assert unit.lost(NOON, 10) == []
        assert [one.case for one in unit.lost(SOON, 10)] == ["A"]
        assert [one.case for one in unit.claim(SOON, SOON, 2, 10)] == ["B"]  # and nobody takes the lost one


def test_a_withdrawn_letter_is_nobodys_and_may_be_queued_again(engine: Engine) -> None:
    with engine.store.unit() as unit:
        queue(unit, letter("A"))
        (mine,) = unit.claim(NOON, SOON, 1, 1)
        unit.write(Changes(withdrawn=[("A", "welcome/x", "superseded")]), NOON)
        assert unit.held([mine]) == {}
        unit.write(Changes(letters=[replace(mine, status="handing")]), NOON)
        assert unit.find_letter("A", "welcome/x").status == "withdrawn"  # type: ignore[union-attr]
        queue(unit, letter("A"))
        assert unit.held([mine]) == {}
        assert [one.id for one in unit.claim(NOON, SOON, 2, 1)] == [mine.id]


@pytest.mark.parametrize("status", ["handing", "sent", "skipped", "unknown"])
def test_only_a_withdrawn_letter_is_queued_again(engine: Engine, status: Any) -> None:
    with engine.store.unit() as unit:
        queue(unit, letter("A"))
        (mine,) = unit.claim(NOON, SOON, 1, 1)
        unit.write(Changes(letters=[replace(mine, status=status)]), NOON)
        queue(unit, letter("A"))
        unit.write(Changes(withdrawn=[("A", "welcome/x", "no longer so")]), NOON)
        assert unit.find_letter("A", "welcome/x").status == status  # type: ignore[union-attr]


def test_a_moment_withdrawn_and_queued_in_one_unit_is_queued(engine: Engine) -> None:
    with engine.store.unit() as unit:
        queue(unit, letter("A"))
        again = {("A", "welcome/x"): letter("A")}
        unit.write(Changes(withdrawn=[("A", "welcome/x", "no longer so")], queued=again), NOON)
        assert unit.find_letter("A", "welcome/x").status == "queued"  # type: ignore[union-attr]


def test_recent_messages_are_those_that_went_to_these_customers_since_then(engine: Engine) -> None:
    with engine.store.unit() as unit:
        queue(unit, letter("A"), letter("B", customer="bo"), letter("C"), letter("D"))
        claimed = {one.case: one for one in unit.claim(NOON, SOON, 1, 10)}
        went = {"A": SOON, "B": SOON, "C": NOON}
        unit.write(
            Changes(letters=[replace(claimed[c], status="sent", channel="sms", sent_at=at) for c, at in went.items()]),
            NOON,
        )
        found = unit.recent(["jo"], NOON)
    assert {key: [(s.kind, s.at, s.channel, s.case) for s in rows] for key, rows in found.items()} == {
        "jo": [("service", SOON, "sms", "A")]
    }


def test_open_journeys_are_those_of_cases_that_have_not_ended(engine: Engine) -> None:
    silent, ended = case("S", stage=None), case("E", ended=True)
    put(engine, silent, ended)
    with engine.store.unit() as unit:
        assert unit.open_journeys(["jo", "bo"]) == {}
    put(engine, case("A"), case("B"))
    with engine.store.unit() as unit:
        assert unit.open_journeys(["jo", "bo"]) == {"jo": frozenset({"small"})}


def test_a_worker_that_beats_again_is_there_once(engine: Engine) -> None:
    with engine.store.unit() as unit:
        unit.beat("w", NOON, 1.5)
        unit.beat("w", SOON, 0.0)
    assert reading.beats(engine.store) == [("w", 0.0)]
