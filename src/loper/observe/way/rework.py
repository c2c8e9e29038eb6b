"""Rework: what was done again. Words as edeaR has them: a repetition, at once (a self-loop) or later."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from loper.observe.answer import Answer
from loper.observe.laid import kernels
from loper.observe.words import Say

if TYPE_CHECKING:
    from loper.observe.log import Log


@dataclass(frozen=True, kw_only=True)
class Again(Answer):
    """One activity that was done again: cases in which it was, and how many contacts were a repetition."""

    activity: str
    cases: int
    events: int
    at_once: int  # of `events`: straight after itself

    def rows(self) -> Sequence[dict[str, Any]]:
        return [{"activity": self.activity, "cases": self.cases, "events": self.events, "at_once": self.at_once}]

    def summary(self, language: str = "en") -> str:
        return Say(language)(
            "“{activity}”: {events} times again, in {cases} cases.",
            "“{activity}”: {events} keer opnieuw, in {cases} zaken.",
            activity=self.activity,
            events=self.events,
            cases=self.cases,
        )


@dataclass(frozen=True, kw_only=True)
class PingPong:
    """There and back and there again: a, b, a."""

    activity: str
    other: str
    count: int
    cases: int


@dataclass(frozen=True, kw_only=True)
class Rework(Answer):
    """`events`: of each case and activity the count less one."""

    population: int
    contacts: int
    cases: int
    events: int
    at_once: int
    activities: tuple[Again, ...]
    ping_pong: tuple[PingPong, ...]

    def rows(self) -> Sequence[dict[str, Any]]:
        return [row for one in self.activities for row in one.rows()]

    def summary(self, language: str = "en") -> str:
        say = Say(language)
        if not self.events:
            return say(
                "In none of {cases} cases was anything done again.",
                "In geen van {cases} zaken werd iets opnieuw gedaan.",
                cases=self.population,
            )
        return say(
            "In {cases} of {population} cases ({part}) something was done again, {events} times in all; most often"
            " “{activity}”, {most} times.",
            "In {cases} van {population} zaken ({part}) werd iets opnieuw gedaan, {events} keer in totaal; het vaakst"
            " “{activity}”, {most} keer.",
            cases=self.cases,
            population=self.population,
            part=say.share(self.cases / self.population),
            events=self.events,
            activity=self.activities[0].activity,
            most=self.activities[0].events,
        )


def rework_of(log: Log) -> Rework:
    layout, rows, size = log.layout, log.rows, len(log.layout.activities)
    cases, counts = kernels.repeated(layout.offsets, layout.activity, size, rows)
    again = [
        Again(
            activity=layout.activities[a], cases=int(counts[0, a]), events=int(counts[1, a]), at_once=int(counts[2, a])
        )
        for a in (-counts[1]).argsort(kind="stable")
        if counts[1, a]
    ]
    return Rework(
        population=len(rows),
        contacts=log.contacts,
        cases=int(cases),
        events=int(counts[1].sum()),
        at_once=int(counts[2].sum()),
        activities=tuple(again),
        ping_pong=_ping_pong(log),
    )


def _ping_pong(log: Log) -> tuple[PingPong, ...]:
    steps = log.steps
    back = {(int(a), int(b)): k for k, (a, b) in enumerate(zip(steps.sources, steps.targets, strict=True))}
    back_of = [
        back.get((int(b), int(a)), -1) if a != b else -1 for a, b in zip(steps.sources, steps.targets, strict=True)
    ]
    counts, cases = kernels.returned(log.layout.offsets, steps.of, np.array(back_of, np.int64), log.rows)
    names = log.layout.activities
    found = [
        PingPong(
            activity=names[steps.sources[k]], other=names[steps.targets[k]], count=int(counts[k]), cases=int(cases[k])
        )
        for k in np.argsort(-counts, kind="stable")
        if counts[k]
    ]
    return tuple(found)
