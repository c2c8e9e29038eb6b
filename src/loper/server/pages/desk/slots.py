"""Times at which a colleague can call somebody back."""

from __future__ import annotations

from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from django.utils.translation import gettext as _

from loper.define.model import Calendar
from loper.server import clock
from loper.server.ui import words
from loper.step import Appointment

PARTS = ((time(9), time(12)), (time(13), time(17)))
DAYS, MOST = 14, 6

Slot = tuple[datetime, datetime]


def slots(calendar: Calendar, zone: ZoneInfo) -> list[tuple[str, str]]:
    """Within the hour, and the parts of the next working days: (value, label)."""
    now = clock.now().astimezone(zone)
    soon = now.replace(second=0, microsecond=0)
    found = [(f"{soon.isoformat()}/{(soon + timedelta(hours=1)).isoformat()}", _("within the hour"))]
    for ahead in range(DAYS):
        day = (now + timedelta(days=ahead)).date()
        for begins, ends in PARTS if calendar.works(day) else ():
            start, end = datetime.combine(day, begins, zone), datetime.combine(day, ends, zone)
            if end > now + timedelta(hours=1) and len(found) <= MOST:
                label = f"{words.day(start)}, {words.block(Appointment(start, end))}"
                found.append((f"{start.isoformat()}/{end.isoformat()}", label))
    return found


def read_slot(text: str, choices: list[tuple[str, str]]) -> Slot | None:
    """The slot of this value; None when it is none that can be had now."""
    start, _slash, end = text.partition("/")
    try:
        found = datetime.fromisoformat(start), datetime.fromisoformat(end)
    except ValueError:
        return None
    if text in {value for value, _label in choices}:
        return found
    soon = timedelta(hours=1)  # 'within the hour', chosen some minutes ago
    aware = found[0].tzinfo is not None and found[1].tzinfo is not None
    fresh = aware and clock.now() - timedelta(minutes=45) < found[0] <= clock.now() and found[1] - found[0] == soon
    return found if fresh else None
