"""Tokens by which other systems bring events in."""

from __future__ import annotations

from collections.abc import Sequence

from django.db import transaction

from loper.define.model import ROLES
from loper.server import clock
from loper.server.records.access import EventSource
from loper.server.records.links import hash_of, new_token


@transaction.atomic
def add_source(*, source: str, emitters: Sequence[str]) -> str:
    """A token for this CloudEvents source; shown once. A source that had one gets a new one, the old is void."""
    unknown = [role for role in emitters if role not in ROLES]
    if unknown or not emitters:
        raise ValueError(f"roles are {', '.join(ROLES)}; not {', '.join(unknown) or 'none'}")
    token = new_token()
    EventSource.objects.update_or_create(
        source=source,
        defaults={"hash": hash_of(token), "emitters": list(emitters), "active": True, "created": clock.now()},
    )
    return token


def source_of(token: str) -> EventSource | None:
    """Whose token this is; None when nobody's, or it was switched off."""
    found = EventSource.objects.filter(hash=hash_of(token), active=True).first()
    if found is not None:
        EventSource.objects.filter(pk=found.pk).update(used=clock.now())
    return found


def stop_source(*, source: str) -> bool:
    """This source's token opens nothing any more."""
    return bool(EventSource.objects.filter(source=source).update(active=False))
