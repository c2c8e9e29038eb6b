"""Who plans, and small readings that these pages share."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from functools import wraps
from typing import Any

from django.contrib.auth.decorators import login_required, permission_required
from django.http import HttpRequest, HttpResponse
from django.urls import reverse

from loper.server.actions.refused import Refused
from loper.server.clock import today
from loper.server.permissions import Actor, staff
from loper.server.queries.week import monday_of

View = Callable[..., HttpResponse]


def for_planners(view: View) -> View:
    """Only signed in, only with this permission."""

    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        return view(request, *args, **kwargs)

    return login_required(permission_required("planning", raise_exception=True)(guarded))


def me(request: HttpRequest) -> Actor:
    return staff(request.user)


def day_of(text: str | None) -> date:
    """The day that is asked for; today where none (or none that exists) is."""
    try:
        found = date.fromisoformat(text or "")
    except ValueError:
        return today()
    return found if 2000 <= found.year < 2100 else today()


def week_url(day: date, technician: str = "") -> str:
    """The week of a day."""
    found = f"{reverse('planner:week')}?day={monday_of(day).isoformat()}"
    return f"{found}&technician={technician}" if technician else found


def day_url(day: date) -> str:
    """The board of a day."""
    return f"{reverse('planner:day')}?day={day.isoformat()}"


def number_of(text: str | None, otherwise: str) -> int:
    """The number that a form carries; raises Refused with `otherwise` where it is none."""
    if not text or not text.isascii() or not text.isdigit() or len(text) > 15:
        raise Refused(otherwise)
    return int(text)
