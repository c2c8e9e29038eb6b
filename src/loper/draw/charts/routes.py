"""A few real journeys that stand for many, as lines of stops, for a wall: a longer piece of line took longer."""

from __future__ import annotations

from math import log10

from loper.draw.charts.model import Call, Route, Routes
from loper.draw.charts.sheet import Sheet, said, stroke
from loper.draw.charts.table import sentences
from loper.draw.charts.words import MINUTE
from loper.draw.icons import channel
from loper.draw.ink import MUTED, PAPER, RED, Circle, Icon, Part, Path, Shape, n

STOP, DECADE = 104.0, 22.0
"""How far stops stand apart at least; and how much farther for each time that it takes ten times as long."""
ALONG, STEP = 34.0, 9.0
"""The same from top to bottom."""
RADIUS = 9.0


def reach(gap_s: float, least: float, decade: float) -> float:
    """How long the line is for this time: `least` up to a minute, and `decade` more for each tenfold."""
    return least + decade * log10(max(gap_s / MINUTE, 1.0))


def draw_routes(fact: Routes, *, language: str = "nl", vertical: bool = False, colour: str = RED) -> str:
    """The journeys as SVG, each on a line that goes on in the next row as a text does; on a phone downward."""
    sheet = Sheet(fact, language, colour, vertical=vertical)
    routes = [route for route in fact.routes if route.calls]
    if not routes:
        return sheet.empty()
    pen, words = sheet.pen, sheet.words
    for route in routes:
        title, high = said(sheet.left, pen.y, route.title, most=pen.most, size=15, bold=True)
        many = []
        if route.count:
            many.append(words("stands for", words.number(route.count)))
        if route.share is not None:
            many.append(words.share(route.share))
        if len(route.calls) > 1:
            many.append(words("total", words.lasting(max(route.calls[-1].at_s - route.calls[0].at_s, 0))))
        told, more = said(sheet.left, pen.y + high, ", ".join(many), most=pen.most, size=13, fill=MUTED)
        sheet.shapes.append(Part(shapes=(*title, *told), says=f"{route.title}: {', '.join(many)}", href=route.href))
        pen.gap(high + more + 12)
        (_down if vertical else _across)(sheet, route)
        pen.gap(24)
    sheet.key([(stroke(sheet.colour, 5), words("key gap"))])
    return sheet.svg(sentences(fact, words))


def _across(sheet: Sheet, route: Route) -> None:
    pen = sheet.pen
    rows: list[list[tuple[Call, float, float | None]]] = [[]]  # call, x, the gap before it
    x, before = sheet.left + 14, None
    for call in route.calls:
        gap = None if before is None else max(call.at_s - before, 0.0)
        step = 0.0 if gap is None else reach(gap, STOP, DECADE)
        if gap is not None and x + step > sheet.right - STOP + 10:
            rows.append([])
            x = sheet.left + 14 + min(step, 150)
        else:
            x += step
        rows[-1].append((call, x, gap))
        before = call.at_s
    for number, row in enumerate(rows):
        y = pen.y + 26
        ends = row[-1][1] if number == len(rows) - 1 else sheet.right
        starts = row[0][1] if number == 0 else sheet.left
        if ends > starts:
            sheet.shapes.append(Path(d=f"M{n(starts)} {n(y)}H{n(ends)}", stroke=sheet.colour, width=5))
        below = 0.0
        for call, x, gap in row:
            if gap is not None:
                text = sheet.words.lasting(gap)
                sheet.shapes += said(x - RADIUS - 6, y - 22, text, most=STOP - 20, fill=MUTED, anchor="end")[0]
            shapes, high = said(x - 10, y + 16, call.title, most=STOP - 14, size=13, bold=True)
            if call.channel:
                signed, tall = _signed(sheet, call.channel, x - 10, y + 18 + high, STOP - 14)
                shapes, high = [*shapes, *signed], high + tall + 2
            sheet.shapes.append(_stop(sheet, call, x, y, shapes))
            below = max(below, high)
        pen.y = y + 20 + below


def _down(sheet: Sheet, route: Route) -> None:
    pen, x = sheet.pen, sheet.left + 12
    before: tuple[float, float] | None = None  # when, and how far the words came
    line = len(sheet.shapes)
    first = last = pen.y + 10
    for call in route.calls:
        if before is not None:
            gap = max(call.at_s - before[0], 0.0)
            room = reach(gap, ALONG, STEP)
            last = max(last + room, before[1] + 36)
            middle = (before[1] + last - 9) / 2 - 8
            sheet.shapes += said(x + 24, middle, sheet.words.lasting(gap), most=pen.most - 40, fill=MUTED)[0]
        shapes, high = said(x + 24, last - 9, call.title, most=pen.most - 40, size=14, bold=True)
        if call.channel:
            signed, tall = _signed(sheet, call.channel, x + 24, last - 9 + high, pen.most - 40)
            shapes, high = [*shapes, *signed], high + tall
        sheet.shapes.append(_stop(sheet, call, x, last, shapes))
        before = (call.at_s, last - 9 + high)
    if last > first:
        sheet.shapes.insert(line, Path(d=f"M{n(x)} {n(first)}V{n(last)}", stroke=sheet.colour, width=5))
    pen.y = before[1] if before else pen.y


def _stop(sheet: Sheet, call: Call, x: float, y: float, words: list[Shape]) -> Part:
    ring = Circle(x=x, y=y, r=RADIUS, fill=PAPER, stroke=sheet.colour, width=4)
    says = f"{call.title}, {call.channel}" if call.channel else call.title
    return Part(shapes=(ring, *words), says=says, href=call.href)


def _signed(sheet: Sheet, name: str, x: float, y: float, most: float) -> tuple[list[Shape], float]:
    """A channel: its sign, where it has one, and its name."""
    text, high = said(x + 18, y, sheet.words.channel(name), most=most - 18, fill=MUTED)
    return [Icon(x=x, y=y + 1, d=channel(name), scale=0.8), *text], high
