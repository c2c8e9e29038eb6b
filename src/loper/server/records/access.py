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


class AccountChange(models.Model):
    """What somebody did to an account of a colleague: a row each time, never changed."""

    account = models.CharField(max_length=150)  # its name: the account may go, this stays
    what = models.CharField(max_length=20)  # made, roles, stopped, begun, second_step, invited
    detail = models.CharField(max_length=300, blank=True)
    by = models.CharField(max_length=150, blank=True)
    at = models.DateTimeField()

    class Meta:
        db_table = "account_change"
        indexes = [models.Index(fields=["account", "at"], name="account_cha_account_idx")]
