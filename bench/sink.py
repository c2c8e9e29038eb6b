"""A mail server that takes everything and keeps nothing, so small that it does not hold up those who send.

    python bench/sink.py

Prints its port, and for each line that it reads from its standard input one line of JSON: mails and bytes so far.
"""

from __future__ import annotations

import asyncio
import json
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from subprocess import PIPE, Popen

mails = size = 0


async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    global mails, size
    writer.write(b"220 sink\r\n")
    while line := await reader.readline():
        word = line[:4].upper()
        if word == b"EHLO":
            writer.write(b"250-sink\r\n250-SIZE 33554432\r\n250 8BITMIME\r\n")
        elif word == b"DATA":
            writer.write(b"354 go on\r\n")
            content = await reader.readuntil(b"\r\n.\r\n")
            mails, size = mails + 1, size + len(content)
            writer.write(b"250 taken\r\n")
        elif word == b"QUIT":
            writer.write(b"221 bye\r\n")
            break
        else:
            writer.write(b"250 yes\r\n")
    writer.close()


async def main() -> None:
    server = await asyncio.start_server(serve, "127.0.0.1", 0, limit=2**25)
    print(server.sockets[0].getsockname()[1], flush=True)
    loop = asyncio.get_running_loop()
    while await loop.run_in_executor(None, sys.stdin.readline):
        print(json.dumps({"mails": mails, "bytes": size}), flush=True)


class Sink:
    """The sink in a process of its own, as a bench sees it."""

    def __init__(self, process: Popen[str]) -> None:
        self.process = process
        self.port = int(self._line())

    def count(self) -> dict[str, int]:
        """Mails and bytes that it took so far."""
        assert self.process.stdin is not None
        self.process.stdin.write("\n")
        self.process.stdin.flush()
        found: dict[str, int] = json.loads(self._line())
        return found

    def _line(self) -> str:
        assert self.process.stdout is not None
        return self.process.stdout.readline()


@contextmanager
def sink() -> Iterator[Sink]:
    with Popen([sys.executable, str(Path(__file__))], stdin=PIPE, stdout=PIPE, text=True) as process:
        try:
            yield Sink(process)
        finally:
            process.kill()


if __name__ == "__main__":
    asyncio.run(main())
