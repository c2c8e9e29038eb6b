"""Open cases that could go over to a newer version: how many from which stage, and what that would send or cancel."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count

from loper.define.model import Journey
from loper.server.queries import designs
from loper.server.records.designs import JourneyMove, JourneyVersion
from loper.server.records.runtime import Case as Row
from loper.step import Case, load_state
from loper.step.migrate import preview, unmapped

LOOKED = 200
"""So many cases of one stage are looked at to say what a move would send or cancel."""

FEWEST = 6
"""Of a hash so many letters are needed to name a version by it."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Leg:
    """The open cases of one stage of one older version. `to` None: the new version has no place for them."""

    version: str
    stage: str
    to: str | None
    cases: int
    looked: int = 0
    comes: Mapping[str, int]  # touchpoint of the new version -> how many of those looked at would get it
    goes: Mapping[str, int]  # touchpoint of the old version -> how many would lose it


@dataclass(frozen=True, kw_only=True, slots=True)
class Plan:
    """A move before it is made."""

    origins: tuple[str, ...]
    legs: tuple[Leg, ...]
    aside: int  # cases that were set aside: they stay where they are

    @property
    def cases(self) -> int:
        return sum(leg.cases for leg in self.legs)

    @property
    def homeless(self) -> tuple[Leg, ...]:
        """Occupied stages without a place: the move cannot be made."""
        return tuple(leg for leg in self.legs if leg.to is None)


def origins(new: Journey) -> tuple[str, ...]:
    """The versions that this one says it replaces, by hash (or its first letters) or by label."""
    if new.replaces is None:
        return ()
    named = new.replaces.version
    rows = JourneyVersion.objects.filter(journey=new.name).exclude(version=new.version)
    return tuple(
        sorted(
            version
            for version, label in rows.values_list("version", "label")
            if named == label or (len(named) >= FEWEST and version.startswith(named))
        )
    )


def plan(new: Journey, now: datetime) -> Plan:
    """What moving the open cases of the replaced versions would do, without doing it."""
    found = origins(new)
    rows = Row.objects.filter(journey=new.name, version__in=found, ended=False)
    aside = rows.exclude(set_aside="").count()
    groups = rows.filter(set_aside="").values_list("version", "stage").annotate(n=Count("pk")).order_by("version")
    legs = [_leg(new, version, stage, cases, now) for version, stage, cases in groups]
    order = {name: place for place, name in enumerate(new.stages)}
    legs.sort(key=lambda leg: (leg.version, order.get(leg.to or "", -1), leg.stage))
    return Plan(origins=found, legs=tuple(legs), aside=aside)


def _leg(new: Journey, version: str, stage: str | None, cases: int, now: datetime) -> Leg:
    old = designs.journey(new.name, version)
    if stage is None:
        return Leg(version=version, stage="", to="", cases=cases, comes={}, goes={})
    if unmapped(old, new, [stage]):
        return Leg(version=version, stage=stage, to=None, cases=cases, comes={}, goes={})
    comes, goes, looked = Counter[str](), Counter[str](), 0
    rows = Row.objects.filter(journey=new.name, version=version, stage=stage, ended=False, set_aside="")
    for row in rows.order_by("key")[:LOOKED]:
        moved = preview(old, new, _case(row, old), now)
        comes.update({moment.touchpoint for moment in moved.comes})
        goes.update({moment.touchpoint for moment in moved.goes})
        looked += 1
    mapping = new.replaces.stages if new.replaces is not None else {}
    to = mapping.get(stage, stage)
    return Leg(version=version, stage=stage, to=to, cases=cases, looked=looked, comes=comes, goes=goes)


def _case(row: Row, journey: Journey) -> Case:
    return Case(
        key=row.key,
        journey=row.journey,
        version=row.version,
        customer=row.customer,
        parent=row.parent,
        now=row.now,
        state=load_state(row.state, journey),
        history=None,
    )


def moves_of(name: str) -> list[JourneyMove]:
    """The moves of this journey, the newest first."""
    return list(JourneyMove.objects.filter(journey=name).order_by("-started", "-pk"))


def under_way(name: str) -> JourneyMove | None:
    return JourneyMove.objects.filter(journey=name, finished=None).first()
