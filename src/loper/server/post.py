"""The channels of this installation: what the settings and the organisation file say, made into channels."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from django.conf import settings
from django.utils.crypto import salted_hmac

from loper.channels.email import EmailChannel, EmailSettings, InboxSettings, Look, Ours
from loper.channels.sms import SmsChannel, SmsSettings
from loper.channels.threads import PerThread
from loper.run.ports import Channel
from loper.server import clock
from loper.server.queries.organisation import brand, logo_for_mail, organisation


def email_settings() -> EmailSettings:
    """The mail server of the settings, the sender and the looks of the organisation; raises ValueError."""
    found, look, mail = organisation(), brand(), settings.LOPER_SMTP
    sender = found.sender
    return EmailSettings(
        host=mail["host"],
        port=mail["port"],
        user=mail["user"],
        password=mail["password"],
        tls=mail["tls"],
        ca_file=mail["ca"],
        connect_timeout=min(10.0, mail["timeout"]),
        answer_timeout=min(30.0, mail["timeout"]),
        whole=mail["timeout"],
        sender=settings.LOPER_BRAND["sender"] or sender.email or settings.DEFAULT_FROM_EMAIL,
        sender_name=settings.LOPER_BRAND["name"] or sender.name,
        reply_to=sender.reply_to,
        return_path=mail["bounces"],
        secret=_secret("loper.email"),
        look=Look(
            name=look.name,
            logo=logo_for_mail(),
            primary=look.primary,
            text=look.text,
            address=sender.address,
            phone=look.phone,
            website=sender.website,
        ),
    )


def sms_settings() -> SmsSettings | None:
    """The SMS gateway of the settings; None where there is none; raises ValueError."""
    gateway = settings.LOPER_SMS
    if not gateway["url"]:
        return None
    found = organisation().sender
    return SmsSettings(
        url=gateway["url"],
        token=gateway["token"],
        sender=gateway["sender"] or found.sms or "Loper",
        ca_file=gateway["ca"],
        country=gateway["country"],
    )


def inbox_settings() -> InboxSettings | None:
    """The mailbox in which bounces come; None where there is none; raises ValueError."""
    box = settings.LOPER_IMAP
    if not box["host"]:
        return None
    mail = email_settings()
    return InboxSettings(**box, ours=Ours(domain=mail.domain, return_path=mail.return_path))


class Channels:
    """The channels as they are now: asked again, they follow what was published since. For one thread to ask."""

    def __init__(self) -> None:
        self._made: dict[str, tuple[Any, Channel]] = {}

    def __call__(self) -> Mapping[str, Channel]:
        """By name. Raises ValueError with what is wrong with the settings."""
        self._follow("email", email_settings(), lambda given: EmailChannel(given, clock.now))
        self._follow("sms", sms_settings(), SmsChannel)
        return {name: channel for name, (_, channel) in self._made.items()}

    def _follow(self, name: str, given: Any, make: Callable[[Any], Channel]) -> None:
        before = self._made.get(name)
        if before is not None and before[0] == given:
            return
        if before is not None:
            before[1].close()
            del self._made[name]
        if given is not None:
            self._made[name] = (given, PerThread(lambda: make(given)))


def channels() -> Mapping[str, Channel]:
    """The channels as the settings name them now, for one who sends a message and closes them again."""
    return Channels()()


def _secret(purpose: str) -> str:
    """A secret of its own for one purpose, the same on every machine that has the installation's key."""
    return salted_hmac(purpose, "", algorithm="sha256").hexdigest()
