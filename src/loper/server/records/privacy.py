"""What keeps customers' data in hand: who looked at whom, what must not go yet, what was asked for, what went."""

from __future__ import annotations

import uuid

from django.db import models
from django.db.models import Q


class Look(models.Model):
    """Somebody saw a customer's data. Rows only grow (records/guard.py); each is sealed with the one before it."""

    number = models.BigIntegerField(primary_key=True)
    at = models.DateTimeField()
    who = models.CharField(max_length=150)  # the name of an account, the source of a token, or empty: themselves
    role = models.CharField(max_length=20)
    customer = models.CharField(max_length=200)  # a reference
    page = models.CharField(max_length=80)
    why = models.CharField(max_length=200, blank=True)
    previous = models.CharField(max_length=64)  # seal of the row before
    seal = models.CharField(max_length=64)

    class Meta:
        db_table = "look"
        indexes = [
            models.Index(fields=["customer", "at"], name="look_of_customer"),
            models.Index(fields=["who", "customer", "page", "at"], name="look_again"),
        ]


class Hold(models.Model):
    """A customer whose data must not go: a complaint at court, a claim. In force until it is lifted or over."""

    customer = models.CharField(max_length=200)
    why = models.CharField(max_length=300)
    by = models.CharField(max_length=150)
    at = models.DateTimeField()
    until = models.DateField(null=True, blank=True)
    lifted = models.DateTimeField(null=True, blank=True)
    lifted_by = models.CharField(max_length=150, blank=True)

    class Meta:
        db_table = "legal_hold"
        indexes = [models.Index(fields=["customer"], name="hold_in_force", condition=Q(lifted=None))]


class AccessExport(models.Model):
    """All that we know of a customer, asked for by or for them; the worker makes it, as a file below LOPER_DATA."""

    WAITING, MAKING, READY, FAILED = "waiting", "making", "ready", "failed"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    customer = models.CharField(max_length=200)
    language = models.CharField(max_length=5, default="nl")
    by = models.CharField(max_length=150, blank=True)  # empty: the customer
    asked = models.DateTimeField()
    made = models.DateTimeField(null=True)
    state = models.CharField(max_length=10, default=WAITING)
    done = models.PositiveIntegerField(default=0)  # tables
    total = models.PositiveIntegerField(default=0)
    size = models.BigIntegerField(default=0)
    said = models.CharField(max_length=200, blank=True)

    class Meta:
        db_table = "access_export"
        indexes = [models.Index(fields=["customer", "asked"]), models.Index(fields=["state", "asked"])]


class Erasure(models.Model):
    """A customer who was erased: a fingerprint of their key, and how many rows of which table went."""

    fingerprint = models.CharField(max_length=64, unique=True)
    at = models.DateTimeField()
    by = models.CharField(max_length=150, blank=True)
    counts = models.JSONField(default=dict)

    class Meta:
        db_table = "erasure"


class Retained(models.Model):
    """How many rows of a table went on a day because their time was over."""

    day = models.DateField()
    table = models.CharField(max_length=80)
    count = models.PositiveIntegerField()

    class Meta:
        db_table = "retained"
        constraints = [models.UniqueConstraint(fields=["day", "table"], name="a_table_once_a_day")]
