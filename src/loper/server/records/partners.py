"""Co-makers: visits they were asked for and what they said; tokens of one technician's calendar or list."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from loper.server.records.agenda import Appointment, Technician

TASK = "co-maker"
"""What the planner's task is called, of a visit for which nobody comes."""


DUTY_TASK = "on-duty"
"""What the agent's task is called, of an emergency to which nobody was sent, or who was sent was not told."""


class Ask(models.Model):
    """A visit that a co-maker was asked for. One row a visit and co-maker; asked again, it is asked anew."""

    ASKED, ACCEPTED, REFUSED, SILENT, PROPOSED = "asked", "accepted", "refused", "silent", "proposed"
    SAID_NO = (REFUSED, SILENT)

    appointment = models.ForeignKey(Appointment, on_delete=models.CASCADE, related_name="asks")
    partner = models.ForeignKey(Technician, on_delete=models.CASCADE, related_name="asks")
    sequence = models.PositiveIntegerField()  # of the appointment, when it was asked
    state = models.CharField(max_length=10, default=ASKED)
    asked = models.DateTimeField()
    deadline = models.DateTimeField()
    changed = models.DateTimeField()
    reason = models.CharField(max_length=400, blank=True)
    other_start = models.DateTimeField(null=True)  # the block that they propose instead
    other_end = models.DateTimeField(null=True)

    class Meta:
        db_table = "partner_ask"
        constraints = [models.UniqueConstraint(fields=["appointment", "partner"], name="a_partner_is_asked_once")]
        indexes = [
            models.Index(fields=["deadline"], name="ask_waits", condition=Q(state="asked")),
            models.Index(fields=["partner", "changed"], name="ask_feed"),
        ]


class TechnicianToken(models.Model):
    """What one token opens of one technician. Only its hash is kept, as of links (records/links.py)."""

    CALENDAR, PARTNER = "calendar", "partner"

    technician = models.ForeignKey(Technician, on_delete=models.CASCADE, related_name="tokens")
    purpose = models.CharField(max_length=10)
    hash = models.CharField(max_length=64, unique=True)
    created = models.DateTimeField()
    revoked = models.DateTimeField(null=True)

    class Meta:
        db_table = "technician_token"
