"""The ink: colours that can be told apart, a few shapes, and their SVG.

Presentation attributes only: a page's content policy refuses style attributes and style elements.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal
from xml.sax.saxutils import escape, quoteattr

from loper.draw.metrics import clean

RED = "#c8102e"
INK = "#1d2330"
MUTED = "#5b6475"
GREY = "#79839a"
QUIET = "#eef0f4"
PAPER = "#ffffff"
AMBER = "#a44a00"
AMBER_TINT = "#fff6eb"

FONT = "system-ui, -apple-system, 'Segoe UI', Roboto, 'Noto Sans', 'Liberation Sans', Arial, sans-serif"

_ROUND = ' stroke-linecap="round" stroke-linejoin="round"'


@dataclass(frozen=True, kw_only=True, slots=True)
class Text:
    """One line of text; `y` is its baseline."""

    x: float
    y: float
    text: str
    size: float = 13
    weight: Literal[400, 600, 700] = 400
    fill: str = INK
    anchor: Literal["start", "middle", "end"] = "start"

    def svg(self) -> str:
        anchor = f' text-anchor="{self.anchor}"' if self.anchor != "start" else ""
        weight = f' font-weight="{self.weight}"' if self.weight != 400 else ""
        return (
            f'<text x="{n(self.x)}" y="{n(self.y)}" font-size="{n(self.size)}"{weight} fill="{self.fill}"{anchor}>'
            f"{safe(self.text)}</text>"
        )


@dataclass(frozen=True, kw_only=True, slots=True)
class Path:
    d: str
    stroke: str = "none"
    width: float = 1.5
    fill: str = "none"
    dash: str = ""

    def svg(self) -> str:
        dash = f' stroke-dasharray="{self.dash}"' if self.dash else ""
        line = f' stroke="{self.stroke}" stroke-width="{n(self.width)}"{_ROUND}{dash}' if self.stroke != "none" else ""
        return f'<path d="{self.d}" fill="{self.fill}"{line}/>'


@dataclass(frozen=True, kw_only=True, slots=True)
class Circle:
    x: float
    y: float
    r: float
    fill: str = PAPER
    stroke: str = "none"
    width: float = 1.5
    dash: str = ""

    def svg(self) -> str:
        dash = f' stroke-dasharray="{self.dash}"' if self.dash else ""
        line = f' stroke="{self.stroke}" stroke-width="{n(self.width)}"{dash}' if self.stroke != "none" else ""
        return f'<circle cx="{n(self.x)}" cy="{n(self.y)}" r="{n(self.r)}" fill="{self.fill}"{line}/>'


@dataclass(frozen=True, kw_only=True, slots=True)
class Rect:
    x: float
    y: float
    width: float
    height: float
    r: float = 10
    fill: str = PAPER
    stroke: str = "none"
    line: float = 1
    dash: str = ""

    def svg(self) -> str:
        dash = f' stroke-dasharray="{self.dash}"' if self.dash else ""
        line = f' stroke="{self.stroke}" stroke-width="{n(self.line)}"{dash}' if self.stroke != "none" else ""
        return (
            f'<rect x="{n(self.x)}" y="{n(self.y)}" width="{n(self.width)}" height="{n(self.height)}" rx="{n(self.r)}" '
            f'fill="{self.fill}"{line}/>'
        )


@dataclass(frozen=True, kw_only=True, slots=True)
class Icon:
    """A drawn sign in a square of 16 by 16, its top left at (x, y)."""

    x: float
    y: float
    d: str
    stroke: str = MUTED
    fill: str = "none"
    scale: float = 1

    def svg(self) -> str:
        scale = f" scale({n(self.scale)})" if self.scale != 1 else ""
        return (
            f'<g transform="translate({n(self.x)} {n(self.y)}){scale}">'
            f"{Path(d=self.d, stroke=self.stroke, fill=self.fill, width=1.5).svg()}</g>"
        )


@dataclass(frozen=True, kw_only=True, slots=True)
class Part:
    """Shapes that say one thing together: pointed at, they tell it; with a `href` they lead to what is behind it.

    Raises ValueError for a `href` that is no address of a page: nothing in a picture may run.
    """

    shapes: tuple[Shape, ...]
    says: str
    href: str = ""

    def svg(self) -> str:
        inner = f"<title>{safe(self.says)}</title>" + "".join(shape.svg() for shape in self.shapes)
        if not self.href:
            return f"<g>{inner}</g>"
        return f"<a href={quoteattr(address(self.href))}>{inner}</a>"


def address(href: str) -> str:
    """The address, if it is one of a page: relative, or by http."""
    found = clean(href)
    scheme = re.match(r"[^/?#]*:", found)
    if found != href or found != found.strip() or (scheme and scheme[0].lower() not in ("http:", "https:")):
        raise ValueError(f"a link to a page was expected (relative, http or https), not {href[:60]!r}")
    return found


Shape = Text | Path | Circle | Rect | Icon | Part


def picture(shapes: Iterable[Shape], *, width: float, height: float, title: str, desc: str, links: bool = False) -> str:
    """The SVG of these shapes, in this order; `title` names the picture, `desc` says all that it shows.

    With `links` it is a group, not an image: a screen reader does not look for links inside an image.
    """
    body = "\n".join(shape.svg() for shape in shapes)
    role = "group" if links else "img"
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" role="{role}" viewBox="0 0 {n(width)} {n(height)}" '
        f'width="{n(width)}" height="{n(height)}" font-family={quoteattr(FONT)}>\n'
        f"<title>{safe(title)}</title>\n<desc>{safe(desc)}</desc>\n{body}\n</svg>\n"
    )


def safe(text: str) -> str:
    """The text as it may stand in XML."""
    return escape(clean(text))


def n(value: float) -> str:
    """A number, short: at most one decimal."""
    text = f"{value:.1f}".removesuffix(".0")
    return "0" if text == "-0" else text


def contrast(one: str, other: str) -> float:
    """The contrast of two colours, 1 to 21 (WCAG 2.2)."""
    low, high = sorted((_luminance(one), _luminance(other)))
    return (high + 0.05) / (low + 0.05)


def mix(one: str, other: str, share: float) -> str:
    """`one` with this share of `other` in it."""
    pairs = zip(_channels(one), _channels(other), strict=True)
    return "#" + "".join(f"{round(a + (b - a) * share):02x}" for a, b in pairs)


def legible(colour: str, ratio: float = 4.5, on: str = PAPER) -> str:
    """This colour, darkened until it stands out from paper by this ratio. Raises ValueError for what is no #rrggbb."""
    if not re.fullmatch(r"#[0-9a-fA-F]{6}", colour):
        raise ValueError(f"a colour like #c8102e was expected, not {colour[:40]!r}")
    found = colour.lower()
    while contrast(found, on) < ratio:
        found = mix(found, "#000000", 0.06)
    return found


def light(colour: str, ratio: float = 3.0) -> str:
    """The lightest tint of this colour that still shows on paper."""
    return next(
        tint for share in range(60, -1, -2) if contrast(tint := mix(colour, PAPER, share / 100), PAPER) >= ratio
    )


def _channels(colour: str) -> tuple[int, int, int]:
    return int(colour[1:3], 16), int(colour[3:5], 16), int(colour[5:7], 16)


def _luminance(colour: str) -> float:
    parts = [c / 255 for c in _channels(colour)]
    red, green, blue = (c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue
