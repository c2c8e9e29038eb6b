"""Where on the line a touchpoint belongs: at the station where the customer is when it comes."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

from loper.define.model import TOUCHPOINT_EVENTS, Anchor, Journey, OnEvent, Touchpoint
from loper.draw.ways import OVERDUE, Ways


@dataclass(frozen=True, slots=True)
class Stop:
    """A touchpoint at one place, with those of its times that bring it there. `stage` None: at any moment."""

    touchpoint: Touchpoint
    stage: str | None
    anchors: tuple[Anchor, ...]


@dataclass(frozen=True)
class Places:
    """Finds the places on one journey."""

    journey: Journey
    ways: Ways

    def stops(self) -> list[Stop]:
        """Every touchpoint at least once, in the order of the file; once a place where its times are at several."""
        found = []
        for touchpoint in self.journey.touchpoints.values():
            places: dict[str | None, list[Anchor]] = {}
            for anchor in touchpoint.when:
                places.setdefault(self._of(touchpoint, anchor, frozenset()), []).append(anchor)
            found += [Stop(touchpoint, stage, tuple(anchors)) for stage, anchors in places.items()]
        return found

    def of_touchpoint(self, name: str) -> str | None:
        """The first place of a touchpoint; None: at any moment, or there is no such touchpoint."""
        touchpoint = self.journey.touchpoints.get(name)
        return (
            None if touchpoint is None or not touchpoint.when else self._of(touchpoint, touchpoint.when[0], frozenset())
        )

    def of_event(self, event: str) -> str | None:
        """Where an event is felt: where it leads when it leads on; where it comes when it leads back."""
        if event in self.journey.begins:
            return self.journey.begins[event]
        arcs = [arc for arc in self.ways.arcs if any(event == name for name, _ in arc.events)]
        onward = [a for a in arcs if self._place(a.target) > self._place(a.source) and a.target in self._main]
        if onward:
            steps = [a for a in onward if self._place(a.target) == self._place(a.source) + 1]
            return min(steps or onward, key=lambda arc: self._place(arc.target)).target
        aside = [arc.target for arc in arcs if arc.target not in self._main]
        if aside:
            return aside[0]
        if arcs:
            sources = sorted({arc.source for arc in arcs}, key=self._place)
            return sources[(len(sources) - 1) // 2]
        return next((to for to, events in self.ways.everywhere.items() if any(event == e for e, _ in events)), None)

    def arrivals(self, stage: str) -> frozenset[str]:
        """The events that bring a customer to this stage."""
        begins = {event for event, to in self.journey.begins.items() if to == stage}
        moves = {event for arc in self.ways.arcs if arc.target == stage for event, _ in arc.events}
        return frozenset(begins | moves | {event for event, _ in self.ways.everywhere.get(stage, ())})

    def _of(self, touchpoint: Touchpoint, anchor: Anchor, seen: frozenset[str]) -> str | None:
        only = [name for name in self._order if touchpoint.in_ is not None and name in touchpoint.in_]
        if isinstance(anchor, OnEvent):
            if anchor.event == OVERDUE:
                late = {arc.target for arc in self.ways.arcs if any(event == OVERDUE for event, _ in arc.events)}
                led = [name for name in only if name in late]
                return only[0] if len(only) == 1 else led[0] if led else None
            other, _, what = anchor.event.rpartition(".")
            if what in TOUCHPOINT_EVENTS and other in self.journey.touchpoints and other not in seen:
                first = self.journey.touchpoints[other]
                found = self._of(first, first.when[0], seen | {touchpoint.name}) if first.when else None
            else:
                found = self.of_event(anchor.event)
        else:
            fact = anchor.path.partition(".")[0]
            setters = [name for name, event in self.journey.events.items() if fact in event.sets]
            found = next((stage for stage in map(self.of_event, setters) if stage is not None), None)
        if not only or found in only:
            return found
        return only[0] if len(only) == 1 or found is not None else None

    @cached_property
    def _main(self) -> frozenset[str]:
        return frozenset(self.ways.main)

    @cached_property
    def _order(self) -> dict[str, int]:
        names = (*self.ways.main, *self.ways.side, *self.ways.lost)
        return {name: number for number, name in enumerate(names)}

    def _place(self, stage: str) -> int:
        return self._order[stage]
