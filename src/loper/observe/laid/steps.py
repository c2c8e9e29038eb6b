"""The steps of a log: each contact with the one before it, numbered by the pair of their activities.

Numbered once; then each question about pairs is a count over these numbers. The waits of every pair are put in order
once too, so that the quantiles of any selection are one walk along them instead of a sort of millions.
"""

from __future__ import annotations

from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from functools import cached_property
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from loper.observe.laid import kernels
from loper.observe.laid.layout import Bools, Floats, Ints, Layout

if TYPE_CHECKING:
    from loper.observe.log import Log

DENSE = 2_000
"""Up to so many activities, a table of all pairs is held while they are numbered; above it the pairs are sorted."""

MANY = 20_000
"""From so many pairs on, all waits are put in order at once: most have a few only, a call each is dear."""


class Steps:
    """`of` is the number of the pair that each contact ends (-1 where a case begins); pair `k` goes from activity
    `sources[k]` to `targets[k]`."""

    NAMES = ("of", "sources", "targets", "starts", "waits", "case")

    def __init__(self, layout: Layout, kept: Mapping[str, Ints] | None = None) -> None:
        """Numbered anew, or as `arrays` gave them before."""
        self.layout = layout
        self.of: Ints
        if kept is not None:
            self.of, self.sources, self.targets = kept["of"], kept["sources"], kept["targets"]
            self.__dict__["_sorted"] = (kept["starts"], kept["waits"], kept["case"])
            return
        size = len(layout.activities)
        if size <= DENSE:
            there = kernels.pairs(layout.offsets, layout.activity, size)
            found = np.flatnonzero(there)
            number = np.cumsum(there, dtype=np.int32) - 1
            self.of = kernels.numbered(layout.offsets, layout.activity, size, number)
        else:
            joined = np.empty(len(layout), np.int64)
            joined[1:] = layout.activity[:-1].astype(np.int64) * size + layout.activity[1:]
            joined[layout.offsets[:-1]] = -1
            found, inverse = np.unique(joined, return_inverse=True)
            found, self.of = found[1:], (inverse - 1).astype(np.int32)
        self.sources, self.targets = found // max(1, size), found % max(1, size)

    def arrays(self) -> Mapping[str, Ints]:
        """All there is of it, the waits in order, to be kept on disk."""
        starts, waits, case = self._sorted
        return dict(zip(self.NAMES, (self.of, self.sources, self.targets, starts, waits, case), strict=True))

    def __len__(self) -> int:
        return len(self.sources)

    def counts(self, log: Log) -> NDArray[np.int64]:
        """How often each pair occurs in the cases of this selection."""
        counts: NDArray[np.int64] = kernels.tallied(self.layout.offsets, self.of, len(self), log.rows)
        return counts

    def quantiles(self, log: Log, counts: NDArray[np.int64]) -> tuple[Floats, Floats]:
        """Median and 90th percentile of the wait of each pair, microseconds; between neighbours linearly
        (Hyndman & Fan 1996, type 7). `counts` are those of the same selection."""
        if log.keep is None and len(self) <= MANY:
            starts, waits, _ = self._sorted if "_sorted" in self.__dict__ else self._waits
            with ThreadPoolExecutor(2) as pool:  # numpy lets go of Python's lock
                found = list(pool.map(_quantiles, (waits[low:high] for low, high in pairwise(starts))))
            table = np.array(found, np.float64)
            return table.reshape(len(self), 2)[:, 0], table.reshape(len(self), 2)[:, 1]
        starts, waits, case = self._sorted
        keep = np.ones(self.layout.count, np.bool_) if log.keep is None else log.keep
        return (
            kernels.walked(starts, waits, case, keep, counts, 0.5),
            kernels.walked(starts, waits, case, keep, counts, 0.9),
        )

    def waits(self, source: int, target: int) -> Ints:
        """All waits of one pair over the whole log, microseconds."""
        starts, waits, _ = self._sorted if "_sorted" in self.__dict__ else self._waits
        at = np.flatnonzero((self.sources == source) & (self.targets == target))
        return waits[starts[at[0]] : starts[at[0] + 1]] if len(at) else waits[:0]

    def kept(self, pair: int, keep: Bools) -> Ints:
        """The waits of pair number `pair` in the cases to keep, microseconds, in any order."""
        starts, waits, case = self._sorted if "_sorted" in self.__dict__ else self._waits
        low, high = starts[pair], starts[pair + 1]
        return waits[low:high][keep[case[low:high]]]

    @cached_property
    def _waits(self) -> tuple[Ints, Ints, Ints]:
        """Where each pair's waits begin; the waits, those of one pair together; the case of each."""
        whole = np.arange(self.layout.count)
        counts = kernels.tallied(self.layout.offsets, self.of, len(self), whole)
        starts = np.concatenate([[0], np.cumsum(counts)])
        waits, case = kernels.waits(self.layout.offsets, self.of, self.layout.time, starts)
        return starts, waits, case

    @cached_property
    def _sorted(self) -> tuple[Ints, Ints, Ints]:
        """The same, the waits of each pair in order."""
        starts, waits, case = self._waits
        if len(self) > MANY:
            order = np.lexsort((waits, np.repeat(np.arange(len(self)), np.diff(starts))))
            waits[:], case[:] = waits[order], case[order]
            return starts, waits, case
        for low, high in pairwise(starts):
            order = np.argsort(waits[low:high], kind="stable")
            waits[low:high], case[low:high] = waits[low:high][order], case[low:high][order]
        return starts, waits, case


def _quantiles(waits: Ints) -> tuple[float, float]:
    """The same two of waits in any order, reckoned as `kernels.walked` does, to the last bit."""
    found = []
    places = [q * (len(waits) - 1) for q in (0.5, 0.9)]
    near = sorted({min(len(waits) - 1, int(place) + one) for place in places for one in (0, 1)})
    parted = np.partition(waits, near)
    for place in places:
        low = int(place)
        value = float(parted[low])
        found.append(value if place == low else value + (place - low) * (parted[low + 1] - value))
    return found[0], found[1]
