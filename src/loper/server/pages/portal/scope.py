"""What this visitor may see: the links they opened, kept in a signed cookie, looked up again at each request.

The cookie holds row numbers of links and no token; a link that expired or was revoked opens nothing any more,
whatever cookie somebody still has. Each link opens one thing: a case (with the cases it opened), the questions about
one, a dialogue, an opt-out.
"""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core import signing
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse

from loper.server import clock
from loper.server.actions.links import end_visit
from loper.server.permissions import Actor
from loper.server.queries.cases import lineage
from loper.server.records.customers import Customer
from loper.server.records.links import Link

COOKIE, SALT, MOST = "loper_scope", "loper.scope", 24


def links(request: HttpRequest) -> list[Link]:
    """The links of this visitor that are good now, the newest first."""
    cached: list[Link] | None = getattr(request, "_links", None)
    if cached is None:
        keys = _keys(request)
        good = Link.objects.filter(pk__in=keys, revoked=None, expires__gt=clock.now()) if keys else ()
        cached = sorted(good, key=lambda link: -keys.index(link.pk))
        request._links = cached  # type: ignore[attr-defined]
    return cached


def _keys(request: HttpRequest) -> list[int]:
    try:
        found: Any = signing.loads(
            request.COOKIES.get(COOKIE, ""), salt=SALT, max_age=settings.LOPER_SCOPE_HOURS * 3600
        )
    except signing.BadSignature:
        return []
    return [key for key in found if isinstance(key, int)] if isinstance(found, list) else []


def grant(request: HttpRequest, response: HttpResponse, *opened: Link) -> HttpResponse:
    """Add links to what this visitor may see."""
    new = [link.pk for link in opened]
    keys = ([key for key in _keys(request) if key not in new] + new)[-MOST:]
    response.set_cookie(
        COOKIE,
        signing.dumps(keys, salt=SALT),
        max_age=settings.LOPER_SCOPE_HOURS * 3600,
        httponly=True,
        secure=settings.SESSION_COOKIE_SECURE,
        samesite="Lax",
    )
    return response


def leave(request: HttpRequest, response: HttpResponse) -> HttpResponse:
    """Forget everything: on a device that is somebody else's."""
    end_visit(links(request))
    response.delete_cookie(COOKIE, samesite="Lax")
    return response


def cases(request: HttpRequest) -> list[str]:
    """The cases this visitor may see."""
    return list(dict.fromkeys(link.case for link in links(request) if link.purpose == Link.CASE))


def actor(request: HttpRequest, case: str) -> Actor:
    """The customer behind a link to this case; raises PermissionDenied when no good link opens it."""
    return _customer(_opened(request, case), case)


def sees(request: HttpRequest, case: str) -> bool:
    """Whether a good link of this visitor opens this case."""
    try:
        return bool(_opened(request, case))
    except PermissionDenied:
        return False


def _opened(request: HttpRequest, case: str) -> Link:
    """The link that opens this case, or the case that it was opened by."""
    mine = [link for link in links(request) if link.purpose == Link.CASE]
    family = lineage(case) if mine else []
    for link in mine:
        if link.case in family:
            return link
    raise PermissionDenied("case")


def _customer(link: Link, case: str) -> Actor:
    reach = frozenset({case}) if case else frozenset()
    return Actor(roles=frozenset({"customer"}), customer=link.customer, cases=reach, channel="web")


def proven(request: HttpRequest, case: str) -> bool:
    """Whether this visitor holds what only the customer gets (a message, a code), or only typed who they are."""
    return not _opened(request, case).detail.get("typed")


def known(request: HttpRequest) -> Customer | None:
    """The customer this visitor proved to be, so that nobody asks what we know."""
    for link in links(request):
        if link.purpose == Link.CASE and not link.detail.get("typed"):
            return Customer.objects.select_related("home").filter(key=link.customer).first()
    return None


def survey_actor(request: HttpRequest, case: str, touchpoint: str) -> Actor:
    """Who may answer the questions of this touchpoint: by the link to them, or by one to the case."""
    for link in links(request):
        if link.purpose == Link.SURVEY and (link.case, link.subject) == (case, touchpoint):
            return _customer(link, case)
    return actor(request, case)


def visitor() -> Actor:
    """Somebody we do not know yet: may begin a report, sees no case."""
    return Actor(roles=frozenset({"customer"}), cases=frozenset(), channel="web")


def dialogue_actor(request: HttpRequest, key: str) -> Actor | None:
    """Who may go on with this dialogue: they began it, or got the link; None for anybody else."""
    found = next((link for link in links(request) if (link.purpose, link.subject) == (Link.DIALOGUE, key)), None)
    return None if found is None else _customer(found, found.case)


def dialogues(request: HttpRequest) -> set[str]:
    """The dialogues in progress that this visitor began, or was sent."""
    return {link.subject for link in links(request) if link.purpose == Link.DIALOGUE}


def opt_out(request: HttpRequest) -> Link | None:
    """The link to stop messages of a kind that was opened last."""
    return next((link for link in links(request) if link.purpose == Link.UNSUBSCRIBE), None)
