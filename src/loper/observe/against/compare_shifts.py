"""Steps from one activity to the next in two groups: in which share of the cases, and after what wait."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from loper.observe.against.difference import benjamini_hochberg, gap
from loper.observe.filter import Filter
from loper.observe.laid import kernels
from loper.observe.result import Result

if TYPE_CHECKING:
    from loper.observe.log import Log

Rows = NDArray[np.int64]


@dataclass(frozen=True, kw_only=True)
class Shift:
    """A step from one activity to the next: in which share of the cases, and how long its wait; p by
    Benjamini-Hochberg over all that is asked of all steps."""

    source: str
    target: str
    share: Result  # difference of the shares of cases with it
    one: float
    other: float
    p: float
    wait: Result | None  # difference of the medians, seconds
    wait_p: float

    @property
    def filter(self) -> Filter:
        return Filter(pair=((self.source, self.target),))


def shifts_of(log: Log, a: Rows, b: Rows, most: int, rng: np.random.Generator, level: float) -> tuple[Shift, ...]:
    steps, offsets = log.steps, log.layout.offsets
    if not len(steps) or not len(a) or not len(b):
        return ()
    counts = [kernels.cases_with(offsets, steps.of, len(steps), rows) for rows in (a, b)]
    order = np.argsort(-(counts[0] + counts[1]), kind="stable")[:most]
    keeps = [np.zeros(log.layout.count, np.bool_) for _ in (a, b)]
    keeps[0][a], keeps[1][b] = True, True
    shares, waits = [], []
    for k in order:
        there = [np.zeros(len(rows)) for rows in (a, b)]
        there[0][: counts[0][k]], there[1][: counts[1][k]] = 1, 1
        shares.append(gap("share", there[0], there[1], rng, level))
        lasted = [steps.kept(int(k), keep) / 1e6 for keep in keeps]
        waits.append(gap("median", lasted[0], lasted[1], rng, level) if all(map(len, lasted)) else None)
    adjusted = benjamini_hochberg([one.p for one in shares] + [one.p for one in waits if one])
    later = iter(adjusted[len(shares) :])
    return tuple(
        Shift(
            source=log.layout.activities[steps.sources[k]],
            target=log.layout.activities[steps.targets[k]],
            share=share.difference,
            one=share.one,
            other=share.other,
            p=adjusted[at],
            wait=wait.difference if wait else None,
            wait_p=next(later) if wait else 1.0,
        )
        for at, (k, share, wait) in enumerate(zip(order, shares, waits, strict=True))
    )
