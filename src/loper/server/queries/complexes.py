"""Work on many homes: how far it is, and which homes have no block."""

from __future__ import annotations

from dataclasses import dataclass

from django.db.models import QuerySet

from loper.server.records.agenda import Appointment
from loper.server.records.complexes import ComplexHome, ComplexWork
from loper.server.records.runtime import Case


@dataclass(frozen=True, kw_only=True, slots=True)
class Home:
    """One home of it: `stands` is planned, done, ended, waiting (not tried yet) or stuck (no block; see `home.why`)."""

    home: ComplexHome
    stands: str
    visit: Appointment | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Progress:
    work: ComplexWork
    homes: tuple[Home, ...]

    def count(self, *stands: str) -> int:
        return sum(one.stands in stands for one in self.homes)

    @property
    def planned(self) -> int:
        return self.count("planned")

    @property
    def done(self) -> int:
        return self.count("done", "ended")

    @property
    def stuck(self) -> int:
        return self.count("stuck")

    @property
    def waiting(self) -> int:
        return self.count("waiting")

    @property
    def looked(self) -> int:
        """Homes that have a block, or for which one was sought."""
        return self.all - self.waiting

    @property
    def all(self) -> int:
        return len(self.homes)


def waiting(work: ComplexWork) -> QuerySet[ComplexHome]:
    """The homes without a block that were not looked at since somebody last asked for it."""
    booked = Appointment.objects.exclude(status=Appointment.CANCELLED).values("case")
    return work.homes.filter(why="").exclude(case__in=booked)


def progress(work: ComplexWork) -> Progress:
    """How far it is, home by home; those without a block first."""
    rows = list(work.homes.order_by("postcode", "pk"))
    keys = [one.case for one in rows]
    visits = Appointment.objects.filter(case__in=keys).exclude(status=Appointment.CANCELLED)
    latest = {one.case: one for one in visits.select_related("technician").order_by("pk")}
    ended = set(Case.objects.filter(key__in=keys, ended=True).values_list("key", flat=True))
    found = [
        Home(home=one, stands=_stands(one, latest.get(one.case), ended), visit=latest.get(one.case)) for one in rows
    ]
    order = ("stuck", "waiting", "planned", "done", "ended")
    return Progress(work=work, homes=tuple(sorted(found, key=lambda one: order.index(one.stands))))


def _stands(home: ComplexHome, visit: Appointment | None, ended: set[str]) -> str:
    if home.case in ended:
        return "ended"
    if visit is None:
        return "stuck" if home.why else "waiting"
    return "done" if visit.status == Appointment.DONE else "planned"
