"""Messages and settings that the tests of the channels share."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from loper.channels.email import EmailChannel, EmailSettings, Look
from loper.channels.sms import SmsChannel, SmsSettings
from loper.run.ports import Outgoing

NOW = datetime(2025, 3, 3, 14, 30, tzinfo=UTC)

BODY = """Beste mevrouw Jansen,

Uw afspraak staat. De vakman komt **dinsdag 4 maart**, tussen 8 en 10 uur.

[Kies een andere dag](https://mijn.voorbeeldwonen.example/l/abc_def_ghi)

Heeft u een vraag? Bel ons op 085 - 000 12 34.

Met vriendelijke groet,

Voorbeeld Wonen
"""

LOOK = Look(
    name="Voorbeeld Wonen",
    primary="#0b6e5f",
    address="Voorbeeldstraat 1, 1234 AB Voorbeeldstad",
    phone="085 - 000 12 34",
    website="www.voorbeeldwonen.example",
)


def mail_settings(**more: Any) -> EmailSettings:
    """Settings for an SMTP server on this machine; it is left alone for no time, so that tests need not wait."""
    given: dict[str, Any] = {
        "host": "127.0.0.1",
        "tls": "no",
        "sender": "reparatie@voorbeeldwonen.example",
        "sender_name": "Voorbeeld Wonen",
        "look": LOOK,
        "rest": 0.0,
    }
    return EmailSettings(**{**given, **more})


def email_channel(port: int, **more: Any) -> EmailChannel:
    return EmailChannel(mail_settings(port=port, **more), lambda: NOW)


def sms_channel(port: int, **more: Any) -> SmsChannel:
    given = {"url": f"http://127.0.0.1:{port}/messages", "token": "let-me-in", "sender": "VbWonen", "rest": 0.0}
    return SmsChannel(SmsSettings(**{**given, **more}))


def a_mail(**more: Any) -> Outgoing:
    given: dict[str, Any] = {
        "key": "r-1/confirmation/appointment.made@1/email",
        "to": "jansen@example.org",
        "subject": "Uw afspraak: dinsdag 4 maart",
        "body": BODY,
    }
    return Outgoing(**{**given, **more})


def an_sms(**more: Any) -> Outgoing:
    given = {
        "key": "r-1/reminder/appointment@1/sms",
        "to": "+31612345678",
        "body": "Voorbeeld Wonen: morgen komt de vakman. Andere dag? https://vbw.example/l/a_b_c",
    }
    return Outgoing(**{**given, **more})
