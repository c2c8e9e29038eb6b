"""From left to right: the main line in rows, side tracks in rows below it.

Above each row of stations lie lanes for the curves within that row; between the columns lie gutters, in which a
branch goes down to a side track and a way back comes up. Texts stand below a station, right of it, and above a
lane; lines run in lanes and gutters only, so they never cross a text.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from itertools import pairwise
from math import ceil

from loper.draw.layout import Box, Label, Layout, Point, Route, Segment, Sketch, arrow, packed, rounded
from loper.draw.metrics import wrap
from loper.draw.ways import Arc

COLUMNS, FEWEST = 6, 3
BREADTH, NARROWEST, WIDEST = 1240.0, 206.0, 262.0
MARGIN, TRACK, STEM, DROP, BELOW = 28.0, 9.0, 16.0, 24.0, 36.0
LABEL, LEADING = 12.0, 15.0
MOST_TRACKS = 4


@dataclass(slots=True)
class Run:
    """The arcs that share one lane above a row, on their way to one target."""

    row: int
    target: str
    again: bool
    arcs: list[Arc]
    way: str  # right, left: within the row; down, up: from or to another row
    low: float = 0
    high: float = 0
    level: int = 0
    lines: tuple[str, ...] = ()
    gutters: dict[str, tuple[int, int]] = field(default_factory=dict)  # station -> (gutter, track)


class Grid:
    def __init__(self, sketch: Sketch) -> None:
        self.sketch = sketch
        self.rows = _rows(sketch)
        self.cells = {name: (r, c) for r, row in enumerate(self.rows) for c, name in enumerate(row) if name}
        self.columns = len(self.rows[0])
        self.pitch = min(max(BREADTH / self.columns, NARROWEST), WIDEST)
        self.runs = list(self._runs())
        self.gutter = self._tracks() * TRACK + 22
        self._levels()

    @property
    def block_width(self) -> float:
        return self.pitch - self.gutter - STEM - 6

    @property
    def width(self) -> float:
        last = any(gutter == self.columns for run in self.runs for gutter, _ in run.gutters.values())
        return self._x(self.columns) - (0 if last else self.gutter) + MARGIN - 6

    @property
    def told(self) -> frozenset[Arc]:
        labelled = {arc for run in self.runs if run.lines for arc in run.arcs}
        straight = {(a, b) for a, b, _ in self._pairs() if (a, b) in self.sketch.steps}
        return frozenset(
            arc
            for arc in self.sketch.arcs
            if arc not in labelled and ((arc.source, arc.target) not in straight or arc.again)
        )

    def place(self, heights: Mapping[str, float], top: float) -> Layout:
        ys: list[float] = []
        zones: list[list[float]] = []  # row -> y of each lane
        bottoms = [top] * self.columns  # how far each column is written
        for r, row in enumerate(self.rows):
            columns = self._taken(r)
            lanes, step = self._lane_heights(r), self._step_height(r)
            y = max(bottoms[c] for c in columns) + sum(lanes) + step + 22 + self._halo(r)
            base, found = y - step - 20 - self._halo(r), []
            for height in lanes:
                found.append(base)
                base -= height
            zones.append(found)
            ys.append(y)
            for c in columns:
                name = row[c]
                bottoms[c] = y + (DROP + heights[name] if name else 0) + BELOW
        stations = {name: Point(self._x(c), ys[r]) for name, (r, c) in self.cells.items()}
        blocks = {
            name: Box(point.x + STEM, point.y + DROP, self.block_width, heights[name])
            for name, point in stations.items()
        }
        routes = tuple(self._route(run, stations, zones[run.row]) for run in self.runs)
        labels = [*self._step_labels(stations), *self._labels(stations, zones)]
        return Layout(
            width=self.width,
            height=max(bottoms) - BELOW,
            stations=stations,
            blocks=blocks,
            segments=tuple(self._segments(stations)),
            routes=routes,
            labels=tuple(labels),
        )

    def _taken(self, row: int) -> range:
        """The columns that a row needs for itself: all of them on the main line, on a side track those it touches."""
        names = [c for c, name in enumerate(self.rows[row]) if name]
        if any(name in self.sketch.main for name in self.rows[row]):
            return range(self.columns)
        runs = [run for run in self.runs if run.row == row and not self._direct(run)]
        low = min([*names, *(int(run.low) for run in runs)])
        high = max([*names, *(ceil(run.high) for run in runs)])
        return range(max(low, 0), min(high, self.columns - 1) + 1)

    # Which arcs share a lane, and which gutters they go through

    def _runs(self) -> Iterator[Run]:
        straight = {(a, b) for a, b, _ in self._pairs()}
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

    def _arcs(self) -> Iterator[Arc]:
        yield from self.sketch.arcs
        for target in self.sketch.anywhere:
            if target in self.sketch.side and not any(a.target == target for a in self.sketch.arcs):
                rows = [row for row in self.rows if row[0] in self.sketch.main]
                start = rows[-1][max(self.cells[target][1] - 1, 0)] or self.sketch.main[-1]
                yield Arc(start, target, False, ())

    def _tracks(self) -> int:
        """Give each vertical piece a track in its gutter; how many tracks the fullest gutter has."""
        pieces: dict[int, list[tuple[Run, str, float, float]]] = {}
        for run in self.runs:
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
        most = 0
        for gutter, found in pieces.items():
            for (run, name, _, _), track in zip(found, packed([(a, b) for _, _, a, b in found]), strict=True):
                run.gutters[name] = (gutter, min(track, MOST_TRACKS - 1))
                most = max(most, run.gutters[name][1] + 1)
        return most

    def _levels(self) -> None:
        """Give each run a lane above its row, and its label the room that it needs there."""
        for r in range(len(self.rows)):
            here = [run for run in self.runs if run.row == r]
            for run in here:
                ends = [self._at(run, arc.source) for arc in run.arcs] + [self._at(run, run.target)]
                run.low, run.high = min(ends), max(ends)
            lanes = [run for run in here if not self._direct(run)]
            for run, level in zip(lanes, packed([(run.low, run.high) for run in lanes]), strict=True):
                run.level = level
                said = dict.fromkeys(text for arc in run.arcs for text in self.sketch.labels.get(arc, ()))
                if run.way in ("left", "right") and said:
                    start = f"{self.sketch.again}: " if run.again else ""
                    run.lines = wrap(start + ", ".join(said), self._gap, LABEL, run.again)

    def _at(self, run: Run, name: str) -> float:
        """Where along its lane a run touches a station, in columns."""
        if name in run.gutters and (run.way == "down" or name == run.target):
            return run.gutters[name][0] - 0.1
        shift = 0.05 if run.again else 0.02
        return self.cells[name][1] + (-shift if name == run.target else shift)

    def _direct(self, run: Run) -> bool:
        """Whether a branch comes down right beside its target, and can go straight into it."""
        if run.way != "down" or any(target == run.target for _, target, _ in self._pairs()):
            return False
        others = [other for other in self.runs if other.target == run.target and other.way == "down"]
        column = self.cells[run.target][1]
        return all(gutter == column for other in others for gutter, _ in other.gutters.values())

    # Measures

    def _x(self, column: float) -> float:
        return MARGIN + self.gutter + column * self.pitch

    def _track(self, gutter: tuple[int, int]) -> float:
        return self._x(gutter[0]) - 30 - gutter[1] * TRACK

    @property
    def _gap(self) -> float:
        """The room for a text between two stations."""
        return self.pitch - self.gutter - 34

    def _lane_heights(self, row: int) -> list[float]:
        lanes: dict[int, float] = {}
        for run in self.runs:
            if run.row == row and not self._direct(run):
                lanes[run.level] = max(lanes.get(run.level, 12), len(run.lines) * LEADING + 12)
        return [lanes[level] for level in sorted(lanes)]

    def _halo(self, row: int) -> float:
        """The room that a large station needs below the lanes of its row."""
        return 16 if self.sketch.large in self.rows[row] else 0

    def _step_lines(self, source: str, target: str) -> tuple[str, ...]:
        return wrap(self.sketch.steps.get((source, target), ""), self._gap, LABEL)

    def _step_height(self, row: int) -> float:
        lines = [self._step_lines(a, b) for a, b, _ in self._pairs() if self.cells[a][0] == row]
        return max((len(found) for found in lines), default=0) * LEADING

    def _pairs(self) -> Iterator[tuple[str, str, bool]]:
        """Stations beside each other with a straight line between them; whether it is the main line."""
        for row in self.rows:
            for a, b in pairwise(row):
                if a and b and a in self.sketch.main:
                    yield a, b, True
                elif a and b and any((arc.source, arc.target) == (a, b) for arc in self.sketch.arcs):
                    yield a, b, False

    # Drawing

    def _segments(self, stations: Mapping[str, Point]) -> Iterator[Segment]:
        for a, b, main in self._pairs():
            yield Segment(a, b, stations[a], stations[b], main)
        for a, b in pairwise(self.sketch.main):
            if self.cells[a][0] != self.cells[b][0]:  # the line goes on in the next row
                out, into = stations[a], stations[b]
                yield Segment(a, b, out, Point(out.x + self._gap + 20, out.y), True)
                yield Segment(a, b, Point(into.x - self.gutter - 8, into.y), into, True)

    def _route(self, run: Run, stations: Mapping[str, Point], lanes: list[float]) -> Route:
        goal, clear = stations[run.target], self.sketch.clear(run.target)
        shift = 10 if run.again else 4
        if self._direct(run):
            paths = [
                rounded([(p.x, p.y), (x, p.y), (x, goal.y), (goal.x - clear, goal.y)])
                for p, x in ((stations[name], self._track(gutter)) for name, gutter in run.gutters.items())
            ]
            return Route(tuple(run.arcs), run.again, tuple(paths), arrow(goal.x - clear, goal.y, 1, 0))
        lane = lanes[run.level]
        if run.way == "up":
            x = self._track(run.gutters[run.target])
            ending = [(x, lane), (x, goal.y), (goal.x - clear, goal.y)]
            tip = arrow(x, goal.y + 24, 0, -1)
        else:
            x = goal.x - shift
            ending = [(x, lane), (x, goal.y - clear)]
            tip = arrow(x, goal.y - clear, 0, 1)
        starts: dict[str, list[tuple[float, float]]] = {}
        for arc in run.arcs:
            p = stations[arc.source]
            if run.way == "down":
                track = self._track(run.gutters[arc.source])
                starts[arc.source] = [(p.x, p.y), (track, p.y), (track, lane)]
            else:
                starts[arc.source] = [(p.x + shift, p.y - self.sketch.clear(arc.source)), (p.x + shift, lane)]
        paths = []
        for side in (-1, 1):  # of the stations on one side the farthest draws the lane, the others join it
            found = sorted((abs(s[-1][0] - x), s) for s in starts.values() if (s[-1][0] > x) == (side > 0))
            for distance, start in found[:-1]:
                paths.append(rounded([*start, (start[-1][0] - side * min(14, distance), lane)]))
            paths += [rounded([*start, *ending]) for _, start in found[-1:]]
        return Route(tuple(run.arcs), run.again, tuple(paths), tip)

    def _labels(self, stations: Mapping[str, Point], zones: list[list[float]]) -> Iterator[Label]:
        for run in self.runs:
            if run.lines:
                columns = [self.cells[arc.source][1] for arc in run.arcs]
                column = self.cells[run.target][1] if run.way == "left" else min(columns)
                height = len(run.lines) * LEADING
                x, y = self._x(column) + 22, zones[run.row][run.level] - height - 3
                yield Label(Box(x, y, self._gap, height), run.lines, run.again)

    def _step_labels(self, stations: Mapping[str, Point]) -> Iterator[Label]:
        for a, b, _ in self._pairs():
            lines = self._step_lines(a, b)
            if lines:
                p, height = stations[a], len(lines) * LEADING
                yield Label(Box(p.x + 22, p.y - height - 9, self._gap, height), lines)


def _rows(sketch: Sketch) -> list[list[str | None]]:
    """The stations in rows and columns: the main line first, then side tracks near where they branch off."""
    count = ceil(len(sketch.main) / COLUMNS)
    per_row = ceil(len(sketch.main) / count)
    columns = max(per_row, FEWEST)
    rows = [_filled(sketch.main[i : i + per_row], columns) for i in range(0, len(sketch.main), per_row)]
    at = {name: c for row in rows for c, name in enumerate(row) if name}
    sides: list[list[str | None]] = []
    for name in sketch.side:
        near = [at[arc.source] for arc in sketch.arcs if arc.target == name and arc.source in at]
        last = (len(sketch.main) - 1) % per_row  # an ending of every stage lies below the good ending
        r, c = _free(sides, columns, min(min(near) + 1 if near else last, columns - 1))
        sides[r][c] = name
        at[name] = c
    rows += sides
    rows += [_filled(sketch.lost[i : i + columns], columns) for i in range(0, len(sketch.lost), columns)]
    for name in sketch.apart:  # where least is written
        weights = [sum(sketch.weights.get(row[c] or "", 0) for row in rows) for c in range(columns)]
        rows.append([None] * columns)
        rows[-1][weights.index(min(weights))] = name
    return rows


def _filled(names: tuple[str, ...], columns: int) -> list[str | None]:
    return [*names, *[None] * (columns - len(names))]


def _free(rows: list[list[str | None]], columns: int, wish: int) -> tuple[int, int]:
    """The first free place from the wished column on, in the first row that has one; else a new row."""
    for r, row in enumerate(rows):
        for c in range(wish, columns):
            if row[c] is None:
                return r, c
    rows.append([None] * columns)
    return len(rows) - 1, wish
