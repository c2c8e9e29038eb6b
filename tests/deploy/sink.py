"""The mail server that counts, as a process of its own that writes down which Message-ID came from where.

python -m tests.deploy.sink HOST PORT FILE [SECONDS]     (so slowly it answers each)
"""

from __future__ import annotations

import sys
import time
from pathlib import Path

from tests.faults.sink import Sink as Counting


class Sink(Counting):
    """Listens once started; `taken` counts, and `file`, if any, gets a line for each mail."""

    def __init__(self, host: str = "127.0.0.1", port: int = 0, file: Path | None = None, slow: float = 0.0) -> None:
        super().__init__(host, port)
        self.file, self.takes = file, slow

    def keep(self, identity: str, sender: str) -> None:
        if self.file is not None:
            with self.file.open("a") as file:
                file.write(f"{identity} {sender}\n")


if __name__ == "__main__":
    Sink(sys.argv[1], int(sys.argv[2]), Path(sys.argv[3]), float((sys.argv[4:] or ["0"])[0])).start()
    while True:
        time.sleep(3600)
