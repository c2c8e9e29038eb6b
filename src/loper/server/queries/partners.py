"""Visits that co-makers were asked for: their own list, one visit, the planner's list of what is open."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import F, Q
from django.utils import timezone

from loper.server import clock
from loper.server.clock import today
from loper.server.queries.visits import Visit, visit
from loper.server.records.agenda import Appointment, Block, Technician, WorkKind
from loper.server.records.customers import Customer, Property
from loper.server.records.partners import Ask

BACK = timedelta(days=7)
"""So long a visit that is over stays on the list."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Asked:
    """One visit as its co-maker sees it. Name, telephone and house number only once they come."""

    ask: Ask
    row: Appointment
    visit: Visit | None
    home: Property | None
    what: str

    @property
    def known(self) -> bool:
        return self.ask.state == Ask.ACCEPTED

    @property
    def near(self) -> str:
        """Where it is, without saying whose home."""
        if self.home is None:
            return ""
        return " ".join(part for part in (self.home.postcode[:4], self.home.town) if part)

    @property
    def can(self) -> tuple[str, ...]:
        """What can be said of how the visit goes, from its day on."""
        due = timezone.localdate(self.row.start) <= today()
        return self.visit.can[""] if due and self.known and self.visit is not None else ()

    @property
    def over(self) -> bool:
        return self.row.status == Appointment.DONE and (self.visit is None or self.visit.over)


def asked_of(partner: Technician, language: str) -> list[Asked]:
    """The visits that stand on this co-maker's name, the soonest first."""
    rows = (
        Ask.objects.filter(partner=partner, appointment__technician=partner, appointment__start__gte=clock.now() - BACK)
        .exclude(state__in=Ask.SAID_NO)
        .exclude(appointment__status=Appointment.CANCELLED)
        .select_related("appointment__technician", "partner")
        .order_by("appointment__start", "pk")
    )
    return [_asked(row, language) for row in rows]


def one_asked(partner: Technician, pk: int, language: str) -> Asked | None:
    """One of these."""
    return next((one for one in asked_of(partner, language) if one.row.pk == pk), None)


def _asked(ask: Ask, language: str) -> Asked:
    row = ask.appointment
    customer = Customer.objects.select_related("home").filter(key=row.customer).first()
    seen = visit(row, language)
    kind = WorkKind.objects.filter(name=row.kind).first()
    what = seen.problem.what if seen is not None else ""
    return Asked(ask=ask, row=row, visit=seen, home=customer.home if customer else None, what=what or str(kind or ""))


def changed_since(partner: Technician, since: datetime | None, limit: int) -> list[tuple[datetime, Ask]]:
    """What changed of this co-maker's visits from then on, the oldest change first."""
    rows = Ask.objects.filter(partner=partner).select_related("appointment", "partner")
    found = [(max(row.changed, row.appointment.changed), row) for row in rows]
    late = [one for one in found if since is None or one[0] >= since]
    return sorted(late, key=lambda one: (one[0], one[1].pk))[:limit]


def theirs(ask: Ask) -> bool:
    """Whether the visit stands on their name still."""
    return ask.appointment.technician_id == ask.partner_id and ask.state not in Ask.SAID_NO


def free_times(partner: Technician) -> list[Block]:
    """Blocks of theirs with room left, to propose."""
    rows = Block.objects.filter(technician=partner, start__gt=clock.now(), taken__lt=F("capacity"))
    return list(rows.select_related("technician").order_by("start")[:40])


def times_of(partner: Technician) -> list[Block]:
    """Their blocks that are still to come."""
    rows = Block.objects.filter(technician=partner, start__gt=clock.now()).filter(Q(capacity__gt=0) | Q(taken__gt=0))
    return list(rows.select_related("technician").order_by("start")[:100])


@dataclass(frozen=True, kw_only=True, slots=True)
class Open:
    """What waits for the planner, or for a co-maker."""

    ask: Ask
    row: Appointment
    customer: Customer | None


def open_asks() -> tuple[list[Open], list[Open], list[Open]]:
    """Nobody comes; another time is proposed; not answered yet."""
    rows = Ask.objects.filter(
        appointment__status=Appointment.BOOKED,
        appointment__technician=F("partner"),
        state__in=(*Ask.SAID_NO, Ask.PROPOSED, Ask.ASKED),
    ).select_related("appointment__technician", "partner")
    found = list(rows.order_by("appointment__start", "pk"))
    keys = {row.appointment.customer for row in found}
    people = {one.key: one for one in Customer.objects.select_related("home").filter(key__in=keys)}
    every = [Open(ask=one, row=one.appointment, customer=people.get(one.appointment.customer)) for one in found]
    nobody = [one for one in every if one.ask.state in Ask.SAID_NO]
    other = [one for one in every if one.ask.state == Ask.PROPOSED]
    return nobody, other, [one for one in every if one.ask.state == Ask.ASKED]
