"""Reckoning that takes long, in a process of its own.

A search by VROOM holds Python's lock: while it lasts, a process that serves pages answers nobody. So it goes to a
second process, with plain data in and out. That one is made when it is first needed, serves one after the other, and
ends by itself when it has had nothing to do for a while, when whoever made it ends, or when a question takes too long.
"""

from __future__ import annotations

import logging
import signal
import threading
from collections.abc import Callable
from datetime import timedelta
from multiprocessing import get_context
from multiprocessing.connection import Connection
from multiprocessing.process import BaseProcess
from typing import Any, ParamSpec, TypeVar

logger = logging.getLogger("loper.planning")

IDLE = timedelta(minutes=10)
"""With nothing to do for so long it ends: it has some 150 MB."""

GRACE = timedelta(seconds=5)
"""So long after its time the process ends itself, also when nobody is left to end it."""

P = ParamSpec("P")
T = TypeVar("T")


class TooLong(Exception):
    """It was not done in time."""


class Apart:
    """The second process. For all threads of this one, in turn."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._process: BaseProcess | None = None
        self._line: Connection | None = None

    def run(self, within: timedelta, work: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """What `work` (of a module, not a lambda) gives for these; raises what it raises, TooLong when it is late.

        Where no process can be started, it is done here, as if there were none.
        """
        with self._lock:
            line = self._ready((within + GRACE, work, args, kwargs))
            if line is not None:
                found: T = self._answer(line, within)
                return found
        return work(*args, **kwargs)

    def stop(self) -> None:
        """End the process; the next question starts another."""
        with self._lock:
            self._end()

    def _ready(self, question: object) -> Connection | None:
        """The line over which this question went; None where there can be no process."""
        for _twice in range(2):  # the first may have ended itself just now, or been ended by the system
            try:
                alive = self._process is not None and self._process.is_alive()
                line = self._line if alive and self._line is not None else self._start()
                line.send(question)
                return line
            except (OSError, EOFError) as wrong:
                self._end()
                trouble = wrong
        logger.warning("no second process can be started (%s): others wait while this one plans", trouble)
        return None

    def _answer(self, line: Connection, within: timedelta) -> Any:
        try:
            if not line.poll(within.total_seconds()):
                self._end()
                raise TooLong(f"not done in {within}")
            done, found = line.recv()
        except (OSError, EOFError) as wrong:
            self._end()
            raise TooLong("the process that planned was ended; there may be too little memory") from wrong
        if not done:
            raise found
        return found

    def _start(self) -> Connection:
        self._end()
        context = get_context("spawn")  # a copy of a process with threads and a database would not do
        here, there = context.Pipe()
        process = context.Process(target=serve, args=(there, IDLE), name="loper-planning", daemon=True)
        process.start()
        there.close()
        self._process, self._line = process, here
        return here

    def _end(self) -> None:
        if self._line is not None:
            self._line.close()
        if self._process is not None and self._process.is_alive():
            self._process.kill()
            self._process.join()
        self._process = self._line = None


def serve(line: Connection, idle: timedelta) -> None:
    """What the second process does: answer until nobody asks."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # whoever made this one says when it ends
    while line.poll(idle.total_seconds()):
        try:
            within, work, args, kwargs = line.recv()
        except EOFError:
            return
        signal.setitimer(signal.ITIMER_REAL, within.total_seconds())  # ends this process, whatever holds the lock
        try:
            answer: tuple[bool, Any] = True, work(*args, **kwargs)
        except Exception as wrong:
            answer = False, wrong
        signal.setitimer(signal.ITIMER_REAL, 0)
        line.send(answer)


ASKED, BEHIND = Apart(), Apart()
"""One for what somebody waits for, one for what is done at night, so that nobody waits for the night."""
