"""Every reason that the runtime writes down is a sentence for an agent; what is new stays as it is."""

from __future__ import annotations

from datetime import UTC, datetime, time

import pytest
from django.utils import translation

from loper.define.model import Duration, Touchpoint, Unit, Window
from loper.define.organisation import Cap, Hold, Policy
from loper.server.pages.desk import words
from loper.server.ui import words as times
from loper.step import Customer, Go, Message, Recent, Sent, may

NIGHT = datetime(2026, 9, 7, 1, 30, tzinfo=UTC)


def reasons() -> set[str]:
    """What `may` says, in every way in which it can say something."""
    message = Message(touchpoint="t", kind="service", channels=("sms", "email", "letter"))
    whole = Customer(key="c", reachable=frozenset({"email", "letter"}))
    quiet = Policy(quiet=Window(time(21), time(8)))
    held = Policy(holds=(Hold("service", "complaint"),))
    capped = Policy(caps=(Cap("service", 1, NIGHT - NIGHT.replace(day=1)),))
    found = [
        may(message, Customer(key="c", refuses=frozenset({"service"})), Policy(), Recent(), NIGHT),
        may(Message(touchpoint="t", kind="news", channels=("email",)), whole, Policy(), Recent(), NIGHT),
        may(message, Customer(key="c"), Policy(), Recent(), NIGHT),
        may(message, whole, held, Recent(open=frozenset({"complaint"})), NIGHT),
        may(message, whole, quiet, Recent(), NIGHT),
        may(message, whole, capped, Recent(sent=(Sent("service", NIGHT.replace(hour=0)),)), NIGHT),
        may(message, whole, Policy(bundle=frozenset({"service"})), Recent(), NIGHT),
        may(message, whole, Policy(), Recent(), NIGHT),
        may(message, Customer(key="c", choice="email", reachable=frozenset({"email"})), Policy(), Recent(), NIGHT),
        may(message, Customer(key="c", reachable=frozenset({"sms"})), Policy(), Recent(), NIGHT),
        may(
            Message(touchpoint="t", kind="service", channels=("email", "letter"), tried=frozenset({"email"})),
            whole, Policy(), Recent(), NIGHT,
        ),
    ]  # fmt: skip
    assert sum(isinstance(one, Go) for one in found) == 4
    return {one.why for one in found}


def test_what_may_says_is_said_in_dutch_too() -> None:
    said = reasons()
    assert len(said) == 11
    with translation.override("nl"):
        for reason in said:
            assert words.reason(reason) not in ("", reason), reason


@pytest.mark.parametrize(
    "reason",
    [
        "late", "covered", "if", "variant", "superseded", "no longer so", "over", "between", "not due yet",
        "the case was set aside", "outcome unknown, once more", "outcome unknown, not repeated", "reply",
        "no email address", "no channel letter on this installation", "no channel reached them",
        "no text received.sms.nl", "text received.sms.nl: 9:14: 'x' is not known", "journey complaint is not published",
    ],
)  # fmt: skip
def test_what_the_runtime_writes_down_is_said_in_dutch_too(reason: str) -> None:
    with translation.override("nl"):
        assert words.reason(reason) not in ("", reason)


def test_what_a_provider_says_stays_as_it_is() -> None:
    assert words.reason("550 5.1.1 no such user") == "550 5.1.1 no such user"
    assert words.reason("") == ""


def test_a_name_that_we_have_no_word_for_is_made_readable() -> None:
    assert words.readable("roof.inspected_twice") == "Roof inspected twice"


@pytest.mark.parametrize(
    ("duration", "said"),
    [
        (Duration(1, Unit.DAYS), "1 dag"),
        (Duration(2, Unit.HOURS), "2 uur"),
        (Duration(1, Unit.WORKING_DAYS), "1 werkdag"),
        (Duration(30, Unit.MINUTES), "30 minuten"),
        (Duration(3, Unit.WEEKS), "3 weken"),
    ],
)
def test_a_duration_in_dutch(duration: Duration, said: str) -> None:
    with translation.override("nl"):
        assert times.duration(duration) == said


def test_a_touchpoint_for_a_person_is_done_and_a_message_is_answered() -> None:
    from types import SimpleNamespace

    call = Touchpoint(name="call", order=0, when=(), title={"nl": "Terugbellen"}, by="agent")
    mail = Touchpoint(name="mail", order=1, when=(), title={"nl": "Bericht"})
    journey = SimpleNamespace(touchpoints={"call": call, "mail": mail}, opens={}, dialogues={})
    with translation.override("nl"):
        assert words.event(journey, "call.answered") == "Terugbellen: gedaan"  # type: ignore[arg-type]
        assert words.event(journey, "call.failed") == "Terugbellen: niemand bereikt"  # type: ignore[arg-type]
        assert words.event(journey, "mail.failed") == "Bericht: niet aangekomen"  # type: ignore[arg-type]
