"""Still true (language, rule 9): what waits to go is looked at again, and what became of it comes back as an event."""

from loper.step import Go, Withdraw, ready, sent
from tests.step.lives import Held, Life, appointment, at

FLOW = """
facts: {block: appointment, note: text, flag: boolean}
events:
  booked: {from: [agent], sets: [block]}
  given: {from: [agent], sets: [block]}
  emptied: {from: [agent], clears: [block]}
  noted: {from: [agent], sets: [note]}
begins: {start: a}
stages:
  a: {within: 60 days, on: {go: b}}
  b: {within: 60 days, on: {go: c}}
  c: {within: 60 days, on: {other: a}}
  z: {final: true}
touchpoints:
  confirmation: {when: booked, channels: [email, sms]}
  later: {when: 1 hour after booked, channels: [email]}
  here: {when: go, in: [b], channels: [email]}
  reminder: {when: 1 day before block.start, channels: [email]}
  after: {when: 1 day after confirmation.sent, unless: confirmation.answered, channels: [email]}
  failed: {when: confirmation.failed, by: {person: agent}}
  passed: {when: reminder.skipped, by: {person: agent}}
"""


def held() -> Held:
    life = Held.of(FLOW)
    assert isinstance(life, Held)
    life.tell("09-01 09:00", "start")
    return life


def test_a_message_about_an_event_is_withdrawn_once_a_later_one_sets_what_it_told():
    life = held()
    life.tell("09-01 10:00", "booked", {"block": appointment("09-10 10:00")})
    life.tell("09-01 11:00", "booked", {"block": appointment("09-12 10:00")})
    assert life.withdrawn == [("confirmation", "superseded")]
    assert len([moment for moment in life.case.state.queued.values() if moment.touchpoint == "confirmation"]) == 1


def test_clearing_a_fact_withdraws_too_and_another_fact_does_not():
    life = held()
    life.tell("09-01 10:00", "booked", {"block": appointment("09-10 10:00")})
    life.tell("09-01 10:10", "noted", {"note": "x"})
    assert life.withdrawn == []
    life.tell("09-01 10:20", "emptied")
    assert ("confirmation", "superseded") in life.withdrawn


def test_somebody_else_at_the_time_that_was_confirmed_leaves_the_confirmation_and_another_time_does_not():
    life = held()
    life.tell("09-01 10:00", "booked", {"block": {**appointment("09-10 10:00"), "technician": "t1"}})
    life.tell("09-01 10:10", "given", {"block": {**appointment("09-10 10:00"), "technician": "t2"}})
    assert life.withdrawn == [] and life.case.state.facts["block"].technician == "t2"
    life.tell("09-01 10:20", "given", {"block": {**appointment("09-10 12:00"), "technician": "t2"}})
    assert life.withdrawn == [("confirmation", "superseded")]


def test_the_same_time_confirmed_again_is_confirmed_once():
    life = held()
    for minute in ("00", "10"):
        life.tell(f"09-01 10:{minute}", "booked", {"block": appointment("09-10 10:00")})
    assert life.withdrawn == [("confirmation", "superseded")]


def test_a_message_some_time_after_an_event_stands_by_itself():
    life = held()
    life.tell("09-01 10:00", "booked", {"block": appointment("09-10 10:00")})
    life.tell("09-01 10:20", "emptied")
    life.sleep("09-01 12:00")
    assert "later" in {moment.touchpoint for moment in life.case.state.queued.values()}


def test_a_queued_message_is_withdrawn_when_its_stage_is_left():
    life = held()
    life.tell("09-01 10:00", "go")
    life.tell("09-01 11:00", "go")
    assert life.withdrawn == [("here", "no longer so")] and life.hand_over("09-01 12:00") == {}


def test_a_queued_reminder_is_withdrawn_when_the_appointment_is_gone():
    life = held()
    life.tell("09-01 10:00", "booked", {"block": appointment("09-03 10:00")})
    life.hand_over("09-01 10:00")
    life.sleep("09-02 10:00")
    assert "reminder" in {moment.touchpoint for moment in life.case.state.queued.values()}
    life.tell("09-02 10:01", "emptied")
    assert ("reminder", "no longer so") in life.withdrawn and not life.case.state.queued.keys() & {"reminder"}


def test_a_retracted_event_takes_its_queued_message_along():
    life = held()
    life.tell("09-01 10:00", "booked", {"block": appointment("09-10 10:00")}, id="b")
    life.tell("09-01 10:05", "event.retracted", {"source": "/x", "id": "b"})
    assert life.withdrawn == [("confirmation", "no longer so")]


def test_what_went_already_is_said_to_be_over():
    life = held()
    life.tell("09-01 10:00", "booked", {"block": appointment("09-10 10:00")})
    (key,) = life.case.state.queued
    assert isinstance(life.hand_over("09-01 10:00")["confirmation"], Go)
    assert ready(life.journey, life.case, key, at("09-01 10:01")) == Withdraw("over")


def test_what_became_of_a_message_anchors_others():
    life = Life.of(FLOW)
    life.tell("09-01 09:00", "start")
    life.tell("09-01 10:00", "booked", {"block": appointment("09-20 10:00")})
    life.tell("09-01 10:30", "confirmation.failed", {"permanent": True}, emitter="system")
    assert life.tasks == [("failed", "09-01 10:30")]
    life.sleep("09-03 00:00")
    assert ("after", "09-02 10:00") in life.messages


def test_an_answer_ends_what_waited_for_it():
    life = Life.of(FLOW)
    life.tell("09-01 09:00", "start")
    life.tell("09-01 10:00", "booked", {"block": appointment("09-20 10:00")})
    life.tell("09-01 12:00", "confirmation.answered", {"answers": {}}, emitter="customer")
    life.sleep("09-03 00:00")
    assert "after" not in [name for name, _ in life.messages]


def test_a_skip_anchors_too():
    life = Life.of(FLOW)
    life.tell("09-01 09:00", "start")
    life.tell("09-01 10:00", "booked", {"block": appointment("09-01 12:00")})
    assert [skip[:2] for skip in life.skips] == [("reminder", "covered")] and life.tasks == [("passed", "09-01 10:00")]


def test_a_moment_that_is_told_twice_to_have_gone_gives_one_successor():
    life = held()
    life.tell("09-01 10:00", "booked", {"block": appointment("09-20 10:00")})
    (moment,) = life.case.state.queued.values()
    for channel in ("email", "sms"):
        life._step(sent(life.case, moment, channel, at("09-01 10:00")), at("09-01 10:00"))
    life.sleep("09-02 10:00")
    assert [m.touchpoint for m in life.case.state.queued.values()].count("after") == 1


def test_a_reply_that_no_stage_names_is_a_task_for_a_person():
    life = Life.of(FLOW)
    life.tell("09-01 09:00", "start")
    effects = life.tell("09-01 10:00", "confirmation.replied", {"text": "Bel mij"}, emitter="customer")
    assert [(effect.kind, effect.why) for effect in effects if effect.kind == "task"] == [("task", "reply")]
    named = Life.of(FLOW.replace("go: b}", "go: b, confirmation.replied: b}"))
    named.tell("09-01 09:00", "start")
    assert not [e for e in named.tell("09-01 10:00", "confirmation.replied") if e.kind == "task"] and named.stage == "b"
