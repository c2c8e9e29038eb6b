"""What happened is handed out: each new line of the log to every subscriber that hears of such lines, once."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from fnmatch import fnmatchcase

from django.db import transaction

from loper.server import clock
from loper.server.actions.out.messages import Line, lines
from loper.server.records.customers import Customer
from loper.server.records.out import Delivery, Outgoing, Subscriber

MANY = 500
KEPT = timedelta(days=30)
"""So long it is kept what went and what was given up; then it can only be sent again as a period."""


def hand_out() -> int:
    """The next lines; gives how many there were (0: the end). Two workers at once follow each other."""
    return _hand_out() if Outgoing.objects.exists() else 0  # to look is no transaction that writes


@transaction.atomic
def _hand_out() -> int:
    rows = list(Outgoing.objects.select_for_update().order_by("id")[:MANY])
    if not rows:
        return 0
    these = [(row.case, row.seq) for row in rows]
    queue(Subscriber.objects.filter(state=Subscriber.ON), these, clock.now())
    Outgoing.objects.filter(pk__in=[row.pk for row in rows]).delete()
    return len(rows)


def sweep_deliveries() -> int:
    """What went, or was given up, a month ago; gives how many."""
    old = Delivery.objects.filter(queued__lt=clock.now() - KEPT).exclude(state=Delivery.WAITING)
    return int(old.delete()[0])


def queue(subscribers: Iterable[Subscriber], these: Sequence[tuple[str, int]], now: datetime) -> int:
    """Each of these lines to those of these subscribers that hear of it; what was queued before stays. How many."""
    found = lines(these, facts=False)
    regions = _regions(found.values())
    deliveries = [
        Delivery(subscriber=one, case=case, seq=seq, ident=line.ident, queued=now, not_before=now)
        for one in subscribers
        for (case, seq), line in sorted(found.items())
        if hears(one, line, regions.get(line.customer, ""))
    ]
    Delivery.objects.bulk_create(deliveries, ignore_conflicts=True, batch_size=500)
    return len(deliveries)


def hears(subscriber: Subscriber, line: Line, postcode: str) -> bool:
    """Whether this line is among what the subscriber asked for. `*` in a type stands for anything."""
    if subscriber.types and not any(fnmatchcase(line.type, pattern) for pattern in subscriber.types):
        return False
    if subscriber.journeys and line.touch.journey not in subscriber.journeys:
        return False
    return not subscriber.regions or any(postcode.startswith(one) for one in subscriber.regions)


def _regions(found: Iterable[Line]) -> dict[str, str]:
    """The postcode of each of these customers, where they have a home."""
    keys = sorted({line.customer for line in found})
    rows: list[tuple[str, str]] = []
    for first in range(0, len(keys), 900):
        some = Customer.objects.filter(key__in=keys[first : first + 900], home__isnull=False)
        rows += some.values_list("key", "home__postcode")
    return dict(rows)
