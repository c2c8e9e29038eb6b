"""What goes out, read: who hears what and how it goes, and what became of each delivery."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count, Min

from loper.server import clock
from loper.server.records.out import Delivery, Subscriber
from loper.server.records.runtime import Touch


@dataclass(frozen=True, kw_only=True, slots=True)
class Standing:
    """A subscriber and how it goes. `since`: since when the first that waits has waited."""

    row: Subscriber
    waiting: int
    given_up: int
    since: datetime | None

    @property
    def resting(self) -> bool:
        return self.row.state == Subscriber.ON and self.row.rests is not None and self.row.rests > clock.now()


@dataclass(frozen=True, kw_only=True, slots=True)
class Shown:
    """A delivery and what it is about."""

    row: Delivery
    activity: str
    kind: str


def subscribers() -> list[Standing]:
    """Everybody who hears something, by name."""
    return _standing(list(Subscriber.objects.order_by("name", "pk")))


def subscriber(key: str) -> Standing | None:
    """This one; None where there is none."""
    return next(iter(_standing(list(Subscriber.objects.filter(key=key)))), None)


def told_facts() -> list[Subscriber]:
    """Systems outside that hear what people told, and not references alone: they hold personal data, too."""
    return list(Subscriber.objects.filter(facts=True).order_by("name", "pk"))


def deliveries(key: str, state: str = "", most: int = 100) -> list[Shown]:
    """What went to this subscriber or waits for it, the last first; `state`: only these."""
    rows = Delivery.objects.filter(subscriber__key=key).order_by("-pk")
    found = list((rows.filter(state=state) if state else rows)[:most])
    touches = Touch.objects.filter(case__in={row.case for row in found}, seq__in={row.seq for row in found})
    about = {(case, seq): (activity, kind) for case, seq, activity, kind in touches.values_list(
        "case", "seq", "activity", "kind")}  # fmt: skip
    none = ("", "")
    return [
        Shown(row=row, activity=about.get((row.case, row.seq), none)[0], kind=about.get((row.case, row.seq), none)[1])
        for row in found
    ]


def _standing(rows: list[Subscriber]) -> list[Standing]:
    """Counted is what waits and what was given up, which have an index each; what went may be very much."""
    theirs = Delivery.objects.filter(subscriber__in=rows).order_by().values_list("subscriber")
    waits = {pk: (n, first) for pk, n, first in theirs.filter(state=Delivery.WAITING).annotate(
        n=Count("pk"), first=Min("queued"))}  # fmt: skip
    given_up = dict(theirs.filter(state=Delivery.GIVEN_UP).annotate(n=Count("pk")))
    found = []
    for row in rows:
        waiting, since = waits.get(row.pk, (0, None))
        found.append(Standing(row=row, waiting=waiting, given_up=given_up.get(row.pk, 0), since=since))
    return found
