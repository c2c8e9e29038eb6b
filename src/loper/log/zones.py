"""Local times as instants, many at once: an hour that is not there in spring, an hour that is there twice in autumn.

What `datetime` says of one time with `fold=0` holds for all: a time that was twice is the first of the two, a time
that never was is as long after the change as it was meant to be (PEP 495).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, tzinfo
from functools import lru_cache
from zoneinfo import ZoneInfo, available_timezones

import numpy as np
from numpy.typing import NDArray

from loper.define.problem import nearest
from loper.log.table import BadLog

Instants = NDArray[np.int64]
"""Microseconds since 1970, UTC where nothing else is said."""

SECOND = 1_000_000
FIRST, LAST = 1900, 2100  # the years whose changes are looked up; before and after, the offset of the nearest one
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Local:
    """Instants of local times, and which of these times were not there (`gap`) or were there twice (`overlap`)."""

    instants: Instants
    gap: NDArray[np.bool_]
    overlap: NDArray[np.bool_]


def zone_of(name: str) -> tzinfo:
    """A time zone by its name, such as Europe/Amsterdam; raises BadLog where there is none of that name."""
    try:
        return ZoneInfo(name)
    except (OSError, LookupError, ValueError):
        hint = nearest(name, available_timezones())
        said = f"'{name}' is no time zone{f': {hint}' if hint else ''}; write one such as Europe/Amsterdam or UTC"
        raise BadLog([said]) from None


def to_utc(local: Instants, zone: tzinfo) -> Local:
    """`local`: microseconds since 1970-01-01 00:00 on the clocks of `zone`."""
    nothing = np.zeros(len(local), np.bool_)
    if not len(local):
        return Local(local, nothing, nothing)
    years = _years(local)
    changes, offsets = _changes(zone, *years)
    before, after = offsets[:-1], offsets[1:]
    reached = np.searchsorted(changes + np.maximum(before, after), local, side="right")
    instants = local - offsets[reached]  # fold=0: until the later of both clocks shows it, the old offset holds
    last = np.searchsorted(changes + np.minimum(before, after), local, side="right")
    doubtful = last != reached
    if not doubtful.any():
        return Local(instants, nothing, nothing)
    forward = np.append(after > before, False)[reached]
    return Local(instants, doubtful & forward, doubtful & ~forward)


def _years(local: Instants) -> tuple[int, int]:
    ends = np.array([local.min(), local.max()]).astype("datetime64[us]").astype("datetime64[Y]").astype(np.int64) + 1970
    first, last = (min(max(int(year), FIRST), LAST) for year in ends)
    return first, last


@lru_cache(maxsize=256)
def _changes(zone: tzinfo, first: int, last: int) -> tuple[Instants, Instants]:
    """When the offset changed in these years (instants), and the offsets before, between and after (microseconds)."""
    at, end = datetime(first, 1, 1, tzinfo=UTC) - timedelta(days=2), datetime(last + 1, 1, 3, tzinfo=UTC)
    changes, offsets = [], [_offset(zone, at)]
    while at < end:
        then = at + timedelta(days=1)
        if _offset(zone, then) != offsets[-1]:
            low, high = at, then
            while high - low > timedelta(seconds=1):
                middle = low + timedelta(seconds=int((high - low).total_seconds()) // 2)
                low, high = (low, middle) if _offset(zone, middle) != offsets[-1] else (middle, high)
            changes.append((high - EPOCH) // timedelta(microseconds=1))
            offsets.append(_offset(zone, high))
        at = then
    return np.array(changes, np.int64), np.array(offsets, np.int64)


def _offset(zone: tzinfo, at: datetime) -> int:
    offset = at.astimezone(zone).utcoffset()
    return 0 if offset is None else offset // timedelta(microseconds=1)
