"""A mail server that counts: which Message-ID came how often. It can be told to lose its answers."""

from __future__ import annotations

import asyncio
import re
import threading
from collections import Counter
from typing import Any

from aiosmtpd.smtp import SMTP, Envelope, Session

from loper.channels.email.mailbox import SmtpServer

_ID = re.compile(rb"^Message-ID:\s*(<[^>]+>)", re.IGNORECASE | re.MULTILINE)


class Sink:
    """Listens on a port of its own. `drops`: the n-th mail and every n-th after it is taken, but its answer is lost.

    `takes`: seconds until a mail that was taken is answered; a worker that is killed meanwhile does not know.
    """

    def __init__(self, host: str = "127.0.0.1", port: int = 0) -> None:
        self.taken: Counter[str] = Counter()
        self.drops = 0
        self.takes = 0.03
        self.dropped = 0
        self._lock = threading.Lock()
        self._controller = SmtpServer(self, hostname=host, port=port)

    def start(self) -> None:
        self._controller.start()

    def stop(self) -> None:
        self._controller.stop()

    @property
    def port(self) -> int:
        return int(self._controller.port)

    def keep(self, identity: str, sender: str) -> None:
        """What else is done with a mail that was taken: here nothing."""

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        content = envelope.original_content or b""
        found = _ID.search(content[:8192])
        identity = found.group(1).decode() if found else "?"
        with self._lock:
            self.taken[identity] += 1
            self.keep(identity, session.peer[0])
            drop = bool(self.drops) and sum(self.taken.values()) % self.drops == 0
            self.dropped += drop
        await asyncio.sleep(self.takes)
        if drop:
            transport: Any = server.transport
            transport.abort()
        return "250 OK"
