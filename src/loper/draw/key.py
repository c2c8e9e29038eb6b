"""The key below a picture: each sign with its word, side by side."""

from __future__ import annotations

from loper.draw import rails
from loper.draw.ink import GREY, MUTED, Icon, Path, Rect, Shape, Text, light, n
from loper.draw.layout import Point
from loper.draw.metrics import width
from loper.draw.pen import Pen, badge

SAMPLE, GAP, ROW = 30.0, 24.0, 26.0


class Key:
    """Writes the key with a pen, in rows."""

    def __init__(self, pen: Pen, colour: str) -> None:
        self.pen, self.colour = pen, colour
        self.x = pen.x
        pen.shapes.append(Path(d=f"M{n(pen.x)} {n(pen.y)}h{n(pen.most)}", stroke="#dde1e8", width=1))
        pen.gap(14)

    def line(self, word: str) -> None:
        x, y = self._at(word)
        self._draw(Path(d=f"M{n(x + 3)} {n(y)}h18", stroke=self.colour, width=9))

    def dots(self, word: str) -> None:
        x, y = self._at(word)
        self._draw(Path(d=f"M{n(x + 2)} {n(y)}h20", stroke=self.colour, width=4, dash=rails.DOTS))

    def thin(self, word: str) -> None:
        x, y = self._at(word)
        self._draw(Path(d=f"M{n(x)} {n(y)}h22", stroke=light(self.colour), width=2))

    def station(self, sign: rails.Sign, word: str) -> None:
        x, y = self._at(word)
        self._draw(*rails.station(Point(x + 11, y), sign, "plan", self.colour, side=True))

    def card(self, fill: str, word: str, dash: str = "") -> None:
        x, y = self._at(word)
        self._draw(Rect(x=x, y=y - 8, width=22, height=16, r=4 if not dash else 0, fill=fill, stroke=GREY, dash=dash))

    def patch(self, fill: str, word: str) -> None:
        x, y = self._at(word)
        self._draw(Rect(x=x, y=y - 7, width=22, height=14, r=2, fill=fill))

    def wide(self, word: str) -> None:
        x, y = self._at(word)
        self._draw(Path(d=f"M{n(x + 1)} {n(y - 6)}h20", stroke=self.colour, width=2))
        self._draw(Path(d=f"M{n(x + 4)} {n(y + 3)}h14", stroke=self.colour, width=8))

    def icon(self, icon: str, word: str, stroke: str | None = None) -> None:
        x, y = self._at(word)
        self._draw(Icon(x=x + 4, y=y - 8, d=icon, stroke=stroke or self.colour))

    def badge(self, word: str) -> None:
        x, y = self._at(word)
        self._draw(*badge(x + 2, y - 9, 18, "1"))

    def end(self) -> None:
        self.pen.gap(ROW)

    def _at(self, word: str) -> tuple[float, float]:
        """Where the sample of this word begins, and the middle of its row; the word itself is written here."""
        wide = SAMPLE + width(word, 12)
        if self.x > self.pen.x and self.x + wide > self.pen.x + self.pen.most:
            self.x = self.pen.x
            self.pen.gap(ROW)
        x, y = self.x, self.pen.y + 9
        self.x += wide + GAP
        self._draw(Text(x=x + SAMPLE, y=y + 4, text=word, size=12, fill=MUTED))
        return x, y

    def _draw(self, *shapes: Shape) -> None:
        self.pen.shapes += shapes
