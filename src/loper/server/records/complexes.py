"""Work on many homes at once: a list of addresses, each with a case and a block of its own."""

from __future__ import annotations

from django.db import models


class ComplexWork(models.Model):
    """The same work on many homes, on days that were given. While `looking` is set the worker seeks blocks for them."""

    title = models.CharField(max_length=120)
    journey = models.CharField(max_length=80)
    days = models.JSONField(default=list)  # dates, as text
    by = models.CharField(max_length=150, blank=True)
    at = models.DateTimeField()
    role = models.CharField(max_length=20, default="agent")  # in which `by` books
    looking = models.DateTimeField(null=True)  # since when
    once = models.CharField(max_length=64, null=True, unique=True)  # the form that it came from: sent twice it is one

    class Meta:
        db_table = "complex_work"


class ComplexHome(models.Model):
    """One of its addresses. `why`: what stood in the way of a block; empty where it has one, or was not tried yet."""

    work = models.ForeignKey(ComplexWork, on_delete=models.CASCADE, related_name="homes")
    postcode = models.CharField(max_length=6)
    house_number = models.CharField(max_length=12)
    case = models.CharField(max_length=200)
    why = models.CharField(max_length=20, blank=True)

    class Meta:
        db_table = "complex_home"
        constraints = [models.UniqueConstraint(fields=["work", "postcode", "house_number"], name="a_home_once_a_work")]
        indexes = [models.Index(fields=["case"])]
