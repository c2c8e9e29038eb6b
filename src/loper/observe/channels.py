"""Channels: by which customers come, how often they change, and where."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from loper.observe import kernels
from loper.observe.answer import Answer
from loper.observe.words import Say

if TYPE_CHECKING:
    from loper.observe.log import Log


@dataclass(frozen=True, kw_only=True)
class Share:
    channel: str
    contacts: int
    cases: int  # that have a contact by it
    begins: int  # whose first contact with a channel came by it
    ends: int


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
            part=say.share(first.contacts / known),
            known=known,
            cases=first.cases,
        )


@dataclass(frozen=True, kw_only=True)
class Switch:
    source: str
    target: str
    count: int


@dataclass(frozen=True, kw_only=True)
class Switches(Answer):
    """Steps from a contact by one channel to the next by another."""

    steps: int  # between two contacts with a channel, switched or not
    count: int
    cases: int
    population: int
    switches: tuple[Switch, ...]

    def rows(self) -> Sequence[dict[str, Any]]:
        return [{"from": one.source, "to": one.target, "count": one.count} for one in self.switches]

    def summary(self, language: str = "en") -> str:
        say = Say(language)
        if not self.count:
            return say("No customer changed channel.", "Geen klant wisselde van kanaal.")
        first = self.switches[0]
        return say(
            "In {cases} of {population} cases ({part}) the channel changed, {times} times in all; most often from"
            " “{source}” to “{target}”: {most} times.",
            "In {cases} van {population} zaken ({part}) wisselde het kanaal, {times} keer in totaal; het vaakst van"
            " “{source}” naar “{target}”: {most} keer.",
            cases=self.cases,
            population=self.population,
            part=say.share(self.cases / self.population),
            times=self.count,
            source=first.source,
            target=first.target,
            most=first.count,
        )


def channels_of(log: Log) -> Channels:
    column = log.layout.words("channel")
    if column is None:
        return Channels(cases=len(log), contacts=log.contacts, unknown=log.contacts, shares=())
    offsets, size = log.layout.offsets, len(column.values)
    cases = kernels.cases_with(offsets, column.codes, size, log.rows)
    contacts = kernels.tallied(offsets, column.codes, size, log.rows)
    first_last = kernels.ends_of(offsets, column.codes, log.rows)
    begins, ends = (np.bincount(one[one >= 0], minlength=size) for one in first_last.T)
    shares = [
        Share(
            channel=column.values[c],
            contacts=int(contacts[c]),
            cases=int(cases[c]),
            begins=int(begins[c]),
            ends=int(ends[c]),
        )
        for c in np.argsort(-contacts, kind="stable")
        if contacts[c]
    ]
    total = log.contacts
    return Channels(cases=len(log), contacts=total, unknown=total - int(contacts.sum()), shares=tuple(shares))


def switches_of(log: Log) -> Switches:
    column = log.layout.words("channel")
    if column is None:
        return Switches(steps=0, count=0, cases=0, population=len(log), switches=())
    table, cases = kernels.switched(log.layout.offsets, column.codes, len(column.values), log.rows)
    steps = int(table.sum())
    np.fill_diagonal(table, 0)
    order = np.argsort(-table, axis=None, kind="stable")
    found = [(divmod(int(at), len(column.values)), int(table.flat[at])) for at in order if table.flat[at]]
    return Switches(
        steps=steps,
        count=int(table.sum()),
        cases=int(cases),
        population=len(log),
        switches=tuple(Switch(source=column.values[a], target=column.values[b], count=n) for (a, b), n in found),
    )
