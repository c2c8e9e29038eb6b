"""Where everything stands: the one port between a journey and its renderers.

A renderer says what must be drawn (`Sketch`), asks how wide a station's block of text may be (`plan`), measures its
blocks, and gets the `Layout`: points, boxes, lines. From left to right (`grid.py`) or from top to bottom
(`column.py`); the renderer need not know which.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Protocol

from loper.draw.ways import Arc

CLEAR, LARGE = 14.0, 26.0
"""How far from the middle of a station a curve stops: of any station, and of a large one."""


@dataclass(frozen=True, slots=True)
class Point:
    x: float
    y: float


@dataclass(frozen=True, slots=True)
class Box:
    x: float
    y: float
    width: float
    height: float


@dataclass(frozen=True, slots=True)
class Segment:
    """The piece of line between two stations that follow each other, as a path: straight, or round to the next row."""

    source: str
    target: str
    path: str
    main: bool


@dataclass(frozen=True, slots=True)
class Route:
    """A curve from stations to another: in another round (dotted), or as another way (thin)."""

    arcs: tuple[Arc, ...]
    again: bool
    paths: tuple[str, ...]
    arrow: str


@dataclass(frozen=True, slots=True)
class Label:
    """A text beside a line: its box, and its lines from the top."""

    box: Box
    lines: tuple[str, ...]
    again: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class Sketch:
    """What must be drawn. `labels`: of arcs, and `again` before those of another round; `steps`: of a straight
    piece; `anywhere`: stations reached from all; `apart`: what belongs to no station; `weights`: how much stands at
    each, roughly; `large`: the station that is drawn large; `thick`: how thick the thickest piece of line is;
    `breadth`: how wide it is where the columns can be wide enough; `most`: columns side by side.
    """

    main: tuple[str, ...]
    side: tuple[str, ...] = ()
    lost: tuple[str, ...] = ()
    apart: tuple[str, ...] = ()
    arcs: tuple[Arc, ...] = ()
    anywhere: tuple[str, ...] = ()
    labels: Mapping[Arc, tuple[str, ...]] = field(default_factory=dict)
    steps: Mapping[tuple[str, str], str] = field(default_factory=dict)
    again: str = ""
    weights: Mapping[str, int] = field(default_factory=dict)
    large: str | None = None
    thick: float = 9
    breadth: float = 1240
    most: int = 6

    @property
    def names(self) -> tuple[str, ...]:
        return (*self.main, *self.side, *self.lost, *self.apart)

    def clear(self, name: str) -> float:
        return LARGE if name == self.large else CLEAR


@dataclass(frozen=True, kw_only=True, slots=True)
class Layout:
    """Where everything stands, in px."""

    width: float
    height: float
    stations: Mapping[str, Point]
    blocks: Mapping[str, Box]
    segments: tuple[Segment, ...]
    routes: tuple[Route, ...]
    labels: tuple[Label, ...]


class Plan(Protocol):
    """Which station stands where, before the heights are known."""

    @property
    def block_width(self) -> float: ...

    @property
    def width(self) -> float: ...

    @property
    def told(self) -> frozenset[Arc]:
        """The arcs that get no label beside their line: a block must tell them in words."""
        ...

    def place(self, heights: Mapping[str, float], top: float) -> Layout: ...


def plan(sketch: Sketch, *, vertical: bool) -> Plan:
    """The plan of a drawing: from top to bottom for a phone, else from left to right in rows."""
    from loper.draw.column import Column
    from loper.draw.grid import Grid

    return Column(sketch) if vertical else Grid(sketch)
