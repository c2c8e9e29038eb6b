"""Numbers with their uncertainty: one over time as a line with its band, and differences below each other."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from loper.draw.charts.axes import around
from loper.draw.charts.model import Interval, Intervals, Moment, Trend
from loper.draw.charts.sheet import FAINT, Anchor, Sheet, said, stroke, swatch
from loper.draw.charts.table import sentences
from loper.draw.charts.words import ChartWords
from loper.draw.geometry import arrow
from loper.draw.ink import GREY, INK, MUTED, PAPER, RED, Circle, Part, Path, Rect, Shape, mix, n
from loper.draw.metrics import width

HIGH = 190.0
Scale = Callable[[float], float]


def draw_trend(fact: Trend, *, language: str = "nl", vertical: bool = False, colour: str = RED) -> str:
    """The trend as SVG. Where a period has no value the line is broken; the last value is said beside it."""
    sheet = Sheet(fact, language, colour, vertical=vertical)
    known = [moment for moment in fact.moments if moment.value is not None]
    if not known:
        return sheet.empty()
    pen, words = sheet.pen, sheet.words

    def value(one: float) -> str:
        return words.value(one, percent=fact.percent, unit=fact.unit)

    numbers = [one for m in known for one in (m.value, m.low, m.high) if one is not None]
    low, high = min(numbers), max(numbers)
    steps = around(0 if 0 <= low < high / 2 else low, high)
    texts = {step: value(step) for step in steps}
    left = sheet.left + max(width(text, 12) for text in texts.values()) + 10
    right = sheet.right - 12
    bottom = pen.y + 22 + HIGH

    def y(one: float) -> float:
        return bottom - HIGH * (one - steps[0]) / (steps[-1] - steps[0])

    many = max(len(fact.moments) - 1, 1)
    xs = [left + 14 + (right - left - 28) * i / many for i in range(len(fact.moments))]
    for step in steps:
        sheet.shapes.append(Path(d=f"M{n(left)} {n(y(step))}H{n(right)}", stroke=FAINT, width=1))
        sheet.shapes += said(left - 8, y(step) - 8, texts[step], most=300, fill=MUTED, anchor="end")[0]
    for run in _runs(fact.moments):
        sheet.shapes += _band(sheet, [(xs[i], fact.moments[i]) for i in run], y)
    last = max(i for i, moment in enumerate(fact.moments) if moment.value is not None)
    for i, moment in enumerate(fact.moments):
        if moment.value is not None:
            dot = Circle(x=xs[i], y=y(moment.value), r=4, fill=sheet.colour, stroke=PAPER, width=1.5)
            says = f"{moment.title}: {_between(value, moment)}"
            sheet.shapes.append(Part(shapes=(dot,), says=says, href=moment.href))
    text = value(fact.moments[last].value or 0)
    at = min(max(xs[last] - width(text, 13, True) / 2, left), sheet.right - width(text, 13, True))
    sheet.shapes += said(at, pen.y - 2, text, most=400, size=13, bold=True)[0]
    sheet.shapes.append(Path(d=f"M{n(xs[last])} {n(pen.y + 17)}V{n(y(fact.moments[last].value or 0) - 6)}",
                             stroke=GREY, width=1, dash="2 3"))  # fmt: skip
    pen.y = bottom + 8
    _periods(sheet, fact.moments, xs)
    if any(moment.low is not None for moment in known):
        sheet.key([(swatch(mix(sheet.colour, PAPER, 0.82)), words("key trend"))])
    return sheet.svg(sentences(fact, words))


def _runs(moments: Sequence[Moment]) -> list[list[int]]:
    """The numbers of periods that follow each other and have a value."""
    runs: list[list[int]] = [[]]
    for i, moment in enumerate(moments):
        if moment.value is None:
            runs.append([])
        else:
            runs[-1].append(i)
    return [run for run in runs if run]


def _band(sheet: Sheet, points: Sequence[tuple[float, Moment]], y: Scale) -> list[Shape]:
    found: list[Shape] = []
    band = [(x, m.low, m.high) for x, m in points if m.low is not None and m.high is not None]
    tint = mix(sheet.colour, PAPER, 0.82)
    if len(band) > 1:
        above = "L".join(f"{n(x)} {n(y(high))}" for x, _, high in band)
        below = "L".join(f"{n(x)} {n(y(low))}" for x, low, _ in reversed(band))
        found.append(Path(d=f"M{above}L{below}z", fill=tint))
    elif band:
        x, low, high = band[0]
        found.append(Rect(x=x - 5, y=y(high), width=10, height=max(y(low) - y(high), 0.5), r=0, fill=tint))
    line = "L".join(f"{n(x)} {n(y(m.value))}" for x, m in points if m.value is not None)
    if len(points) > 1:
        found.append(Path(d=f"M{line}", stroke=sheet.colour, width=2.5))
    return found


def _between(value: Callable[[float], str], one: Moment) -> str:
    said = value(one.value or 0)
    return said if one.low is None or one.high is None else f"{said} ({value(one.low)} – {value(one.high)})"


def _periods(sheet: Sheet, moments: Sequence[Moment], xs: Sequence[float]) -> None:
    """The names of the periods that have room; of many every so manieth, so that they are evenly spread."""
    most = 110.0
    wide = max(min(width(moment.title, 12), most) for moment in moments) + 12
    apart = xs[1] - xs[0] if len(xs) > 1 else wide
    every = max(1, -int(-wide // max(apart, 0.01)))
    below = 0.0
    for moment, x in list(zip(moments, xs, strict=True))[::every]:
        half = wide / 2
        at = min(max(x, sheet.left + half), sheet.right - half)
        shapes, high = said(at, sheet.pen.y, moment.title, most=most, fill=MUTED, anchor="middle")
        sheet.shapes += shapes
        below = max(below, high)
    sheet.pen.gap(below + 16)


def draw_intervals(fact: Intervals, *, language: str = "nl", vertical: bool = False, colour: str = RED) -> str:
    """Differences with their intervals as SVG: filled where no difference is out of the question, else open."""
    sheet = Sheet(fact, language, colour, vertical=vertical)
    if not fact.intervals:
        return sheet.empty()
    pen, words = sheet.pen, sheet.words

    def value(one: float) -> str:
        return words.value(one, percent=fact.percent, unit=fact.unit, sign=fact.zero == 0)

    numbers = [one for i in fact.intervals for one in (i.low, i.high, i.value)]
    steps = around(min(*numbers, fact.zero), max(*numbers, fact.zero), 3 if vertical else 6)
    beside = 0.0 if vertical else 230.0
    left, right = sheet.left + beside + 30, sheet.right - 34

    def x(one: float) -> float:
        return left + (right - left) * (one - steps[0]) / (steps[-1] - steps[0])

    zero = x(fact.zero)
    pen.gap(_sides(sheet, fact, zero))
    top = pen.y
    grid = len(sheet.shapes)
    lines: list[tuple[float, float]] = []
    for one in fact.intervals:
        start = pen.y
        number = one.words or _difference(words, fact, one)
        title, high = said(sheet.left, pen.y, one.title, most=beside or pen.most, size=13, bold=True)
        text, more = said(sheet.left, pen.y + high, number, most=beside or pen.most, fill=MUTED)
        y = pen.y + (high + more) / 2 if beside else pen.y + high + more + 14
        says = f"{one.title}: {number}"
        sheet.shapes.append(Part(shapes=(*title, *text, *_mark(sheet, one, fact.zero, x, y)), says=says, href=one.href))
        band = (start - 4, start + high + more + 6) if beside else (y - 10, y + 10)
        lines.append(band)
        pen.y = (start + high + more + 12) if beside else y + 20
    bottom = pen.y
    found: list[Shape] = []
    for upper, lower in lines if vertical else [(top, bottom)]:
        for step in steps:
            found.append(Path(d=f"M{n(x(step))} {n(upper)}V{n(lower)}", stroke=FAINT, width=1))
        found.append(Path(d=f"M{n(zero)} {n(upper)}V{n(lower)}", stroke=INK, width=1.5))
    sheet.shapes[grid:grid] = found
    end = sheet.left - 10
    for step in steps:
        text_of = value(step)
        wide = width(text_of, 12)
        at = max(min(x(step) - wide / 2, sheet.right - wide), sheet.left)
        if at >= end + 8:
            sheet.shapes += said(at, bottom + 4, text_of, most=300, fill=MUTED)[0]
            end = at + wide
    pen.y = bottom + 32
    sure, unsure = stroke(sheet.colour, 2.5, dot=sheet.colour), stroke(sheet.colour, 2.5, "4 3", dot=PAPER)
    sheet.key([(sure, words("key interval")), (unsure, words("key unsure"))])
    return sheet.svg(sentences(fact, words))


def _difference(words: ChartWords, fact: Intervals, one: Interval) -> str:
    value, low, high = (
        words.difference(each, percent=fact.percent, unit=fact.unit, zero=fact.zero)
        for each in (one.value, one.low, one.high)
    )
    return words("interval", value, low, high)


def _sides(sheet: Sheet, fact: Intervals, zero: float) -> float:
    """What lies left and right of no difference, with an arrow; below each other where a side is narrow. How high."""
    y, tall = sheet.pen.y, 0.0
    beside = min(zero - sheet.left, sheet.right - zero) >= 90
    for text, way in ((fact.less, -1), (fact.more, 1)):
        if not text:
            continue
        if beside:
            anchor: Anchor = "end" if way < 0 else "start"
            most = (zero - sheet.left if way < 0 else sheet.right - zero) - 24
            shapes, high = said(zero + way * 22, y, text, most=most, bold=True, fill=MUTED, anchor=anchor)
            tip = Path(d=arrow(zero + way * 16, y + 8, way, 0, 4.5), fill=MUTED)
            tall = max(tall, high)
        else:
            shapes, high = said(sheet.left + 16, y + tall, text, most=sheet.pen.most - 16, bold=True, fill=MUTED)
            tip = Path(d=arrow(sheet.left + 4.5 + way * 4, y + tall + 8, way, 0, 4.5), fill=MUTED)
            tall += high
        sheet.shapes += [tip, *shapes]
    return tall + 8


def _mark(sheet: Sheet, one: Interval, zero: float, x: Scale, y: float) -> list[Shape]:
    sure = one.low > zero or one.high < zero
    line = f"M{n(x(one.low))} {n(y)}H{n(x(one.high))}"
    caps = f"M{n(x(one.low))} {n(y - 5)}v10M{n(x(one.high))} {n(y - 5)}v10"
    return [
        Path(d=line, stroke=sheet.colour, width=2.5, dash="" if sure else "4 3"),
        Path(d=caps, stroke=sheet.colour, width=2),
        Circle(x=x(one.value), y=y, r=5.5, fill=sheet.colour if sure else PAPER, stroke=sheet.colour, width=2),
    ]
