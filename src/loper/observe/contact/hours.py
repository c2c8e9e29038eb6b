"""When customers come: contacts by hour of the week, by the clock of a place, and outside opening hours."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

import numpy as np
from numpy.typing import NDArray

from loper.log.table import BadLog
from loper.observe.answer import Answer
from loper.observe.channel.channel_names import LIVE, which
from loper.observe.channel.channels import told
from loper.observe.contact import kernels_follow, kernels_hours
from loper.observe.contact.incoming import said
from loper.observe.contact.opening import WEEK, Opening
from loper.observe.contact.repeat import Group, groups_of
from loper.observe.filter import instant, micros
from loper.observe.laid.layout import Bools, Ints
from loper.observe.result import Result, wilson
from loper.observe.words import Say

if TYPE_CHECKING:
    from loper.observe.log import Log

WEEKDAYS = {
    "en": ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"),
    "nl": ("maandag", "dinsdag", "woensdag", "donderdag", "vrijdag", "zaterdag", "zondag"),
}
DAY = timedelta(days=1)


@dataclass(frozen=True, kw_only=True)
class Hours(Answer):
    """`table[weekday][hour]` are contacts by the clock of `zone`; Monday is 0. A try is a contact by one of `channels`,
    at which somebody must be there; `outside` is the share of tries outside opening hours."""

    zone: str
    contacts: int
    table: tuple[tuple[int, ...], ...]
    opening: Opening | None
    channels: tuple[str, ...]  # empty: the log knows none, so every contact is a try
    tries: int
    closed: int
    outside: Result | None  # None where no opening hours are given
    groups: tuple[Group, ...]  # tries by channel: `repeated` are those outside opening hours
    customers: bool
    told_by: str

    def rows(self) -> Sequence[dict[str, Any]]:
        return [
            {"weekday": day, "hour": hour, "contacts": count}
            for day, hours in enumerate(self.table)
            for hour, count in enumerate(hours)
        ]

    def cases_of(self, log: Log, *, weekday: int | None = None, hour: int | None = None) -> Log:
        """The cases with a contact in this hour of this weekday; without them, with a try outside opening hours."""
        if weekday is None and hour is None:
            _, state = _hours(log, ZoneInfo(self.zone), self.opening, _tries(log, self.channels, self.customers))
            return log.only(kernels_follow.cases_in(log.layout.offsets, log.layout.activity, -1, state, 3))
        of_week, state = _hours(log, ZoneInfo(self.zone), None, _tries(log, (), self.customers))
        fits = (state > 0) & ((of_week // 24 == weekday) if weekday is not None else True)
        fits &= (of_week % 24 == hour) if hour is not None else True
        return log.only(kernels_follow.cases_in(log.layout.offsets, log.layout.activity, -1, fits.astype(np.int8), 1))

    def summary(self, language: str = "en") -> str:
        say = Say(language)
        if not self.contacts:
            return say("The log has no contacts of customers.", "Het logboek heeft geen contacten van klanten.")
        (day, hour), count = max(
            (((day, hour), n) for day, hours in enumerate(self.table) for hour, n in enumerate(hours)),
            key=lambda one: one[1],
        )
        text = [
            say(
                "Most customers come on {day} from {hour}:00 to {next}:00: {count} of {contacts} contacts.",
                "De meeste klanten komen op {day} van {hour}:00 tot {next}:00: {count} van {contacts} contacten.",
                day=WEEKDAYS["nl" if language.startswith("nl") else "en"][day],
                hour=str(hour),
                next=str(hour + 1),
                count=count,
                contacts=self.contacts,
            )
        ]
        if self.outside is not None and self.tries:
            text.append(
                say(
                    "{part} of {tries} tries ({low} to {high}) came outside opening hours.",
                    "{part} van {tries} pogingen ({low} tot {high}) kwam buiten openingstijd.",
                    part=say.share(self.outside.estimate),
                    tries=self.tries,
                    low=say.share(self.outside.low),
                    high=say.share(self.outside.high),
                )
            )
        return " ".join(filter(None, [*text, said(self.told_by, say) if self.customers else ""]))


def hours_of(
    log: Log,
    *,
    zone: str = "Europe/Amsterdam",
    opening: Opening | None = None,
    channels: Collection[str] = (),
    customers: bool | None = None,
) -> Hours:
    """`opening`: when somebody is there (`opening.py`). `channels`: of those at which that matters; unless
    said phone, desk, chat and the like. `customers`: as in `switches`. BadLog for a zone or channel that is not there.
    """
    layout, rows = log.layout, log.rows
    names = _channels(log, channels)
    try:
        place = ZoneInfo(zone)
    except (KeyError, ValueError, OSError):
        raise BadLog([f"zone: there is no time zone “{zone}”; write it like Europe/Amsterdam"]) from None
    customers = told(log) if customers is None else customers
    of_week, state = _hours(log, place, opening, _tries(log, (), customers))
    counts = kernels_follow.by_code(layout.offsets, of_week, 168, state, rows)[:168, 2:].sum(1)
    tried = state * _tries(log, names, customers) if names else state
    total = kernels_follow.by_code(layout.offsets, layout.activity, len(layout.activities), tried, rows).sum(0)
    tries, closed = int(total[2] + total[3]), int(total[3])
    return Hours(
        zone=zone,
        contacts=int(counts.sum()),
        table=tuple(tuple(counts[day * 24 : day * 24 + 24].tolist()) for day in range(7)),
        opening=opening,
        channels=names,
        tries=tries,
        closed=closed if opening else 0,
        outside=wilson(closed, tries) if opening else None,
        groups=tuple(groups_of(log, "channel", tried)) if opening else (),
        customers=customers,
        told_by=log.follow.incoming.by,
    )


def _channels(log: Log, wanted: Collection[str]) -> tuple[str, ...]:
    column = log.layout.words("channel")
    there = () if column is None else tuple(column.values)
    missing = [one for one in wanted if one not in there]
    if missing:
        known = ", ".join(there) or "none"
        raise BadLog([f"channels: no channel “{one}” in this log; there are: {known}" for one in missing])
    return tuple(wanted) or tuple(one for one, live in zip(there, which(there, LIVE), strict=False) if live)


def _tries(log: Log, channels: Collection[str], customers: bool) -> Bools:
    """The contacts that count: by these channels (any, where none is given), of customers where that is asked."""
    column = log.layout.words("channel")
    counted = log.follow.incoming.coming if customers else np.ones(len(log.layout), np.bool_)
    if not channels or column is None:
        return counted
    return counted & np.array([*(one in channels for one in column.values), False], np.bool_)[column.codes]


def _hours(log: Log, zone: ZoneInfo, opening: Opening | None, counted: Bools) -> tuple[Ints, Ints]:
    """Of each contact of the whole log the hour of the week, and 2 in opening hours, 3 outside, 0 not counted."""
    layout = log.layout
    if not len(layout):
        return np.zeros(0, np.int16), np.zeros(0, np.int8)
    first, last = instant(int(layout.first.min())), instant(int(layout.last.max()))
    since, shift = shifts(zone, first, last)
    start, days = (first - DAY).date(), (last - first).days + 4
    free = np.zeros(days, np.bool_)
    for holiday in opening.holidays if opening else ():
        at = (holiday - start).days
        if 0 <= at < days:
            free[at] = True
    minutes = opening.minutes() if opening else np.ones(WEEK, np.bool_)
    epoch_day = (start - date(1970, 1, 1)).days
    hour, state = kernels_hours.hours_of_week(layout.time, counted, since, shift, minutes, free, epoch_day)
    return hour, state


def shifts(zone: ZoneInfo, first: datetime, last: datetime) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """From when on how much the clock of a zone is ahead of UTC, microseconds; found by the day, then by halving."""
    since, shift = [micros(first - DAY)], [_ahead(zone, first - DAY)]
    at = first - DAY
    while at < last + DAY:
        later = at + DAY
        if _ahead(zone, later) != shift[-1]:
            low, high = at, later
            while high - low > timedelta(seconds=1):
                middle = low + (high - low) // 2
                low, high = (middle, high) if _ahead(zone, middle) == shift[-1] else (low, middle)
            since.append(micros(high.replace(microsecond=0)))
            shift.append(_ahead(zone, later))
        at = later
    return np.array(since, np.int64), np.array(shift, np.int64)


def _ahead(zone: ZoneInfo, at: datetime) -> int:
    offset = at.astimezone(zone).utcoffset()
    return 0 if offset is None else offset // timedelta(microseconds=1)
