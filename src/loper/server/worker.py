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
from django.db import connection

from loper.channels.email import Inbox, Unreachable
from loper.run.outbox import Outbox
from loper.run.ports import Channel
from loper.run.worker import sweep, work
from loper.server import roads
from loper.server.actions import arrivals, complexes, homes, lessons, logs, migrate, nightly, own_log, partners, returns
from loper.server.actions.texts import Texts
from loper.server.actions.tidy import tidy
from loper.server.alone import check_database, the_only_worker
from loper.server.clock import ServerClock
from loper.server.post import Channels, inbox_settings
from loper.server.queries.directory import Directory
from loper.server.queries.journeys import Journeys
from loper.server.records.store import SqlStore

logger = logging.getLogger("loper.worker")

INBOX = 60.0
"""Seconds between two looks at the mailbox of bounces."""

BROOM = 3600.0
"""Seconds between two sweeps of what nobody needs any more."""

ARRIVALS = 120.0
"""Seconds between two looks at how far everybody's day is."""

HOMES = 60.0
"""Seconds between two times that the geocoder is asked where a few homes are."""

PATIENCE = 5.0
"""Seconds that the threads beside the loop have to come to an end."""

MOVES = 2.0
"""Seconds between two looks whether somebody moves open cases to another version, or begins work on many homes."""


LOGS = 3.0
"""Seconds between two looks whether a log waits to be read."""

PLANNING = 60.0
"""Seconds between two looks whether days are to be planned again."""


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
    check_database()
    if 2.5 * settings.LOPER_SMTP["timeout"] > settings.LOPER_HOLD:
        raise ValueError("LOPER_HOLD must be at least two and a half times LOPER_SMTP_TIMEOUT")
    nightly.check()
    roads.check()
    with the_only_worker(), ThreadPoolExecutor(settings.LOPER_SENDERS, "sender") as pool:
        channels = Channels()
        box = outbox(channels)
        logger.info("at work; channels: %s", ", ".join(channels()))
        box.pool, box.stop, box.clock = pool, stop.is_set, ServerClock(stop)
        beside = [move_cases, place_homes, sweep_up, plan_again, follow_days, read_logs]
        beside += [watch_inbox] if inbox_settings() is not None else []
        beside += [find_homes] if settings.LOPER_GEOCODER else []
        # Each does its work in transactions, so it may be cut off: a worker that is asked to stop keeps nobody waiting.
        threads = [threading.Thread(target=one, args=(stop,), name=one.__name__, daemon=True) for one in beside]
        for thread in threads:
            thread.start()
        name = f"{socket.gethostname()}/{os.getpid()}"
        work(box.store, box.journeys, box.clock, box, stop=stop.is_set, name=name)
        until = time.monotonic() + PATIENCE
        for thread in threads:
            thread.join(timeout=max(0.0, until - time.monotonic()))


def run_once() -> None:
    """What is due now, and nothing after."""
    check_database()
    with the_only_worker():
        box = outbox(Channels())
        settle(box)
        box.close()


def move_cases(stop: threading.Event) -> None:
    """Move the open cases that somebody moves to another version, batch by batch, until `stop` is set."""

    def act() -> None:
        while migrate.go_on() and not stop.wait(0.05):
            pass

    _now_and_then(stop, "moving open cases", act, MOVES)


def place_homes(stop: threading.Event) -> None:
    """Seek a time for each home of complex-wide work, one by one, until `stop` is set."""

    def act() -> None:
        while complexes.go_on() and not stop.is_set():
            pass

    _now_and_then(stop, "times for many homes", act, MOVES)


def sweep_up(stop: threading.Event) -> None:
    """Take out what nobody needs any more, every hour, until `stop` is set."""
    if not stop.wait(BROOM):
        _now_and_then(stop, "sweeping up", tidy, BROOM)


def follow_days(stop: threading.Event) -> None:
    """Foresee the arrivals of today every few minutes, and learn at night from what came, until `stop` is set."""

    def act() -> None:
        lessons.learn_if_due()
        arrivals.follow_all()

    _now_and_then(stop, "arrivals", act, ARRIVALS)


def find_homes(stop: threading.Event) -> None:
    """Ask the geocoder where homes are, a few every minute, until `stop` is set."""
    after = 0

    def act() -> None:
        nonlocal after
        after = homes.locate_homes(after)

    _now_and_then(stop, "places of homes", act, HOMES)


def read_logs(stop: threading.Event) -> None:
    """Read the logs that were brought in, and keep our own up to date, until `stop` is set."""

    def act() -> None:
        own_log.keep_up()
        while logs.read_next() and not stop.is_set():
            pass

    _now_and_then(stop, "logs of contacts", act, LOGS)


def plan_again(stop: threading.Event) -> None:
    """Plan unanswered visits again; the coming days at night and after many bookings; until `stop` is set."""

    def act() -> None:
        partners.chase()
        nightly.go_on()

    if not stop.wait(PLANNING):
        _now_and_then(stop, "planning days again", act, PLANNING)


def watch_inbox(stop: threading.Event) -> None:
    """Read the mailbox of bounces now and then, until `stop` is set."""

    def act() -> None:
        try:
            count = read_inbox()
        except Unreachable as wrong:
            logger.warning("the mailbox of bounces cannot be read: %s", wrong)
        else:
            if count:
                logger.info("%d mails came back", count)

    _now_and_then(stop, "the mailbox of bounces", act, INBOX)


def _now_and_then(stop: threading.Event, what: str, act: Callable[[], object], seconds: float) -> None:
    """Do it, every so many seconds, until `stop` is set; what goes wrong is in the log, and it is tried again."""
    while not stop.is_set():
        try:
            act()
        except Exception:
            logger.exception(what)
        finally:
            connection.close()
        stop.wait(seconds)


def read_inbox() -> int:
    """What came back since the last time; gives how many mails. A mail is put away once it is written down."""
    given = inbox_settings()
    if given is None:
        return 0
    count = 0
    for found in Inbox(given).read():
        returns.take_mail(found.report)
        count += 1
    return count
