"""The funnel: how many came to each step, and of those how many went on, stopped, or are still under way."""

from __future__ import annotations

from loper.draw.charts.model import Funnel, Step
from loper.draw.charts.sheet import Sheet, bar, piece, said
from loper.draw.charts.table import sentences
from loper.draw.ink import INK, MUTED, RED, Part, Shape
from loper.draw.metrics import width

HIGH = 30.0


def draw_funnel(fact: Funnel, *, language: str = "nl", vertical: bool = False, colour: str = RED) -> str:
    """The funnel as SVG. A bar is as long as the step is full: filled went on, hatched is under way, dashed stopped."""
    sheet = Sheet(fact, language, colour, vertical=vertical)
    if not fact.steps:
        return sheet.empty()
    pen, words = sheet.pen, sheet.words
    beside = 0.0 if vertical else 230.0
    left, room = sheet.left + beside, sheet.right - sheet.left - beside - 4
    most = max(step.came for step in fact.steps) or 1
    first = fact.steps[0].came or most
    for number, step in enumerate(fact.steps, 1):
        top = pen.y
        share = words.share(step.came / first)
        title, high = said(sheet.left, top, step.title, most=beside - 24 if beside else room, size=14, bold=True)
        count, more = said(
            sheet.left, top + high + 1, f"{words('n came', words.number(step.came))}, {share}",
            most=beside - 24 if beside else room, size=13,
        )  # fmt: skip
        y = top if beside else top + high + more + 8
        sheet.shapes.append(Part(shapes=(*title, *count), says=f"{step.title}: {share}", href=step.href))
        shapes, below = _bars(sheet, step, left, y, room, most, last=number == len(fact.steps))
        sheet.shapes += shapes
        pen.y = max(top + high + more, y + HIGH + below) + 18
    samples = [("went", "key went"), ("busy", "key busy"), ("stopped", "key stopped")]
    sheet.key([(piece(sheet, kind), words(key)) for kind, key in samples])
    return sheet.svg(sentences(fact, words))


def _bars(
    sheet: Sheet, step: Step, left: float, y: float, room: float, most: int, *, last: bool
) -> tuple[list[Shape], float]:
    """The bar of a step, and below it its parts in words; and how high the words are. After the last none go on."""
    words = sheet.words
    went = max(step.came - step.stopped - step.busy, 0)
    parts = (
        ("went", "n went", went, step.href),
        ("busy", "n busy", step.busy, step.busy_href),
        ("stopped", "n stopped", step.stopped, step.stopped_href),
    )
    shapes: list[Shape] = []
    x, at, row = left, left, y + HIGH + 4
    for kind, key, count, href in parts:
        if not count:
            continue
        wide = room * count / most
        text = words(key, words.number(count))
        if at > left and at + width(text, 12) > left + room:
            at, row = left, row + 16
        label: list[Shape] = []
        if last and kind == "went":
            text = words("n came", words.number(count))
        else:
            label, _ = said(at, row, text, most=room, fill=INK if kind != "went" else MUTED)
            at += width(text, 12) + 16
        tells = f"{step.title}: {text}"
        shapes.append(Part(shapes=(*bar(sheet, kind, x, y, wide, HIGH), *label), says=tells, href=href))
        x += wide
    return shapes, row + 16 - y - HIGH
