"""Who makes visits, how they work, and what kinds of work ask for."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta

from django.contrib.auth.models import User
from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from loper.plan.model import Place
from loper.server import clock
from loper.server.actions.refused import Refused
from loper.server.actions.seats import give_back, hold, retime
from loper.server.clock import day_of, midnight, today
from loper.server.permissions import Actor, demand
from loper.server.records.agenda import Appointment, RouteDay, Technician, WorkKind
from loper.server.records.customers import tidy_house_number, tidy_phone, tidy_postcode
from loper.server.roads import locate


@dataclass(frozen=True, kw_only=True, slots=True)
class Working:
    """How a technician works. `hours`: weekday to from and until; empty: by blocks that were agreed."""

    hours: Mapping[str, tuple[str, str]] = field(default_factory=dict)
    lunch: Mapping[str, str | int] = field(default_factory=dict)  # from, until, minutes
    postcode: str = ""
    house_number: str = ""
    area: tuple[str, ...] = ()
    van: tuple[str, ...] = ()
    partner: bool = False
    on_duty: bool = False


def keep_technician(
    *,
    actor: Actor,
    technician: int | None = None,
    name: str,
    skills: Iterable[str] = (),
    phone: str = "",
    user: User | None = None,
    active: bool = True,
    working: Working | None = None,
) -> Technician:
    """A new technician, or changes to one. Without skills they can do everything; the account `user` sees their day.

    `working` None: how they work stays as it is. Who gets hours keeps what is booked in blocks, as visits on routes.
    """
    demand(actor, "technicians.change")
    # A geocoder may take seconds: it is asked before anything is locked.
    place = locate(tidy_postcode(working.postcode), tidy_house_number(working.house_number)) if working else None
    with transaction.atomic():
        row = (
            Technician() if technician is None else Technician.objects.select_for_update().filter(pk=technician).first()
        )
        if row is None:
            raise Refused(_("This technician is not there."))
        number = tidy_phone(phone) if phone.strip() else ""
        if phone.strip() and not number:
            raise Refused(_("A telephone number looks like 06 1234 5678."), field="phone")
        if user is not None and Technician.objects.filter(user=user).exclude(pk=row.pk).exists():
            raise Refused(_("This account belongs to another technician already."), field="user")
        _not_in_use(row, active)
        row.name, row.skills, row.phone, row.user, row.active = name.strip()[:80], list(skills), number, user, active
        by_route = bool(row.hours)
        if working is not None:
            _work(row, working, place)
        row.save()
        if row.hours:
            _onto_routes(row, new=not by_route)
        return row


def _not_in_use(row: Technician, active: bool) -> None:
    booked = row.appointments.filter(status=Appointment.BOOKED).count() if row.pk and not active else 0
    if booked:
        raise Refused(
            ngettext(
                "%(count)d appointment is still booked with this technician. Move it first.",
                "%(count)d appointments are still booked with this technician. Move them first.",
                booked,
            )
            % {"count": booked},
            field="active",
        )


def _work(row: Technician, working: Working, place: Place | None) -> None:
    """How they work, with the place where their day begins."""
    if row.pk and row.hours and not working.hours:
        routed = row.appointments.filter(status=Appointment.BOOKED, planned__isnull=False).count()
        if routed:
            text = ngettext(
                "%(count)d visit is planned in these hours. Move it first.",
                "%(count)d visits are planned in these hours. Move them first.",
                routed,
            )
            raise Refused(text % {"count": routed}, field="hours")
    postcode, number = tidy_postcode(working.postcode), tidy_house_number(working.house_number)
    if working.postcode.strip() and not postcode:
        raise Refused(_("A postcode looks like 1234 AB."), field="postcode")
    if working.hours and not postcode:
        raise Refused(_("Fill in where the day begins: travel is reckoned from there."), field="postcode")
    if not postcode:
        row.lat = row.lon = None
    elif (postcode, number) != (row.postcode, row.house_number) or row.lat is None:
        if place is None:
            raise Refused(_("We do not know where this postcode is. Look at it again."), field="postcode")
        row.lat, row.lon = place
    row.hours = {day: list(times) for day, times in working.hours.items()}
    row.lunch, row.area, row.van = dict(working.lunch), list(working.area), list(working.van)
    row.postcode, row.house_number = postcode, number
    row.partner, row.on_duty = working.partner, working.on_duty


def _onto_routes(row: Technician, *, new: bool) -> None:
    """Their routes follow the hours they have now; what was booked in blocks is a visit on a route from now on."""
    if new:
        for booked in row.appointments.filter(status=Appointment.BOOKED, planned=None, start__gt=clock.now()):
            give_back(booked.block_id)
            booked.block, booked.planned = None, booked.start
            booked.save(update_fields=["block", "planned"])
    ahead = row.appointments.filter(status=Appointment.BOOKED, planned__gte=midnight(today()))
    days = {day_of(at) for at in ahead.values_list("planned", flat=True) if at is not None}
    days |= set(RouteDay.objects.filter(technician=row, day__gte=today()).values_list("day", flat=True))
    later = [(row.pk, day) for day in sorted(days) if day > today() - timedelta(days=1)]
    hold(later)
    retime(later)


@transaction.atomic
def keep_kind(
    *,
    actor: Actor,
    kind: int | None = None,
    name: str,
    title: str = "",
    skills: Iterable[str] = (),
    minutes: int = 60,
    material: Iterable[str] = (),
    people: int = 1,
) -> WorkKind:
    """A kind of work, new or changed. Visits that are booked keep what was known then."""
    demand(actor, "technicians.change")
    row = WorkKind() if kind is None else WorkKind.objects.select_for_update().filter(pk=kind).first()
    if row is None:
        raise Refused(_("This kind of work is not there."))
    if WorkKind.objects.filter(name=name).exclude(pk=row.pk).exists():
        raise Refused(_("There is a kind of work with this name already."), field="name")
    row.name, row.title, row.skills, row.material = name, title.strip()[:120], list(skills), list(material)
    row.minutes, row.people = minutes, people
    row.save()
    return row


@transaction.atomic
def drop_kind(*, actor: Actor, kind: int) -> None:
    """This kind of work is not planned apart any more; visits that are booked stay as they are."""
    demand(actor, "technicians.change")
    WorkKind.objects.filter(pk=kind).delete()
