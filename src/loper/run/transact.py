"""One unit, done until it goes through: what others changed meanwhile is read again, what is poisoned is left out."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from loper.run.ports import Clock, Journeys
from loper.run.store import Conflict, Poisoned, Store
from loper.run.take import settle
from loper.run.work import Work

T = TypeVar("T")

TRIES = 8
"""So often a unit is done again because somebody else was quicker; then the caller hears it."""


def transact(store: Store, journeys: Journeys, clock: Clock, body: Callable[[Work], T]) -> T:
    """Do this in one unit, let happen what it makes due, and write everything at once; gives what `body` gives.

    `body` may be called several times: it must change nothing but the work that it is given. Raises Conflict when
    others were quicker every time, Unanswered when the store is not there.
    """
    poisoned: dict[str, str] = {}
    faulty: dict[int, str] = {}
    conflicts = 0
    while True:
        journeys.renew()
        try:
            with store.unit() as unit:
                work = Work(unit, journeys, clock.now(), poisoned, faulty, unit.restored())
                result = body(work)
                settle(work)
                work.write()
            return result
        except Poisoned as found:
            if found.case in poisoned or found.letter in faulty:
                raise  # it was left out, and yet it went wrong: that is our own mistake
            if found.case:
                poisoned[found.case] = found.why
            else:
                faulty[found.letter] = found.why
        except Conflict:
            conflicts += 1
            if conflicts == TRIES:
                raise
