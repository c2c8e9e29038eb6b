"""From left to right: the main line in rows, side tracks in rows below it.

Above each row of stations lie lanes for the curves within that row; between the columns lie gutters, in which a
branch goes down to a side track and a way back comes up. Texts stand below a station, right of it, and above a
lane; lines run in lanes and gutters only, so they never cross a text.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from loper.draw.geometry import arrow, rounded
from loper.draw.layout import Box, Label, Layout, Point, Route, Segment, Sketch
from loper.draw.metrics import wrap
from loper.draw.runs import Run, Runs
from loper.draw.ways import Arc

WIDEST = 262.0
MARGIN, TRACK, STEM, DROP, BELOW = 28.0, 9.0, 16.0, 24.0, 36.0
LABEL, LEADING = 12.0, 15.0


class Grid:
    def __init__(self, sketch: Sketch) -> None:
        self.sketch = sketch
        self.runs = Runs(sketch)
        self.pitch = min(sketch.breadth / self.runs.columns, WIDEST)
        self.gutter = self.runs.tracks * TRACK + 22 if self.runs.tracks else 10
        self.lines = {id(run): self._label(run) for run in self.runs.all}

    @property
    def block_width(self) -> float:
        return self.pitch - self.gutter - STEM - 6

    @property
    def width(self) -> float:
        last = any(gutter == self.runs.columns for run in self.runs.all for gutter, _ in run.gutters.values())
        return self._x(self.runs.columns) - (0 if last else self.gutter) + MARGIN - 6

    @property
    def told(self) -> frozenset[Arc]:
        labelled = {arc for run in self.runs.all if self.lines[id(run)] for arc in run.arcs}
        straight = {(a, b) for a, b in self.runs.straight() if (a, b) in self.sketch.steps}
        return frozenset(
            arc
            for arc in self.sketch.arcs
            if arc not in labelled and ((arc.source, arc.target) not in straight or arc.again)
        )

    def place(self, heights: Mapping[str, float], top: float) -> Layout:
        ys: list[float] = []
        zones: list[list[float]] = []  # row -> y of each lane
        bottoms = [top] * self.runs.columns  # how far each column is written
        for r, row in enumerate(self.runs.rows):
            columns = self.runs.taken(r)
            lanes, step = self._lane_heights(r), self._step_height(r)
            y = max(bottoms[c] for c in columns) + sum(height for height, _ in lanes) + step + 24 + self._halo(r)
            base, found = y - step - 22 - self._halo(r), []
            for height, lift in lanes:
                found.append(base - lift)
                base -= height
            zones.append(found)
            ys.append(y)
            for c in columns:
                name = row[c]
                bottoms[c] = y + (DROP + heights[name] if name else 0) + BELOW
        stations = {name: Point(self._x(c), ys[r]) for name, (r, c) in self.runs.cells.items()}
        blocks = {
            name: Box(point.x + STEM, point.y + DROP, self.block_width, heights[name])
            for name, point in stations.items()
        }
        routes = tuple(self._route(run, stations, zones[run.row]) for run in self.runs.all if run.arcs)
        labels = [*self._step_labels(stations), *self._labels(stations, zones)]
        return Layout(
            width=self.width,
            height=max(bottoms) - BELOW,
            stations=stations,
            blocks=blocks,
            segments=tuple(self._segments(stations, zones)),
            routes=routes,
            labels=tuple(labels),
        )

    # Measures

    def _label(self, run: Run) -> tuple[str, ...]:
        """What stands above a lane within a row; of curves between rows the blocks tell."""
        said = dict.fromkeys(text for arc in run.arcs for text in self.sketch.labels.get(arc, ()))
        if run.way not in ("left", "right") or not said:
            return ()
        start = f"{self.sketch.again}: " if run.again else ""
        return wrap(start + ", ".join(said), self._gap, LABEL, run.again)

    def _x(self, column: float) -> float:
        return MARGIN + self.gutter + column * self.pitch

    def _track(self, gutter: tuple[int, int]) -> float:
        return self._x(gutter[0]) - 30 - gutter[1] * TRACK

    @property
    def _gap(self) -> float:
        """The room for a text between two stations."""
        return self.pitch - self.gutter - 34

    def _lane_heights(self, row: int) -> list[tuple[float, float]]:
        """Of each lane its height, and how far above its bottom its line lies."""
        lanes: dict[int, tuple[float, float]] = {}
        for run in self.runs.all:
            if run.row == row and not self.runs.direct(run):
                lift = self.sketch.thick if run.way == "wrap" else 0
                height, _ = lanes.get(run.level, (0, 0))
                lanes[run.level] = max(height, len(self.lines[id(run)]) * LEADING + 14 + 2 * lift), lift
        return [lanes[level] for level in sorted(lanes)]

    def _halo(self, row: int) -> float:
        """The room that a large station needs below the lanes of its row."""
        return 16 if self.sketch.large in self.runs.rows[row] else 0

    def _step_lines(self, source: str, target: str) -> tuple[str, ...]:
        return wrap(self.sketch.steps.get((source, target), ""), self._gap, LABEL)

    def _step_height(self, row: int) -> float:
        lines = [self._step_lines(a, b) for a, b in self.runs.straight() if self.runs.cells[a][0] == row]
        return max((len(found) for found in lines), default=0) * LEADING + self.sketch.thick / 2

    # Drawing

    def _segments(self, stations: Mapping[str, Point], zones: list[list[float]]) -> Iterator[Segment]:
        for a, b, main in self.runs.pairs():
            p, q = stations[a], stations[b]
            yield Segment(a, b, rounded([(p.x, p.y), (q.x, q.y)]), main)
        for run in self.runs.all:
            if run.way == "wrap":
                a, b = run.gutters
                p, q, lane = stations[a], stations[b], zones[run.row][run.level]
                right, left = self._x(self.runs.columns) - 18, MARGIN - 10
                round = [(p.x, p.y), (right, p.y), (right, lane), (left, lane), (left, q.y), (q.x, q.y)]
                yield Segment(a, b, rounded(round), True)

    def _route(self, run: Run, stations: Mapping[str, Point], lanes: list[float]) -> Route:
        goal, clear = stations[run.target], self.sketch.clear(run.target)
        shift = 10 if run.again else 4
        if self.runs.direct(run):
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
        for run in self.runs.all:
            if self.lines[id(run)]:
                columns = [self.runs.cells[arc.source][1] for arc in run.arcs]
                column = self.runs.cells[run.target][1] if run.way == "left" else min(columns)
                height = len(self.lines[id(run)]) * LEADING
                x, y = self._x(column) + 22, zones[run.row][run.level] - height - 5
                yield Label(Box(x, y, self._gap, height), self.lines[id(run)], run.again)

    def _step_labels(self, stations: Mapping[str, Point]) -> Iterator[Label]:
        for a, b in self.runs.straight():
            lines = self._step_lines(a, b)
            if lines:
                p, height = stations[a], len(lines) * LEADING
                yield Label(Box(p.x + 22, p.y - height - 4.5 - self.sketch.thick / 2, self._gap, height), lines)
