"""Logs of contacts that one can ask questions of: which there are, and how far their reading is.

The contacts themselves lie in a folder of the log (`LOPER_DATA/logs`), laid out for questions.
"""

from __future__ import annotations

from django.conf import settings
from django.db import models


class ContactLog(models.Model):
    """`own`: Loper's own log, kept up to date by the worker; there is one. Others were brought in as a file.

    `columns`: which column of the file is what, as its person said it; `done` and `size`: bytes, for a bar of progress;
    `said`: why it could not be read; `laid`: how many times it was laid out, the name of the newest folder.
    """

    NEW, WAITING, READING, READY, FAILED = "new", "waiting", "reading", "ready", "failed"
    STATES = ((NEW, NEW), (WAITING, WAITING), (READING, READING), (READY, READY), (FAILED, FAILED))

    name = models.CharField(max_length=120)
    own = models.BooleanField(default=False)
    file = models.CharField(max_length=200, default="")
    state = models.CharField(max_length=10, choices=STATES, default=NEW)
    columns = models.JSONField(default=dict)
    options = models.JSONField(default=dict)
    said = models.TextField(default="")
    done = models.BigIntegerField(default=0)
    size = models.BigIntegerField(default=0)
    laid = models.PositiveIntegerField(default=0)
    cases = models.BigIntegerField(default=0)
    contacts = models.BigIntegerField(default=0)
    rejected = models.BigIntegerField(default=0)
    reasons = models.JSONField(default=dict)
    begins = models.DateTimeField(null=True)
    ends = models.DateTimeField(null=True)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True)
    created = models.DateTimeField()
    beat = models.DateTimeField(null=True)  # of the worker that reads it: one that died is begun anew
    synced = models.DateTimeField(null=True)  # own: up to what was recorded then, it is in the files

    class Meta:
        db_table = "contact_log"
        constraints = [models.UniqueConstraint(fields=["own"], condition=models.Q(own=True), name="one_own_log")]

    def __str__(self) -> str:
        return self.name
