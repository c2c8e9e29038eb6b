"""The worker on this server: the runtime's loop with the database, the channels of the settings and the real clock."""

from __future__ import annotations

import logging
import os
import random
import socket
import threading
import time
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

from django.conf import settings

from loper.run.outbox import Outbox
from loper.run.ports import Channel
from loper.run.worker import sweep, work
from loper.server import roads
from loper.server.actions import nightly
from loper.server.actions.privacy import retain
from loper.server.actions.texts import Texts
from loper.server.alone import check_database, the_only_worker
from loper.server.chores import chores, now_and_then, once
from loper.server.clock import ServerClock
from loper.server.post import Channels
from loper.server.queries.directory import Directory
from loper.server.queries.journeys import Journeys
from loper.server.records.store import SqlStore

logger = logging.getLogger("loper.worker")

PATIENCE = 5.0
"""Seconds that the threads beside the loop have to come to an end."""


def outbox(channels: Mapping[str, Channel] | Callable[[], Mapping[str, Channel]]) -> Outbox:
    """An outbox on this server's database, with these channels."""
    journeys = Journeys()
    given = channels if not callable(channels) else {}
    return Outbox(
        store=SqlStore(journeys),
        journeys=journeys,
        directory=Directory(),
        texts=Texts(),
        channels=given,
        clock=ServerClock(),
        chance=random.Random(),  # noqa: S311 - jitter and tokens of leases, no secret
        current=channels if callable(channels) else None,
        hold=timedelta(seconds=settings.LOPER_HOLD),
    )


def settle(box: Outbox) -> int:
    """Sweep until there is nothing left to do now; gives how many sweeps did something."""
    rounds = 0
    while not sweep(box.store, box.journeys, box.clock, box).idle:
        rounds += 1
    return rounds


def run(stop: threading.Event) -> None:
    """Work until `stop` is set. Raises Refusing where a worker may not start, ValueError where settings are wrong."""
    check()
    with the_only_worker(), ThreadPoolExecutor(settings.LOPER_SENDERS, "sender") as pool:
        channels = Channels()
        box = outbox(channels)
        logger.info("at work; channels: %s", ", ".join(channels()))
        box.pool, box.stop, box.clock = pool, stop.is_set, ServerClock(stop)
        # A worker that is asked to stop keeps nobody waiting: a chore may be cut off.
        threads = [
            threading.Thread(target=now_and_then, args=(one, stop), name=one.name, daemon=True) for one in chores()
        ]
        for thread in threads:
            thread.start()
        name = f"{socket.gethostname()}/{os.getpid()}"
        work(box.store, box.journeys, box.clock, box, stop=stop.is_set, name=name)
        until = time.monotonic() + PATIENCE
        for thread in threads:
            thread.join(timeout=max(0.0, until - time.monotonic()))


def run_once() -> None:
    """Every chore one time, then what is due now and what came of them; nothing after. Raises as `run` does."""
    check()
    with the_only_worker():
        once()
        box = outbox(Channels())
        settle(box)
        box.close()


def check() -> None:
    """Raises Refusing where a worker may not start, ValueError where settings are wrong."""
    check_database()
    if 2.5 * settings.LOPER_SMTP["timeout"] > settings.LOPER_HOLD:
        raise ValueError("LOPER_HOLD must be at least two and a half times LOPER_SMTP_TIMEOUT")
    nightly.check()
    retain.check()
    roads.check()
