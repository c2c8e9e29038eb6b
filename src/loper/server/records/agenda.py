"""Who comes when: technicians, the blocks of time they have, and the appointments made in them."""

from __future__ import annotations

import re
import uuid
from dataclasses import dataclass
from datetime import UTC, datetime

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from loper.server.records.customers import new_key


def new_uid() -> str:
    """The UID of an appointment in calendars: fixed for as long as it lives."""
    return f"{uuid.uuid4()}@loper"


@dataclass(frozen=True, slots=True)
class Slot:
    """A block of time as one chooses it; with `technician` (their key) it is theirs alone, else of whoever suits.

    Its text is what forms and telephones send: `20260908T0600Z/20260908T0800Z`, and `@t1` after it.
    """

    start: datetime
    end: datetime
    technician: str = ""

    def __str__(self) -> str:
        span = "/".join(f"{at.astimezone(UTC):%Y%m%dT%H%MZ}" for at in (self.start, self.end))
        return f"{span}@{self.technician}" if self.technician else span

    @staticmethod
    def parse(text: str) -> Slot | None:
        """The slot of this text; None where it is none."""
        found = re.fullmatch(r"(\d{8}T\d{4})Z/(\d{8}T\d{4})Z(?:@([\w-]{1,40}))?", text, re.ASCII)
        if found is None:
            return None
        try:
            start, end = (datetime.strptime(part, "%Y%m%dT%H%M").replace(tzinfo=UTC) for part in found.groups()[:2])
        except ValueError:
            return None
        return Slot(start, end, found[3] or "") if start < end else None


class Technician(models.Model):
    key = models.CharField(max_length=40, unique=True, default=new_key)
    user = models.OneToOneField(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="technician"
    )
    name = models.CharField(max_length=80)
    skills = models.JSONField(default=list)  # plumbing, electrics, general, ...
    phone = models.CharField(max_length=20, blank=True)
    active = models.BooleanField(default=True)
    # Who has hours is planned by route: blocks follow from where they are. Who has none has blocks that were agreed.
    hours = models.JSONField(default=dict)  # weekday -> [from, until], like {"monday": ["08:00", "16:30"]}
    lunch = models.JSONField(default=dict)  # {"from": "12:00", "until": "13:00", "minutes": 30}: begins in between
    postcode = models.CharField(max_length=6, blank=True)  # where the day begins and ends: home, or the depot
    house_number = models.CharField(max_length=12, blank=True)
    lat = models.FloatField(null=True, blank=True)
    lon = models.FloatField(null=True, blank=True)
    area = models.JSONField(default=list)  # first digits of postcodes; empty: everywhere
    van = models.JSONField(default=list)  # material that lies in the van
    partner = models.BooleanField(default=False)  # a co-maker: a firm of its own, with blocks that were agreed
    on_duty = models.BooleanField(default=False)  # called in an emergency out of hours
    shares_place = models.BooleanField(default=True)  # their phone may say where they are, on the way to a customer

    class Meta:
        db_table = "technician"

    def __str__(self) -> str:
        return self.name


class Absence(models.Model):
    """A technician is not there: ill, on leave, at a course."""

    SICK, LEAVE, OTHER = "sick", "leave", "other"

    technician = models.ForeignKey(Technician, on_delete=models.CASCADE, related_name="absences")
    start = models.DateTimeField()
    end = models.DateTimeField()
    why = models.CharField(max_length=10, default=OTHER)
    by = models.CharField(max_length=80, blank=True)
    at = models.DateTimeField()

    class Meta:
        db_table = "absence"
        indexes = [models.Index(fields=["technician", "end"])]


class RouteDay(models.Model):
    """A day of a technician who is planned by route. Whoever changes the route holds this row; `revision` goes up."""

    technician = models.ForeignKey(Technician, on_delete=models.CASCADE, related_name="route_days")
    day = models.DateField()
    revision = models.PositiveIntegerField(default=0)

    class Meta:
        db_table = "route_day"
        constraints = [models.UniqueConstraint(fields=["technician", "day"], name="one_route_a_day")]
        indexes = [models.Index(fields=["day"])]


class WorkKind(models.Model):
    """A kind of work: what it asks for. `name` is what a journey's dialogue calls the problem, or the work."""

    name = models.CharField(max_length=60, unique=True)
    title = models.CharField(max_length=120, blank=True)
    skills = models.JSONField(default=list)  # besides what the dialogue derives
    minutes = models.PositiveSmallIntegerField(default=60)  # where the dialogue says none
    material = models.JSONField(default=list)
    people = models.PositiveSmallIntegerField(default=1)

    class Meta:
        db_table = "work_kind"

    def __str__(self) -> str:
        return self.title or self.name


class Block(models.Model):
    """Part of a technician's day that can be given to customers, `capacity` times.

    `taken` only changes by compare-and-set (actions/agenda.py); the database refuses more than there is.
    """

    technician = models.ForeignKey(Technician, on_delete=models.CASCADE, related_name="blocks")
    start = models.DateTimeField()
    end = models.DateTimeField()
    capacity = models.PositiveSmallIntegerField(default=1)
    taken = models.PositiveSmallIntegerField(default=0)

    @property
    def slot(self) -> Slot:
        """This block as one chooses it."""
        return Slot(self.start, self.end, self.technician.key)

    class Meta:
        db_table = "block"
        constraints = [
            models.CheckConstraint(condition=Q(taken__lte=F("capacity")), name="a_block_is_never_booked_twice"),
            models.UniqueConstraint(fields=["technician", "start"], name="one_block_a_time"),
        ]
        indexes = [models.Index(fields=["start"])]


class Appointment(models.Model):
    """One visit that was agreed. `sequence` goes up with every change (RFC 5545), the UID stays.

    `start` and `end` are the promise to the customer; `planned` is when we mean to begin, and may change within it.
    What the work asks for is written down here as it was known when it was booked.
    """

    BOOKED, CANCELLED, DONE = "booked", "cancelled", "done"

    uid = models.CharField(max_length=80, unique=True, default=new_uid)
    sequence = models.PositiveIntegerField(default=0)
    case = models.CharField(max_length=200)
    customer = models.CharField(max_length=200)
    technician = models.ForeignKey(Technician, on_delete=models.PROTECT, related_name="appointments")
    block = models.ForeignKey(Block, null=True, on_delete=models.PROTECT, related_name="appointments")
    start = models.DateTimeField()
    end = models.DateTimeField()
    status = models.CharField(max_length=10, default=BOOKED)
    changed = models.DateTimeField()
    planned = models.DateTimeField(null=True)  # null: given by block, not by route
    minutes = models.PositiveSmallIntegerField(default=60)
    second = models.ForeignKey(  # who comes along where it takes two
        Technician, null=True, blank=True, on_delete=models.PROTECT, related_name="assists"
    )
    pinned = models.BooleanField(default=False)  # the planner wants this technician at this time
    kind = models.CharField(max_length=60, blank=True)
    skills = models.JSONField(default=list)
    material = models.JSONField(default=list)
    material_in = models.DateField(null=True)
    people = models.PositiveSmallIntegerField(default=1)
    priority = models.PositiveSmallIntegerField(default=0)
    postcode = models.CharField(max_length=6, blank=True)
    lat = models.FloatField(null=True)
    lon = models.FloatField(null=True)

    @property
    def slot(self) -> Slot:
        """The block that was promised, of who comes."""
        return Slot(self.start, self.end, self.technician.key)

    @staticmethod
    def of(technician: str) -> Q:
        """The visits of this technician (a key), those to which they come along too."""
        return Q(technician__key=technician) | Q(second__key=technician)

    def beside(self, technician: str) -> Technician | None:
        """Who comes together with this technician (a key); None where they come alone, or not at all."""
        two = [one for one in (self.technician, self.second) if one is not None]
        others = [one for one in two if one.key != technician]
        return others[0] if len(two) == 2 and len(others) == 1 else None

    def at(self, slot: Slot) -> bool:
        """Whether it stands in this block already."""
        same = (self.start, self.end) == (slot.start, slot.end)
        return same and slot.technician in ("", self.technician.key)

    class Meta:
        db_table = "appointment"
        constraints = [
            models.UniqueConstraint(fields=["case"], condition=Q(status="booked"), name="one_open_appointment_a_case")
        ]
        indexes = [models.Index(fields=["case"]), models.Index(fields=["technician", "start"])]


class Handover(models.Model):
    """A visit that is no longer this technician's, as it stood when it left them: their calendar takes it out."""

    appointment = models.ForeignKey(Appointment, on_delete=models.CASCADE, related_name="handovers")
    technician = models.ForeignKey(Technician, on_delete=models.CASCADE, related_name="handovers")
    sequence = models.PositiveIntegerField()  # of the change by which it left: more than they had before
    start = models.DateTimeField()
    end = models.DateTimeField()
    at = models.DateTimeField()

    class Meta:
        db_table = "handover"
        constraints = [models.UniqueConstraint(fields=["appointment", "technician"], name="one_handover_of_a_visit")]
        indexes = [models.Index(fields=["technician", "end"])]
