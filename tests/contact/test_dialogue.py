"""A dialogue in progress: the next question, a stop, the data of the event; the same on every channel."""

from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from loper.contact import Ask, Done, Stop, Unreadable, asked, previous, progress, read_answer, turn
from loper.define import parse_journey, read_journey
from loper.define.model import Dialogue, Question
from loper.define.survey import STANDARD

NOW = datetime(2026, 9, 1, 9, tzinfo=UTC)
REPORT = read_journey(Path(__file__).parents[2] / "examples/repair/journey.yaml").dialogues["report"]
LEAK = {"problem": "leak", "severity": "drips", "room": "kitchen", "story": None, "photo": None, "at_home": "morning"}


def question(kind: str, **more: object) -> Question:
    return Question(name="q", ask={"nl": "?"}, kind=kind, **more)  # type: ignore[arg-type]


def test_the_first_question_comes_first_and_says_how_many_there_are():
    first = turn(REPORT, {}, NOW)
    assert isinstance(first, Ask) and first.question.name == "problem" and (first.number, first.of) == (1, 5)


def test_a_question_with_a_condition_is_asked_only_when_it_holds():
    names = [one.name for one in asked(REPORT, {"problem": "leak"}, NOW)]
    assert "severity" in names and "vulnerable" not in names
    assert "severity" not in [one.name for one in asked(REPORT, {"problem": "heating"}, NOW)]


def test_who_smells_gas_is_told_at_once_what_to_do():
    stop = turn(REPORT, {"problem": "gas"}, NOW)
    assert isinstance(stop, Stop) and "0800-9009" in stop.text["nl"] and stop.values["urgent"] is True


def test_a_stop_waits_for_the_answers_it_rests_on():
    assert isinstance(turn(REPORT, {"problem": "leak"}, NOW), Ask)
    assert isinstance(turn(REPORT, {"problem": "leak", "severity": "streams"}, NOW), Stop)


def test_the_event_tells_the_answers_and_what_was_derived_from_them():
    done = turn(REPORT, LEAK, NOW)
    assert isinstance(done, Done)
    assert done.values == {
        "problem": "leak", "severity": "drips", "room": "kitchen", "at_home": "morning",
        "skill": "plumbing", "duration": 60, "urgent": True,
    }  # fmt: skip


def test_an_answer_to_a_question_that_is_no_longer_asked_does_not_count():
    done = turn(REPORT, {**LEAK, "problem": "door"}, NOW)
    assert isinstance(done, Done) and "severity" not in done.values and done.values["skill"] == "carpentry"


def test_going_back_leads_to_the_question_before_and_keeps_its_answer():
    answers = {"problem": "leak", "severity": "drips"}
    assert (before := previous(REPORT, answers, NOW, "room")) is not None and before.name == "severity"
    assert previous(REPORT, answers, NOW, "problem") is None
    assert (last := previous(REPORT, LEAK, NOW)) is not None and last.name == "at_home"
    assert isinstance(turn(REPORT, answers, NOW), Ask) and answers["severity"] == "drips"


def test_progress_runs_from_nothing_to_all():
    assert progress(REPORT, {}, NOW) == 0
    assert progress(REPORT, LEAK, NOW) == 1


@given(st.lists(st.tuples(st.sampled_from(list(REPORT.questions)), st.integers(0, 9)), max_size=12))
def test_every_dialogue_comes_to_an_end_whatever_is_answered_in_whatever_order(picks):
    answers: dict[str, object] = {}
    for name, pick in picks:
        options = list(REPORT.questions[name].choose)
        answers[name] = options[pick % len(options)] if options else None
    for _ in range(len(REPORT.questions) + 1):
        now = turn(REPORT, answers, NOW)
        if not isinstance(now, Ask):
            return
        answers[now.question.name] = next(iter(now.question.choose), True)
    pytest.fail("it went on asking")


@pytest.mark.parametrize(
    ("kind", "typed", "value"),
    [
        ("number", "1.5", 1.5), ("number", "12", 12), ("number", "2,5", 2.5), ("boolean", "yes", True),
        ("boolean", False, False), ("date", "2026-09-01", "2026-09-01"), ("phone", "06 - 1234 5678", "0612345678"),
        ("email", " jan@example.nl ", "jan@example.nl"), ("text", "  hallo ", "hallo"),
    ],
)  # fmt: skip
def test_an_answer_is_read_as_people_type_it(kind, typed, value):
    assert read_answer(question(kind), typed) == value


@pytest.mark.parametrize(
    ("kind", "typed", "why"),
    [
        ("number", "veel", "number"), ("boolean", "misschien", "boolean"), ("date", "31 februari", "date"),
        ("time", "straks", "time"), ("phone", "112", "phone"), ("email", "jan", "email"), ("text", "", "required"),
        ("text", "x" * 2001, "long"), ("text", ["a"], "choice"), ("number", True, "number"),
    ],
)  # fmt: skip
def test_an_answer_that_does_not_fit_says_why(kind, typed, why):
    with pytest.raises(Unreadable, match=why):
        read_answer(question(kind), typed)


def test_an_optional_question_may_stay_empty():
    assert read_answer(question("text", optional=True), " ") is None


def test_a_choice_must_be_one_of_the_answers():
    with pytest.raises(Unreadable):
        read_answer(REPORT.questions["problem"], "fire")


def test_a_scale_gives_a_number_between_its_ends():
    assert read_answer(STANDARD["effort"], "5") == 5
    for typed in ("0", "6", "x", True, "1.5"):
        with pytest.raises(Unreadable):
            read_answer(STANDARD["effort"], typed)


def test_a_time_without_an_offset_is_one_of_the_journeys_zone():
    zone = ZoneInfo("Europe/Amsterdam")
    assert read_answer(question("time"), "2026-09-01T10:00", zone) == "2026-09-01T10:00:00+02:00"


@given(st.sampled_from(["text", "number", "boolean", "date", "time", "phone", "email", "choose", "scale"]), st.text())
def test_reading_an_answer_gives_a_value_or_says_what_is_wrong_and_nothing_else(kind, typed):
    choose = {"1": {}, "5": {}} if kind in ("choose", "scale") else {}
    try:
        read_answer(question(kind, choose=choose), typed)
    except Unreadable as wrong:
        assert str(wrong)


ABOUT = parse_journey("""\
journey: x
facts: {story: text, since: date, urgent: boolean}
events:
  asked: {from: [customer, agent], sets: [story, since]}
  more: {from: [customer, agent], sets: [story, urgent]}
begins: {asked: open}
stages: {open: {within: 1 day, on: {more: done}}, done: {final: true}}
dialogues:
  again:
    emits: more
    questions:
      story: {ask: Wat is er?, if: story is not set}
      worse: {ask: Is het erger?, type: boolean, if: since < now}
      still: {ask: "Nog steeds {story}?", type: boolean, if: story == 'lek'}
    derive: [{if: worse and since is set, urgent: true}, {urgent: false}]
""").dialogues["again"]


def names(dialogue: Dialogue, answers: dict[str, object]) -> list[str]:
    return [one.name for one in asked(dialogue, answers, NOW)]


def test_a_question_is_not_asked_when_the_case_knows_the_answer():
    assert names(ABOUT, {}) == ["story"]
    knows = replace(ABOUT, known={"story": "lek", "since": date(2026, 8, 1)})
    assert names(knows, {}) == ["worse", "still"]


def test_a_question_that_was_answered_here_stays_a_question():
    assert names(ABOUT, {"story": "lek"}) == ["story", "still"]
    done = turn(ABOUT, {"story": "lek", "still": True}, NOW)
    assert isinstance(done, Done) and done.values == {"story": "lek", "still": True, "urgent": False}
    assert previous(ABOUT, {"story": "lek"}, NOW, "still").name == "story"  # type: ignore[union-attr]


def test_the_decision_table_sees_what_the_case_knows_and_the_event_tells_only_what_was_said():
    knows = replace(ABOUT, known={"story": "tocht", "since": date(2026, 8, 1)})
    done = turn(knows, {"worse": True}, NOW)
    assert isinstance(done, Done) and done.values == {"worse": True, "urgent": True}


@given(st.dictionaries(st.sampled_from(["story", "worse", "still"]), st.none() | st.booleans() | st.just("lek")))
def test_answering_what_is_asked_always_comes_to_an_end(answers):
    for _ in range(10):
        match turn(ABOUT, answers, NOW):
            case Ask(question, number, of):
                assert 1 <= number <= of and question.name not in answers
                answers = {**answers, question.name: True}
            case _:
                return
    raise AssertionError
