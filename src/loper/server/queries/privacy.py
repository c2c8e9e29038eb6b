"""What there is of one customer, table by table, as the register says it belongs to them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from functools import reduce
from operator import and_, or_
from typing import Any

from django.apps import apps
from django.db.models import Q, QuerySet

from loper.server import clock
from loper.server.queries.desk_search import people, understand
from loper.server.records.customers import Customer
from loper.server.records.privacy import Hold
from loper.server.records.register import TABLES, Erase, Kind, Of, Table
from loper.server.records.runtime import Case, EventData

NO_STATE = '{"ended":true}'
"""Of a case that was emptied: it is over, and nothing comes of it any more."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Person:
    """A customer's key, their cases, and their home where nobody else lives there."""

    customer: str
    cases: tuple[str, ...]
    homes: tuple[int, ...] = ()

    def keys(self, of: Of) -> tuple[Any, ...]:
        """What the paths of the register lead to, of this person."""
        return {Of.CUSTOMER: (self.customer,), Of.CASE: self.cases, Of.HOME: self.homes}.get(of, ())


def person(customer: str) -> Person:
    """Whom this key is of; raises LookupError where it is nobody's."""
    found = Customer.objects.filter(key=customer).first()
    cases = tuple(Case.objects.filter(customer=customer).order_by("begun", "key").values_list("key", flat=True))
    if found is None and not cases:
        raise LookupError(customer)
    alone = found is not None and found.home_id is not None and not (
        Customer.objects.filter(home=found.home_id, left=None).exclude(pk=found.pk).exists()
    )  # fmt: skip
    homes = (found.home_id,) if found is not None and found.home_id is not None and alone else ()
    return Person(customer=customer, cases=cases, homes=homes)


def model_of(table: Table) -> Any:
    """The model of a line of the register."""
    return apps.get_model(table.model)


def rows_of(table: Table, who: Person) -> QuerySet[Any]:
    """The rows of a table that are this person's."""
    ways = [Q(**{f"{path.lookup}__in": keys}) for path in table.paths if (keys := who.keys(path.of))]
    rows: QuerySet[Any] = model_of(table)._default_manager.all()
    return rows.filter(reduce(or_, ways)) if ways else rows.none()


def personal() -> Iterator[Table]:
    """The tables that hold something of a customer."""
    ours = {Of.CUSTOMER, Of.CASE, Of.HOME}
    return (one for one in TABLES.values() if any(path.of in ours for path in one.paths))


def filled(table: Table) -> Q:
    """Rows in which there is still something to empty."""
    model = model_of(table)
    fields = [model._meta.get_field(name) for name in table.names(Kind.PERSON, Kind.HIDDEN)]
    return ~reduce(and_, (Q(**{field.name: nothing(field)}) for field in fields))


def nothing(field: Any) -> Any:
    """What stands in a field that was emptied."""
    if field.model is Case and field.name == "state":
        return NO_STATE
    if field.model is EventData:
        return "{}"
    if field.null:
        return None
    return field.get_default() if field.has_default() else ""


def counts(who: Person) -> Mapping[str, int]:
    """How many rows each table has of this person; those that have some."""
    found = {one.model: rows_of(one, who).count() for one in personal()}
    return {name: number for name, number in found.items() if number}


@dataclass(frozen=True, kw_only=True, slots=True)
class Fate:
    """What an erase does to a table of a person: `rows` of it, and what stands, because."""

    table: Table
    rows: int

    @property
    def goes(self) -> tuple[str, ...]:
        """The fields that go, or are emptied."""
        if self.table.erase == Erase.STANDS:
            return ()
        return self.table.names(Kind.PERSON, Kind.HIDDEN)


def fates(who: Person) -> tuple[Fate, ...]:
    """What an erase would do now, table by table."""
    rows = counts(who)
    return tuple(Fate(table=one, rows=rows[one.model]) for one in personal() if one.model in rows)


def hold_of(customer: str, day: date | None = None) -> Hold | None:
    """The legal hold that is in force of this customer."""
    day = day or clock.today()
    rows = Hold.objects.filter(Q(until=None) | Q(until__gte=day), customer=customer, lifted=None)
    return rows.order_by("at").first()


def held(day: date | None = None) -> QuerySet[Hold, str]:
    """The keys of all customers of whom nothing may go."""
    day = day or clock.today()
    rows = Hold.objects.filter(Q(until=None) | Q(until__gte=day), lifted=None)
    return rows.values_list("customer", flat=True)


def find(text: str, most: int = 20) -> list[Customer]:
    """Customers by what somebody types: a key, a case, an address, an e-mail address, a telephone number, a name."""
    rows = Customer.objects.select_related("home").order_by("name", "pk")
    exact = rows.filter(Q(key=text) | Q(key__in=Case.objects.filter(key=text).values("customer")))
    return list(exact[:most]) or people(understand(text), most)[:most]
