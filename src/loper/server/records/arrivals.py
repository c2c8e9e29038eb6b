"""When technicians come: where they were seen, what was foreseen and told, what came, and what was learned from it."""

from __future__ import annotations

from django.db import models

from loper.server.records.agenda import Appointment, Technician


class Position(models.Model):
    """Where a technician was on the way to a customer, to about a hundred metres. Gone within a day."""

    technician = models.ForeignKey(Technician, on_delete=models.CASCADE, related_name="positions")
    at = models.DateTimeField()
    lat = models.FloatField()
    lon = models.FloatField()
    accuracy = models.FloatField()  # metres
    source = models.CharField(max_length=200, blank=True)  # of the token; empty: their own phone

    class Meta:
        db_table = "position"
        constraints = [models.UniqueConstraint(fields=["technician", "at"], name="seen_once_at_a_time")]
        indexes = [models.Index(fields=["at"])]


class Expected(models.Model):
    """When the technician comes, as it is known now; and what the customer was told of it last."""

    appointment = models.OneToOneField(Appointment, on_delete=models.CASCADE, related_name="expected")
    sequence = models.PositiveIntegerField()  # of the appointment: moved since, and this is void
    made = models.DateTimeField()
    horizon = models.CharField(max_length=20)
    basis = models.CharField(max_length=10)
    median = models.DateTimeField()
    kind = models.CharField(max_length=10)  # exact, hour, block
    start = models.DateTimeField()
    end = models.DateTimeField()
    late = models.BooleanField(default=False)
    told_kind = models.CharField(max_length=10)
    told_start = models.DateTimeField()
    told_end = models.DateTimeField()
    told_at = models.DateTimeField()
    times = models.PositiveSmallIntegerField(default=0)  # messages that said another time

    class Meta:
        db_table = "expected"


class Forecast(models.Model):
    """What was foreseen of a visit when a horizon began, before it was mended; what could be said; what came."""

    appointment = models.ForeignKey(Appointment, on_delete=models.CASCADE, related_name="forecasts")
    horizon = models.CharField(max_length=20)
    made = models.DateTimeField()
    basis = models.CharField(max_length=10)
    low = models.DateTimeField()
    median = models.DateTimeField()
    high = models.DateTimeField()
    kind = models.CharField(max_length=10)
    start = models.DateTimeField()
    end = models.DateTimeField()
    late = models.BooleanField(default=False)
    came = models.DateTimeField(null=True)  # the customer's turn: not before the block

    class Meta:
        db_table = "forecast"
        constraints = [models.UniqueConstraint(fields=["appointment", "horizon"], name="one_forecast_a_horizon")]
        indexes = [models.Index(fields=["came"])]


class Duration(models.Model):
    """How long a visit took, from arrived to how it ended."""

    appointment = models.OneToOneField(Appointment, on_delete=models.CASCADE, related_name="took")
    kind = models.CharField(max_length=60)
    technician = models.CharField(max_length=40)
    minutes = models.FloatField()
    at = models.DateTimeField()

    class Meta:
        db_table = "duration"
        indexes = [models.Index(fields=["at"])]


class Drive(models.Model):
    """A trip to a visit: seconds as planned, and as driven."""

    appointment = models.OneToOneField(Appointment, on_delete=models.CASCADE, related_name="drive")
    from_lat = models.FloatField()
    from_lon = models.FloatField()
    to_lat = models.FloatField()
    to_lon = models.FloatField()
    planned = models.PositiveIntegerField()
    driven = models.PositiveIntegerField()
    at = models.DateTimeField()

    class Meta:
        db_table = "drive"
        indexes = [models.Index(fields=["at"])]


class Lesson(models.Model):
    """What was learned at night from all of it: `arrivals`, `durations`."""

    name = models.CharField(max_length=20, primary_key=True)
    at = models.DateTimeField()
    what = models.JSONField()

    class Meta:
        db_table = "lesson"
