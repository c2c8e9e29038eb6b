"""A mail server that counts: which Message-ID came how often. It can be told to lose its answers."""

from __future__ import annotations

import asyncio
import re
import threading
from collections import Counter
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session

_ID = re.compile(rb"^Message-ID:\s*(<[^>]+>)", re.IGNORECASE | re.MULTILINE)


class _Server(Controller):
    """aiosmtpd's own, which also knows its port where the machine chose it."""

    def _trigger_server(self) -> None:
        server: Any = self.server
        if server is not None:
            self.port = server.sockets[0].getsockname()[1]
        super()._trigger_server()


class Sink:
    """Listens on a port of its own. `drops`: the n-th mail and every n-th after it is taken, but its answer is lost.

    `takes`: seconds until a mail that was taken is answered; a worker that is killed meanwhile does not know.
    """

    def __init__(self) -> None:
        self.taken: Counter[str] = Counter()
        self.drops = 0
        self.takes = 0.03
        self.dropped = 0
        self._lock = threading.Lock()
        self._controller = _Server(self, hostname="127.0.0.1", port=0)

    def start(self) -> None:
        self._controller.start()

    def stop(self) -> None:
        self._controller.stop()

    @property
    def port(self) -> int:
        return int(self._controller.port)

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        content = envelope.original_content or b""
        found = _ID.search(content[:8192])
        with self._lock:
            self.taken[found.group(1).decode() if found else "?"] += 1
            drop = bool(self.drops) and sum(self.taken.values()) % self.drops == 0
            self.dropped += drop
        await asyncio.sleep(self.takes)
        if drop:
            transport: Any = server.transport
            transport.abort()
        return "250 OK"
