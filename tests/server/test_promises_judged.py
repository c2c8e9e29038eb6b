"""A promise judged on facts alone: no database, no clock."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from loper.define import read_journey, read_organisation
from loper.log.touch import Touch
from loper.server.actions.promises.facts import Call, Facts, Promised, Wish, span
from loper.server.actions.promises.judge import again, judge
from loper.step import Event

EXAMPLES = Path(__file__).parents[2] / "examples"
REPAIR = read_journey(EXAMPLES / "repair/journey.yaml", read_organisation(EXAMPLES / "organisation.yaml"))
DAY = datetime(2026, 9, 8, tzinfo=UTC)


def at(text: str) -> datetime:
    """A time of that Tuesday."""
    hour, minute = text.split(":")
    return DAY + timedelta(hours=int(hour), minutes=int(minute))


def told(type: str, time: datetime, emitter: str = "technician", **data: Any) -> Event:
    return Event(type=type, time=time, source="t", id=f"{type}@{time:%d%H%M}", data=data, emitter=emitter)


def block(start: str, end: str, technician: str = "t1") -> dict[str, str]:
    return {"start": at(start).isoformat(), "end": at(end).isoformat(), "technician": technician}


def touch(time: datetime, activity: str, kind: str = "event", initiator: str = "customer", cause: str = "") -> Touch:
    return Touch(
        case="A", round=1, journey="repair", version="v", stage=None, activity=activity, kind=kind, at=time,
        recorded=time, initiator=initiator, cause=cause,
    )  # fmt: skip


MADE = told("appointment.made", DAY - timedelta(days=1), "customer", appointment=block("8:00", "10:00"))


def judged(events: list[Event], now: str = "18:00", kind: str = "", **more: Any) -> list[Promised]:
    found = judge(Facts(journey=REPAIR, events=events, touches=more.pop("touches", []), **more), at(now))
    return [one for one in found if not kind or one.kind == kind]


def test_every_time_that_was_told_is_judged_also_after_a_newer_one() -> None:
    """Told 9:00-9:30; at 9:10 another time, 9:40-10:10; the technician comes at 10:00."""
    first = told("technician.departed", at("8:40"), expected=block("9:00", "9:30"))
    second = told("arrival.changed", at("9:10"), "system", expected=block("9:40", "10:10"))
    came = told("technician.arrived", at("10:00"))
    sorry = touch(at("9:10"), "later", "message", "system", second.key)
    called = touch(at("9:25"), "call.asked")
    one, other = judged([MADE, first, second, came], kind="arrival", touches=[sorry, called])
    assert (one.state, one.why, one.settled) == ("broken", "late", at("10:00"))
    assert (one.sorry, one.called) == (at("9:10"), at("9:25")), "we were first, by a quarter of an hour"
    assert (other.state, other.by, other.technician) == ("kept", "later", "t1")
    assert judged([MADE, first, second, came], kind="block")[0].state == "kept"


@pytest.mark.parametrize(
    ("came", "state", "why"),
    [
        ("9:00", "kept", ""), ("9:35", "kept", ""), ("9:36", "broken", "late"), ("8:55", "kept", ""),
        ("8:54", "broken", "early"),
    ],
)  # fmt: skip
def test_an_arrival_time_has_five_minutes(came: str, state: str, why: str) -> None:
    expected = told("technician.departed", at("8:20"), expected=block("9:00", "9:30"))
    found = judged([MADE, expected, told("technician.arrived", at(came))], kind="arrival")
    assert [(one.state, one.why) for one in found] == [(state, why)]


def test_to_be_early_at_a_block_is_to_be_in_time_for_who_was_told_the_block() -> None:
    """The customer's turn is not before the block: to ring earlier is no broken promise of the block's own time."""
    expected = told("technician.departed", at("7:20"), expected=block("8:00", "8:30"))
    found = judged([MADE, expected, told("technician.arrived", at("7:40"))])
    assert {(one.kind, one.state) for one in found} == {("block", "kept"), ("arrival", "kept")}


@pytest.mark.parametrize(
    ("emitter", "state", "why"),
    [
        ("customer", "moved", "by_customer"), ("agent", "moved", "with_customer"), ("planner", "broken", "moved_by_us"),
        ("system", "broken", "moved_by_us"),
    ],
)  # fmt: skip
def test_who_moves_it_says_what_it_is(emitter: str, state: str, why: str) -> None:
    moved = told("appointment.made", DAY - timedelta(hours=5), emitter, appointment=block("13:00", "15:00"))
    first, second = judged([MADE, moved], now="12:00", kind="block")
    assert (first.state, first.why, second.state) == (state, why, "open")
    assert again([first, second], at("12:00")) == at("15:00")


def test_another_technician_at_the_same_time_is_the_same_promise() -> None:
    other = told("technician.changed", at("6:00"), "planner", appointment=block("8:00", "10:00", "t2"))
    (one,) = judged([MADE, other, told("technician.arrived", at("9:59"))], kind="block")
    assert (one.state, one.technician, one.given) == ("kept", "t2", MADE.time)


def test_moved_too_late_is_broken_whoever_moves_it() -> None:
    moved = told("appointment.made", at("11:00"), "customer", appointment=block("13:00", "15:00"))
    assert [(one.state, one.why) for one in judged([MADE, moved], now="12:00", kind="block")] == [
        ("broken", "nobody_came"), ("open", ""),
    ]  # fmt: skip


def test_the_next_appointment_at_the_table_is_no_move_of_this_one() -> None:
    at_the_table = told("appointment.made", at("9:30"), "technician", appointment=block("13:00", "15:00"))
    over = told("job.unfinished", at("9:31"))
    found = judged([MADE, at_the_table, over], now="12:00", kind="block")
    assert [one.state for one in found] == ["kept", "open"], "the visit that ends is not the one just made"


def test_cancelled_by_the_customer_and_by_us() -> None:
    for emitter, state in (("customer", "withdrawn"), ("agent", "withdrawn"), ("system", "broken")):
        (one,) = judged([MADE, told("appointment.cancelled", at("6:00"), emitter)], kind="block")
        assert one.state == state


def test_a_call_that_was_asked_for_again_is_moved_and_one_that_came_late_is_broken() -> None:
    wish = Wish(event="a", at=at("9:00"), start=at("10:00"), end=at("11:00"))
    later = replace(wish, event="b", at=at("9:30"), start=at("14:00"), end=at("15:00"))
    late = Call(wish="b", at=at("15:20"), reached=True)
    first, second = judged([], kind="call", wishes=[wish, later], calls=[late])
    assert (first.state, second.state, second.why, second.settled) == ("moved", "broken", "late", at("15:20"))
    (gone,) = judged([told("case.withdrawn", at("9:10"), "customer")], kind="call", wishes=[wish])
    assert gone.state == "withdrawn"


def test_who_comes_first_counts_only_while_it_is_not_settled() -> None:
    came = told("technician.arrived", at("10:30"))
    after = touch(at("10:40"), "complaint.made")
    (one,) = judged([MADE, came], kind="block", touches=[after])
    assert (one.state, one.called, one.sorry) == ("broken", None, None)
    answered = touch(at("10:10"), "survey.answered")
    assert judged([MADE, came], kind="block", touches=[answered])[0].called is None, "an answer to us is no call"


def test_what_is_no_time_is_no_promise() -> None:
    for wrong in (None, "x", {}, {"start": 3}, {"start": "x", "end": "y"}, block("10:00", "8:00"),
                  {"start": "2026-09-08T08:00", "end": "2026-09-08T10:00"}):  # fmt: skip
        assert span(wrong) is None
    assert judged([told("appointment.made", at("6:00"), appointment={"start": "soon"})]) == []
