"""Stages: how many cases were in each stage of a journey, where they went from there, and how long they were in it.

What the line with numbers on it shows. For logs that say in which stage each contact left the case, as our own does.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from loper.observe.answer import Answer
from loper.observe.laid import kernels
from loper.observe.laid.layout import Numbers
from loper.observe.result import Result, mean, quantile
from loper.observe.words import Say

if TYPE_CHECKING:
    from loper.observe.log import Log


@dataclass(frozen=True, kw_only=True)
class InStage:
    """`cases` were there; `last` are there still, or ended there."""

    stage: str
    cases: int
    last: int


@dataclass(frozen=True, kw_only=True)
class Passage:
    """From one stage to another: how often, how long cases had been in the first (seconds, the median), and what score
    the customers who went this way gave (their mean; None: nobody gave one)."""

    source: str
    target: str
    count: int
    wait_s: Result
    score: Result | None = None


@dataclass(frozen=True, kw_only=True)
class Stages(Answer):
    """In order of cases; empty where the log knows no stages."""

    cases: int
    stages: tuple[InStage, ...]
    passages: tuple[Passage, ...]

    def rows(self) -> Sequence[dict[str, Any]]:
        return [
            {
                "from": one.source,
                "to": one.target,
                "count": one.count,
                "median_s": one.wait_s.estimate,
                "low_s": one.wait_s.low,
                "high_s": one.wait_s.high,
                **({"score": one.score.estimate, "scored": one.score.n} if one.score else {}),
            }
            for one in self.passages
        ]

    def summary(self, language: str = "en") -> str:
        say = Say(language)
        if not self.stages:
            return say("This log knows no stages.", "Dit logboek kent geen stappen van een klantreis.")
        slow = max(self.passages, key=lambda one: one.count * one.wait_s.estimate, default=None)
        text = say(
            "{cases} cases in {stages} stages.", "{cases} zaken in {stages} stappen.", cases=self.cases,
            stages=len(self.stages),
        )  # fmt: skip
        if slow is None:
            return text
        return f"{text} " + say(
            "The most time goes by between “{source}” and “{target}”: {count} times, half of them within {half}.",
            "De meeste tijd gaat zitten tussen “{source}” en “{target}”: {count} keer, de helft binnen {half}.",
            source=slow.source,
            target=slow.target,
            count=slow.count,
            half=say.lasting(slow.wait_s.estimate),
        )


def stages_of(log: Log) -> Stages:
    column, layout, rows = log.layout.words("stage"), log.layout, log.rows
    if column is None or not len(rows):
        return Stages(cases=len(rows), stages=(), passages=())
    size = len(column.values)
    there = kernels.cases_with(layout.offsets, column.codes, size, rows)
    last = kernels.ends_of(layout.offsets, column.codes, rows)[:, 1]
    ended = np.bincount(last[last >= 0], minlength=size)
    pair, wait, who = kernels.passages(layout.offsets, column.codes, size, layout.time, rows)
    score = _scores(log)
    found = []
    for code in np.unique(pair):
        waits = wait[pair == code] / 1e6
        source, target = divmod(int(code), size)
        given = score[np.unique(who[pair == code])] if score is not None else np.empty(0)
        given = given[~np.isnan(given)]
        found.append(
            Passage(
                source=column.values[source],
                target=column.values[target],
                count=len(waits),
                wait_s=quantile(waits),
                score=mean(given) if len(given) else None,
            )
        )
    return Stages(
        cases=len(rows),
        stages=tuple(
            InStage(stage=column.values[s], cases=int(there[s]), last=int(ended[s]))
            for s in np.argsort(-there, kind="stable")
            if there[s]
        ),
        passages=tuple(sorted(found, key=lambda one: -one.count)),
    )


def _scores(log: Log) -> NDArray[np.float64] | None:
    """The mean score of each case (not-a-number: it gave none); None where the log has no scores."""
    score = log.layout.contacts.get("score")
    if not isinstance(score, Numbers) or score.values.dtype != np.float64:
        return None
    found: NDArray[np.float64] = kernels.mean_of_each(log.layout.offsets, score.values, log.rows)
    return found
