"""Channels: by which customers come, how often they change, and where in the journey."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from loper.log.table import BadLog
from loper.observe.answer import Answer
from loper.observe.channel import kernels_channels
from loper.observe.filter import Filter
from loper.observe.laid import kernels
from loper.observe.laid.layout import NONE, Ints, Words
from loper.observe.result import Result, wilson
from loper.observe.words import Say

if TYPE_CHECKING:
    from loper.observe.log import Log

DENSE = 4_000_000
"""So many different numbers are counted in a table; more by sorting."""

PLACES = 5
"""Of each switch so many activities after which it came are told."""


@dataclass(frozen=True, kw_only=True)
class Share:
    channel: str
    contacts: int
    cases: int  # that have a contact by it
    begins: int  # whose first contact with a channel came by it
    ends: int
    share: Result  # of the contacts with a channel

    @property
    def filter(self) -> Filter:
        """The cases that have a contact by it."""
        return Filter(channel=(self.channel,))


@dataclass(frozen=True, kw_only=True)
class Channels(Answer):
    cases: int
    contacts: int
    unknown: int  # contacts of which no channel is known
    shares: tuple[Share, ...]

    def rows(self) -> Sequence[dict[str, Any]]:
        return [
            {
                "channel": one.channel,
                "contacts": one.contacts,
                "cases": one.cases,
                "begins": one.begins,
                "ends": one.ends,
                "share": one.share.estimate,
                "low": one.share.low,
                "high": one.share.high,
            }
            for one in self.shares
        ]

    def summary(self, language: str = "en") -> str:
        say = Say(language)
        if not self.shares:
            return say("This log knows no channels.", "Dit logboek kent geen kanalen.")
        first, known = self.shares[0], self.contacts - self.unknown
        return say(
            "Most contacts came by “{channel}”: {part} of {known}, in {cases} cases.",
            "De meeste contacten liepen via “{channel}”: {part} van {known}, in {cases} zaken.",
            channel=first.channel,
            part=say.share(first.share.estimate),
            known=known,
            cases=first.cases,
        )


@dataclass(frozen=True, kw_only=True)
class Switch:
    source: str
    target: str
    count: int
    after: tuple[tuple[str, int], ...] = ()  # the activity just before it, of any side, and how often; the most first


@dataclass(frozen=True, kw_only=True)
class Switches(Answer):
    """Steps from a contact by one channel to the next by another."""

    steps: int  # between two contacts with a channel, switched or not
    count: int
    cases: int
    population: int
    share: Result  # of cases in which the channel changed
    switches: tuple[Switch, ...]
    customers: bool  # only contacts that the customer made

    def rows(self) -> Sequence[dict[str, Any]]:
        return [
            {
                "from": one.source,
                "to": one.target,
                "count": one.count,
                "after": one.after[0][0] if one.after else None,
                "after_count": one.after[0][1] if one.after else None,
            }
            for one in self.switches
        ]

    def cases_of(self, log: Log, source: str = "", target: str = "", after: str = "") -> Log:
        """The cases with such a switch; what is empty asks nothing. BadLog for a word that the log does not have."""
        column, layout = of_channels(log, self.customers), log.layout
        if column is None:
            return log.only(np.zeros(layout.count, np.bool_))
        codes = [column.code(one) for one in (source, target)]
        activity = list(layout.activities).index(after) if after in layout.activities else NONE
        wanted = (("channel", source, codes[0]), ("channel", target, codes[1]), ("activity", after, activity))
        wrong = [f"no {what} “{word}” in this log" for what, word, code in wanted if word and code == NONE]
        if wrong:
            raise BadLog(wrong)
        whole = np.arange(layout.count)
        keep = kernels_channels.has_switch(
            layout.offsets, column.codes, codes[0], codes[1], layout.activity, activity, whole
        )
        return log.only(keep)

    def summary(self, language: str = "en") -> str:
        say = Say(language)
        if not self.count:
            return say("No customer changed channel.", "Geen klant wisselde van kanaal.")
        first = self.switches[0]
        text = say(
            "In {cases} of {population} cases ({part}) the channel changed, {times} times in all; most often from"
            " “{source}” to “{target}”: {most} times",
            "In {cases} van {population} zaken ({part}) wisselde het kanaal, {times} keer in totaal; het vaakst van"
            " “{source}” naar “{target}”: {most} keer",
            cases=self.cases,
            population=self.population,
            part=say.share(self.share.estimate),
            times=self.count,
            source=first.source,
            target=first.target,
            most=first.count,
        )
        if not first.after:
            return text + "."
        after = say(", mostly after “{activity}”.", ", vooral na “{activity}”.", activity=first.after[0][0])
        return text + after


def channels_of(log: Log) -> Channels:
    column = log.layout.words("channel")
    if column is None:
        return Channels(cases=len(log), contacts=log.contacts, unknown=log.contacts, shares=())
    offsets, size = log.layout.offsets, len(column.values)
    cases = kernels.cases_with(offsets, column.codes, size, log.rows)
    contacts = kernels.tallied(offsets, column.codes, size, log.rows)
    first_last = kernels.ends_of(offsets, column.codes, log.rows)
    begins, ends = (np.bincount(one[one >= 0], minlength=size) for one in first_last.T)
    known = int(contacts.sum())
    shares = [
        Share(
            channel=column.values[c],
            contacts=int(contacts[c]),
            cases=int(cases[c]),
            begins=int(begins[c]),
            ends=int(ends[c]),
            share=wilson(int(contacts[c]), known),
        )
        for c in np.argsort(-contacts, kind="stable").tolist()
        if contacts[c]
    ]
    total = log.contacts
    return Channels(cases=len(log), contacts=total, unknown=total - known, shares=tuple(shares))


def switches_of(log: Log, *, customers: bool | None = None) -> Switches:
    """`customers`: only contacts that the customer made; unless said, where the log tells which those are. A letter
    from the organisation to who came by web is no switch of the customer's."""
    column, layout, population = of_channels(log, customers), log.layout, len(log)
    customers = told(log) if customers is None else customers
    if column is None:
        none = wilson(0, population)
        return Switches(steps=0, count=0, cases=0, population=population, share=none, switches=(), customers=customers)
    size, activities = len(column.values), len(layout.activities)
    table, cases = kernels.switched(layout.offsets, column.codes, size, log.rows)
    steps = int(table.sum())
    np.fill_diagonal(table, 0)
    count = int(table.sum())
    keys = kernels_channels.switch_keys(
        layout.offsets, column.codes, size, layout.activity, activities, log.rows, count
    )
    after = _counted(keys, size * size * activities, layout.activities)
    order = [int(at) for at in np.argsort(-table, axis=None, kind="stable") if table.flat[at]]
    return Switches(
        steps=steps,
        count=count,
        cases=int(cases),
        population=population,
        share=wilson(int(cases), population),
        switches=tuple(
            Switch(
                source=column.values[at // size],
                target=column.values[at % size],
                count=int(table.flat[at]),
                after=tuple(after[at][:PLACES]),
            )
            for at in order
        ),
        customers=customers,
    )


def _counted(keys: Ints, most: int, activities: Sequence[str]) -> dict[int, list[tuple[str, int]]]:
    """Of each pair of channels the activities before its switches and how often, the most first."""
    if most <= DENSE:
        counts = np.bincount(keys, minlength=1)
        found, times = np.flatnonzero(counts), counts[counts > 0]
    else:
        found, times = np.unique(keys, return_counts=True)
    after: dict[int, list[tuple[str, int]]] = {}
    for key, count in zip(found.tolist(), times.tolist(), strict=True):
        pair, activity = divmod(key, len(activities))
        after.setdefault(pair, []).append((activities[activity], count))
    return {pair: sorted(ways, key=lambda way: (-way[1], way[0])) for pair, ways in after.items()}


def told(log: Log) -> bool:
    """Whether the log tells which contacts the customer made."""
    return log.follow.incoming.by not in ("rest", "nothing")


def of_channels(log: Log, customers: bool | None = None) -> Words | None:
    """The channel of each contact; where only customers' contacts are asked for, NONE at the others."""
    column = log.layout.words("channel")
    if column is None or customers is False or (customers is None and not told(log)):
        return column
    return Words(
        codes=np.where(log.follow.incoming.coming, column.codes, NONE).astype(column.codes.dtype), values=column.values
    )
