"""What comes first when everything comes at once (language, rule 11)."""

from loper.step import Event
from tests.step.lives import Held, Life, appointment, at

FLOW = """
facts: {block: appointment}
events:
  booked: {from: [agent], sets: [block]}
begins: {start: a}
stages: {a: {within: 60 days, on: {stop: z}}, z: {final: true}}
touchpoints:
  two: {when: 1 hour after go, channels: [email]}
  one: {when: 1 hour after go, channels: [email]}
  three: {when: 2 hours after go, by: {person: agent}}
  day: {when: 1 day after start, channels: [email]}
"""


def test_of_one_instant_the_order_in_the_file_decides():
    life = Life.of(FLOW)
    life.tell("09-01 09:00", "start")
    life.tell("09-01 10:00", "go")
    assert [name for name, _ in life.sleep("09-01 12:00").messages] == ["two", "one"]


def test_on_waking_what_is_on_time_goes_before_what_is_late_and_late_ones_by_due_time():
    life = Held.of(FLOW)
    life.tell("09-01 09:00", "start")
    life.tell("09-01 10:00", "go")
    life.outage("09-02 09:00")
    assert [e.moment.touchpoint for e in life.kinds("message", "task") if e.moment] == ["day", "two", "one", "three"]


def test_an_event_at_the_same_instant_goes_before_every_moment():
    life = Life.of(FLOW)
    life.tell("09-01 09:00", "start")
    life.tell("09-02 09:00", "stop")
    assert life.sleep("09-30 00:00").messages == []


def test_events_of_one_instant_are_all_taken_in_before_anything_goes():
    life = Life.of(FLOW.replace("day: {when: 1 day after start,", "day: {when: booked,"))
    life.tell("09-01 09:00", "start")
    for number, hour in enumerate(("10", "14")):
        data = {"block": appointment(f"09-05 {hour}:00")}
        life.take(
            Event(type="booked", time=at("09-01 10:00"), source="/y", id=str(number), data=data), at("09-01 10:00")
        )
    life.tick(at("09-01 10:00"))
    assert life.messages == [("day", "09-01 10:00")]
