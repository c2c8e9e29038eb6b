"""How long one waits, step by step: small histograms on one axis of time, with the median and nine out of ten."""

from __future__ import annotations

from math import log

from loper.draw.charts.model import Wait, Waits
from loper.draw.charts.sheet import FAINT, Sheet, said, stroke
from loper.draw.charts.table import sentences
from loper.draw.charts.words import MEASURES, ChartWords
from loper.draw.ink import GREY, INK, MUTED, RED, Part, Path, Rect, Shape, n
from loper.draw.metrics import width

HIGH = 54.0
LEAST = 1.0
"""Seconds; what takes less was at once."""


class _Axis:
    """From seconds to px, by the logarithm."""

    def __init__(self, fact: Waits, left: float, right: float) -> None:
        known = [b.high_s for step in fact.steps for b in step.bins if b.count]
        known += [at for step in fact.steps for at in (step.median_s, step.p90_s) if at is not None]
        lows = [b.low_s for step in fact.steps for b in step.bins if b.count]
        high = max([LEAST * 10, *known])
        low = max(min([*lows, high / 10]), LEAST)
        self.low = max((one for one in MEASURES if one <= low), default=LEAST)
        self.high = next((one for one in MEASURES if one >= high), high)
        self.left, self.right = left, right

    def x(self, seconds: float) -> float:
        share = log(min(max(seconds, self.low), self.high) / self.low) / log(self.high / self.low)
        return self.left + (self.right - self.left) * share

    def marks(self) -> list[float]:
        return [one for one in MEASURES if self.low <= one <= self.high]


def draw_waits(fact: Waits, *, language: str = "nl", vertical: bool = False, colour: str = RED) -> str:
    """The waits as SVG: of each step a histogram over a logarithmic axis of time, each scaled to its own highest."""
    sheet = Sheet(fact, language, colour, vertical=vertical)
    if not fact.steps:
        return sheet.empty()
    pen, words = sheet.pen, sheet.words
    beside = 0.0 if vertical else 250.0
    axis = _Axis(fact, sheet.left + beside + 14, sheet.right - 24)
    pen.y += _marked(sheet, axis, pen.y)
    for step in fact.steps:
        top = pen.y
        head, high = said(sheet.left, top, step.title, most=beside - 30 if beside else pen.most, size=14, bold=True)
        text, more = said(sheet.left, top + high + 1, _told(step, words), most=beside - 30 if beside else pen.most)
        y = top if beside else top + high + more + 6
        sheet.shapes.append(Part(shapes=(*head, *text), says=f"{step.title}: {_told(step, words)}", href=step.href))
        for mark in axis.marks():
            x = axis.x(mark)
            sheet.shapes.append(Path(d=f"M{n(x)} {n(y)}V{n(y + HIGH)}", stroke=FAINT, width=1))
        sheet.shapes += _bins(sheet, step, axis, y)
        sheet.shapes.append(Path(d=f"M{n(axis.left)} {n(y + HIGH)}H{n(axis.right)}", stroke=GREY, width=1))
        pen.y = max(top + high + more, y + HIGH + 20) + 14
    sheet.key(
        [
            (lambda x, y: _sample(sheet, x, y), words("key bars")),
            (stroke(INK, 3, upright=True), words("key median")),
            (stroke(INK, 1.8, "4 3", upright=True), words("key p90")),
        ]
    )
    return sheet.svg(sentences(fact, words))


def _sample(sheet: Sheet, x: float, y: float) -> list[Shape]:
    return [
        Rect(x=x + 2 + 7 * i, y=y + 7 - h, width=6, height=h, r=0, fill=sheet.tint(0)) for i, h in enumerate((6, 13, 8))
    ]


def _told(step: Wait, words: ChartWords) -> str:
    found = [words("times", words.number(step.count))]
    found += [
        words(key, words.lasting(at))
        for key, at in (("median in", step.median_s), ("p90 in", step.p90_s))
        if at is not None
    ]
    return ", ".join(found)


def _bins(sheet: Sheet, step: Wait, axis: _Axis, y: float) -> list[Shape]:
    most = max((b.count for b in step.bins), default=0) or 1
    shapes: list[Shape] = []
    for b in step.bins:
        if not b.count:
            continue
        x0, x1 = axis.x(b.low_s), axis.x(b.high_s)
        if x1 - x0 < 3:  # at once, at the very left
            x0, x1 = axis.left - 12, axis.left - 2
        high = max(HIGH * b.count / most * 0.94, 1.5)
        between = _between(b.low_s, b.high_s, sheet.words)
        rect = Rect(x=x0 + 0.5, y=y + HIGH - high, width=max(x1 - x0 - 1, 1), height=high, r=0, fill=sheet.tint(0))
        says = f"{step.title}: {between}: {sheet.words('times', sheet.words.number(b.count))}"
        shapes.append(Part(shapes=(rect,), says=says, href=b.href))
    for at, dash, thick in ((step.median_s, "", 3.0), (step.p90_s, "4 3", 1.8)):
        if at is not None:
            x = axis.x(at) if at >= axis.low else axis.left - 7
            shapes.append(Path(d=f"M{n(x)} {n(y)}V{n(y + HIGH + 5)}", stroke=INK, width=thick, dash=dash))
    return [*shapes, *_named(sheet, step, axis, y)]


def _named(sheet: Sheet, step: Wait, axis: _Axis, y: float) -> list[Shape]:
    """The median and the ninth of ten in words below their marks; side by side where they would touch."""
    known = [at for at in (step.median_s, step.p90_s) if at is not None]
    texts = [(sheet.words.lasting(at), axis.x(at), i == 0 and step.median_s is not None) for i, at in enumerate(known)]
    shapes: list[Shape] = []
    before = sheet.left
    for i, (text, x, bold) in enumerate(texts):
        wide = width(text, 12, bold)
        after = sum(width(other, 12) + 10 for other, _, _ in texts[i + 1 :])
        at = max(min(x - wide / 2, sheet.right - wide - after), before)
        shapes += said(at, y + HIGH + 6, text, most=wide + 1, bold=bold)[0]
        before = at + wide + 10
    return shapes


def _between(low: float, high: float, words: ChartWords) -> str:
    return words("at once") if high <= LEAST else words("range", words.lasting(low), words.lasting(high))


def _marked(sheet: Sheet, axis: _Axis, y: float) -> float:
    """The measures of time above all histograms, those that have room; and how high they are."""
    end = sheet.left - 10
    for mark in axis.marks():
        text = sheet.words.measure(mark)
        wide = width(text, 12)
        x = min(max(axis.x(mark) - wide / 2, sheet.left), sheet.right - wide)
        if x >= end + 8:
            sheet.shapes += said(x, y, text, most=wide + 1, fill=MUTED)[0]
            end = x + wide
    return 22.0
