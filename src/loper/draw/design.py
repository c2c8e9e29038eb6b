"""The director's view: the whole design on the line, with what could be better."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import pairwise

from loper.define import Finding, Journey
from loper.draw import icons, rails
from loper.draw.card import card
from loper.draw.findings import Findings
from loper.draw.ink import GREY, MUTED, PAPER, QUIET, RED, Circle, Path, Shape, legible, n, picture
from loper.draw.key import Key
from loper.draw.layout import Box, Layout, Point, Sketch, plan
from loper.draw.model import Overlay
from loper.draw.numbers import MAIN, Numbers
from loper.draw.pen import Pen
from loper.draw.places import Places
from loper.draw.ways import Arc, ways
from loper.draw.words import Words

ANYTIME = "*"
"""The name of what belongs to no stage: it comes at any moment."""


def line_design(
    journey: Journey,
    findings: Iterable[Finding] = (),
    *,
    language: str = "nl",
    vertical: bool = False,
    listed: bool = True,
    overlay: Overlay | None = None,
    colour: str = RED,
) -> str:
    """The design of a journey as SVG: stations, touchpoints, rounds, endings, and findings by number.

    `findings` are numbered from 1 in the order in which they come; `listed` says whether their texts stand below the
    line as well. `overlay` puts numbers on the same line. `colour` (#rrggbb) is the line's; it is darkened where it
    would not show on paper. `vertical` is for a phone (340 px wide).
    """
    words = Words(language, journey)
    return _Design(words, tuple(findings), Numbers(overlay, legible(colour)), vertical=vertical, listed=listed).svg()


class _Design:
    def __init__(
        self, words: Words, found: tuple[Finding, ...], numbers: Numbers, *, vertical: bool, listed: bool
    ) -> None:
        self.journey, self.words, self.numbers = words.journey, words, numbers
        self.vertical, self.listed, self.colour = vertical, listed, numbers.colour
        self.ways = ways(self.journey)
        self.places = Places(self.journey, self.ways)
        self.findings = Findings(found, self.places, words)
        self.stops = self.places.stops()
        self.sketch = self._sketch()
        self.plan = plan(self.sketch, vertical=vertical)

    def svg(self) -> str:
        side, top = (16, 16) if self.vertical else (28, 30)
        head = Pen(side, top, self.plan.width - 2 * side)
        self._head(head)
        room = Box(0, 0, self.plan.block_width, 0)
        heights = {name: self._block(name, room)[1] for name in self.sketch.names}
        layout = self.plan.place(heights, head.y + 14)
        shapes = [*head.shapes, *self._rails(layout)]
        for name, box in layout.blocks.items():
            shapes += self._block(name, box, layout.stations[name])[0]
        foot = Pen(side, layout.height + 36, self.plan.width - 2 * side)
        if self.listed:
            self.findings.write(foot, 1 if self.vertical else 3 if foot.most > 900 else 2)
        self._key(foot)
        return picture(
            [*shapes, *foot.shapes],
            width=self.plan.width,
            height=foot.y + 20,
            title=self.words("design of", self.words.title()),
            desc=self._told(),
            links=self.numbers.links,
        )

    # What is on the line

    def _sketch(self) -> Sketch:
        main = self.ways.main
        steps = {(a, b): self.numbers.arc(a, b) or self._anywhere(b) for a, b in pairwise(main)}
        steps |= {(arc.source, arc.target): self._said(arc) for arc in self.ways.arcs if not arc.again}
        labels = {arc: self._events(arc) for arc in self.ways.arcs}
        return Sketch(
            main=main,
            side=self.ways.side,
            lost=self.ways.lost,
            apart=(ANYTIME,) if self.journey.opens or any(stop.stage is None for stop in self.stops) else (),
            arcs=self.ways.arcs,
            anywhere=tuple(self.ways.everywhere),
            labels=labels,
            steps=steps,
            again=self.words("again").capitalize(),
            weights={name: 1 + sum(stop.stage == name for stop in self.stops) for name in self.journey.stages},
            thick=max([MAIN, *(self.numbers.thick(a, b) for a, b in pairwise(main))]),
        )

    def _events(self, arc: Arc) -> tuple[str, ...]:
        number = self.numbers.arc(arc.source, arc.target)
        return (number,) if number else tuple(self.words.event(*event) for event in arc.events)

    def _said(self, arc: Arc) -> str:
        return ", ".join(self._events(arc))

    def _anywhere(self, target: str) -> str:
        return ", ".join(self.words.event(*event) for event in self.ways.everywhere.get(target, ()))

    def _rails(self, layout: Layout) -> Iterator[Shape]:
        numbers = self.numbers
        for route in sorted(layout.routes, key=lambda route: route.again):
            yield from numbers.linked(route, list(rails.curve(route, self.colour, *numbers.swell(route))))
        for piece in layout.segments:
            pair = (piece.source, piece.target)
            line = rails.segment(piece, numbers.heat(*pair), width=numbers.thick(*pair, piece.main))
            yield from numbers.linked(piece, [line])
        for name, at in layout.stations.items():
            if name == ANYTIME:
                yield Circle(x=at.x, y=at.y, r=8, stroke=GREY, width=3)
            else:
                yield from rails.station(at, self._sign(name), "plan", self.colour, side=name not in self.ways.main)
        yield from rails.labels(layout.labels)

    def _sign(self, name: str) -> rails.Sign:
        if name in self.ways.lost:
            return "lost"
        if not self.journey.stages[name].final:
            return "stop"
        return "good" if name == self.ways.main[-1] else "other"

    # What is written at a station

    def _block(self, name: str, box: Box, at: Point | None = None) -> tuple[list[Shape], float]:
        """The shapes of a station's text and cards, and their height; without a point only to measure."""
        pen = Pen(box.x, box.y, box.width)
        pen.write(self.words("any") if name == ANYTIME else self.words.stage(name), 16, 700)
        pen.gap(2)
        self.numbers.write(pen, name)
        pen.badges(self.findings.at(f"stages.{name}"))
        for icon, text in self._opens() if name == ANYTIME else self._notes(name):
            pen.note(icon, text)
        pen.gap(6)
        shapes = pen.shapes
        stem = at.x if at is not None and not self.vertical else box.x - 10
        hooks: list[float] = []
        arrivals = self.places.arrivals(name)
        for stop in self.stops:
            if (stop.stage or ANYTIME) == name:
                pen.gap(9)
                hooks.append(pen.y + 18)
                found = self.findings.at(f"touchpoints.{stop.touchpoint.name}")
                drawn, height = card(
                    stop, pen.x, pen.y, box.width, self.words, colour=self.colour, found=found, arrivals=arrivals
                )
                shapes += drawn
                pen.gap(height)
        if at is not None and hooks:
            top = box.y + 30 if self.vertical else at.y + 16
            shapes = [*_stem(stem, top, hooks, box.x), *shapes]
        return shapes, pen.y - box.y

    def _notes(self, name: str) -> Iterator[tuple[str, str]]:
        """How long one is here, how one comes and leaves, as far as no label beside a line says so."""
        yield icons.CLOCK, self.words.deadline(name)
        if name in self.ways.lost:
            yield icons.CROSS, self.words("lost")
        begins = [event for event, to in self.journey.begins.items() if to == name]
        if begins:
            yield icons.START, self.words("begins", ", ".join(self.words.event(event) for event in begins))
        if name in self.ways.everywhere:
            yield icons.ONWARD, f"{self.words('anywhere')}: {self._anywhere(name)}"
        order = self.sketch.names.index
        for arc in self.ways.arcs:
            if arc.source == arc.target == name:
                yield icons.SELF, self.words("self", self._said(arc))
            elif arc.source == name and arc in self.plan.told:
                back = order(arc.target) < order(name)
                round = f", {self.words('again')}" if arc.again else ""
                to = self.words("to", self.words.stage(arc.target))
                yield icons.BACK if back else icons.ONWARD, f"{to}: {self._said(arc)}{round}"

    def _opens(self) -> Iterator[tuple[str, str]]:
        for event, journey in self.journey.opens.items():
            yield icons.ONWARD, f"{self.words('opens', journey)}, {self.words('on', self.words.event(event))}"

    # Above and below the line

    def _head(self, pen: Pen) -> None:
        goal, words = self.journey.goal, self.words
        pen.write(words.title(), 20 if self.vertical else 26, 700)
        if customer := words.said(goal.customer):
            pen.gap(2)
            pen.write(f"‘{customer}’", 15)
        facts = {
            "feeling": words.said(goal.feeling),
            "goals": ", ".join(target.text for target in goal.organisation),
            "director of": self.journey.owner or "",
            "runs": " – ".join(words.day(at) for at in self.journey.runs or ()),
        }
        pen.gap(4)
        pen.write("  ·  ".join(f"{words(key)}: {text}" for key, text in facts.items() if text), 13, fill=MUTED)
        if self.numbers.overlay.sentence:
            pen.gap(8)
            pen.write(self.numbers.overlay.sentence, 15, 600)
        pen.gap(4)
        pen.badges(self.findings.at("journey"))

    def _key(self, pen: Pen) -> None:
        """What the signs mean, of those that are in the picture."""
        touchpoints = self.journey.touchpoints.values()
        ends = [stage.name for stage in self.journey.stages.values() if stage.final]
        straight = set(pairwise(self.ways.main))
        key = Key(pen, self.colour)
        key.line(self.words("key main"))
        if any(arc.again for arc in self.ways.arcs):
            key.dots(self.words("key again"))
        if any(not arc.again and (arc.source, arc.target) not in straight for arc in self.ways.arcs):
            key.thin(self.words("key other"))
        if self.ways.main[-1] in ends:
            key.station("good", self.words("key end"))
        if any(name != self.ways.main[-1] for name in ends):
            key.station("other", self.words("key other end"))
        if any(not touchpoint.for_person for touchpoint in touchpoints):
            key.card(PAPER, self.words("key machine"))
        if any(touchpoint.for_person for touchpoint in touchpoints):
            key.card(QUIET, self.words("key person"))
        if any(touchpoint.attention == "grab" for touchpoint in touchpoints):
            key.icon(icons.STAR, self.words("key grab"))
        elif touchpoints and all(touchpoint.attention == "spare" for touchpoint in touchpoints):
            key.icon(icons.CHECK, self.words("key spare"), GREY)
        if self.findings.found:
            key.badge(self.words("key finding"))
        self.numbers.key(key, self.words)
        key.end()

    def _told(self) -> str:
        """All that the picture shows, in sentences."""
        found = [*self.numbers.told(self.words)]
        for number, name in enumerate(self.sketch.names, 1):
            if name != ANYTIME:
                found.append(self.words("station", number, self.words.stage(name)))
            here = [self.words.touchpoint(s.touchpoint.name) for s in self.stops if (s.stage or ANYTIME) == name]
            if here:
                found.append(self.words("any stops" if name == ANYTIME else "stops", ", ".join(here)))
        return " ".join(filter(None, found))


def _stem(x: float, top: float, hooks: list[float], edge: float) -> Iterator[Shape]:
    """How cards hang on their station."""
    yield Path(d=f"M{n(x)} {n(top)}V{n(hooks[-1])}", stroke=GREY, width=1.5)
    for y in hooks:
        yield Path(d=f"M{n(x)} {n(y)}H{n(edge)}", stroke=GREY, width=1.5)
        yield Circle(x=x, y=y, r=3.5, fill=GREY)
