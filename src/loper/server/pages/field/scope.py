"""Who looks: the technician behind the account, and what a telephone may keep of their pages."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.conf import settings
from django.contrib.auth.decorators import login_required, permission_required
from django.http import Http404, HttpRequest, HttpResponse
from django.utils.crypto import salted_hmac
from django.utils.translation import get_language

from loper.server.actions.privacy.looks import looked
from loper.server.permissions import Actor, staff
from loper.server.queries.visits import left_today, own
from loper.server.records.agenda import Appointment

View = Callable[..., HttpResponse]


def for_technicians(view: View) -> View:
    """Only signed in, only with this permission."""

    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        return view(request, *args, **kwargs)

    return login_required(permission_required("field", raise_exception=True)(guarded))


def me(request: HttpRequest) -> Actor:
    return staff(request.user, channel="field")


def mine(request: HttpRequest, visit: int) -> Appointment:
    """The appointment, if it is this technician's own; otherwise nobody learns whether it exists."""
    found = own(me(request).technician or "", visit)
    if found is None:
        raise Http404
    looked(actor=me(request), customer=found.customer, page="field:visit")
    return found


def language() -> str:
    return get_language() or settings.LANGUAGE_CODE


def owner(request: HttpRequest) -> str:
    """Marks what a telephone keeps as this account's, without saying whose that is."""
    return salted_hmac("loper.field", str(request.user.pk)).hexdigest()[:16]


def kept(request: HttpRequest, response: HttpResponse) -> HttpResponse:
    """This page may be kept on the telephone: for this account, until midnight (field_worker.js)."""
    response["X-Loper-Keep"] = f"{owner(request)} {int(left_today().total_seconds())}"
    return response
