"""Proposals as a planner reads them: who goes where, what is left over and what to do, whether it still fits."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.utils.translation import gettext as _

from loper.server.clock import day_of, today, zone
from loper.server.queries.board import phone_of
from loper.server.queries.board_moves import why_words
from loper.server.queries.board_stands import stands, together
from loper.server.records.agenda import Appointment, Technician
from loper.server.records.customers import Customer
from loper.server.records.proposals import Proposal


@dataclass(frozen=True, kw_only=True, slots=True)
class Change:
    """A visit that gets another technician, or another planned time only."""

    name: str
    address: str
    start: datetime
    end: datetime
    was: str
    was_planned: datetime | None
    to: str
    planned: datetime
    hands: bool  # another technician


@dataclass(frozen=True, kw_only=True, slots=True)
class Way:
    """What can be done for a visit that has nobody."""

    do: str
    who: str
    at: datetime | None
    minutes: int


@dataclass(frozen=True, kw_only=True, slots=True)
class Rest:
    """A visit that has no place in the proposal. `stands`: it is still to be dealt with."""

    pk: int | None
    name: str
    address: str
    phone: str
    start: datetime | None
    end: datetime | None
    who: str
    why: str
    ways: tuple[Way, ...]
    stands: bool


@dataclass(frozen=True, kw_only=True, slots=True)
class View:
    """A proposal. `fits`: the routes are as they were when it was made (or accepted), so it can be decided."""

    row: Proposal
    title: str
    days: tuple[date, ...]
    hands: tuple[Change, ...]
    retimed: tuple[Change, ...]
    rest: tuple[Rest, ...]
    urgent: Mapping[str, Any] | None
    before: int  # minutes of travel
    after: int
    fits: bool

    @property
    def saved(self) -> int:
        return self.before - self.after

    @property
    def waits(self) -> bool:
        return self.row.status == Proposal.WAITING and bool(self.hands or self.retimed or self.urgent)


def title_of(row: Proposal) -> str:
    """What a proposal is about."""
    if row.reason == Proposal.ABSENCE and row.absence is not None:
        return _("%(name)s is away") % {"name": row.absence.technician.name}
    if row.reason == Proposal.URGENT:
        return _("Urgent job %(case)s") % {"case": row.case}
    return {
        Proposal.NIGHT: _("Planned again at night"),
        Proposal.BOOKINGS: _("Planned again after bookings"),
        Proposal.ABSENCE: _("Somebody was away"),
    }.get(row.reason, _("Planned again"))


def waiting(day: date | None = None) -> list[Proposal]:
    """Proposals that wait for a planner, the newest first; with `day` those of that day."""
    rows = Proposal.objects.filter(status=Proposal.WAITING).select_related("absence__technician").order_by("-at")[:50]
    found = [row for row in rows if row.days and row.days[-1] >= today().isoformat()]
    return [row for row in found if day is None or day.isoformat() in row.days]


def recent(most: int = 30) -> list[Proposal]:
    """What was decided lately, the newest first."""
    decided = (Proposal.ACCEPTED, Proposal.REFUSED, Proposal.UNDONE)
    rows = Proposal.objects.filter(status__in=decided).select_related("absence__technician")
    return list(rows.order_by("-decided_at")[:most])


def proposal(pk: int) -> View | None:
    """One proposal, beside what stands."""
    row = Proposal.objects.select_related("absence__technician").filter(pk=pk).first()
    if row is None:
        return None
    keys = {int(key) for key in row.after} | {one["appointment"] for one in row.left if one["appointment"]}
    visits = {one.pk: one for one in Appointment.objects.select_related("technician").filter(pk__in=keys)}
    owners = {one.customer for one in visits.values()}
    known = Customer.objects.select_related("home").prefetch_related("addresses").filter(key__in=owners)
    customers = {one.key: one for one in known}
    names = dict(Technician.objects.values_list("key", "name"))
    changes = [
        _change(visits[int(key)], customers, row.before[key], said, names)
        for key, said in row.after.items()
        if int(key) in visits
    ]
    changes.sort(key=lambda one: (one.planned, one.to))
    asked = row.made_from if row.status == Proposal.WAITING else row.stands
    return View(
        row=row,
        title=title_of(row),
        days=tuple(date.fromisoformat(one) for one in row.days),
        hands=tuple(one for one in changes if one.hands),
        retimed=tuple(one for one in changes if not one.hands),
        rest=tuple(_rest(one, visits, customers, names) for one in row.left),
        urgent=_urgent(row, names),
        before=round(row.travel_before / 60),
        after=round(row.travel_after / 60),
        fits=bool(asked) and now_stands(row) == asked,
    )


def touched(row: Proposal) -> list[tuple[int, date]]:
    """Whose routes, on which days, a proposal changes."""
    pks = dict(Technician.objects.values_list("key", "pk"))
    found: set[tuple[int, date]] = set()
    for said in (*row.before.values(), *row.after.values(), row.urgent):
        if said.get("planned"):
            day = day_of(datetime.fromisoformat(said["planned"]))
            found |= {(pks[key], day) for key in (said["technician"], said.get("second")) if key in pks}
    return sorted(found)


def now_stands(row: Proposal) -> str:
    """The fingerprint of the routes that a proposal touches, as they are now."""
    days = touched(row)
    return together(stands({day for _pk, day in days}), days)


def _change(
    row: Appointment,
    customers: Mapping[str, Customer],
    before: Mapping[str, str],
    after: Mapping[str, str],
    names: Mapping[str, str],
) -> Change:
    customer = customers.get(row.customer)
    return Change(
        name=customer.name if customer and customer.name else row.case,
        address=str(customer.home) if customer and customer.home else "",
        start=row.start.astimezone(zone()),
        end=row.end.astimezone(zone()),
        was=_people(before, names),
        was_planned=_at(before["planned"]),
        to=_people(after, names),
        planned=_at(after["planned"]) or row.start,
        hands=(before["technician"], before["second"]) != (after["technician"], after["second"]),
    )


def _people(said: Mapping[str, str], names: Mapping[str, str]) -> str:
    found = [names.get(key, key) for key in (said["technician"], said["second"]) if key]
    return " + ".join(found)


def _rest(
    said: Mapping[str, Any],
    visits: Mapping[int, Appointment],
    customers: Mapping[str, Customer],
    names: Mapping[str, str],
) -> Rest:
    row = visits.get(said["appointment"] or 0)
    customer = customers.get(row.customer) if row else None
    booked = row is not None and row.status == Appointment.BOOKED
    theirs = {row.technician.key, row.second.key if row.second else ""} if row else set()
    return Rest(
        pk=row.pk if row else None,
        name=(customer.name if customer else "") or (row.case if row else _("The urgent job")),
        address=str(customer.home) if customer and customer.home else "",
        phone=phone_of(customer),
        start=row.start.astimezone(zone()) if row else None,
        end=row.end.astimezone(zone()) if row else None,
        who=names.get(said["technician"], ""),
        why=why_words(said["why"]),
        ways=tuple(
            Way(
                do=one["do"],
                who=names.get(one["who"], one["who"]),
                at=_at(one["planned"]),
                minutes=one["overtime"],
            )
            for one in said["advice"]
        ),
        stands=row is None or (booked and said["technician"] in theirs),
    )


def _urgent(row: Proposal, names: Mapping[str, str]) -> dict[str, Any] | None:
    if not row.urgent:
        return None
    said = row.urgent
    return {
        "case": row.case,
        "technician": names.get(said["technician"], ""),
        "planned": _at(said["planned"]),
        "start": _at(said["start"]),
        "end": _at(said["end"]),
    }


def _at(text: str) -> datetime | None:
    return datetime.fromisoformat(text).astimezone(zone()) if text else None
