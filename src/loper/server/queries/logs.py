"""Which logs there are to ask questions of, and a log opened."""

from __future__ import annotations

import threading
from collections import OrderedDict
from pathlib import Path

from django.conf import settings

from loper.define.model import Journey
from loper.draw.words import Words
from loper.observe.contact.coverage import Coverage
from loper.observe.log import Log
from loper.observe.words import Say
from loper.server.queries import designs
from loper.server.records.logs import ContactLog

OPEN = 4
"""So many logs are held open at once: they are mapped, not read, but their selections and variants are remembered."""

_held: OrderedDict[Path, Log] = OrderedDict()
_lock = threading.Lock()


def logs() -> list[ContactLog]:
    """Loper's own first, then the newest."""
    return list(ContactLog.objects.select_related("by").order_by("-own", "-created"))


def folder_of(log: ContactLog) -> Path:
    """Where all of a log lies."""
    return Path(settings.LOPER_LOGS) / ("own" if log.own else str(log.pk))


def laid(log: ContactLog, number: int) -> Path:
    """Where it lies laid out, the `number`th time."""
    return folder_of(log) / f"laid-{number}"


def opened(log: ContactLog) -> Log:
    """A log that is ready. Raises BadLog when what was laid out is gone or of another version: read it again then."""
    key = laid(log, log.laid)
    with _lock:
        if key not in _held:
            _held[key] = Log.open(key)
            for old in [one for one in _held if one.parent == key.parent and one != key]:
                del _held[old]
            while len(_held) > OPEN:
                _held.popitem(last=False)
        _held.move_to_end(key)
        return _held[key]


def storable(text: str) -> str:
    """A text of a log as PostgreSQL can keep it."""
    return text.replace("\x00", "")


def coverage(row: ContactLog, log: Log) -> Coverage:
    """Which share of all contacts the whole log sees, by what was counted elsewhere; remembered with the opened log."""
    counted = dict(row.options.get("counted", {}))
    held = log.__dict__.setdefault("_coverages", {})
    key = tuple(sorted(counted.items()))
    if key not in held:
        channels = {one.channel for one in log.channels().shares}
        said = log.follow.incoming.by in ("direction", "initiator")  # else all contacts: words are no evidence here
        known = {name: counted[storable(name)] for name in channels if storable(name) in counted}
        held[key] = log.coverage(known, customers=said)
    found: Coverage = held[key]
    return found


def design_of(log: ContactLog, asked: tuple[str, ...]) -> Journey | None:
    """The journey that the cases of our own log were meant to go: the one asked for, else the only one there is."""
    if not log.own:
        return None
    found = {journey.name: journey for journey in designs.published()}
    if len(asked) == 1:
        return found.get(asked[0])
    return next(iter(found.values())) if len(found) == 1 else None


def journeys(language: str) -> list[tuple[str, str]]:
    """Our published journeys, by name, with what they are called."""
    return [(one.name, Say(language).said(one.title) or one.name) for one in designs.published()]


def held_against(log: ContactLog) -> Journey | None:
    """The journey that somebody chose to hold a log from elsewhere against."""
    return next((one for one in designs.published() if not log.own and one.name == log.options.get("journey")), None)


def names(log: ContactLog, language: str) -> dict[str, str]:
    """What our own journeys call their touchpoints and events."""
    if not log.own:
        return {}
    found: dict[str, str] = {}
    for journey in designs.published():
        words = Words(language, journey)
        found |= {name: words.event(name) for name in journey.events}
        found |= {f"{name}.answered": words.event(f"{name}.answered") for name in journey.touchpoints}
        found |= {name: words.touchpoint(name) for name in journey.touchpoints}
    return found
