"""What a visit asks for: kind, minutes, skills, material, people, where; from the case, and from the kind of work."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from typing import Any

from django.utils import timezone

from loper.plan.duration import Lasting
from loper.plan.model import Job, Place
from loper.plan.places import place_of
from loper.server.queries import designs
from loper.server.queries.cases import CaseView, skill_of
from loper.server.queries.lessons import durations
from loper.server.queries.organisation import text_in
from loper.server.records.agenda import Appointment, Technician, WorkKind
from loper.server.records.customers import Property
from loper.server.records.fieldwork import FollowUp, PartOrder

USUAL = 60
"""Minutes, where neither the case nor the kind of work says how long it takes."""

ENOUGH = 5
"""With fewer visits of a kind nothing is learned from them."""

URGENT, ORDINARY = 60, 10
"""Priorities: what goes first where not all fits."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Work:
    """What one visit asks for. `place` None: the postcode is not known, so no travel can be reckoned."""

    case: str
    kind: str = ""
    minutes: int = USUAL
    skills: frozenset[str] = frozenset()
    material: frozenset[str] = frozenset()
    material_in: date | None = None
    awaited: bool = False  # a part was ordered for it, and is not in yet
    people: int = 1
    priority: int = ORDINARY
    postcode: str = ""
    place: Place | None = None
    lasts_for: Mapping[str, timedelta] = field(default_factory=dict)

    def too_soon(self, day: date) -> bool:
        """Whether the part that was ordered is not in yet on this day."""
        return self.awaited and (self.material_in is None or day < self.material_in)

    def minutes_of(self, technician: str) -> int:
        """How long it takes them; as it takes anybody, where theirs is not known."""
        theirs = self.lasts_for.get(technician)
        return int(theirs.total_seconds() // 60) if theirs else self.minutes

    def job(self, somewhere: Place) -> Job:
        """As planning sees it; without a place of its own it lies `somewhere`."""
        return Job(
            key=self.case,
            place=self.place or somewhere,
            lasts=timedelta(minutes=self.minutes),
            lasts_for=self.lasts_for,
            skills=self.skills,
            material=self.material,
            material_in=self.material_in,
            people=self.people,
            priority=self.priority,
            postcode=self.postcode,
        )


KIND_FACTS = ("work", "problem")
"""The facts that name the kind of work, the first that is set."""


def kind_words(names: Collection[str], language: str) -> dict[str, str]:
    """What kinds of work are called: by their own title, else as the dialogue that asked calls them."""
    found: dict[str, str] = {}
    for journey in designs.published():
        for dialogue in journey.dialogues.values():
            for question in (dialogue.questions[name] for name in KIND_FACTS if name in dialogue.questions):
                found |= {name: words for name, one in question.choose.items() if (words := text_in(one, language))}
    titled = WorkKind.objects.filter(name__in=names).exclude(title="").values_list("name", "title")
    return {name: found[name] for name in names if name in found} | dict(titled)


def work_of(view: CaseView, *, after: FollowUp | None = None) -> Work:
    """What the next visit of this case asks for.

    After a visit that did not solve it, that is what its follow-up asks for: the one that is written down, or `after`.
    """
    first = _first(view)
    follow = after or FollowUp.objects.filter(case=view.key).first()
    if follow is None:
        return first
    return replace(
        first,
        minutes=follow.minutes,
        skills=frozenset(follow.skills),
        material=frozenset(follow.material),
        material_in=parts_in(view.key),
        awaited=PartOrder.objects.filter(case=view.key, arrived=None).exists(),
        people=follow.people,
        priority=max(first.priority, follow.priority),
    )


def parts_in(case: str) -> date | None:
    """From which day the parts that this case waits for are all there; None: not known yet, or it waits for none."""
    days = [
        timezone.localdate(one.arrived) if one.arrived else one.expected for one in PartOrder.objects.filter(case=case)
    ]
    known = [day for day in days if day is not None]
    return max(known) if known and len(known) == len(days) else None


def _first(view: CaseView) -> Work:
    """What the case asks for, before anybody was there."""
    facts = view.case.state.facts
    name = str(next((facts[one] for one in KIND_FACTS if facts.get(one)), ""))
    kind = WorkKind.objects.filter(name=name).first() if name else None
    skill = skill_of(view)
    home = view.customer.home if view.customer else None
    people = kind.people if kind else 1
    learned, theirs = _learned(name, people)
    return Work(
        case=view.key,
        kind=name,
        minutes=learned or _minutes(facts) or (kind.minutes if kind else USUAL),
        lasts_for=theirs,
        skills=frozenset([*([skill] if skill else []), *(kind.skills if kind else [])]),
        material=frozenset(kind.material if kind else []),
        people=people,
        priority=URGENT if facts.get("urgent") else ORDINARY,
        postcode=home.postcode if home else "",
        place=where(home),
    )


def work_in(row: Appointment) -> Work:
    """What a visit that is booked asks for, as it was known then."""
    return Work(
        case=row.case,
        kind=row.kind,
        minutes=row.minutes,
        skills=frozenset(row.skills),
        material=frozenset(row.material),
        material_in=row.material_in,
        people=row.people,
        priority=row.priority,
        postcode=row.postcode,
        place=None if row.lat is None or row.lon is None else Place(row.lat, row.lon),
    )


def where(home: Property | Technician | None) -> Place | None:
    """Where a home is, or where a technician's day begins: as a geocoder found it, else by its postcode."""
    if home is None:
        return None
    if home.lat is not None and home.lon is not None:
        return Place(home.lat, home.lon)
    return place_of(home.postcode, home.house_number)


def _learned(kind: str, people: int) -> tuple[int, dict[str, timedelta]]:
    """What such visits took before, on average: whoever comes (0: too few to say), and by technician.

    Two who come together take as long as they do together: of them only the average counts.
    """
    known = durations()
    every = known.of(kind) if kind else None
    if every is None or every.n < ENOUGH:
        return 0, {}
    own = {name: lasting for name, lasting in known.people(kind).items() if lasting.n >= ENOUGH and people == 1}
    return _whole(every), {name: timedelta(minutes=_whole(lasting)) for name, lasting in own.items()}


def _whole(lasting: Lasting) -> int:
    """Its mean (days are sums of them) in steps of five minutes."""
    return max(5, 5 * round(lasting.mean.total_seconds() / 300))


def _minutes(facts: Mapping[str, Any]) -> int:
    found = facts.get("duration")
    return int(found) if isinstance(found, int | float) and 0 < found <= 24 * 60 else 0
