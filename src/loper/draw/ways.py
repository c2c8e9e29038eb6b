"""How the stages of a journey hang together: the main way to the good ending, side tracks, what lies apart."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from loper.define.model import Journey, Move

OVERDUE = "stage.overdue"


@dataclass(frozen=True, slots=True)
class Arc:
    """The moves from one stage to another: by which events (with their guards), in another round or not."""

    source: str
    target: str
    again: bool
    events: tuple[tuple[str, str], ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class Ways:
    """The stages sorted: `main` is the straight line, `side` branches off it, nobody comes in `lost`.

    `everywhere` are the moves that hold in every open stage (`on` of the journey): target -> events.
    """

    main: tuple[str, ...]
    side: tuple[str, ...]
    lost: tuple[str, ...]
    arcs: tuple[Arc, ...]
    everywhere: Mapping[str, tuple[tuple[str, str], ...]]

    def between(self, source: str, target: str) -> tuple[Arc, ...]:
        return tuple(arc for arc in self.arcs if (arc.source, arc.target) == (source, target))


def ways(journey: Journey) -> Ways:
    """The stages of a journey, and the arcs between them."""
    arcs = tuple(_arcs(journey))
    everywhere = _grouped((event, move) for event, moves in journey.on.items() for move in moves)
    steps = _steps(journey, arcs, everywhere)
    start = next(iter(journey.begins.values()), next(iter(journey.stages)))
    main = way(journey, start, steps)
    reached = _reached(set(journey.begins.values()) | {start}, steps)
    side = tuple(name for name in journey.stages if name in reached and name not in main)
    lost = tuple(name for name in journey.stages if name not in reached)
    return Ways(main=main, side=side, lost=lost, arcs=arcs, everywhere=everywhere)


Steps = Mapping[str, Mapping[str, int]]
"""From a stage to the next -> how bad that step is: 0 as meant, 1 in another round, overdue, or from anywhere."""


def steps_of(journey: Journey) -> Steps:
    """Which stage can follow which."""
    everywhere = _grouped((event, move) for event, moves in journey.on.items() for move in moves)
    return _steps(journey, tuple(_arcs(journey)), everywhere)


def way(journey: Journey, start: str, steps: Steps) -> tuple[str, ...]:
    """The way from here to the good ending: with the fewest bad steps, and of those the one with most stations.

    Steps that go on in the order of the file come first; only where they do not lead to an end, any step will do.
    """
    names = list(journey.stages)
    place = {name: number for number, name in enumerate(names)}
    best: dict[str, tuple[int, int]] = {start: (0, 1)}  # stage -> (less bad is better, stations)
    before: dict[str, str] = {}
    for name in names[place[start] :]:
        if name not in best:
            continue
        bad, count = best[name]
        for to, badness in steps.get(name, {}).items():
            found = (bad - badness, count + 1)
            if place[to] > place[name] and (to not in best or found > best[to]):
                best[to], before[to] = found, name
    ends = [name for name in best if journey.stages[name].final]
    if not ends:
        return _shortest(journey, start, steps) or _back(max(best, key=lambda name: (best[name], -place[name])), before)
    return _back(max(ends, key=lambda name: (best[name][0], -place[name])), before)


def _back(end: str, before: Mapping[str, str]) -> tuple[str, ...]:
    found = [end]
    while found[-1] in before:
        found.append(before[found[-1]])
    return tuple(reversed(found))


def _shortest(journey: Journey, start: str, steps: Steps) -> tuple[str, ...]:
    """The shortest way to any ending; empty where there is none."""
    before: dict[str, str] = {}
    seen, todo = {start}, [start]
    for name in todo:
        if journey.stages[name].final:
            return _back(name, before)
        for to in sorted(steps.get(name, {}), key=lambda to: steps[name][to]):
            if to not in seen:
                seen.add(to)
                todo.append(to)
                before[to] = name
    return ()


def _reached(starts: set[str], steps: Steps) -> set[str]:
    seen, todo = set(starts), list(starts)
    while todo:
        new = set(steps.get(todo.pop(), {})) - seen
        seen |= new
        todo += new
    return seen


def _steps(journey: Journey, arcs: Iterable[Arc], everywhere: Iterable[str]) -> Steps:
    found: dict[str, dict[str, int]] = {name: {} for name in journey.stages}
    for arc in arcs:
        bad = int(arc.again or all(event == OVERDUE for event, _ in arc.events))
        known = found[arc.source].get(arc.target, 1)
        found[arc.source][arc.target] = min(bad, known)
    for stage in journey.stages.values():
        if not stage.final:
            for to in everywhere:
                found[stage.name].setdefault(to, 1)
    return found


def _arcs(journey: Journey) -> Iterable[Arc]:
    """The arcs of each stage itself, other rounds apart from the same round."""
    for stage in journey.stages.values():
        for again in (False, True):
            moves = ((e, m) for e, ms in stage.on.items() if (e in journey.again) is again for m in ms)
            for target, events in _grouped(moves).items():
                yield Arc(stage.name, target, again, events)


def _grouped(moves: Iterable[tuple[str, Move]]) -> dict[str, tuple[tuple[str, str], ...]]:
    found: dict[str, dict[tuple[str, str], None]] = {}
    for event, move in moves:
        found.setdefault(move.to, {})[event, str(move.if_) if move.if_ else ""] = None
    return {target: tuple(events) for target, events in found.items()}
