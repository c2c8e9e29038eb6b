"""Who works at the office, and a guard that its pages share."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest
from django.http.response import HttpResponseBase

from loper.server.permissions import Actor, demand, staff

View = Callable[..., HttpResponseBase]


def opens(permission: str) -> Callable[[View], View]:
    """The page opens for whoever is signed in and has this permission."""

    def decorate(view: View) -> View:
        @login_required
        @wraps(view)
        def inside(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
            demand(me(request), permission)
            return view(request, *args, **kwargs)

        return inside

    return decorate


def me(request: HttpRequest) -> Actor:
    """Who acts on this page."""
    return staff(request.user)
