"""What goes out, read: who hears what and how it goes, and what became of each delivery."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count, Min, Q, QuerySet

from loper.server import clock
from loper.server.records.out import Delivery, Subscriber
from loper.server.records.runtime import Touch


@dataclass(frozen=True, kw_only=True, slots=True)
class Standing:
    """A subscriber and how it goes. `since`: since when the first that waits has waited."""

    row: Subscriber
    waiting: int
    given_up: int
    done: int
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
    return [_standing(row) for row in _counted(Subscriber.objects.order_by("name", "pk"))]


def subscriber(key: str) -> Standing | None:
    """This one; None where there is none."""
    row = _counted(Subscriber.objects.filter(key=key)).first()
    return None if row is None else _standing(row)


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


def _counted(rows: QuerySet[Subscriber]) -> QuerySet[Subscriber]:
    waits = Q(deliveries__state=Delivery.WAITING)
    return rows.annotate(
        n_waiting=Count("deliveries", filter=waits),
        n_given_up=Count("deliveries", filter=Q(deliveries__state=Delivery.GIVEN_UP)),
        n_done=Count("deliveries", filter=Q(deliveries__state=Delivery.DONE)),
        first=Min("deliveries__queued", filter=waits),
    )


def _standing(row: Subscriber) -> Standing:
    counted = vars(row)
    return Standing(
        row=row,
        waiting=counted["n_waiting"],
        given_up=counted["n_given_up"],
        done=counted["n_done"],
        since=counted["first"],
    )
