"""Free blocks, and appointments by day."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date, timedelta

from django.utils.translation import gettext as _

from loper.server.clock import midnight
from loper.server.records.agenda import Appointment


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
    begin = midnight(day)
    return list(
        Appointment.objects.filter(technician__key=technician, start__gte=begin, start__lt=begin + timedelta(days=1))
        .exclude(status=Appointment.CANCELLED)
        .order_by("start", "pk")
    )
