"""The findings of a check on the picture: a number where each belongs, and what it says below the line."""

from __future__ import annotations

from collections.abc import Sequence

from loper.define import Finding
from loper.draw.ink import MUTED
from loper.draw.pen import Pen
from loper.draw.places import Places
from loper.draw.words import Words

GAP = 28.0


class Findings:
    """Numbered from 1, in the order in which they were given."""

    def __init__(self, found: Sequence[Finding], places: Places, words: Words) -> None:
        self.found, self.places, self.words = found, places, words
        self._marked: dict[str, list[int]] = {}
        for number, finding in enumerate(found, 1):
            self._marked.setdefault(self._mark(finding.place), []).append(number)

    def at(self, place: str) -> Sequence[int]:
        """The numbers at a place: `stages.planned`, `touchpoints.reminder`, `journey`."""
        return self._marked.get(place, ())

    def write(self, pen: Pen, columns: int) -> None:
        """All of them: the number, where, which rule, why."""
        if not self.found:
            return
        pen.write(self.words("findings"), 16, 700)
        pen.gap(10)
        width = (pen.most + GAP) / columns - GAP
        pens = [Pen(pen.x + k * (width + GAP), pen.y, width) for k in range(columns)]
        for number, finding in enumerate(self.found, 1):
            self._one(min(pens, key=lambda each: each.y), number, finding)
        for each in pens:
            pen.shapes += each.shapes
        pen.y = max(each.y for each in pens) + 20

    def _one(self, pen: Pen, number: int, finding: Finding) -> None:
        top = pen.y
        pen.badges([number])
        pen.y = top
        pen.write(f"{self._where(finding.place)} · {finding.rule}", 13, 600, indent=32)
        pen.write(finding.why, 13, fill=MUTED, indent=32)
        pen.y = max(pen.y, top + 22) + 10

    def _where(self, place: str) -> str:
        part, _, name = place.partition(".")
        journey = self.words.journey
        if part == "stages" and name in journey.stages:
            return self.words.stage(name)
        if part == "touchpoints" and name in journey.touchpoints:
            return self.words.touchpoint(name)
        return self.words(part) if part in ("journey", "goal") else name or place

    def _mark(self, place: str) -> str:
        """Where it is marked: at a station, at a card, else at the journey's title."""
        part, _, name = place.partition(".")
        if part in ("stages", "touchpoints") and name in getattr(self.words.journey, part):
            return place
        stage = self.places.of_event(name) if part in ("events", "begins") else None
        return f"stages.{stage}" if stage else "journey"
