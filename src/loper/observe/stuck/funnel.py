"""The funnel: of the cases that begin on a row of steps, how many come how far, and what becomes of the others."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
from numpy.typing import NDArray

from loper.define.model import Journey
from loper.observe.answer import Answer
from loper.observe.filter import Filter
from loper.observe.laid import kernels
from loper.observe.result import Result, wilson
from loper.observe.stuck import kernels_funnel
from loper.observe.stuck.ends import ends_of, places_of
from loper.observe.stuck.stuck import patience
from loper.observe.words import Say

if TYPE_CHECKING:
    from loper.observe.log import Log

SHARED = 0.5
"""A step is guessed from the activities that this share of the cases has."""

LONGEST, SHORTEST = 8, 3
"""So many steps are guessed at most; so many at least, where the log has them."""

Fate = Literal["instead", "ended", "stopped", "under_way"]
FATES: tuple[Fate, ...] = ("instead", "ended", "stopped", "under_way")


@dataclass(frozen=True, kw_only=True)
class Instead:
    """What followed on a step in the cases that did not come to the next one; in `skipped` of them a later one
    came."""

    activity: str
    cases: int
    skipped: int


@dataclass(frozen=True, kw_only=True)
class Step:
    """Cases that `came` here by all steps before it. Those that came no further: something else followed (`instead`),
    the case ended here, it `stopped` with nothing after it, or it is under way and may still come.
    `passed`: of the cases that are not under way, those that came to the next step."""

    activity: str
    came: int
    went_on: int
    instead: int
    ended: int
    stopped: int
    under_way: int
    passed: Result
    elsewhere: tuple[Instead, ...]
    cases_of: Filter  # cases that had this step and those before it, in whatever order
    numbers: Mapping[Fate, NDArray[np.int64]] = field(compare=False, repr=False)  # exactly which, in the whole log


@dataclass(frozen=True, kw_only=True)
class Funnel(Answer):
    """`outside`: cases that never had the first step. `guessed`: nobody gave the steps."""

    cases: int
    outside: int
    steps: tuple[Step, ...]
    guessed: bool
    after_s: float  # who did nothing for so long is not under way; infinite: whoever has not ended is
    far: NDArray[np.integer] = field(compare=False, repr=False)  # how many steps each selected case came

    @property
    def through(self) -> Result:
        """Of the cases that had the first step, the share that came to the last."""
        if not self.steps:
            return wilson(0, 0)
        return wilson(self.steps[-1].came, self.steps[0].came)

    @property
    def narrowest(self) -> Step | None:
        """The step after which most cases are lost: those under way are not."""
        steps = [one for one in self.steps[:-1] if one.came > one.went_on + one.under_way]
        return max(steps, key=lambda one: one.came - one.went_on - one.under_way, default=None)

    def rows(self) -> Sequence[dict[str, Any]]:
        return [
            {
                "step": one.activity,
                "came": one.came,
                "went_on": one.went_on,
                "instead": one.instead,
                "ended": one.ended,
                "stopped": one.stopped,
                "under_way": one.under_way,
                "passed": one.passed.estimate,
            }
            for one in self.steps
        ]

    def summary(self, language: str = "en") -> str:
        say = Say(language)
        if not self.steps or not self.steps[0].came:
            return say("No case came to the first step.", "Geen zaak kwam bij de eerste stap.")
        first, last, whole = self.steps[0], self.steps[-1], self.through
        text = [
            say(
                "Of {first} cases with “{a}” {last} came to “{b}” by all {steps} steps ({share}; {low} to {high}).",
                "Van {first} zaken met “{a}” kwamen er {last} langs alle {steps} stappen tot “{b}” ({share}; {low} tot"
                " {high}).",
                first=first.came,
                last=last.came,
                steps=len(self.steps),
                a=first.activity,
                b=last.activity,
                share=say.share(whole.estimate),
                low=say.share(whole.low),
                high=say.share(whole.high),
            )
        ]
        if (worst := self.narrowest) is not None:
            became = [
                (worst.instead, "{n} went on to something else", "{n} gingen verder met iets anders"),
                (worst.ended, "{n} ended there", "{n} eindigden daar"),
                (worst.stopped, "{n} stopped", "{n} stopten"),
            ]
            text.append(
                say(
                    "Most were lost after “{a}”: {lost}; {became}.",
                    "De meeste gingen verloren na “{a}”: {lost}; {became}.",
                    a=worst.activity,
                    lost=worst.came - worst.went_on - worst.under_way,
                    became=say.listed([say(en, nl, n=n) for n, en, nl in became if n]),
                )
            )
            for other in worst.elsewhere[:1]:
                text.append(
                    say(
                        "What came instead was most often “{a}” ({cases}).",
                        "Wat er in plaats daarvan kwam, was meestal “{a}” ({cases}).",
                        a=other.activity,
                        cases=other.cases,
                    )
                )
        if self.guessed:
            text.append(say("The steps are a guess.", "De stappen zijn een gok."))
        return " ".join(text)


def funnel_of(
    log: Log,
    steps: Sequence[str] | None = None,
    *,
    ends: Collection[str] | None = None,
    journey: Journey | None = None,
) -> Funnel:
    """How far the selected cases come along `steps`, activities in their order; other contacts may come between them.
    Without `steps` they are guessed: see `usual_steps`. BadLog for an activity that the log does not have."""
    layout, rows = log.layout, log.rows
    names = layout.activities
    codes = places_of(names, steps) if steps is not None else usual_steps(log)
    far, following, skipped = kernels_funnel.reached(layout.offsets, layout.activity, rows, np.array(codes, np.int64))
    after = patience(log)
    over = ends_of(log, ends, journey)
    now = int(layout.time.max()) if len(layout) else 0
    waiting = ~over.ended & (now - layout.last[rows] < after * 1e6)
    fate = np.where(waiting, 3, np.where(following >= 0, 0, np.where(over.ended, 1, 2)))
    fates = np.bincount(far * 4 + fate, minlength=4 * (len(codes) + 1)).reshape(-1, 4)
    elsewhere = np.zeros((2, len(codes) + 1, len(names)), np.int64)
    lost = (fate == 0) & (following >= 0)
    np.add.at(elsewhere[0], (far[lost], following[lost]), 1)
    np.add.at(elsewhere[1], (far[lost & skipped], following[lost & skipped]), 1)
    found = stepped(
        [names[code] for code in codes],
        names,
        fates,
        elsewhere,
        lambda k: {name: rows[(far == k) & (fate == number)] for number, name in enumerate(FATES)},
    )
    return Funnel(
        cases=len(rows),
        outside=int((far == 0).sum()),
        steps=found,
        guessed=steps is None,
        after_s=after,
        far=far,
    )


def stepped(
    steps: Sequence[str],
    names: Sequence[str],
    fates: NDArray[np.int64],
    elsewhere: NDArray[np.int64],
    numbers: Callable[[int], Mapping[Fate, NDArray[np.int64]]],
) -> tuple[Step, ...]:
    """The steps, of what was counted. `fates`: of the cases that came so far (0: not to the first step) what became of
    them, [steps + 1, FATES]; `elsewhere`: what followed in those that went on to something else, and in how many of
    them a later step came, [2, steps + 1, activities]; `numbers`: which cases they are, where they can be had."""
    found = []
    for k, name in enumerate(steps, 1):
        last = k == len(steps)
        came, went_on = int(fates[k:].sum()), int(fates[k + 1 :].sum())
        instead, ended, stopped, under_way = (0, 0, 0, 0) if last else (int(one) for one in fates[k])
        nothing: dict[Fate, NDArray[np.int64]] = {one: np.zeros(0, np.int64) for one in FATES}
        found.append(
            Step(
                activity=name,
                came=came,
                went_on=went_on,
                instead=instead,
                ended=ended,
                stopped=stopped,
                under_way=under_way,
                passed=wilson(went_on, came - under_way) if not last else wilson(0, 0),
                elsewhere=() if last else _elsewhere(names, *elsewhere[:, k]),
                cases_of=Filter(with_=tuple(steps[:k])),
                numbers=nothing if last else numbers(k),
            )
        )
    return tuple(found)


def _elsewhere(names: Sequence[str], counts: NDArray[np.int64], later: NDArray[np.int64]) -> tuple[Instead, ...]:
    return tuple(
        Instead(activity=names[int(a)], cases=int(counts[a]), skipped=int(later[a]))
        for a in np.argsort(-counts, kind="stable")[:10]
        if counts[a]
    )


def usual_steps(log: Log) -> list[int]:
    """The activities that at least half of the cases have (the commonest, where these are few), in the order in which
    most cases have them for the first time: each is held against each, who comes before most goes first (Copeland)."""
    layout, rows = log.layout, log.rows
    if not len(rows):
        return []
    contacts, cases, _, _ = kernels.visits(layout.offsets, layout.activity, len(layout.activities), rows)
    chosen = shared(contacts, cases, len(rows))
    number = np.full(len(layout.activities), -1)
    number[chosen] = np.arange(len(chosen))
    return in_their_order(chosen, kernels_funnel.before(layout.offsets, layout.activity, rows, number, len(chosen)))


def shared(contacts: NDArray[np.int64], cases: NDArray[np.int64], population: int) -> NDArray[np.int64]:
    """The activities that are steps, the commonest first, by the contacts and the cases of each."""
    order = np.lexsort((-contacts, -cases))
    enough = int((cases >= SHARED * population).sum())
    found: NDArray[np.int64] = order[: min(LONGEST, max(SHORTEST, enough), int((cases > 0).sum()))]
    return found


def in_their_order(chosen: NDArray[np.int64], table: NDArray[np.int64]) -> list[int]:
    """`table`: in how many cases the first of one of these came before the first of another."""
    wins = (table > table.T).sum(axis=1)
    return [int(one) for one in chosen[np.lexsort((np.arange(len(chosen)), -table.sum(axis=1), -wins))]]
