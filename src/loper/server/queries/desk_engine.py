"""Whether the machine runs: workers, what waits to go, what is unknown, cases that were set aside."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from loper.server import clock
from loper.server.queries.desk_cases import literally, set_aside
from loper.server.records.runtime import Case, Heartbeat, Outbox, Touch, Waiting

SILENT = timedelta(seconds=60)
"""A worker that has not been heard of for so long does not run: it beats every five seconds."""

MOST = 1000
"""Counted no further than this: a number on a page must not cost a walk through a table."""

WEEK = timedelta(days=7)


@dataclass(frozen=True, slots=True)
class Worker:
    name: str
    at: datetime
    lag: float  # seconds that the longest due case had waited
    alive: bool


@dataclass(frozen=True, slots=True)
class Count:
    """So many; `more`: at least."""

    number: int
    more: bool = False

    def __bool__(self) -> bool:
        return self.number > 0


@dataclass(frozen=True, kw_only=True, slots=True)
class Engine:
    """How the machine stands."""

    workers: tuple[Worker, ...]
    queued: Count  # messages that wait
    oldest: datetime | None  # since when the first of them waits
    waking: Count  # cases whose time has come, and that no worker has taken up yet
    longest: datetime | None
    waiting: Count  # events of cases that are not there (yet)
    unknown: tuple[Touch, ...]  # messages of this week of which nobody knows whether they went
    aside: tuple[Case, ...]

    @property
    def alive(self) -> bool:
        return any(worker.alive for worker in self.workers)


def engine(most: int = 50) -> Engine:
    """How the machine stands now: by indexes, and counted no further than a thousand."""
    now = clock.now()
    beats = Heartbeat.objects.order_by("-at")[:20]
    due = literally(Case.objects.filter(wake__isnull=False, wake__lte=now), "set_aside = ''").order_by("wake")
    queued = literally(Outbox.objects.all(), "status = 'queued'")
    unknown = literally(Touch.objects.filter(recorded__gt=now - WEEK), "kind = 'unknown'").order_by("-recorded")
    return Engine(
        workers=tuple(Worker(row.name, row.at, row.lag, now - row.at < SILENT) for row in beats),
        queued=_count(queued.values_list("pk", flat=True)),
        oldest=queued.order_by("id").values_list("queued_at", flat=True).first(),
        waking=_count(due.values_list("pk", flat=True)),
        longest=due.values_list("wake", flat=True).first(),
        waiting=_count(Waiting.objects.values_list("pk", flat=True)),
        unknown=tuple(unknown[:most]),
        aside=tuple(set_aside(Case.objects.defer("state", "inherited")).order_by("-begun", "-key")[:most]),
    )


def _count(rows: object) -> Count:
    found = len(rows[: MOST + 1])  # type: ignore[index]
    return Count(min(found, MOST), found > MOST)
