"""A guest from outside reads a version and says yes or no to it: by a link for that alone, which ends by itself."""

from __future__ import annotations

from datetime import timedelta

from django.conf import settings
from django.db import transaction
from django.urls import reverse
from django.utils.translation import gettext as _

from loper.server import clock
from loper.server.actions.designs import sign_outside, version_of
from loper.server.actions.refused import Refused
from loper.server.permissions import Actor, demand
from loper.server.records.designs import SignOff
from loper.server.records.links import Link, hash_of, new_token

PURPOSE = "review"
DAYS = 14


@transaction.atomic
def invite(*, actor: Actor, journey: str, version: str, name: str) -> str:
    """The address at which this guest reads this version; shown once, good for two weeks."""
    demand(actor, "journey.draft")
    version_of(journey, version)
    name = " ".join(name.split())[:150]
    if not name:
        raise Refused(_("Write down who is going to look at it."), field="name")
    token, now = new_token(), clock.now()
    Link.objects.create(
        hash=_hash(token),
        purpose=PURPOSE,
        subject=journey,
        detail={"version": version, "name": name, "by": actor.name},
        created=now,
        expires=now + timedelta(days=DAYS),
    )
    return settings.LOPER_URL + reverse("studio:guest", args=[token])


def invitations(*, journey: str, version: str) -> list[Link]:
    """Links to this version that are still good."""
    rows = Link.objects.filter(purpose=PURPOSE, subject=journey, revoked=None, expires__gt=clock.now())
    return [link for link in rows.order_by("created") if link.detail.get("version") == version]


def take_back(*, actor: Actor, link: int) -> None:
    """This link opens nothing any more."""
    demand(actor, "journey.draft")
    Link.objects.filter(pk=link, purpose=PURPOSE, revoked=None).update(revoked=clock.now())


def by_token(token: str) -> Link | None:
    """The invitation of this token, if it is good now."""
    return Link.objects.filter(hash=_hash(token), purpose=PURPOSE, revoked=None, expires__gt=clock.now()).first()


def by_number(link: int) -> Link | None:
    """The invitation of a guest who came in before, if it is still good."""
    return Link.objects.filter(pk=link, purpose=PURPOSE, revoked=None, expires__gt=clock.now()).first()


@transaction.atomic
def sign_as_guest(*, link: int, name: str, agrees: bool, remark: str) -> SignOff:
    """The guest's own words, under exactly the version that the invitation is for."""
    found = by_number(link)
    if found is None:
        raise Refused(_("This invitation has ended. Ask for a new one."))
    row = version_of(found.subject, str(found.detail["version"]))
    return sign_outside(row, name=name, agrees=agrees, remark=remark, user=None)


def _hash(token: str) -> str:
    """Of another kind than links of customers: the one never opens what the other does."""
    return hash_of(f"{PURPOSE}/{token}")
