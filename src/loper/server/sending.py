"""The channels of this installation, from its settings and the sender of the organisation file."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping

from django.conf import settings

from loper.channels import PerThread
from loper.channels.email import EmailChannel, EmailSettings, Look
from loper.channels.sms import SmsChannel, SmsSettings
from loper.run.ports import Channel
from loper.server import clock
from loper.server.queries.organisation import brand, organisation


def channels() -> Mapping[str, Channel]:
    """E-mail where an SMTP server is named, SMS where a gateway is. Raises ValueError with what is wrong in them."""
    found: dict[str, Channel] = {}
    if settings.LOPER_SMTP["host"]:
        mail = email_settings()
        found["email"] = PerThread(lambda: EmailChannel(mail, clock.now))
    if settings.LOPER_SMS["url"]:
        sms = SmsSettings(
            url=settings.LOPER_SMS["url"],
            token=settings.LOPER_SMS["token"],
            sender=settings.LOPER_SMS["sender"] or organisation().sender.sms or "Loper",
        )
        found["sms"] = PerThread(lambda: SmsChannel(sms))
    return found


def email_settings() -> EmailSettings:
    """How mail goes out, and how it looks."""
    given, sender, look = settings.LOPER_SMTP, organisation().sender, brand()
    return EmailSettings(
        host=given["host"],
        port=given["port"],
        user=given["user"],
        password=given["password"],
        tls=given["tls"],
        ca_file=given["ca_file"],
        sender=settings.LOPER_BRAND["sender"] or sender.email,
        sender_name=look.name,
        reply_to=sender.reply_to,
        return_path=given["return_path"],
        secret=hashlib.sha256(f"mail/{settings.SECRET_KEY}".encode()).hexdigest(),
        look=Look(
            name=look.name,
            logo=look.logo if look.logo.startswith("https://") else "",
            primary=look.primary,
            text=look.text,
            address=sender.address,
            phone=look.phone,
            website=sender.website,
        ),
    )
