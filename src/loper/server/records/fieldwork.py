"""What belongs to a visit besides its taps: how to get in, what was done, what comes next, which parts are awaited."""

from __future__ import annotations

from django.db import models

from loper.server.records.agenda import Appointment
from loper.server.records.customers import Property
from loper.server.records.dialogues import StoredFile


class AccessNotes(models.Model):
    """What to know of a home before one rings. Of the home, not of who lives there: it stays when they move."""

    home = models.OneToOneField(Property, on_delete=models.CASCADE, related_name="access")
    key_box = models.CharField(max_length=120, blank=True)  # where it hangs; its code is asked for by telephone
    dog = models.BooleanField(default=False)
    asbestos = models.CharField(max_length=120, blank=True)  # where it is
    two_people = models.BooleanField(default=False)
    more = models.TextField(max_length=500, blank=True)
    by = models.CharField(max_length=150, blank=True)
    at = models.DateTimeField()

    class Meta:
        db_table = "access_notes"


class VisitReport(models.Model):
    """What was done at a visit: hours, parts used, and the customer's signature."""

    visit = models.OneToOneField(Appointment, on_delete=models.CASCADE, related_name="report")
    began = models.DateTimeField(null=True)  # as corrected by hand; else the taps say it
    ended = models.DateTimeField(null=True)
    parts = models.JSONField(default=list)  # [[name, number], ...]
    signed_by = models.CharField(max_length=120, blank=True)
    signed_at = models.DateTimeField(null=True)
    signature = models.BinaryField(null=True)  # a JPEG made anew from its pixels; empty: the name was typed alone
    by = models.CharField(max_length=150, blank=True)
    at = models.DateTimeField()

    class Meta:
        db_table = "visit_report"


class VisitPhoto(models.Model):
    """A technician's photograph. `key` names the moment it was taken: sent twice, it is one photograph."""

    BEFORE, AFTER = "before", "after"

    file = models.OneToOneField(StoredFile, on_delete=models.CASCADE, related_name="visit_photo")
    visit = models.ForeignKey(Appointment, on_delete=models.CASCADE, related_name="photos")
    moment = models.CharField(max_length=10)
    key = models.CharField(max_length=64)

    class Meta:
        db_table = "visit_photo"
        constraints = [models.UniqueConstraint(fields=["visit", "key"], name="one_photo_a_key")]


class FollowUp(models.Model):
    """What the next visit of a case asks for, after one that did not solve it. Whoever books it gets this."""

    case = models.CharField(max_length=200, unique=True)
    visit = models.CharField(max_length=80)  # UID of the visit that it follows
    reason = models.CharField(max_length=40)
    minutes = models.PositiveSmallIntegerField()
    skills = models.JSONField(default=list)
    material = models.JSONField(default=list)
    people = models.PositiveSmallIntegerField(default=1)
    priority = models.PositiveSmallIntegerField(default=0)
    before = models.JSONField(default=dict)  # what stood here before: an undo puts it back
    at = models.DateTimeField()

    class Meta:
        db_table = "follow_up"


class PartOrder(models.Model):
    """A part that a case waits for: expected on a day, or nobody knows yet; in since, or not yet."""

    case = models.CharField(max_length=200)
    visit = models.CharField(max_length=80, blank=True)
    part = models.CharField(max_length=80)
    expected = models.DateField(null=True)
    arrived = models.DateTimeField(null=True)
    by = models.CharField(max_length=150, blank=True)
    at = models.DateTimeField()

    class Meta:
        db_table = "part_order"
        constraints = [models.UniqueConstraint(fields=["case", "visit", "part"], name="a_part_is_ordered_once_a_visit")]
        indexes = [models.Index(fields=["case"]), models.Index(fields=["arrived", "expected"])]
