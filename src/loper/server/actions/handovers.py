"""Another technician at the time that was promised: their case hears who comes, the calendar of who came takes it out.

The customer hears nothing of it by itself: their time stays. What is said later names who comes then.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime, timedelta

from django.db import OperationalError
from django.utils.translation import gettext as _

from loper.server import clock
from loper.server.actions.refused import Refused
from loper.server.actions.telling import tell_once, told
from loper.server.queries.designs import journey
from loper.server.queries.runtime import load_case
from loper.server.records.agenda import Appointment, Handover
from loper.server.records.arrivals import Expected
from loper.server.records.runtime import Case
from loper.step import Appointment as Agreed

CHANGED = "technician.changed"
"""The event by which a journey hears that somebody else comes at the time that was promised; told where it has it."""

KEPT = timedelta(days=7)
"""So long after its time a visit that went to somebody else is still known; a calendar has taken it out by then."""


class Busy(Refused):
    """Somebody holds the case of this visit, and waits for its route perhaps: they are not waited for."""


def comers(row: Appointment) -> frozenset[int]:
    """Who comes, by primary key."""
    return frozenset(pk for pk in (row.technician_id, row.second_id) if pk is not None)


def leaves(row: Appointment, before: Collection[int], start: datetime, end: datetime) -> None:
    """Write down whose visit this is no longer: those of `before` who do not come any more, and when it was theirs.

    After the row is saved with its new SEQUENCE.
    """
    now = comers(row)
    for technician in set(before) - now:
        Handover.objects.update_or_create(
            appointment=row,
            technician_id=technician,
            defaults={"sequence": row.sequence, "start": start, "end": end, "at": clock.now()},
        )
    Handover.objects.filter(appointment=row, technician__in=now).delete()


def tell_who_comes(row: Appointment, emitter: str = "system") -> None:
    """The case hears who comes, where that is somebody else than it knows, at the same time. Said twice, it is once.

    Raises Busy, for the caller to take everything back, while somebody else holds the case.
    """
    try:
        list(Case.objects.select_for_update(nowait=True).filter(key=row.case).values_list("key", flat=True))
    except OperationalError:
        raise Busy(_("Somebody is at work on one of these visits right now. Try again in a moment.")) from None
    case = load_case(row.case)
    if case is None or case.state.ended:
        return
    known = next((fact for fact in case.state.facts.values() if isinstance(fact, Agreed)), None)
    if known is None or (known.start, known.end) != (row.start, row.end):
        return
    Expected.objects.filter(appointment=row).update(sequence=row.sequence)  # what was said of the time still holds
    declared = journey(case.journey, case.version).events.get(CHANGED)
    roles = [one for one in (emitter, "system") if declared is not None and one in declared.from_]
    if known.technician != row.technician.key and roles:
        behind = len(case.history or ())  # after all that was told, also at one instant
        tell_once(case=row.case, type=CHANGED, emitter=roles[0], data={"appointment": told(row)}, sequence=behind)


def sweep_handovers() -> int:
    """Those that passed are forgotten; gives how many."""
    gone, _rows = Handover.objects.filter(end__lt=clock.now() - KEPT).delete()
    return gone
