"""A customer's stream of contacts cut into journeys, where a log has no case: by reason, gap and context.

Contacts of one customer about one reason are a stream (of whom has no reason: with the contact before it). Each gap in
it lies within a journey or between two; `cut_model` says with which chance. So each cut has a chance, and how many
journeys there are an interval.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from math import sqrt
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa

from loper.log.table import INSTANT
from loper.observe.answer import Answer
from loper.observe.laid.layout import NO_TIME, Words
from loper.observe.result import Result, wilson, z
from loper.observe.trust import kernels_cut
from loper.observe.trust.cut_model import Cells, Model
from loper.observe.trust.cut_streams import Gaps, streams_of
from loper.observe.words import Say

if TYPE_CHECKING:
    from loper.observe.log import Log

DOUBTFUL = (0.2, 0.8)
CLEAR = 1.5


@dataclass(frozen=True, kw_only=True)
class Cut(Answer):
    """`table` is what came in, with a column `case` (customer/number, by time) and `cut`: the chance that a journey
    begins with this contact."""

    table: pa.Table = field(compare=False, repr=False)
    contacts: int
    customers: int
    unknown: int  # contacts of nobody known: each is a journey of its own
    journeys: int
    expected: Result  # how many there are by the model
    doubtful: Result  # share of the gaps of which the chance lies between .2 and .8
    threshold: float
    kinds: tuple[Gaps, ...]
    rule: float | None = None  # seconds: cut by this gap alone, without a model
    warnings: tuple[str, ...] = ()

    def rows(self) -> Sequence[dict[str, Any]]:
        return [
            {
                "reason": one.reason,
                "gaps": one.gaps,
                "within_s": one.within_s,
                "between_s": one.between_s,
                "even_s": one.even_s,
                "apart": one.apart,
                "openers": [name for name, _ in one.openers],
            }
            for one in self.kinds
        ]

    def summary(self, language: str = "en") -> str:
        say = Say(language)
        text = [
            say(
                "{contacts} contacts of {customers} customers were cut into {journeys} journeys.",
                "{contacts} contacten van {customers} klanten zijn verdeeld over {journeys} klantreizen.",
                contacts=self.contacts,
                customers=self.customers,
                journeys=self.journeys,
            )
        ]
        if self.rule is not None:
            text.append(
                say(
                    "After {gap} without contact a new one begins: a rule, of which nobody knows how well it fits.",
                    "Na {gap} zonder contact begint een nieuwe: een vaste regel; niemand weet hoe goed die past.",
                    gap=say.lasting(self.rule),
                )
            )
        elif self.kinds:
            first = self.kinds[0]
            text.append(
                say(
                    "By the model there are {expected} ({low} to {high}). Within a journey half of the gaps last at"
                    " most {within}, between two journeys {between}. At {doubt} of the gaps it is in doubt whether a"
                    " new one begins.",
                    "Volgens het model zijn het er {expected} ({low} tot {high}). Binnen een klantreis duurt de helft"
                    " van de pauzes hooguit {within}, tussen twee klantreizen {between}. Bij {doubt} van de pauzes is"
                    " het onzeker of er een nieuwe begint.",
                    expected=round(self.expected.estimate),
                    low=round(self.expected.low),
                    high=round(self.expected.high),
                    within=say.lasting(first.within_s),
                    between=say.lasting(first.between_s),
                    doubt=say.share(self.doubtful.estimate),
                )
            )
        if "unclear" in self.warnings:
            text.append(
                say(
                    "The gaps hardly fall into two kinds, so the cuts are a guess.",
                    "De pauzes vallen nauwelijks in twee soorten uiteen; de grenzen zijn dus een gok.",
                )
            )
        if self.unknown:
            text.append(
                say(
                    "Of {unknown} contacts nobody knows whose they are; each stands by itself.",
                    "Van {unknown} contacten is niet bekend van wie ze zijn; elk staat op zichzelf.",
                    unknown=self.unknown,
                )
            )
        return " ".join(text)


def cut_table(
    table: pa.Table,
    *,
    threshold: float = 0.5,
    gap: timedelta | None = None,
    opens: Collection[str] = (),
    reasons: bool = True,
    seed: int = 1,
    level: float = 0.95,
) -> Cut:
    """A table with the columns of `loper.log.table`, of which `case` need not be there, cut into journeys.

    A journey begins where the chance is `threshold` or more, and always at the activities of `opens`. `gap` cuts by a
    rule instead, after so long without contact. `reasons`: contacts about different reasons are different journeys.
    BadLog without customers, with names that are not there, or where there are too few gaps to learn from and no `gap`.
    """
    streams = streams_of(table, opens, threshold, reasons)
    if gap is not None:
        chance, spread = streams.by_rule(gap), 0.0
        models: list[tuple[str, Cells, Model]] = []
    else:
        chance, models, spread = streams.by_model(np.random.default_rng(seed))
    number = kernels_cut.journeys(chance, threshold)
    journeys = int(number[-1]) + 1 if len(number) else 0
    certain = streams.cell < 0
    unsure = chance[~certain]
    expected = float(certain.sum() + unsure.sum())
    error = z(level) * sqrt(spread**2 + float((unsure * (1 - unsure)).sum()))
    doubtful = int(((unsure > DOUBTFUL[0]) & (unsure < DOUBTFUL[1])).sum())
    return Cut(
        table=streams.labelled(number, chance),
        contacts=len(number),
        customers=streams.customers,
        unknown=streams.unknown,
        journeys=journeys,
        expected=Result(
            estimate=expected,
            low=max(float(certain.sum()), expected - error),
            high=min(float(len(number)), expected + error),
            n=len(number),
            method="mixture of gaps, resampled" if models else "rule",
            level=level,
        ),
        doubtful=wilson(doubtful, len(unsure), level),
        threshold=threshold,
        kinds=tuple(streams.told(name, cells, model) for name, cells, model in models),
        rule=gap.total_seconds() if gap is not None else None,
        warnings=("unclear",) if models and models[0][2].apart < CLEAR else (),
    )


def cut_of(log: Log, **how: Any) -> Cut:
    """The contacts of a selection cut anew, whatever cases they were in; what was known of those is left out."""
    layout = log.layout
    places = np.flatnonzero(np.repeat(log.keep, layout.lengths)) if log.keep is not None else slice(None)
    columns: dict[str, Any] = {
        "activity": pa.DictionaryArray.from_arrays(
            pa.array(layout.activity[places]), pa.array(list(layout.activities))
        ),
        "time": pa.array(layout.time[places]).cast(INSTANT),
        "seq": pa.array(layout.seq[places]).cast(pa.int64()),
    }
    for name, column in layout.contacts.items():
        if isinstance(column, Words):
            codes, values = column.codes[places], getattr(column.values, "array", None)
            values = pa.array(list(column.values), pa.string()) if values is None else values
            columns[name] = pa.DictionaryArray.from_arrays(pa.array(codes, mask=codes < 0), values)
        elif column.values.dtype == np.int64:
            instants = column.values[places]
            columns[name] = pa.array(instants, mask=instants == NO_TIME).cast(INSTANT)
        else:
            columns[name] = pa.array(column.values[places], from_pandas=True)
    return cut_table(pa.table(columns), **how)
