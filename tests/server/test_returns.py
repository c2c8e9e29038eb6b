"""What comes back of a message reaches its case: the next channel, a dead address, a customer who has had enough."""

from __future__ import annotations

import json
from typing import Any

import pytest
from django.test import Client

from loper.channels.email import Bounce, Complaint, Report
from loper.channels.sms import sign
from loper.server.actions import returns
from loper.server.records.customers import Consent, ContactAddress
from loper.server.records.runtime import Event, Outbox, Touch
from tests.worlds import World


@pytest.fixture
def reported(world: World) -> str:
    """A case whose first mail has gone."""
    key = world.report()
    world.work()
    assert [m.subject for m in world.email.sent] == ["Uw melding is binnen"]
    return key


def letter(key: str) -> Outbox:
    return Outbox.objects.get(case=key, touchpoint="received")


def bounce(key: str, **more: Any) -> Report:
    given = {
        "message_id": letter(key).provider_id, "recipient": "j.jansen@example.nl", "permanent": True,
        "status": "5.1.1", "diagnostic": "no such user",
    }  # fmt: skip
    return Report(kind="bounce", bounces=(Bounce(**{**given, **more}),))  # type: ignore[arg-type]


def test_a_mail_that_bounces_goes_by_sms_and_the_address_is_not_used_again(world: World, reported: str) -> None:
    report = bounce(reported)
    returns.take_mail(report)
    returns.take_mail(report)
    world.work()
    assert len(world.sms.sent) == 1
    address = ContactAddress.objects.get(channel="email", value="j.jansen@example.nl")
    assert address.bounced == world.time.at and address.why == "no such user"
    assert Event.objects.filter(case=reported, type="received.failed").count() == 1
    world.book(reported)
    world.work()
    assert len(world.email.sent) == 1 and len(world.sms.sent) == 2  # what comes after does not try the dead address
    returns.take_mail(report)  # told a third time, when the letter has gone by SMS
    world.work()
    assert len(world.sms.sent) == 2


def test_a_mail_that_failed_alone_goes_by_sms_and_the_address_stays(world: World, reported: str) -> None:
    returns.take_mail(bounce(reported, permanent=False, status="4.2.2", diagnostic="mailbox full"))
    world.work()
    assert len(world.sms.sent) == 1
    assert not ContactAddress.objects.exclude(bounced=None).exists()


def test_a_bounce_of_a_mail_that_is_not_ours_changes_no_case(world: World, reported: str) -> None:
    before = Touch.objects.count()
    returns.take_mail(bounce(reported, message_id="<somebody@else>", recipient="x@example.nl"))
    returns.take_mail(bounce(reported, message_id="", recipient=""))
    returns.take_mail(Report(kind="nothing"))
    world.work()
    assert Touch.objects.count() == before and not world.sms.sent


def test_who_calls_our_mail_spam_gets_no_more_mail(world: World, reported: str) -> None:
    complaint = Complaint(message_id=letter(reported).provider_id, recipient="j.jansen@example.nl", feedback="abuse")
    returns.take_mail(Report(kind="complaint", complaints=(complaint,)))
    consent = Consent.objects.get(via="complaint")
    assert (consent.subject, consent.agrees) == ("email", False)
    world.book(reported)
    world.work()
    assert len(world.email.sent) == 1 and len(world.sms.sent) == 1


def sms_report(**document: Any) -> int:
    body = json.dumps(document).encode()
    answer = Client().post(
        "/api/sms/reports", body, content_type="application/json", headers={"X-Signature": sign(body, "gedeeld")}
    )
    return answer.status_code


@pytest.fixture
def by_sms(world: World, settings: Any) -> str:
    """A case whose first message went by SMS."""
    settings.LOPER_SMS = {**settings.LOPER_SMS, "secret": "gedeeld"}
    key = world.report(email="", phone="0698765432")
    world.work()
    assert len(world.sms.sent) == 1
    return key


def test_the_gateway_says_that_an_sms_arrived(world: World, by_sms: str) -> None:
    row = letter(by_sms)
    assert sms_report(state="delivered", id=row.provider_id) == 204
    assert sms_report(state="delivered", id=row.provider_id) == 204
    assert Event.objects.filter(case=by_sms, type="received.delivered").count() == 1


def test_an_sms_that_failed_is_found_by_its_key_and_becomes_a_persons_task(world: World, by_sms: str) -> None:
    key = world.sms.sent[0].key
    assert sms_report(state="failed", key=key, permanent=True, why="unknown subscriber") == 204
    world.work()
    assert ContactAddress.objects.get(channel="sms", customer__key=letter(by_sms).customer).bounced is not None
    row = letter(by_sms)
    assert (row.status, row.why) == ("skipped", "no channel")
    assert Touch.objects.filter(case=by_sms, kind="skip", activity="received", outcome="no channel").exists()


def test_a_report_about_nothing_of_ours_is_passed_over(world: World, by_sms: str) -> None:
    assert sms_report(state="failed", key="A/b/c/sms") == 204
    assert sms_report(state="failed", key="x") == 204
    assert sms_report(state="delivered", id="nothing") == 204
    assert not Event.objects.filter(type__endswith=".failed").exists()
