"""One connection to an SMTP server, and the exact outcome of handing one message over.

The border lies at the final dot. Whatever breaks before it, the server does not have the message: *later*. Once the
dot is on its way, only an answer tells: 2xx *sent*, 4xx *later*, 5xx *failed*, none at all *unknown*.
"""

from __future__ import annotations

import re
import smtplib
import socket
import ssl
import time
from dataclasses import dataclass
from typing import Literal

from loper.channels.email.identity import without_addresses
from loper.channels.email.settings import LOOPBACK, EmailSettings
from loper.channels.trouble import trouble

BROKEN = (OSError, smtplib.SMTPException, UnicodeError, ValueError)
_BARE_NEWLINE = re.compile(rb"\r\n|\n|\r")
_STUFF = re.compile(rb"(?m)^\.")


class NoConnection(Exception):
    """The server cannot be used now; the message says why."""


class Dropped(Exception):
    """The connection broke before the message was given."""


@dataclass(frozen=True, slots=True)
class Handed:
    """What came of handing a message over; `reusable` says whether the connection can take the next one."""

    outcome: Literal["sent", "failed", "later", "unknown"]
    why: str
    reusable: bool = True


@dataclass(frozen=True, slots=True)
class Envelope:
    sender: str
    recipient: str
    token: str
    utf8: bool = False


class Connection:
    """An open SMTP session. Not for more than one thread."""

    def __init__(self, settings: EmailSettings, context: ssl.SSLContext | None, deadline: float) -> None:
        """Connect, STARTTLS, log in; raises NoConnection. `deadline` is on the monotonic clock."""
        self.settings = settings
        self.deadline = deadline
        self.smtp: smtplib.SMTP | None = None
        try:
            self.smtp = self._connect(context)
            self._secure(self.smtp, context)
            if settings.user:
                self._hurry(self.smtp)
                self.smtp.login(settings.user, settings.password)
        except NoConnection:
            self.close()
            raise
        except smtplib.SMTPAuthenticationError as wrong:
            self.close()
            raise NoConnection(f"the server refuses our user and password: {wrong.smtp_code}") from None
        except BROKEN as wrong:
            self.close()
            raise NoConnection(_why(wrong)) from None

    def hand_over(self, envelope: Envelope, content: bytes) -> Handed:
        """Give one message to the server. Raises Dropped where the connection broke before the final dot."""
        smtp = self._smtp()
        try:
            refused = self._announce(smtp, envelope, len(content))
            if refused is not None:
                return refused
            smtp.send(_stuffed(content))
        except BROKEN as wrong:
            raise Dropped(_why(wrong)) from None
        try:
            self._hurry(smtp)
            smtp.send(b".\r\n")
            code, text = smtp.getreply()
        except BROKEN as wrong:
            return Handed("unknown", f"no answer after the message was given: {_why(wrong)}", reusable=False)
        if not (200 <= code < 300 or 400 <= code < 600):
            return Handed("unknown", f"an answer that is none: {_said(code, text)}", reusable=False)
        return Handed(_outcome(code), _said(code, text), reusable=code != 421)

    def close(self) -> None:
        """Say goodbye, shortly."""
        smtp, self.smtp = self.smtp, None
        if smtp is None:
            return
        try:
            if smtp.sock is not None:
                smtp.sock.settimeout(1.0)
                smtp.quit()
        except BROKEN:
            pass
        finally:
            smtp.close()

    # -- opening ---------------------------------------------------------------------------------------------------

    def _connect(self, context: ssl.SSLContext | None) -> smtplib.SMTP:
        settings = self.settings
        host, port, helo, wait = (
            settings.host,
            settings.port,
            settings.helo or settings.domain,
            settings.connect_timeout,
        )
        try:
            smtp: smtplib.SMTP
            if settings.tls == "implicit":
                smtp = smtplib.SMTP_SSL(host, port, local_hostname=helo, timeout=wait, context=context)
            else:
                smtp = smtplib.SMTP(host, port, local_hostname=helo, timeout=wait)
        except smtplib.SMTPConnectError as wrong:
            raise NoConnection(f"the server greets with {_said(wrong.smtp_code, wrong.smtp_error)}") from None
        # The dot goes in a packet of its own; it must not wait for the message to be acknowledged.
        if smtp.sock is not None:
            smtp.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        return smtp

    def _secure(self, smtp: smtplib.SMTP, context: ssl.SSLContext | None) -> None:
        self._hurry(smtp)
        smtp.ehlo_or_helo_if_needed()
        mode = self.settings.tls
        if mode == "must" or (mode == "may" and smtp.has_extn("starttls")):
            if not smtp.has_extn("starttls"):
                raise NoConnection("the server offers no STARTTLS, and we must have it")
            self._hurry(smtp)
            code, text = smtp.starttls(context=context)
            if code != 220:
                raise NoConnection(f"STARTTLS: {_said(code, text)}")
            self._hurry(smtp)
            smtp.ehlo_or_helo_if_needed()
        elif self.settings.user and mode != "implicit" and self.settings.host not in LOOPBACK:
            raise NoConnection("no password goes over a connection without TLS")

    # -- one message -----------------------------------------------------------------------------------------------

    def _announce(self, smtp: smtplib.SMTP, envelope: Envelope, size: int) -> Handed | None:
        """MAIL, RCPT and DATA; a Handed where the server says no."""
        if envelope.utf8 and not smtp.has_extn("smtputf8"):
            return Handed("failed", "the server does not take addresses with letters outside ASCII (SMTPUTF8)")
        limit = smtp.esmtp_features.get("size", "").strip()
        if limit.isdigit() and 0 < int(limit) < size:
            return Handed("failed", f"the message is {size} bytes, the server takes {limit}")
        for_mail, for_recipient = self._options(smtp, envelope, size)
        self._hurry(smtp)
        code, text = smtp.mail(envelope.sender, for_mail)
        if code != 250:
            # A refusal of our sender is about this installation, not about this customer. Only of size it is.
            about_message = code == 552 or (500 <= code < 600 and text.startswith(b"5.3.4"))
            outcome: Literal["failed", "later"] = "failed" if about_message else "later"
            return self._refused(smtp, outcome, "MAIL", code, text)
        self._hurry(smtp)
        code, text = smtp.rcpt(envelope.recipient, for_recipient)
        if code not in (250, 251, 252):
            return self._refused(smtp, _no(code), "RCPT", code, text)
        self._hurry(smtp)
        code, text = smtp.docmd("DATA")
        if code != 354:
            return self._refused(smtp, _no(code), "DATA", code, text)
        self._hurry(smtp)
        return None

    def _options(self, smtp: smtplib.SMTP, envelope: Envelope, size: int) -> tuple[list[str], list[str]]:
        """What we add to MAIL and RCPT: size, and that a bounce should name our token (RFC 1870, 3461, 6531)."""
        mail, recipient = [], []
        if smtp.has_extn("size"):
            mail.append(f"SIZE={size}")
        if envelope.utf8:
            mail.append("SMTPUTF8")
        if smtp.has_extn("dsn"):
            mail += ["RET=HDRS", f"ENVID={envelope.token}"]
            recipient.append("NOTIFY=FAILURE")
        return mail, recipient

    def _refused(
        self, smtp: smtplib.SMTP, outcome: Literal["failed", "later"], command: str, code: int, text: bytes
    ) -> Handed:
        if code == 421 or code < 200:
            raise Dropped(f"{command}: {_said(code, text)}")
        try:
            reusable = smtp.docmd("RSET")[0] == 250
        except BROKEN:
            reusable = False
        return Handed(outcome, f"{command}: {_said(code, text)}", reusable)

    def _hurry(self, smtp: smtplib.SMTP) -> None:
        """Give the next answer its time, but not more than is left of the whole."""
        left = self.deadline - time.monotonic()
        if left <= 0:
            raise TimeoutError("the server is too slow")
        if smtp.sock is None:
            raise smtplib.SMTPServerDisconnected("the connection is closed")
        smtp.sock.settimeout(min(self.settings.answer_timeout, left))

    def _smtp(self) -> smtplib.SMTP:
        if self.smtp is None:
            raise Dropped("the connection is closed")
        return self.smtp


def _no(code: int) -> Literal["failed", "later"]:
    return "failed" if 500 <= code < 600 else "later"


def _outcome(code: int) -> Literal["sent", "failed", "later"]:
    return "sent" if code < 300 else _no(code)


def _stuffed(content: bytes) -> bytes:
    """The content as SMTP carries it: CRLF, dots at the start of a line doubled, ending in a line end."""
    content = _STUFF.sub(b"..", _BARE_NEWLINE.sub(b"\r\n", content))
    return content if content.endswith(b"\r\n") else content + b"\r\n"


def _said(code: int, text: bytes | str) -> str:
    """An answer of the server without addresses in it: it goes where personal data must not."""
    words = text.decode("utf-8", "replace") if isinstance(text, bytes) else text
    return f"{code} {without_addresses(' '.join(words.split()))}"[:200].strip()


def _why(wrong: BaseException) -> str:
    if known := trouble(wrong):
        return known
    if isinstance(wrong, smtplib.SMTPResponseException):
        return _said(wrong.smtp_code, wrong.smtp_error)
    return _said(0, f"{type(wrong).__name__}: {wrong}")[2:]
