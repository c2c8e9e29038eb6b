"""Two groups of cases, or two periods, side by side: what differs, how sure that is, and what may be said of it.

A difference is called an *effect* only where chance decided who is in which group, and the groups look like it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from loper.log.table import BadLog
from loper.observe.against.compare_design import (
    DESIGNS,
    DRAWN,
    Balance,
    Design,
    Placebo,
    balances,
    jump_of,
    placebos,
    seasons_differ,
)
from loper.observe.against.compare_measures import Measure, compositions, measures_of, strata_of
from loper.observe.against.compare_shifts import Shift, shifts_of
from loper.observe.against.compare_words import summary
from loper.observe.against.difference import Gap, gap, holm, in_both, standardised
from loper.observe.answer import Answer
from loper.observe.filter import Filter
from loper.observe.laid.layout import Words
from loper.observe.result import Result

if TYPE_CHECKING:
    from loper.observe.log import Log

Rows = NDArray[np.int64]
SURE = 0.05
COVERED = 0.9


@dataclass(frozen=True, kw_only=True)
class Difference:
    """A measure in both groups, and the first less the second. Times are in seconds."""

    measure: str  # throughput (median), ends (share), contacts, switches, came back (share), score
    about: str  # of `ends`: the activity
    one: float
    other: float
    difference: Result
    standardised: Result | None  # as if both were made up alike
    covered: float  # of this share of the cases that can be said
    jump: Result | None  # of an interrupted series: how far it leaves its own line at the date
    p: float  # as it counts when all measures are looked at (Holm)
    filter: Filter | None

    @property
    def apart(self) -> bool:
        """Whether it is more than chance makes of so many measures."""
        return self.p < SURE


@dataclass(frozen=True, kw_only=True)
class Comparison(Answer):
    names: tuple[str, str]
    design: Design
    cases: tuple[int, int]
    left_out: int  # cases that began too late in the log to be judged
    days: float  # within which a customer came back
    measures: tuple[Difference, ...]
    shifts: tuple[Shift, ...]
    balance: tuple[Balance, ...]
    by: tuple[str, ...]  # what the groups were made alike by
    placebos: tuple[Placebo, ...]
    warnings: tuple[str, ...]  # few, unbalanced, uncovered, overlap, trend, season, placebo, no placebo

    @property
    def effect(self) -> bool:
        """Whether a difference may be called an effect."""
        return self.design == "randomised" and not {"unbalanced", "few"} & set(self.warnings)

    def measure(self, name: str, about: str = "") -> Difference:
        """A measure by its name; KeyError where the log could not tell it."""
        for one in self.measures:
            if one.measure == name and (not about or one.about == about):
                return one
        raise KeyError(name)

    def rows(self) -> Sequence[dict[str, Any]]:
        first, second = self.names
        return [
            {
                "measure": one.measure,
                "about": one.about,
                first: one.one,
                second: one.other,
                "difference": one.difference.estimate,
                "low": one.difference.low,
                "high": one.difference.high,
                "standardised": one.standardised.estimate if one.standardised else None,
                "p": one.p,
            }
            for one in self.measures
        ]

    def summary(self, language: str = "en") -> str:
        return summary(self, language)


def compare_of(
    one: Log,
    other: Log,
    *,
    design: Design = "observed",
    names: tuple[str, str] = ("with", "without"),
    ends: Sequence[str] = (),
    days: float = 7,
    by: Sequence[str] | None = None,
    settle: float = 0,
    most: int = 20,
    seed: int = 1,
    level: float = 0.95,
) -> Comparison:
    """Two selections of one log: `one` less `other`.

    `design` says what is known of how cases came into them: `randomised` (chance decided), `before-after` (`one` begins
    after `other`), `interrupted` (the same, judged against the trend), `observed` (anything else). `ends` are outcomes:
    activities at which a case ends. `by`: what to make the groups alike by, known before what is compared; not given:
    all there is that leaves nine cases in ten with one like it on the other side. Cases that began
    less than `settle` days before the end of the log are left out of both: they had less time to take long. `most`
    steps are looked at, the commonest. BadLog where the two share cases, or are of different logs.
    """
    _check(one, other, design)
    log, rng = one.whole, np.random.default_rng(seed)
    first = log.layout.first
    settled = (int(log.layout.time.max()) if len(log.layout) else 0) - settle * 86_400_000_000
    groups = [rows[first[rows] <= settled] if settle else rows for rows in (one.rows, other.rows)]
    left_out = len(one) + len(other) - sum(map(len, groups))
    a, b = groups
    columns = compositions(log, by)
    alike = columns if by is not None else _alike(columns, a, b, log.layout.count)
    measures = measures_of(log, np.concatenate([a, b]), ends=ends, days=days)
    strata = strata_of(alike, log.layout.count) if alike else None
    differences = [_difference(measure, a, b, strata, rng, level) for measure in measures]
    adjusted = holm([p for _, p in differences])
    found = [replace(difference, p=p) for (difference, _), p in zip(differences, adjusted, strict=True)]
    balance = balances(columns, a, b)
    warnings = ["few"] if min(len(a), len(b)) < 30 else []
    if design == "randomised" and balance and min(holm([one.p for one in balance])) < DRAWN:
        warnings.append("unbalanced")
    if strata is not None and min((one.covered for one in found if one.standardised), default=1) < COVERED:
        warnings.append("uncovered")
    fake: tuple[Placebo, ...] = ()
    if design in ("before-after", "interrupted") and len(a) and len(b):
        if first[a].min() < first[b].max():
            warnings.append("overlap")
        else:
            fake = tuple(p for p in (placebos(measure, b, a, first) for measure in measures) if p is not None)
            warnings += _of_time(measures, found, fake, a, b, first, rng)
            if design == "interrupted":
                found = [
                    replace(one, jump=jump_of(measure, b, a, first))
                    for one, measure in zip(found, measures, strict=True)
                ]
    return Comparison(
        names=names,
        design=design,
        cases=(len(a), len(b)),
        left_out=left_out,
        days=days,
        measures=tuple(found),
        shifts=shifts_of(log, a, b, most, rng, level),
        balance=balance,
        by=tuple(alike),
        placebos=fake,
        warnings=tuple(warnings),
    )


def _alike(columns: Mapping[str, Words], a: Rows, b: Rows, count: int) -> dict[str, Words]:
    """One column after another, as long as nearly all cases have one like them on the other side."""
    found: dict[str, Words] = {}
    for name, column in columns.items():
        more = strata_of({**found, name: column}, count)
        if len(a) and len(b) and in_both(more[a], more[b]) >= COVERED:
            found[name] = column
    return found


def _check(one: Log, other: Log, design: str) -> None:
    problems = []
    if design not in DESIGNS:
        problems.append(f"design: “{design}” is none; there are {', '.join(DESIGNS)}")
    if one.whole is not other.whole:
        problems.append("the two are of different logs; select both from one: log.where(...), log.only(...)")
    else:
        both = int(np.isin(one.rows, other.rows, assume_unique=True).sum())
        if both:
            problems.append(f"{both:,} cases are in both; a case can be on one side only")
    if problems:
        raise BadLog(problems)


def _difference(
    measure: Measure, a: Rows, b: Rows, strata: Rows | None, rng: np.random.Generator, level: float
) -> tuple[Difference, float]:
    values = measure.values[a], measure.values[b]
    plain: Gap = gap(measure.kind, *values, rng, level)
    alike, covered = None, 0.0
    if strata is not None:
        alike, covered = standardised(measure.kind, *values, (strata[a], strata[b]), level)
    found = Difference(
        measure=measure.name,
        about=measure.about,
        one=plain.one,
        other=plain.other,
        difference=plain.difference,
        standardised=alike,
        covered=covered,
        jump=None,
        p=plain.p,
        filter=measure.filter,
    )
    return found, plain.p


def _of_time(
    measures: Sequence[Measure],
    found: Sequence[Difference],
    fake: Sequence[Placebo],
    after: Rows,
    before: Rows,
    first: Rows,
    rng: np.random.Generator,
) -> list[str]:
    """What makes a date doubtful: it moved before, it is another season, or other dates show as much."""
    warnings = []
    order = before[np.argsort(first[before], kind="stable")]
    early, late = np.array_split(order, 2)
    moved = holm([gap(one.kind, one.values[late], one.values[early], rng).p for one in measures])
    if any(p < SURE and one.apart for p, one in zip(moved, found, strict=True)):
        warnings.append("trend")
    if seasons_differ(before, after, first):
        warnings.append("season")
    if not fake:
        warnings.append("no placebo")
    apart = {f"{one.measure}: {one.about}" if one.about else one.measure for one in found if one.apart}
    if any(one.larger and one.measure in apart for one in fake):
        warnings.append("placebo")
    return warnings
