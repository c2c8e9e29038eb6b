"""Bearers of tokens that may bring events in: one source each, bound to the roles it may speak for."""

from __future__ import annotations

from django.db import models


class EventSource(models.Model):
    source = models.CharField(max_length=200, unique=True)  # the CloudEvents `source` it speaks for
    hash = models.CharField(max_length=64, unique=True)  # of its token
    emitters = models.JSONField(default=list)  # roles: system, technician, ...
    scopes = models.JSONField(default=list)  # what it may do besides: vera
    active = models.BooleanField(default=True)
    created = models.DateTimeField()
    used = models.DateTimeField(null=True, blank=True)

    class Meta:
        db_table = "event_source"
