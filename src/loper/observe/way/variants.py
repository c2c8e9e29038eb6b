"""Variants: the same activities in the same order are the same variant."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from loper.observe.answer import Answer
from loper.observe.laid import kernels
from loper.observe.laid.layout import Bools, Layout
from loper.observe.words import Say

if TYPE_CHECKING:
    from loper.observe.log import Log


class Which:
    """Which variant each case of a log is.

    Cases are told apart by a number of 64 bits made of their activities, and each is then held against the first of its
    variant, contact by contact: two variants with one number would be seen, and the numbers made anew.
    """

    def __init__(self, layout: Layout) -> None:
        self.layout, rows = layout, np.arange(layout.count)
        for salt in range(1, 100):
            hashes = kernels.hashed(layout.offsets, layout.activity, rows, salt)
            found = np.unique(hashes, return_index=True, return_inverse=True)
            if kernels.same(layout.offsets, layout.activity, rows, found[2], found[1]):
                break
        else:  # pragma: no cover - one in 2 ** 2000 or so
            raise ArithmeticError("variants cannot be told apart")
        self.hashes, self.example, self.of = found

    def __len__(self) -> int:
        return len(self.example)

    def name(self, variant: int) -> str:
        """A short name that stays when the log is read again: an address can hold it."""
        return f"{int(self.hashes[variant]):016x}"

    def activities(self, variant: int) -> tuple[str, ...]:
        layout, case = self.layout, self.example[variant]
        codes = layout.activity[layout.offsets[case] : layout.offsets[case + 1]]
        return tuple(layout.activities[code] for code in codes)

    @cached_property
    def _by_name(self) -> dict[int, int]:
        return {int(value): variant for variant, value in enumerate(self.hashes)}

    def number(self, name: str) -> int:
        """The number of the variant of this name. Raises KeyError where there is none."""
        try:
            return self._by_name[int(name, 16)]
        except ValueError:
            raise KeyError(name) from None

    def one_of(self, names: Sequence[str], problems: list[str]) -> Bools:
        wanted = []
        for name in names:
            try:
                wanted.append(self.number(name))
            except KeyError:
                problems.append(f"no variant “{name}” in this log; `variants()` gives their names")
        keep: Bools = np.isin(self.of, wanted)
        return keep


@dataclass(frozen=True, kw_only=True)
class Variant:
    name: str
    activities: tuple[str, ...]
    count: int  # cases
    median_s: float  # from the first contact to the last
    example: str  # a case


@dataclass(frozen=True, kw_only=True)
class Variants(Answer):
    """The commonest first, then those that came first; `rest` is how many cases are of variants not in `top`."""

    cases: int
    count: int  # different variants
    top: tuple[Variant, ...]
    rest: int
    half: int  # so many variants hold half of the cases
    once: int  # so many have one case only

    def rows(self) -> Sequence[dict[str, Any]]:
        return [
            {"variant": one.name, "activities": list(one.activities), "count": one.count, "median_s": one.median_s}
            for one in self.top
        ]

    def summary(self, language: str = "en") -> str:
        say = Say(language)
        if not self.top:
            return say("There are no cases.", "Er zijn geen zaken.")
        first = self.top[0]
        return say(
            "{cases} cases went in {ways} different ways; {half} of them hold half of the cases, {once} were gone"
            " once. The commonest has {length} contacts: {count} cases, {part}.",
            "{cases} zaken liepen op {ways} verschillende manieren; {half} daarvan dekken de helft van de zaken,"
            " {once} kwamen één keer voor. De gewoonste heeft {length} contacten: {count} zaken, {part}.",
            cases=self.cases,
            ways=self.count,
            half=self.half,
            once=self.once,
            length=len(first.activities),
            count=first.count,
            part=say.share(first.count / self.cases),
        )


def variants_of(log: Log, *, most: int = 20) -> Variants:
    which, layout, rows = log.which, log.layout, log.rows
    of = which.of[rows]
    counts = np.bincount(of, minlength=len(which))
    order = commonest(counts, which.example)
    lasted = layout.last[rows] - layout.first[rows]
    top = [
        Variant(
            name=which.name(one),
            activities=which.activities(one),
            count=int(counts[one]),
            median_s=float(np.median(lasted[of == one])) / 1e6,
            example=layout.cases[int(rows[np.argmax(of == one)])],
        )
        for one in order[:most]
    ]
    running = np.cumsum(counts[order])
    return Variants(
        cases=len(rows),
        count=len(order),
        top=tuple(top),
        rest=len(rows) - sum(one.count for one in top),
        half=int(np.searchsorted(running, len(rows) / 2) + 1) if len(rows) else 0,
        once=int((counts == 1).sum()),
    )


def commonest(counts: NDArray[np.int64], example: NDArray[np.int64]) -> NDArray[np.int64]:
    """The variants that have cases, the commonest first; of equals the one that came first."""
    there = np.flatnonzero(counts)
    order: NDArray[np.int64] = there[np.lexsort((example[there], -counts[there]))]
    return order
