"""One question to one server: JSON over HTTP, bounded in time and size.

Only ever the host of the settings: a redirect is not followed, a proxy of the environment not used. Certificates are
verified. A question may be asked twice, since asking changes nothing.
"""

from __future__ import annotations

import http.client
import json
import socket
import ssl
import time
from collections.abc import Mapping, Sequence
from functools import cache
from threading import Timer
from typing import NamedTuple
from urllib.parse import quote, urlencode, urlsplit

BROKEN = (OSError, http.client.HTTPException)
LATER = frozenset({429, 500, 502, 503, 504})
"""Answers after which the same question may go well."""

PAUSE = 0.1  # seconds before asking again


class Trouble(Exception):
    """The server did not answer as it should: one sentence, without the address that was asked about."""


class Answer(NamedTuple):
    """An HTTP status of 200, or of 400 with its reasons, and the document that came with it."""

    status: int
    document: object


class Server:
    """A server that answers questions with JSON, at `url`. Any number of threads may ask."""

    def __init__(self, url: str, *, most_bytes: int = 8_000_000, attempts: int = 2) -> None:
        """ValueError if the address cannot be one."""
        parts = urlsplit(url)
        if parts.scheme not in ("http", "https") or not parts.hostname:
            raise ValueError(f"'{url}' is no address of a server: write https://HOST or https://HOST/PATH")
        if parts.query or parts.fragment or parts.username or parts.password:
            raise ValueError("the address of a server has no name, password, ? or #: write https://HOST/PATH")
        self.secure, self.host, self.port = parts.scheme == "https", parts.hostname, parts.port
        self.path = parts.path.rstrip("/")
        self.most_bytes, self.attempts = most_bytes, attempts

    def get(self, path: str, query: Sequence[tuple[str, str]], until: float) -> Answer:
        """The answer to GET; `until` on the monotonic clock. Trouble without a good one."""
        target = f"{self.path}{quote(path, safe='/;,.-')}?{urlencode(query, safe=';,:', quote_via=quote)}"
        return self._ask("GET", target, None, until)

    def post(self, path: str, document: object, until: float) -> Answer:
        """The answer to POST of a JSON document, as with `get`."""
        return self._ask("POST", self.path + path, json.dumps(document, separators=(",", ":")).encode(), until)

    def _ask(self, method: str, target: str, body: bytes | None, until: float) -> Answer:
        for attempt in range(self.attempts):
            last = attempt == self.attempts - 1 or time.monotonic() + PAUSE >= until
            try:
                status, content = self._once(method, target, body, until)
            except BROKEN as wrong:
                if last or time.monotonic() >= until:
                    raise Trouble(_why(wrong, time.monotonic() >= until)) from wrong
            else:
                if status in (200, 400):
                    return Answer(status, _document(content))
                if status not in LATER or last:
                    raise Trouble(_sentence(status))
            time.sleep(PAUSE)
        raise AssertionError("the last attempt returns or raises")

    def _once(self, method: str, target: str, body: bytes | None, until: float) -> tuple[int, bytes]:
        connection = self._connection(_left(until))
        cut: Timer | None = None
        try:
            connection.connect()
            # A timeout of a socket begins anew with every byte. The timer ends it, however the bytes trickle.
            cut = Timer(_left(until), _shut, (connection.sock,))
            cut.daemon = True
            cut.start()
            connection.request(method, target, body, _head(body))
            response = connection.getresponse()
            content = response.read(self.most_bytes + 1)
            if time.monotonic() >= until:
                raise TimeoutError
        finally:
            if cut:
                cut.cancel()
            connection.close()
        if len(content) > self.most_bytes:
            raise Trouble(f"the answer is larger than {self.most_bytes} bytes")
        return response.status, content

    def _connection(self, wait: float) -> http.client.HTTPConnection:
        if self.secure:
            return http.client.HTTPSConnection(self.host, self.port, timeout=wait, context=_context())
        return http.client.HTTPConnection(self.host, self.port, timeout=wait)


@cache
def _context() -> ssl.SSLContext:
    return ssl.create_default_context()


def _left(until: float) -> float:
    left = until - time.monotonic()
    if left <= 0:
        raise TimeoutError
    return left


def _shut(plug: socket.socket) -> None:
    try:
        socket.socket.shutdown(plug, socket.SHUT_RDWR)  # of the plain socket: TLS may be in the middle of a read
    except OSError:
        return  # it was over just now


def _head(body: bytes | None) -> Mapping[str, str]:
    head = {"Accept": "application/json", "User-Agent": "loper"}
    return head | {"Content-Type": "application/json"} if body else head


def _document(content: bytes) -> object:
    try:
        return json.loads(content)
    except (ValueError, RecursionError) as wrong:
        raise Trouble("the answer is not JSON, or not whole") from wrong


def _sentence(status: int) -> str:
    if 300 <= status < 400:
        return f"the server sends us elsewhere ({status}), and we only ask the one in the settings"
    return f"the server answers {status}"


def _why(wrong: BaseException, late: bool) -> str:
    if isinstance(wrong, ssl.SSLCertVerificationError):
        return f"the certificate of the server does not hold: {wrong.verify_message}"
    if late or isinstance(wrong, TimeoutError):
        return "no answer in time"
    if isinstance(wrong, socket.gaierror):
        return "the name of the server is not known"
    if isinstance(wrong, ConnectionRefusedError):
        return "the server refuses the connection"
    if isinstance(wrong, http.client.RemoteDisconnected | http.client.IncompleteRead | ConnectionError):
        return "the server ended the connection"
    return f"the server cannot be understood ({type(wrong).__name__})"
