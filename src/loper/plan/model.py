"""What planning speaks of: places, shifts, jobs, routes, blocks.

Times are aware instants. A *promise* is the block of time given to a customer: the work begins in it, first and last
instant included. The *planned* time is our own, and may change as long as the promise holds.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Literal, NamedTuple, Protocol

import numpy as np
from numpy.typing import NDArray

Seconds = NDArray[np.int64]
"""Whole seconds, elapsed."""


class Place(NamedTuple):
    """Degrees, WGS 84."""

    lat: float
    lon: float


class Span(NamedTuple):
    """A stretch of time, both ends included."""

    start: datetime
    end: datetime


@dataclass(frozen=True, kw_only=True, slots=True)
class Pause:
    """Time in a shift without work or travel: lunch, or away. It begins between `earliest` and `latest` and may not be
    broken off. It is taken where the technician is, before driving on.
    """

    kind: Literal["lunch", "away"]
    earliest: datetime
    latest: datetime
    lasts: timedelta


@dataclass(frozen=True, kw_only=True, slots=True)
class Shift:
    """One technician's working day. A day under way begins now, where they are.

    Without `skills` they can do all work (the handyman of a small organisation); without `area` they go everywhere.
    """

    technician: str
    day: date
    start: datetime
    end: datetime
    begins_at: Place
    ends_at: Place | None = None  # None: the day ends at the last customer
    pauses: tuple[Pause, ...] = ()
    skills: frozenset[str] = frozenset()
    stock: frozenset[str] = frozenset()  # material in the van
    area: frozenset[str] = frozenset()  # first digits of postcodes


@dataclass(frozen=True, kw_only=True, slots=True)
class Job:
    """Work at a customer's. `people` of 2: two technicians, there from the same moment until it is done."""

    key: str
    place: Place
    lasts: timedelta
    lasts_for: Mapping[str, timedelta] = field(default_factory=dict)  # by technician, where theirs is known
    skills: frozenset[str] = frozenset()  # all of them are needed
    material: frozenset[str] = frozenset()
    material_in: date | None = None  # from this day on, what no van has is there; None: not known yet
    people: int = 1
    priority: int = 0  # 0 to 100, the highest goes first where not all fits
    postcode: str = ""
    promised: Span | None = None  # what the customer was told
    planned: datetime | None = None  # when we mean to begin
    fixed: bool = False  # neither technician nor planned time may change
    technicians: frozenset[str] = frozenset()  # only these; empty: whoever can


@dataclass(frozen=True, slots=True)
class Route:
    """The jobs of a shift in their order."""

    shift: Shift
    jobs: tuple[Job, ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class PartnerBlock:
    """What a co-maker agreed to take in a block of their own: `left` jobs more."""

    partner: str
    span: Span
    left: int
    skills: frozenset[str] = frozenset()
    area: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Plan:
    """Some days of all technicians, and what co-makers can take."""

    routes: tuple[Route, ...]
    partners: tuple[PartnerBlock, ...] = ()


Why = Literal["past", "skill", "material", "area", "people", "hours", "far", "full"]
"""Why a block cannot be had, the nearest to yes last: it has begun; nobody has the skill; the material is not in;
nobody comes there; there are not two who can; nobody works then; too far to be there in time; full.
"""


@dataclass(frozen=True, kw_only=True, slots=True)
class Offered:
    """A block, and whether it can be had: by whom, when we would begin, at how much extra travel; or why not."""

    span: Span
    technician: str = ""  # or the partner
    second: str = ""  # of a job for two
    planned: datetime | None = None
    extra: timedelta = timedelta()  # travel that the routes do not have yet
    suits: bool = False  # it lies well for the routes
    partner: bool = False
    why: Why | None = None

    @property
    def free(self) -> bool:
        return self.why is None


class Travel(Protocol):
    """How long it takes by car."""

    def seconds(self, origins: Sequence[Place], destinations: Sequence[Place]) -> Seconds:
        """Whole seconds, shape (origins, destinations). The same place is 0."""
        ...
