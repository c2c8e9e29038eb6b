"""What the worker does for what goes out: hand it out, and see that each subscriber has a thread that sends."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor, wait

from django.db import connection

from loper.server.actions.out.hand_out import hand_out
from loper.server.actions.out.send import logger, send_all, to_send

MOST = 16
"""So many subscribers are sent to at once."""


def going_out() -> Callable[[threading.Event], None]:
    """A chore: it never waits for a subscriber that is slow, but goes on with the others."""
    pool = ThreadPoolExecutor(MOST, "out")
    running: dict[int, Future[int]] = {}

    def act(stop: threading.Event) -> None:
        while hand_out() and not stop.is_set():
            pass
        for pk in [pk for pk, one in running.items() if one.done()]:
            running.pop(pk)
        for pk in to_send():
            if pk not in running:
                running[pk] = pool.submit(_send, pk, stop)
        wait(running.values(), timeout=1)

    return act


def _send(pk: int, stop: threading.Event) -> int:
    try:
        return send_all(pk, stop)
    except Exception:
        logger.exception("sending to subscriber %d", pk)
        return 0
    finally:
        connection.close()
