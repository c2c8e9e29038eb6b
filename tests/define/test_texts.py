"""Message texts: Dutch and English times, no holes, limits set; a text author can break nothing."""

from datetime import date, datetime, timedelta, timezone
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from loper.define import (
    Organisation,
    Problems,
    TextError,
    check,
    parse_organisation,
    read_journey,
    read_organisation,
    render,
)
from loper.define.organisation import Sender
from loper.define.texts import CONTEXT, Source
from loper.step import Appointment
from tests.define.worlds import ROOT

AMS = ZoneInfo("Europe/Amsterdam")
START = datetime(2026, 9, 3, 8, 0, tzinfo=timezone.utc)  # noqa: UP017
BLOCK = Appointment(START, START + timedelta(hours=2), "t1")


def text(source: str, language: str = "nl", organisation: Organisation | None = None, **facts: object) -> str:
    return render(source, facts, language, AMS, organisation).body.strip()


@pytest.mark.parametrize(
    ("source", "nl", "en"),
    [
        ("{{ at | day }}", "donderdag 3 september", "Thursday 3 September"),
        ("{{ at | date }}", "3 september 2026", "3 September 2026"),
        ("{{ at | time }}", "10 uur", "10:00"),
        ("{{ appointment | block }}", "tussen 10 en 12 uur", "between 10:00 and 12:00"),
        ("{{ cost | money }}", "€ 1.234,50", "€1,234.50"),
        ("{{ 90 | minutes }}", "1 uur en 30 minuten", "1 hour and 30 minutes"),
        ("{{ 60 | minutes }}", "1 uur", "1 hour"),
        ("{{ 1 | minutes }}", "1 minuut", "1 minute"),
        ("{{ 0 | minutes }}", "0 minuten", "0 minutes"),
        ("{{ day | day }}", "vrijdag 1 mei", "Friday 1 May"),
    ],
)
def test_times_and_money_are_said_as_people_say_them(source, nl, en):
    facts = {"at": START, "appointment": BLOCK, "cost": Decimal("1234.5"), "day": date(2026, 5, 1)}
    assert text(source, **facts) == nl
    assert text(source, "en", **facts) == en


def test_half_hours_are_said_too():
    assert text("{{ at | time }}", at=START + timedelta(minutes=30)) == "10.30 uur"
    late = Appointment(START + timedelta(minutes=30), START + timedelta(hours=2))
    assert text("{{ a | block }}", a=late) == "tussen 10.30 en 12 uur"


def test_a_block_that_ends_another_day_names_both():
    long = Appointment(START, START + timedelta(days=1))
    assert text("{{ a | block }}", a=long) == "tussen donderdag 3 september 10 uur en vrijdag 4 september 10 uur"


def test_who_writes_tussen_too_gets_it_once():
    assert text("De vakman komt tussen {{ a | block }}.", a=BLOCK) == "De vakman komt tussen 10 en 12 uur."
    assert text("It comes between {{ a | block }}.", "en", a=BLOCK) == "It comes between 10:00 and 12:00."


def test_facts_as_json_are_read_like_typed_ones():
    as_json = {"start": "2026-09-03T10:00:00+02:00", "end": "2026-09-03T12:00:00+02:00"}
    assert text("{{ a | block }}", a=as_json) == text("{{ a | block }}", a=BLOCK)


def test_the_first_line_of_an_email_is_its_subject_on_one_line():
    made = render("Subject: Dag {{ name }}\n\nHallo\n", {"name": "Jan\r\nBcc: everybody@example.nl"}, "nl", AMS)
    assert made.subject == "Dag Jan Bcc: everybody@example.nl" and made.body == "Hallo\n"


@pytest.mark.parametrize(
    "source",
    ["{{ eta }}", "{{ eta | time }}", "{{ customer.name }}", "{{ appointment.start | day }}", "{{ eta | minutes }}"],
)
def test_nobody_gets_a_message_with_a_hole_in_it(source):
    with pytest.raises(TextError, match="is not known at this moment"):
        text(source, eta=None, customer={})


def test_a_text_can_ask_whether_a_fact_is_known():
    source = "{% if eta %}{{ eta | time }}{% else %}later{% endif %}"
    assert text(source) == "later" and text(source, eta=START) == "10 uur"
    assert text("{{ name | default: 'huurder' }}") == "huurder"


ATTACKS = [
    "{% for i in (1..1000000) %}x{% endfor %}",
    "{% for i in (1..100) %}{% for j in (1..100) %}x{% endfor %}{% endfor %}",
    "{% assign a = 'x' %}" + "{% capture a %}{{ a }}{{ a }}{% endcapture %}" * 40 + "{{ a }}",
    "{% if a %}" * 100,
    "{% include 'settings' %}",
    "{% render 'nobody' %}",
    "{% liquid assign a = 1 %}",
    "{% increment x %}",
    "{% tablerow i in (1..9) %}{% endtablerow %}",
    "{{ 'a' | replace: 'a', 'b' }}",
    "{{ 'a' | append: 'b' }}",
    "{{ name.__class__.__mro__ }}",
    "{{ name.format }}",
    "{{ '9' " + "| times: 999999999999 " * 800 + "}}",
    "{{ unclosed",
    "{% endif %}",
    "{{ 'x' | nope }}",
    "{{ 'no day' | day }}",
    "{{ 1 | day }}",
    "{{ name | block }}",
    "{{ name | money }}",
    "{{ name | minutes }}",
    "{{ 'x' | answer: 1, 2, 3, 4 }}",
    "{% for i in (1..99999999999999999999999) %}{% endfor %}",
]


@pytest.mark.parametrize("source", ATTACKS, ids=range(len(ATTACKS)))
def test_what_a_text_may_not_do_comes_out_as_a_text_error(source):
    with pytest.raises(TextError) as wrong:
        text(source, name="Jan")
    assert wrong.value.line >= 1 and wrong.value.column >= 1 and wrong.value.message


@settings(max_examples=200, deadline=None)
@given(st.text(st.sampled_from("{}%|'.:ab 1if#\n-endforx"), max_size=40))
def test_any_text_renders_or_is_a_text_error(source):
    try:
        render(source, {"a": 1, "b": "x"}, "nl", AMS)
    except TextError as wrong:
        assert wrong.message


def test_values_are_never_run_as_a_text():
    assert text("{{ name }}", name="{{ secret }}{% render 'x' %}", secret="s") == "{{ secret }}{% render 'x' %}"


def test_a_link_can_carry_an_answer():
    assert (
        text("{{ links.survey | answer: 'effort', 1 }}", links={"survey": "https://x.nl/a"})
        == "https://x.nl/a?effort=1"
    )
    assert (
        text("{{ links.survey | answer: 'a&b', '1 2' }}", links={"survey": "https://x.nl/?t=1"})
        == "https://x.nl/?t=1&a%26b=1%202"
    )


# -- shared blocks ----------------------------------------------------------------------------------------------


def organisation(**blocks: str) -> Organisation:
    return Organisation(
        name="vb",
        title={"nl": "Voorbeeld Wonen"},
        sender=Sender(phone="085"),
        blocks={(name, "nl"): b for name, b in blocks.items()},
    )


def test_shared_blocks_know_the_customer_and_the_organisation():
    own = organisation(greeting="Beste {{ customer.name }},", sign="{{ organisation.name }}, {{ organisation.phone }}")
    assert (
        text("{% render 'greeting' %} {% render 'sign' %}", organisation=own, customer={"name": "Jan"})
        == "Beste Jan, Voorbeeld Wonen, 085"
    )


def test_a_block_that_is_not_there_in_this_language_is_an_error():
    with pytest.raises(TextError, match="there is no shared text block"):
        text("{% render 'greeting' %}", "en", organisation=organisation(greeting="Beste"))


def test_a_block_cannot_use_blocks_so_it_cannot_call_itself():
    with pytest.raises(TextError, match="render"):
        text("{% render 'a' %}", organisation=organisation(a="{% render 'a' %}{% render 'a' %}"))


def test_blocks_are_read_with_the_organisation_and_their_errors_have_a_place(tmp_path):
    (tmp_path / "blocks").mkdir()
    (tmp_path / "organisation.yaml").write_text("organisation: x\n")
    (tmp_path / "blocks/sign.nl.liquid").write_text("Groet")
    assert read_organisation(tmp_path / "organisation.yaml").blocks == {("sign", "nl"): "Groet"}
    (tmp_path / "blocks/bad.nl.liquid").write_text("Dag\n{{ x | tyme }}")
    with pytest.raises(Problems, match=r"bad\.nl\.liquid:2:8: there is no filter 'tyme'"):
        read_organisation(tmp_path / "organisation.yaml")


# -- the examples -----------------------------------------------------------------------------------------------

EXAMPLES = read_organisation(ROOT / "examples/organisation.yaml")


@pytest.mark.parametrize("name", ["repair", "complaint"])
@pytest.mark.parametrize("known", [False, True])
def test_every_text_of_the_examples_renders_for_a_real_case(name, known):
    journey = read_journey(ROOT / f"examples/{name}/journey.yaml", EXAMPLES)
    links = {
        offer: f"https://voorbeeld.example/{offer}"
        for offer in ("status", "survey", "book", "reschedule", "withdraw", "call_me", "not_right")
    }
    case = {"appointment": BLOCK, "links": links}
    if known:
        case |= {
            "eta": START,
            "reason": "material",
            "urgent": True,
            "customer": {"name": "mevrouw Jansen"},
            "solution": "We schilderen de deur.",
        }
    for (touchpoint, channel, language), source in journey.texts.items():
        made = render(source, case, language, AMS, EXAMPLES)
        assert made.body.strip() and bool(made.subject) == (channel == "email"), touchpoint
        assert "{{" not in made.body and "{%" not in made.body and "  " not in made.body
        assert channel != "sms" or len(made.body) <= 306  # two parts
    for stage in journey.stages.values():
        for language, says in stage.says.items():
            assert text(says, language, EXAMPLES, **case)


@pytest.mark.parametrize(("name", "other"), [("repair", "complaint"), ("complaint", "repair")])
def test_the_examples_have_no_finding_that_is_not_accepted(name, other):
    one, two = (read_journey(ROOT / f"examples/{n}/journey.yaml", EXAMPLES) for n in (name, other))
    assert [f for f in check(one, organisation=EXAMPLES, others=[two]) if f.accepted is None] == []


def test_the_context_is_that_of_the_reference():
    page = (ROOT / "docs/reference/language.md").read_text(encoding="utf-8")
    assert all(f"`{name}`" in page or f"`{name}." in page for name in CONTEXT)
    assert Source.__doc__


def test_an_organisation_file_says_everything_that_is_wrong():
    bad = """\
organisaton: x
quiet: 21-08
caps: {survey: 1 a month, news: 2 per 3 working days}
holds: {survy: [complaint]}
calendars: {a: {country: XX}}
sender: {email: nobody, name: "a\\nb"}
brand: {primary: red}
principles: {p: {because: why}}
"""
    with pytest.raises(Problems) as wrong:
        parse_organisation(bad, "o")
    messages = [str(problem) for problem in wrong.value.problems]
    for part in (
        "o:1:1: an organisation needs 'organisation'", "o:1:1: 'organisaton' is not a key", "(did you mean 'organisation'?)",
        "o:2:8: a part of the day was expected", "o:3:16: a cap was expected", "o:3:33: a cap counts in",
        "o:4:9: a kind of message was expected", "o:6:17: an e-mail address was expected", "o:6:31: one line was expected",
        "o:7:18: a colour was expected",
    ):  # fmt: skip
        assert any(part in message for message in messages), (part, messages)


def test_an_unknown_country_and_an_empty_principle_are_errors():
    with pytest.raises(Problems, match="public holidays of 'XX'"):
        parse_organisation("organisation: x\ncalendars: {a: {country: XX}}")
    with pytest.raises(Problems, match="principle 'p' forbids nothing"):
        parse_organisation("organisation: x\nprinciples: {p: {because: why}}")


def test_the_organisation_of_the_examples_says_what_may_goes_by():
    policy = EXAMPLES.policy
    assert str(policy.quiet) == "21:00-08:00" and policy.unknown == {"survey": "never"}
    assert [(c.kind, c.most, c.per) for c in policy.caps][:2] == [
        ("service", 6, timedelta(days=1)),
        ("survey", 2, timedelta(days=30)),
    ]
    assert [(h.kind, h.journey) for h in policy.holds] == [("survey", "complaint")]
