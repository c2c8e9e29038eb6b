"""Free blocks, and appointments by day."""

from __future__ import annotations

from collections.abc import Collection
from copy import copy
from datetime import date, datetime, timedelta

from django.utils.translation import gettext as _

from loper.server.clock import midnight
from loper.server.records.agenda import Appointment, Handover, Technician


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
    """The appointments of a technician on a day, in order, those that are over too, and those with a colleague."""
    begin = midnight(day)
    return list(
        Appointment.objects.filter(Appointment.of(technician), start__gte=begin, start__lt=begin + timedelta(days=1))
        .exclude(status=Appointment.CANCELLED)
        .select_related("technician", "second")
        .order_by("start", "pk")
    )


def gone_from(technician: Technician, since: datetime, until: datetime) -> list[Appointment]:
    """The visits that are not this technician's any more, as cancelled ones that stand where they had them.

    Only those that would still be under way at `since`, or come before `until`; copies for a calendar, never saved.
    """
    left = Handover.objects.filter(technician=technician, end__gt=since, start__lt=until)
    found = []
    for one in left.select_related("appointment__technician"):
        row = copy(one.appointment)
        row.sequence, row.changed, row.start, row.end = one.sequence, one.at, one.start, one.end
        row.status, row.planned = Appointment.CANCELLED, None
        found.append(row)
    return found
