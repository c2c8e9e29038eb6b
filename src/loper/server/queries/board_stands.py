"""What stands on some days of some technicians, as a fingerprint: the same as long as nothing there changed.

It does not go on with the time (the routes of `plan_of` do), so it can be compared hours later.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Collection, Iterable, Mapping
from datetime import date, timedelta

from loper.server.clock import day_of, midnight
from loper.server.queries.roster import WORKING
from loper.server.records.agenda import Absence, Appointment, Technician

Days = tuple[int, date]
"""A technician (their primary key), a day."""


def stands(days: Collection[date]) -> dict[Days, str]:
    """What stands, for every technician on each of these days."""
    if not days:
        return {}
    first, last = midnight(min(days)), midnight(max(days) + timedelta(days=1))
    found: dict[Days, list[object]] = {}
    for one in Technician.objects.order_by("pk"):
        works = [getattr(one, name) for name in ("active", *WORKING)]
        found |= {(one.pk, day): [works] for day in days}
    for absence in Absence.objects.filter(end__gt=first, start__lt=last).order_by("start", "pk"):
        for day in days:
            if absence.start < midnight(day + timedelta(days=1)) and absence.end > midnight(day):
                found[absence.technician_id, day].append(["away", str(absence.start), str(absence.end)])
    rows = Appointment.objects.filter(planned__gte=first, planned__lt=last).exclude(status=Appointment.CANCELLED)
    for row in rows.order_by("pk"):
        if row.planned is None:
            continue
        visit = [row.pk, row.status, row.technician_id, row.second_id, str(row.planned), str(row.start), str(row.end)]
        visit += [row.pinned, row.minutes, row.people]
        for pk in sorted({row.technician_id, row.second_id or row.technician_id}):
            day = day_of(row.planned)
            if (pk, day) in found:
                found[pk, day].append(visit)
    return {key: hashlib.sha256(json.dumps(said).encode()).hexdigest() for key, said in found.items()}


def together(stood: Mapping[Days, str], touched: Iterable[Days]) -> str:
    """One fingerprint of these; 64 hexadecimal digits."""
    said = [[pk, str(day), stood.get((pk, day), "")] for pk, day in sorted(set(touched))]
    return hashlib.sha256(json.dumps(said).encode()).hexdigest()
