"""Visits that did not solve it: how many, and what they cost at the organisation's own rates. No price is built in."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from math import isfinite
from typing import TYPE_CHECKING, Any

import numpy as np

from loper.log.table import BadLog
from loper.observe.answer import Answer
from loper.observe.contact import kernels_failure
from loper.observe.filter import Filter
from loper.observe.laid.layout import Bools, Layout, Words
from loper.observe.result import Result, mean, wilson
from loper.observe.words import Say

if TYPE_CHECKING:
    from loper.observe.log import Log

FAILED_VISIT = (
    *("absent", "not at home", "nobody home", "no show", "no-show", "failed visit", "visit failed", "unfinished"),
    *("not fixed", "no access", "niet thuis", "afwezig", "niet opgelost", "niet gelukt", "bezoek mislukt"),
    *("mislukt bezoek", "geen toegang", "vergeefs", "onverrichter zake"),
)
"""Parts of the words of an activity or an outcome by which a visit failed, in small letters."""

DONE_VISIT = (
    *("job fixed", "visit done", "visit completed", "repair completed", "repaired", "opgelost", "bezoek afgerond"),
    *("reparatie uitgevoerd", "reparatie gereed", "reparatie klaar", "werk klaar"),
)


@dataclass(frozen=True, kw_only=True)
class Failed:
    """One way in which visits failed. `cost` is None where no rate was given."""

    what: str  # activity or outcome
    name: str
    count: int
    cases: int
    rate: float | None
    cost: float | None
    filter: Filter | None  # that selects these cases, where one can


@dataclass(frozen=True, kw_only=True)
class FailedVisits(Answer):
    """Money is in the currency of the rates. A sum over what was counted is no estimate; the mean per case is."""

    population: int  # cases
    cases: int  # with a failed visit
    count: int
    share: Result  # of all visits, failed and done; n is 0 where the log does not say which visits were done
    cost: float  # of those with a rate
    without_rate: int
    per_case: Result  # mean cost over all cases
    visits: tuple[Failed, ...]
    guessed: bool  # found by their words: nobody named them

    def rows(self) -> Sequence[dict[str, Any]]:
        return [
            {
                "what": one.what,
                "name": one.name,
                "count": one.count,
                "cases": one.cases,
                "rate": one.rate,
                "cost": one.cost,
            }
            for one in self.visits
        ]

    def summary(self, language: str = "en") -> str:
        say = Say(language)
        if not self.count:
            return say("No failed visit is in this log.", "In dit logboek staat geen mislukt bezoek.")
        text = [
            say(
                "{count} visits failed, in {cases} of {population} cases.",
                "{count} bezoeken mislukten, in {cases} van {population} zaken.",
                count=self.count,
                cases=self.cases,
                population=self.population,
            )
        ]
        if self.share.n > self.count:
            text.append(
                say(
                    "That is {part} of all visits ({low} to {high}).",
                    "Dat is {part} van alle bezoeken ({low} tot {high}).",
                    part=say.share(self.share.estimate),
                    low=say.share(self.share.low),
                    high=say.share(self.share.high),
                )
            )
        if self.without_rate < self.count:
            text.append(
                say(
                    "At your own rates that cost € {cost}, a mean of € {each} a case ({low} to {high}).",
                    "Tegen uw eigen tarieven kostte dat € {cost}, gemiddeld € {each} per zaak ({low} tot {high}).",
                    cost=say.number(self.cost),
                    each=say.number(self.per_case.estimate, 2),
                    low=say.number(max(0, self.per_case.low), 2),
                    high=say.number(self.per_case.high, 2),
                )
            )
        if self.without_rate:
            text.append(
                say(
                    "For {count} of them no rate was given.",
                    "Voor {count} ervan is geen tarief gegeven.",
                    count=self.without_rate,
                )
            )
        if self.guessed:
            text.append(
                say(
                    "Which visits failed was read from their words.",
                    "Welke bezoeken mislukten, is gelezen uit hun naam.",
                )
            )
        return " ".join(text)


def failed_visits_of(
    log: Log, *, rates: Mapping[str, float] | None = None, failed: Collection[str] = (), done: Collection[str] = ()
) -> FailedVisits:
    """`rates`: what one failed visit costs, by activity or outcome (`{"customer.absent": 85}`); `failed`: those
    of which no rate is known; without either they are found by their words. `done`: activities or outcomes of visits
    that succeeded, for the share. BadLog for a name that the log does not have, or a rate that is no amount."""
    rates = dict(rates or {})
    layout = log.layout
    outcome = layout.words("outcome")
    named = [*rates, *(one for one in failed if one not in rates)]
    wrong = [f"rates: “{name}”: {rate} is no amount of money" for name, rate in rates.items() if not _amount(rate)]
    for name in (*named, *done):
        if name not in layout.activities and (outcome is None or name not in outcome.values):
            wrong.append(f"no activity or outcome “{name}” in this log; there are: {_there(layout, outcome)}")
    if wrong:
        raise BadLog(wrong)
    guessed = not named
    named = named or _like(layout, outcome, FAILED_VISIT)
    told = log.follow.incoming.sent if guessed else np.zeros(len(layout), np.bool_)  # a message about it is no visit
    amounts, is_failed = np.zeros(len(layout)), np.zeros(len(layout), np.bool_)
    found = []
    for name in named:
        here = _at(layout, outcome, name) & ~is_failed & ~told  # a contact counts once: for the first that names it
        is_failed |= here
        amounts[here] = rates.get(name, 0)
        per_case = kernels_failure.counted(layout.offsets, here, log.rows)
        count, of_activity = int(per_case.sum()), name in layout.activities
        rate = rates.get(name)
        found.append(
            Failed(
                what="activity" if of_activity else "outcome",
                name=name,
                count=count,
                cases=int(np.count_nonzero(per_case)),
                rate=rate,
                cost=None if rate is None else rate * count,
                filter=Filter(with_=(name,)) if of_activity else None,
            )
        )
    counts = kernels_failure.counted(layout.offsets, is_failed, log.rows)
    is_done = np.zeros(len(layout), np.bool_)
    for name in done or _like(layout, outcome, DONE_VISIT, but=FAILED_VISIT):
        is_done |= _at(layout, outcome, name) & ~is_failed & ~told
    good = int(kernels_failure.counted(layout.offsets, is_done, log.rows).sum())
    costs = kernels_failure.summed(layout.offsets, amounts, log.rows)
    count = int(counts.sum())
    return FailedVisits(
        population=len(log),
        cases=int(np.count_nonzero(counts)),
        count=count,
        share=wilson(count, count + good) if good else wilson(0, 0),
        cost=sum(one.cost or 0 for one in found),
        without_rate=sum(one.count for one in found if one.rate is None),
        per_case=mean(costs),
        visits=tuple(sorted((one for one in found if one.count), key=lambda one: (-(one.cost or 0), -one.count))),
        guessed=guessed,
    )


def _amount(rate: float) -> bool:
    return isfinite(rate) and rate >= 0


def _there(layout: Layout, outcome: Words | None) -> str:
    return ", ".join([*layout.activities[:20], *(outcome.values[:20] if outcome else ())])


def _at(layout: Layout, outcome: Words | None, name: str) -> Bools:
    """The contacts with this activity, or with this outcome."""
    found: Bools = np.zeros(len(layout), np.bool_)
    if name in layout.activities:
        found |= layout.activity == layout.activities.index(name)
    if outcome is not None and name in outcome.values:
        found |= outcome.codes == outcome.code(name)
    return found


def _like(layout: Layout, outcome: Words | None, words: Collection[str], but: Collection[str] = ()) -> list[str]:
    def is_like(name: str) -> bool:
        plain = name.casefold().replace("_", " ").replace(".", " ")
        return any(word in plain for word in words) and not any(word in plain for word in but)

    names = [*layout.activities, *(outcome.values if outcome else ())]
    return [name for name in dict.fromkeys(names) if is_like(name)]
