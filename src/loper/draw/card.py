"""A touchpoint as a card: its name, what the customer wants to know, when it comes, by which channel or person."""

from __future__ import annotations

from collections.abc import Sequence

from loper.draw import icons
from loper.draw.ink import GREY, PAPER, QUIET, Rect, Shape
from loper.draw.metrics import width as measure
from loper.draw.pen import Pen, badge, badges
from loper.draw.places import Stop
from loper.draw.words import Words

PAD = 12.0


def card(
    stop: Stop,
    x: float,
    y: float,
    width: float,
    words: Words,
    *,
    colour: str,
    found: Sequence[int] = (),
    arrivals: frozenset[str] = frozenset(),
) -> tuple[list[Shape], float]:
    """The shapes of a card, and its height. `found`: the numbers of its findings."""
    touchpoint = stop.touchpoint
    pen = Pen(x + PAD, y + 9, width - 2 * PAD)
    title = words.touchpoint(touchpoint.name)
    pills = badges(found, pen.most)
    wide = max((px + wide for px, _, wide, _ in pills), default=0)
    beside = len({py for _, py, _, _ in pills}) == 1 and measure(title, 14, True) + wide + 8 <= pen.most
    pen.write(title, 14, 600)
    if pills and not beside:
        pen.gap(2)
        pen.badges(found)
    need = words.said(touchpoint.need)
    if need:
        pen.write(f"‘{need}’", 13)
    pen.gap(3)
    named = arrivals if arrivals <= {getattr(a, "event", "") for a in stop.anchors} else frozenset[str]()
    times = ["; ".join(words.when(anchor, named) for anchor in stop.anchors), *words.more(touchpoint)]
    if touchpoint.in_ is not None and stop.stage is None:
        times.append(
            words("in", ", ".join(words.stage(name) for name in words.journey.stages if name in touchpoint.in_))
        )
    pen.note(icons.CLOCK, ", ".join(times))
    if touchpoint.by is not None:
        pen.signs([(icons.PERSON, words.known(touchpoint.by))])
    pen.signs([(icons.channel(name), words.known(name)) for name in touchpoint.channels])
    if touchpoint.attention == "grab":
        pen.note(icons.STAR, words("grab"), fill=colour, weight=600)
    elif touchpoint.attention is None:
        pen.note(icons.QUESTION, words("spare or grab"))
    height = pen.y + 8 - y
    box = Rect(x=x, y=y, width=width, height=height, r=10, fill=QUIET if touchpoint.for_person else PAPER, stroke=GREY)
    shapes: list[Shape] = [box, *pen.shapes]
    for px, _, pill, text in pills if beside else ():
        shapes += badge(x + width - 9 - wide + px, y + 9, pill, text)
    return shapes, height
