"""A pen that writes from top to bottom in a column of a given width, and knows how far it has come."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Literal

from loper.draw.ink import AMBER, INK, MUTED, PAPER, Icon, Rect, Shape, Text
from loper.draw.metrics import width, wrap

Weight = Literal[400, 600, 700]


class Pen:
    def __init__(self, x: float, y: float, most: float) -> None:
        self.x, self.y, self.most = x, y, most
        self.shapes: list[Shape] = []

    def gap(self, height: float) -> None:
        self.y += height

    def write(
        self,
        text: str,
        size: float = 13,
        weight: Weight = 400,
        fill: str = INK,
        indent: float = 0,
        spare: float = 0,
    ) -> None:
        """The text in lines below each other; `spare` is kept free at the right."""
        leading = round(size * 1.32)
        for line in wrap(text, self.most - indent - spare, size, weight >= 600):
            baseline = self.y + leading - size * 0.32
            self.shapes.append(Text(x=self.x + indent, y=baseline, text=line, size=size, weight=weight, fill=fill))
            self.y += leading

    def note(self, icon: str, text: str, size: float = 12, fill: str = MUTED, weight: Weight = 400) -> None:
        """A line that begins with a sign."""
        if text:
            self.shapes.append(Icon(x=self.x, y=self.y + 2, d=icon, stroke=fill, scale=0.8))
            self.write(text, size, weight, fill, indent=18)
            self.gap(1)

    def signs(self, signs: Iterable[tuple[str, str]], size: float = 12, fill: str = MUTED) -> None:
        """Signs with their words, side by side, on as many lines as they need."""
        x, leading = 0.0, 19
        started = False
        for icon, word in signs:
            lines = wrap(word, self.most - 18, size)
            wide = 18 + max((width(line, size) for line in lines), default=0)
            if started and x + wide > self.most:
                x = 0
                self.y += leading
            started = True
            self.shapes.append(Icon(x=self.x + x, y=self.y + 2, d=icon, stroke=fill, scale=0.8))
            for i, line in enumerate(lines):
                if i:
                    self.y += leading - 3
                self.shapes.append(Text(x=self.x + x + 18, y=self.y + 13, text=line, size=size, fill=fill))
            x = self.most if len(lines) > 1 else x + wide + 10
        if started:
            self.y += leading

    def badges(self, numbers: Sequence[int]) -> None:
        """Numbers of findings, in amber, from the left."""
        placed = badges(numbers, self.most)
        for x, y, wide, text in placed:
            self.shapes += badge(self.x + x, self.y + y, wide, text)
        if placed:
            self.y += placed[-1][1] + 22


def badges(numbers: Sequence[int], most: float) -> list[tuple[float, float, float, str]]:
    """The numbers as pills: (x, y, width, text) of each, wrapped at `most`."""
    found = []
    x = y = 0.0
    for number in numbers:
        text = str(number)
        wide = max(18.0, width(text, 12, True) + 10)
        if x and x + wide > most:
            x, y = 0.0, y + 21
        found.append((x, y, wide, text))
        x += wide + 4
    return found


def badge(x: float, y: float, wide: float, text: str) -> list[Shape]:
    return [
        Rect(x=x, y=y, width=wide, height=18, r=9, fill=AMBER),
        Text(x=x + wide / 2, y=y + 13.2, text=text, size=12, weight=700, fill=PAPER, anchor="middle"),
    ]
