"""Travel times that were asked beforehand: plain numbers, which can go to another process."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from loper.plan.model import Place, Plan, Route, Seconds, Travel


@dataclass(frozen=True, slots=True)
class Known:
    """Travel between the places of each group; nothing is known from one group to another."""

    tables: tuple[tuple[Mapping[Place, int], Seconds], ...]

    @staticmethod
    def of(travel: Travel, groups: Iterable[Iterable[Place]]) -> Known:
        """The travel inside each of these groups of places."""
        lists = [list(dict.fromkeys(group)) for group in groups]
        return Known(
            tuple(({place: row for row, place in enumerate(one)}, travel.seconds(one, one)) for one in lists if one)
        )

    @staticmethod
    def of_plan(travel: Travel, plan: Plan, more: Iterable[Place] = ()) -> Known:
        """The travel of each day of a plan, with `more` places every day: all that planning it again asks."""
        days = sorted({route.shift.day for route in plan.routes})
        also = tuple(more)
        return Known.of(travel, ([*_places(one for one in plan.routes if one.shift.day == day), *also] for day in days))

    def seconds(self, origins: Sequence[Place], destinations: Sequence[Place]) -> Seconds:
        """Whole seconds, shape (origins, destinations). ValueError where no group has all of these places."""
        asked = {*origins, *destinations}
        for at, table in self.tables:
            if asked <= at.keys():
                rows, columns = ([at[place] for place in some] for some in (origins, destinations))
                found: Seconds = table[np.ix_(rows, columns)]
                return found
        raise ValueError(f"the travel between these {len(asked)} places was not asked beforehand; ask it with the plan")


def _places(routes: Iterable[Route]) -> Iterable[Place]:
    for route in routes:
        yield route.shift.begins_at
        if route.shift.ends_at is not None:
            yield route.shift.ends_at
        yield from (job.place for job in route.jobs)
