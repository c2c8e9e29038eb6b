"""The paper of a picture of a log: a head, what is drawn, a key, and the SVG of it all."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from math import log
from typing import Literal

from loper.draw.charts.model import Picture
from loper.draw.charts.words import ChartWords
from loper.draw.ink import (
    GREY,
    INK,
    MUTED,
    PAPER,
    QUIET,
    Circle,
    Part,
    Path,
    Rect,
    Shape,
    Text,
    legible,
    light,
    mix,
    n,
    picture,
)
from loper.draw.metrics import width, wrap
from loper.draw.pen import Pen

WIDE, NARROW = 960.0, 340.0
FAINT = "#dde1e8"
DASH = "5 4"
SAMPLE, GAP, ROW = 30.0, 22.0, 22.0
Sign = Callable[[float, float], Sequence[Shape]]
Anchor = Literal["start", "middle", "end"]


class Sheet:
    """`pen` stands below the head; what is drawn goes into `shapes`, and `end` says how far down it comes."""

    def __init__(
        self, fact: Picture, language: str, colour: str, *, vertical: bool, width: float | None = None
    ) -> None:
        self.fact, self.words, self.vertical = fact, ChartWords(language), vertical
        self.colour = legible(colour)
        self.width = width or (NARROW if vertical else WIDE)
        self.side = 16.0 if vertical else 28.0
        self.pen = Pen(self.side, 16 if vertical else 26, self.width - 2 * self.side)
        self.pen.write(fact.title, 18 if vertical else 22, 700)
        if fact.sentence:
            self.pen.gap(4)
            self.pen.write(fact.sentence, 14 if vertical else 15)
        self.pen.gap(18)
        self.shapes: list[Shape] = []

    @property
    def left(self) -> float:
        return self.side

    @property
    def right(self) -> float:
        return self.width - self.side

    def empty(self) -> str:
        """The picture of nothing: it says so."""
        self.pen.write(self.words("nothing"), 14, fill=MUTED)
        return self.svg(())

    def tint(self, heat: float | None) -> str:
        """The colour of a heat: light to full, as on the line; without one full."""
        return self.colour if heat is None else mix(light(self.colour), self.colour, min(max(heat, 0), 1))

    def key(self, samples: Iterable[tuple[Sign | None, str]]) -> None:
        """Signs with their words, in rows. A sign is drawn from x on, 22 wide, around the y that it is given."""
        pen = self.pen
        self.shapes.append(Path(d=f"M{n(pen.x)} {n(pen.y)}h{n(pen.most)}", stroke=FAINT, width=1))
        pen.gap(10)
        x = pen.x
        for sign, word in samples:
            indent = SAMPLE if sign else 0.0
            lines = wrap(word, pen.most - indent, 12)
            wide = indent + max((width(line, 12) for line in lines), default=0)
            if x > pen.x and x + wide > pen.x + pen.most:
                x = pen.x
                pen.gap(ROW)
            if sign:
                self.shapes += sign(x, pen.y + 9)
            for i, line in enumerate(lines):
                if i:
                    pen.gap(15)
                self.shapes.append(Text(x=x + indent, y=pen.y + 13, text=line, size=12, fill=MUTED))
            x = x + wide + GAP if len(lines) == 1 else pen.x + pen.most
        pen.gap(ROW)

    def svg(self, told: Sequence[str]) -> str:
        """The picture; `told` says in sentences what it shows."""
        most = 40
        more = (self.words("more rows", self.words.number(len(told) - most)),) if len(told) > most else ()
        shapes = [*self.pen.shapes, *self.shapes]
        return picture(
            shapes,
            width=self.width,
            height=self.pen.y + 16,
            title=self.fact.title,
            desc=" ".join(filter(None, (self.fact.sentence, *told[:most], *more))) or self.words("nothing"),
            links=any(isinstance(shape, Part) and shape.href for shape in shapes),
        )


def bar(sheet: Sheet, kind: str, x: float, y: float, wide: float, high: float) -> list[Shape]:
    """A piece of a bar that can be told from its neighbours without colour too: full, hatched, or open and dashed."""
    if kind == "went":
        return [Rect(x=x, y=y, width=wide, height=high, r=0, fill=sheet.colour)]
    if kind == "busy":
        edge = Rect(x=x, y=y, width=wide, height=high, r=0, fill=PAPER, stroke=sheet.colour, line=1)
        return [edge, *_hatched(x, y, wide, high, sheet.colour)]
    return [Rect(x=x, y=y, width=wide, height=high, r=0, fill=QUIET, stroke=GREY, line=1, dash="3 3")]


def swatch(fill: str, stroke: str = "none") -> Sign:
    """A patch of colour, for the key."""
    return lambda x, y: [Rect(x=x, y=y - 7, width=22, height=14, r=2, fill=fill, stroke=stroke)]


def stroke(colour: str, width: float, dash: str = "", *, dot: str = "", upright: bool = False) -> Sign:
    """A piece of line for the key, lying or upright; `dot`: what fills the dot in its middle."""

    def sign(x: float, y: float) -> list[Shape]:
        d = f"M{n(x + 11)} {n(y - 8)}V{n(y + 8)}" if upright else f"M{n(x)} {n(y)}h24"
        line = Path(d=d, stroke=colour, width=width, dash=dash)
        return [line, Circle(x=x + 12, y=y, r=5, fill=dot, stroke=colour, width=2)] if dot else [line]

    return sign


def piece(sheet: Sheet, kind: str) -> Sign:
    """A sample of a kind of bar, for the key."""
    return lambda x, y: bar(sheet, kind, x, y - 7, 22, 14)


def _hatched(x: float, y: float, wide: float, high: float, colour: str) -> list[Shape]:
    lines = []
    step, at = 6.0, 3.0
    while at < wide + high:
        x0, y0 = (x + at, y) if at <= wide else (x + wide, y + at - wide)
        x1, y1 = (x, y + at) if at <= high else (x + at - high, y + high)
        lines.append(f"M{n(x0)} {n(y0)}L{n(x1)} {n(y1)}")
        at += step
    return [Path(d="".join(lines), stroke=colour, width=1)] if lines else []


def said(
    x: float,
    y: float,
    text: str,
    *,
    most: float,
    size: float = 12,
    bold: bool = False,
    fill: str = INK,
    anchor: Anchor = "start",
) -> tuple[list[Shape], float]:
    """Lines of text whose first has its top at y, and how high they are."""
    found: list[Shape] = []
    leading = round(size * 1.3)
    lines = wrap(text, most, size, bold)
    for i, line in enumerate(lines):
        baseline = y + leading * i + size * 0.95
        found.append(Text(x=x, y=baseline, text=line, size=size, weight=600 if bold else 400, fill=fill, anchor=anchor))
    return found, float(leading * len(lines))


def heats(waits: Sequence[float | None]) -> list[float | None]:
    """How bad each wait is among the others, 0 to 1, by its logarithm; a wait of less than a second counts as one."""
    known = [log(max(wait, 1.0)) for wait in waits if wait is not None]
    low, high = min(known, default=0.0), max(known, default=0.0)
    return [
        None if wait is None else (log(max(wait, 1.0)) - low) / (high - low) if high > low else 0.0 for wait in waits
    ]
