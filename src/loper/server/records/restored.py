"""That this database was put back from a backup: it is older than the world."""

from __future__ import annotations

from django.db import models


class Restored(models.Model):
    """`until`: what was due up to then may have gone already, and is never handed over by itself."""

    until = models.DateTimeField()
    at = models.DateTimeField()  # when it was put back

    class Meta:
        db_table = "restored"
