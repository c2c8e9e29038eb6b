"""Representative journeys, to show on a wall: a few real cases, chosen so that every other looks like one of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from loper.observe.answer import Answer
from loper.observe.filter import Filter
from loper.observe.result import Result, quantile, wilson
from loper.observe.way import kernels_representatives as kernels
from loper.observe.way.variants import commonest
from loper.observe.words import Say

if TYPE_CHECKING:
    from loper.observe.log import Log

COMMON = 1_000
"""The representatives are chosen among so many variants, the commonest."""

LONGEST = 100
"""Of a longer case so many of its first contacts are compared."""

WORK = 300_000_000
"""So many pairs of contacts are compared at most to find who is nearest to whom; rarer variants are then left over."""

SWAPS = 100


@dataclass(frozen=True, kw_only=True)
class Representative(Answer):
    """One variant that stands for the `cases` nearest to it. `apart`: how much these differ from it on average, as a
    part of their contacts (0: not at all). `own`: of them went exactly so. `waits`: between its contacts (the first
    LONGEST), the median of its own cases, in seconds. The interval of `share` takes the representatives as given."""

    variant: str
    activities: tuple[str, ...]
    cases: int
    share: Result  # of all that were compared
    own: int
    apart: float
    waits: tuple[Result, ...]
    example: str
    cases_of: Filter  # the cases that went exactly so
    numbers: NDArray[np.int64] = field(compare=False, repr=False)  # all that it stands for, in the whole log

    def rows(self) -> Sequence[dict[str, Any]]:
        return [
            {
                "variant": self.variant,
                "activities": list(self.activities),
                "cases": self.cases,
                "share": self.share.estimate,
                "own": self.own,
                "apart": self.apart,
                "example": self.example,
            }
        ]

    def summary(self, language: str = "en") -> str:
        say, shown = Say(language), list(self.activities[:12])
        rest = len(self.activities) - len(shown)
        return say(
            "{share} of the cases ({low} to {high}) go about like case “{case}”: {way}.",
            "{share} van de zaken ({low} tot {high}) loopt ongeveer als zaak “{case}”: {way}.",
            share=say.share(self.share.estimate),
            low=say.share(self.share.low),
            high=say.share(self.share.high),
            case=self.example,
            way=" › ".join(shown) + (say(" and {n} more", " en nog {n}", n=rest) if rest else ""),
        )


@dataclass(frozen=True, kw_only=True)
class Representatives(Answer):
    """`chosen_from` variants were weighed, with `covered` of the cases; `left_over` cases are of variants so rare that
    they were not compared. `apart`: over all compared cases, how much of its contacts a case differs in."""

    cases: int
    variants: int
    chosen_from: int
    covered: int
    left_over: int
    apart: float
    journeys: tuple[Representative, ...]

    def rows(self) -> Sequence[dict[str, Any]]:
        return [row for one in self.journeys for row in one.rows()]

    def summary(self, language: str = "en") -> str:
        say = Say(language)
        if not self.journeys:
            return say("There are no cases.", "Er zijn geen zaken.")
        text = [
            say(
                "{few} journeys stand for {cases} cases, which differ from theirs in {apart} of the contacts on"
                " average.",
                "{few} reizen staan voor {cases} zaken, die er gemiddeld in {apart} van hun contacten van afwijken.",
                few=len(self.journeys),
                cases=self.cases - self.left_over,
                apart=say.share(self.apart),
            ),
            *(one.summary(language) for one in self.journeys[:3]),
        ]
        if self.chosen_from < self.variants:
            text.append(
                say(
                    "They were chosen among the {n} commonest of {all} ways, with {part} of the cases.",
                    "Ze zijn gekozen uit de {n} gewoonste van {all} manieren, met {part} van de zaken.",
                    n=self.chosen_from,
                    all=self.variants,
                    part=say.share(self.covered / self.cases),
                )
            )
        if self.left_over:
            text.append(
                say(
                    "{n} cases that went rarer ways were not compared.",
                    "{n} zaken die zeldzamer liepen, zijn niet vergeleken.",
                    n=self.left_over,
                )
            )
        return " ".join(text)


def representatives_of(log: Log, *, count: int = 5) -> Representatives:
    """At most `count` variants that lie nearest to all cases: k-medoids over the edits between variants, as a part of
    the longer of both, weighted by their cases (Schubert & Rousseeuw 2021). Each other goes with the nearest."""
    which, layout, rows = log.which, log.layout, log.rows
    if not len(rows):
        return Representatives(cases=0, variants=0, chosen_from=0, covered=0, left_over=0, apart=0.0, journeys=())
    of = which.of[rows]
    counts = np.bincount(of, minlength=len(which))
    order = commonest(counts, which.example)
    few = order[:COMMON]
    apart = kernels.apart(layout.offsets, layout.activity, which.example[few], LONGEST)
    places = kernels.medoids(apart, counts[few].astype(np.float64), min(count, len(few)), SWAPS)
    chosen = few[places]
    lengths = np.minimum(LONGEST, layout.lengths[which.example])
    work = np.cumsum(lengths[order]) * int(lengths[chosen].sum())
    compared = order[: max(len(few), int(np.searchsorted(work, WORK, side="right")))]
    near, far = kernels.nearest(
        layout.offsets, layout.activity, which.example[compared], which.example[chosen], LONGEST
    )
    weights = counts[compared]
    stands = np.full(len(which), -1)
    stands[compared] = near
    total = int(weights.sum())
    held = np.bincount(near, weights, minlength=len(chosen)).astype(int)
    gaps = np.bincount(near, weights * far, minlength=len(chosen))
    journeys = []
    for k in np.lexsort((np.arange(len(chosen)), -held)):
        one = int(chosen[k])
        own = rows[of == one]
        waits = kernels.waits_of(layout.offsets, layout.time, own, LONGEST)
        journeys.append(
            Representative(
                variant=which.name(one),
                activities=which.activities(one),
                cases=int(held[k]),
                share=wilson(int(held[k]), total),
                own=len(own),
                apart=float(gaps[k] / max(1, held[k])),
                waits=tuple(quantile(column / 1e6) for column in waits.T),
                example=layout.cases[int(own[0])],
                cases_of=Filter(variant=(which.name(one),)),
                numbers=rows[stands[of] == k],
            )
        )
    return Representatives(
        cases=len(rows),
        variants=len(order),
        chosen_from=len(few),
        covered=int(counts[few].sum()),
        left_over=len(rows) - total,
        apart=float(gaps.sum() / total),
        journeys=tuple(journeys),
    )
