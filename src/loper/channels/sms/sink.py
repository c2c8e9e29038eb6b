"""A gateway for demo and tests: speaks the contract over HTTP on this machine and keeps what it is given in a file.

`sms.jsonl` in its folder, one message a line. Nothing leaves the machine.
"""

from __future__ import annotations

import hmac
import json
from collections.abc import Callable
from dataclasses import asdict, dataclass
from datetime import datetime
from hashlib import sha256
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Lock, Thread
from typing import Any

FILE = "sms.jsonl"
LARGEST = 65536


@dataclass(frozen=True, kw_only=True, slots=True)
class Sms:
    """A message as the demo's telephone shows it; `at` is ISO 8601."""

    id: str
    key: str
    to: str
    text: str
    sender: str
    at: str


class SmsBox:
    """The messages in a folder."""

    def __init__(self, folder: Path) -> None:
        self.path = folder / FILE

    def list(self) -> list[Sms]:
        """All messages, the last one first; a line that cannot be read is left out."""
        try:
            lines = self.path.read_text(encoding="utf-8").splitlines()
        except FileNotFoundError:
            return []
        found = []
        for line in lines:
            try:
                found.append(Sms(**json.loads(line)))
            except (ValueError, TypeError):
                continue
        return found[::-1]


class SmsSink:
    """The gateway. `port` 0 lets the machine choose; after `start` it is the real one. `now` gives the time."""

    def __init__(
        self,
        folder: Path,
        host: str = "127.0.0.1",
        port: int = 0,
        *,
        token: str,
        now: Callable[[], datetime],
    ) -> None:
        self.folder, self.host, self.port, self.token, self.now = folder, host, port, token, now
        self._server: ThreadingHTTPServer | None = None
        self._thread: Thread | None = None
        self._lock = Lock()
        self._known: set[str] = set()

    @property
    def url(self) -> str:
        """Where messages are posted."""
        return f"http://{self.host}:{self.port}/messages"

    def start(self) -> None:
        """Listen, in a thread of its own. Raises OSError where the port is taken."""
        self.folder.mkdir(parents=True, exist_ok=True)
        self._known = {one.id for one in SmsBox(self.folder).list()}
        self._server = ThreadingHTTPServer((self.host, self.port), _handler(self))
        self._server.daemon_threads = True
        self.port = self._server.server_address[1]
        self._thread = Thread(target=self._server.serve_forever, name="sms-sink", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """Stop listening."""
        server, self._server = self._server, None
        if server is not None:
            server.shutdown()
            server.server_close()

    def take(self, document: Any) -> tuple[int, dict[str, str]]:
        """Keep a message; gives status and answer."""
        if not isinstance(document, dict):
            return 400, {"why": "a JSON object was expected"}
        fields = {name: document.get(name) for name in ("key", "to", "text", "sender")}
        missing = [name for name, value in fields.items() if not isinstance(value, str) or not value]
        if missing:
            return 400, {"why": f"a text was expected for {', '.join(missing)}"}
        identity = sha256(str(fields["key"]).encode("utf-8", "replace")).hexdigest()[:16]
        with self._lock:
            if identity in self._known:
                return 409, {"id": identity}
            sms = Sms(id=identity, at=self.now().isoformat(), **{name: str(value) for name, value in fields.items()})
            with (self.folder / FILE).open("a", encoding="utf-8") as file:
                file.write(json.dumps(asdict(sms)) + "\n")
            self._known.add(identity)
        return 202, {"id": identity}


def _handler(sink: SmsSink) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        timeout = 60

        def do_POST(self) -> None:
            given = self.headers.get("Authorization", "")
            length = self.headers.get("Content-Length", "")
            if not length.isdigit() or int(length) > LARGEST:
                self.close_connection = True
                return self._answer(413, {"why": f"at most {LARGEST} bytes were expected"})
            body = self.rfile.read(int(length))
            if not hmac.compare_digest(given.encode("utf-8", "replace"), f"Bearer {sink.token}".encode()):
                return self._answer(401, {"why": "another token was expected"})
            try:
                document = json.loads(body)
            except (ValueError, RecursionError):
                return self._answer(400, {"why": "JSON was expected"})
            return self._answer(*sink.take(document))

        def _answer(self, status: int, document: dict[str, str]) -> None:
            content = json.dumps(document).encode()
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, format: str, *args: Any) -> None:
            """Nothing: numbers and texts belong in no log."""

    return Handler
