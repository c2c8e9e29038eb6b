"""Free blocks, and appointments by day."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db.models import F
from django.utils.translation import gettext as _

from loper.server import clock
from loper.server.records.agenda import Appointment, Block


@dataclass(frozen=True, slots=True)
class Choice:
    """A time that can be chosen: whichever technician has it."""

    block: int
    start: datetime
    end: datetime
    technician: str


@dataclass(frozen=True, slots=True)
class Day:
    day: date
    choices: tuple[Choice, ...]


def free_days(
    *, skill: str = "", days: int = 14, notice: timedelta = timedelta(hours=1), technician: str = ""
) -> list[Day]:
    """The days that have a free time, with those times: each once, of a technician who can do the work."""
    now = clock.now()
    zone = ZoneInfo(settings.TIME_ZONE)
    rows = (
        Block.objects.filter(
            start__gt=now + notice,
            start__lt=now + timedelta(days=days),
            taken__lt=F("capacity"),
            technician__active=True,
        )
        .select_related("technician")
        .order_by("start", "taken", "technician__name")
    )
    if technician:
        rows = rows.filter(technician__key=technician)
    found: dict[date, dict[tuple[datetime, datetime], Choice]] = {}
    for block in rows:
        if not able(block.technician.skills, skill):
            continue
        start, end = block.start.astimezone(zone), block.end.astimezone(zone)
        found.setdefault(start.date(), {}).setdefault((start, end), Choice(block.pk, start, end, block.technician.name))
    return [Day(day, tuple(times.values())) for day, times in found.items()]


def able(skills: Collection[str], skill: str) -> bool:
    """Whether a technician with these skills can do it; work that names no skill is for everyone."""
    return not skill or not skills or skill in skills


def skill_word(name: str) -> str:
    """What a skill is called; one of an organisation's own is made readable."""
    known = {
        "plumbing": _("Plumbing"),
        "heating": _("Heating"),
        "electricity": _("Electricity"),
        "carpentry": _("Carpentry"),
        "general": _("General maintenance"),
    }
    return known.get(name) or name.replace("_", " ").capitalize()


def jobs_of(technician: str, day: date) -> list[Appointment]:
    """The appointments of a technician on a day, in order, those that are over too."""
    zone = ZoneInfo(settings.TIME_ZONE)
    begin = datetime(day.year, day.month, day.day, tzinfo=zone)
    return list(
        Appointment.objects.filter(technician__key=technician, start__gte=begin, start__lt=begin + timedelta(days=1))
        .exclude(status=Appointment.CANCELLED)
        .order_by("start", "pk")
    )
