"""Learned every night from what came: how far forecasts are off, how long work takes, how slow the roads are."""

from __future__ import annotations

from datetime import timedelta

from django.db import transaction

from loper.plan.arrival import Arrival
from loper.plan.calibrate import DAYS, Calibration, Kept
from loper.plan.duration import KEPT, Durations, Took
from loper.plan.learned import Trip, for_plans
from loper.plan.learned import learn as learn_roads
from loper.plan.model import Place
from loper.server import clock
from loper.server.clock import midnight, today, zone
from loper.server.queries import lessons
from loper.server.records.agenda import WorkKind
from loper.server.records.arrivals import Drive, Duration, Forecast, Lesson

AT = 3
"""The hour of the night from which the day before is learned from."""

AT_WORK = 5
"""From this hour on a day is under way, and is planned as it was this morning."""


def learn_if_due() -> bool:
    """Learn, once a night; gives whether it was time."""
    now = clock.now()
    due = midnight(today()) + timedelta(hours=AT)
    if now.astimezone(zone()).hour < AT:
        due -= timedelta(days=1)
    if Lesson.objects.filter(at__gte=due).exists():
        return False
    learn()
    return True


@transaction.atomic
def learn() -> None:
    """From everything that came until now. What is too old to count goes."""
    now = clock.now()
    Duration.objects.filter(at__lt=now - KEPT).delete()
    Drive.objects.filter(at__lt=now - KEPT).delete()
    Forecast.objects.filter(made__lt=now - KEPT).delete()
    rows = Forecast.objects.filter(came__gt=now - timedelta(days=DAYS + 14)).order_by("came")
    kept = [Kept(_arrival(row), row.came) for row in rows if row.came is not None]
    took = [Took(one.kind, one.technician, one.minutes, one.at) for one in Duration.objects.order_by("at")]
    said = {name: float(minutes) for name, minutes in WorkKind.objects.values_list("name", "minutes") if minutes}
    learned = Durations.learn(took, now, said)
    drives = [
        Trip(
            origin=Place(one.from_lat, one.from_lon),
            destination=Place(one.to_lat, one.to_lon),
            planned=one.planned,
            driven=one.driven,
            when=one.at,
        )
        for one in Drive.objects.order_by("at")
    ]
    for name, what in (
        (lessons.ROADS, lessons.of_roads(learn_roads(drives, zone()))),
        (lessons.ARRIVALS, lessons.of_calibration(Calibration.learn(kept))),
        (lessons.DURATIONS, lessons.of_durations(learned, sorted({(one.kind, one.technician) for one in took}))),
    ):
        Lesson.objects.update_or_create(name=name, defaults={"at": now, "what": what})
    _for_plans(drives)


def _for_plans(drives: list[Trip]) -> None:
    """What plans reckon with, where that is to be another: from this day on while nobody is at work, or the next."""
    now = clock.now()
    first = today() if now.astimezone(zone()).hour < AT_WORK else today() + timedelta(days=1)
    before = lessons.in_force(first)
    known = lessons.of_lesson(before)
    learned = for_plans(drives, known, zone())
    if learned != known:
        what = {"at": now, "what": lessons.of_roads(learned)}
        Lesson.objects.update_or_create(name=lessons.name_of(first), defaults=what)
        old = lessons.in_force()
        names = Lesson.objects.filter(name__startswith=lessons.PLANS)
        names.filter(name__lt=old.name if old is not None else "").delete()


def _arrival(row: Forecast) -> Arrival:
    return Arrival(
        low=row.low,
        median=row.median,
        high=row.high,
        horizon=row.horizon,  # type: ignore[arg-type]
        basis=row.basis,  # type: ignore[arg-type]
        made=row.made,
    )
