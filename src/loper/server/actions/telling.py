"""What happened is told to the runtime: an event, delivered in the caller's transaction; a page sees what came."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _

from loper.server import clock
from loper.server.actions.refused import Refused
from loper.step import Event

SOURCE = "loper.web"


def tell(
    *,
    case: str,
    type: str,
    emitter: str,
    data: Mapping[str, Any] | None = None,
    customer: str = "",
    journey: str = "",
    version: str = "",
) -> Event:
    """Say that this happened, now, as nobody said before. Raises Refused when the journey does not take it."""
    event = _event(str(uuid.uuid4()), type, emitter, data)
    _deliver(case, event, customer)
    return event


def tell_once(
    *, case: str, type: str, emitter: str, data: Mapping[str, Any] | None = None, key: str = ""
) -> Event | None:
    """Like `tell`, for a tap that a bad connection may send twice: the same `key` is the same event (None: known)."""
    if not key:
        return tell(case=case, type=type, emitter=emitter, data=data)
    event = _event(str(uuid.uuid5(uuid.NAMESPACE_URL, f"{case}/{type}/{key}")), type, emitter, data)
    return event if _deliver(case, event, "") else None


def _event(id: str, type: str, emitter: str, data: Mapping[str, Any] | None) -> Event:
    return Event(type=type, time=clock.now(), source=SOURCE, id=id, data=dict(data or {}), emitter=emitter)


def _deliver(case: str, event: Event, customer: str) -> bool:
    from loper.server.records.store import deliver_one

    outcome = deliver_one(case, event, customer)
    if outcome.refused:
        raise Refused(_("This cannot be done now. Call us, we gladly help."))
    return not outcome.duplicate
