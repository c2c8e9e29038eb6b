"""The ledger of promises read: the share that was kept, by week and by whatever one asks, and what broke and why.

A promise counts in the week in which it was due, once it was kept or broken. What the customer moved or withdrew is
neither: it is shown beside it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

from django.core.cache import cache
from django.db.models import Avg, Count, F, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Substr

from loper.observe.result import Result, wilson
from loper.server import clock
from loper.server.clock import day_of, midnight
from loper.server.records.agenda import Technician
from loper.server.records.customers import Customer
from loper.server.records.promises import Promise

COUNTS = (Promise.KEPT, Promise.BROKEN)
BY = ("kind", "journey", "region", "technician", "why")
KINDS = (Promise.BLOCK, Promise.ARRIVAL, Promise.CALL, Promise.ANSWER)
REGION = 2
"""So many digits of a postcode are a region."""
OWN = "own"
"""The group of technicians that are ours; a co-maker is a group of its own."""


SUMS = {
    "kept": Count("pk", filter=Q(state=Promise.KEPT)),
    "broken": Count("pk", filter=Q(state=Promise.BROKEN)),
    "others": Count("pk", filter=~Q(state__in=COUNTS)),
    "sorry_first": Count(
        "pk", filter=Q(state=Promise.BROKEN, sorry__isnull=False) & (Q(called=None) | Q(sorry__lt=F("called")))
    ),
}


@dataclass(frozen=True, kw_only=True, slots=True)
class Part:
    """A group of promises: how many were kept, and what else became of the others."""

    key: str
    kept: int
    broken: int
    others: int  # moved or withdrawn by the customer, or still open
    sorry_first: int  # broken ones of which we said sorry before the customer called

    @property
    def share(self) -> Result:
        return wilson(self.kept, self.kept + self.broken)


@dataclass(frozen=True, kw_only=True, slots=True)
class Asked:
    """Which promises: due from `since` until `until`, and of these kinds, journeys, regions, technicians, outcomes."""

    since: datetime
    until: datetime
    only: Mapping[str, str] = field(default_factory=dict)  # of BY, and `state`


def kept_share(since: datetime, until: datetime | None = None) -> Result:
    """The share of all promises that were kept, due since then (and before `until`), with its Wilson interval."""
    rows = Promise.objects.filter(due__gte=since, state__in=COUNTS)
    if until is not None:
        rows = rows.filter(due__lt=until)
    found = rows.aggregate(all=Count("pk"), kept=Count("pk", filter=Q(state=Promise.KEPT)))
    return wilson(found["kept"], found["all"])


def rows_of(asked: Asked) -> QuerySet[Promise]:
    """The promises themselves, the last one first; `region` and `group` are among their columns."""
    home = Customer.objects.filter(key=OuterRef("customer")).values("home__postcode")[:1]
    firm = Technician.objects.filter(key=OuterRef("technician"), partner=True).values("key")[:1]
    rows = Promise.objects.filter(due__gte=asked.since, due__lt=asked.until).annotate(
        region=Substr(Subquery(home), 1, REGION), firm=Subquery(firm)
    )
    for name, value in asked.only.items():
        if name == "technician":
            rows = rows.filter(firm=value) if value != OWN else rows.filter(firm=None).exclude(technician="")
        elif name == "region":
            rows = rows.filter(region=value) if value else rows.filter(Q(region=None) | Q(region=""))
        else:
            rows = rows.filter(**{name: value})
    return rows.order_by("-due", "-pk")


def parts(asked: Asked, by: str) -> list[Part]:
    """The promises by one of BY, the group with most broken ones first."""
    rows = rows_of(asked)
    if by == "technician":
        rows = rows.exclude(technician="")
    column = {"technician": "firm"}.get(by, by)
    found = rows.order_by().values(column).annotate(**SUMS)
    made = [
        Part(key=one.pop(column) or (OWN if by == "technician" else ""), **one) for one in (dict(row) for row in found)
    ]
    return sorted(made, key=lambda one: (-one.broken, -one.kept, one.key))


def whole(asked: Asked) -> Part:
    """All of them together."""
    found = parts(asked, "state")
    total = {name: sum(getattr(one, name) for one in found) for name in ("kept", "broken", "others", "sorry_first")}
    return Part(key="", **total)


def weeks(asked: Asked) -> list[tuple[date, Part]]:
    """Week by week (its Monday), the oldest first; a week without promises is there too."""
    monday = day_of(asked.since) - timedelta(days=day_of(asked.since).weekday())
    made = []
    while (begins := midnight(monday)) < asked.until:
        after = monday + timedelta(days=7)
        rows = rows_of(asked).filter(due__gte=begins, due__lt=midnight(after))
        made.append((monday, Part(key=monday.isoformat(), **rows.order_by().aggregate(**SUMS))))
        monday = after
    return made


def technician_names(keys: Sequence[str]) -> dict[str, str]:
    """What technicians are called."""
    return dict(Technician.objects.filter(key__in=keys).values_list("key", "name"))


def sorry_lead(asked: Asked) -> tuple[int, timedelta | None]:
    """Of broken promises about which the customer called: how many, and how long before the call we said sorry."""
    rows = rows_of(asked).filter(state=Promise.BROKEN, called__isnull=False)
    first = rows.filter(sorry__lt=F("called"))
    lead: Any = first.order_by().aggregate(lead=Avg(F("called") - F("sorry")))["lead"]
    return rows.count(), lead


@dataclass(frozen=True, kw_only=True, slots=True)
class Lately:
    """The share of the last weeks, for the first page of those who keep the promises."""

    percent: str
    low: int
    high: int
    broken: int
    days: int


def lately(days: int = 28) -> Lately | None:
    """How it went in the last weeks; None where nothing was due. Counted once a minute."""
    now = clock.now()
    name = f"promises-lately-{days}-{int(now.timestamp() // 60)}"
    kept, n = cache.get(name, (0, -1))
    if n < 0:
        rows = Promise.objects.filter(due__gte=now - timedelta(days=days), due__lt=now, state__in=COUNTS)
        found = rows.aggregate(n=Count("pk"), kept=Count("pk", filter=Q(state=Promise.KEPT)))
        kept, n = found["kept"], found["n"]
        cache.set(name, (kept, n), 60)
    if not n:
        return None
    share = wilson(kept, n)
    return Lately(
        percent=f"{100 * share.estimate:.0f}%",
        low=round(100 * share.low),
        high=round(100 * share.high),
        broken=n - kept,
        days=days,
    )
