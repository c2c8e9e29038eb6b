"""Links: made for a message or for a visit, found by their token, revoked. The token itself is never stored."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.urls import reverse

from loper.server import clock
from loper.server.records.links import Link, hash_of, new_token


def make_link(
    *,
    purpose: str,
    customer: str = "",
    case: str = "",
    subject: str = "",
    detail: dict[str, Any] | None = None,
    days: int | None = None,
) -> str:
    """The address that opens this one thing, for as many days; with a token that nobody has seen before."""
    return new_link(purpose=purpose, customer=customer, case=case, subject=subject, detail=detail, days=days)[1]


def new_link(
    *,
    purpose: str,
    customer: str = "",
    case: str = "",
    subject: str = "",
    detail: dict[str, Any] | None = None,
    days: int | None = None,
) -> tuple[Link, str]:
    """The link and its address."""
    link, url = draft_link(purpose=purpose, customer=customer, case=case, subject=subject, detail=detail, days=days)
    link.save(force_insert=True)
    return link, url


def draft_link(
    *,
    purpose: str,
    customer: str = "",
    case: str = "",
    subject: str = "",
    detail: dict[str, Any] | None = None,
    days: int | None = None,
) -> tuple[Link, str]:
    """A link that is yet to be written, and its address: who makes many writes them at once."""
    token, now = new_token(), clock.now()
    link = Link(
        hash=hash_of(token),
        purpose=purpose,
        customer=customer,
        case=case,
        subject=subject,
        detail=detail or {},
        created=now,
        expires=now + timedelta(days=days if days is not None else settings.LOPER_LINK_DAYS),
    )
    name = "portal:unsubscribe" if purpose == Link.UNSUBSCRIBE else "portal:open"
    return link, settings.LOPER_URL + reverse(name, args=[token])


def visit_link(*, purpose: str, typed: bool, customer: str = "", case: str = "", subject: str = "") -> Link:
    """A link for somebody who is here now: its token is thrown away, only this visit can use it.

    `typed`: they typed who they are and proved nothing, so that nothing we know of the customer is shown to them.
    """
    detail = {"here": True, "typed": typed}
    return new_link(purpose=purpose, customer=customer, case=case, subject=subject, detail=detail, days=2)[0]


def find_link(token: str) -> Link | None:
    """The link of this token, if it is good now: known, not expired, not revoked."""
    return Link.objects.filter(hash=hash_of(token), revoked=None, expires__gt=clock.now()).first()


def end_visit(links: Iterable[Link]) -> None:
    """The visit is over: links that were made for it alone open nothing any more, whatever cookie somebody kept.

    A link that went out in a message stays good: it is the customer's way back.
    """
    Link.objects.filter(pk__in=[link.pk for link in links if link.detail.get("here")], revoked=None).update(
        revoked=clock.now()
    )


def revoke_links(*, case: str, but: Link | None = None) -> int:
    """No link to this case opens anything any more, but this one; also not for who opened one before."""
    links = Link.objects.filter(case=case, revoked=None)
    if but is not None:
        links = links.exclude(pk=but.pk)
    return links.update(revoked=clock.now())


def sweep_links(*, older: timedelta = timedelta(days=30)) -> int:
    """Take out links that expired this long ago."""
    deleted, _ = Link.objects.filter(expires__lt=clock.now() - older).delete()
    return deleted
