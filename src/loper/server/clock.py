"""What time it is: the one place on the server where a clock is read. In demo mode it can be moved forward."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from threading import Event
from zoneinfo import ZoneInfo

from django.conf import settings


def now() -> datetime:
    """The time, aware, in UTC; with the offset of the demonstration, and only there."""
    at = datetime.now(UTC)
    if not settings.LOPER_DEMO:
        return at
    from loper.server.records.demo import offset  # the offset is a row: only a demonstration asks the database

    return at + offset()


class ServerClock:
    """The Clock port of the runtime, on the server's time. `stop` cuts every waiting short."""

    def __init__(self, stop: Event | None = None) -> None:
        self.stop = stop or Event()

    def now(self) -> datetime:
        return now()

    def wait(self, seconds: float) -> None:
        # Both wait on the monotonic clock, whatever the wall clock does.
        if self.stop.wait(seconds):
            Event().wait(min(seconds, 0.1))  # whoever tries again and again still breathes


def ahead(**parts: float) -> datetime:
    """So much later than now: `ahead(days=90)`."""
    return now() + timedelta(**parts)


def zone() -> ZoneInfo:
    """Where the organisation is: its days are days there."""
    return ZoneInfo(settings.TIME_ZONE)


def today() -> date:
    """The day it is, where the organisation is."""
    return day_of(now())


def day_of(at: datetime) -> date:
    """The day of this instant, there."""
    return at.astimezone(zone()).date()


def midnight(day: date) -> datetime:
    """The first instant of a day, there."""
    return datetime.combine(day, time(0), zone())
