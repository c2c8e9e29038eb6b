"""What taps, outcomes, reasons and skills are called on these pages."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from loper.server.queries.visits import STAND, Visit

MINUTES = (10, 20, 30, 45)
"""The times to choose from for "on the way"."""

LONGER = (30, 60, 90, 120, 180, 240)
"""The times to choose from for how much longer it takes."""


@dataclass(frozen=True, slots=True)
class Stop:
    """A station of a visit: past, here or future."""

    name: str
    title: str
    state: str
    when: str = ""


def stops(visit: Visit) -> list[Stop]:
    """The visit as a short line: agreed, on the way, at work, over."""
    place = STAND.index(visit.stands)
    times = {tap.name: f"{timezone.localtime(tap.at):%H:%M}" for tap in visit.taps}
    start = timezone.localtime(visit.appointment.start)
    ended = visit.last.name if visit.over and visit.last else ""
    said = (
        ("planned", _("Planned"), f"{start:%H:%M}"),
        ("under_way", _("On the way"), times.get("depart", "")),
        ("at_work", _("At work"), times.get("arrive", "")),
        ("over", outcome(ended) or _("Done"), times.get(ended, "")),
    )
    return [
        Stop(name, title, "past" if number < place else "here" if number == place else "future", when)
        for number, (name, title, when) in enumerate(said)
    ]


def outcome(tap: str) -> str:
    """How a visit ended; empty where it did not."""
    return {"fixed": pgettext("visit", "Fixed"), "not_fixed": _("Not fixed"), "absent": _("Nobody home")}.get(tap, "")


def standing(visit: Visit) -> str:
    """Where a visit stands, in a word or two."""
    if visit.over and visit.last:
        return outcome(visit.last.name)
    return {"planned": "", "under_way": _("On the way"), "at_work": _("At work"), "over": _("Done")}[visit.stands]


def reason(name: str) -> str:
    """Why it was not fixed; a reason of one's own journey is made readable."""
    known = {
        "material": _("Material is needed"),
        "expertise": _("Another specialist is needed"),
        "time": _("More time is needed"),
    }
    return known.get(name) or readable(name)


def reasons(names: Iterable[str]) -> list[tuple[str, str]]:
    return [(name, reason(name)) for name in names]


def readable(name: str) -> str:
    return name.replace("_", " ").capitalize()
