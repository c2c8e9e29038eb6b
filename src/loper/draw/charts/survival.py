"""How many have not gone on yet, as time passes: Kaplan-Meier curves with bands, and how many are still followed."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from loper.draw.charts.axes import time_steps
from loper.draw.charts.model import Curve, Survival
from loper.draw.charts.sheet import FAINT, Sheet, said, stroke, swatch
from loper.draw.charts.table import sentences
from loper.draw.ink import GREY, MUTED, PAPER, RED, Part, Path, mix, n
from loper.draw.metrics import width

HIGH = 260.0
Scale = Callable[[float], float]
Corners = Sequence[tuple[float, float]]
DASHES = ("", "9 5", "2.5 5", "12 4 2 4")


def draw_survival(fact: Survival, *, language: str = "nl", vertical: bool = False, colour: str = RED) -> str:
    """The curves as SVG. Raises ValueError for more than four: more cannot be told apart in black and white."""
    if len(fact.curves) > len(DASHES):
        raise ValueError(f"{len(fact.curves)} curves, of which {len(DASHES)} can be told apart; draw fewer")
    sheet = Sheet(fact, language, colour, vertical=vertical)
    ends = fact.ends_s or max((curve.points[-1].at_s for curve in fact.curves if curve.points), default=0)
    if ends <= 0:
        return sheet.empty()
    pen, words = sheet.pen, sheet.words
    left, right = sheet.left + 48, sheet.right - (14 if vertical else 40)
    bottom = pen.y + 8 + HIGH
    marks = time_steps(ends, 3 if vertical else 7)

    def x(seconds: float) -> float:
        return left + (right - left) * min(seconds, ends) / ends

    def y(share: float) -> float:
        return bottom - HIGH * min(max(share, 0), 1)

    for share in (0, 0.25, 0.5, 0.75, 1):
        sheet.shapes.append(Path(d=f"M{n(left)} {n(y(share))}H{n(right)}", stroke=FAINT, width=1))
        sheet.shapes += said(left - 8, y(share) - 8, words.share(share), most=60, fill=MUTED, anchor="end")[0]
    for curve in fact.curves:
        if curve.points:
            sheet.shapes.append(Path(d=_band(curve, ends, x, y), fill=mix(sheet.colour, PAPER, 0.82)))
    for curve, dash in zip(fact.curves, DASHES, strict=False):
        if curve.points:
            line = Path(d=_line(curve, ends, x, y), stroke=sheet.colour, width=2.5, dash=dash)
            sheet.shapes.append(Part(shapes=(line,), says=_tells(sheet, curve), href=curve.href))
    sheet.shapes.append(Path(d=f"M{n(left)} {n(bottom)}H{n(right)}", stroke=GREY, width=1.5))
    shown = _shown(sheet, marks, x)
    for mark, text, at in shown:
        sheet.shapes.append(Path(d=f"M{n(x(mark))} {n(bottom)}v5", stroke=GREY, width=1.5))
        sheet.shapes += said(at, bottom + 8, text, most=200, fill=MUTED)[0]
    pen.y = bottom + 36
    _at_risk(sheet, fact.curves, [mark for mark, _, _ in shown], x)
    samples = [(stroke(sheet.colour, 2.5, dash), curve.title) for curve, dash in zip(fact.curves, DASHES, strict=False)]
    sheet.key([*samples, (swatch(mix(sheet.colour, PAPER, 0.82)), words("key band"))])
    return sheet.svg(sentences(fact, words))


def _steps(curve: Curve, ends: float, values: Sequence[float]) -> list[tuple[float, float]]:
    """The corners of a stair that begins at 1 and holds each value until the next point."""
    corners, level = [(0.0, 1.0)], 1.0
    for point, value in zip(curve.points, values, strict=True):
        at = min(max(point.at_s, 0), ends)
        corners += [(at, level), (at, value)]
        level = value
    return corners


def _line(curve: Curve, ends: float, x: Scale, y: Scale) -> str:
    corners = _steps(curve, ends, [point.share for point in curve.points])
    return _path(corners, x, y)


def _path(corners: Corners, x: Scale, y: Scale, start: str = "M") -> str:
    return start + "L".join(f"{n(x(at))} {n(y(share))}" for at, share in corners)


def _band(curve: Curve, ends: float, x: Scale, y: Scale) -> str:
    above = _steps(curve, ends, [point.high for point in curve.points])
    below = _steps(curve, ends, [point.low for point in curve.points])
    return _path(above, x, y) + _path(list(reversed(below)), x, y, "L") + "z"


def _tells(sheet: Sheet, curve: Curve) -> str:
    last = curve.points[-1]
    words = sheet.words
    return f"{curve.title}: {words('share left').lower()} {words.share(last.share)} ({words.lasting(last.at_s)})"


def _shown(sheet: Sheet, marks: Sequence[float], x: Scale) -> list[tuple[float, str, float]]:
    """The marks of time that have room, with their words and where these begin."""
    found: list[tuple[float, str, float]] = []
    end = sheet.left - 20
    for mark in marks:
        text = sheet.words.measure(mark) if mark else "0"
        wide = width(text, 12)
        at = max(min(x(mark) - wide / 2, sheet.right - wide), sheet.left)
        if at >= end + 10:
            found.append((mark, text, at))
            end = at + wide
    return found


def _at_risk(sheet: Sheet, curves: Sequence[Curve], marks: Sequence[float], x: Scale) -> None:
    """Below each mark how many are still followed there, of each curve."""
    pen = sheet.pen
    shapes, high = said(sheet.left, pen.y, sheet.words("at risk"), most=pen.most, bold=True)
    sheet.shapes += shapes
    pen.gap(high + 4)
    for curve in curves:
        if len(curves) > 1:
            shapes, high = said(sheet.left, pen.y, curve.title, most=pen.most, fill=MUTED)
            sheet.shapes += shapes
            pen.gap(high)
        end = 0.0
        for mark in marks:
            text = sheet.words.number(at_risk(curve, mark))
            wide = width(text, 12)
            at = max(min(x(mark) - wide / 2, sheet.right - wide), sheet.left)
            if at >= end + 6:
                sheet.shapes += said(at, pen.y, text, most=200)[0]
                end = at + wide
        pen.gap(22)
    pen.gap(6)


def at_risk(curve: Curve, at_s: float) -> int:
    """How many were followed just before this time: as of the first point that is not before it."""
    return next((point.at_risk for point in curve.points if point.at_s >= at_s), 0)
