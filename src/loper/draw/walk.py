"""How one customer went along the line: what lies behind them in this round, where they are, what may come."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from loper.define.model import Journey
from loper.draw.ways import Ways, steps_of, way, ways

Visits = Iterable[tuple[str, datetime]]


@dataclass(frozen=True, kw_only=True, slots=True)
class Walk:
    """`past` and `future` are stations before and after `here`, each once; `visits` says when each was entered.

    `loops` are the times that the customer went back: (from, to). A stage that is no longer in the journey is left out.
    """

    ways: Ways
    past: tuple[str, ...]
    here: str | None
    future: tuple[str, ...]
    visits: Mapping[str, tuple[datetime, ...]]
    steps: tuple[tuple[str, str], ...]
    loops: tuple[tuple[str, str], ...]

    @property
    def stations(self) -> tuple[str, ...]:
        return (*self.past, *([self.here] if self.here else []), *self.future)


def walk(journey: Journey, stage: str | None, visited: Visits) -> Walk:
    """The walk of a customer who is in this stage (None: not begun), with the stages they entered in order of time."""
    found = ways(journey)
    order = {name: number for number, name in enumerate(found.main)}
    path: list[str] = []
    visits: dict[str, list[datetime]] = {}
    steps: list[tuple[str, str]] = []
    loops: list[tuple[str, str]] = []
    entered = [(name, at) for name, at in visited if name in journey.stages]
    here = stage if stage in journey.stages else None
    for name in [*(name for name, _ in entered), *([here] if here else [])]:
        if path and path[-1] == name:
            continue  # a self-move, or the last visit named twice
        if path:
            steps.append((path[-1], name))
        rest = _before(path, name, order)
        if len(rest) < len(path):
            loops.append((path[-1], name))
        path = [*rest, name]
    for name, at in entered:
        visits.setdefault(name, []).append(at)
    future: tuple[str, ...] = found.main
    if here is not None:
        place = order.get(here)
        ended = journey.stages[here].final
        future = found.main[place + 1 :] if place is not None else way(journey, here, steps_of(journey))[1:]
        future = () if ended else future
    return Walk(
        ways=found,
        past=tuple(name for name in path[:-1] if name not in future) if here else (),
        here=here,
        future=future,
        visits={name: tuple(times) for name, times in visits.items()},
        steps=tuple(steps),
        loops=tuple(loops),
    )


def _before(path: list[str], name: str, order: Mapping[str, int]) -> list[str]:
    """The part of the path that still lies behind somebody who comes to this stage."""
    if name in path:
        return path[: path.index(name)]
    place = order.get(name)
    if place is None:
        return path
    cut = next((i for i, other in enumerate(path) if order.get(other, -1) > place), len(path))
    return path[:cut]
