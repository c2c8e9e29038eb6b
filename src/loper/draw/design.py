"""The director's view: the whole design on the line, with what could be better."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from itertools import pairwise

from loper.define import Finding, Journey
from loper.draw import icons, rails
from loper.draw.card import card
from loper.draw.ink import GREY, MUTED, PAPER, QUIET, RED, Circle, Path, Shape, legible, light, mix, n, picture
from loper.draw.key import Key
from loper.draw.layout import Box, Layout, Plan, Point, Route, Sketch, plan
from loper.draw.model import Overlay
from loper.draw.pen import Pen
from loper.draw.places import Places, Stop
from loper.draw.ways import Ways, ways
from loper.draw.words import Words

SIDE = 28.0
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
    line as well. `colour` (#rrggbb) is the line's; it is darkened
    where it would not show on paper. `overlay` puts numbers on the same line.
    """
    words = Words(language, journey)
    return Design(journey, tuple(findings), words, vertical, listed, legible(colour), overlay).svg()


@dataclass
class Design:
    journey: Journey
    findings: tuple[Finding, ...]
    words: Words
    vertical: bool
    listed: bool
    colour: str
    overlay: Overlay | None = None
    ways: Ways = field(init=False)
    places: Places = field(init=False)

    def __post_init__(self) -> None:
        self.ways = ways(self.journey)
        self.places = Places(self.journey, self.ways)
        self.stops = self.places.stops()
        self.marked: dict[str, list[int]] = {}
        for number, finding in enumerate(self.findings, 1):
            self.marked.setdefault(self._mark(finding.place), []).append(number)

    def svg(self) -> str:
        sketch = self._sketch()
        drawing = plan(sketch, vertical=self.vertical)
        side = 16.0 if self.vertical else SIDE
        pen = Pen(side, 30 if not self.vertical else 16, drawing.width - 2 * side)
        self._head(pen)
        heights = {name: self._block(name, Box(0, 0, drawing.block_width, 0), drawing)[1] for name in sketch.names}
        layout = drawing.place(heights, pen.y + (18 if self.vertical else 14))
        shapes = [*pen.shapes, *self._rails(layout, sketch)]
        for name, box in layout.blocks.items():
            shapes += self._block(name, box, drawing, layout.stations[name])[0]
        foot = Pen(side, layout.height + 36, drawing.width - 2 * side)
        self._better(foot)
        self._key(foot)
        shapes += foot.shapes
        return picture(
            shapes,
            width=drawing.width,
            height=foot.y + 20,
            title=self.words("design of", self.words.title()),
            desc=self._told(),
        )

    # What is on the line

    def _sketch(self) -> Sketch:
        main = self.ways.main
        following = set(pairwise(main))
        numbers = self.overlay or Overlay()
        labels, steps = {}, {}
        for arc in self.ways.arcs:
            labels[arc] = tuple(self.words.event(*event) for event in arc.events)
            weight = numbers.arcs.get((arc.source, arc.target))
            if weight and weight.label:
                labels[arc] = (weight.label,)
            if not arc.again:
                steps[arc.source, arc.target] = ", ".join(labels[arc])
        for source, target in following:
            steps.setdefault((source, target), self._anywhere(target))
        return Sketch(
            main=main,
            side=self.ways.side,
            lost=self.ways.lost,
            arcs=self.ways.arcs,
            anywhere=tuple(self.ways.everywhere),
            labels=labels,
            steps=steps,
            again=self.words("again").capitalize(),
            apart=(ANYTIME,) if self.journey.opens or any(stop.stage is None for stop in self.stops) else (),
            thick=max([9.0, *(self._thick(pair, True) for pair in following)]),
            weights={name: 1 + sum(stop.stage == name for stop in self.stops) for name in self.journey.stages},
        )

    def _anywhere(self, target: str) -> str:
        return ", ".join(self.words.event(*event) for event in self.ways.everywhere.get(target, ()))

    def _rails(self, layout: Layout, sketch: Sketch) -> Iterator[Shape]:
        yield from rails.routes(layout.routes, self.colour, self._swell)
        for piece in layout.segments:
            pair = (piece.source, piece.target)
            yield rails.segment(piece, self._heat(pair), width=self._thick(pair, piece.main))
        for name, at in layout.stations.items():
            if name == ANYTIME:
                yield Circle(x=at.x, y=at.y, r=8, stroke=GREY, width=3)
                continue
            yield from rails.station(at, self._sign(name), "plan", self.colour, side=name not in sketch.main)
        yield from rails.labels(layout.labels)

    def _thick(self, pair: tuple[str, str], main: bool) -> float:
        """How thick a piece of line is: as the design has it, or by how many go there."""
        weight = self.overlay.arcs.get(pair) if self.overlay else None
        return (9.0 if main else 5.0) if weight is None else 3 + 27 * weight.share

    def _heat(self, pair: tuple[str, str]) -> str:
        weight = self.overlay.arcs.get(pair) if self.overlay else None
        if weight is None or weight.heat is None:
            return self.colour
        return mix(light(self.colour), self.colour, weight.heat)

    def _swell(self, route: Route) -> float:
        """How thick a curve is by its numbers; 0 where there are none."""
        found = [self.overlay.arcs.get((arc.source, arc.target)) for arc in route.arcs] if self.overlay else []
        return max((2 + 10 * weight.share for weight in found if weight), default=0)

    def _sign(self, name: str) -> rails.Sign:
        if name in self.ways.lost:
            return "lost"
        if not self.journey.stages[name].final:
            return "stop"
        return "good" if name == self.ways.main[-1] else "other"

    # What is written at a station

    def _block(self, name: str, box: Box, drawing: Plan, at: Point | None = None) -> tuple[list[Shape], float]:
        pen = Pen(box.x, box.y, box.width)
        pen.write(self.words("any") if name == ANYTIME else self.words.stage(name), 16, 700)
        pen.gap(2)
        weight = self.overlay.stages.get(name) if self.overlay else None
        if weight:
            pen.write(weight.label, 13, 600)
            pen.gap(2)
        pen.badges(self.marked.get(f"stages.{name}", ()))
        for icon, text in self._opens() if name == ANYTIME else self._notes(name, drawing):
            pen.note(icon, text)
        pen.gap(6)
        shapes, last = pen.shapes, 0.0
        arrivals = self.places.arrivals(name)
        for stop in self.stops:
            if (stop.stage or ANYTIME) == name:
                pen.gap(9)
                last = pen.y + 18
                drawn, height = self._card(stop, box.x, pen.y, box.width, arrivals)
                if at is not None:
                    shapes += _hook(at.x if not self.vertical else box.x - 10, last, box.x)
                shapes += drawn
                pen.gap(height)
        if at is not None and last:
            x = at.x if not self.vertical else box.x - 10
            top = at.y + 16 if not self.vertical else box.y + 30
            shapes = [Path(d=f"M{n(x)} {n(top)}V{n(last)}", stroke=GREY, width=1.5), *shapes]
        return shapes, pen.y - box.y

    def _card(
        self, stop: Stop, x: float, y: float, width: float, arrivals: frozenset[str] = frozenset()
    ) -> tuple[list[Shape], float]:
        found = self.marked.get(f"touchpoints.{stop.touchpoint.name}", ())
        return card(stop, x, y, width, self.words, colour=self.colour, found=found, arrivals=arrivals)

    def _notes(self, name: str, drawing: Plan) -> Iterator[tuple[str, str]]:
        """How long one is here, how one comes and leaves, as far as no label beside a line says so."""
        yield icons.CLOCK, self.words.deadline(name)
        if name in self.ways.lost:
            yield icons.CROSS, self.words("lost")
        begins = [event for event, to in self.journey.begins.items() if to == name]
        if begins:
            yield icons.START, self.words("begins", ", ".join(begins))
        if name in self.ways.everywhere:
            yield icons.ONWARD, f"{self.words('anywhere')}: {self._anywhere(name)}"
        for arc in self.ways.arcs:
            if arc.source == arc.target == name:
                yield icons.SELF, self.words("self", ", ".join(self.words.event(*event) for event in arc.events))
        for arc in self.ways.arcs:
            if arc in drawing.told and arc.source == name != arc.target:
                weight = self.overlay.arcs.get((name, arc.target)) if self.overlay else None
                said = weight.label if weight else ", ".join(self.words.event(*event) for event in arc.events)
                round = f", {self.words('again')}" if arc.again else ""
                back = self._order(arc.target) < self._order(name)
                yield (
                    icons.BACK if back else icons.ONWARD,
                    f"{self.words('to', self.words.stage(arc.target))}: {said}{round}",
                )

    def _opens(self) -> Iterator[tuple[str, str]]:
        for event, journey in self.journey.opens.items():
            yield icons.ONWARD, f"{self.words('opens', journey)}, {self.words('on', event)}"

    def _order(self, name: str) -> int:
        return (*self.ways.main, *self.ways.side, *self.ways.lost).index(name)

    # Above and below the line

    def _head(self, pen: Pen) -> None:
        goal = self.journey.goal
        pen.write(self.words.title(), 20 if self.vertical else 26, 700)
        customer = self.words.said(goal.customer)
        if customer:
            pen.gap(2)
            pen.write(f"‘{customer}’", 15)
        facts = []
        if self.words.said(goal.feeling):
            facts.append(f"{self.words('feeling')}: {self.words.said(goal.feeling)}")
        if goal.organisation:
            facts.append(f"{self.words('goals')}: {', '.join(target.text for target in goal.organisation)}")
        if self.journey.owner:
            facts.append(f"{self.words('director of')}: {self.journey.owner}")
        if self.journey.runs:
            facts.append(f"{self.words('runs')}: {' – '.join(self.words.day(at) for at in self.journey.runs)}")
        if facts:
            pen.gap(4)
            pen.write("  ·  ".join(facts), 13, fill=MUTED)
        if self.overlay and self.overlay.sentence:
            pen.gap(8)
            pen.write(self.overlay.sentence, 15, 600)
        pen.gap(4)
        pen.badges(self.marked.get("journey", ()))

    def _better(self, pen: Pen) -> None:
        """The findings by number: where, which rule, why."""
        if not self.findings or not self.listed:
            return
        pen.write(self.words("findings"), 16, 700)
        pen.gap(10)
        columns = 1 if self.vertical else 3 if pen.most > 900 and len(self.findings) > 2 else 2
        gap = 28.0
        width = (pen.most + gap) / columns - gap
        pens = [Pen(pen.x + k * (width + gap), pen.y, width) for k in range(columns)]
        for number, finding in enumerate(self.findings, 1):
            short = min(pens, key=lambda p: p.y)
            self._finding(short, number, finding)
        for each in pens:
            pen.shapes += each.shapes
        pen.y = max(each.y for each in pens) + 20

    def _finding(self, pen: Pen, number: int, finding: Finding) -> None:
        top = pen.y
        pen.badges([number])
        pen.y = top
        pen.write(f"{self._where(finding.place)} · {finding.rule}", 13, 600, indent=32)
        pen.write(finding.why, 13, fill=MUTED, indent=32)
        pen.y = max(pen.y, top + 22)
        pen.gap(10)

    def _where(self, place: str) -> str:
        part, _, name = place.partition(".")
        if part == "stages" and name in self.journey.stages:
            return self.words.stage(name)
        if part == "touchpoints" and name in self.journey.touchpoints:
            return self.words.touchpoint(name)
        if part in ("journey", "goal"):
            return self.words(part)
        return name or place

    def _mark(self, place: str) -> str:
        """Where on the picture a finding is marked: at a station, at a card, else at the journey's title."""
        part, _, name = place.partition(".")
        if part in ("stages", "touchpoints") and name in getattr(self.journey, part):
            return place
        stage = self.places.of_event(name) if part in ("events", "begins") else None
        return f"stages.{stage}" if stage else "journey"

    def _key(self, pen: Pen) -> None:
        """What the signs mean, of those that are in the picture."""
        touchpoints = self.journey.touchpoints.values()
        ends = [stage.name for stage in self.journey.stages.values() if stage.final]
        key = Key(pen, self.colour)
        key.line(self.words("key main"))
        if any(arc.again for arc in self.ways.arcs):
            key.dots(self.words("key again"))
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
        if self.findings:
            key.badge(self.words("key finding"))
        key.end()

    def _told(self) -> str:
        """All that the picture shows, in sentences."""
        found = []
        for number, name in enumerate((*self.ways.main, *self.ways.side, *self.ways.lost), 1):
            found.append(self.words("station", number, self.words.stage(name)))
            here = [self.words.touchpoint(stop.touchpoint.name) for stop in self.stops if stop.stage == name]
            if here:
                found.append(self.words("stops", ", ".join(here)))
        anytime = [self.words.touchpoint(stop.touchpoint.name) for stop in self.stops if stop.stage is None]
        if anytime:
            found.append(f"{self.words('any')}: {', '.join(anytime)}.")
        if self.overlay:
            arcs = (
                f"{self.words.stage(a)} – {self.words.stage(b)}: {weight.label}."
                for (a, b), weight in self.overlay.arcs.items()
                if a in self.journey.stages and b in self.journey.stages
            )
            stages = (f"{self.words.stage(name)}: {weight.label}." for name, weight in self.overlay.stages.items())
            found = [self.overlay.sentence, *found, *arcs, *stages]
        return " ".join(filter(None, found))


def _hook(x: float, y: float, edge: float) -> list[Shape]:
    """How a card hangs on the stem of its station."""
    return [Path(d=f"M{n(x)} {n(y)}H{n(edge)}", stroke=GREY, width=1.5), Circle(x=x, y=y, r=3.5, fill=GREY)]
