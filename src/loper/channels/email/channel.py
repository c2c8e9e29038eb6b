"""The e-mail channel: one message over SMTP, with the exact outcome."""

from __future__ import annotations

import logging
import ssl
import time
from collections.abc import Callable
from datetime import datetime

from loper.channels.email.message import Mail, Unsendable, compose
from loper.channels.email.settings import EmailSettings
from loper.channels.email.smtp import Connection, Dropped, Handed, NoConnection
from loper.run.ports import Outgoing, Receipt

logger = logging.getLogger("loper.channels.email")


class EmailChannel:
    """Sends mail to one SMTP server, over one connection that it keeps open. One instance per thread.

    `now` gives the time for the Date header. A receipt's `provider_id` is the Message-ID, as in the header.
    """

    name = "email"
    idempotent = False

    def __init__(self, settings: EmailSettings, now: Callable[[], datetime]) -> None:
        self.settings = settings
        self.now = now
        self._context: ssl.SSLContext | None = None
        self._open: Connection | None = None
        self._rests: tuple[float, str] = (0.0, "")

    def send(self, message: Outgoing) -> Receipt:
        """Hand one mail over."""
        try:
            mail = compose(message, self.settings, self.now())
        except Unsendable as wrong:
            return Receipt("failed", why=str(wrong))
        except Exception as wrong:
            logger.exception("no mail can be made of message %s", message.key)
            return Receipt("failed", why=f"no mail can be made of it: {type(wrong).__name__}")
        handed = self._hand_over(mail)
        return Receipt(handed.outcome, provider_id=mail.message_id, why=handed.why)

    def close(self) -> None:
        """Let go of the connection."""
        connection, self._open = self._open, None
        if connection is not None:
            connection.close()

    def _hand_over(self, mail: Mail) -> Handed:
        start = time.monotonic()
        until, why = self._rests
        if start < until:
            return Handed("later", why)
        kept = self._open is not None
        try:
            handed = self._try(mail, start)
        except Dropped as wrong:
            if not kept:
                return self._rest(str(wrong))
            # A kept connection that the server has ended since: that is no fault, a fresh one tells.
            try:
                handed = self._try(mail, start)
            except (Dropped, NoConnection) as again:
                return self._rest(str(again))
        except NoConnection as wrong:
            return self._rest(str(wrong))
        if not handed.reusable:
            self.close()
        if handed.outcome == "unknown":
            self._rest(handed.why)
        return handed

    def _try(self, mail: Mail, start: float) -> Handed:
        deadline = start + self.settings.whole
        if self._open is None:
            self._open = Connection(self.settings, self._tls(), deadline)
        self._open.deadline = deadline
        try:
            return self._open.hand_over(mail.envelope, mail.content)
        except Dropped:
            self.close()
            raise

    def _rest(self, why: str) -> Handed:
        """Leave a server that cannot be reached alone for a moment, so that a hundred messages do not each wait."""
        self._rests = (time.monotonic() + self.settings.rest, why)
        return Handed("later", why)

    def _tls(self) -> ssl.SSLContext | None:
        if self.settings.tls == "no":
            return None
        if self._context is None:
            self._context = ssl.create_default_context(cafile=self.settings.ca_file or None)
        return self._context
