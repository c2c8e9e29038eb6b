"""Moments: what they hang on, how often they come, when they are due, and when it is too late (rules 4, 5 and 6)."""

import pytest

from loper.step import Go, Wait
from tests.step.lives import Held, Life, appointment, at

FLOW = """
facts: {{block: appointment, seen: time, day: date}}
events:
  booked: {{from: [agent], sets: [block, seen, day]}}
  emptied: {{from: [agent], clears: [block]}}
begins: {{start: a}}
stages:
  a: {{within: 60 days, on: {{go: b, stop: z}}}}
  b: {{within: 60 days, on: {{other: a, stop: z}}}}
  z: {{final: true}}
touchpoints:
  t: {{{touchpoint}, channels: [email]}}
"""


def begun(touchpoint: str, when: str = "09-01 09:00", kind: type[Life] = Life) -> Life:
    life = kind.of(FLOW.format(touchpoint=touchpoint))
    life.tell(when, "start")
    return life


# -- rule 4 -------------------------------------------------------------------------------------------------------


def test_every_event_is_an_occasion_of_its_own():
    life = begun("when: go")
    for hour in ("10", "11", "12"):
        life.tell(f"09-01 {hour}:00", "go")
        life.tell(f"09-01 {hour}:30", "other")
    assert [when for _, when in life.messages] == ["09-01 10:00", "09-01 11:00", "09-01 12:00"]


def test_of_a_fact_its_value_is_the_occasion_so_a_moved_appointment_gets_one_reminder_at_its_new_time():
    life = begun("when: 1 day before block.start")
    life.tell("09-01 10:00", "booked", {"block": appointment("09-10 10:00")})
    life.tell("09-02 10:00", "booked", {"block": appointment("09-12 10:00")})
    assert life.sleep("09-30 00:00").messages == [("t", "09-11 10:00")]


def test_an_appointment_that_is_moved_away_and_back_is_not_reminded_twice():
    life = begun("when: 2 days before block.start")
    life.tell("09-01 10:00", "booked", {"block": appointment("09-10 10:00")})
    life.sleep("09-08 12:00")
    life.tell("09-08 13:00", "booked", {"block": appointment("09-20 10:00")})
    life.tell("09-08 14:00", "booked", {"block": appointment("09-10 10:00")})
    assert life.sleep("09-30 00:00").messages == [("t", "09-08 10:00")]


def test_one_instant_in_two_spellings_is_one_occasion():
    life = begun("when: 2 hours after seen")
    life.tell("09-01 10:00", "booked", {"seen": "2026-09-01T12:00:00+02:00"})
    life.sleep("09-01 14:30")
    life.tell("09-01 15:00", "booked", {"seen": "2026-09-01T10:00:00Z"})
    assert life.sleep("09-02 00:00").messages == [("t", "09-01 14:00")]


def test_a_date_counts_from_its_first_moment_in_the_time_zone_of_the_journey():
    life = begun("when: 12 hours after day")
    life.tell("09-01 10:00", "booked", {"day": "2026-10-25"})  # a day of 25 hours
    assert life.sleep("11-01 00:00").messages == [("t", "10-25 11:00")]


def test_every_repeats_and_most_counts_the_first_among_them():
    life = begun("when: go, every: 1 day, most: 3")
    life.tell("09-01 10:00", "go")
    assert life.sleep("09-30 00:00").messages == [("t", "09-01 10:00"), ("t", "09-02 10:00"), ("t", "09-03 10:00")]


def test_every_of_a_fact_repeats_from_its_value():
    life = begun("when: 1 hour after seen, every: 2 days, most: 2")
    life.tell("09-01 10:00", "booked", {"seen": "2026-09-02T10:00:00+02:00"})
    assert life.sleep("09-30 00:00").messages == [("t", "09-02 11:00"), ("t", "09-04 11:00")]


def test_of_several_late_repeats_only_the_last_goes():
    life = begun("when: go, every: 1 day, most: 4, late: 5 days")
    life.tell("09-01 10:00", "go")
    life.outage("09-03 12:00")
    assert life.messages == [("t", "09-01 10:00"), ("t", "09-03 12:00")]
    assert life.skips == [("t", "late", "09-03 12:00")]
    assert life.sleep("09-30 00:00").messages[2:] == [("t", "09-04 10:00")]


def test_repeats_of_a_before_moment_end_where_they_could_only_be_late():
    life = begun("when: 3 days before block.start, every: 1 day")
    life.tell("09-01 10:00", "booked", {"block": appointment("09-10 10:00")})
    life.sleep("09-30 00:00")
    assert life.messages == [("t", "09-07 10:00"), ("t", "09-08 10:00"), ("t", "09-09 10:00")] and life.skips == []


def test_unless_ends_the_moments_of_earlier_events_and_not_of_later_ones():
    life = begun("when: 1 day after go, unless: other, in: [a, b]")
    life.tell("09-01 10:00", "go")
    life.tell("09-01 11:00", "other")
    life.tell("09-01 12:00", "go")
    assert life.sleep("09-10 00:00").messages == [("t", "09-02 12:00")]


def test_unless_of_a_fact_counts_from_the_event_that_gave_it_its_value():
    life = begun("when: 1 day before block.start, unless: go, in: [a, b]")
    life.tell("09-01 10:00", "booked", {"block": appointment("09-05 10:00")})
    life.tell("09-01 11:00", "go")
    life.tell("09-01 12:00", "other")
    life.tell("09-01 13:00", "booked", {"block": appointment("09-05 10:00")})  # the same: it has that value already
    assert life.sleep("09-06 00:00").messages == []
    life.tell("09-06 10:00", "booked", {"block": appointment("09-10 10:00")})
    assert life.sleep("09-30 00:00").messages == [("t", "09-09 10:00")]


def test_an_unexpected_event_ends_moments_by_unless_too():
    life = begun("when: 1 day after start, unless: other")
    life.tell("09-01 10:00", "other")
    assert life.types("unexpected") == ["other"] and life.sleep("09-10 00:00").messages == []


def test_two_times_on_one_event_are_one_moment_and_the_first_to_be_due_is_it():
    life = begun("when: [2 days after go, 1 day after go]")
    life.tell("09-01 10:00", "go")
    assert life.sleep("09-30 00:00").messages == [("t", "09-02 10:00")]


# -- rule 5 -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("touchpoint", "event", "due"),
    [
        ("when: 1 day after go", "10-24 10:00", "10-25 10:00"),  # a day of 25 hours
        ("when: 24 hours after go", "10-24 10:00", "10-25 09:00"),
        ("when: 1 week after go", "09-01 10:00", "09-08 10:00"),
        ("when: 1 working day after go", "09-04 15:00", "09-07 15:00"),  # Friday
        ("when: 2 working days after go", "09-05 03:00", "09-08 03:00"),  # Saturday
        ("when: 2 hours after go, between: 09:00-21:00", "09-01 20:00", "09-02 09:00"),
        ("when: 2 hours after go, between: 09:00-21:00", "09-01 19:00", "09-01 21:00"),
        ("when: 2 hours after go, between: 22:00-06:00", "09-01 12:00", "09-01 22:00"),
        ("when: 2 hours after go, between: 22:00-06:00", "09-02 03:00", "09-02 05:00"),
        ("when: 30 minutes after go", "10-25 02:45", "10-25 02:15"),  # half an hour after the first 02:45
        ("when: go, between: 02:15-02:45", "2027-03-27 12:00", "2027-03-28 03:00"),  # a window that is not there
    ],
)  # fmt: skip
def test_shift_then_window_then_wall_time_becomes_an_instant(touchpoint, event, due):
    life = begun(f"{touchpoint}, late: always", "2026-08-31 09:00")
    life.tell(event, "go")
    life.sleep("2027-04-10 00:00")
    assert [when for _, when in life.messages] == [due.removeprefix("2027-")]


@pytest.mark.parametrize(
    ("touchpoint", "start", "due"),
    [
        ("when: 1 day before block.start", "10-26 10:00", "10-25 10:00"),
        ("when: 1 working day before block.start", "09-07 10:00", "09-04 10:00"),
        ("when: 2 hours before block.start, between: 09:00-20:00", "09-04 08:00", "09-03 20:00"),
        ("when: 2 hours before block.start, between: 09:00-20:00", "09-04 11:00", "09-04 09:00"),
    ],
)
def test_a_before_moment_is_moved_earlier_by_its_window(touchpoint, start, due):
    life = begun(touchpoint)
    life.tell("09-01 09:30", "booked", {"block": appointment(start)})
    assert life.sleep("11-10 00:00").messages == [("t", due)]


def test_holidays_of_the_calendar_are_no_working_days():
    life = Life.of(FLOW.format(touchpoint="when: 1 working day after go") + "calendar: nl-office\n")
    life.tell("12-24 09:00", "start")
    life.tell("12-24 15:00", "go")
    assert life.sleep("2027-01-05 00:00").messages == [("t", "12-28 15:00")]


# -- rule 6 -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("late", "woken", "goes"),
    [
        ("late: 2 hours", "09-02 11:59", True),
        ("late: 2 hours", "09-02 12:00", False),  # the limit itself is too late
        ("late: 1 day", "09-03 09:59", True),
        ("late: never", "09-02 10:00", True),
        ("late: never", "09-02 10:01", False),
        ("late: always", "09-30 10:00", True),
        ("late: 1 working day", "09-03 09:59", True),
        ("urgent: false", "09-03 09:59", True),  # nothing said: a day
        ("urgent: false", "09-03 10:00", False),
    ],
)
def test_late_says_how_long_past_due_a_moment_may_still_happen(late, woken, goes):
    life = begun(f"when: 1 day after go, {late}")
    life.tell("09-01 10:00", "go")
    life.outage(woken)
    assert [when for _, when in life.messages] == ([woken] if goes else [])
    assert life.skips == ([] if goes else [("t", "late", woken)])


@pytest.mark.parametrize(("woken", "goes"), [("09-04 09:59", True), ("09-04 10:00", False)])
def test_a_before_moment_may_be_late_until_its_fact(woken, goes):
    life = begun("when: 2 days before block.start")
    life.tell("09-01 10:00", "booked", {"block": appointment("09-04 10:00")})
    life.outage(woken)
    assert bool(life.messages) == goes and bool(life.skips) != goes


def test_a_late_moment_waits_for_its_window_if_it_is_then_still_in_time():
    life = begun("when: 1 day after go, between: 09:00-20:00, late: 1 day")
    life.tell("09-01 10:00", "go")
    life.outage("09-02 22:00")
    assert life.messages == [] and life.skips == []
    assert life.sleep("09-03 12:00").messages == [("t", "09-03 09:00")]


def test_a_late_moment_that_its_window_would_make_too_late_is_skipped_at_once():
    life = begun("when: 1 day after go, between: 09:00-20:00, late: 12 hours")
    life.tell("09-01 10:00", "go")
    life.outage("09-02 21:00")
    assert life.skips == [("t", "late", "09-02 21:00")]


COVER = """
facts: {block: appointment}
events:
  booked: {from: [agent], sets: [block]}
begins: {start: a}
stages: {a: {within: 60 days, on: {stop: z}}, z: {final: true}}
touchpoints:
  confirmation: {when: booked, channels: [email]}
  reminder: {when: 1 day before block.start, channels: [email]}
  word: {when: other, channels: [email]}
"""


def covered(booked: str, start: str, *, word: str = "") -> Life:
    life = Life.of(COVER)
    life.tell("09-01 06:00", "start")
    if word:
        life.tell(word, "other")
    life.tell(booked, "booked", {"block": appointment(start)})
    return life.sleep("09-20 00:00")


def test_a_before_moment_that_was_late_when_it_became_known_is_covered_by_a_message_of_less_than_four_hours_ago():
    life = covered("09-01 10:00", "09-01 15:00")
    assert life.skips == [("reminder", "covered", "09-01 10:00")]


def test_one_that_was_not_late_when_it_became_known_is_never_covered():
    life = Life.of(COVER)
    life.tell("09-01 06:00", "start")
    life.tell("09-01 10:00", "booked", {"block": appointment("09-05 15:00")})
    life.tell("09-04 14:00", "other")
    assert ("reminder", "09-04 15:00") in life.sleep("09-20 00:00").messages


def test_a_message_of_exactly_four_hours_ago_covers_nothing():
    flow = COVER.replace("when: booked,", "when: 10 days after booked,").replace(
        "before block.start,", "before block.start, between: 14:00-20:00,"
    )
    for word, skips in (("09-01 10:00", 0), ("09-01 10:01", 1)):
        life = Life.of(flow)
        life.tell("09-01 06:00", "start")
        life.tell(word, "other")
        life.tell("09-01 12:00", "booked", {"block": appointment("09-02 10:00")})
        life.sleep("09-03 00:00")
        assert len(life.skips) == skips and (("reminder", "09-01 14:00") in life.messages) != bool(skips)


def test_what_ceases_to_be_before_it_is_due_never_was_and_is_not_logged():
    life = begun("when: 1 day before block.start")
    life.tell("09-01 10:00", "booked", {"block": appointment("09-10 10:00")})
    life.tell("09-02 10:00", "emptied")
    life.sleep("09-30 00:00")
    assert life.messages == [] and life.skips == [] and life.withdrawn == []


def test_a_skipped_moment_is_over_as_if_it_had_happened():
    life = begun("when: 2 days before block.start, late: 1 hour")
    life.tell("09-01 10:00", "booked", {"block": appointment("09-04 10:00")})
    life.outage("09-02 12:00")
    assert len(life.skips) == 1
    life.tell("09-02 13:00", "booked", {"block": appointment("09-20 10:00")})
    life.tell("09-02 14:00", "booked", {"block": appointment("09-04 10:00")})
    life.sleep("09-10 00:00")
    assert len(life.skips) == 1 and life.messages == []


# -- in the queue -------------------------------------------------------------------------------------------------


def test_a_message_that_was_queued_at_the_end_of_its_window_may_go_a_little_later():
    for when, goes in (("09-03 20:01", True), ("09-03 20:15", True), ("09-03 20:16", False)):
        life = begun("when: 2 hours before block.start, between: 09:00-20:00", kind=Held)
        assert isinstance(life, Held)
        life.tell("09-01 10:00", "booked", {"block": appointment("09-04 11:30" if goes is None else "09-04 08:00")})
        life.sleep("09-03 20:00")
        assert isinstance(life.hand_over(when)["t"], Go) == goes


def test_a_message_that_waited_out_its_window_waits_for_the_next():
    life = begun("when: go, between: 09:00-20:00", kind=Held)
    assert isinstance(life, Held)
    life.tell("09-01 19:00", "go")
    assert life.hand_over("09-01 22:00")["t"] == Wait(at("09-02 09:00"), "between")
    assert isinstance(life.hand_over("09-02 09:00")["t"], Go)
