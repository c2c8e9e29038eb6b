"""Conformance: recorded cases held against a journey file, by the four deviations of CJML.

An *ad hoc* touchpoint is not in the design, or nothing in the case asked for it; *order*: an event or touchpoint came
where the design does not expect it; *failed*: it did not get through, or a deadline passed; *missing*: by what happened
in the case it was due, and it did not come (Halvorsrud, Kvale & Følstad, "Improving service quality through customer
journey analysis", Journal of Service Theory and Practice 26(6), 2016).
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from loper.define.model import Journey, OnFact
from loper.observe.against.conform_design import FAILED, Meaning, foreign, names, own
from loper.observe.against.conform_judge import Deviation, Judge
from loper.observe.against.conform_replay import replayed
from loper.observe.against.conform_walk import Kind, walk
from loper.observe.answer import Answer
from loper.observe.filter import micros
from loper.observe.laid.layout import Ints, Words
from loper.observe.result import Result, wilson
from loper.observe.way.variants import Which
from loper.observe.words import Say
from loper.run.cloudevents import Told

if TYPE_CHECKING:
    from loper.observe.log import Log

Cases = NDArray[np.int64]
SAID = {
    "missing": ("did not come", "kwam niet"),
    "failed": ("failed", "mislukte"),
    "order": ("came out of order", "kwam op een verkeerd moment"),
    "ad hoc": ("came without being planned", "kwam ongepland"),
}


@dataclass(frozen=True, kw_only=True)
class Conformance(Answer):
    """Of the commonest deviation first. `without` is the share of cases that have none."""

    journey: str
    version: str
    cases: int  # held against the design
    without: Result
    deviations: tuple[Deviation, ...]
    left_out: int = 0  # cases of other journeys
    other_versions: int = 0  # cases that ran on another version than the one they are held against
    names: Mapping[str, str] = field(default_factory=dict)  # activity -> touchpoint or event, of a foreign log
    guessed: frozenset[str] = frozenset()  # activities of it that nobody named
    unjudged: tuple[str, ...] = ()  # touchpoints that are never called missing: the log does not say when they are due

    def rows(self) -> Sequence[dict[str, Any]]:
        return [
            {
                "touchpoint": one.touchpoint,
                "deviation": one.kind,
                "cases": one.cases,
                "times": one.times,
                "share": one.share.estimate,
                "low": one.share.low,
                "high": one.share.high,
                "examples": list(one.examples),
            }
            for one in self.deviations
        ]

    def cases_of(self, log: Log, touchpoint: str, kind: Kind) -> Log:
        """The cases behind a deviation, as a log of their own."""
        keep = np.zeros(log.layout.count, np.bool_)
        for one in self.deviations:
            if (one.touchpoint, one.kind) == (touchpoint, kind):
                keep[one.rows] = True
        return log.only(keep)

    def summary(self, language: str = "en") -> str:
        say = Say(language)
        if not self.cases:
            return say(
                "There are no cases of journey “{journey}”.",
                "Er zijn geen zaken van klantreis “{journey}”.",
                journey=self.journey,
            )
        text = [
            say(
                "{good} of {cases} cases ({part}; {low} to {high}) went as journey “{journey}” is designed.",
                "{good} van {cases} zaken ({part}; {low} tot {high}) liepen zoals klantreis “{journey}” is ontworpen.",
                good=round(self.without.estimate * self.cases),
                cases=self.cases,
                part=say.share(self.without.estimate),
                low=say.share(self.without.low),
                high=say.share(self.without.high),
                journey=self.journey,
            )
        ]
        if self.deviations:
            told = [
                say(
                    "“{name}” {what} ({cases})",
                    "“{name}” {what} ({cases})",
                    name=one.touchpoint,
                    what=SAID[one.kind][language.startswith("nl")],
                    cases=one.cases,
                )
                for one in self.deviations[:3]
            ]
            text.append(
                say(
                    "Most often, with the number of cases: {told}.",
                    "Het vaakst, met het aantal zaken: {told}.",
                    told=say.listed(told),
                )
            )
        if self.unjudged:
            text.append(
                say(
                    "Whether {names} should have come, this log does not say.",
                    "Of {names} had moeten komen, zegt dit logboek niet.",
                    names=say.listed([f"“{one}”" for one in self.unjudged]),
                )
            )
        return " ".join(text)


def conform_of(
    log: Log,
    journey: Journey,
    *,
    mapping: Mapping[str, str] | None = None,
    failed: Collection[str] = FAILED,
    grace: timedelta = timedelta(hours=12),
    now: datetime | None = None,
    told: Iterable[Told] | None = None,
) -> Conformance:
    """The cases of a log held against a journey.

    A log of Loper's own (it has a column `kind`) says itself what each line is. Of another one `mapping` gives activity
    -> touchpoint or event of the design, empty for what is to be passed over; what it leaves out is guessed by name.
    `failed` are the outcomes by which a touchpoint failed. One is missing when it is not there `grace` after it was
    due (quiet hours hold messages), at `now` (the last contact of the log, where it is not given). Where the log has a
    fact in a column of its name (`appointment.start`), what hangs on that fact is judged too. BadLog for names that are
    not there.

    `told` are the events that came, with their data, where they were kept: then each of those cases is replayed by the
    step itself, and all its touchpoints are judged, one by one.
    """
    rows, left_out, versions = _of_journey(log, journey)
    codes, meanings, found, guessed = _meanings(log, journey, mapping, {one.casefold() for one in failed})
    end = micros(now) if now else int(log.layout.time.max()) if len(log.layout) else 0
    judge = Judge(log, journey, now=end, grace=micros_of(grace))
    exact = np.zeros(0, np.int64)
    if told is not None:
        odd, exact = replayed(log, journey, told, rows, now=end, grace=micros_of(grace))
        judge.replayed(odd, exact)
    for group in _ways(log, codes, rows):
        first = int(log.layout.offsets[group[0]])
        way = [meanings[code] for code in codes[first : first + int(log.layout.lengths[group[0]])]]
        judge.group(group, walk(journey, way))
    return Conformance(
        journey=journey.name,
        version=journey.label or journey.version,
        cases=len(rows),
        without=wilson(int((~judge.deviates[rows]).sum()), len(rows)),
        deviations=judge.deviations(len(rows)),
        left_out=left_out,
        other_versions=versions,
        names=found,
        guessed=frozenset(guessed),
        unjudged=_unjudged(log, journey) if len(exact) < len(rows) else (),
    )


def micros_of(time: timedelta) -> int:
    return time // timedelta(microseconds=1)


def _of_journey(log: Log, journey: Journey) -> tuple[Cases, int, int]:
    """The selected cases of this journey; how many are of others, and how many of other versions of it."""
    layout, rows = log.layout, log.rows
    column = layout.words("journey")
    if column is not None:
        code = column.codes[layout.offsets[rows]]
        mine = (code == column.code(journey.name)) | (code < 0)
        rows, left = rows[mine], int((~mine).sum())
    else:
        left = 0
    version = layout.words("version")
    others = 0
    if version is not None:
        code = version.codes[layout.offsets[rows]]
        known = [version.code(one) for one in (journey.version, journey.label) if one]
        others = int(((code >= 0) & ~np.isin(code, known)).sum())
    return rows, left, others


def _meanings(
    log: Log, journey: Journey, mapping: Mapping[str, str] | None, failed: Collection[str]
) -> tuple[Ints, Sequence[Meaning], Mapping[str, str], Collection[str]]:
    """What each contact means: a number each, and the meanings that they number."""
    layout = log.layout
    mine = mapping is None and layout.words("kind") is not None
    columns = [Words(codes=layout.activity, values=layout.activities)]
    columns += [
        layout.words(name) or _none(len(layout)) for name in (("kind", "outcome", "stage") if mine else ("outcome",))
    ]
    codes, combined = numbered([one.codes for one in columns], [len(one.values) for one in columns])
    told = [
        [None if code < 0 else one.values[code] for one, code in zip(columns, row, strict=True)] for row in combined
    ]
    if mine:
        return codes, [own(journey, str(a), kind, outcome, stage) for a, kind, outcome, stage in told], {}, ()
    found, guessed = names(journey, layout.activities, mapping)
    return codes, [foreign(journey, str(a), found.get(str(a)), why, failed) for a, why in told], found, guessed


def _none(length: int) -> Words:
    return Words(codes=np.full(length, -1, np.int16), values=())


def numbered(columns: Sequence[Ints], sizes: Sequence[int]) -> tuple[Ints, NDArray[np.int64]]:
    """Rows of codes (-1: none) as one number each, from 0, and the codes that each number stands for."""
    joined = np.zeros(len(columns[0]), np.int64)
    for codes, size in zip(columns, sizes, strict=True):
        joined *= size + 1
        joined += codes
        joined += 1
    there, number = np.unique(joined, return_inverse=True)
    combined = np.empty((len(there), len(columns)), np.int64)
    left = there
    for place in range(len(columns) - 1, -1, -1):
        left, combined[:, place] = np.divmod(left, sizes[place] + 1)
    return number.astype(np.int32), combined - 1


def _ways(log: Log, codes: Ints, rows: Cases) -> Sequence[Cases]:
    """The cases that went one way, together."""
    if not len(rows):
        return []
    which = Which(replace(log.layout, activity=codes))
    of = which.of[rows]
    order = np.argsort(of, kind="stable")
    return np.split(rows[order], np.flatnonzero(np.diff(of[order])) + 1)


def _unjudged(log: Log, journey: Journey) -> tuple[str, ...]:
    """Touchpoints that hang on a fact that the log does not have, or on a condition or a trial."""
    found = []
    for name, touchpoint in journey.touchpoints.items():
        facts = [one.path for one in touchpoint.when if isinstance(one, OnFact)]
        if touchpoint.if_ or touchpoint.variants.get("none") or any(one not in log.layout.contacts for one in facts):
            found.append(name)
    return tuple(found)
