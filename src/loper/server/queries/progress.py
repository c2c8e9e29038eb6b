"""How far the day of a technician is: by what they tapped, and where they were seen."""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise
from typing import NamedTuple

from django.db.models import Q

from loper.plan.arrival import RECENT
from loper.plan.duration import Lasting
from loper.plan.model import Place, Shift, Span
from loper.plan.progress import Does, Position, Progress, pauses_left
from loper.server.clock import midnight, today
from loper.server.queries.lessons import Lastings, durations
from loper.server.queries.organisation import organisation
from loper.server.queries.roster import job_of, shift_of
from loper.server.queries.taps import LAST, NAMES
from loper.server.queries.work import where
from loper.server.records import arrivals, runtime
from loper.server.records.agenda import Absence, Appointment, Block, Technician
from loper.server.roads import travel

ENDED = LAST | {"arrive"}


class Tapped(NamedTuple):
    """A tap of a visit, and when it was made."""

    name: str
    at: datetime


class Trip(NamedTuple):
    """A trip that was made to a visit, seconds."""

    row: Appointment
    origin: Place
    destination: Place
    planned: int
    driven: int
    at: datetime


@dataclass(frozen=True, kw_only=True, slots=True)
class Standing:
    """The day of a technician as it stands: `rows` are their visits by key, in the order of the day."""

    technician: Technician
    progress: Progress
    rows: Mapping[str, Appointment]
    taps: Mapping[str, Sequence[Tapped]]
    trips: Sequence[Trip]

    def tap(self, key: str, *names: str) -> Tapped | None:
        """The first of these taps of a visit."""
        return next((one for one in self.taps.get(key, ()) if one.name in names), None)

    @property
    def heading(self) -> Appointment | None:
        """The visit they are driving to."""
        return self.rows[self.progress.jobs[0].key] if self.progress.does == "driving" else None


def standing(technician: Technician, now: datetime, *, leaving: Appointment | None = None) -> Standing | None:
    """Today, as of now; None for who does not work today, or of whom nobody knows where the day begins.

    `leaving`: they set out to this visit right now, which is not written down yet.
    """
    home, day = where(technician), today()
    first = midnight(day)
    last = midnight(day + timedelta(days=1))
    found = list(
        Appointment.objects.filter(Q(technician=technician) | Q(second=technician))
        .filter(start__gte=first, start__lt=last)
        .exclude(status=Appointment.CANCELLED)
        .select_related("technician")
    )
    shift = _shift(technician, first, last)
    if shift is None or home is None or not found:
        return None
    found.sort(key=lambda one: (one.planned or one.start, one.pk))
    rows = {str(one.pk): one for one in found}
    taps = taps_on(found)
    if leaving is not None:
        taps = {**taps, str(leaving.pk): [*taps.get(str(leaving.pk), ()), Tapped("depart", now)]}
    said = sorted(((tap, key) for key, taps_ in taps.items() for tap in taps_), key=lambda one: one[0].at)
    does, since, current = _does(said)
    over = {key for tap, key in said if tap.name in LAST}
    over |= {key for key, row in rows.items() if row.status == Appointment.DONE and key not in taps}
    ahead = [key for key in rows if key not in over and key != current]
    ahead = [key for key in ahead if rows[key].status == Appointment.BOOKED]
    order = [current, *ahead] if current else ahead
    jobs = tuple(job_of(rows[key], home) for key in order)
    trips, at = _trips(home, said, rows)
    lasts = durations()
    return Standing(
        technician=technician,
        progress=Progress(
            shift=shift,
            jobs=jobs,
            does=does,
            since=since,
            at=at,
            pauses=pauses_left(shift.pauses, _gaps(said), since),
            lasts=_lasts(lasts, technician.key, [rows[job.key] for job in jobs]),
        ),
        rows=rows,
        taps=taps,
        trips=trips,
    )


def taps_on(rows: Collection[Appointment]) -> dict[str, list[Tapped]]:
    """What was said of these visits and not taken back, by key, in the order of its time."""
    keys = {row.uid: str(row.pk) for row in rows}
    events = runtime.Event.objects.filter(case__in={row.case for row in rows}, type__in=[*NAMES, "event.retracted"])
    known = {(one.case, one.number): one for one in events}
    told = runtime.EventData.objects.filter(
        case__in={case for case, _ in known}, number__in={number for _, number in known}
    )
    data = {
        (case, number): json.loads(text or "{}") for case, number, text in told.values_list("case", "number", "data")
    }
    gone = {
        (one.case, data.get(at, {}).get("source"), data.get(at, {}).get("id"))
        for at, one in known.items()
        if one.type == "event.retracted"
    }
    found: dict[str, list[Tapped]] = {}
    for at, one in sorted(known.items(), key=lambda pair: (pair[1].time, pair[1].sequence)):
        key = keys.get(data.get(at, {}).get("visit"))
        if key is not None and one.type in NAMES and (one.case, one.source, one.ident) not in gone:
            found.setdefault(key, []).append(Tapped(NAMES[one.type], one.time))
    return found


def place_seen(technician: Technician, now: datetime) -> Position | None:
    """Where they were seen a moment ago."""
    row = (
        arrivals.Position.objects.filter(technician=technician, at__gt=now - RECENT, at__lte=now + RECENT)
        .order_by("-at")
        .first()
    )
    return None if row is None else Position(place=Place(row.lat, row.lon), at=row.at, accuracy=row.accuracy)


def _shift(technician: Technician, first: datetime, last: datetime) -> Shift | None:
    """Their hours; of who has none, from the first agreed block to the last."""
    day = first.date()
    absences = Absence.objects.filter(technician=technician, end__gt=first, start__lt=last)
    if technician.hours:
        return shift_of(technician, day, organisation(), absences)
    blocks = list(Block.objects.filter(technician=technician, start__gte=first, start__lt=last).order_by("start"))
    home = where(technician)
    if not blocks or home is None:
        return None
    return Shift(
        technician=technician.key, day=day, start=blocks[0].start, end=max(one.end for one in blocks), begins_at=home
    )


def _does(said: Sequence[tuple[Tapped, str]]) -> tuple[Does, datetime | None, str]:
    """What they do since when, and at which visit."""
    if not said:
        return "not begun", None, ""
    tap, key = said[-1]
    if tap.name == "depart":
        return "driving", tap.at, key
    if tap.name == "arrive":
        return "working", tap.at, key
    return "free", tap.at, ""


def _trips(
    home: Place, said: Sequence[tuple[Tapped, str]], rows: Mapping[str, Appointment]
) -> tuple[list[Trip], Place | None]:
    """The trips that were made, and where the technician left last, or is."""
    trips, here, left = [], home, None
    for tap, key in said:
        row = rows[key]
        there = _place(row)
        if tap.name == "depart":
            left = tap.at
            continue
        if tap.name == "arrive" and left is not None and there is not None and tap.at > left:
            planned = int(travel().seconds([here], [there])[0, 0])
            trips.append(Trip(row, here, there, planned, int((tap.at - left).total_seconds()), left))
        if tap.name in ENDED:
            here, left = there or here, None
    return trips, here if said else None


def _place(row: Appointment) -> Place | None:
    return None if row.lat is None or row.lon is None else Place(row.lat, row.lon)


def _gaps(said: Sequence[tuple[Tapped, str]]) -> list[Span]:
    """The time between the end of a visit and setting out to the next."""
    return [Span(one.at, other.at) for (one, _), (other, _) in pairwise(said) if one.name in LAST]


def _lasts(known: Lastings, technician: str, rows: Sequence[Appointment]) -> dict[str, Lasting]:
    found = {str(row.pk): known.of(row.kind, technician) for row in rows if row.kind}
    return {key: lasting for key, lasting in found.items() if lasting is not None}
