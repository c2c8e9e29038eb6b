"""By which activities a journey is complete: as said, as designed, or as the log shows."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import numpy as np

from loper.define.model import Journey
from loper.log.table import BadLog
from loper.observe import kernels
from loper.observe.follow import DAY
from loper.observe.layout import Bools

if TYPE_CHECKING:
    from loper.observe.log import Log

QUIET = 30
"""Days after which a case in which nothing more happened is taken to have stopped, unless another number is said."""

MOSTLY = 0.5
"""Where nobody says what completes a journey: an activity that is the last one in more than this share of its cases."""

By = Literal["named", "journey", "guessed"]


@dataclass(frozen=True, kw_only=True)
class Endings:
    activities: tuple[str, ...]
    by: By


def endings_of(
    log: Log, *, ends: Collection[str] = (), journey: Journey | None = None, quiet: float = QUIET
) -> Endings:
    """`ends` as said; else the events of the journey that lead to a final stage; else guessed over the whole log.

    BadLog for an activity that the log does not have, or when no event that ends the journey is in the log.
    """
    there = log.layout.activities
    if ends:
        missing = [one for one in ends if one not in there]
        if missing:
            known = ", ".join(there[:20])
            raise BadLog([f"ends: no activity “{one}” in this log; there are: {known}" for one in missing])
        return Endings(activities=tuple(ends), by="named")
    if journey:
        final = [event for event in _final(journey) if event in there]
        if not final:
            raise BadLog(
                [f"no event that ends journey {journey.name} is in this log; name the activities that do with `ends`"]
            )
        return Endings(activities=tuple(final), by="journey")
    return Endings(activities=_guessed(log, quiet), by="guessed")


def _final(journey: Journey) -> list[str]:
    """Events by which some stage goes to a final one; what stops it from every stage (withdrawn) completes nothing."""
    found: dict[str, None] = {}
    for stage in journey.stages.values():
        for event, ways in stage.on.items():
            if any(journey.stages[way.to].final for way in ways):
                found[event] = None
    return [event for event in found if event not in journey.on]


def _guessed(log: Log, quiet: float) -> tuple[str, ...]:
    layout = log.layout
    if not layout.count:
        return ()
    settled = np.flatnonzero(stopped(log, quiet))
    counts = kernels.visits(layout.offsets, layout.activity, len(layout.activities), settled)
    with np.errstate(invalid="ignore"):
        part = counts[3] / counts[1]
    return tuple(layout.activities[code] for code in np.flatnonzero(part > MOSTLY).tolist())


def stopped(log: Log, quiet: float) -> Bools:
    """Of each case of the whole log whether its last contact is longer ago than `quiet` days before the log's end."""
    last = log.layout.last
    found: Bools = last < last.max() - round(quiet * DAY) if len(last) else np.zeros(0, np.bool_)
    return found


def completed(log: Log, endings: Endings) -> Bools:
    """Of each selected case whether it has one of these activities."""
    codes = np.array([log.layout.activities.index(one) for one in endings.activities], np.int64)
    found: Bools = kernels.has(log.layout.offsets, log.layout.activity, codes, log.rows)
    return found
