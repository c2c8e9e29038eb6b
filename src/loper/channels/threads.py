"""A channel of their own for every thread of a pool."""

from __future__ import annotations

from collections.abc import Callable
from threading import Lock, local

from loper.run.ports import Channel, Outgoing, Receipt


class PerThread:
    """A channel that is another one in each thread, made by `make` when a thread first sends."""

    def __init__(self, make: Callable[[], Channel]) -> None:
        first = make()
        self.name, self.idempotent = first.name, first.idempotent
        self._make = make
        self._own = local()
        self._all: list[Channel] = []
        self._lock = Lock()

    def send(self, message: Outgoing) -> Receipt:
        """Hand one message over, by this thread's own channel."""
        channel: Channel | None = getattr(self._own, "channel", None)
        if channel is None:
            channel = self._own.channel = self._make()
            with self._lock:
                self._all.append(channel)
        return channel.send(message)

    def close(self) -> None:
        """Let go of the connections of all threads. Not while one is sending."""
        with self._lock:
            for channel in self._all:
                channel.close()
