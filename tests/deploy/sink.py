"""A mail server that counts which Message-ID came how often; in a thread, or as a process that writes them to a file.

python -m tests.deploy.sink HOST PORT FILE [SECONDS]     (so slowly it takes each)
"""

from __future__ import annotations

import asyncio
import re
import sys
import time
from collections import Counter
from pathlib import Path
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
    """Listens once started; `taken` counts."""

    def __init__(self, host: str = "127.0.0.1", port: int = 0, file: Path | None = None, slow: float = 0.0) -> None:
        self.taken: Counter[str] = Counter()
        self.file, self.slow = file, slow
        self._controller = _Server(self, hostname=host, port=port)

    def start(self) -> None:
        self._controller.start()

    def stop(self) -> None:
        self._controller.stop()

    @property
    def port(self) -> int:
        return int(self._controller.port)

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        found = _ID.search((envelope.original_content or b"")[:8192])
        identity = found.group(1).decode() if found else "?"
        self.taken[identity] += 1
        if self.file is not None:
            with self.file.open("a") as file:
                file.write(f"{identity} {session.peer[0]}\n")
        await asyncio.sleep(self.slow)
        return "250 OK"


if __name__ == "__main__":
    Sink(sys.argv[1], int(sys.argv[2]), Path(sys.argv[3]), float((sys.argv[4:] or ["0"])[0])).start()
    while True:
        time.sleep(3600)
