"""The SMS channel: one message to a gateway over HTTP, with the exact outcome."""

from __future__ import annotations

import http.client
import json
import logging
import re
import ssl
import time
from collections.abc import Mapping
from typing import Literal
from urllib.parse import urlsplit

from loper.channels.sms.gsm import segments
from loper.channels.sms.settings import SmsSettings
from loper.channels.sms.text import text_of
from loper.channels.trouble import trouble
from loper.run.ports import Outgoing, Receipt

logger = logging.getLogger("loper.channels.sms")

NUMBER = re.compile(r"\+[1-9][0-9]{6,14}")
BROKEN = (OSError, http.client.HTTPException, ValueError)
LATER = frozenset({401, 403, 404, 405, 407, 408, 421, 425, 429})
"""4xx answers that are about the installation or the moment, not about this message."""


class SmsChannel:
    """Sends SMS through a gateway, over one connection that it keeps open. One instance per thread."""

    name = "sms"
    idempotent = True

    def __init__(self, settings: SmsSettings) -> None:
        self.settings = settings
        self._url = urlsplit(settings.url)
        self._context: ssl.SSLContext | None = None
        self._open: http.client.HTTPConnection | None = None
        self._rests: tuple[float, str] = (0.0, "")

    def send(self, message: Outgoing) -> Receipt:
        """Hand one message over."""
        try:
            body = self._body(message)
        except ValueError as wrong:
            return Receipt("failed", why=str(wrong))
        except Exception as wrong:
            logger.exception("no SMS can be made of message %s", message.key)
            return Receipt("failed", why=f"no SMS can be made of it: {type(wrong).__name__}")
        until, why = self._rests
        if time.monotonic() < until:
            return Receipt("later", why=why)
        kept = self._open is not None
        receipt = self._post(body, message.key)
        if kept and receipt.outcome == "unknown" and self._open is None and receipt.why == _GONE:
            # A kept connection that the gateway ended meanwhile. It takes our key, so asking again is safe.
            receipt = self._post(body, message.key)
        if receipt.outcome == "unknown" or (receipt.outcome == "later" and self._open is None):
            self._rests = (time.monotonic() + self.settings.rest, receipt.why)
        return receipt

    def close(self) -> None:
        """Let go of the connection."""
        connection, self._open = self._open, None
        if connection is not None:
            connection.close()

    def _body(self, message: Outgoing) -> bytes:
        number = re.sub(r"[\s().-]", "", message.to)
        number = re.sub(r"^00", "+", number)
        number = re.sub(r"^0", f"+{self.settings.country}", number)
        if not NUMBER.fullmatch(number):
            raise ValueError("this is not a telephone number with its country, like +31612345678")
        if message.marketing and not message.unsubscribe:
            raise ValueError("a marketing message needs an address to unsubscribe at")
        text = text_of(message)
        if not text:
            raise ValueError("there is no text to send")
        count = segments(text).count
        if count > self.settings.most:
            raise ValueError(f"the text takes {count} segments, at most {self.settings.most} are allowed")
        document = {"key": message.key, "to": number, "text": text, "sender": self.settings.sender}
        return json.dumps(document, ensure_ascii=False).encode()

    def _post(self, body: bytes, key: str) -> Receipt:
        try:
            connection = self._open = self._open or self._connect()
        except BROKEN as wrong:
            self.close()
            return Receipt("later", why=_why(wrong))
        path = self._url.path or "/"
        try:
            connection.request("POST", f"{path}?{self._url.query}" if self._url.query else path, body, self._head(key))
            response = connection.getresponse()
            content = response.read(65536)
        except BROKEN as wrong:
            self.close()
            return Receipt("unknown", why=_why(wrong))
        if response.will_close or not response.isclosed():
            self.close()
        return _receipt(response.status, content)

    def _connect(self) -> http.client.HTTPConnection:
        host, port, wait = self._url.hostname or "", self._url.port, self.settings.connect_timeout
        connection: http.client.HTTPConnection
        if self._url.scheme == "https":
            if self._context is None:
                self._context = ssl.create_default_context(cafile=self.settings.ca_file or None)
            connection = http.client.HTTPSConnection(host, port, timeout=wait, context=self._context)
        else:
            connection = http.client.HTTPConnection(host, port, timeout=wait)
        connection.connect()
        connection.sock.settimeout(self.settings.answer_timeout)
        return connection

    def _head(self, key: str) -> Mapping[str, str]:
        return {
            "Authorization": f"Bearer {self.settings.token}",
            "Content-Type": "application/json",
            "Accept": "application/json",
            "Idempotency-Key": _quoted(key),
            "User-Agent": "loper",
        }


_GONE = "the gateway ended the connection"


def _receipt(status: int, content: bytes) -> Receipt:
    """What an answer means. A redirect is not followed: where our messages go is settled here, not by a server."""
    outcome: Literal["sent", "failed", "later"]
    if 200 <= status < 300 or status == 409:
        outcome = "sent"
    elif 400 <= status < 500 and status not in LATER:
        outcome = "failed"
    else:
        outcome = "later"
    try:
        document = json.loads(content)
    except (ValueError, RecursionError):
        document = {}
    told = document if isinstance(document, dict) else {}
    provider_id = told.get("id") if isinstance(told.get("id"), str | int) else ""
    why = told.get("why") if isinstance(told.get("why"), str) else ""
    words = re.sub(r"\+?\d[\d\s]{6,}", "(number)", f"{status} {why}"[4:])
    return Receipt(outcome, provider_id=str(provider_id)[:200], why=f"{status} {words}".strip()[:200])


def _quoted(key: str) -> str:
    """The key as a header value: what is not visible ASCII is written as %XX."""
    return "".join(chr(byte) if 33 <= byte <= 126 and byte != 37 else f"%{byte:02X}" for byte in key.encode())


def _why(wrong: BaseException) -> str:
    if known := trouble(wrong, "gateway"):
        return known
    if isinstance(wrong, ConnectionRefusedError):
        return "the gateway refuses the connection"
    if isinstance(wrong, http.client.RemoteDisconnected | ConnectionError):
        return _GONE
    return type(wrong).__name__
