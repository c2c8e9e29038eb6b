"""Tokens of one technician: the address of their calendar, the key of a co-maker's list. Only hashes are kept."""

from __future__ import annotations

from django.core.exceptions import PermissionDenied
from django.db import transaction

from loper.server import clock
from loper.server.permissions import Actor, demand
from loper.server.records.agenda import Technician
from loper.server.records.links import hash_of, new_token
from loper.server.records.partners import TechnicianToken


@transaction.atomic
def new_one(*, actor: Actor, technician: Technician, purpose: str) -> str:
    """A token, shown once; one that was there before opens nothing any more. For oneself, or by a planner."""
    _own(actor, technician)
    stop(actor=actor, technician=technician, purpose=purpose)
    token = new_token()
    TechnicianToken.objects.create(technician=technician, purpose=purpose, hash=hash_of(token), created=clock.now())
    return token


def stop(*, actor: Actor, technician: Technician, purpose: str) -> bool:
    """The token opens nothing any more; whether there was one."""
    _own(actor, technician)
    open_ones = TechnicianToken.objects.filter(technician=technician, purpose=purpose, revoked=None)
    return bool(open_ones.update(revoked=clock.now()))


def whose(token: str, purpose: str) -> Technician | None:
    """Whom this token is of, while they work here."""
    if not token.isascii():
        return None
    found = TechnicianToken.objects.select_related("technician").filter(
        hash=hash_of(token), purpose=purpose, revoked=None, technician__active=True
    )
    one = found.first()
    return one.technician if one is not None else None


def _own(actor: Actor, technician: Technician) -> None:
    if actor.technician != technician.key or not (actor.may("field") or actor.may("partner")):
        demand(actor, "technicians.change")
    elif not technician.active:
        raise PermissionDenied("technicians.change")
