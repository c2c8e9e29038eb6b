"""Tokens by which other systems bring events in."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from django.db import transaction

from loper.define.model import ROLES
from loper.server import clock
from loper.server.records.access import EventSource
from loper.server.records.links import hash_of, new_token
from loper.step import SYSTEM

SCOPES = ("vera",)
"""What a token can open besides bringing events in."""

USED = timedelta(minutes=1)
"""How exactly it is kept when a token was last used: a write a minute, not a write an event."""


@transaction.atomic
def add_source(*, source: str, emitters: Sequence[str], scopes: Sequence[str] = ()) -> str:
    """A token for this CloudEvents source; shown once. A source that had one gets a new one, the old is void.

    Raises ValueError with what is wrong.
    """
    unknown = [role for role in emitters if role not in ROLES]
    if unknown or not emitters:
        raise ValueError(f"roles are {', '.join(ROLES)}; not {', '.join(unknown) or 'none'}")
    if not source.strip() or len(source) > 200 or not source.isprintable():
        raise ValueError("a source is a text of at most 200 characters, like erp.example.nl")
    if source.lower().startswith(SYSTEM):
        raise ValueError(f"a source that begins with '{SYSTEM}' is Loper itself")
    if set(scopes) - set(SCOPES):
        raise ValueError(f"scopes are {', '.join(SCOPES)}; not {', '.join(sorted(set(scopes) - set(SCOPES)))}")
    token = new_token()
    EventSource.objects.update_or_create(
        source=source,
        defaults={
            "hash": hash_of(token),
            "emitters": list(emitters),
            "scopes": sorted(set(scopes)),
            "active": True,
            "created": clock.now(),
        },
    )
    return token


def source_of(token: str) -> EventSource | None:
    """Whose token this is; None when nobody's, or it was switched off."""
    found = EventSource.objects.filter(hash=hash_of(token), active=True).first()
    if found is not None and (found.used is None or clock.now() - found.used > USED):
        EventSource.objects.filter(pk=found.pk).update(used=clock.now())
    return found


def stop_source(*, source: str) -> bool:
    """This source's token opens nothing any more."""
    return bool(EventSource.objects.filter(source=source).update(active=False))


def sources() -> list[EventSource]:
    """Everybody who may bring events in, or might once."""
    return list(EventSource.objects.order_by("source"))
