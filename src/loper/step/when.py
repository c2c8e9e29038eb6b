"""When a moment is due: shift, then window, then wall time becomes an instant (language, rule 5).

Minutes and hours are elapsed time. Days, weeks and working days count on the calendar of the journey's time zone:
one day before 10:00 is 10:00, also when that day has 25 hours. Instants are aware and in UTC.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from loper.define.model import Calendar, Duration, Unit, Window

FAR = datetime(9000, 1, 1, tzinfo=UTC)
"""What lies beyond the calendar of the computer counts as this."""

_ELAPSED = {Unit.MINUTES: timedelta(minutes=1), Unit.HOURS: timedelta(hours=1)}

_SECOND = timedelta(seconds=1)


def wall(at: datetime, zone: ZoneInfo) -> datetime:
    """The instant as a naive local time."""
    return at.astimezone(zone).replace(tzinfo=None)


def instant(local: datetime, zone: ZoneInfo) -> datetime:
    """The instant of a naive local time: of two the first; one that does not exist becomes the first that does."""
    first = local.replace(tzinfo=zone, fold=0)
    at = first.astimezone(UTC)
    if wall(at, zone) == local:
        return at
    # In a gap: fold 0 reckons with the offset before it, fold 1 with the one after; the change lies between them.
    later, earlier = at, local.replace(tzinfo=zone, fold=1).astimezone(UTC)
    before = earlier.astimezone(zone).utcoffset()
    while later - earlier > _SECOND:
        middle = earlier + (later - earlier) / 2
        if middle.astimezone(zone).utcoffset() == before:
            earlier = middle
        else:
            later = middle
    return later.replace(microsecond=0)


def shift(at: datetime, by: Duration, zone: ZoneInfo, calendar: Calendar, sign: int = 1) -> datetime:
    """The instant `by` after `at` (sign -1: before it)."""
    return due(at, zone=zone, calendar=calendar, by=by, sign=sign)


def due(
    at: datetime,
    *,
    zone: ZoneInfo,
    calendar: Calendar,
    by: Duration | None = None,
    sign: int = 1,
    every: Duration | None = None,
    repeat: int = 0,
    window: Window | None = None,
) -> datetime:
    """When a moment is due that is anchored at `at`.

    sign -1 is *before*: its window moves it earlier, any other later. `repeat` counts the steps of `every` from 0.
    """
    if by is None and window is None and not repeat:
        return at.astimezone(UTC)
    try:
        point = _Point(at, zone)
        if by is not None:
            point.move(by, sign * by.amount, calendar)
        if every is not None and repeat:
            point.move(every, every.amount * repeat, calendar)
        if window is not None:
            point.into(window, earlier=sign < 0)
        return point.instant()
    except OverflowError:
        return FAR


def opens(now: datetime, window: Window | None, zone: ZoneInfo) -> datetime:
    """The first instant from `now` on that lies in the window."""
    if window is None or wall(now, zone).time() in window:
        return now
    try:
        point = _Point(now, zone)
        point.into(window, earlier=False)
        return point.instant()
    except OverflowError:
        return FAR


class _Point:
    """An instant that becomes a local time where days are counted, and an instant again where hours are."""

    def __init__(self, at: datetime, zone: ZoneInfo) -> None:
        self.zone = zone
        self.at: datetime | None = at
        self.local: datetime | None = None
        self.floor: datetime | None = None

    def move(self, by: Duration, amount: int, calendar: Calendar) -> None:
        if by.unit in _ELAPSED:
            self.at, self.local = self.instant() + _ELAPSED[by.unit] * amount, None
            return
        local = self.wall()
        if by.unit is Unit.WORKING_DAYS:
            local = datetime.combine(_working_days(local.date(), amount, calendar), local.time())
        else:
            local += timedelta(days=amount * (7 if by.unit is Unit.WEEKS else 1))
        self.at, self.local = None, local

    def into(self, window: Window, *, earlier: bool) -> None:
        local = self.wall()
        if local.time() in window:
            return
        if not earlier:
            self.floor = self.at
        self.at, self.local = None, _edge(local, window.end if earlier else window.start, earlier)

    def wall(self) -> datetime:
        return self.local if self.local is not None else wall(self.at or FAR, self.zone)

    def instant(self) -> datetime:
        if self.local is None:
            return (self.at or FAR).astimezone(UTC)
        at = instant(self.local, self.zone)
        if self.floor is not None and at < self.floor:
            # The hour that the clock goes back is there twice: moved later, it must not come out earlier.
            at = self.local.replace(tzinfo=self.zone, fold=1).astimezone(UTC)
        return at


def _edge(local: datetime, edge: time, earlier: bool) -> datetime:
    """The nearest local time at this edge of a window that lies before (or after) one outside it."""
    moved = datetime.combine(local.date(), edge)
    if earlier:
        return moved if moved <= local else moved - timedelta(days=1)
    return moved if moved >= local else moved + timedelta(days=1)


def _working_days(day: date, amount: int, calendar: Calendar) -> date:
    """The nth working day after `day` (before it, for a negative amount); a calendar without any counts all days."""
    one = timedelta(days=1 if amount >= 0 else -1)
    if not calendar.weekdays:
        return day + amount * timedelta(days=1)
    left = abs(amount)
    while left:
        day += one
        if calendar.works(day):
            left -= 1
    return day
