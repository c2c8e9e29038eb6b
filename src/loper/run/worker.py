"""The worker: what is due happens, what is queued goes, over and over. Set by set, so that a million can wait.

One sweep ticks the cases whose waking has come and then sends letters. A sweep has a cap: a herd of timers that come
due in one second is worked off in pieces, and the pages still get their turn at the database.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from loper.run.deliver import WAITS
from loper.run.outbox import Outbox
from loper.run.ports import Clock, Journeys
from loper.run.store import Store, Unanswered
from loper.run.transact import transact
from loper.run.work import Work

logger = logging.getLogger("loper.run")

BATCH = 250
"""Cases ticked in one transaction."""

BATCHES = 20
"""Transactions of ticks in one sweep; then letters have their turn."""

LETTERS = 200
"""Letters claimed in one sweep."""

PUNCTUAL = timedelta(seconds=60)
"""A tick that comes less than this after its time counts as on time: the step is told the time at which it was due."""

IDLE = 1.0
"""Seconds between two sweeps when there was nothing to do."""

BREATH = 0.01
"""Seconds between two transactions of ticks: whoever waits for the database gets it now."""

BEAT = timedelta(seconds=5)
TIDY = timedelta(hours=1)


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

    def body(work: Work) -> tuple[int, float]:
        due = work.unit.due(work.now, limit)
        lag = 0.0
        for stored in due:
            work.add(stored)
            wake = stored.case.state.wake
            late = timedelta(0) if wake is None else work.now - wake
            lag = max(lag, late.total_seconds())
            if stored.broken:
                work.changes.set_aside[stored.case.key] = stored.broken
            work.tick(stored.case.key, wake if late < PUNCTUAL else work.now)
        return len(due), lag

    return transact(store, journeys, clock, body)


def sweep(store: Store, journeys: Journeys, clock: Clock, outbox: Outbox, batch: int = BATCH) -> Swept:
    """Once round: cases, then letters."""
    cases, lag = tick_due(store, journeys, clock, batch)
    last, batches = cases, 1
    while last == batch and batches < BATCHES and not outbox.stop():
        clock.wait(BREATH)
        last, _ = tick_due(store, journeys, clock, batch)
        cases, batches = cases + last, batches + 1
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
    tidied: datetime | None = None
    beaten: datetime | None = None
    trouble = 0
    while not stop():
        try:
            done = sweep(store, journeys, clock, outbox)
            now = clock.now()
            if beaten is None or abs(now - beaten) > BEAT:
                with store.unit() as unit:
                    unit.beat(name, now, done.lag)
                beaten = now
            if tidied is None or abs(now - tidied) > TIDY:
                _tidy(store, now)
                tidied = now
            trouble = 0
            if done.idle:
                clock.wait(IDLE)
        except Exception as wrong:
            trouble += 1
            pause = min(30.0, 0.5 * 2**trouble)
            if isinstance(wrong, Unanswered):
                logger.warning("the store does not answer (%s); asked again in %.0f s", wrong, pause)
            else:
                logger.exception("this sweep failed; the next one in %.0f s", pause)
            clock.wait(pause)
    outbox.close()


def _tidy(store: Store, now: datetime) -> None:
    with store.unit() as unit:
        dropped = unit.forget_waiting(now - WAITS)
    if dropped:
        logger.warning("%d events waited %d days for a case that never came, and were dropped", dropped, WAITS.days)
