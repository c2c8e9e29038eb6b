"""The clock of a demonstration: how far it was moved forward. One row; read in demo mode only."""

from __future__ import annotations

from datetime import timedelta

from django.db import models


class DemoClock(models.Model):
    seconds = models.BigIntegerField(default=0)

    class Meta:
        db_table = "demo_clock"


def offset() -> timedelta:
    """How far the demonstration is ahead of real time."""
    seconds = DemoClock.objects.filter(pk=1).values_list("seconds", flat=True).first()
    return timedelta(seconds=seconds or 0)


def begin(ahead: timedelta) -> None:
    """A new demonstration, so far ahead of real time (or behind it: its past is lived through before it opens)."""
    DemoClock.objects.update_or_create(pk=1, defaults={"seconds": int(ahead.total_seconds())})


def move(by: timedelta) -> None:
    """Move the demonstration forward; never back."""
    if by <= timedelta(0):
        raise ValueError("a clock only goes forward")
    DemoClock.objects.get_or_create(pk=1)
    DemoClock.objects.filter(pk=1).update(seconds=models.F("seconds") + int(by.total_seconds()))
