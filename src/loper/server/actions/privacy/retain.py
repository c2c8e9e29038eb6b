"""What was kept long enough goes, as the register says: a little at a time, never what a legal hold is on."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import F, QuerySet

from loper.server import clock
from loper.server.actions import logs
from loper.server.actions.imports import files
from loper.server.actions.privacy.access import put_away
from loper.server.actions.privacy.erase import emptied
from loper.server.permissions import Actor, demand
from loper.server.queries.privacy import filled, held, model_of
from loper.server.records.customers import Customer
from loper.server.records.imports import Import
from loper.server.records.logs import ContactLog
from loper.server.records.privacy import AccessExport, Retained
from loper.server.records.register import RULES, TABLES, Clock, Erase, Of, Table
from loper.server.records.runtime import EMPTIED, Case, Waiting

BATCH = 2_000

FOLDERS: Mapping[Any, Callable[[Any], None]] = {
    ContactLog: logs.forget, AccessExport: put_away, Import: files.forget
}  # fmt: skip
"""Tables whose rows have a folder of their own, and how one goes with it."""


def overdue(table: Table, now: datetime) -> QuerySet[Any]:
    """The rows of a table whose time is over, without those of customers under a legal hold."""
    rule = RULES[table.keep]
    rows: QuerySet[Any] = model_of(table)._default_manager.all()
    before = now - timedelta(days=days_of(table.keep))
    if rule.clock == Clock.NEVER or (table.erase == Erase.STANDS and rule.clock != Clock.ROW):
        return rows.none()
    if rule.clock == Clock.ROW:
        rows = rows.filter(own=False) if table.model == "records.ContactLog" else rows
        return _free(table, rows.filter(**{f"{table.since}__lt": before}), now)
    if rule.clock == Clock.CASE:
        ways = [path.lookup for path in table.paths if path.of == Of.CASE]
        over = Case.objects.filter(ended=True, now__lt=before).exclude(customer__in=held(clock.day_of(now)))
        rows = rows.filter(**{f"{ways[0]}__in": over.values("key")}) if ways else rows.none()
    else:
        ways = [path.lookup for path in table.paths if path.of == Of.CUSTOMER]
        rows = rows.filter(**{f"{ways[0]}__in": _gone(before, now).values("key")}) if ways else rows.none()
    return rows.filter(filled(table)) if table.erase == Erase.EMPTY else rows


def days_of(rule: str) -> int:
    """The days of a rule: those of the organisation (`LOPER_KEEP`), else as it comes."""
    days: int = settings.LOPER_KEEP.get(rule, RULES[rule].days)
    return days


def check() -> None:
    """Raises ValueError where the settings name a rule that is not there."""
    unknown = sorted(settings.LOPER_KEEP.keys() - RULES.keys())
    if unknown:
        raise ValueError(f"LOPER_KEEP: no rule is called {', '.join(unknown)}; there are {', '.join(RULES)}")


def _gone(before: datetime, now: datetime) -> QuerySet[Customer]:
    """Who is a customer no more since before then, has no open case, and is under no hold."""
    busy = Case.objects.filter(ended=False).values("customer")
    return Customer.objects.filter(left__lt=before).exclude(key__in=busy).exclude(key__in=held(clock.day_of(now)))


def _free(table: Table, rows: QuerySet[Any], now: datetime) -> QuerySet[Any]:
    """Without those of customers under a hold, where the table knows whose its rows are."""
    keys = held(clock.day_of(now))
    for path in table.paths:
        if path.of == Of.CUSTOMER:
            return rows.exclude(**{f"{path.lookup}__in": keys})
        if path.of == Of.CASE:
            return rows.exclude(**{f"{path.lookup}__in": Case.objects.filter(customer__in=keys).values("key")})
    return rows


def due(*, actor: Actor, now: datetime | None = None) -> Mapping[str, int]:
    """How many rows of which table would go at this time (by default: now). Changes nothing."""
    demand(actor, "privacy")
    at = now or clock.now()
    found = {one.model: overdue(one, at).count() for one in TABLES.values()}
    return {name: number for name, number in found.items() if number}


def go_on() -> int:
    """One batch of each table; gives how many rows went. The worker's, until it gives 0."""
    now, total = clock.now(), 0
    for table in TABLES.values():
        with transaction.atomic():
            number = _batch(table, now)
        if number:
            total += number
            _count(table.model, number)
    late = Waiting.objects.filter(case__in=Case.objects.filter(set_aside=EMPTIED).values("key"))
    return total + late.delete()[0]


def _batch(table: Table, now: datetime) -> int:
    rows, model = overdue(table, now), model_of(table)
    keys = list(rows.order_by().values_list("pk", flat=True)[:BATCH])
    if not keys:
        return 0
    these = model._default_manager.filter(pk__in=keys)
    if model in FOLDERS:
        for one in these:
            FOLDERS[model](one)
        return len(keys)
    if table.erase != Erase.EMPTY:
        these.delete()
        return len(keys)
    if model is Case:
        list(these.select_for_update().order_by("key").values_list("key"))
    number = emptied(table, these)
    if model is Case:
        these.update(stalled=False, overdue=False, wake=None, set_aside=EMPTIED)
    return number


def _count(name: str, number: int) -> None:
    row, _new = Retained.objects.get_or_create(day=clock.today(), table=name, defaults={"count": 0})
    Retained.objects.filter(pk=row.pk).update(count=F("count") + number)
