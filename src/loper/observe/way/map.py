"""The map: which contact follows which at once, how often, and after how long; where cases begin and where they end.

Thinned without lying: what is not drawn is counted as the rest, so that the numbers add up to the population.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np

from loper.observe.answer import Answer
from loper.observe.laid import kernels
from loper.observe.words import Say

if TYPE_CHECKING:
    from loper.observe.log import Log

SECOND = 1_000_000


@dataclass(frozen=True, kw_only=True)
class Arc:
    """From one activity to the next one; the waits between them in seconds."""

    source: str
    target: str
    count: int
    median_s: float
    p90_s: float


@dataclass(frozen=True, kw_only=True)
class Node:
    """An activity: contacts, cases that have it, cases that begin and that end with it."""

    activity: str
    contacts: int
    cases: int
    begins: int
    ends: int


@dataclass(frozen=True, kw_only=True)
class Map(Answer):
    """`arcs` and `nodes` are sorted, most frequent first; `rest` is how many steps are on arcs left out of `arcs`."""

    cases: int
    contacts: int
    pairs: int  # all steps from one contact to the next, those of the rest included
    nodes: tuple[Node, ...]
    arcs: tuple[Arc, ...]
    rest: int = 0
    rest_arcs: int = 0
    rest_nodes: tuple[Node, ...] = field(default=())

    def rows(self) -> Sequence[dict[str, Any]]:
        return [
            {"from": arc.source, "to": arc.target, "count": arc.count, "median_s": arc.median_s, "p90_s": arc.p90_s}
            for arc in self.arcs
        ]

    def thinned(self, most: int) -> Map:
        """The `most` busiest arcs, with every activity that they touch; the rest is counted."""
        arcs = self.arcs[:most]
        left = self.arcs[most:]
        touched = {arc.source for arc in arcs} | {arc.target for arc in arcs}
        return Map(
            cases=self.cases,
            contacts=self.contacts,
            pairs=self.pairs,
            nodes=tuple(node for node in self.nodes if node.activity in touched),
            rest_nodes=self.rest_nodes + tuple(node for node in self.nodes if node.activity not in touched),
            arcs=arcs,
            rest=self.rest + sum(arc.count for arc in left),
            rest_arcs=self.rest_arcs + len(left),
        )

    def summary(self, language: str = "en") -> str:
        say = Say(language)
        if not self.cases:
            return say("There are no cases.", "Er zijn geen zaken.")
        text = [
            say(
                "{cases} cases with {contacts} contacts of {kinds} kinds; {pairs} steps from one contact to the next,"
                " on {ways} ways.",
                "{cases} zaken met {contacts} contacten van {kinds} soorten; {pairs} stappen van het ene contact naar"
                " het volgende, langs {ways} wegen.",
                cases=self.cases,
                contacts=self.contacts,
                kinds=len(self.nodes) + len(self.rest_nodes),
                pairs=self.pairs,
                ways=len(self.arcs) + self.rest_arcs,
            )
        ]
        for arc in self.arcs[:1]:
            text.append(
                say(
                    "The busiest goes from “{source}” to “{target}”: {count} times, half of them within {wait}.",
                    "De drukste gaat van “{source}” naar “{target}”: {count} keer, de helft binnen {wait}.",
                    source=arc.source,
                    target=arc.target,
                    count=arc.count,
                    wait=say.lasting(arc.median_s),
                )
            )
        if self.rest:
            text.append(
                say(
                    "Not drawn: {rest} steps on {ways} quieter ways.",
                    "Niet getekend: {rest} stappen langs {ways} stillere wegen.",
                    rest=self.rest,
                    ways=self.rest_arcs,
                )
            )
        return " ".join(text)


def map_of(log: Log, *, most: int | None = None) -> Map:
    """The whole map of the selected cases, or its `most` busiest arcs and the rest."""
    layout, rows, steps = log.layout, log.rows, log.steps
    counts = steps.counts(log)
    medians, nineties = steps.quantiles(log, counts)
    contacts, cases, begins, ends = kernels.visits(layout.offsets, layout.activity, len(layout.activities), rows)
    nodes = [
        Node(
            activity=layout.activities[a],
            contacts=int(contacts[a]),
            cases=int(cases[a]),
            begins=int(begins[a]),
            ends=int(ends[a]),
        )
        for a in np.argsort(-contacts, kind="stable")
        if contacts[a]
    ]
    arcs = [
        Arc(
            source=layout.activities[steps.sources[k]],
            target=layout.activities[steps.targets[k]],
            count=int(counts[k]),
            median_s=float(medians[k] / SECOND),
            p90_s=float(nineties[k] / SECOND),
        )
        for k in np.argsort(-counts, kind="stable")
        if counts[k]
    ]
    whole = Map(
        cases=len(rows), contacts=int(contacts.sum()), pairs=int(counts.sum()), nodes=tuple(nodes), arcs=tuple(arcs)
    )
    return whole if most is None else whole.thinned(most)
