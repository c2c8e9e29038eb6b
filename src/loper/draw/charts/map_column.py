"""The map on a phone: one activity below the other; below each, where one goes from there, as bars in words."""

from __future__ import annotations

from typing import TYPE_CHECKING

from loper.draw.charts.layers import layered
from loper.draw.charts.model import Arc
from loper.draw.charts.sheet import DASH, Sheet, said
from loper.draw.geometry import arrow
from loper.draw.ink import GREY, INK, MUTED, PAPER, Part, Path, Rect, Shape, n

if TYPE_CHECKING:
    from loper.draw.charts.map import _Map

INDENT, BAR = 22.0, 7.0


def column(sheet: Sheet, drawn: _Map) -> None:
    """Activities in the order in which the journeys run; a line leads from each to its ways on."""
    pairs = {pair: float(arc.count) for pair, arc in drawn.arcs.items() if arc.source != arc.target}
    begins = {node.name: float(node.begins) for node in drawn.nodes.values()}
    joined = {name for pair in pairs for name in pair}
    plan = layered(
        {name: 1.0 for name in drawn.nodes if name in joined}, pairs, dict.fromkeys(pairs, (1.0, 0.0)), begins
    )
    order = [slot.name for layer in plan.layers for slot in layer if slot.name]
    order += [name for name in drawn.nodes if name not in joined]
    pen = sheet.pen
    for name in order:
        node = drawn.nodes[name]
        shapes, high = drawn.box(sheet, node, sheet.left, pen.y, sheet.right - sheet.left)
        stem, top = sheet.left + 10, pen.y + high
        pen.gap(high + 8)
        onward = [arc for (a, b), arc in drawn.arcs.items() if a == name and b != name]
        lines: list[Shape] = []
        for arc in sorted(onward, key=lambda arc: (arc.rest, -arc.count, arc.target)):
            lines.append(_way(sheet, drawn, arc, stem))
        if lines:
            sheet.shapes.append(Path(d=f"M{n(stem)} {n(top)}V{n(pen.y - 12)}", stroke=GREY, width=1.5))
        sheet.shapes += [*lines, *shapes]
        pen.gap(12)


def _way(sheet: Sheet, drawn: _Map, arc: Arc, stem: float) -> Part:
    """One way on: where to, a bar as long as it is frequent and as dark as its wait, and its numbers."""
    pen, x = sheet.pen, stem + INDENT
    most = sheet.right - x
    words = drawn.words
    to, high = said(x, pen.y, words("towards", drawn.nodes[arc.target].said), most=most, size=13)
    colour = drawn.line(sheet, arc)
    mark = pen.y + 9
    pen.gap(high + 2)
    length = max(2.0, (most - 130) * arc.count / drawn.most)
    bar = Rect(
        x=x, y=pen.y + 4, width=length, height=BAR, r=2,
        fill=PAPER if arc.rest else colour, stroke=GREY if arc.rest else "none", dash=DASH if arc.rest else "",
    )  # fmt: skip
    text, below = said(
        x + length + 8, pen.y, ", ".join(drawn.says(arc)), most=most - length - 8, fill=MUTED if arc.rest else INK
    )
    pen.gap(max(below, BAR + 8) + 5)
    hook = Path(d=f"M{n(stem)} {n(mark)}H{n(x - 9)}", stroke=GREY, width=1.5, dash=DASH if arc.rest else "")
    tip = Path(d=arrow(x - 4, mark, 1, 0, 4), fill=GREY)
    return Part(shapes=(hook, tip, *to, bar, *text), says=drawn.tells(arc), href=arc.href)
