"""What a rule looks at, and how the stages of a journey hang together."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from loper.define.model import TOUCHPOINT_EVENTS, Journey, OnEvent, Stage, Touchpoint
from loper.define.organisation import Organisation


@dataclass(frozen=True, slots=True)
class Found:
    """What a rule found: the place (`touchpoints.reminder`), why it matters, the way out."""

    place: str
    why: str
    way_out: str


@dataclass(frozen=True)
class Look:
    """One journey, with what is known around it. None: it is not known, so rules about it say nothing."""

    journey: Journey
    organisation: Organisation | None = None
    others: Sequence[Journey] = ()
    measured: Mapping[str, float] | None = None
    signed: Collection[str] | None = None

    @cached_property
    def named(self) -> frozenset[str]:
        """Events that some `on`, or the begin, names: elsewhere they are unexpected."""
        stages = self.journey.stages.values()
        return frozenset(self.journey.on) | frozenset(self.journey.begins) | {e for s in stages for e in s.on}

    def moves(self, stage: Stage) -> Mapping[str, list[str]]:
        """Event -> where it can lead from this stage."""
        on = dict(stage.on) if stage.final else {**self.journey.on, **stage.on}
        return {event: [move.to for move in moves] for event, moves in on.items()}

    def takes(self, stage: Stage, event: str) -> bool:
        """Whether the event does something here: it moves, or is noted (no `on` names it) and something hears it."""
        if event in self.moves(stage):
            return True
        return event not in self.named and self.heard(event)

    def heard(self, event: str) -> bool:
        """Whether a touchpoint, a child or a fact hangs on this event."""
        anchored = any(event in touchpoint.unless or self.anchors(touchpoint, event) for touchpoint in self.touchpoints)
        declared = self.journey.events.get(event)
        tells = declared is not None and bool(declared.sets or declared.clears)
        return anchored or tells or event in self.journey.opens or event.endswith((".answered", ".replied"))

    @property
    def touchpoints(self) -> Sequence[Touchpoint]:
        return tuple(self.journey.touchpoints.values())

    @staticmethod
    def anchors(touchpoint: Touchpoint, event: str) -> list[OnEvent]:
        """The times of a touchpoint that hang on this event."""
        return [anchor for anchor in touchpoint.when if isinstance(anchor, OnEvent) and anchor.event == event]

    def at_once(self, event: str) -> list[Touchpoint]:
        """Touchpoints that come at this event itself, not some time after it."""
        return [t for t in self.touchpoints if any(a.shift is None for a in self.anchors(t, event))]

    @cached_property
    def reachable(self) -> frozenset[str]:
        """Stages that a case can come in."""
        seen: set[str] = set()
        todo = list(self.journey.begins.values())
        while todo:
            name = todo.pop()
            if name not in seen and name in self.journey.stages:
                seen.add(name)
                todo += [to for targets in self.moves(self.journey.stages[name]).values() for to in targets]
        return frozenset(seen)

    def after(self, event: str) -> frozenset[str]:
        """Stages in which a case can be right after this event made its move, or was noted."""
        found = {self.journey.begins[event]} if event in self.journey.begins else set()
        for stage in self.open_stages(final=True):
            found.update(self.moves(stage).get(event, ()))
        if event not in self.named or self.never_unexpected(event):
            found |= set(self.reachable)
        return frozenset(found)

    def never_unexpected(self, event: str) -> bool:
        """Whether it gives its moments in every stage: stage.overdue, and what comes back of messages."""
        touchpoint, _, what = event.rpartition(".")
        return event == "stage.overdue" or (touchpoint in self.journey.touchpoints and what in TOUCHPOINT_EVENTS)

    def open_stages(self, *, final: bool = False) -> Iterator[Stage]:
        """The stages that a case can come in, without the final ones unless asked."""
        for name, stage in self.journey.stages.items():
            if name in self.reachable and (final or not stage.final):
                yield stage
