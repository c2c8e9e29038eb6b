"""What a change of channel goes with: in time and in score, like held against like. It never says what causes what.

Cases that change channel are held against those that do not as if both began alike: by the same first channels, for the
same reasons.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from loper.observe.against.difference import Kind, standardised
from loper.observe.answer import Answer
from loper.observe.channel import kernels_channels
from loper.observe.channel.channels import of_channels, told
from loper.observe.laid import kernels
from loper.observe.laid.layout import Numbers
from loper.observe.result import Result
from loper.observe.words import Say

if TYPE_CHECKING:
    from loper.observe.log import Log


@dataclass(frozen=True, kw_only=True)
class Switching(Answer):
    """Cases with a change of channel less those without. Long cases have more contacts in which to change: what goes
    with a change need not come from it."""

    switched: int
    others: int
    time_s: Result  # difference of medians of the time from first contact to last, seconds
    score: Result | None  # difference of means; None where the log has no scores
    by: tuple[str, ...]  # what was held alike
    covered: float  # the share of cases for which there are others that began alike
    customers: bool

    def rows(self) -> Sequence[dict[str, Any]]:
        found = [("time_s", self.time_s), *([("score", self.score)] if self.score else [])]
        return [
            {"measure": name, "difference": one.estimate, "low": one.low, "high": one.high, "n": one.n}
            for name, one in found
        ]

    def summary(self, language: str = "en") -> str:
        say = Say(language)
        if not self.time_s.n:
            return say(
                "There are too few cases with and without a change of channel to hold against each other.",
                "Er zijn te weinig zaken met en zonder kanaalwissel om te vergelijken.",
            )
        text = [_told(say, self.time_s)]
        if self.score is not None and self.score.n:
            text.append(
                say(
                    "The score is on average {by} {more} ({low} to {high}).",
                    "De score is gemiddeld {by} {more} ({low} tot {high}).",
                    by=say.number(abs(self.score.estimate), 2),
                    more=say("higher", "hoger") if self.score.estimate >= 0 else say("lower", "lager"),
                    low=say.number(self.score.low, 2),
                    high=say.number(self.score.high, 2),
                )
                if self.score.apart_from_zero
                else say("In score there is no clear difference.", "In score is er geen duidelijk verschil.")
            )
        text.append(
            say(
                "That goes with the change; it need not come from it.",
                "Dat gaat samen met de wissel; het hoeft er niet door te komen.",
            )
        )
        return " ".join(text)


def _told(say: Say, time_s: Result) -> str:
    if not time_s.apart_from_zero:
        return say(
            "Cases in which the channel changes do not take clearly longer or shorter.",
            "Zaken waarin het kanaal wisselt, duren niet duidelijk langer of korter.",
        )
    longer = time_s.estimate > 0
    low, high = (time_s.low, time_s.high) if longer else (-time_s.high, -time_s.low)
    return say(
        "Cases in which the channel changes take {by} {more} ({low} to {high}), among cases that begin alike.",
        "Zaken waarin het kanaal wisselt, duren {by} {more} ({low} tot {high}), bij zaken die hetzelfde beginnen.",
        by=say.lasting(abs(time_s.estimate)),
        more=say("longer", "langer") if longer else say("shorter", "korter"),
        low=say.lasting(low),
        high=say.lasting(high),
    )


def switching_of(log: Log, *, customers: bool | None = None) -> Switching:
    """`customers`: as in `switches`. The differences are standardised directly over first channel and reason
    (`loper.observe.against.difference.standardised`)."""
    column, layout, rows = of_channels(log, customers), log.layout, log.rows
    customers = told(log) if customers is None else customers
    switched = np.zeros(len(rows), np.bool_)
    stratum = np.zeros(len(rows), np.int64)
    by = []
    if column is not None:
        switched = kernels_channels.has_switch(layout.offsets, column.codes, -1, -1, layout.activity, -1, rows)
        stratum = kernels_channels.first_known(layout.offsets, column.codes, rows)
        by.append("first channel")
    reason = layout.words("reason")
    if reason is not None:
        first = kernels_channels.first_known(layout.offsets, reason.codes, rows)
        stratum = stratum * (len(reason.values) + 1) + first + 1
        by.append("reason")
    if column is not None:
        known = kernels_channels.first_known(layout.offsets, column.codes, rows) >= 0
        switched, stratum, rows = switched[known], stratum[known], rows[known]
    took = (layout.last[rows] - layout.first[rows]) / 1e6
    time_s, covered = _difference("median", took, switched, stratum)
    score = layout.contacts.get("score")
    found = None
    if isinstance(score, Numbers) and score.values.dtype == np.float64:
        found, _ = _difference("mean", kernels.mean_of_each(layout.offsets, score.values, rows), switched, stratum)
    return Switching(
        switched=int(switched.sum()),
        others=int((~switched).sum()),
        time_s=time_s,
        score=found,
        by=tuple(by),
        covered=covered,
        customers=customers,
    )


def _difference(
    kind: Kind, values: NDArray[np.float64], switched: NDArray[np.bool_], stratum: NDArray[np.int64]
) -> tuple[Result, float]:
    """With a change less without, and for what share of the cases that can be said."""
    strata = stratum[switched], stratum[~switched]
    return standardised(kind, values[switched], values[~switched], strata)
