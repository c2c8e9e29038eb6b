"""The red-carpet check: each rule finds its pitfall, and leaves a journey without it in peace."""

from dataclasses import replace

import pytest

from loper.define import Finding, Journey, check, parse_journey, parse_organisation, read_journey, read_organisation
from loper.define.check import BY_NAME
from loper.define.rules import RULES
from loper.define.rules.reading import b1
from tests.define.worlds import ROOT

ORGANISATION = read_organisation(ROOT / "examples/organisation.yaml")
FILE = ROOT / "examples/repair/journey.yaml"
YAML = FILE.read_text(encoding="utf-8")
REPAIR = read_journey(FILE, ORGANISATION)
COMPLAINT = read_journey(ROOT / "examples/complaint/journey.yaml", ORGANISATION)


def repair(old: str = "", new: str = "", *, texts: dict[tuple[str, str, str], str] | None = None) -> Journey:
    """The repair journey of the examples with one piece of its text, or some of its messages, replaced."""
    assert old in YAML, old
    given = {**REPAIR.texts, **(texts or {})}
    return parse_journey(
        YAML.replace(old, new, 1), texts={k: v for k, v in given.items() if v}, organisation=ORGANISATION
    )


def found(journey: Journey, rule: str, **more: object) -> list[Finding]:
    findings = check(journey, organisation=ORGANISATION, **more)  # type: ignore[arg-type]
    return [finding for finding in findings if finding.rule == rule]


def test_the_example_is_clean_under_every_rule():
    assert check(REPAIR, measured={}, organisation=ORGANISATION, others=[COMPLAINT], signed={REPAIR.version}) == []


def test_every_rule_of_the_reference_is_checked_and_says_why_it_matters():
    assert tuple(BY_NAME) == RULES
    assert all(rule.__doc__ for rule in BY_NAME.values())


ABSENT_MESSAGE = YAML[YAML.index("  missed:\n") : YAML.index("  unfinished:\n")]

CASES = [
    ("no-owner", "owner: klantreis@voorbeeldwonen.example       # the journey director\n", "", "journey"),
    ("no-owner", "    owner: reparatie@voorbeeldwonen.example\n", "", "touchpoints.received"),
    ("too-abstract", "    attention: spare\n", "", "touchpoints.received"),
    ("too-abstract", "channels: [email, sms, letter]", "channels: [email, sms, letter, push]", "touchpoints.confirmation"),
    ("too-abstract", "languages: [nl, en]", "languages: [nl, en, de]", "touchpoints.nudge"),
    ("dead-end", "  done:\n", "  nowhere: {within: 1 day, on: {job.fixed: done}}\n  done:\n", "stages.nowhere"),
    ("dead-end", "    in: [under_way]\n", "    in: [done]\n", "touchpoints.arrival"),
    ("dead-end", "{plain: 90, none: 10}", "{plain: 0, none: 10}", "touchpoints.reminder"),
    ("dead-end", "[2 hours after job.fixed, ", "[1 hour after job.fixed, 2 hours after job.fixed, ", "touchpoints.survey"),
    ("dead-end", "when: 1 day before appointment.start", "when: 1 day before seen", "touchpoints.reminder"),
    ("dead-end", "when: 1 day before appointment.start", "when: [1 day before appointment.start, 2 days before appointment.start]", "touchpoints.reminder"),
    ("dead-end", "offers: [complain]\n    final", "offers: [book]\n    final", "stages.done"),
    ("silence", "    when: stage.overdue\n", "    when: stage.overdue\n    in: [reported]\n", "stages.planned"),
    ("silence", ABSENT_MESSAGE, "", "events.customer.absent"),
    ("silence", "    when: job.reported\n", "    when: 3 days after job.reported\n", "begins.job.reported"),
    ("silence", "    when: appointment.cancelled\n", "    when: 1 day after appointment.cancelled\n", "events.appointment.cancelled"),
    ("closed-channel", "appointment.made: {from: [customer, agent, planner", "appointment.made: {from: [customer, planner", "stages.reported"),
    ("closed-channel", "case.withdrawn: {from: [customer, agent]", "case.withdrawn: {from: [agent]", "stages.reported"),
    ("closed-channel", "        file: image\n        optional: true\n", "        file: image\n", "dialogues.report"),
    ("lost-on-switch", "  job.reported:\n    from: [customer, agent]", "  job.reported:\n    from: [customer]", "dialogues.report"),
    ("asks-twice", "      wish:\n", "      room:\n", "dialogues.complain"),
    ("asks-twice", "      wish:\n", "      postcode:\n", "dialogues.complain"),
    ("no-person", "    offers: [call_me, complain]\n  at_work", "    offers: [complain]\n  at_work", "stages.under_way"),
    ("no-person", "    when: call.asked\n", "    when: call.asked\n    in: [reported]\n", "stages.planned"),
    ("not-measured", ", 2 hours after case.withdrawn]", "]", "stages.withdrawn"),
    ("not-measured", "asks: [effort, satisfaction, feeling, remark]", "asks: [effort, satisfaction, remark]", "goal.feeling"),
    ("one-sided", "  organisation: [first_time_fix >= 85%, not_at_home <= 3%, effort <= 2.0]\n", "", "goal"),
    ("inside-out", "title: {nl: Gemeld, en: Reported}", "title: {nl: Bij de backoffice, en: Reported}", "stages.reported"),
    ("too-much", "    when: 3 days after survey.sent\n", "    when: 3 days after nudge.sent\n", "touchpoints.nudge"),
    ("too-much", "    when: job.unfinished\n", "    when: customer.absent\n", "touchpoints.unfinished"),
    ("too-much", "asks: [effort, satisfaction, feeling, remark]", "asks: [effort, satisfaction, feeling, trust, remark]", "touchpoints.survey"),
    ("too-much", "    kind: survey\n", "    kind: survey\n    every: 1 day\n    most: 5\n", "touchpoints.survey"),
    ("hard-to-read", "Uw melding is binnen. Kies een dag", "Uw melding wordt middels ons systeem verwerkt. Kies een dag", "stages.reported"),
    ("hard-to-read", "Wat is er aan de hand?", "Wat is de desbetreffende reparatiewerkzaamheid?", "dialogues.report"),
]  # fmt: skip
WITH_SEEN = YAML.replace("eta: time\n", "eta: time\n  seen: time\n")  # a fact that no event sets


@pytest.mark.parametrize(
    ("rule", "old", "new", "place"), CASES, ids=[f"{c[0]}-{c[3]}-{n}" for n, c in enumerate(CASES)]
)
def test_a_rule_finds_its_pitfall_at_its_place(rule, old, new, place):
    assert WITH_SEEN.count(old) >= 1, "this row changes nothing"
    text = WITH_SEEN.replace(old, new, 1)
    kept = {key: source for key, source in REPAIR.texts.items() if f"\n  {key[0]}:\n" in text}
    findings = found(parse_journey(text, texts=kept, organisation=ORGANISATION), rule)
    assert place in [finding.place for finding in findings], findings
    assert all(f.why and f.way_out and f.accepted is None and (f.line or 0) >= 1 for f in findings)


def test_every_rule_that_a_file_can_break_is_broken_somewhere_above():
    elsewhere = {"no-outside-eye", "wow-too-soon", "inconsistent", "principle"}  # what is known from outside the file
    assert {case[0] for case in CASES} | elsewhere == set(RULES)


def test_a_finding_has_the_line_of_its_place():
    finding = found(repair("{plain: 90, none: 10}", "{none: 10}"), "dead-end")[0]
    assert "reminder:" in YAML.splitlines()[(finding.line or 0) - 1]


def test_a_stage_that_cannot_reach_an_end_is_a_dead_end():
    journey = parse_journey("""\
journey: x
events: {a: {from: [agent]}, b: {from: [agent]}}
begins: {a: one}
stages: {one: {on: {b: two}, within: 1 day}, two: {on: {b: two}, within: 1 day}, end: {final: true}}
""")
    places = [f.place for f in found(journey, "dead-end")]
    assert places == ["stages.one", "stages.two", "stages.end"]


def test_what_comes_back_of_a_message_is_never_unexpected_so_what_hangs_on_it_is_no_dead_end():
    journey = parse_journey("""\
journey: x
events: {a: {from: [agent]}}
begins: {a: one}
stages: {one: {on: {ask.answered: two}, within: 1 day}, two: {on: {a: end}, within: 1 day}, end: {final: true}}
touchpoints:
  ask: {when: a, channels: [email]}
  thanks: {when: ask.answered, in: [end], channels: [email]}
""")
    assert not found(journey, "dead-end")


def test_a_campaign_that_leaves_people_behind_is_a_dead_end():
    campaign = """\
journey: x
runs: 2027-01-02..2027-03-31
events: {a: {from: [agent]}}
begins: {audience.joined: one}
stages: {one: {on: {a: end}, within: 1 day}, end: {final: true}}
"""
    assert [f.place for f in found(parse_journey(campaign), "dead-end")] == ["stages.one"]
    assert not found(parse_journey(campaign + "on: {journey.ended: end}\n"), "dead-end")


def test_an_offer_in_a_text_must_say_how():
    letter = {("confirmation", "letter", "nl"): "Beste huurder,\n\nDe vakman komt.\n\nGroet"}
    findings = found(repair(texts=letter), "closed-channel")
    assert {f.place for f in findings} == {"touchpoints.confirmation"} and len(findings) == 2
    assert "letter (nl)" in findings[0].why


def test_a_message_above_b1_is_named_with_its_words():
    mail = {("received", "sms", "nl"): "Indien u vragen heeft dient u contact op te nemen."}
    (finding,) = found(repair(texts=mail), "hard-to-read")
    assert finding.place == "touchpoints.received" and "'indien' (say: als)" in finding.why


def test_a_variant_may_have_the_text_of_its_touchpoint_or_its_own():
    assert not found(REPAIR, "too-abstract")
    plain = {(f"reminder{v}", c, t): "" for v in ("",) for c in ("sms", "email") for t in ("nl", "en")}
    assert [f.place for f in found(repair(texts=plain), "too-abstract")] == ["touchpoints.reminder"]
    own = {("reminder+plain", c, t): REPAIR.texts["reminder", c, t] for c in ("sms", "email") for t in ("nl", "en")}
    assert not found(repair(texts={**plain, **own}), "too-abstract")


# -- what is known from elsewhere -------------------------------------------------------------------------------


def test_without_sign_offs_nothing_is_said_of_them_and_a_sign_off_is_for_one_version():
    assert not found(REPAIR, "no-outside-eye")
    assert found(REPAIR, "no-outside-eye", signed=set())
    assert found(REPAIR, "no-outside-eye", signed={"another"})
    assert not found(REPAIR, "no-outside-eye", signed={REPAIR.version})


def test_no_wow_while_the_basics_are_not_met():
    wow = repair("    attention: spare", "    attention: grab")
    assert not found(wow, "wow-too-soon")
    assert not found(wow, "wow-too-soon", measured={"first_time_fix": 0.9, "effort": 1.5})
    (finding,) = found(wow, "wow-too-soon", measured={"first_time_fix": 0.7})
    assert finding.place == "touchpoints.received" and "first_time_fix >= 85% (now 0.7)" in finding.why
    assert not found(REPAIR, "wow-too-soon", measured={"first_time_fix": 0.1})


def test_two_journeys_that_differ_in_the_same_thing_are_inconsistent():
    other = replace(COMPLAINT, facts={**COMPLAINT.facts, "urgent": REPAIR.facts["story"]})
    assert [f.place for f in found(REPAIR, "inconsistent", others=[other])] == ["facts.urgent"]
    signed = replace(COMPLAINT, texts={("solution", "email", "nl"): "Subject: x\n\nHoi\n\nDoei"})
    assert any("signed" in f.why for f in found(REPAIR, "inconsistent", others=[signed]))
    kinds = replace(COMPLAINT, touchpoints={"survey": replace(COMPLAINT.touchpoints["survey"], kind="service")})
    assert [f.place for f in found(REPAIR, "inconsistent", others=[kinds])] == ["touchpoints.survey"]
    titled = replace(COMPLAINT, stages={"done": replace(REPAIR.stages["done"], title={"nl": "Gereed"})})
    assert [f.place for f in found(REPAIR, "inconsistent", others=[titled])] == ["stages.done"]


def test_a_child_does_not_ask_what_its_parent_knows():
    asks = replace(COMPLAINT, dialogues={**COMPLAINT.dialogues, "d": replace(REPAIR.dialogues["complain"], name="d")})
    parent = replace(REPAIR, facts={**REPAIR.facts, "about": COMPLAINT.facts["about"]})
    assert [f.place for f in found(asks, "asks-twice", others=[parent])] == ["dialogues.d"]


@pytest.mark.parametrize(
    ("principle", "places"),
    [
        ("{kind: survey, channel: sms, because: x}", ["touchpoints.survey", "touchpoints.nudge"]),
        ("{by: machine, channel: letter, because: x}", ["touchpoints.confirmation"]),
        ("{word: niemand, because: x}", ["touchpoints.missed"]),
        ("{attention: grab, because: x}", []),
    ],
)
def test_a_principle_of_the_organisation_is_enforced(principle, places):
    own = parse_organisation(f"organisation: x\nlanguages: [nl, en]\nprinciples: {{p: {principle}}}")
    findings = [f.place for f in check(REPAIR, organisation=own) if f.rule == "principle"]
    assert findings == places


def test_a_second_message_of_a_kind_within_its_cap_is_too_much():
    own = parse_organisation("organisation: x\nlanguages: [nl, en]\ncaps: {survey: 1 per 30 days}")
    findings = [f for f in check(REPAIR, organisation=own) if f.rule == "too-much"]
    assert [f.place for f in findings] == ["touchpoints.nudge"] and "it follows survey within 3 days" in findings[0].why


# -- accepted findings ------------------------------------------------------------------------------------------


def test_an_accepted_finding_is_shown_with_its_reason_nearest_first():
    text = YAML.replace("    offers: [call_me, complain]\n  at_work", "    offers: [complain]\n  at_work", 1)
    journey = parse_journey(
        "accepts: {no-person: they are in the van}\n" + text, texts=REPAIR.texts, organisation=ORGANISATION
    )
    (finding,) = found(journey, "no-person")
    assert finding.accepted == "they are in the van"
    both = "accepts: {no-owner: everywhere}\n" + YAML.replace(
        "    owner: reparatie@voorbeeldwonen.example\n", "    accepts: {no-owner: here}\n", 1
    )
    (here,) = found(parse_journey(both, texts=REPAIR.texts, organisation=ORGANISATION), "no-owner")
    assert here.accepted == "here"


# -- B1 ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "part"),
    [
        ("U dient thuis te zijn.", "'dient' (say: moet)"),
        ("De reparatie wordt door ons uitgevoerd.", "passive: 'wordt ... uitgevoerd'"),
        ("De werkzaamhedenplanning volgt.", "long words: 'werkzaamhedenplanning'"),
        (" ".join(["woord"] * 21) + ".", "a sentence of 21 words"),
        (". ".join([" ".join(["woord"] * 15)] * 3) + ".", "15 words on average"),
    ],
)
def test_what_is_above_b1_is_named(text, part):
    assert any(part in trouble for trouble in b1(text)), b1(text)


@pytest.mark.parametrize(
    "text",
    ["De vakman komt morgen. Hij belt eerst.", "Het wordt warm. Ik word blij.", "", "{{ a | b }} {% if x %}ja{% endif %}", "[Kies een dag](https://voorbeeld.example/heel-lang-adres)"],
)  # fmt: skip
def test_plain_dutch_is_left_in_peace(text):
    assert b1(text) == []
