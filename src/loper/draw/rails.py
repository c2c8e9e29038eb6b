"""The line itself: stations, the straight pieces between them, and the curves beside them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Literal

from loper.draw import icons
from loper.draw.ink import GREY, INK, MUTED, PAPER, Circle, Icon, Path, Rect, Shape, Text, light
from loper.draw.layout import Label, Point, Route, Segment

Sign = Literal["stop", "good", "other", "lost"]
"""What a station is: one of the way, the good ending, another ending, or one where nobody comes."""
Place = Literal["plan", "past", "here", "future"]
"""Of a design; or where a customer was, is, and may come."""

DOTS = "0.1 8"


def routes(found: Iterable[Route], colour: str) -> Iterator[Shape]:
    """The curves: dotted for another round, thin for what is also possible."""
    for route in sorted(found, key=lambda route: route.again):
        yield from curve(route, colour)


def curve(route: Route, colour: str, wide: float = 0, heat: str = "") -> Iterator[Shape]:
    """One curve; with a number on it as `wide` and of the colour that this gives it, and drawn whole."""
    tint = light(colour)
    for path in route.paths:
        if wide:
            yield Path(d=path, stroke=heat or tint, width=wide)
        elif route.again:
            yield Path(d=path, stroke=colour, width=4, dash=DOTS)
        else:
            yield Path(d=path, stroke=tint, width=2)
    yield Path(d=route.arrow, fill=heat if wide and heat else colour if route.again else tint)


def labels(found: Iterable[Label]) -> Iterator[Shape]:
    for label in found:
        for i, line in enumerate(label.lines):
            yield Text(
                x=label.box.x,
                y=label.box.y + 15 * i + 11.5,
                text=line,
                size=12,
                weight=600 if label.again else 400,
                fill=INK if label.again else MUTED,
            )


def segment(piece: Segment, colour: str, *, width: float | None = None, open: bool = False) -> Shape:
    """A straight piece of line; `open` where the customer has not been."""
    if open:
        return Path(d=piece.path, stroke=light(colour), width=5, dash="0.1 11")
    return Path(d=piece.path, stroke=colour, width=width or (9 if piece.main else 5))


def station(at: Point, sign: Sign, place: Place, colour: str, *, side: bool = False) -> Iterator[Shape]:
    """A station: its form says what it is, its filling where the customer is."""
    r = 9.0 if side else 12.0
    if place == "here":
        yield Circle(x=at.x, y=at.y, r=19, fill=PAPER)
        yield Circle(x=at.x, y=at.y, r=17, fill=colour)
        if sign in ("good", "other"):
            yield from _sign(at, sign, PAPER, 1.15)
        else:
            yield Circle(x=at.x, y=at.y, r=6, fill=PAPER)
        return
    if sign == "lost":
        yield Circle(x=at.x, y=at.y, r=r - 1, stroke=GREY, width=2.5, dash="4 4")
        return
    filled = place == "past" or (place == "plan" and sign == "good")
    stroke = light(colour) if place == "future" else colour
    width = 4 if side or place == "future" else 5
    yield Circle(x=at.x, y=at.y, r=r, fill=colour if filled else PAPER, stroke=stroke, width=width)
    yield from _sign(at, sign, PAPER if filled else stroke, 0.9 if not side else 0.8)


def _sign(at: Point, sign: Sign, colour: str, scale: float) -> Iterator[Shape]:
    if sign == "good":
        yield Icon(x=at.x - 8 * scale, y=at.y - 8 * scale, d=icons.CHECK, stroke=colour, scale=scale)
    elif sign == "other":
        half = 4 * scale
        yield Rect(x=at.x - half, y=at.y - half, width=2 * half, height=2 * half, r=1, fill=colour)
