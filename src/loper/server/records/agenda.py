"""Who comes when: technicians, the blocks of time they have, and the appointments made in them."""

from __future__ import annotations

import uuid

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from loper.server.records.customers import new_key


def new_uid() -> str:
    """The UID of an appointment in calendars: fixed for as long as it lives."""
    return f"{uuid.uuid4()}@loper"


class Technician(models.Model):
    key = models.CharField(max_length=40, unique=True, default=new_key)
    user = models.OneToOneField(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="technician"
    )
    name = models.CharField(max_length=80)
    skills = models.JSONField(default=list)  # plumbing, electrics, general, ...
    phone = models.CharField(max_length=20, blank=True)
    active = models.BooleanField(default=True)

    class Meta:
        db_table = "technician"

    def __str__(self) -> str:
        return self.name


class Block(models.Model):
    """Part of a technician's day that can be given to customers, `capacity` times.

    `taken` only changes by compare-and-set (actions/agenda.py); the database refuses more than there is.
    """

    technician = models.ForeignKey(Technician, on_delete=models.CASCADE, related_name="blocks")
    start = models.DateTimeField()
    end = models.DateTimeField()
    capacity = models.PositiveSmallIntegerField(default=1)
    taken = models.PositiveSmallIntegerField(default=0)

    class Meta:
        db_table = "block"
        constraints = [
            models.CheckConstraint(condition=Q(taken__lte=F("capacity")), name="a_block_is_never_booked_twice"),
            models.UniqueConstraint(fields=["technician", "start"], name="one_block_a_time"),
        ]
        indexes = [models.Index(fields=["start"])]


class Appointment(models.Model):
    """One visit that was agreed. `sequence` goes up with every change (RFC 5545), the UID stays."""

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

    class Meta:
        db_table = "appointment"
        constraints = [
            models.UniqueConstraint(fields=["case"], condition=Q(status="booked"), name="one_open_appointment_a_case")
        ]
        indexes = [models.Index(fields=["case"]), models.Index(fields=["technician", "start"])]
