"""Events that other systems bring: into their cases, and to whoever waits for them."""

from __future__ import annotations

from collections.abc import Sequence

from loper.run.cloudevents import Told
from loper.run.deliver import Outcome, deliver
from loper.server import clock
from loper.server.queries.journeys import Journeys
from loper.server.records.store import SqlStore


def take_in(events: Sequence[Told]) -> list[Outcome]:
    """Durable when this returns, in one transaction. Raises Unanswered or Conflict when the store does not answer."""
    journeys = Journeys()
    return deliver(SqlStore(journeys), journeys, events, clock.ServerClock()) if events else []
