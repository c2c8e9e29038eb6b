"""Numbers on the line: how thick and dark each piece is, and its words; without an overlay, as the design has it."""

from __future__ import annotations

from collections.abc import Iterator

from loper.draw import icons
from loper.draw.ink import GREY, INK, QUIET, Part, Rect, Shape, light, mix
from loper.draw.key import Key
from loper.draw.layout import Route, Segment
from loper.draw.model import Overlay, Weight
from loper.draw.pen import Pen
from loper.draw.words import Words

MAIN, SIDE = 9.0, 5.0


class Numbers:
    def __init__(self, overlay: Overlay | None, colour: str) -> None:
        self.overlay, self.colour = overlay or Overlay(), colour

    def thick(self, source: str, target: str, main: bool = True) -> float:
        """How thick a piece of line is: by how many go there."""
        weight = self.overlay.arcs.get((source, target))
        return (MAIN if main else SIDE) if weight is None else 3 + 27 * weight.share

    def heat(self, source: str, target: str) -> str:
        """How dark it is: by how long they wait."""
        return self._tint(self.overlay.arcs.get((source, target)), self.colour)

    def _tint(self, weight: Weight | None, without: str) -> str:
        return without if weight is None or weight.heat is None else mix(light(self.colour), self.colour, weight.heat)

    def swell(self, route: Route) -> tuple[float, str]:
        """How thick a curve is, and its colour: as of the most frequent arc in it; 0 where no number is known."""
        weight = self._most(route)
        return (2 + 10 * weight.share if weight else 0.0), self._tint(weight, light(self.colour))

    def _most(self, route: Route) -> Weight | None:
        found = [self.overlay.arcs.get((arc.source, arc.target)) for arc in route.arcs]
        return max((weight for weight in found if weight), key=lambda weight: weight.share, default=None)

    def linked(self, of: Route | Segment, shapes: list[Shape]) -> list[Shape]:
        """What is drawn of a line, so that it leads to its cases."""
        weight = self._most(of) if isinstance(of, Route) else self.overlay.arcs.get((of.source, of.target))
        return [Part(shapes=tuple(shapes), says=weight.label, href=weight.href)] if weight and weight.href else shapes

    def write(self, pen: Pen, name: str) -> None:
        """The numbers of a station: its own, and who stopped there as a grey bar, dashed, with their words."""
        weight, stopped = self.overlay.stages.get(name), self.overlay.stops.get(name)
        if weight:
            inner = Pen(pen.x, pen.y, pen.most)
            inner.write(weight.label, 13, 600)
            _joined(pen, inner, weight)
        if stopped:
            inner = Pen(pen.x, pen.y + 2, pen.most)
            wide = max(pen.most * min(stopped.share, 1), 3)
            box = Rect(x=pen.x + 0.5, y=inner.y, width=wide - 1, height=9, r=0, fill=QUIET, stroke=GREY, dash="3 3")
            inner.shapes.append(box)
            inner.gap(12)
            inner.note(icons.CROSS, stopped.label, 12, INK, 600)
            _joined(pen, inner, stopped)

    def key(self, key: Key, words: Words) -> None:
        """What width, colour and the grey bars mean, of those that are in the picture."""
        arcs = self.overlay.arcs.values()
        if arcs:
            key.wide(words("key wide"))
        if any(weight.heat is not None for weight in arcs):
            key.patch(light(self.colour), self.overlay.cold or words("cold"))
            key.patch(self.colour, self.overlay.hot or words("hot"))
        if self.overlay.stops:
            key.card(QUIET, words("key stops"), dash="3 3")

    @property
    def links(self) -> bool:
        found = (self.overlay.stages, self.overlay.stops, self.overlay.arcs)
        return any(weight.href for one in found for weight in one.values())

    def arc(self, source: str, target: str) -> str:
        weight = self.overlay.arcs.get((source, target))
        return weight.label if weight else ""

    def told(self, words: Words) -> Iterator[str]:
        """The same numbers in sentences."""
        yield self.overlay.sentence
        for found in (self.overlay.stages, self.overlay.stops):
            for name, weight in found.items():
                yield f"{words.stage(name)}: {weight.label}."
        for (source, target), weight in self.overlay.arcs.items():
            yield f"{words.stage(source)} – {words.stage(target)}: {weight.label}."


def _joined(pen: Pen, inner: Pen, weight: Weight) -> None:
    shapes = inner.shapes
    pen.shapes += [Part(shapes=tuple(shapes), says=weight.label, href=weight.href)] if weight.href else shapes
    pen.y = inner.y
