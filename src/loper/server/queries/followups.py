"""What the visit after one that did not solve it asks for, from what the technician says and what such visits took."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import cast

from loper.plan.duration import Durations, Took
from loper.plan.followup import Again, Expert, Reason, Visited, follow_up
from loper.server.queries.cases import CaseView
from loper.server.queries.taps import Tap
from loper.server.queries.work import Work, work_of
from loper.server.records.agenda import Appointment, Technician, WorkKind
from loper.server.records.arrivals import Duration
from loper.server.records.customers import Customer
from loper.server.records.fieldwork import FollowUp, PartOrder
from loper.server.records.runtime import Case as CaseRow

ENOUGH_ROWS = 500
"""Of history, the newest first."""
MOST_MINUTES = 8 * 60


@dataclass(frozen=True, kw_only=True, slots=True)
class Needed:
    """What the technician says is needed to finish it. `expected`: from when the parts are there; None: not known."""

    reason: str = ""
    skill: str = ""
    parts: tuple[str, ...] = ()
    expected: date | None = None
    minutes: int = 0  # 0: reckon it
    two_people: bool = False


def asked(row: Appointment, taps: tuple[Tap, ...] | list[Tap], needed: Needed, now: datetime) -> FollowUp:
    """What the next visit asks for; not saved."""
    kind = row.kind or "other"
    rows = list(Duration.objects.filter(kind=kind, at__lt=now).order_by("-at")[:ENOUGH_ROWS])
    took = [Took(one.kind, one.technician, one.minutes, one.at) for one in rows]
    arrived = next((tap.at for tap in taps if tap.name == "arrive"), None)
    found = follow_up(
        Visited(
            kind=kind,
            reason=cast(Reason, needed.reason),
            lasts=Durations.learn(took, now, {kind: max(row.minutes, 1)}).of(kind, row.technician.key),
            spent=now - arrived if arrived is not None and arrived < now else timedelta(),
            skills=frozenset(row.skills),
            people=row.people,
            priority=row.priority,
            parts=dict.fromkeys(needed.parts, needed.expected),
            expertise=needed.skill,
            two_people=needed.two_people,
        ),
        now,
        _history(kind, now),
        {needed.skill: Expert(frozenset({needed.skill}))} if needed.skill else {},
    )
    minutes = needed.minutes or int(found.lasts.total_seconds() // 60)
    # Who comes back for more time needs again what was needed the first time.
    material = found.material | (frozenset(row.material) if needed.reason == "time" else frozenset())
    return FollowUp(
        case=row.case,
        visit=row.uid,
        reason=needed.reason[:40],
        minutes=max(5, min(minutes, MOST_MINUTES)),
        skills=sorted(found.skills),
        material=sorted(material),
        people=found.people,
        priority=found.priority,
        at=now,
    )


def work_after(view: CaseView, follow: FollowUp, needed: Needed) -> Work:
    """The work of a follow-up that is not written down yet."""
    work = work_of(view, after=follow)
    return replace(work, material_in=needed.expected, awaited=True) if needed.parts else work


def skills_of_all() -> list[str]:
    """Every skill that somebody here has, to choose a specialist from."""
    rows = Technician.objects.filter(active=True).values_list("skills", flat=True)
    return sorted({str(skill) for skills in rows for skill in skills})


def materials(row: Appointment) -> list[str]:
    """Parts to choose from: of this kind of work first, then what vans have."""
    kind = WorkKind.objects.filter(name=row.kind).first() if row.kind else None
    first = [*(kind.material if kind else []), *row.material]
    vans = Technician.objects.filter(active=True).values_list("van", flat=True)
    rest = sorted({str(part) for van in vans for part in van})
    return list(dict.fromkeys([*first, *rest]))[:30]


def _history(kind: str, now: datetime) -> list[Again]:
    """Follow-ups that were done: how long each took, and why it was needed."""
    rows = Duration.objects.filter(kind=kind, at__lt=now, appointment__case__in=FollowUp.objects.values("case"))
    found = list(rows.select_related("appointment").order_by("-at")[:ENOUGH_ROWS])
    why = {one.case: one for one in FollowUp.objects.filter(case__in={row.appointment.case for row in found})}
    again = []
    for row in found:
        follow = why[row.appointment.case]
        if follow.visit != row.appointment.uid and row.at > follow.at and follow.reason:
            again.append(Again(row.kind, cast(Reason, follow.reason), row.minutes, row.at))
    return again


def waits_for_part(case: str) -> bool:
    """Whether the case waits for a part that nobody has a day for."""
    return PartOrder.objects.filter(case=case, arrived=None, expected=None).exists()


def parts_open(case: str) -> bool:
    """Whether the case waits for a part that is not in."""
    return PartOrder.objects.filter(case=case, arrived=None).exists()


@dataclass(frozen=True, kw_only=True, slots=True)
class Awaited:
    """A part that a case waits for, and what one knows it by."""

    order: PartOrder
    customer: str
    address: str
    late: bool  # its day has passed
    planned: datetime | None  # a visit that stands


def parts_awaited(today: date) -> list[Awaited]:
    """Every part that is not in yet of cases that go on: those whose day has passed first, then without a day."""
    rows = PartOrder.objects.filter(arrived=None, case__in=CaseRow.objects.filter(ended=False).values("key"))
    return _known(sorted(rows, key=lambda one: (one.expected or date.max, one.pk)), today)


def parts_just_in(since: datetime, today: date) -> list[Awaited]:
    """Parts that came in since then, the last one first."""
    return _known(list(PartOrder.objects.filter(arrived__gte=since).order_by("-arrived")[:50]), today)


def _known(rows: list[PartOrder], today: date) -> list[Awaited]:
    owners = dict(CaseRow.objects.filter(key__in={one.case for one in rows}).values_list("key", "customer"))
    people = {one.key: one for one in Customer.objects.filter(key__in=owners.values()).select_related("home")}
    visits = dict(Appointment.objects.filter(case__in=owners, status=Appointment.BOOKED).values_list("case", "start"))
    found = []
    for one in rows:
        person = people.get(owners.get(one.case, ""))
        found.append(
            Awaited(
                order=one,
                customer=person.name if person else "",
                address=str(person.home) if person and person.home else "",
                late=one.arrived is None and one.expected is not None and one.expected < today,
                planned=visits.get(one.case),
            )
        )
    return found
