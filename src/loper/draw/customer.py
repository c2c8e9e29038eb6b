"""The customer's view: a calm line with one question answered, where am I?"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime

from loper.define import Journey
from loper.draw import rails
from loper.draw.ink import (
    GREY,
    INK,
    MUTED,
    PAPER,
    QUIET,
    RED,
    Circle,
    Path,
    Rect,
    Shape,
    Text,
    legible,
    mix,
    n,
    picture,
)
from loper.draw.layout import Layout, Sketch, plan
from loper.draw.metrics import width
from loper.draw.pen import Pen
from loper.draw.walk import Walk, walk
from loper.draw.ways import Arc
from loper.draw.words import Words

PANEL = 460.0
"""How wide the text is that a wide screen shows below the line."""


def line_customer(
    journey: Journey,
    *,
    stage: str | None,
    visited: Sequence[tuple[str, datetime]] = (),
    language: str = "nl",
    vertical: bool = True,
    says: Mapping[str, str] | None = None,
    colour: str = RED,
) -> str:
    """A customer's own place on the line, as SVG: behind them filled, here large, ahead of them open.

    `stage` is where they are now (None: not begun), `visited` the stages they entered, in order, with the time (aware);
    going back for another round is drawn as a loop. `says` is what to tell at a stage, with its facts filled in.
    `vertical` is for a phone (340 px wide), else for a wide screen. `colour` (#rrggbb) is the line's.
    """
    words = Words(language, journey)
    went = walk(journey, stage, visited)
    colour = legible(colour)
    loops = dict.fromkeys(pair for pair in went.loops if set(pair) <= set(went.stations))
    arcs = tuple(Arc(a, b, True, ()) for a, b in loops)
    sketch = Sketch(main=went.stations, arcs=arcs, large=went.here, breadth=960, most=5)
    drawing = plan(sketch, vertical=vertical)

    says = says or {}
    here = says.get(went.here or "", "")
    # A wide screen has room below the line for what is said here; a phone has it at the station.
    beside = says if vertical else {name: text for name, text in says.items() if name != went.here}

    def block(name: str, x: float, y: float) -> Pen:
        pen = Pen(x, y, drawing.block_width)
        _write(pen, name, went, words, beside, colour)
        return pen

    heights = {name: block(name, 0, 0).y for name in sketch.names}
    layout = drawing.place(heights, 24 if vertical else 16)
    shapes = [*line(layout, went, words.journey, colour)]
    for name, box in layout.blocks.items():
        shapes += block(name, box.x, box.y).shapes
    height = layout.height
    if went.here and here and not vertical:
        panel, height = _panel(layout, went.here, here)
        shapes += panel
    return picture(
        shapes,
        width=drawing.width,
        height=height + 24,
        title=words("line of", words.title()),
        desc=told(went, words, says),
    )


def _panel(layout: Layout, name: str, text: str) -> tuple[list[Shape], float]:
    """What is said at a station, below the line, on a stem where nothing lies between; and where it ends."""
    at, top = layout.stations[name], layout.height + 14
    pen = Pen(min(at.x + 16, layout.width - PANEL - 28), top + 14, PANEL)
    pen.write(text, 17)
    pen.gap(14)
    shapes: list[Shape] = [
        Rect(x=pen.x - 16, y=top, width=PANEL + 32, height=pen.y - top, r=12, fill=QUIET),
        *pen.shapes,
    ]
    if at.y == max(other.y for other in layout.stations.values()):
        shapes.insert(0, Path(d=f"M{n(at.x)} {n(at.y + 26)}V{n(top)}", stroke=GREY, width=1.5))
    return shapes, pen.y


def line(layout: Layout, went: Walk, journey: Journey, colour: str) -> Iterator[Shape]:
    """The rails of one customer's walk: solid as far as they came, dots ahead of them."""
    behind = {*went.past, went.here}
    yield from rails.routes(layout.routes, colour)
    for piece in layout.segments:
        yield rails.segment(piece, colour, open=piece.target not in behind or piece.source not in behind)
    for name, at in layout.stations.items():
        place: rails.Place = "here" if name == went.here else "past" if name in went.past else "future"
        if place == "here":
            yield Circle(x=at.x, y=at.y, r=23, fill=mix(colour, PAPER, 0.82))
        yield from rails.station(at, sign(journey, went, name), place, colour, side=name in went.ways.side)


def sign(journey: Journey, went: Walk, name: str) -> rails.Sign:
    if not journey.stages[name].final:
        return "stop"
    return "good" if name == went.ways.main[-1] else "other"


def flag(pen: Pen, text: str, colour: str) -> None:
    """A small flag: here."""
    wide = width(text, 13, True) + 20
    pen.shapes.append(Rect(x=pen.x, y=pen.y, width=wide, height=24, r=12, fill=colour))
    pen.shapes.append(Text(x=pen.x + 10, y=pen.y + 16.5, text=text, size=13, weight=700, fill=PAPER))
    pen.gap(30)


def _write(pen: Pen, name: str, went: Walk, words: Words, says: Mapping[str, str], colour: str) -> None:
    times = went.visits.get(name, ())
    loops = sum(to == name for _, to in went.loops)
    again = words.nth(1 + loops) if loops else ""
    if name == went.here:
        pen.gap(1)
        whole = f"{words('here')} ({again})" if again else words("here")
        fits = width(whole, 13, True) + 20 <= pen.most
        flag(pen, whole if fits else words("here"), colour)
        pen.write(words.stage(name), 20, 700)
        pen.gap(2)
        pen.write("" if fits else again, 14, fill=MUTED)
        pen.write(words.day(times[-1], clock=True) if times else "", 14, fill=MUTED)
        pen.gap(4)
        pen.write(says.get(name, ""), 16)
        return
    past = name in went.past
    pen.gap(3)
    pen.write(words.stage(name), 17, 600 if past else 400, fill=INK if past else MUTED)
    pen.gap(1)
    if past and times:
        pen.write(", ".join(filter(None, (again, words.day(times[-1])))), 14, fill=MUTED)
    elif not past:
        pen.write(says.get(name, ""), 14, fill=MUTED)


def told(went: Walk, words: Words, says: Mapping[str, str]) -> str:
    """The picture in sentences."""
    found = []
    if went.here:
        found.append(f"{words('here')}: {words.stage(went.here)}.")
        found.append(says.get(went.here, ""))
    if went.past:
        been = (
            words.stage(name) + (f" ({words.day(went.visits[name][-1])})" if went.visits.get(name) else "")
            for name in went.past
        )
        found.append(f"{words('been')}: {', '.join(been)}.")
    if went.future:
        found.append(f"{words('next')}: {', '.join(map(words.stage, went.future))}.")
    return " ".join(filter(None, found))
