"""Numbers on the line: how thick and dark each piece is, and its words; without an overlay, as the design has it."""

from __future__ import annotations

from collections.abc import Iterator

from loper.draw.ink import light, mix
from loper.draw.layout import Route
from loper.draw.model import Overlay
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
        weight = self.overlay.arcs.get((source, target))
        return (
            self.colour if weight is None or weight.heat is None else mix(light(self.colour), self.colour, weight.heat)
        )

    def swell(self, route: Route) -> float:
        """How thick a curve is; 0 where no number is known."""
        found = [self.overlay.arcs.get((arc.source, arc.target)) for arc in route.arcs]
        return max((2 + 10 * weight.share for weight in found if weight), default=0)

    def arc(self, source: str, target: str) -> str:
        weight = self.overlay.arcs.get((source, target))
        return weight.label if weight else ""

    def stage(self, name: str) -> str:
        weight = self.overlay.stages.get(name)
        return weight.label if weight else ""

    def told(self, words: Words) -> Iterator[str]:
        """The same numbers in sentences."""
        yield self.overlay.sentence
        for name, weight in self.overlay.stages.items():
            yield f"{words.stage(name)}: {weight.label}."
        for (source, target), weight in self.overlay.arcs.items():
            yield f"{words.stage(source)} – {words.stage(target)}: {weight.label}."
