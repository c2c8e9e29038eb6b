"""Deviations gathered: those of every case that went one way, and those that the times of each case decide."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from loper.define.model import Duration, Journey, OnFact, Unit
from loper.observe.against.conform_replay import Odd
from loper.observe.against.conform_walk import Expected, Kind, Walk
from loper.observe.filter import Filter, instant, micros
from loper.observe.laid import kernels
from loper.observe.laid.layout import NO_TIME, Bools, Ints, Numbers
from loper.observe.result import Result, wilson
from loper.step.when import due

if TYPE_CHECKING:
    from loper.observe.log import Log

Cases = NDArray[np.int64]
KINDS: tuple[Kind, ...] = ("missing", "failed", "order", "ad hoc")
EXAMPLES = 5


@dataclass(frozen=True, kw_only=True)
class Deviation:
    """One deviation of one touchpoint (or event; of what is not in the design, the log's own word)."""

    touchpoint: str
    kind: Kind
    cases: int
    times: int
    share: Result  # of all cases
    examples: tuple[str, ...]  # cases
    filter: Filter | None  # that selects exactly these cases, where there is one
    rows: Cases = field(compare=False, repr=False)  # the numbers of these cases in the whole log


class Judge:
    """What was found, gathered over all ways."""

    def __init__(self, log: Log, journey: Journey, *, now: int, grace: int) -> None:
        self.log, self.layout, self.journey, self.now, self.grace = log, log.layout, journey, now, grace
        self.deviates: Bools = np.zeros(log.layout.count, np.bool_)
        self.cases: dict[tuple[str, Kind], list[Cases]] = defaultdict(list)
        self.exact: Bools = np.zeros(log.layout.count, np.bool_)  # cases whose touchpoints were replayed

    def replayed(self, odd: Iterable[Odd], rows: Cases) -> None:
        """Cases that were replayed with their events: of them the walk judges events and failures only."""
        self.exact[rows] = True
        for one in odd:
            self._add(one.touchpoint, one.kind, np.array([one.row]))

    def group(self, rows: Cases, seen: Walk) -> None:
        """Cases that went one way."""
        walked = rows[~self.exact[rows]]
        for one in seen.found:
            touchpoint = one.kind != "failed" and one.name in self.journey.touchpoints
            self._add(one.name, one.kind, walked if touchpoint else rows)
        rows = walked
        for expected in seen.expected:
            missing = rows[self._missing(rows, seen, expected)]
            if len(missing):
                self._add(expected.touchpoint.name, "missing", missing)

    def _add(self, name: str, kind: Kind, rows: Cases) -> None:
        if len(rows):
            self.deviates[rows] = True
            self.cases[name, kind].append(rows)

    def _missing(self, rows: Cases, seen: Walk, one: Expected) -> Bools:
        """In which of these cases it should have come before it was over, or before now."""
        places = self.layout.offsets[rows] + one.at
        began = self.layout.time[places]
        over = np.full(len(rows), self.now)
        if one.until is not None:
            over = self.layout.time[self.layout.offsets[rows] + one.until]
        at, there = began, np.ones(len(rows), np.bool_)
        if isinstance(one.anchor, OnFact):
            column = self.layout.contacts.get(one.anchor.path)
            if not isinstance(column, Numbers) or column.values.dtype != np.int64:
                return np.zeros(len(rows), np.bool_)
            at = column.values[places]
            there = at != NO_TIME
        when = np.full(len(rows), self.now)
        when[there] = self._due(at[there], one)
        missing = there & (when + self.grace <= over)
        if isinstance(one.anchor, OnFact):
            missing &= when > began  # else it was late at once, and what the event itself says covers it
            for place in np.flatnonzero(missing):
                missing[place] = self._awake(int(rows[place]), int(when[place]), seen, one)
        return missing

    def _awake(self, row: int, when: int, seen: Walk, one: Expected) -> bool:
        """Whether the case was surely where this moment of a fact can happen, when it was due."""
        low, high = self.layout.offsets[row], self.layout.offsets[row + 1]
        stages = seen.stages[int(np.searchsorted(self.layout.time[low:high], when, "right")) - 1]
        within = one.touchpoint.in_
        open_ = frozenset(name for name, stage in self.journey.stages.items() if not stage.final)
        return bool(stages) and stages <= (open_ if within is None else within)

    def _due(self, at: Ints, one: Expected) -> Ints:
        """When it was due, microseconds."""
        anchor, between, every = one.anchor, one.touchpoint.between, one.touchpoint.every
        sign = -1 if isinstance(anchor, OnFact) and anchor.before else 1
        if between is None and not one.times:
            if anchor.shift is None:
                return at
            if anchor.shift.unit in ELAPSED:
                return at + sign * _elapsed(anchor.shift)
        zone, calendar = self.journey.timezone, self.journey.calendar
        reckon = partial(due, zone=zone, calendar=calendar, by=anchor.shift, sign=sign, window=between)
        if one.times:
            reckon = partial(reckon, every=every, repeat=one.times)
        different, place = np.unique(at, return_inverse=True)
        return np.array([micros(reckon(instant(int(each)))) for each in different], np.int64)[place]

    def deviations(self, population: int) -> tuple[Deviation, ...]:
        found = []
        for (name, kind), groups in self.cases.items():
            every = np.concatenate(groups)
            rows = np.unique(every)
            found.append(
                Deviation(
                    touchpoint=name,
                    kind=kind,
                    cases=len(rows),
                    times=len(every),
                    share=wilson(len(rows), population),
                    examples=tuple(self.layout.cases[int(row)] for row in rows[:EXAMPLES]),
                    filter=self._filter(name, rows),
                    rows=rows,
                )
            )
        return tuple(sorted(found, key=lambda one: (-one.cases, KINDS.index(one.kind), one.touchpoint)))

    def _filter(self, name: str, rows: Cases) -> Filter | None:
        """Those with the activity of this name, or those without it, where these are the cases."""
        code = np.flatnonzero(np.array(self.layout.activities, dtype=object) == name)
        has = kernels.has(self.layout.offsets, self.layout.activity, code, self.log.rows)
        if np.array_equal(self.log.rows[has], rows):
            return Filter(with_=(name,))
        if len(code) and np.array_equal(self.log.rows[~has], rows):
            return Filter(without=(name,))
        return None


ELAPSED = {Unit.MINUTES: 60_000_000, Unit.HOURS: 3_600_000_000}


def _elapsed(shift: Duration) -> int:
    return shift.amount * ELAPSED[shift.unit]
