"""Which curves share a lane above a row of stations, and by which gutters between the columns they come and go.

All of it is counted in rows, columns, lanes and tracks; `grid.py` makes px of it.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import pairwise
from math import ceil

from loper.draw.geometry import packed
from loper.draw.layout import Sketch
from loper.draw.rows import rows_of
from loper.draw.ways import Arc

MOST_TRACKS = 4


@dataclass(slots=True)
class Run:
    """The arcs that share one lane above a row, on their way to one target."""

    row: int
    target: str
    again: bool
    arcs: list[Arc]
    way: str  # right, left: within the row; down, up: from or to another row; wrap: the line goes on in the next row
    low: float = 0
    high: float = 0
    level: int = 0
    gutters: dict[str, tuple[int, int]] = field(default_factory=dict)  # station -> (gutter, track)


class Runs:
    """The runs of a sketch. `tracks` is how many the fullest gutter has."""

    def __init__(self, sketch: Sketch) -> None:
        self.sketch = sketch
        self.rows = rows_of(sketch)
        self.cells = {name: (r, c) for r, row in enumerate(self.rows) for c, name in enumerate(row) if name}
        self.columns = len(self.rows[0])
        self.all = list(self._found())
        self.tracks = self._assign()
        self._levels()

    def _found(self) -> Iterator[Run]:
        straight = self.straight()
        found: dict[tuple[object, ...], Run] = {}
        for arc in self._arcs():
            if arc.source == arc.target or ((arc.source, arc.target) in straight and not arc.again):
                continue
            (r, c), (q, d) = self.cells[arc.source], self.cells[arc.target]
            way = ("right" if d > c else "left") if r == q else "down" if q > r else "up"
            row = r if way == "up" else q
            run = found.setdefault((row, arc.target, arc.again, way), Run(row, arc.target, arc.again, [], way))
            run.arcs.append(arc)
        yield from found.values()
        for a, b in self.wraps():
            gutters = {a: (self.columns, 0), b: (0, 0)}
            yield Run(self.cells[b][0], b, False, [], "wrap", gutters=gutters)

    def _arcs(self) -> Iterator[Arc]:
        yield from self.sketch.arcs
        for target in self.sketch.anywhere:
            if target in self.sketch.side and not any(a.target == target for a in self.sketch.arcs):
                rows = [row for row in self.rows if row[0] in self.sketch.main]
                start = rows[-1][max(self.cells[target][1] - 1, 0)] or self.sketch.main[-1]
                yield Arc(start, target, False, ())

    def _assign(self) -> int:
        """Give each vertical piece a track in its gutter; how many tracks the fullest gutter has."""
        pieces: dict[int, list[tuple[Run, str, float, float]]] = {}
        for run in self.all:
            if run.way == "down":
                for arc in run.arcs:
                    r, c = self.cells[arc.source]
                    if arc.source not in run.gutters:
                        run.gutters[arc.source] = (c + 1, 0)
                        pieces.setdefault(c + 1, []).append((run, arc.source, r + 0.5, run.row + 0.45))
            elif run.way == "up":
                q, d = self.cells[run.target]
                run.gutters[run.target] = (d, 0)
                pieces.setdefault(d, []).append((run, run.target, q + 0.5, run.row + 0.2))
            elif run.way == "wrap":
                for name, (gutter, _) in run.gutters.items():
                    row = self.cells[name][0]
                    span = (row + 0.2, row + 0.5) if name == run.target else (row + 0.5, run.row + 0.2)
                    pieces.setdefault(gutter, []).append((run, name, *span))
        most = 0
        for gutter, found in pieces.items():
            for (run, name, _, _), track in zip(found, packed([(a, b) for _, _, a, b in found]), strict=True):
                run.gutters[name] = (gutter, min(track, MOST_TRACKS - 1))
                most = max(most, run.gutters[name][1] + 1)
        return most

    def _levels(self) -> None:
        """Give each run a lane above its row."""
        for r in range(len(self.rows)):
            here = [run for run in self.all if run.row == r]
            for run in here:
                names = [*(arc.source for arc in run.arcs), run.target, *run.gutters]
                ends = [self._at(run, name) for name in names]
                run.low, run.high = min(ends), max(ends)
            lanes = [run for run in here if not self.direct(run)]
            for run, level in zip(lanes, packed([(run.low, run.high) for run in lanes]), strict=True):
                run.level = level

    def _at(self, run: Run, name: str) -> float:
        """Where along its lane a run touches a station, in columns."""
        if name in run.gutters and (run.way != "up" or name == run.target) and (run.way, name) != ("down", run.target):
            return run.gutters[name][0] - 0.1
        shift = 0.05 if run.again else 0.02
        return self.cells[name][1] + (-shift if name == run.target else shift)

    def direct(self, run: Run) -> bool:
        """Whether a branch comes down right beside its target, and can go straight into it."""
        if run.way != "down" or any(target == run.target for _, target, _ in self.pairs()):
            return False
        others = [other for other in self.all if other.target == run.target and other.way == "down"]
        column = self.cells[run.target][1]
        return all(gutter == column for other in others for gutter, _ in other.gutters.values())

    def pairs(self) -> Iterator[tuple[str, str, bool]]:
        """Stations beside each other with a straight line between them; whether it is the main line."""
        for row in self.rows:
            for a, b in pairwise(row):
                if a and b and a in self.sketch.main:
                    yield a, b, True
                elif a and b and any((arc.source, arc.target) == (a, b) for arc in self.sketch.arcs):
                    yield a, b, False

    def wraps(self) -> Iterator[tuple[str, str]]:
        """Where the main line goes on in the next row."""
        for a, b in pairwise(self.sketch.main):
            if self.cells[a][0] != self.cells[b][0]:
                yield a, b

    def straight(self) -> list[tuple[str, str]]:
        """Stations with a piece of line between them."""
        return [*((a, b) for a, b, _ in self.pairs()), *self.wraps()]

    def taken(self, row: int) -> range:
        """The columns that a row needs for itself: all of them on the main line, on a side track those it touches."""
        names = [c for c, name in enumerate(self.rows[row]) if name]
        if any(name in self.sketch.main for name in self.rows[row]):
            return range(self.columns)
        runs = [run for run in self.all if run.row == row and not self.direct(run)]
        low = min([*names, *(int(run.low) for run in runs)])
        high = max([*names, *(ceil(run.high) for run in runs)])
        return range(max(low, 0), min(high, self.columns - 1) + 1)
