"""Reading a journey: all errors at once, each with its place, what was expected, and the nearest known name."""

import re
from datetime import date, time
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from loper.define import Problems, parse_journey, parse_organisation, read_journey
from loper.define.model import Duration, FactType, OnEvent, OnFact, Unit, Window
from tests.define.worlds import ROOT, SMALL, small, wrong, wrong_when

EXAMPLE = ROOT / "examples/repair/journey.yaml"


def test_the_golden_journey_reads_without_texts_and_without_an_organisation():
    journey = read_journey(ROOT / "tests/golden/repair.yaml")
    assert list(journey.stages) == ["reported", "planned", "under_way", "at_work", "done", "withdrawn"]
    reminder = journey.touchpoints["reminder"]
    assert reminder.when == (OnFact("appointment.start", Duration(1, Unit.DAYS), True),)
    assert reminder.between == Window(time(9), time(20))
    assert journey.touchpoints["nudge"].when == (OnEvent("survey.sent", Duration(3, Unit.DAYS)),)
    assert journey.facts["reason"] == FactType("choice", ("material", "expertise", "time"))


@pytest.mark.parametrize("name", ["repair", "complaint"])
def test_the_examples_read_without_their_organisation_too(name):
    assert read_journey(ROOT / f"examples/{name}/journey.yaml").name == name


@pytest.mark.parametrize(
    ("old", "new", "at", "expected"),
    [
        ('appointment.made: planned', 'appointment.made: planed', 'planed}, withi', "stage 'planed' is not declared (did you mean 'planned'?)"),
        ('{job.fixed: done}', '{job.fixt: done}', 'job.fixt: done', "event 'job.fixt' is not declared (did you mean 'job.fixed'?)"),
        ('sets: [appointment]', 'sets: [apointment]', 'apointment]}', "fact 'apointment' is not declared (did you mean 'appointment'?)"),
        ('until: appointment.end', 'until: appointment.ends', 'appointment.en', "fact 'appointment.ends' is not declared (did you mean 'appointment.end'?)"),
        ('until: appointment.end', 'until: appointment', 'appointment}', "'appointment' is of type appointment, and a time was expected (write appointment.start)"),
        ('until: appointment.end', 'until: cost', 'cost}', "'cost' is of type money, and a time was expected"),
        ('1 day before appointment.start', '1 day before appointment.strat', 'appointment.st', "fact 'appointment.strat' is not declared"),
        ('2 hours after job.fixed', '2 hours after job.fxed', 'job.fxed, kind', "'job.fxed' is not an event and not a fact (did you mean 'job.fixed'?)"),
        ('in: [planned]', 'in: [plannd]', 'plannd], chann', "stage 'plannd' is not declared (did you mean 'planned'?)"),
        ('offers: [book, withdraw]', 'offers: [bok]', 'bok]}', "'bok' is not a dialogue and not a built-in offer (did you mean 'book'?)"),
        ('offers: [book, withdraw]', 'offers: [call_me]', 'call_me]}', "offer 'call_me' emits event 'call.asked', which is not declared"),
        ('offers: [book, withdraw]', 'offers: [{withdraw: job.gone}]', 'job.gone}]}', "event 'job.gone' is not declared"),
        ('offers: [book, withdraw]', 'offers: [{report: job.fixed}]', 'report: job.fi', "'report' is not a built-in offer"),
        ('emits: job.reported', 'emits: job.repotred', 'job.repotred', "event 'job.repotred' is not declared (did you mean 'job.reported'?)"),
        ('begins: {job.reported: reported}', 'begins: {job.reported: reprted}', 'reprted}', "stage 'reprted' is not declared (did you mean 'reported'?)"),
        ('begins: {job.reported', 'begins: {stage.overdue', 'stage.overdue:', "event 'stage.overdue' is not declared"),
        ('channels: [email]}', 'channels: [emial]}', 'emial]}', 'a channel was expected'),
        ('asks: [effort]', 'asks: [efort]', 'efort], channe', "'efort' is not a standard question"),
        ('owner: director', 'calendar: nl-ofice\nowner: director', 'nl-ofice', "calendar 'nl-ofice' is not defined (did you mean 'nl-office'?)"),
        ('owner: director', 'timezone: Europe/Amsterdm\nowner: director', 'Europe/Amsterd', "a time zone was expected, not 'Europe/Amsterdm' (did you mean 'Europe/Amsterdam'?)"),
        ('owner: director', 'again: [job.fixd]\nowner: director', 'job.fixd]', "event 'job.fixd' is not declared"),
        ('owner: director', 'opens: {job.oops: other}\nowner: director', 'job.oops: othe', "event 'job.oops' is not declared"),
        ('owner: director', 'accepts: {no-ownr: x}\nowner: director', 'no-ownr: x}', "there is no rule 'no-ownr' (did you mean 'no-owner'?)"),
        ('kind: survey', 'unless: survey.answerd, kind: survey', 'survey.answerd', "event 'survey.answerd' is not declared (did you mean 'survey.answered'?)"),
        ('owner: director', 'ownr: director', 'ownr: director', "'ownr' is not a key of a journey (did you mean 'owner'?)"),
        ('until: appointment.end', 'untill: appointment.end', 'untill: appoin', "'untill' is not a key of a stage (did you mean 'until'?)"),
        ("if: problem == 'leak'", "if: problem == 'leek'", "'leek', urgent", "problem is never 'leek' (did you mean 'leak'?)"),
        ("if: problem == 'leak'", "if: problm == 'leak'", "problm == 'lea", "fact 'problm' is not declared (did you mean 'problem'?)"),
        ("if: problem == 'leak'", 'if: problem == leak', 'leak, urgent: ', "fact 'leak' is not declared"),
        ("if: problem == 'leak'", 'if: problem', 'problem, urgen', "'problem' is a choice, not true or false"),
        ("if: problem == 'leak'", "if: \"problem in ['leak', 'gas']\"", "'gas']", "problem is never 'gas'"),
        ("if: problem == 'leak'", "if: problem > 'leak'", "problem > 'lea", 'a choice has no order'),
        ("if: problem == 'leak'", "if: cost > 'a lot'", "cost > 'a lot'", 'an amount is compared with a text, which never holds'),
        ("if: problem == 'leak'", 'if: appointment > now', 'appointment > ', 'an appointment as a whole cannot be compared (write appointment.start)'),
        ("if: problem == 'leak'", "if: problem == 'leak' and", ', urgent: true', 'a fact or a value was expected'),
        ("if: problem == 'leak'", 'if: not problem == 3', '3, urgent: tru', 'problem is never 3'),
        ('within: 1 working day', 'within: 1 workday', '1 workday, off', "a duration was expected, like '2 hours' or '1 working day', not '1 workday'"),
        ('within: 1 working day', 'within: 0 days', '0 days, offers', 'a duration longer than nothing was expected'),
        (', within: 1 working day', '', 'reported: {on:', "stage 'reported' has no deadline: what if nothing happens?"),
        ('done: {final: true}', 'done: {final: true, within: 1 day}', 'within: 1 day}', "'done' is final, so it has no deadline"),
        ('done: {final: true}', 'done: {final: maybe}', 'maybe}', "true or false was expected, not 'maybe'"),
        ('in: [planned],', 'between: 9-20,', '9-20, channels', 'a part of the day was expected, like 09:00-20:00'),
        ('in: [planned],', 'between: 09:00-25:00,', '09:00-25:00, c', "'25:00' is not a time of the day"),
        ('in: [planned],', 'late: sometimes,', 'sometimes, cha', "a duration, 'never' or 'always' was expected"),
        ('in: [planned],', 'most: 3,', 'most: 3, chann', "'most' counts repeats, and there is no 'every'"),
        ('in: [planned],', 'most: many, every: 1 day,', 'many, every: 1', 'a whole number of at least 1 was expected'),
        ('in: [planned],', 'variants: {a: 0, none: 0},', 'variants: {a: ', 'the shares of the variants add up to nothing'),
        ('1 day before appointment.start', '1 day before job.fixed', '1 day before j', "nothing can happen before event 'job.fixed'"),
        ('1 day before appointment.start', 'appointment.start', 'appointment.st', "'appointment.start' is a fact, so say how long before or after"),
        (', channels: [sms, email]', '', 'reminder: {whe', "touchpoint 'reminder' goes nowhere"),
        ('1 day before appointment.start', 'reminder.sent', 'reminder: {whe', "touchpoint 'reminder' follows from itself at once, and that without end"),
        ('1 day before appointment.start', 'reminder.failed', 'reminder: {whe', "touchpoint 'reminder' follows from itself at once, and that without end"),
        ('owner: director', 'runs: 2027-03-01..2027-01-01\nowner: director', '2027-03-01..20', 'it ends before it begins'),
        ('owner: director', 'runs: soon\nowner: director', 'soon', 'two days were expected'),
        ('cost: money', 'now: money', 'now: money, ap', "'now' is a word of the language itself"),
        ('cost: money', 'cost: mony', 'mony, appointm', 'a type was expected'),
        ('sets: [problem, urgent]', 'sets: [problem], clears: [problem]', 'problem]}', "'job.reported' both sets and clears 'problem'"),
        ('choose: {leak: Lekkage', 'choose: {leek: Lekkage', 'leek: Lekkage,', "fact 'problem' is never 'leek' (did you mean 'leak'?)"),
        ('urgent: true}, ', 'urgent: 3}, ', '3}, {urgent: f', "fact 'urgent' is of type boolean, and '3' is not"),
        ("derive: [{if: problem == 'leak', urgent: true}", 'derive: [{urgent: true}', '{urgent: true}', 'rows after this one never count'),
        ('urgent: true}, ', 'problem: other}, ', 'problem: other', "'problem' is a question here, so it cannot be derived"),
        ('job.fixed: {from: [technician]}', 'stage.overdue: {from: [agent]}', 'stage.overdue:', "'stage.overdue' is a built-in event"),
        ('job.fixed: {from: [technician]}', 'job.fixed: {from: [plumber]}', 'plumber]}', 'a role was expected'),
        ('job.fixed: {from: [technician]}', 'job.fixed: {sets: [cost]}', '{sets: [cost]}', "an event needs 'from'"),
        ('owner: director', 'goal: {organisation: [speed >= 9]}\nowner: director', 'speed >= 9]}', "measure 'speed' is not declared"),
        ('owner: director', 'goal: {organisation: [speed]}\nowner: director', 'speed]}', "a goal was expected, like 'first_time_fix >= 85%'"),
        ('owner: director', 'measures: {m: {mean: efort}}\nowner: director', 'efort}}', "nobody asks 'efort' (did you mean 'effort'?)"),
        ('owner: director', 'measures: {m: {cases: job.fixed, mean: effort}}\nowner: director', 'm: {cases: job', "measure 'm' needs exactly one of"),
        ('owner: director', 'measures: {m: {count: job.fixed, without: [job.fixed]}}\nowner: director', 'without: [job.', "'without' goes with 'cases'"),
        ('owner: director', 'replaces: {version: a, stages: {old: nowhere}}\nowner: director', 'nowhere}}', "stage 'nowhere' is not declared"),
        ('owner: director', 'languages: [nl]\ntitle: {de: Besuch}\nowner: director', 'de: Besuch}', "language 'de' is not one of this journey's"),
        ('job.fixed: done}', 'job.fixed: [{to: done}, {if: urgent, to: done}]}', '{to: done}, {i', 'moves after this one are never made'),
    ],
)  # fmt: skip
def test_an_error_says_where_and_what_was_expected(old, new, at, expected):
    """`at` is the text that stands at the line and column of the error."""
    lines = SMALL.replace(old, new, 1).splitlines()
    problems = [re.fullmatch(r"(\d+):(\d+): (.*)", problem, re.DOTALL).groups() for problem in wrong_when(old, new)]
    found = [(lines[int(line) - 1][int(column) - 1 :], message) for line, column, message in problems]
    assert any(place.startswith(at) and message.startswith(expected) for place, message in found), found


def test_all_errors_come_at_once_in_the_order_of_their_lines():
    text = (
        SMALL.replace("owner", "ownr")
        .replace("until: appointment.end", "until: appointment")
        .replace("'leak'", "'leek'")
    )
    problems = wrong(text)
    assert [problem.split(":")[0] for problem in problems] == ["2", "13", "23"]


def test_two_times_with_the_same_anchor_are_no_error():
    assert not wrong_when("2 hours after job.fixed", "[2 hours after job.fixed, 2 days after job.fixed]")


@pytest.mark.parametrize(
    "when",
    ["stage.overdue", "journey.ended", "reminder.sent", "1 day after reminder.skipped", "survey.answered", "event.retracted", "case.merged"],
)  # fmt: skip
def test_built_in_events_need_no_declaration(when):
    assert not wrong_when("2 hours after job.fixed", f"'{when}'")


def test_touchpoints_that_follow_from_each_other_at_once_are_an_error_and_some_time_after_are_not():
    text = SMALL.replace("1 day before appointment.start", "survey.skipped").replace(
        "2 hours after job.fixed", "0 minutes after reminder.sent"
    )
    assert [problem.split(":")[0] for problem in wrong(text)] == ["16", "17"]
    assert not wrong(text.replace("0 minutes after", "1 minute after"))


def test_the_end_of_a_child_can_be_waited_for():
    assert not wrong(
        SMALL.replace("owner:", "opens: {job.fixed: complaint}\nowner:").replace(
            "2 hours after job.fixed", "complaint.ended"
        )
    )
    assert wrong_when("2 hours after job.fixed", "complaint.ended")


def test_a_campaign_begins_with_its_audience():
    journey = small("begins: {", "runs: 2027-01-02..2027-03-31\nbegins: {audience.joined: reported, ")
    assert journey.begins["audience.joined"] == "reported" and "audience.joined" in journey.events
    assert journey.runs is not None
    assert [at.isoformat() for at in journey.runs] == ["2027-01-02T00:00:00+01:00", "2027-04-01T00:00:00+02:00"]


def test_the_dutch_office_calendar_is_built_in():
    calendar = small("owner:", "calendar: nl-office\nowner:").calendar
    assert not calendar.works(date(2027, 4, 27)) and not calendar.works(date(2026, 12, 25))
    assert calendar.works(date(2026, 12, 28)) and not calendar.works(date(2026, 12, 27))
    assert re.fullmatch("[0-9a-f]{16}", calendar.hash)


def test_a_calendar_of_the_organisation_goes_before_the_built_in_one():
    own = parse_organisation("organisation: x\ncalendars: {nl-office: {weekdays: [saturday], holidays: [2027-01-02]}}")
    calendar = small("owner:", "calendar: nl-office\nowner:", organisation=own).calendar
    assert calendar.works(date(2027, 1, 9)) and not calendar.works(date(2027, 1, 2))
    assert calendar.hash != small("owner:", "calendar: nl-office\nowner:").calendar.hash


# -- versions ---------------------------------------------------------------------------------------------------


def test_comments_quotes_and_layout_do_not_change_the_version():
    plain = small().version
    assert small("owner:", "# a comment\n\nowner:").version == plain
    assert small("owner: director@example.nl", "owner: 'director@example.nl'").version == plain
    assert small("{problem: [leak, other], ", "{ problem: ['leak',   other],\n   ").version == plain


@pytest.mark.parametrize(("old", "new"), [("2 hours", "3 hours"), ("Lekkage", "Lek"), ("owner:", "version: a\nowner:")])
def test_any_content_changes_the_version(old, new):
    assert small(old, new).version != small().version


def test_a_text_changes_the_version_and_its_line_ends_do_not():
    key = ("survey", "email", "nl")
    one, two, three = (
        small(texts={key: f"Subject: a{end}{end}{word}{end}"})
        for end, word in (("\n", "b"), ("\r\n", "b"), ("\n", "c"))
    )
    assert one.version == two.version != three.version != small().version


def test_the_version_does_not_hang_on_the_machine_or_the_folder(tmp_path):
    copy = tmp_path / "elsewhere.yaml"
    copy.write_text(SMALL)
    assert read_journey(copy).version == small().version == "cf234231e5e913e1"


# -- message texts ----------------------------------------------------------------------------------------------


def folder(tmp_path: Path, **texts: str) -> list[str]:
    """What is wrong with the small journey with these texts beside it."""
    (tmp_path / "visit.yaml").write_text(SMALL)
    (tmp_path / "visit").mkdir()
    for name, text in texts.items():
        (tmp_path / "visit" / name.replace("__", ".")).write_text(text)
    try:
        read_journey(tmp_path / "visit.yaml")
    except Problems as problems:
        return [str(problem).removeprefix(f"{tmp_path}/visit/") for problem in problems.problems]
    return []


def test_texts_lie_beside_the_journey(tmp_path):
    assert not folder(tmp_path, reminder__sms__nl__liquid="Morgen om {{ appointment.start | time }}.")
    assert read_journey(tmp_path / "visit.yaml").texts["reminder", "sms", "nl"].startswith("Morgen")


@pytest.mark.parametrize(
    ("name", "text", "expected"),
    [
        ("remindr__sms__nl__liquid", "x", "1:1: a text for touchpoint 'remindr', which is not declared (did you mean 'reminder'?)"),
        ("reminder__letter__nl__liquid", "x", "1:1: touchpoint 'reminder' does not go by 'letter'"),
        ("reminder__sms__en__liquid", "x", "1:1: journey 'visit' is not in language 'en'"),
        ("reminder+b__sms__nl__liquid", "x", "1:1: touchpoint 'reminder' has no variant 'b'"),
        ("reminder__nl__liquid", "x", "1:1: 'reminder.nl.liquid' is not the name of a text"),
        ("reminder__sms__nl__liquid", " ", "1:1: the text is empty"),
        ("reminder__email__nl__liquid", "Hallo", "1:1: an e-mail needs a subject and a text"),
        ("reminder__sms__nl__liquid", "Dag\n {{ apointment.start }}", "2:5: 'apointment.start' is not a fact of this journey (did you mean 'appointment.start'?)"),
        ("reminder__sms__nl__liquid", "Dag\n{% if eta %}x", "2:"),
        ("reminder__sms__nl__liquid", "{{ eta | tyme }}", "1:10: there is no filter 'tyme' (did you mean 'time'?)"),
    ],
)  # fmt: skip
def test_a_text_that_does_not_fit_is_an_error_at_its_place(tmp_path, name, text, expected):
    problems = folder(tmp_path, **{name: text})
    assert problems and problems[0].startswith(f"{name.replace('__', '.')}:{expected}"), problems


def test_a_file_that_cannot_be_read_is_a_problem(tmp_path):
    (tmp_path / "a.yaml").write_bytes(b"journey: \xff\xfe")
    for file, why in (("a.yaml", "not UTF-8"), ("none.yaml", "cannot be read")):
        with pytest.raises(Problems, match=why):
            read_journey(tmp_path / file)


# -- whatever is written ----------------------------------------------------------------------------------------

LINES = SMALL.splitlines()


@settings(max_examples=300, deadline=None)
@given(
    st.integers(0, len(SMALL) - 1),
    st.integers(0, 30),
    st.text(st.sampled_from("abz.,:[]{}'\"-> 0129\n#&*!|é"), max_size=8),
)
def test_a_damaged_journey_is_read_or_refused_with_problems_and_nothing_else(at, length, instead):
    text = SMALL[:at] + instead + SMALL[at + length :]
    try:
        parse_journey(text)
    except Problems as problems:
        assert problems.problems
        assert all(problem.line >= 1 and problem.column >= 1 and problem.message for problem in problems.problems)


@settings(max_examples=100, deadline=None)
@given(st.lists(st.integers(0, len(LINES) - 1), max_size=8, unique=True))
def test_a_journey_with_lines_left_out_is_read_or_refused(gone):
    try:
        parse_journey("\n".join(line for number, line in enumerate(LINES) if number not in gone))
    except Problems as problems:
        assert problems.problems
