"""What a customer is told of when the technician comes: as precise as is honest; and when they are told anew."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal, NamedTuple

from loper.plan.arrival import Arrival
from loper.plan.model import Span

EXACT, HOUR = timedelta(minutes=30), timedelta(minutes=60)
"""As wide may a window be to be said by its minutes, and as an hour."""
LEAST = timedelta(minutes=10)  # nobody is there to the minute

MARGIN = timedelta(minutes=5)  # so far outside of what was told it must lie
QUIET = timedelta(minutes=20)  # between two messages
MOST = 3  # messages that say another time, for one visit; the page goes on following


@dataclass(frozen=True, kw_only=True, slots=True)
class Said:
    """From when to when the technician comes. `exact` by the minutes, an `hour`, or the `block` that was promised.
    Where the promise is in danger the `block` is another one, as wide as is honest.
    """

    kind: Literal["exact", "hour", "block"]
    start: datetime
    end: datetime
    late: bool = False  # it will rather be after the promised block


class Told(NamedTuple):
    """What the customer was told last, when, and how many messages with another time there were."""

    said: Said
    at: datetime
    times: int = 0


def say(arrival: Arrival, block: Span | None, now: datetime) -> Said:
    """What can be said of a calibrated arrival; `block` is what was promised.

    It ends after now, and does not begin before the block: there the technician would wait.
    """
    late = block is not None and arrival.median > block.end
    low = max(arrival.low, now)
    if block is not None:
        low = max(low, block.start)
    high = max(arrival.high, low)
    # Before the day it is still planned again, and who does not tap is not late for that.
    before, known = arrival.horizon == "before the day", arrival.basis != "plan"
    if known and not before and high - low <= EXACT:
        return _window("exact", low, high, 5, LEAST, late)
    if known and not before and high - low <= HOUR:
        return _window("hour", low, high, 5, HOUR, late)
    likely = arrival.median if before else arrival.likely or arrival.high
    if block is not None and now < block.end and (likely <= block.end or not known):
        return Said(kind="block", start=block.start, end=block.end)
    return _window("block", low, high, 30, HOUR, late)


def tell_anew(last: Told, new: Arrival, now: datetime) -> bool:
    """Whether a calibrated arrival differs by more than the customer was told: a message of its own, and not too many.

    Where the technician is must be known: a silent telephone is no reason to worry a customer.
    """
    if new.basis == "plan" or last.times >= MOST or now - last.at < QUIET:
        return False
    return not last.said.start - MARGIN <= new.median <= last.said.end + MARGIN


def _window(
    kind: Literal["exact", "hour", "block"], low: datetime, high: datetime, step: int, least: timedelta, late: bool
) -> Said:
    """Rounded outward to whole steps of minutes, and at least so wide."""
    start, end = _down(low, step), _up(high, step)
    return Said(kind=kind, start=start, end=max(end, start + least), late=late)


def _down(moment: datetime, step: int) -> datetime:
    return moment - timedelta(minutes=moment.minute % step, seconds=moment.second, microseconds=moment.microsecond)


def _up(moment: datetime, step: int) -> datetime:
    down = _down(moment, step)
    return down if down == moment else down + timedelta(minutes=step)
