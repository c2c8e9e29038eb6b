"""How long cases take, from their first contact to their last."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from loper.observe.answer import Answer
from loper.observe.result import Result, quantile
from loper.observe.words import Say

if TYPE_CHECKING:
    from loper.observe.log import Log


@dataclass(frozen=True, kw_only=True)
class Throughput(Answer):
    """Seconds. A case that is still going counts with what it took until now: see `stuck` for what that hides."""

    cases: int
    median_s: float
    p90_s: float
    mean_s: float
    longest_s: float
    longest: str  # the case that took longest
    median: Result

    def rows(self) -> Sequence[dict[str, Any]]:
        return [
            {
                "cases": self.cases,
                "median_s": self.median_s,
                "p90_s": self.p90_s,
                "mean_s": self.mean_s,
                "longest_s": self.longest_s,
            }
        ]

    def summary(self, language: str = "en") -> str:
        say = Say(language)
        if not self.cases:
            return say("There are no cases.", "Er zijn geen zaken.")
        return say(
            "Half of {cases} cases took at most {half} from the first contact to the last; nine in ten at most"
            " {ninety}; the longest took {longest}.",
            "De helft van {cases} zaken duurde hooguit {half} van het eerste contact tot het laatste; negen van de tien"
            " hooguit {ninety}; de langste {longest}.",
            cases=self.cases,
            half=say.lasting(self.median_s),
            ninety=say.lasting(self.p90_s),
            longest=say.lasting(self.longest_s),
        )


def throughput_of(log: Log) -> Throughput:
    layout, rows = log.layout, log.rows
    took = (layout.last[rows] - layout.first[rows]) / 1e6
    if not len(took):
        none = float("nan")
        return Throughput(
            cases=0, median_s=none, p90_s=none, mean_s=none, longest_s=none, longest="", median=quantile(took)
        )
    at = int(np.argmax(took))
    half, ninety = np.quantile(took, (0.5, 0.9))
    return Throughput(
        cases=len(rows),
        median_s=float(half),
        p90_s=float(ninety),
        mean_s=float(took.mean()),
        longest_s=float(took[at]),
        longest=layout.cases[int(rows[at])],
        median=quantile(took),
    )
