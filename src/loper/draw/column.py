"""From top to bottom, for a phone: stations below each other, texts right of the line, curves left of it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from loper.draw.geometry import arrow, packed, rounded
from loper.draw.layout import LARGE, Box, Layout, Point, Route, Segment, Sketch
from loper.draw.ways import Arc

WIDTH = 340.0
MARGIN, LANE, STEM = 14.0, 9.0, 26.0
MOST_LANES = 5


@dataclass(frozen=True, slots=True)
class Run:
    """The arcs that share one lane, on their way up or down to one target."""

    target: str
    again: bool
    down: bool
    arcs: tuple[Arc, ...]


class Column:
    def __init__(self, sketch: Sketch) -> None:
        self.sketch = sketch
        self.order = {name: number for number, name in enumerate(sketch.names)}
        runs = sorted(self._runs(), key=lambda run: (not run.again, self._span(run)))
        while runs and max(packed([self._span_of(run) for run in runs])) >= MOST_LANES:
            runs.pop()  # told in words, as all of them are
        self.runs = runs
        self.levels = packed([self._span_of(run) for run in runs])
        self.edge = 20.0 if sketch.large is None else LARGE + 4
        self.x = MARGIN + self.edge - 6 + (max(self.levels, default=-1) + 1) * LANE

    @property
    def block_width(self) -> float:
        return WIDTH - self.x - STEM - 8

    @property
    def width(self) -> float:
        return WIDTH

    @property
    def told(self) -> frozenset[Arc]:
        return frozenset(self.sketch.arcs)

    def place(self, heights: Mapping[str, float], top: float) -> Layout:
        stations: dict[str, Point] = {}
        y = top
        for name in self.sketch.names:
            if name in (*self.sketch.side[:1], *self.sketch.lost[:1], *self.sketch.apart):
                y += 20
            stations[name] = Point(self.x, y + 14)
            y += max(heights[name], 28) + 26
        blocks = {name: Box(p.x + STEM, p.y - 14, self.block_width, heights[name]) for name, p in stations.items()}
        return Layout(
            width=WIDTH,
            height=y - 26,
            stations=stations,
            blocks=blocks,
            segments=tuple(self._segments(stations)),
            routes=tuple(self._route(run, level, stations) for run, level in zip(self.runs, self.levels, strict=True)),
            labels=(),
        )

    def _runs(self) -> Iterator[Run]:
        straight = {(a, b) for a, b, _ in self._pairs()}
        found: dict[tuple[str, bool, bool], list[Arc]] = {}
        for arc in self.sketch.arcs:
            if arc.source != arc.target and (arc.again or (arc.source, arc.target) not in straight):
                down = self.order[arc.target] > self.order[arc.source]
                found.setdefault((arc.target, arc.again, down), []).append(arc)
        for (target, again, down), arcs in found.items():
            yield Run(target, again, down, tuple(arcs))

    def _span_of(self, run: Run) -> tuple[float, float]:
        ends = [self.order[arc.source] for arc in run.arcs] + [self.order[run.target]]
        return min(ends) - 0.1, max(ends) + 0.1

    def _span(self, run: Run) -> float:
        low, high = self._span_of(run)
        return high - low

    def _pairs(self) -> Iterator[tuple[str, str, bool]]:
        for a, b in zip(self.sketch.main, self.sketch.main[1:], strict=False):
            yield a, b, True
        for a, b in zip(self.sketch.side, self.sketch.side[1:], strict=False):
            if any((arc.source, arc.target) == (a, b) for arc in self.sketch.arcs):
                yield a, b, False

    def _segments(self, stations: Mapping[str, Point]) -> Iterator[Segment]:
        for a, b, main in self._pairs():
            yield Segment(a, b, rounded([(self.x, stations[a].y), (self.x, stations[b].y)]), main)

    def _route(self, run: Run, level: int, stations: Mapping[str, Point]) -> Route:
        goal, clear = stations[run.target], self.sketch.clear(run.target)
        x = self.x - self.edge - level * LANE
        shift = 8 if run.again else 3
        out, into = (shift, -shift) if run.down else (-shift, shift)
        ending = [(x, goal.y + into), (self.x - clear, goal.y + into)]
        starts = sorted({arc.source for arc in run.arcs}, key=lambda name: abs(stations[name].y - goal.y))
        paths = []
        for name in starts:
            y = stations[name].y
            start = [(self.x - self.sketch.clear(name), y + out), (x, y + out)]
            last = name == starts[-1]
            toward = y + out + (8 if goal.y > y else -8)
            paths.append(rounded([*start, *ending] if last else [*start, (x, toward)], 8))
        return Route(run.arcs, run.again, tuple(paths), arrow(self.x - clear + 1, goal.y + into, 1, 0, 4.5))
