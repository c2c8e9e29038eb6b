"""Events (language, rule 2): which may come in, in what order they count, and how one is taken out again."""

from datetime import timedelta

import pytest

from loper.step import Appointment
from tests.step.lives import Life, at

FLOW = """
facts: {color: [red, blue], block: appointment, note: text, since: date, cost: money, size: number, flag: boolean,
  where: place}
events:
  painted: {from: [agent, technician], sets: [color, block, note, since, cost, size, flag, where]}
  emptied: {from: [agent], clears: [color, block]}
begins: {start: a}
stages:
  a: {within: 1 week, on: {go: b}}
  b: {within: 1 week, on: {other: a, stop: z}}
  z: {final: true}
touchpoints:
  hello: {when: start, channels: [email]}
  went: {when: go, channels: [email]}
"""


def begun(**more: str) -> Life:
    life = Life.of(FLOW)
    life.tell("09-01 09:00", "start")
    return life


def refusal(type: str, data: dict[str, object] | None = None, emitter: str | None = None) -> str:
    life = begun()
    state = life.case.state
    (effect,) = life.tell("09-01 09:10", type, data, emitter=emitter)
    assert effect.kind == "refused" and life.case.state.facts == state.facts and life.case.state.stage == state.stage
    return effect.why


@pytest.mark.parametrize(
    ("type", "data", "emitter", "why"),
    [
        ("pained", {}, None, "event 'pained' is not declared in journey 'x', did you mean 'painted'?"),
        ("painted", {"color": "green"}, None, "color: 'green' is not one of red, blue"),
        ("painted", {"block": {"start": "2026-09-01T10:00:00+02:00"}}, None, "block: an appointment was expected"),
        ("painted", {"block": {"start": "2026-09-01T10:00:00", "end": "x"}}, None, "has no offset from UTC"),
        ("painted", {"since": "yesterday"}, None, "since: 'yesterday' is not a date like 2026-09-01"),
        ("painted", {"since": "0001-01-01"}, None, "outside the years 1900 to 2300"),
        ("painted", {"cost": "1e999999"}, None, "cost: '1e999999' is not an amount like 12.50"),
        ("painted", {"size": 10**400}, None, "size: a number was expected"),
        ("painted", {"size": True}, None, "size: a number was expected"),
        ("painted", {"flag": "yes"}, None, "flag: true or false was expected"),
        ("painted", {"note": 3}, None, "note: a text was expected"),
        ("painted", {"where": {"lat": 91, "lon": 0}}, None, "where: a place was expected"),
        ("painted", {}, "customer", "'painted' may be said by agent, technician, not by customer"),
        ("event.retracted", {"source": "/x"}, None, "id: a text was expected"),
        ("case.merged", {}, "agent", "into: a text was expected"),
        ("case.merged", {"into": "L"}, "customer", "may be said by agent, director, system"),
        ("stage.overdue", {}, None, "follows from the journey itself"),
        ("hello.sent", {}, None, "comes from the runtime itself"),
        ("hello.answered", {}, "technician", "may be said by agent, customer"),
    ],
)  # fmt: skip
def test_an_event_that_may_not_come_in_is_refused_whole_with_the_reason(type, data, emitter, why):
    assert why in refusal(type, data, emitter)


def test_all_that_is_wrong_is_said_at_once():
    why = refusal("painted", {"color": "green", "size": "big"}, "customer")
    assert "color:" in why and "size:" in why and "not by customer" in why


def test_one_wrong_fact_keeps_the_others_out_too():
    life = begun()
    life.tell("09-01 09:10", "painted", {"note": "fine", "size": "big"})
    assert life.facts == {}


def test_a_refused_event_may_come_again_corrected():
    life = begun()
    life.tell("09-01 09:10", "painted", {"color": "green"}, id="7")
    life.tell("09-01 09:20", "painted", {"color": "red"}, id="7")
    assert life.facts == {"color": "red"}


def test_the_pair_of_source_and_id_counts_once_and_neither_alone_does():
    life = begun()
    life.tell("09-01 10:00", "painted", {"note": "one"}, id="7", source="/a")
    (again,) = life.tell("09-01 11:00", "painted", {"note": "two"}, id="7", source="/a")
    assert again.kind == "duplicate" and life.facts["note"] == "one"
    life.tell("09-01 12:00", "painted", {"note": "three"}, id="7", source="/b")
    assert life.facts["note"] == "three"


def test_facts_that_are_absent_or_null_keep_their_value_and_a_composite_one_is_set_whole():
    life = begun()
    block = {"start": "2026-09-03T10:00:00+02:00", "end": "2026-09-03T12:00:00+02:00"}
    life.tell("09-01 10:00", "painted", {"color": "red", "block": {**block, "technician": "t1"}})
    life.tell("09-01 11:00", "painted", {"color": None, "note": "x"})
    assert life.facts["color"] == "red"
    life.tell("09-01 12:00", "painted", {"block": block})
    assert life.facts["block"] == Appointment(at("09-03 10:00"), at("09-03 12:00"), None)


def test_data_that_the_event_does_not_set_is_kept_and_sets_nothing():
    life = begun()
    life.tell("09-01 10:00", "go", {"color": "red", "remark": "kept"})
    assert life.facts == {}
    assert {"color": "red", "remark": "kept"} in [event.data for event in life.case.history or ()]


def test_an_event_clears_the_facts_it_says_it_clears():
    life = begun()
    life.tell("09-01 10:00", "painted", {"color": "red", "note": "x"})
    life.tell("09-01 11:00", "emptied")
    assert life.facts == {"note": "x"}


def test_an_older_event_counts_where_it_belongs():
    life = begun()
    life.tell("09-01 12:00", "painted", {"color": "red"})
    life.tell("09-01 11:00", "painted", {"color": "blue", "note": "late"}, now="09-01 13:00")
    assert life.facts == {"color": "red", "note": "late"}


def test_of_one_instant_source_then_sequence_then_id_as_text_decide():
    def last(*events: tuple[str, int, str]) -> str:
        life = begun()
        for source, sequence, id in events:
            life.tell(
                "09-01 10:00", "painted", {"note": f"{source}{sequence}/{id}"}, source=source, sequence=sequence, id=id
            )
        return str(life.facts["note"])

    assert last(("/b", 0, "1"), ("/a", 9, "9")) == "/b0/1"
    assert last(("/a", 2, "1"), ("/a", 1, "9")) == "/a2/1"
    assert last(("/a", 0, "9"), ("/a", 0, "10")) == "/a0/9"


def test_an_event_dated_a_little_ahead_keeps_its_time_and_one_further_ahead_has_that_of_its_receipt_for_good():
    life = begun()
    life.tell("09-01 10:05", "go", now="09-01 10:00")
    life.tell("09-01 12:06", "painted", {"note": "x"}, now="09-01 12:00", id="7")
    times = [event.time for event in life.case.history or () if event.source == "/x"]
    assert times == [at("09-01 09:00"), at("09-01 10:05"), at("09-01 12:00")]
    life.tell("09-01 12:06", "painted", {"note": "y"}, now="09-01 13:00", id="7")
    assert life.facts["note"] == "x"


def test_a_message_about_an_event_dated_ahead_waits_for_the_clock():
    life = begun()
    life.tell("09-01 10:05", "go", now="09-01 10:00")
    life.sleep("09-02 00:00")
    assert life.messages == [("hello", "09-01 09:00"), ("went", "09-01 10:05")]


def test_now_never_goes_back():
    life = begun()
    life.tell("09-01 12:00", "go")
    life.take(life.case.history[-1], at("09-01 10:00"))  # type: ignore[index]
    assert life.case.now == at("09-01 12:00")
    life.tick(at("09-01 11:00"))
    assert life.case.now == at("09-01 12:00")


# -- the begin ----------------------------------------------------------------------------------------------------


def test_a_later_begin_event_is_unexpected_but_sets_its_facts():
    life = Life.of(FLOW.replace("begins: {start: a}", "begins: {start: a, painted: b}"))
    life.tell("09-01 09:00", "start")
    life.tell("09-01 10:00", "painted", {"note": "x"})
    assert life.types("unexpected") == ["painted"] and life.stage == "a" and life.facts == {"note": "x"}


def test_an_earlier_begin_event_that_comes_late_opens_the_case_after_all():
    life = Life.of(FLOW.replace("begins: {start: a}", "begins: {start: a, painted: b}"))
    life.tell("09-01 09:00", "start")
    life.tell("09-01 08:00", "painted", {"note": "first"}, now="09-01 10:00")
    assert life.stage == "b" and life.facts == {"note": "first"} and life.case.state.entered == at("09-01 08:00")


def test_events_dated_before_the_begin_count_as_at_it_in_their_own_order():
    life = Life.of(FLOW)
    life.tell("09-01 09:00", "start")
    life.tell("09-01 08:30", "painted", {"note": "second"}, now="09-01 09:10")
    life.tell("09-01 08:00", "painted", {"note": "first"}, now="09-01 09:20")
    life.tell("09-01 07:00", "go", now="09-01 09:30")
    assert life.facts["note"] == "second" and life.stage == "b"
    assert life.case.state.entered == at("09-01 09:00")
    assert ("went", "09-01 09:30") in life.messages


def test_without_its_begin_event_a_case_is_silent_and_it_wakes_when_there_is_one_again():
    life = Life.of(FLOW.replace("{when: start,", "{when: 1 day after start,"))
    life.tell("09-01 09:00", "start", id="b")
    life.tell("09-01 10:00", "event.retracted", {"source": "/x", "id": "b"})
    assert life.stage is None and life.case.state.wake is None
    life.tell("09-01 11:00", "painted", {"note": "kept"})
    life.sleep("09-05 00:00")
    assert life.messages == [] and life.overdue == []
    life.tell("09-05 09:00", "start")
    assert life.stage == "a" and life.facts == {"note": "kept"}


# -- retraction ---------------------------------------------------------------------------------------------------


def test_a_retraction_takes_an_event_out_of_the_fold_and_never_out_of_the_log():
    life = begun()
    life.tell("09-01 10:00", "go", id="g")
    life.tell("09-01 10:05", "event.retracted", {"source": "/x", "id": "g"})
    assert life.stage == "a"
    assert [event.type for event in life.case.history or () if event.source == "/x"] == [
        "start",
        "go",
        "event.retracted",
    ]


def test_what_happened_stays_happened():
    life = begun()
    life.tell("09-01 10:00", "go", id="g")
    life.tell("09-01 10:05", "event.retracted", {"source": "/x", "id": "g"})
    life.tell("09-01 11:00", "go")
    assert life.messages == [("hello", "09-01 09:00"), ("went", "09-01 10:00"), ("went", "09-01 11:00")]


def test_a_retraction_that_comes_before_its_event_holds_too():
    life = begun()
    life.tell("09-01 10:05", "event.retracted", {"source": "/x", "id": "g"})
    effects = life.tell("09-01 10:00", "go", now="09-01 11:00", id="g")
    assert [effect.kind for effect in effects] == ["accepted", "retracted"] and life.stage == "a"


def test_a_retraction_cannot_be_retracted_and_of_what_happened_there_is_none():
    life = begun()
    life.tell("09-01 10:00", "go", id="g")
    life.tell("09-01 10:05", "event.retracted", {"source": "/x", "id": "g"}, id="r")
    life.tell("09-01 10:06", "event.retracted", {"source": "/x", "id": "r"})
    assert life.stage == "a"
    sent = next(event for event in life.case.history or () if event.type == "hello.sent")
    life.tell("09-01 10:07", "event.retracted", {"source": sent.source, "id": sent.id})
    life.sleep("09-02 00:00")
    assert [name for name, _ in life.messages].count("hello") == 1


# -- what is told of a refold -------------------------------------------------------------------------------------


def test_a_deadline_that_was_told_is_not_told_again_when_an_event_comes_late():
    life = begun()
    life.sleep("09-10 00:00")
    assert life.overdue == [("a", "09-08 09:00")]
    life.tell("09-02 09:00", "painted", {"note": "x"}, now="09-10 12:00")
    life.sleep("09-11 00:00")
    assert life.overdue == [("a", "09-08 09:00")]


def test_a_deadline_that_passed_only_because_of_a_late_event_is_told():
    life = begun()
    life.tell("09-01 10:00", "go", id="g")
    life.tell("09-01 11:00", "stop")
    life.sleep("09-20 00:00")
    assert life.overdue == []
    life.tell("09-20 09:00", "event.retracted", {"source": "/x", "id": "g"})
    assert life.stage == "a" and life.overdue == [("a", "09-08 09:00")]


def test_a_case_that_goes_round_for_years_stays_small():
    life = Life.of("""
begins: {start: a}
stages:
  a: {within: 1 day, on: {stage.overdue: b}}
  b: {within: 1 day, on: {stage.overdue: a}}
  z: {final: true}
""")
    life.tell("09-01 09:00", "start")
    life.tick(at("09-01 09:00") + timedelta(days=2000))
    assert life.case.state.visit >= 2000 and len(life.case.state.overdue) <= 3
