"""The map of a log: what follows on what, in layers from top to bottom; on a phone one activity below the other."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from loper.draw import icons
from loper.draw.charts.layers import GAP, Layered, Pair, Slot, layered, spread
from loper.draw.charts.model import Arc, Map, Node
from loper.draw.charts.sheet import DASH, Sheet, Sign, heats, stroke, swatch
from loper.draw.charts.table import sentences
from loper.draw.geometry import arrow
from loper.draw.ink import GREY, INK, MUTED, PAPER, QUIET, RED, Icon, Part, Path, Rect, Shape, Text, n
from loper.draw.metrics import width
from loper.draw.pen import Pen

BOX, PAD = 148.0, 10.0
LABEL, LEADING = 12.0, 15.0
CURVE = 34.0
"""How high the room is in which arcs bend."""


def draw_map(fact: Map, *, language: str = "nl", vertical: bool = False, colour: str = RED) -> str:
    """The map as SVG: width is how often, colour how long one waits (or another heat), dashed grey is the rest.

    An arc whose ends are not both among the nodes is not drawn. `vertical` is for a phone (340 px wide).
    """
    return _Map(fact, language, colour, vertical).svg()


class _Map:
    def __init__(self, fact: Map, language: str, colour: str, vertical: bool) -> None:
        self.fact, self.language, self.colour, self.vertical = fact, language, colour, vertical
        self.nodes = {node.name: node for node in fact.nodes}
        self.arcs = {
            (arc.source, arc.target): arc for arc in fact.arcs if arc.source in self.nodes and arc.target in self.nodes
        }
        self.most = max((arc.count for arc in self.arcs.values()), default=0) or 1
        given = any(arc.heat is not None for arc in fact.arcs)
        known = [None if arc.rest else arc.wait_s for arc in self.arcs.values()]
        found = [arc.heat for arc in self.arcs.values()] if given else heats(known)
        self.heat = dict(zip(self.arcs, found, strict=True))
        waits = [wait for wait in known if wait is not None]
        self.waits = (min(waits), max(waits)) if waits else None

    def svg(self) -> str:
        sheet = Sheet(self.fact, self.language, self.colour, vertical=self.vertical)
        self.words = sheet.words
        if not self.nodes:
            return sheet.empty()
        if self.vertical:
            from loper.draw.charts.map_column import column

            column(sheet, self)
        else:
            sheet = self._layers(sheet)
        self._key(sheet)
        return sheet.svg(sentences(self.fact, self.words))

    # What both forms say

    def thick(self, arc: Arc) -> float:
        return 1.5 + 10.5 * arc.count / self.most

    def line(self, sheet: Sheet, arc: Arc) -> str:
        return GREY if arc.rest else sheet.tint(self.heat[arc.source, arc.target])

    def says(self, arc: Arc) -> tuple[str, ...]:
        wait = () if arc.wait_s is None else (self.words.lasting(arc.wait_s),)
        return (self.words.number(arc.count), *wait)

    def tells(self, arc: Arc) -> str:
        ends = self.words("arrow", self.nodes[arc.source].said, self.nodes[arc.target].said)
        return f"{ends}: {', '.join(self.says(arc))}"

    def box(self, sheet: Sheet, node: Node, x: float, y: float, wide: float) -> tuple[list[Shape], float]:
        """An activity, and how high it is."""
        pen = Pen(x + PAD, y + 7, wide - 2 * PAD)
        pen.write(node.said, 13, 600, fill=MUTED if node.rest else INK)
        pen.write(self.words.number(node.count), 12, fill=MUTED)
        head = list(pen.shapes)
        pen.shapes = []
        notes = (
            (icons.START, "begins", node.begins, node.begins_href),
            (icons.CROSS, "ends", node.ends, node.ends_href),
        )
        parts: list[Shape] = []
        for icon, key, count, href in notes:
            if count:
                pen.shapes = []
                text = self.words(key, self.words.number(count))
                pen.note(icon, text, fill=INK)
                parts.append(Part(shapes=tuple(pen.shapes), says=f"{node.said}: {text}", href=href))
        loop = self.arcs.get((node.name, node.name))
        if loop:
            pen.shapes = []
            wait = "" if loop.wait_s is None else f", {self.words.lasting(loop.wait_s)}"
            pen.note(icons.SELF, self.words("self", self.words.number(loop.count)) + wait, fill=INK)
            parts.append(Part(shapes=tuple(pen.shapes), says=self.tells(loop), href=loop.href))
        high = pen.y + 6 - y
        frame = Rect(
            x=x, y=y, width=wide, height=high, r=8, fill=PAPER if node.rest else QUIET, stroke=GREY,
            line=1.2, dash=DASH if node.rest else "",
        )  # fmt: skip
        says = f"{node.said}: {self.words('times', self.words.number(node.count))}"
        return [Part(shapes=(frame, *head), says=says, href=node.href), *parts], high

    # From top to bottom in layers

    def _layers(self, sheet: Sheet) -> Sheet:
        pairs = {pair: float(arc.count) for pair, arc in self.arcs.items() if arc.source != arc.target}
        labels = {}
        for pair in pairs:
            arc = self.arcs[pair]
            text = max(width(line, LABEL, i == 0) for i, line in enumerate(self.says(arc)))
            labels[pair] = (self.thick(arc) + 4, text + 6)
        begins = {node.name: float(node.begins) for node in self.nodes.values()}
        joined = {name for pair in pairs for name in pair}
        alone = [name for name in self.nodes if name not in joined]
        plan = layered({name: BOX for name in self.nodes if name in joined}, pairs, labels, begins)
        wide = max(plan.width + 2 * sheet.side, sheet.width)
        sheet = Sheet(self.fact, self.language, self.colour, vertical=False, width=wide)
        left = (wide - plan.width) / 2
        heights = {name: self.box(sheet, node, 0, 0, BOX)[1] for name, node in self.nodes.items()}
        tops: list[tuple[float, float]] = []
        y = sheet.pen.y
        for number, layer in enumerate(plan.layers):
            high = 2 * LEADING if number % 2 else max((heights[slot.name] for slot in layer if slot.name), default=0)
            tops.append((y, y + high))
            y += high + CURVE
        ports = self._ports(plan, heights, tops, left)
        for pair in sorted(plan.ways, key=lambda pair: (not self.arcs[pair].rest, self.arcs[pair].count)):
            sheet.shapes.append(self._arc(sheet, pair, plan, tops, ports, left))
        for number, layer in enumerate(plan.layers):
            for slot in layer:
                if slot.name:
                    x = left + slot.left
                    sheet.shapes += self.box(sheet, self.nodes[slot.name], x, tops[number][0], BOX)[0]
        sheet.pen.y = tops[-1][1] + 22 if joined else sheet.pen.y
        self._alone(sheet, alone, heights)
        return sheet

    def _alone(self, sheet: Sheet, names: list[str], heights: Mapping[str, float]) -> None:
        """What no arc leads to or from, side by side."""
        many = int((sheet.right - sheet.left + GAP) // (BOX + GAP))
        for start in range(0, len(names), many):
            row = names[start : start + many]
            for i, name in enumerate(row):
                x = sheet.left + i * (BOX + GAP)
                sheet.shapes += self.box(sheet, self.nodes[name], x, sheet.pen.y, BOX)[0]
            sheet.pen.gap(max(heights[name] for name in row) + GAP)

    def _ports(
        self, plan: Layered, heights: Mapping[str, float], tops: list[tuple[float, float]], left: float
    ) -> dict[tuple[Pair, bool], tuple[float, float]]:
        """Where each arc touches its upper (True) and lower box, side by side in the order of where they go."""
        found = {}
        for number, layer in enumerate(plan.layers):
            for slot in layer:
                if not slot.name:
                    continue
                for bottom in (True, False):
                    touching: list[tuple[float, Pair]] = []
                    for pair, way in plan.ways.items():
                        if bottom and way[0] is slot:
                            touching.append((way[1].x, pair))
                        elif not bottom and way[-1] is slot:
                            touching.append((way[-2].x, pair))
                    touching.sort()
                    y = tops[number][0] + (heights[slot.name] if bottom else 0)
                    for (_, pair), x in zip(touching, self._along(slot, touching), strict=True):
                        found[pair, bottom] = (left + x, y)
        return found

    def _along(self, slot: Slot, touching: list[tuple[float, Pair]]) -> list[float]:
        """Places along the side of a box, each as near to straight as the box and its neighbours allow."""
        low, high = slot.left + PAD, slot.right - PAD
        step = min(26.0, (high - low) / max(len(touching), 1))
        wishes = [(min(max(x, low), high), self.thick(self.arcs[pair])) for x, pair in touching]
        found = spread(wishes, [step] * (len(touching) - 1))
        last = len(found) - 1
        return [min(max(x, low + i * step), high - (last - i) * step) for i, x in enumerate(found)]

    def _arc(
        self,
        sheet: Sheet,
        pair: Pair,
        plan: Layered,
        tops: list[tuple[float, float]],
        ports: Mapping[tuple[Pair, bool], tuple[float, float]],
        left: float,
    ) -> Part:
        arc, way = self.arcs[pair], plan.ways[pair]
        back, thick, colour = pair in plan.back, self.thick(arc), self.line(sheet, arc)
        first = next(number for number, layer in enumerate(plan.layers) if way[0] in layer)
        (x, y), (end_x, end_y) = ports[pair, True], ports[pair, False]
        size = 4.5 + thick / 2.4
        tip = size * 1.2
        start = y + (tip if back else 0)
        d = [f"M{n(x)} {n(start)}"]
        y = start
        bottom_of_box = tops[first][1]
        if bottom_of_box > y:
            d.append(f"V{n(bottom_of_box)}")
            y = bottom_of_box
        for number, slot in enumerate(way[1:-1], first + 1):
            top, bottom = tops[number]
            d += [_bend(x, y, left + slot.x, top), f"V{n(bottom)}"]
            x, y = left + slot.x, bottom
        goal = end_y - (0 if back else tip)
        d.append(_bend(x, y, end_x, goal))
        head = arrow(*ports[pair, True], 0, -1, size) if back else arrow(end_x, end_y, 0, 1, size)
        shapes: list[Shape] = [
            Path(d="".join(d), stroke=colour, width=thick, dash=DASH if arc.rest else ""),
            Path(d=head, fill=colour),
            *self._label(arc, way[1], tops[first + 1][0], left),
        ]
        return Part(shapes=tuple(shapes), says=self.tells(arc), href=arc.href)

    def _label(self, arc: Arc, slot: Slot, top: float, left: float) -> Iterator[Shape]:
        lines = self.says(arc)
        x = left + slot.x + self.thick(arc) / 2 + 5
        y = top + (2 - len(lines)) * LEADING / 2
        for i, line in enumerate(lines):
            at, quiet = y + i * LEADING + 11.5, bool(i) or arc.rest
            yield Text(x=x, y=at, text=line, size=LABEL, weight=400 if quiet else 600, fill=MUTED if quiet else INK)

    def _key(self, sheet: Sheet) -> None:
        def bands(x: float, y: float) -> list[Shape]:
            if self.vertical:
                return [Rect(x=x, y=y - 4, width=22, height=7, r=2, fill=sheet.colour)]
            return [Path(d=f"M{n(x + 2)} {n(y - 5)}h18", stroke=sheet.colour, width=2),
                    Path(d=f"M{n(x + 4)} {n(y + 3)}h14", stroke=sheet.colour, width=8)]  # fmt: skip

        samples: list[tuple[Sign | None, str]] = [(bands, self.words("long" if self.vertical else "wide"))]
        if self.fact.cold or self.fact.hot:
            samples += [(swatch(sheet.tint(0)), self.fact.cold), (swatch(sheet.tint(1)), self.fact.hot)]
        elif self.waits and self.waits[0] < self.waits[1]:
            ends = zip((0, 1), ("cold", "hot"), self.waits, strict=True)
            samples += [
                (swatch(sheet.tint(heat)), self.words(key, self.words.lasting(wait))) for heat, key, wait in ends
            ]
        if any(node.rest for node in self.fact.nodes) or any(arc.rest for arc in self.arcs.values()):
            samples.append((stroke(GREY, 2, DASH), self.words("rest")))
        if any(node.begins for node in self.fact.nodes):
            samples.append((_icon(icons.START), self.words("begins", "").strip()))
        if any(node.ends for node in self.fact.nodes):
            samples.append((_icon(icons.CROSS), self.words("ends", "").strip()))
        sheet.key(samples)


def _icon(d: str) -> Sign:
    return lambda x, y: [Icon(x=x + 4, y=y - 8, d=d, stroke=MUTED)]


def _bend(x: float, y: float, to_x: float, to_y: float) -> str:
    """A curve that leaves and arrives straight down."""
    if abs(x - to_x) < 0.5:
        return f"L{n(to_x)} {n(to_y)}"
    middle = (y + to_y) / 2
    return f"C{n(x)} {n(middle)} {n(to_x)} {n(middle)} {n(to_x)} {n(to_y)}"
