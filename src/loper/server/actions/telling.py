"""What happened is told to the runtime: an event, delivered in the caller's transaction; a page sees what came."""

from __future__ import annotations

import logging
import uuid
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

from loper.run.cloudevents import Told
from loper.run.deliver import deliver
from loper.server import clock
from loper.server.actions.refused import Refused
from loper.server.queries.journeys import Journeys
from loper.server.queries.runtime import knows
from loper.server.records.agenda import Appointment
from loper.server.records.store import SqlStore
from loper.step import Event

SOURCE = "loper.web"
log = logging.getLogger("loper.actions")


def tell(
    *,
    case: str,
    type: str,
    emitter: str,
    data: Mapping[str, Any] | None = None,
    customer: str = "",
    journey: str = "",
) -> Event:
    """Say that this happened, now, as nobody said before. Raises Refused when the journey does not take it."""
    event = _event(str(uuid.uuid4()), type, emitter, data)
    _deliver(case, event, customer, journey)
    return event


def tell_once(
    *,
    case: str,
    type: str,
    emitter: str,
    data: Mapping[str, Any] | None = None,
    key: str = "",
    at: datetime | None = None,
    sequence: int = 0,
) -> Event | None:
    """Like `tell`, for a tap that a bad connection may send twice: the same `key` is the same event (None: known).

    `at`: when it happened, where that is not now; `sequence`: the order of what happened at one instant.
    """
    ident = named(case, type, key) if key else str(uuid.uuid4())
    event = replace(_event(ident, type, emitter, data), sequence=sequence)
    if at is not None:
        event = replace(event, time=at)
    return event if _deliver(case, event) or not key else None


def told(appointment: Appointment) -> dict[str, str]:
    """An appointment as an event tells it."""
    return {
        "start": appointment.start.isoformat(),
        "end": appointment.end.isoformat(),
        "technician": appointment.technician.key,
    }


def told_before(case: str, type: str, key: str) -> bool:
    """Whether this very tap came before."""
    return bool(key) and knows(case, SOURCE, named(case, type, key))


def named(case: str, type: str, key: str) -> str:
    """The id of the event of a tap."""
    return str(uuid.uuid5(uuid.NAMESPACE_URL, f"{case}/{type}/{key}"))


def _event(id: str, type: str, emitter: str, data: Mapping[str, Any] | None) -> Event:
    return Event(type=type, time=clock.now(), source=SOURCE, id=id, data=dict(data or {}), emitter=emitter)


def _deliver(case: str, event: Event, customer: str = "", journey: str = "") -> bool:
    """Whether it is new. What waits (a case set aside) is durable too, and is taken in when somebody releases it."""
    journeys = Journeys()
    one = Told(case=case, event=event, customer=customer, journey=journey)
    outcome = deliver(SqlStore(journeys), journeys, [one], clock.ServerClock())[0]
    if outcome.refused:
        log.info("case %s refused %s: %s", case, event.type, outcome.why)
        raise Refused(_("This cannot be done now. Call us, we gladly help."))
    return not outcome.duplicate
