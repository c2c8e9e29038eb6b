"""Days planned again, as they wait for a planner: who would go where, what is left over, and what became of it."""

from __future__ import annotations

from django.db import models

from loper.server.records.agenda import Absence


class Proposal(models.Model):
    """The routes planned again. `before` and `after` say of each visit that changes: technician, second, planned.

    `made_from` is the fingerprint of the routes it touches when it was made; `stands` that of just after it was put
    in force. Either must still be so to accept it, or to undo it.
    """

    WAITING, ACCEPTED, REFUSED, UNDONE, OLD = "waiting", "accepted", "refused", "undone", "old"
    ASKED, NIGHT, BOOKINGS, ABSENCE, URGENT = "asked", "night", "bookings", "absence", "urgent"

    at = models.DateTimeField()
    by = models.CharField(max_length=80, blank=True)
    reason = models.CharField(max_length=10)
    status = models.CharField(max_length=10, default=WAITING)
    days = models.JSONField(default=list)  # ISO
    absence = models.ForeignKey(Absence, null=True, on_delete=models.SET_NULL, related_name="proposals")
    case = models.CharField(max_length=200, blank=True)  # of an urgent job
    made_from = models.CharField(max_length=64)
    stands = models.CharField(max_length=64, blank=True)
    before = models.JSONField(default=dict)  # appointment -> {technician, second, planned}
    after = models.JSONField(default=dict)
    urgent = models.JSONField(default=dict)  # technician, planned, start, end
    left = models.JSONField(default=list)  # appointment, why, technician, advice
    travel_before = models.PositiveIntegerField(default=0)  # seconds
    travel_after = models.PositiveIntegerField(default=0)
    decided_at = models.DateTimeField(null=True)
    decided_by = models.CharField(max_length=80, blank=True)
    once = models.CharField(max_length=60, null=True, unique=True)  # what the worker does one time: a night

    class Meta:
        db_table = "proposal"
        indexes = [models.Index(fields=["status", "at"])]
