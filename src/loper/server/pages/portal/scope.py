"""What this visitor may see: the links they opened, kept in a signed cookie, looked up again at each request.

The cookie holds row numbers of links and no token; a link that expired or was revoked opens nothing any more,
whatever cookie somebody still has.
"""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core import signing
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse

from loper.server import clock
from loper.server.permissions import Actor
from loper.server.records.links import Link

COOKIE, SALT, MOST = "loper_scope", "loper.scope", 12


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


def leave(response: HttpResponse) -> HttpResponse:
    """Forget everything: on a device that is somebody else's."""
    response.delete_cookie(COOKIE)
    return response


def cases(request: HttpRequest) -> list[str]:
    """The cases this visitor may see."""
    return list(dict.fromkeys(link.case for link in links(request) if link.case and link.purpose in _OPENS))


_OPENS = (Link.CASE, Link.SURVEY)


def actor(request: HttpRequest, case: str) -> Actor:
    """The customer behind a link to this case; raises PermissionDenied when no good link opens it."""
    for link in links(request):
        if link.case == case and link.purpose in _OPENS:
            return Actor(roles=frozenset({"customer"}), customer=link.customer, cases=frozenset({case}), channel="web")
    raise PermissionDenied("case")


def visitor() -> Actor:
    """Somebody we do not know yet: may begin a report, sees no case."""
    return Actor(roles=frozenset({"customer"}), cases=frozenset(), channel="web")


def dialogues(request: HttpRequest) -> set[str]:
    """The dialogues in progress that this visitor began, or was sent."""
    return {link.subject for link in links(request) if link.purpose == Link.DIALOGUE}
