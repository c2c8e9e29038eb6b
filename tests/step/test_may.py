"""May it go, and how (language, rule 10)? Every reason, and which of two counts."""

from dataclasses import replace
from datetime import datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from loper.define.model import Window
from loper.define.organisation import Cap, Hold, Policy
from loper.step import BUNDLED, Customer, Go, Message, Recent, Sent, Skip, Wait, may
from tests.step.lives import AMS, at

QUIET = Policy(timezone=AMS, quiet=Window(time(21), time(8)))
ALL = frozenset({"email", "sms", "letter"})
JAN = Customer(key="jan", reachable=ALL)
MAIL = Message(touchpoint="t", kind="service", channels=("email", "sms", "letter"))
NOON = at("09-01 12:00")


def ask(
    customer: Customer = JAN, policy: Policy = QUIET, recent: Recent | None = None, now: datetime = NOON, **changes: Any
) -> Go | Wait | Skip:
    return may(replace(MAIL, **changes), customer, policy, recent or Recent(), now)


def test_without_a_choice_the_order_of_the_touchpoint_decides():
    assert ask() == Go("email", "first of the touchpoint")


def test_the_customers_own_choice_comes_first_if_the_touchpoint_has_it():
    assert ask(replace(JAN, choice="letter")) == Go("letter", "the customer's own choice")
    assert ask(replace(JAN, choice="whatsapp")) == Go("email", "first of the touchpoint")


@pytest.mark.parametrize(
    "jan",
    [
        replace(JAN, choice="email", reachable=ALL - {"email"}),  # it bounced, or there is no address
        replace(JAN, choice="email", refuses=frozenset({"email"})),  # no consent for this channel
    ],
)
def test_a_choice_without_address_or_consent_gives_way_to_the_order_of_the_touchpoint(jan):
    assert ask(jan) == Go("sms", "next of the touchpoint: email cannot be reached")


def test_a_hard_failure_goes_on_to_the_next_channel_and_says_so():
    assert ask(tried=frozenset({"email"})) == Go("sms", "next of the touchpoint: email failed")
    assert ask(replace(JAN, choice="sms"), tried=frozenset({"sms"})) == Go("email", "first of the touchpoint")


def test_when_no_channel_is_left_it_is_for_a_person():
    assert ask(tried=ALL) == Skip("no channel")
    assert ask(replace(JAN, reachable=frozenset())) == Skip("no channel")


def test_service_goes_unless_it_was_refused_and_news_only_with_consent():
    assert ask(replace(JAN, refuses=frozenset({"survey"})), kind="survey") == Skip("refused")
    assert isinstance(ask(kind="survey"), Go)
    assert ask(kind="news") == Skip("no consent")
    assert isinstance(ask(replace(JAN, agrees=frozenset({"news"})), kind="news"), Go)
    assert ask(replace(JAN, agrees=frozenset({"news"}), refuses=frozenset({"news"})), kind="news") == Skip("refused")


@pytest.mark.parametrize(
    ("now", "until"),
    [
        ("09-01 20:59", None),
        ("09-01 21:00", "09-02 08:00"),
        ("09-02 03:00", "09-02 08:00"),
        ("09-02 07:59", "09-02 08:00"),
        ("09-02 08:00", None),
        ("10-25 02:30", "10-25 08:00"),
    ],
)
def test_in_quiet_hours_it_waits_until_they_end(now, until):
    answer = ask(now=at(now))
    assert answer == (Wait(at(until), "quiet hours") if until else Go("email", "first of the touchpoint"))
    assert isinstance(ask(now=at(now), urgent=True), Go)


def test_quiet_hours_are_those_of_the_organisation_wherever_the_customer_is():
    tokyo = replace(QUIET, timezone=ZoneInfo("Asia/Tokyo"))
    assert ask(policy=tokyo, now=at("09-01 15:00")) == Wait(at("09-02 01:00"), "quiet hours")


CAPPED = Policy(caps=(Cap("survey", 1, timedelta(days=30)), Cap("service", 2, timedelta(days=1))))


def went(*times: str, kind: str = "survey") -> Recent:
    return Recent(sent=tuple(Sent(kind, at(when), "email", "another case") for when in times))


def test_a_cap_makes_it_wait_until_the_oldest_that_fills_it_is_long_enough_ago():
    answer = ask(policy=CAPPED, recent=went("08-20 12:00"), kind="survey")
    assert answer == Wait(at("09-19 12:00"), "cap: enough of survey for now")
    assert isinstance(ask(policy=CAPPED, recent=went("08-20 12:00"), kind="survey", now=at("09-19 12:00")), Go)


def test_a_cap_counts_its_own_kind_only_and_all_cases_of_the_customer():
    assert isinstance(ask(policy=CAPPED, recent=went("08-31 13:00"), kind="service"), Go)
    both = went("08-31 13:00", "09-01 09:00", kind="service")
    assert ask(policy=CAPPED, recent=both) == Wait(at("09-01 13:00"), "cap: enough of service for now")
    three = went("08-31 12:30", "08-31 13:00", "09-01 09:00", kind="service")
    assert ask(policy=CAPPED, recent=three) == Wait(at("09-01 13:00"), "cap: enough of service for now")


def test_an_urgent_message_passes_quiet_hours_and_not_a_cap():
    both = replace(CAPPED, quiet=Window(time(11), time(13)), timezone=AMS)
    assert isinstance(ask(policy=both, urgent=True), Go)
    assert ask(policy=both, recent=went("09-01 09:00", "09-01 10:00", kind="service"), urgent=True) == Wait(
        at("09-02 09:00"), "cap: enough of service for now"
    )


def test_a_cap_of_none_lets_nothing_through():
    assert isinstance(ask(policy=Policy(caps=(Cap("service", 0, timedelta(days=1)),))), Wait)


def test_of_cap_and_quiet_hours_the_later_counts():
    both = replace(CAPPED, quiet=Window(time(11), time(22)), timezone=AMS)
    recent = went("08-31 15:00", "08-31 16:00", kind="service")
    assert ask(policy=both, recent=recent) == Wait(at("09-01 22:00"), "quiet hours")
    night = replace(CAPPED, quiet=Window(time(11), time(12, 30)), timezone=AMS)
    assert ask(policy=night, recent=recent) == Wait(at("09-01 15:00"), "cap: enough of service for now")


def test_a_survey_waits_while_a_complaint_is_open_and_other_kinds_do_not():
    held = Policy(holds=(Hold("survey", "complaint"),))
    assert ask(policy=held, recent=Recent(open=frozenset({"complaint", "repair"})), kind="survey") == Wait(
        at("09-01 13:00"), "hold: complaint is open"
    )
    assert isinstance(ask(policy=held, recent=Recent(open=frozenset({"complaint"})), kind="service"), Go)
    assert isinstance(ask(policy=held, recent=Recent(open=frozenset({"repair"})), kind="survey"), Go)


def test_what_is_bundled_waits_for_the_full_hour_and_goes_then():
    bundled = Policy(bundle=frozenset({"service"}))
    assert ask(policy=bundled, now=at("09-01 12:20")) == Wait(at("09-01 13:00"), BUNDLED)
    assert isinstance(ask(policy=bundled, now=at("09-01 13:00")), Go)
    assert isinstance(ask(policy=bundled, now=at("09-01 13:20"), gathered=True), Go)
    assert isinstance(ask(policy=bundled, now=at("09-01 12:20"), urgent=True), Go)
    assert isinstance(ask(policy=bundled, now=at("09-01 12:20"), kind="survey"), Go)


def test_what_nobody_can_get_is_not_put_off_first():
    held = Policy(quiet=Window(time(11), time(13)), timezone=AMS, holds=(Hold("service", "complaint"),))
    assert ask(replace(JAN, reachable=frozenset()), held, Recent(open=frozenset({"complaint"}))) == Skip("no channel")


channels = st.sets(st.sampled_from(["email", "sms", "letter", "whatsapp"]))
kinds = st.sampled_from(["service", "survey", "news"])


@given(
    st.lists(st.sampled_from(["email", "sms", "letter"]), unique=True),
    st.none() | st.sampled_from(["email", "sms", "whatsapp"]),
    channels,
    channels,
    channels,
    kinds,
    st.booleans(),
    st.integers(0, 60 * 24 * 60),
)
def test_it_never_goes_where_it_may_not_and_never_waits_for_the_past(
    order, choice, reachable, refuses, tried, kind, urgent, minute
):
    now = NOON + timedelta(minutes=minute)
    customer = Customer(key="c", choice=choice, reachable=frozenset(reachable), refuses=frozenset(refuses))
    policy = replace(QUIET, caps=CAPPED.caps, bundle=frozenset({"news"}))
    recent = Recent(sent=tuple(Sent(kind, now - timedelta(hours=hour)) for hour in (1, 30, 400)))
    message = Message(touchpoint="t", kind=kind, channels=tuple(order), urgent=urgent, tried=frozenset(tried))
    match may(message, customer, policy, recent, now):
        case Go(channel, why):
            assert channel in order and channel in reachable and channel not in refuses | tried and why
            assert kind != "news"
            assert urgent or not (now.astimezone(AMS).hour >= 21 or now.astimezone(AMS).hour < 8)
        case Wait(until, why):
            assert until > now and why
        case Skip(why):
            assert why
