"""The cases behind a number that no plain filter can tell: those that stopped somewhere, left a channel, deviated.

A number names its cases by a word and what it is about, such as `stopped:Confirmation`; the name stands in an address
and is worked out again for the very selection in which the number was seen.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING
from urllib.parse import parse_qsl, urlencode

import numpy as np
from numpy.typing import NDArray

from loper.log.table import BadLog
from loper.observe.filter import Filter, of_query, to_query
from loper.observe.laid import kernels
from loper.observe.laid.layout import Bools

if TYPE_CHECKING:
    from loper.observe.log import Log

Cases = NDArray[np.int64]
"""Numbers of cases in the whole log."""

LONGEST = 400.0
"""Customers are followed for so many days at most."""


def name(word: str, *about: str) -> str:
    """The name of a set of cases, as a filter carries it."""
    return ":".join((word, *about))


def within(filter: Filter) -> str:
    """The name of the cases of a filter, to be worked out within the cases that other names leave."""
    return name("in", urlencode(to_query(filter)))


def keep(log: Log, behind: str) -> Bools:
    """One truth for each case of the whole log. BadLog for a name that means nothing here."""
    word, _colon, about = behind.partition(":")
    found = SETS[word](log, about) if word in SETS else None
    if found is None:
        raise BadLog([f"“{behind}” names no cases of this log"])
    truth = np.zeros(log.layout.count, np.bool_)
    truth[found] = True
    return truth


def _within(log: Log, about: str) -> Cases | None:
    asked = of_query(parse_qsl(about))
    return np.flatnonzero(asked.cases(log.whole)) if asked and not asked.behind else None


def _stopped(log: Log, activity: str) -> Cases | None:
    return next((one.numbers for one in log.stuck().stays if one.activity == activity), None)


def _dropped(log: Log, about: str) -> Cases | None:
    place, _colon, channel = about.partition(":")
    wanted = (place, channel)
    return next((one.rows for one in log.dropping().channels if (one.place, one.channel) == wanted), None)


def _elsewhere(log: Log, _about: str) -> Cases | None:
    return log.digital().ended_elsewhere


def _left(log: Log, about: str) -> Cases | None:
    target, _colon, after = about.partition(":")
    return next((one.rows for one in log.digital().leavings if (one.target, one.after) == (target, after)), None)


def _failure(log: Log, ground: str) -> Cases | None:
    return next((one.rows for one in log.failure_demand().grounds if one.ground == ground), None)


def _funnel(log: Log, about: str) -> Cases | None:
    number, _colon, fate = about.partition(":")
    found = log.funnel()
    steps = found.steps
    if not number.isdecimal() or int(number) >= len(steps):
        return None
    if fate == "came":
        return log.rows[found.far > int(number)]
    return next((rows for name, rows in steps[int(number)].numbers.items() if name == fate), None)


def _again(log: Log, activity: str) -> Cases | None:
    layout = log.layout
    if activity not in layout.activities:
        return None
    code = list(layout.activities).index(activity)
    found: Cases = kernels.again(layout.offsets, layout.activity, code, log.rows)
    return found


def went(activity: str, then: str, channel: str | None, days: float) -> str:
    """The name of the cases that dropped off at an activity and went on so, in another case, within so many days."""
    return name("went", urlencode({"activity": activity, "then": then, "by": channel or "", "days": f"{days:g}"}))


def _went(log: Log, about: str) -> Cases | None:
    asked = dict(parse_qsl(about, keep_blank_values=True))
    try:
        days = float(asked.get("days", ""))
    except ValueError:
        return None
    if asked.get("activity") not in log.layout.activities or not 0 < days <= LONGEST:
        return None
    found = log.after(asked["activity"], days=days).went
    wanted = (asked.get("then"), asked.get("by") or None)
    return next((one.numbers for one in found if (one.activity, one.channel) == wanted), None)


def _deviation(log: Log, about: str) -> Cases | None:
    kind, _colon, touchpoint = about.partition(":")
    journey = log.against or log.design
    if journey is None:
        return None
    found = log.conform(journey).deviations
    return next((one.rows for one in found if (one.kind, one.touchpoint) == (kind, touchpoint)), None)


SETS: Mapping[str, Callable[[Log, str], Cases | None]] = {
    "in": _within,  # :QUERY OF A FILTER
    "stopped": _stopped,  # :ACTIVITY
    "dropped": _dropped,  # :first or last:CHANNEL
    "elsewhere": _elsewhere,
    "left": _left,  # :CHANNEL:AFTER
    "failure": _failure,  # :GROUND
    "funnel": _funnel,  # :NUMBER OF A STEP:FATE, or came
    "again": _again,  # :ACTIVITY
    "went": _went,  # :QUERY of activity, then, by, days
    "deviation": _deviation,  # :KIND:TOUCHPOINT
}
