"""The worker on this server: the runtime's loop with the database, the channels of the settings and the real clock."""

from __future__ import annotations

import os
import random
import socket
import threading
from collections.abc import Mapping

from loper.run.outbox import Outbox
from loper.run.ports import Channel
from loper.run.worker import sweep, work
from loper.server.actions.texts import Texts
from loper.server.clock import ServerClock
from loper.server.queries.directory import Directory
from loper.server.queries.journeys import Journeys
from loper.server.records.store import SqlStore


def outbox(channels: Mapping[str, Channel]) -> Outbox:
    """An outbox on this server's database, with these channels."""
    journeys = Journeys()
    return Outbox(
        store=SqlStore(journeys),
        journeys=journeys,
        directory=Directory(),
        texts=Texts(),
        channels=channels,
        clock=ServerClock(),
        chance=random.Random(),  # noqa: S311 - jitter and tokens of leases, no secret
    )


def settle(box: Outbox) -> int:
    """Sweep until there is nothing left to do now; gives how many sweeps did something."""
    rounds = 0
    while not sweep(box.store, box.journeys, box.clock, box).idle:
        rounds += 1
    return rounds


def run(stop: threading.Event) -> None:
    """Work until `stop` is set."""
    box = outbox(channels())
    name = f"{socket.gethostname()}/{os.getpid()}"
    work(box.store, box.journeys, box.clock, box, stop=stop.is_set, name=name)


def run_once() -> int:
    settle(outbox(channels()))
    return 0


def channels() -> Mapping[str, Channel]:
    """The channels that the settings name."""
    return {}
