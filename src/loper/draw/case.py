"""The agent's view of one case: the same line, with every touch that went out and what is still to come."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from itertools import pairwise

from loper.define import Journey
from loper.draw import icons, rails
from loper.draw.customer import flag, line, told
from loper.draw.ink import AMBER, GREY, INK, MUTED, PAPER, RED, Circle, Path, Rect, Shape, legible, n, picture
from loper.draw.layout import Box, Point, Sketch, plan
from loper.draw.model import Mark
from loper.draw.pen import Pen
from loper.draw.places import Places
from loper.draw.walk import Walk, walk
from loper.draw.ways import Arc
from loper.draw.words import Words

AHEAD = ("queued", "coming", "open")
GONE = ("skipped", "withdrawn")


def line_case(
    journey: Journey,
    *,
    stage: str | None,
    visited: Sequence[tuple[str, datetime]] = (),
    marks: Iterable[Mark] = (),
    language: str = "nl",
    vertical: bool = False,
    colour: str = RED,
) -> str:
    """One case on the line, as SVG: where the customer is, each touch with its time and channel, what comes (dashed).

    `stage` and `visited` as for `line_customer`. A mark without a stage is put where the customer was at its time; one
    that is still to come, at the station where the design has it.
    """
    return _Case(journey, walk(journey, stage, visited), tuple(marks), Words(language, journey), vertical, colour).svg()


class _Case:
    def __init__(
        self, journey: Journey, went: Walk, marks: tuple[Mark, ...], words: Words, vertical: bool, colour: str
    ) -> None:
        self.journey, self.went, self.words = journey, went, words
        self.vertical, self.colour = vertical, legible(colour)
        self.places = Places(journey, went.ways)
        self.visits = sorted((at, name) for name, times in went.visits.items() for at in times)
        beside = [name for name in (*went.visits, *([went.here] if went.here else [])) if name not in went.ways.main]
        self.side = tuple(dict.fromkeys(beside))
        self.at: dict[str, list[Mark]] = {}
        for mark in sorted(marks, key=lambda mark: mark.at):
            self.at.setdefault(self._place(mark), []).append(mark)

    def svg(self) -> str:
        sketch = self._sketch()
        drawing = plan(sketch, vertical=self.vertical)
        heights = {name: self._block(name, Box(0, 0, drawing.block_width, 0))[1] for name in sketch.names}
        layout = drawing.place(heights, 24 if self.vertical else 16)
        shapes = [*line(layout, self.went, self.journey, self.colour), *rails.labels(layout.labels)]
        for name, box in layout.blocks.items():
            shapes += self._block(name, box, layout.stations[name])[0]
        return picture(
            shapes,
            width=drawing.width,
            height=layout.height + 24,
            title=self.words("case of", self.words.title()),
            desc=f"{told(self.went, self.words, {})} {self._touches()}".strip(),
        )

    def _sketch(self) -> Sketch:
        """The main line whole, so that stations stand where the design has them; beside it only what was walked."""
        main = self.went.ways.main
        straight = set(pairwise(main))
        arcs, labels = [], {}
        for a, b in dict.fromkeys(self.went.steps):
            if (a, b) not in straight:
                arc = Arc(a, b, (a, b) in self.went.loops, ())
                arcs.append(arc)
                labels[arc] = tuple(self.words.moment(at) for at in self._times(a, b))
        return Sketch(
            main=main,
            side=self.side,
            arcs=tuple(arcs),
            labels=labels,
            again=self.words("once more").capitalize(),
            large=self.went.here,
        )

    def _times(self, source: str, target: str) -> list[datetime]:
        pairs = pairwise(self.visits)
        return [at for (_, before), (at, name) in pairs if (before, name) == (source, target)]

    def _place(self, mark: Mark) -> str:
        """The station of a mark: as it says, where the customer was at its time, or where the design has it."""
        stations = (*self.went.ways.main, *self.side)
        if mark.stage in stations and mark.stage is not None:
            return mark.stage
        here = self.went.here or stations[0]
        if mark.status in AHEAD:
            designed = self.places.of_touchpoint(mark.touchpoint)
            return designed if designed in self.went.future and designed in stations else here
        return next((name for at, name in reversed(self.visits) if at <= mark.at), here)

    def _block(self, name: str, box: Box, at: Point | None = None) -> tuple[list[Shape], float]:
        pen = Pen(box.x, box.y, box.width)
        if name == self.went.here:
            flag(pen, self.words("customer here"), self.colour)
        been = name == self.went.here or name in self.went.visits
        pen.write(self.words.stage(name), 16, 700 if been else 400, fill=INK if been else MUTED)
        x = at.x if at is not None and not self.vertical else box.x - 10
        stops: list[float] = []
        visits = self.went.visits.get(name, ())
        marks = list(self.at.get(name, ()))
        for number, entered in enumerate(visits):
            left = visits[number + 1] if number + 1 < len(visits) else None
            pen.gap(12 if number else 2)
            nth = f"{self.words.nth(number + 1)}: " if len(visits) > 1 else ""
            pen.note(icons.ONWARD, f"{nth}{self.words.moment(entered)}")
            while marks and (left is None or marks[0].at < left):
                pen.shapes += self._mark(pen, marks.pop(0), x, stops)
        for mark in marks:
            pen.shapes += self._mark(pen, mark, x, stops)
        if stops and at is not None:
            top = at.y + 16 if not self.vertical else box.y + 26
            pen.shapes.insert(0, Path(d=f"M{n(x)} {n(top)}V{n(stops[-1])}", stroke=GREY, width=1.5))
        return pen.shapes, pen.y - box.y

    def _mark(self, pen: Pen, mark: Mark, x: float, stops: list[float]) -> list[Shape]:
        """One touch: what, over which channel, when, and what became of it where that is not plain."""
        pen.gap(8)
        top = pen.y
        ahead, wrong = mark.status in AHEAD, mark.status in ("failed", "unknown")
        inner = Pen(pen.x + 10, top + 7, pen.most - 20)
        inner.write(self.words.touchpoint(mark.touchpoint), 14, 600, fill=MUTED if mark.status in GONE else INK)
        signs = []
        if mark.channel:
            known = icons.PERSON if mark.channel not in icons.CHANNELS else icons.channel(mark.channel)
            signs.append((known, self.words.known(mark.channel)))
        when = self.words.moment(mark.at)
        if mark.status in ("sent", "done"):
            signs.append((icons.CHECK if mark.status == "done" else icons.CLOCK, when))
        inner.signs(signs)
        if mark.status not in ("sent", "done"):
            icon = icons.WARNING if wrong else icons.CROSS if mark.status in GONE else icons.CLOCK
            text = f"{self.words(f'status {mark.status}')}: {when}"
            inner.note(icon, text, fill=AMBER if wrong else MUTED, weight=600 if wrong else 400)
        pen.y = inner.y + 6
        dash = "5 4" if ahead else ""
        plain = mark.status in GONE
        box = Rect(
            x=pen.x,
            y=top,
            width=pen.most,
            height=pen.y - top,
            fill=PAPER,
            stroke=AMBER if wrong else GREY,
            line=1.5 if ahead or wrong else 1,
            dash=dash or ("1 4" if plain else ""),
        )
        stops.append(top + 18)
        dot = Circle(
            x=x,
            y=stops[-1],
            r=4,
            fill=PAPER if ahead or plain else AMBER if wrong else GREY,
            stroke=AMBER if wrong else GREY,
            width=2,
        )
        hook = Path(d=f"M{n(x)} {n(stops[-1])}H{n(pen.x)}", stroke=GREY, width=1.5, dash="2 3.5" if ahead else "")
        return [hook, dot, box, *inner.shapes]

    def _touches(self) -> str:
        marks = [mark for found in self.at.values() for mark in found]
        said = [
            f"{self.words.touchpoint(m.touchpoint)} ({self.words(f'status {m.status}')} {self.words.moment(m.at)})"
            for m in sorted(marks, key=lambda mark: mark.at)
        ]
        return self.words("stops", ", ".join(said)) if said else ""
