"""Only in, only if (language, rule 7), and what comes when nothing happens (rule 8)."""

import pytest

from loper.step import Event, State
from tests.step.lives import Held, Life, appointment, at

FLOW = """
facts: {{block: appointment, flag: boolean}}
events:
  booked: {{from: [agent], sets: [block, flag]}}
  flagged: {{from: [agent], sets: [flag]}}
begins: {{start: a}}
stages:
  a: {{within: 60 days, on: {{go: b, booked: a, stop: z}}}}
  b: {{within: 60 days, on: {{other: a, go: c, stop: z}}}}
  c: {{within: 60 days, on: {{other: a, stop: z}}}}
  z: {{final: true, on: {{other: y}}}}
  y: {{final: true}}
touchpoints:
  t: {{{touchpoint}, channels: [email]}}
"""


def begun(touchpoint: str, kind: type[Life] = Life) -> Life:
    life = kind.of(FLOW.format(touchpoint=touchpoint))
    life.tell("09-01 09:00", "start")
    return life


# -- rule 7 -------------------------------------------------------------------------------------------------------


def test_in_is_judged_after_the_events_own_move():
    life = begun("when: go, in: [a]")
    life.tell("09-01 10:00", "go")
    assert life.messages == [] and life.skips == []
    life = begun("when: go, in: [b]")
    life.tell("09-01 10:00", "go")
    assert life.messages == [("t", "09-01 10:00")]


def test_leaving_in_ends_the_moments_of_an_event_for_good_and_moving_within_it_does_not():
    life = begun("when: 1 day after go, in: [b, c]")
    life.tell("09-01 10:00", "go")
    life.tell("09-01 11:00", "go")  # from b to c
    assert life.sleep("09-03 00:00").messages == [("t", "09-02 10:00"), ("t", "09-02 11:00")]
    life = begun("when: 1 day after go, in: [b, c]")
    life.tell("09-01 10:00", "go")
    life.tell("09-01 11:00", "other")  # to a
    life.tell("09-01 12:00", "booked")
    assert life.sleep("09-30 00:00").messages == []


def test_the_moments_of_a_fact_sleep_outside_in_and_wake_again():
    life = begun("when: 1 day before block.start, in: [a]")
    life.tell("09-01 10:00", "booked", {"block": appointment("09-10 10:00")})
    life.tell("09-02 10:00", "go")
    assert life.case.state.wake == at("11-01 10:00")  # the deadline of b, and nothing else
    life.tell("09-03 10:00", "other")
    assert life.sleep("09-30 00:00").messages == [("t", "09-09 10:00")]


def test_a_fact_that_came_due_while_asleep_is_late_when_it_wakes():
    life = begun("when: 2 days before block.start, in: [a]")
    life.tell("09-01 10:00", "booked", {"block": appointment("09-10 10:00")})
    life.tell("09-02 10:00", "go")
    life.tell("09-09 10:00", "other")
    assert life.messages == [("t", "09-09 10:00")]


def test_if_is_judged_after_the_events_own_facts_and_what_it_said_then_stays():
    life = begun("when: 1 day after flagged, if: flag")
    life.tell("09-01 10:00", "flagged", {"flag": False})
    life.tell("09-01 11:00", "booked", {"flag": True})
    assert life.sleep("09-30 00:00").skips == [("t", "if", "09-02 10:00")]


def test_if_is_judged_again_when_it_goes():
    life = begun("when: 1 day after flagged, if: flag")
    life.tell("09-01 10:00", "flagged", {"flag": True})
    life.tell("09-01 11:00", "booked", {"flag": False})
    assert life.sleep("09-30 00:00").skips == [("t", "if", "09-02 10:00")]


def test_if_is_judged_once_more_at_the_very_moment_of_handing_over():
    life = begun("when: start, if: not flag", Held)
    assert isinstance(life, Held)
    life.tell("09-01 10:00", "flagged", {"flag": True})
    life.hand_over("09-01 10:05")
    assert life.skips == [("t", "if", "09-01 10:05")]


def test_without_in_a_fact_sleeps_in_final_stages():
    life = begun("when: 1 day before block.start")
    life.tell("09-01 10:00", "booked", {"block": appointment("09-10 10:00")})
    life.tell("09-02 10:00", "stop")
    assert life.sleep("09-30 00:00").messages == [] and life.case.state.wake is None


def test_entering_a_final_stage_ends_the_moments_of_earlier_events_and_not_those_of_its_own():
    life = begun("when: [2 days after go, 1 day after stop]")
    life.tell("09-01 10:00", "go")
    life.tell("09-01 11:00", "stop")
    assert life.sleep("09-30 00:00").messages == [("t", "09-02 11:00")]


def test_entering_another_final_stage_ends_what_the_first_gave():
    life = begun("when: 1 day after stop")
    life.tell("09-01 10:00", "stop")
    life.tell("09-01 11:00", "other")
    assert life.stage == "y" and life.sleep("09-30 00:00").messages == []


# -- rule 8 -------------------------------------------------------------------------------------------------------

SLOW = """
facts: {block: appointment, flag: boolean}
events:
  booked: {from: [agent], sets: [block]}
  emptied: {from: [agent], clears: [block]}
  flagged: {from: [agent], sets: [flag]}
begins: {start: a}
stages:
  a: {within: 1 working day, on: {go: b}}
  b: {within: 3 days, until: block.end, on: {go: b, other: c, stop: z}}
  c: {within: 1 week, on: {stage.overdue: [{if: flag, to: b}, {to: z}], go: b}}
  z: {final: true}
touchpoints:
  sorry: {when: stage.overdue, every: 1 day, most: 3, by: {person: agent}}
"""


def slow(*told: tuple[str, str], text: str = SLOW) -> Life:
    life = Life.of(text)
    life.tell("09-01 09:00", "start")
    for when, type in told:
        life.tell(when, type)
    return life


def test_within_counts_from_entry_on_the_calendar():
    life = Life.of(SLOW)
    life.tell("09-04 15:00", "start")  # Friday
    assert life.sleep("09-30 00:00").overdue == [("a", "09-07 15:00")]


@pytest.mark.parametrize(("end", "overdue"), [("09-03 12:00", "09-03 12:00"), ("09-20 12:00", "09-04 10:00")])
def test_of_within_and_until_the_earlier_counts(end, overdue):
    life = slow()
    life.tell("09-01 09:30", "booked", {"block": appointment("09-02 10:00", end)})
    life.tell("09-01 10:00", "go")
    assert life.sleep("09-30 00:00").overdue == [("b", overdue)]


def test_until_a_fact_that_is_not_set_is_overdue_at_entry():
    life = slow(("09-01 10:00", "go"))
    assert life.overdue == [("b", "09-01 10:00")]


def test_until_a_fact_that_is_past_is_overdue_at_entry():
    life = slow()
    life.tell("09-01 09:30", "booked", {"block": appointment("08-20 10:00")})
    life.tell("09-01 10:00", "go")
    assert life.overdue == [("b", "09-01 10:00")]


def test_a_fact_that_comes_after_that_gives_the_visit_a_deadline_of_its_own():
    life = slow(("09-01 10:00", "go"))
    life.tell("09-01 11:00", "booked", {"block": appointment("09-02 10:00")})
    assert life.sleep("09-30 00:00").overdue == [("b", "09-01 10:00"), ("b", "09-02 12:00")]


def test_a_moved_appointment_moves_the_deadline_and_the_old_one_does_not_come_back():
    life = slow()
    life.tell("09-01 09:30", "booked", {"block": appointment("09-02 10:00")})
    life.tell("09-01 10:00", "go")
    life.tell("09-02 09:00", "booked", {"block": appointment("09-03 10:00")})
    assert life.sleep("09-03 00:00").overdue == []
    life.sleep("09-03 13:00")
    life.tell("09-03 14:00", "booked", {"block": appointment("09-03 10:00")})
    assert life.sleep("09-30 00:00").overdue == [("b", "09-03 12:00")]  # once per visit and deadline


def test_a_fact_that_is_cleared_during_the_visit_makes_it_overdue_then():
    life = slow()
    life.tell("09-01 09:30", "booked", {"block": appointment("09-02 10:00")})
    life.tell("09-01 10:00", "go")
    life.tell("09-01 12:00", "emptied")
    assert life.sleep("09-30 00:00").overdue == [("b", "09-01 12:00")]


def test_an_event_at_the_very_instant_of_the_deadline_goes_before_it_also_when_it_is_known_later():
    life = slow()
    life.tell("09-02 09:00", "go")
    assert ("a", "09-02 09:00") not in life.overdue
    late = slow()
    late.sleep("09-02 09:30")
    assert late.overdue == [("a", "09-02 09:00")]
    late.tell("09-02 09:00", "go", now="09-02 10:00")
    assert late.stage == "b"
    assert derived(late.case.state) == derived(life.case.state)


def derived(state: State) -> tuple[object, ...]:
    return (state.stage, state.round, state.visit, state.facts, state.entered)


def test_overdue_can_move_guarded_by_facts():
    first = slow(("09-01 10:00", "go"), ("09-01 11:00", "other"))
    first.sleep("09-20 00:00")
    assert first.stage == "z" and ("c", "09-08 11:00") in first.overdue
    second = slow(("09-01 10:00", "go"), ("09-01 11:00", "other"))
    second.tell("09-02 10:00", "flagged", {"flag": True})
    second.sleep("09-09 00:00")
    assert second.stage == "b"


def test_two_stages_that_are_overdue_at_entry_do_not_go_round_for_ever():
    life = Life.of("""
facts: {at: time}
begins: {start: a}
stages:
  a: {until: at, on: {stage.overdue: b}}
  b: {until: at, on: {stage.overdue: a}}
  z: {final: true}
""")
    life.tell("09-01 09:00", "start")
    assert life.overdue == [("a", "09-01 09:00"), ("b", "09-01 09:00")] and life.stage == "a"


def test_the_tasks_of_a_deadline_end_with_the_visit_that_is_current_after_its_move():
    life = slow()
    life.sleep("09-02 12:00")
    life.tell("09-03 12:00", "go")
    life.sleep("09-03 18:00")
    assert life.tasks[:2] == [("sorry", "09-02 09:00"), ("sorry", "09-03 09:00")]
    assert all(when.startswith("09-03 12") for _, when in life.tasks[2:])  # those of b, overdue at entry


def test_a_task_of_a_deadline_survives_the_move_that_the_deadline_itself_made():
    life = Life.of(SLOW.replace("when: stage.overdue,", "when: 1 hour after stage.overdue,"))
    life.tell("09-01 09:00", "start")
    life.tell("09-01 09:30", "booked", {"block": appointment("09-20 10:00")})
    life.tell("09-01 10:00", "go")
    life.tell("09-01 11:00", "other")
    life.tell("09-01 12:00", "flagged", {"flag": True})
    life.sleep("09-08 14:00")
    assert life.stage == "b" and life.tasks == [("sorry", "09-08 12:00")]


def test_a_case_with_nothing_more_to_come_is_stalled_and_an_event_gets_it_going():
    life = slow()
    life.sleep("09-10 00:00")
    assert life.case.state.stalled and len(life.kinds("stalled")) == 1
    life.sleep("09-20 00:00")
    assert len(life.kinds("stalled")) == 1
    life.tell("09-20 10:00", "booked", {"block": appointment("10-10 10:00")})
    life.tell("09-20 11:00", "go")
    assert not life.case.state.stalled and life.case.state.wake is not None


def test_a_case_whose_last_deadline_was_passed_by_an_event_still_gets_the_tick_that_finds_it_stalled():
    life = Life.of("""
begins: {start: a}
stages: {a: {within: 1 day, on: {stop: z}}, z: {final: true}}
""")
    life.tell("09-01 09:00", "start")
    late = Event(type="other", time=at("09-05 09:00"), source="/y", id="1")
    life.take(late, at("09-05 09:00"))
    assert not life.case.state.stalled and life.case.state.wake == at("09-05 09:00")
    life.tick(at("09-05 09:00"))
    assert life.case.state.stalled and life.case.state.wake is None


def test_a_case_that_ended_is_never_stalled():
    life = slow()
    life.tell("09-01 09:30", "booked", {"block": appointment("09-02 10:00")})
    life.tell("09-01 10:00", "go")
    life.tell("09-01 11:00", "stop")
    life.sleep("09-30 00:00")
    assert life.kinds("stalled") == [] and life.case.state.ended and len(life.kinds("ended")) == 1


def test_the_identity_of_a_deadline_is_the_entering_event_and_its_time():
    life = Life.of(SLOW)
    life.tell("09-01 09:00", "start", id="s")
    life.sleep("09-03 00:00")
    (event,) = [effect.event for effect in life.kinds("overdue")]
    assert event is not None and event.id == "/x#s@2026-09-02T07:00:00+00:00"
