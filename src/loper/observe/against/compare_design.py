"""What a comparison can claim: how alike both groups were made up, and whether a date is more than any other date."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from loper.observe.against.compare_measures import Measure
from loper.observe.against.difference import chance_of_composition, jump, point
from loper.observe.filter import instant
from loper.observe.laid.layout import Words
from loper.observe.result import Result

Design = Literal["randomised", "before-after", "observed", "interrupted"]
DESIGNS: tuple[Design, ...] = ("randomised", "before-after", "observed", "interrupted")

DRAWN = 0.001
"""A draw makes groups that differ more than this chance hardly ever: then it was none."""
PLACEBOS = 9
FEWEST_PERIODS = 8
DAY = 86_400_000_000

Rows = NDArray[np.int64]


@dataclass(frozen=True, kw_only=True)
class Balance:
    """How one column is made up in both groups: the word whose share differs most, and the chance of so much."""

    column: str
    word: str
    one: float  # its share
    other: float
    p: float


def balances(columns: Mapping[str, Words], one: Rows, other: Rows) -> tuple[Balance, ...]:
    found = []
    for name, column in columns.items():
        size = len(column.values) + 1
        counts = [np.bincount(column.codes[rows].astype(np.int64) + 1, minlength=size) for rows in (one, other)]
        shares = [count / max(1, count.sum()) for count in counts]
        at = int(np.argmax(np.abs(shares[0] - shares[1])))
        found.append(
            Balance(
                column=name,
                word=column.values[at - 1] if at else "",
                one=float(shares[0][at]),
                other=float(shares[1][at]),
                p=chance_of_composition(counts[0], counts[1]),
            )
        )
    return tuple(found)


@dataclass(frozen=True, kw_only=True)
class Placebo:
    """The same comparison, over as long a time, at dates at which nothing is known to have happened."""

    measure: str
    real: float
    fake: tuple[float, ...]

    @property
    def larger(self) -> int:
        """How many of them are at least as large as the real one."""
        return sum(abs(one) >= abs(self.real) for one in self.fake)


def placebos(measure: Measure, before: Rows, after: Rows, first: NDArray[np.int64]) -> Placebo | None:
    """At dates spread over the time before; None where it is too short for three."""
    boundary, start = int(first[after].min()), int(first[before].min())
    wide = min(int(first[after].max()) - boundary, (boundary - start) // 4)
    if wide < DAY:
        return None
    order = np.argsort(first[before], kind="stable")
    rows = np.concatenate([before[order], after[np.argsort(first[after], kind="stable")]])
    begun, values = first[rows], measure.values[rows]

    def at(date: int) -> float:
        low, middle, high = np.searchsorted(begun, [date - wide, date, date + wide])
        early, late = values[low:middle], values[middle:high]
        return point(measure.kind, late[~np.isnan(late)]) - point(measure.kind, early[~np.isnan(early)])

    dates = np.linspace(start + wide, boundary - wide, min(PLACEBOS, (boundary - start) // wide + 1)).astype(np.int64)
    fake = tuple(one for one in map(at, dates.tolist()) if one == one)
    return Placebo(measure=measure.key, real=at(boundary), fake=fake) if len(fake) >= 3 else None


def jump_of(measure: Measure, before: Rows, after: Rows, first: NDArray[np.int64]) -> Result | None:
    """How far the measure leaves its own line at the date, by the week, or by the day where there are too few weeks;
    None where there are too few days."""
    boundary = int(first[after].min())
    rows = np.concatenate([before, after])
    rows = rows[~np.isnan(measure.values[rows])]
    for width in (7 * DAY, DAY):
        period = (first[rows] - boundary) // width
        if not len(period) or -period.min() < FEWEST_PERIODS or period.max() + 1 < FEWEST_PERIODS:
            continue
        order = np.argsort(period, kind="stable")
        there, begins = np.unique(period[order], return_index=True)
        if len(there) < period.max() - period.min() + 1:
            continue  # a period without a case has no value
        parts = np.split(measure.values[rows][order], begins[1:])
        # the outer periods are seldom whole: they have no say
        series = np.array([point(measure.kind, part) for part in parts])[1:-1]
        return jump(series, int(np.searchsorted(there, 0)) - 1)
    return None


def seasons_differ(before: Rows, after: Rows, first: NDArray[np.int64]) -> bool:
    """Whether the two periods lie in other parts of the year for more than half of either."""
    weeks = [_weeks(first[rows]) for rows in (before, after)]
    both = len(weeks[0] & weeks[1])
    return both < max(map(len, weeks)) / 2


def _weeks(first: NDArray[np.int64]) -> set[int]:
    days = np.unique(first // DAY)
    return {instant(int(day) * DAY).timetuple().tm_yday // 7 for day in days}
