"""Events in: durable when this returns, each at most once, whatever the order in which they come (language, rule 2)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from loper.run.cloudevents import Told
from loper.run.ports import Clock, Journeys
from loper.run.store import Store
from loper.run.take import Outcome, catch_up, take
from loper.run.transact import transact
from loper.run.work import Work

__all__ = ["WAITS", "Outcome", "deliver", "release"]

WAITS = timedelta(days=30)
"""How long events wait for a case that is not there."""


def deliver(store: Store, journeys: Journeys, events: Sequence[Told], clock: Clock) -> list[Outcome]:
    """Take these events in, in this order, in one transaction, and let happen what they make due.

    Gives an outcome for each. Events of cases that are not there wait for them; those of a case that was set aside too.
    """
    return transact(store, journeys, clock, lambda work: take(work, events))


def release(store: Store, journeys: Journeys, key: str, clock: Clock) -> bool:
    """Go on with a case that was set aside, and take in what came for it meanwhile; gives whether it goes on.

    A case that goes wrong again is set aside again, with what waits for it.
    """

    def body(work: Work) -> bool:
        work.load([key])
        stored = work.stored.get(key)
        if stored is None:
            return False
        wrong = work.poisoned.get(key) or stored.broken
        if wrong:
            work.changes.set_aside[key] = wrong
            return False
        work.changes.set_aside[key] = stored.set_aside = ""
        catch_up(work, key)
        work.tick(key)
        return True

    return transact(store, journeys, clock, body)
