"""Who looks: the co-maker behind the account."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.conf import settings
from django.contrib.auth.decorators import login_required, permission_required
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.utils.translation import get_language

from loper.server.permissions import Actor, staff
from loper.server.records.agenda import Technician

View = Callable[..., HttpResponse]


def for_partners(view: View) -> View:
    """Only signed in, only with this role, only with a firm that belongs to the account."""

    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        return view(request, *args, **kwargs)

    return login_required(permission_required("partner", raise_exception=True)(guarded))


def me(request: HttpRequest) -> Actor:
    return staff(request.user, channel="partner")


def firm(request: HttpRequest) -> Technician:
    """The firm of this account; raises PermissionDenied where it has none."""
    found = Technician.objects.filter(key=me(request).technician or "", partner=True, active=True).first()
    if found is None:
        raise PermissionDenied("partner")
    return found


def language() -> str:
    return get_language() or settings.LANGUAGE_CODE
