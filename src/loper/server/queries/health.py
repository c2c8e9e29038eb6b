"""How the whole stands, in numbers: for the page of health, for Prometheus, and for whoever is to be warned."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from django.conf import settings
from django.db import connection
from django.db.models import Count, Min, Q

from loper.server import clock
from loper.server.queries.desk_engine import SILENT
from loper.server.queries.promises import kept_share
from loper.server.records.customers import ContactAddress
from loper.server.records.imports import Reject
from loper.server.records.runtime import Case, Event, Heartbeat, Outbox, Touch, Waiting

WEEK = timedelta(days=7)
LATE = timedelta(minutes=5)
"""A message or a timer that waits longer than this is late."""

BACKUP = timedelta(hours=26)
"""A backup a day, and two hours for it to be made."""

BOUNCES = 0.05
"""From this share of the mails of a week on, providers begin to refuse a sender."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Health:
    """Ages are in seconds; None: nothing of it, or not known."""

    at: datetime
    worker_age: float | None  # since a worker was last heard of
    outbox: Mapping[str, int]  # messages by state
    queue_age: float  # of the oldest message whose time has come
    timers_late: int  # cases whose time has come, and that wait for longer than `LATE`
    timer_age: float
    sent: Mapping[str, int]  # by channel, in a week
    bounced: int  # addresses that failed in a week
    unknown: int  # messages of a week of which nobody knows whether they went
    kept: float | None  # share of the promises of a week
    promises: int
    backup_age: float | None
    events: int  # taken in, in the last hour
    waiting: int  # events whose case is not there
    cases: Mapping[str, int]  # open, ended, set_aside
    rejects: int  # rows of files that wait to be mended
    database: int  # bytes

    @property
    def bounce_share(self) -> float | None:
        """Of the mails and SMS of a week."""
        sent = sum(self.sent.values())
        return self.bounced / sent if sent else None

    @property
    def worker_stands(self) -> bool:
        """Whether no worker runs."""
        return self.worker_age is None or self.worker_age > SILENT.total_seconds()


def health(now: datetime | None = None) -> Health:
    """How it stands now."""
    now = now or clock.now()
    beat = Heartbeat.objects.order_by("-at").values_list("at", flat=True).first()
    due = Outbox.objects.filter(status="queued", not_before__lte=now).aggregate(first=Min("not_before"))["first"]
    late = Case.objects.filter(wake__lte=now - LATE, set_aside="")
    week = Outbox.objects.filter(sent_at__gt=now - WEEK).values_list("channel").annotate(n=Count("pk"))
    promised = kept_share(now - WEEK, now)
    made = backup_made()
    cases = Case.objects.aggregate(
        n_open=Count("pk", filter=Q(ended=False, set_aside="")),
        n_ended=Count("pk", filter=Q(ended=True)),
        n_set_aside=Count("pk", filter=Q(ended=False) & ~Q(set_aside="")),
    )
    return Health(
        at=now,
        worker_age=(now - beat).total_seconds() if beat else None,
        outbox=dict(Outbox.objects.values_list("status").annotate(n=Count("pk"))),
        queue_age=max(0.0, (now - due).total_seconds()) if due else 0.0,
        timers_late=late.count(),
        timer_age=(now - first).total_seconds() if (first := late.aggregate(first=Min("wake"))["first"]) else 0.0,
        sent={channel or "none": number for channel, number in week},
        bounced=ContactAddress.objects.filter(bounced__gt=now - WEEK).count(),
        unknown=Touch.objects.filter(recorded__gt=now - WEEK, kind="unknown").count(),
        kept=promised.estimate if promised.n else None,
        promises=promised.n,
        backup_age=(now - made).total_seconds() if made else None,
        events=Event.objects.filter(received__gt=now - timedelta(hours=1)).count(),
        waiting=Waiting.objects.count(),
        cases={name.removeprefix("n_"): number for name, number in cases.items()},
        rejects=Reject.objects.filter(state=Reject.OPEN, file__state="done").count(),
        database=database_bytes(),
    )


def backup_made() -> datetime | None:
    """When the last backup was made, as `loper backup` wrote it down."""
    try:
        return datetime.fromisoformat(json.loads(Path(settings.LOPER_BACKUP_MADE).read_text())["at"])
    except (OSError, ValueError, KeyError, TypeError):
        return None


def database_bytes() -> int:
    """How large the database is on the disk."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_database_size(current_database())")
            return int(cursor.fetchone()[0])
    path = Path(str(connection.settings_dict["NAME"]))
    return sum(one.stat().st_size for end in ("", "-wal") if (one := Path(f"{path}{end}")).is_file())
