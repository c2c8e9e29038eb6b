"""The database was put back from a backup: what may have gone since is left to people, and everybody signs in again."""

from __future__ import annotations

from datetime import datetime

from django.contrib.sessions.models import Session
from django.db import transaction

from loper.server import clock
from loper.server.records.restored import Restored


@transaction.atomic
def mark_restored(until: datetime | None = None) -> datetime:
    """Say so, before a worker starts; gives until when what was due may have gone (by default: until now).

    Sessions end: one that was signed out since the backup would be open again.
    """
    now = clock.now()
    until = until or now
    if until > now:
        raise ValueError(f"{until.isoformat()} is still to come")
    Restored.objects.create(until=until, at=now)
    Session.objects.all().delete()
    return until
