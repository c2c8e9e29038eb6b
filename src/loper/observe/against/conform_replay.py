"""The design replayed with the events that really came: which touchpoints it says there should have been, each by its
occasion, so that what a log has can be held against it one by one.

For Loper's own logs with the recorded events (CloudEvents, with their data) beside them: then facts are known, and the
step decides as it did when the case ran.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from loper.define.model import Journey
from loper.log.table import BadLog
from loper.observe.against.conform_walk import Kind
from loper.observe.filter import instant, micros
from loper.observe.laid.layout import Layout, Words
from loper.run.cloudevents import Told
from loper.run.replay import Replay
from loper.step import SYSTEM, Moment

if TYPE_CHECKING:
    from loper.observe.log import Log

Key = tuple[str, str]
"""A touchpoint and its occasion: what happens at most once."""

HAPPENED = frozenset({"message", "task", "unknown"})
ENDED = frozenset({"skip", "withdrawn"})


@dataclass(slots=True)
class _Heard(Replay):
    """A replay that keeps when each moment happened."""

    moments: dict[str, dict[Key, datetime]] = field(default_factory=lambda: defaultdict(dict))

    def _line(self, key: str, kind: str, at: datetime, stage: str | None, **more: Any) -> None:
        moment: Moment | None = more.get("moment")
        if moment is not None and kind in HAPPENED:
            self.moments[key].setdefault((moment.touchpoint, moment.occasion), at)
        Replay._line(self, key, kind, at, stage, **more)


@dataclass(frozen=True, kw_only=True, slots=True)
class Odd:
    """One touchpoint of one case that the design and the log do not both have."""

    row: int
    kind: Kind
    touchpoint: str


def replayed(
    log: Log, journey: Journey, told: Iterable[Told], rows: NDArray[np.int64], *, now: int, grace: int
) -> tuple[Sequence[Odd], NDArray[np.int64]]:
    """What is missing or ad hoc in these cases, and which of them had events to replay. `now` and `grace` in
    microseconds. BadLog where the log does not say which occasion a line is about."""
    kind, cause = log.layout.words("kind"), log.layout.words("cause")
    if cause is None or kind is None:
        raise BadLog(["told: to hold events against a log, it needs the columns kind and cause, as Loper writes them"])
    number = {log.layout.cases[int(row)]: int(row) for row in rows}
    events = [one for one in told if one.case in number and one.event.source != SYSTEM]
    heard = _Heard(journey)
    heard.run(events, until=instant(now))
    there = sorted({number[one.case] for one in events})
    found: list[Odd] = []
    for row in there:
        happened, ended = _recorded(log.layout, journey, row, kind, cause)
        found += _odd(row, heard.moments[log.layout.cases[row]], happened, ended, now - grace)
    return found, np.array(there, np.int64)


def _recorded(layout: Layout, journey: Journey, row: int, kind: Words, cause: Words) -> tuple[set[Key], set[Key]]:
    """Which moments happened in a case by its log, and which ended without."""
    happened, ended = set[Key](), set[Key]()
    for place in range(layout.offsets[row], layout.offsets[row + 1]):
        touchpoint = layout.activities[layout.activity[place]]
        if touchpoint in journey.touchpoints:
            what, key = kind.at(place), (touchpoint, cause.at(place) or "")
            if what in HAPPENED:
                happened.add(key)
            elif what in ENDED:
                ended.add(key)
    return happened, ended


def _odd(row: int, planned: Mapping[Key, datetime], happened: set[Key], ended: set[Key], by: int) -> Iterator[Odd]:
    for key in happened - planned.keys():
        yield Odd(row=row, kind="ad hoc", touchpoint=key[0])
    for key, at in planned.items():
        if key not in happened and key not in ended and micros(at) <= by:
            yield Odd(row=row, kind="missing", touchpoint=key[0])
