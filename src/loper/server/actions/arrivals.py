"""When technicians come: foreseen anew with every tap and every few minutes, told to the customer, held against what
came.

A tap never waits for this, and never fails by it: what goes wrong here is written to the log.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any
from zlib import crc32

import numpy as np
from django.db import transaction

from loper.plan.arrival import Arrival, forecasts
from loper.plan.calibrate import Calibration
from loper.plan.learned import Corrected, part_of
from loper.plan.model import Span
from loper.plan.progress import turn
from loper.plan.telling import Said, Told, say, tell_anew
from loper.plan.traffic import traffic_of
from loper.server import clock
from loper.server.actions.refused import Refused
from loper.server.actions.telling import tell
from loper.server.clock import midnight, today, zone
from loper.server.queries.designs import journey
from loper.server.queries.lessons import calibration
from loper.server.queries.lessons import roads as learned_roads
from loper.server.queries.progress import Standing, place_seen, standing
from loper.server.queries.taps import LAST, leads_to
from loper.server.records.agenda import Appointment, Technician
from loper.server.records.arrivals import Drive, Duration, Expected, Forecast
from loper.server.records.runtime import Case
from loper.server.roads import travel

logger = logging.getLogger("loper.arrivals")

CHANGED = "arrival.changed"
"""The event by which a journey hears that a technician comes at another time than was said."""


def follow_all() -> int:
    """All technicians of today; gives how many visits are foreseen."""
    first = midnight(today())
    rows = Appointment.objects.filter(start__gte=first, start__lt=midnight(today() + timedelta(days=1)))
    people = rows.exclude(status=Appointment.CANCELLED).values_list("technician", flat=True).distinct()
    return sum(follow(technician) for technician in people)


def follow(technician: int) -> int:
    """The day of this technician, foreseen again; gives how many visits are still to come. Never raises."""
    try:
        with transaction.atomic():
            return _follow(Technician.objects.select_for_update().get(pk=technician))
    except Exception:
        logger.exception("the arrivals of technician %s", technician)
        return 0


def on_departure(row: Appointment, at: datetime) -> dict[str, Any]:
    """What the event of setting out tells of the arrival: `expected`, where something better than the block is known.

    It is written down as told. Never raises.
    """
    try:
        with transaction.atomic():
            day = standing(row.technician, at, leaving=row)
            if day is None or row.lat is None:
                return {}
            raw = _foreseen(day, at).get(str(row.pk))
            if raw is None:
                return {}
            said = _keep(row, raw, calibration(), at, told=True)
    except Exception:
        logger.exception("the arrival of appointment %s", row.pk)
        return {}
    return {"expected": _span(said)} if said.kind != "block" or said.late else {}


def _follow(technician: Technician) -> int:
    now = clock.now()
    day = standing(technician, now)
    if day is None:
        return 0
    _write_down(day)
    learned = calibration()
    ahead = 0
    for key, raw in _foreseen(day, now).items():
        row = day.rows[key]
        if row.technician_id == technician.pk and row.lat is not None:
            _keep(row, raw, learned, now)
            ahead += 1
    return ahead


def _foreseen(day: Standing, now: datetime) -> Mapping[str, Arrival]:
    chance = np.random.default_rng([crc32(day.technician.key.encode()), int(now.timestamp())])
    seen = place_seen(day.technician, now) if day.technician.shares_place and day.heading else None
    roads = Corrected(travel(), learned_roads(), part_of(now, zone()))
    driven = [(float(roads.seconds([one.origin], [one.destination])[0, 0]), one.driven) for one in day.trips]
    return forecasts(day.progress, now, roads, chance, seen, traffic_of(driven))


def _keep(row: Appointment, raw: Arrival, learned: Calibration, now: datetime, *, told: bool = False) -> Said:
    """What can be said now; the first of each horizon is kept, to be held against what comes.

    `told`: the customer hears it with what is told right now.
    """
    block = Span(row.start, row.end)
    mended = learned.mend(raw)
    said = say(mended, block, now)
    known = Expected.objects.filter(appointment=row).first()
    if known is not None and known.sequence != row.sequence:  # moved since: what was said was about another time
        known.delete()
        Forecast.objects.filter(appointment=row, came=None).delete()
        known = None
    Forecast.objects.get_or_create(
        appointment=row,
        horizon=raw.horizon,
        defaults={
            "made": now,
            "basis": raw.basis,
            "low": raw.low,
            "median": raw.median,
            "high": raw.high,
            **_columns(said),
        },
    )
    last = _told(known) if known is not None else Told(Said(kind="block", start=row.start, end=row.end), row.changed)
    if told:
        last = Told(said, now, last.times)
    elif tell_anew(last, mended, now) and raw.horizon != "before the day" and _announce(row, said, mended):
        last = Told(said, now, last.times + 1)
    Expected.objects.update_or_create(
        appointment=row,
        defaults={
            "sequence": row.sequence,
            "made": now,
            "horizon": raw.horizon,
            "basis": raw.basis,
            "median": mended.median,
            **_columns(said),
            "told_kind": last.said.kind,
            "told_start": last.said.start,
            "told_end": last.said.end,
            "told_at": last.at,
            "times": last.times,
        },
    )
    return said


def _announce(row: Appointment, said: Said, mended: Arrival) -> bool:
    """Tell the journey, if it has a word for it where the case stands; it sends what there is to send."""
    case = Case.objects.filter(pk=row.case, ended=False).first()
    if case is None:
        return False
    design = journey(case.journey, case.version)
    declared = design.events.get(CHANGED)
    if declared is None or "system" not in declared.from_ or not _waits(case.stage, design):
        return False
    data = {"expected": _span(said), "eta": mended.median.isoformat()}
    try:
        tell(case=row.case, type=CHANGED, emitter="system", data={k: v for k, v in data.items() if k in declared.sets})
    except Refused:
        return False
    return True


def _waits(stage: str | None, design: Any) -> bool:
    """Whether the customer still waits for the technician: arriving leads on from here."""
    return leads_to(design, stage, "technician.arrived", {}) is not None


def _write_down(day: Standing) -> None:
    """What came: when each customer's turn was, how long it took, how long the way was. Taken back with the tap."""
    for key, row in day.rows.items():
        if row.technician_id != day.technician.pk:
            continue
        arrived, ended = day.tap(key, "arrive"), day.tap(key, *LAST)
        came = turn(arrived.at, Span(row.start, row.end)) if arrived else None
        Forecast.objects.filter(appointment=row).exclude(came=came).update(came=came)
        if came is not None:
            Expected.objects.filter(appointment=row).delete()
        if arrived and ended and ended.name != "absent" and ended.at > arrived.at and row.kind:
            Duration.objects.update_or_create(
                appointment=row,
                defaults={
                    "kind": row.kind,
                    "technician": day.technician.key,
                    "minutes": (ended.at - arrived.at).total_seconds() / 60,
                    "at": ended.at,
                },
            )
        else:
            Duration.objects.filter(appointment=row).delete()
    for trip in day.trips:
        Drive.objects.update_or_create(
            appointment=trip.row,
            defaults={
                "from_lat": trip.origin.lat,
                "from_lon": trip.origin.lon,
                "to_lat": trip.destination.lat,
                "to_lon": trip.destination.lon,
                "planned": trip.planned,
                "driven": trip.driven,
                "at": trip.at,
            },
        )


def _told(known: Expected) -> Told:
    said = Said(kind=known.told_kind, start=known.told_start, end=known.told_end)  # type: ignore[arg-type]
    return Told(said, known.told_at, known.times)


def _columns(said: Said) -> dict[str, Any]:
    return {"kind": said.kind, "start": said.start, "end": said.end, "late": said.late}


def _span(said: Said) -> dict[str, str]:
    return {"start": said.start.isoformat(), "end": said.end.isoformat()}
