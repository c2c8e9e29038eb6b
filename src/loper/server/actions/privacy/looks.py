"""Who looked at whom is written down: rows that only grow, each sealed with the one before it (a hash chain).

Whoever changes or takes out a row by hand breaks every seal after it; `verify` names the first. A chain shows that
something was changed, not by whom: keep the newest seal elsewhere (`loper privacy verify` prints it) to notice a chain
that was made anew.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from datetime import UTC, timedelta

from django.db import connection, transaction

from loper.server import clock
from loper.server.permissions import Actor
from loper.server.records.privacy import Look

AGAIN = timedelta(minutes=15)
"""Somebody who looks at the same page of the same customer within it looked once."""

FIRST = "0" * 64

LOCK = "SELECT pg_advisory_xact_lock(4, 0)"
"""Rows of the chain follow each other; SQLite takes one writer at a time by itself."""


def looked(*, actor: Actor, customer: str, page: str, why: str = "") -> Look | None:
    """This actor sees data of this customer (their key) on this page. None: it was written down a moment ago."""
    if not customer or customer == actor.customer:
        return None  # nobody, or their own
    now = clock.now()
    role = next(iter(sorted(actor.roles)), "")
    who = actor.user.get_username() if actor.user is not None else actor.name
    seen = {"who": who[:150], "customer": customer, "page": page[:80]}
    if not why and Look.objects.filter(**seen, at__gt=now - AGAIN, at__lte=now).exists():
        return None
    with transaction.atomic():
        if connection.vendor == "postgresql":
            with connection.cursor() as cursor:
                cursor.execute(LOCK)
        last = Look.objects.order_by("-number").first()
        row = Look(
            number=last.number + 1 if last else 1,
            at=now,
            role=role,
            why=why[:200],
            previous=last.seal if last else FIRST,
            **seen,
        )
        row.seal = seal_of(row)
        row.save(force_insert=True)
    return row


def seal_of(row: Look) -> str:
    """SHA-256 of the row and the seal before it."""
    at = row.at.astimezone(UTC).isoformat(timespec="microseconds")
    told = [row.number, at, row.who, row.role, row.customer, row.page, row.why, row.previous]
    return hashlib.sha256(json.dumps(told, ensure_ascii=False, separators=(",", ":")).encode()).hexdigest()


@dataclass(frozen=True, kw_only=True, slots=True)
class Verdict:
    """Whether the chain is whole: `rows`, the newest `seal`; `broken`: the first row that is not as it was."""

    rows: int
    seal: str
    broken: int | None = None


def verify() -> Verdict:
    """Look at every row of the chain, in order."""
    count, seal, number = 0, "", 0
    for row in Look.objects.order_by("number").iterator(chunk_size=5000):
        follows = not count or (row.previous == seal and row.number == number + 1)
        if not follows or (row.number == 1 and row.previous != FIRST) or row.seal != seal_of(row):
            return Verdict(rows=count, seal=seal, broken=row.number)
        count, seal, number = count + 1, row.seal, row.number
    return Verdict(rows=count, seal=seal)
