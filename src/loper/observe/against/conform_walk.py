"""One recorded way through a journey, walked along its design: what deviates whatever the times were, and what should
have come and did not, which the times of each case decide.

The rules are those of `loper.step` (docs/reference/language.md, "What happens exactly"), without facts: the walk knows
the stages in which the case can be, and where more than one is possible it accuses nobody.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Literal

from loper.define.model import Journey, OnEvent, OnFact, Touchpoint
from loper.observe.against.conform_design import Meaning
from loper.step.index import MERGED, OVERDUE, index

Kind = Literal["ad hoc", "order", "failed", "missing"]
"""The four deviations of CJML of an actual journey from the planned one: ad hoc touchpoint, irregular order of
touchpoints, failed touchpoint, missing touchpoint (Halvorsrud, Kvale & Følstad 2016)."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Found:
    """A deviation of every case that went this way; `at` is the place of its contact in the case, from 0."""

    kind: Kind
    name: str
    at: int


@dataclass(kw_only=True, slots=True)
class Expected:
    """A touchpoint that the contact at place `at` made due, until the one at `until` (None: until now)."""

    touchpoint: Touchpoint
    when: int  # which of its times
    at: int
    until: int | None = None
    sure: bool = True  # else it may have been due: then nobody says that it is missing
    times: int = 0  # how often it happened; of `every` it is the next time that is expected
    tried: bool = False

    @property
    def anchor(self) -> OnEvent | OnFact:
        return self.touchpoint.when[self.when]


@dataclass(kw_only=True)
class Walk:
    """What a way came to. `stages`: of each contact, where the case could be after it."""

    found: list[Found] = field(default_factory=list)
    expected: list[Expected] = field(default_factory=list)  # and did not come
    stages: list[frozenset[str]] = field(default_factory=list)


def walk(journey: Journey, way: Sequence[Meaning]) -> Walk:
    """`way` is a case's contacts in order."""
    walker = _Walker(journey, way)
    for at, one in enumerate(way):
        walker.at = at
        walker.take(one)
        walker.walk.stages.append(walker.stages)
    return walker.over()


class _Walker:
    def __init__(self, journey: Journey, way: Sequence[Meaning]) -> None:
        self.journey, self.index = journey, index(journey)
        self.walk = Walk()
        self.at = 0
        self.pending: list[Expected] = []  # that may still come
        self.gone: list[Expected] = []  # that were over before they came
        self.early: list[tuple[str, int]] = []  # touchpoints that nothing asked for, so far
        self.planned = True  # else what follows from this contact may come, and need not
        self.irregular: tuple[str, int] = ("", -1)  # the last event out of order
        begins = [one.name for one in way if one.does == "event" and one.name in journey.begins]
        self.begun = not begins
        self.stages: frozenset[str] = frozenset() if begins else frozenset(journey.stages)
        if not begins:
            self._found("missing", " / ".join(journey.begins))

    def _found(self, kind: Kind, name: str, at: int | None = None) -> None:
        self.walk.found.append(Found(kind=kind, name=name, at=self.at if at is None else at))

    def take(self, one: Meaning) -> None:
        if one.does == "event":
            self._event(one.name, one.stage)
        elif one.does == "unexpected":
            self._unexpected(one)
        elif one.does == "overdue":
            self._overdue(one)
        elif one.does == "happened":
            self._happened(one)
        elif one.does in ("failed", "skipped", "withdrawn"):
            self._did_not(one)
        elif one.does == "foreign":
            self._found("ad hoc", one.name)
        elif one.stage is not None:
            self._moved(frozenset({one.stage}), recorded=True)

    # -- events

    def _event(self, name: str, stage: str | None) -> None:
        if stage is not None and self.begun:
            self.stages = frozenset({stage}) & frozenset(self.journey.stages) or self.stages
        if name.endswith(".failed") and name.removesuffix(".failed") in self.journey.touchpoints:
            self._did_not(Meaning(does="failed", name=name.removesuffix(".failed")))
        if not self.begun:
            if name not in self.journey.begins:
                self._out_of_order(name)
                return
            self.begun = True
            self.stages = frozenset({self.journey.begins[name]})
        else:
            after = self._after(name)
            if after:
                self._moved(after)
            elif (name in self.index.named or name in self.journey.begins) and self._expectable(name):
                self._out_of_order(name)
                return
        self._told(name)

    def _overdue(self, one: Meaning) -> None:
        """A deadline that passed: a failure, but where the design has a way on from it (no news is good news)."""
        if one.stage in self.journey.stages:
            self.stages = frozenset({one.stage})  # type: ignore[arg-type]
        if not self._after(OVERDUE):
            self._found("failed", one.name)
        self._event(OVERDUE, None)

    def _expectable(self, name: str) -> bool:
        return name != OVERDUE and name not in self.index.touchpoint_of

    def _out_of_order(self, name: str) -> None:
        self.irregular = (name, self.at)
        self._found("order", name)

    def _unexpected(self, one: Meaning) -> None:
        """The record says so itself, on the line after the event."""
        if self.irregular[0] == one.name and self.irregular[1] >= self.at - 1:
            return
        self._out_of_order(one.name)
        self.pending = [p for p in self.pending if p.at < self.at - 1]
        if one.stage in self.journey.stages:
            self.stages = frozenset({one.stage})  # type: ignore[arg-type]

    def _told(self, name: str) -> None:
        """What an event sets, ends and makes due, after its own move."""
        if name == MERGED:
            self._end(self.pending)
        ended = self.index.ended_by.get(name, ())
        self._end(p for p in self.pending if p.touchpoint.name in ended)
        declared = self.journey.events.get(name)
        changed = frozenset((*declared.sets, *declared.clears)) if declared else frozenset[str]()
        if changed:
            self._end(p for p in self.pending if self._overtaken(p, changed))
        if declared:
            self._facts(declared.sets)
        for touchpoint, when in self.index.by_event.get(name, ()):
            if touchpoint.in_ is None or self.stages & touchpoint.in_:
                certain = touchpoint.in_ is None or self.stages <= touchpoint.in_
                self._expect(touchpoint, when, certain and touchpoint.if_ is None)

    def _overtaken(self, one: Expected, changed: frozenset[str]) -> bool:
        """Rule 9 of the language: a message about an event is overtaken by a later one that changes its facts."""
        if isinstance(one.anchor, OnFact):
            return one.anchor.path.partition(".")[0] in changed
        if one.anchor.shift is not None:
            return False
        declared = self.journey.events.get(one.anchor.event)
        return declared is not None and bool(changed.intersection(declared.sets))

    def _facts(self, sets: Iterable[str]) -> None:
        """Moments before or after a fact that this event may have set."""
        for touchpoint, when, anchor in self.index.by_fact:
            if anchor.path.partition(".")[0] in sets:
                self._expect(touchpoint, when, touchpoint.if_ is None)

    def _expect(self, touchpoint: Touchpoint, when: int, sure: bool) -> None:
        early = next((one for one in self.early if one[0] == touchpoint.name), None)
        if early is not None:  # it came before what makes it due
            self.early.remove(early)
            self._found("order", touchpoint.name, early[1])
            return
        if touchpoint.variants.get("none") or not self.planned:
            sure = False
        if not any(p.touchpoint is touchpoint and p.at == self.at for p in self.pending):
            self.pending.append(Expected(touchpoint=touchpoint, when=when, at=self.at, sure=sure))

    def _after(self, name: str) -> frozenset[str]:
        """Where this event can have led from where the case can be; empty where it leads nowhere."""
        found: set[str] = set()
        for stage in self.stages:
            here = self.journey.stages[stage]
            moves = here.on.get(name)
            if moves is None:
                moves = () if here.final else self.journey.on.get(name, ())
            for move in moves:
                found.add(move.to)
                if move.if_ is None:
                    break
            else:
                if moves:
                    found.add(stage)
        return frozenset(found)

    def _moved(self, stages: frozenset[str], *, recorded: bool = False) -> None:
        """To one of these; what is expected in other stages is over (rule 7). The record of a move follows its event:
        what that made due stays."""
        known = stages & frozenset(self.journey.stages)
        if not known:
            return
        self.stages, final = known, self.index.final
        over = []
        for one in self.pending:
            if isinstance(one.anchor, OnFact):
                continue  # it sleeps
            if recorded and one.at == self.at - 1:
                continue
            within = one.touchpoint.in_
            if one.anchor.event == OVERDUE or (not known & within if within is not None else known <= final):
                over.append(one)
            elif not known <= within if within is not None else bool(known & final):
                one.sure = False
        self._end(over)

    def _end(self, ended: Iterable[Expected]) -> None:
        for one in list(ended):
            self.pending.remove(one)
            one.until = self.at
            self.gone.append(one)

    # -- touchpoints

    def _happened(self, one: Meaning) -> None:
        touchpoint = self.journey.touchpoints[one.name]
        stages = frozenset({one.stage}) if one.stage in self.journey.stages else self.stages
        due = [p for p in self.pending if p.touchpoint is touchpoint and self._still(p)]
        late = [p for p in self.gone if p.touchpoint is touchpoint and not p.times]
        if due:
            due[0].times += 1
            if touchpoint.in_ is not None and not stages & touchpoint.in_:
                self._found("order", one.name)
        elif late:
            late[-1].times += 1
            self._found("order", one.name)
        else:
            self.early.append((one.name, self.at))
            self.planned = False
        self._event(f"{one.name}.sent", None)
        self.planned = True

    def _still(self, one: Expected) -> bool:
        """Whether it may happen (once more)."""
        touchpoint = one.touchpoint
        if touchpoint.every is None:
            return not one.times
        return touchpoint.most is None or one.times < touchpoint.most

    def _did_not(self, one: Meaning) -> None:
        """It failed, or was left out with a reason: then it is not missing."""
        if one.does == "failed":
            self._found("failed", one.name)
        for p in [*self.pending, *reversed(self.gone)]:
            if p.touchpoint.name == one.name and not p.times and not p.tried:
                p.tried = True
                break
        if one.does == "skipped":
            self._event(f"{one.name}.skipped", None)

    def over(self) -> Walk:
        for name, at in self.early:
            self._found("ad hoc", name, at)
        sure = [p for p in (*self.gone, *self.pending) if p.sure and not p.tried]
        self.walk.expected = [p for p in sure if not p.times or (p.touchpoint.every is not None and self._still(p))]
        return self.walk
