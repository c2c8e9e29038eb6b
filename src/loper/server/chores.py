"""What the worker does beside the letters: each chore now and then in a thread of its own, or (`once`) each one time.

A chore works in transactions, so it may be cut off at any moment, and what it left it does the next time.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from dataclasses import dataclass

from django.conf import settings
from django.db import connection

from loper.channels.email import Inbox, Unreachable
from loper.server.actions import arrivals, complexes, homes, lessons, logs, migrate, nightly, own_log, partners, returns
from loper.server.actions.imports import work
from loper.server.actions.out import parquet
from loper.server.actions.out.chores import going_out
from loper.server.actions.privacy import access, erase, retain
from loper.server.actions.promises.keep import keeping
from loper.server.actions.tidy import tidy
from loper.server.post import inbox_settings

logger = logging.getLogger("loper.worker")


@dataclass(frozen=True, slots=True)
class Chore:
    """Something to do every so many `seconds`; `rests`: for the first time only after those.

    `act` comes back soon once the event is set. Where it does a little at a time it gives how far it came (0: the end).
    """

    name: str
    act: Callable[[threading.Event], int | None]
    seconds: float
    rests: bool = False


def chores() -> list[Chore]:
    """All of them, as the settings say."""
    return [
        Chore("moving open cases", _move_cases, 2),
        Chore("times for many homes", _place_homes, 2),
        Chore("sweeping up", _sweep_up, 3600, rests=True),
        Chore("planning days again", _plan_again, 60, rests=True),
        Chore("what was kept long enough", _let_go, 3600, rests=True),
        Chore("files of other systems", _bring_in, 3),
        Chore("what customers asked to have", _give_out, 5),
        Chore("arrivals", _follow_days, 120),
        Chore("logs of contacts", _read_logs, 3),
        Chore("what goes out", going_out(), 1),
        Chore("the ledger of promises", keeping(), 60),
        *([Chore("tables for analysts", _write_tables, 3600)] if settings.LOPER_TABLES else ()),
        *([Chore("the mailbox of bounces", _watch_inbox, 60)] if inbox_settings() is not None else ()),
        *([Chore("places of homes", homes_in_turn(), 60)] if settings.LOPER_GEOCODER else ()),
    ]


def now_and_then(chore: Chore, stop: threading.Event) -> None:
    """Do it, every so many seconds, until `stop` is set; what goes wrong is in the log, and it is tried again."""
    if chore.rests and stop.wait(chore.seconds):
        return
    while not stop.is_set():
        _do(chore, stop)
        stop.wait(chore.seconds)


def once() -> None:
    """Each chore one time, to its end, one after the other; what goes wrong is in the log, and the others are done."""
    stop = threading.Event()
    for chore in chores():
        before, came = None, _do(chore, stop)
        while came and came != before:
            before, came = came, _do(chore, stop)


def _do(chore: Chore, stop: threading.Event) -> int | None:
    try:
        return chore.act(stop)
    except Exception:
        logger.exception(chore.name)
        return None
    finally:
        if not connection.in_atomic_block:
            connection.close()


def _move_cases(stop: threading.Event) -> None:
    """Open cases that somebody moves to another version, batch by batch."""
    while migrate.go_on() and not stop.wait(0.05):
        pass


def _place_homes(stop: threading.Event) -> None:
    """A time for each home of complex-wide work, one by one."""
    while complexes.go_on() and not stop.is_set():
        pass


def _sweep_up(stop: threading.Event) -> None:
    """What nobody needs any more."""
    tidy()


def _let_go(stop: threading.Event) -> None:
    """Personal data whose time is over, batch by batch; after erasures the files of the database are written anew."""
    while retain.go_on() and not stop.wait(0.05):
        pass
    erase.scrub_if_due()


def _bring_in(stop: threading.Event) -> None:
    """Files of customers and the like: looked at, put in force."""
    while work.next_one() and not stop.is_set():
        pass


def _give_out(stop: threading.Event) -> None:
    """All that is known of a customer, as a file, where somebody asked for it."""
    while access.make_next() and not stop.is_set():
        pass


def _plan_again(stop: threading.Event) -> None:
    """Visits that nobody answered; the coming days, at night and after many bookings."""
    partners.chase()
    nightly.go_on()


def _follow_days(stop: threading.Event) -> None:
    """The arrivals of today, foreseen anew; at night what came is learned from."""
    lessons.learn_if_due()
    arrivals.follow_all()


def _read_logs(stop: threading.Event) -> None:
    """Logs that were brought in; our own is kept up to date."""
    own_log.keep_up()
    while logs.read_next() and not stop.is_set():
        pass


def _write_tables(stop: threading.Event) -> None:
    """The tables for analysts, as files."""
    parquet.write_if_asked()


def homes_in_turn() -> Callable[[threading.Event], int]:
    """A few homes at a time that the geocoder is asked about, each time the next ones."""
    after = 0

    def act(stop: threading.Event) -> int:
        nonlocal after
        after = homes.locate_homes(after)
        return after

    return act


def _watch_inbox(stop: threading.Event) -> None:
    """Mails that came back."""
    try:
        count = read_inbox()
    except Unreachable as wrong:
        logger.warning("the mailbox of bounces cannot be read: %s", wrong)
    else:
        if count:
            logger.info("%d mails came back", count)


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
