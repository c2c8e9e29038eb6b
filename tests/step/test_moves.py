"""Moves and rounds (language, rule 3)."""

import pytest

from tests.step.lives import Life

FLOW = """
facts: {flag: boolean, at: time}
events:
  flagged: {from: [agent], sets: [flag, at]}
  noted: {from: [agent], sets: [flag]}
  redo: {from: [agent]}
begins: {start: a}
again: [redo, other]
on: {stop: z, flagged: b}
stages:
  a: {within: 1 week, on: {go: [{if: flag, to: b}, {if: at > now, to: c}], redo: a}}
  b: {within: 1 week, on: {go: c, stop: [{if: flag, to: a}]}}
  c: {within: 1 week, on: {stop: c}}
  z: {final: true, on: {redo: a}}
touchpoints:
  first: {when: start, channels: [email]}
  went: {when: go, channels: [email]}
  seen: {when: noted, channels: [email]}
  task: {when: 1 hour after stage.overdue, by: {person: agent}}
"""


def begun() -> Life:
    life = Life.of(FLOW)
    life.tell("09-01 09:00", "start")
    return life


def test_the_stage_decides_before_the_journey_does():
    life = begun()
    life.tell("09-01 10:00", "flagged", {"flag": False})
    assert life.stage == "b"
    life.tell("09-01 11:00", "stop")
    assert life.stage == "b" and life.types("unexpected") == ["stop"]
    life.tell("09-01 12:00", "go")
    life.tell("09-01 13:00", "stop")
    assert life.stage == "c"


def test_what_the_stage_does_not_name_the_journey_decides_unless_it_is_final():
    life = begun()
    life.tell("09-01 10:00", "stop")
    assert life.stage == "z"
    life.tell("09-01 11:00", "flagged", {"flag": True})
    assert life.stage == "z" and life.types("unexpected") == ["flagged"]


def test_a_final_stage_may_have_moves_of_its_own():
    life = begun()
    life.tell("09-01 10:00", "stop")
    assert life.case.state.ended
    life.tell("09-01 11:00", "redo")
    assert life.stage == "a" and not life.case.state.ended and life.case.state.round == 2


def test_of_guarded_moves_the_first_that_holds_is_made_and_now_is_the_time_of_the_event():
    life = begun()
    life.tell("09-01 10:00", "noted", {"flag": False})
    life.tell("09-01 10:10", "go")
    assert life.stage == "a" and life.types("unexpected") == ["go"]
    life.tell("09-01 10:20", "noted", {"flag": True})
    life.tell("09-01 10:30", "go")
    assert life.stage == "b"


@pytest.mark.parametrize(("when", "stage"), [("09-01 10:59", "c"), ("09-01 11:01", "a")])
def test_a_guard_is_judged_at_the_time_of_the_event_however_late_that_is_known(when, stage):
    life = Life.of(FLOW.replace("flagged: b}", "flagged: a}").replace("on: {stop: z, ", "on: {"))
    life.tell("09-01 09:00", "start")
    life.tell("09-01 09:30", "flagged", {"flag": False, "at": "2026-09-01T11:00:00+02:00"})
    life.tell(when, "go", now="09-02 09:00")
    assert life.stage == stage


def test_today_in_a_guard_is_the_day_in_the_time_zone_of_the_journey():
    flow = """
facts: {day: date}
events:
  dated: {from: [agent], sets: [day]}
begins: {start: a}
stages: {a: {within: 1 week, on: {go: [{if: day == now, to: z}]}}, z: {final: true}}
"""
    for when, stage in (("09-01 23:30", "a"), ("09-02 00:30", "z"), ("09-03 00:30", "a")):
        life = Life.of(flow)
        life.tell("09-01 09:00", "start")
        life.tell("09-01 10:00", "dated", {"day": "2026-09-02"})
        life.tell(when, "go")
        assert life.stage == stage


def test_a_guard_sees_the_facts_that_its_event_sets():
    life = Life.of(FLOW.replace("redo: a}}", "redo: a, noted: [{if: flag, to: b}]}}"))
    life.tell("09-01 09:00", "start")
    life.tell("09-01 10:00", "noted", {"flag": True})
    assert life.stage == "b"


def test_an_unexpected_event_sets_its_facts_and_does_nothing_else():
    life = begun()
    life.tell("09-01 10:00", "go")
    assert life.types("unexpected") == ["go"]
    life.sleep("09-02 00:00")
    assert life.messages == [("first", "09-01 09:00")] and life.case.state.round == 1 and life.case.state.visit == 1


def test_an_event_that_no_stage_names_is_noted_and_gives_its_moments():
    life = begun()
    life.tell("09-01 10:00", "noted", {"flag": True})
    assert "noted" in life.types("noted") and life.facts == {"flag": True}
    assert life.messages[-1] == ("seen", "09-01 10:00") and life.case.state.visit == 1


def test_only_events_in_again_start_another_round_and_unexpected_ones_do_not():
    life = begun()
    life.tell("09-01 10:00", "redo")
    assert life.case.state.round == 2
    life.tell("09-01 11:00", "flagged", {"flag": False})
    life.tell("09-01 12:00", "redo")
    assert life.types("unexpected") == ["redo"] and life.case.state.round == 2
    life.tell("09-01 13:00", "other")
    assert life.case.state.round == 3


def test_a_self_move_is_a_new_visit_with_a_deadline_of_its_own():
    life = begun()
    life.tell("09-05 09:00", "redo")
    assert life.stage == "a" and life.case.state.visit == 2
    life.sleep("09-20 00:00")
    assert life.overdue == [("a", "09-12 09:00")]


def test_what_becomes_of_touchpoints_and_deadlines_is_never_unexpected():
    life = Life.of(
        FLOW.replace(
            "c: {within: 1 week, on: {stop: c}}", "c: {within: 1 week, on: {first.answered: a, stage.overdue: a}}"
        )
    )
    life.tell("09-01 09:00", "start")
    life.tell("09-01 10:00", "first.answered", {"answers": {}})
    life.sleep("09-10 00:00")
    assert life.stage == "a" and life.types("unexpected") == [] and life.overdue == [("a", "09-08 09:00")]
