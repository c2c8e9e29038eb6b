"""Who may come in at the desk, and as whom they act."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse

from loper.server.pages.desk import words
from loper.server.permissions import Actor, demand, staff
from loper.server.queries.cases import CaseView, case_view

View = Callable[..., HttpResponse]


def opens(permission: str = "desk") -> Callable[[View], View]:
    """The page opens for whoever has this permission, and finds the actor on the request."""

    def decorate(view: View) -> View:
        @login_required
        @wraps(view)
        def inside(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
            if any("\x00" in str(part) for part in (*kwargs.values(), *request.GET.values())):
                raise Http404  # no keyboard types it and no database takes it
            actor = staff(request.user)
            demand(actor, permission)
            request.actor, request.sees_people = actor, actor.may("customer.see")  # type: ignore[attr-defined]
            return view(request, *args, **kwargs)

        return inside

    return decorate


def actor_of(request: HttpRequest) -> Actor:
    """Who acts on this page."""
    found: Actor = request.actor  # type: ignore[attr-defined]
    return found


def sees_people(request: HttpRequest) -> bool:
    """Whether this person may know who a case is about."""
    return actor_of(request).may("customer.see")


def case_of(request: HttpRequest, key: str) -> CaseView:
    """The case, for who may see it; else as if it were not there."""
    demand(actor_of(request), "case.see", key)
    try:
        found = case_view(key, words.language())
    except LookupError:
        found = None  # its version of the journey is gone: nothing can be done with it here
    if found is None:
        raise Http404
    return found


def must(allowed: bool) -> None:
    """Go on only if it is so: a button that is not shown is no page either."""
    if not allowed:
        raise PermissionDenied
