"""The worker: what is due happens, what is queued goes, over and over. Set by set, so that a million can wait.

One sweep ticks the cases whose waking has come and then sends letters. A sweep has a cap: a herd of timers that come
due in one second is worked off in pieces, and the pages still get their turn at the database.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta

from loper.run.deliver import WAITS, settle
from loper.run.outbox import Outbox
from loper.run.ports import Clock, Journeys
from loper.run.store import Conflict, Store
from loper.run.work import Work

logger = logging.getLogger("loper.run")

BATCH = 500
"""Cases ticked in one transaction."""

LETTERS = 200
"""Letters claimed in one sweep."""

PUNCTUAL = timedelta(seconds=60)
"""A tick that comes less than this after its time counts as on time: the step is told the time at which it was due."""

IDLE = 1.0
"""Seconds between two sweeps when there was nothing to do."""


@dataclass(frozen=True, slots=True)
class Swept:
    """What one sweep did."""

    cases: int = 0
    letters: int = 0
    lag: float = 0.0  # seconds the longest due case had waited

    @property
    def idle(self) -> bool:
        return not self.cases and not self.letters


def tick_due(store: Store, journeys: Journeys, clock: Clock, limit: int = BATCH) -> tuple[int, float]:
    """Tick the cases whose waking has come; gives how many, and how long the first had waited (seconds)."""
    now = clock.now()
    with store.unit() as unit:
        due = unit.due(now, limit)
        if not due:
            return 0, 0.0
        work = Work(unit, journeys, now)
        lag = 0.0
        for stored in due:
            wake = stored.case.state.wake
            work.stored[stored.case.key] = stored
            late = timedelta(0) if wake is None else now - wake
            lag = max(lag, late.total_seconds())
            work.tick(stored.case.key, wake if late < PUNCTUAL else now)
        settle(work)
        work.write()
        return len(due), lag


def sweep(store: Store, journeys: Journeys, clock: Clock, outbox: Outbox, batch: int = BATCH) -> Swept:
    """Once round: cases, then letters."""
    try:
        cases, lag = tick_due(store, journeys, clock, batch)
    except Conflict:
        cases, lag = 0, 0.0  # a page was quicker; the next sweep sees what it left
    return Swept(cases, outbox.sweep(LETTERS), lag)


def work(
    store: Store,
    journeys: Journeys,
    clock: Clock,
    outbox: Outbox,
    *,
    stop: Callable[[], bool],
    name: str = "worker",
) -> None:
    """Sweep until `stop` says so. An error of one sweep is logged and the next one tried: nothing is lost by it."""
    forgotten = beaten = None
    trouble = 0
    while not stop():
        try:
            done = sweep(store, journeys, clock, outbox)
            now = clock.now()
            if beaten is None or abs((now - beaten).total_seconds()) > 5:
                with store.unit() as unit:
                    unit.beat(name, now, done.lag)
                beaten = now
            if forgotten is None or now - forgotten > timedelta(hours=1):
                with store.unit() as unit:
                    dropped = unit.forget_waiting(now - WAITS)
                if dropped:
                    logger.warning("%d events waited 30 days for a case that never came, and were dropped", dropped)
                forgotten = now
            trouble = 0
            if done.idle:
                clock.wait(IDLE)
        except Exception:
            trouble += 1
            pause = min(30.0, 0.5 * 2**trouble)
            logger.exception("this sweep failed; the next one in %.0f s", pause)
            clock.wait(pause)
