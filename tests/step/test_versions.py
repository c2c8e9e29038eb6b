"""Open cases that go over to a new version (language, rule 13)."""

from dataclasses import replace

import pytest

from loper.step import Case, Event, sent, step
from loper.step.migrate import Moved, migrate, preview, unmapped
from tests.step.lives import Held, Life, appointment, at, journey, local

OLD = """
facts: {block: appointment, note: text}
events:
  booked: {from: [agent], sets: [block]}
  noted: {from: [agent], sets: [note]}
begins: {start: a}
stages:
  a: {within: 10 days, on: {go: b}}
  b: {within: 10 days, on: {stop: z}}
  z: {final: true}
touchpoints:
  hello: {when: start, channels: [email]}
  reminder: {when: 1 day before block.start, channels: [email]}
  ask: {when: 2 days after go, channels: [email]}
  nudge: {when: 1 day after start, every: 1 day, by: {person: agent}}
"""

NEW = (
    OLD.replace("  b: {within: 10 days,", "  busy: {within: 10 days,").replace("go: b}", "go: busy}")
    + """
replaces: {version: one, stages: {b: busy}, touchpoints: {ask: question}}
""".replace("\n\n", "\n")
)
NEW = NEW.replace("  ask: {when", "  question: {when")


def moved(life: Life, text: str, when: str) -> Life:
    """The life goes on on another version."""
    new = journey(text)
    result = migrate(life.journey, new, life.case, at(when))
    life.effects += [(at(when), effect) for effect in result.effects]
    life.journey, life.case = new, result.case
    return life


def begun(kind: type[Life] = Life, text: str = OLD) -> Life:
    life = kind.of(text)
    life.tell("09-01 09:00", "start")
    return life


def test_a_case_goes_on_in_the_stage_that_its_own_became():
    life = begun()
    life.tell("09-01 10:00", "go")
    life.tell("09-01 10:10", "noted", {"note": "kept"})
    moved(life, NEW, "09-01 12:00")
    assert life.stage == "busy" and life.facts == {"note": "kept"} and life.case.version == life.journey.version
    assert life.case.state.entered == at("09-01 10:00")
    life.tell("09-02 10:00", "stop")
    assert life.stage == "z"


def test_an_occupied_stage_without_a_place_in_the_new_version_is_an_error():
    new = journey(NEW.replace("stages: {b: busy}, ", ""))
    assert unmapped(journey(OLD), new, ["a", "b"]) == ["b"]
    life = begun()
    life.tell("09-01 10:00", "go")
    with pytest.raises(ValueError, match="stage 'b' has no place"):
        migrate(life.journey, new, life.case, at("09-01 12:00"))


def test_what_waits_comes_along_under_its_new_name_and_goes_once():
    life = begun()
    life.tell("09-01 10:00", "go")
    moved(life, NEW, "09-01 12:00")
    assert ("question", "09-03 10:00") in life.sleep("09-05 00:00").messages
    assert "hello" not in [name for name, _ in life.messages[1:]]


def test_what_happened_before_does_not_happen_again():
    life = begun()
    life.tell("09-01 10:00", "booked", {"block": appointment("09-03 10:00")})
    life.sleep("09-02 12:00")
    moved(life, NEW, "09-02 13:00")
    life.sleep("09-09 00:00")
    assert [name for name, _ in life.messages] == ["hello", "reminder"]


def test_what_is_overdue_is_never_sent_by_a_move():
    life = begun()
    life.tell("09-01 10:00", "booked", {"block": appointment("09-20 10:00")})
    life.sleep("09-06 11:00")
    moved(
        life,
        OLD.replace("1 day before", "15 days before").replace("1 day after start,", "1 hour after start,"),
        "09-06 12:00",
    )
    life.sleep("09-30 00:00")
    assert [name for name, _ in life.messages] == ["hello"]
    before = [f"09-0{day} 09:00" for day in range(2, 7)]  # the sixth at the new time was due when the case moved
    assert [when for _, when in life.tasks][:6] == [*before, "09-07 10:00"]


def test_a_deadline_that_only_the_new_version_has_passed_goes_by_in_silence():
    life = begun()
    moved(life, OLD.replace("a: {within: 10 days", "a: {within: 1 day"), "09-05 12:00")
    life.sleep("09-30 00:00")
    assert life.overdue == []


def test_a_deadline_that_passed_before_the_move_is_not_passed_again():
    life = begun()
    life.sleep("09-12 00:00")
    moved(life, NEW, "09-12 12:00")
    life.sleep("09-30 00:00")
    assert life.overdue == [("a", "09-11 09:00")]


def test_a_queued_message_of_a_touchpoint_that_is_gone_is_withdrawn():
    life = begun(Held)
    moved(life, OLD.replace("hello: {when: start", "hi: {when: other"), "09-01 09:10")
    assert life.withdrawn == [("hello", "moved to a new version")] and life.case.state.queued == {}


def test_a_queued_message_that_has_another_name_now_goes_under_that_name_once():
    life = begun(Held)
    assert isinstance(life, Held)
    life.tell("09-01 09:10", "go")
    life.sleep("09-03 09:10")
    assert "ask" in {moment.touchpoint for moment in life.case.state.queued.values()}
    moved(life, NEW, "09-03 10:00")
    assert ("ask", "moved to a new version") in life.withdrawn
    life.tick(at("09-03 10:01"))
    assert [moment.touchpoint for moment in life.case.state.queued.values()].count("question") == 1


def test_a_message_that_was_in_the_air_during_the_move_counts_under_its_new_name():
    life = begun(Held)
    life.tell("09-01 09:10", "go")
    life.sleep("09-03 09:10")
    moment = next(m for m in life.case.state.queued.values() if m.touchpoint == "ask")
    moved(life, NEW, "09-03 10:00")
    life._step(sent(life.case, moment, "email", at("09-03 10:00")), at("09-03 10:00"))
    life.sleep("09-20 00:00")
    assert "question" not in {m.touchpoint for m in life.case.state.queued.values()}


def test_an_event_from_before_the_move_that_comes_after_it_counts_as_at_it():
    life = begun()
    moved(life, NEW, "09-02 12:00")
    life.tell("09-01 15:00", "go", now="09-03 09:00")
    assert life.stage == "busy" and life.case.state.entered == at("09-02 12:00")
    life.tell("09-01 14:00", "noted", {"note": "x"}, now="09-03 10:00")
    assert life.stage == "busy" and life.facts == {"note": "x"}


def test_a_case_that_moved_can_be_folded_again():
    life = begun()
    moved(life, NEW, "09-02 12:00")
    life.tell("09-03 10:00", "go")
    life.tell("09-03 11:00", "noted", {"note": "new"})
    before = life.case.state
    life.tell("09-03 10:30", "noted", {"note": "old"}, now="09-03 12:00")
    assert life.facts == {"note": "new"} and life.stage == "busy" and life.case.state.over >= before.over


def test_facts_that_the_new_version_cannot_read_are_left_behind():
    life = begun()
    life.tell("09-01 10:00", "noted", {"note": "x"})
    moved(life, OLD.replace("note: text", "note: number"), "09-01 12:00")
    assert life.facts == {}


def test_beforehand_one_sees_what_a_move_would_send_and_cancel():
    life = begun()
    life.tell("09-01 10:00", "booked", {"block": appointment("09-20 10:00")})
    new = journey(OLD.replace("1 day before block.start", "2 days before block.end").replace("nudge", "push"))
    seen = preview(life.journey, new, life.case, at("09-01 12:00"))
    assert isinstance(seen, Moved) and seen.stage == "a"
    assert [(m.touchpoint, local(m.due)) for m in seen.comes] == [("reminder", "09-18 12:00")]
    assert sorted(m.touchpoint for m in seen.goes) == ["nudge", "reminder"]
    assert life.case.version != new.version


def test_a_move_is_one_event_of_the_case_and_cannot_be_sent_from_outside():
    life = begun()
    moved(life, NEW, "09-01 12:00")
    assert (life.case.history or ())[-1].type == "case.moved"
    (effect,) = life.tell("09-01 13:00", "case.moved", {"state": "{}"})
    assert effect.kind == "refused"


def test_a_case_without_its_history_can_be_moved():
    life = begun()
    bare: Case = replace(life.case, history=None)
    result = migrate(life.journey, journey(NEW), bare, at("09-01 12:00"))
    assert result.case.history is None and result.case.state.stage == "a"
    go = Event(type="go", time=at("09-01 13:00"), source="/y", id="1")
    assert step(journey(NEW), result.case, go, at("09-01 13:00")).case.state.stage == "busy"
