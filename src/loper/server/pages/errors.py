"""Pages for when it does not go as it should: what is the matter, and what to do now."""

from __future__ import annotations

import sys
from typing import Any

from django.conf import settings
from django.db import InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.utils.translation import gettext as _


def page(request: HttpRequest, status: int, title: str, text: str) -> HttpResponse:
    user = getattr(request, "user", None)
    works_here = bool(user is not None and user.is_authenticated)
    context = {"title": title, "text": text, "status": status, "works_here": works_here}
    return render(request, "errors/error.html", context, status=status)


def bad(request: HttpRequest, exception: Any = None) -> HttpResponse:
    return page(request, 400, _("This did not come through well"), _("Go back to the page before and try again."))


def forbidden(request: HttpRequest, exception: Any = None) -> HttpResponse:
    user = getattr(request, "user", None)
    if user is not None and user.is_authenticated:
        text = _("Your account does not give access to it. Ask an administrator if you need it for your work.")
    else:
        text = _("Open the newest message you got from us and use the link in it, or ask for a new link.")
    return page(request, 403, _("You cannot open this page"), text)


def missing(request: HttpRequest, exception: Any = None) -> HttpResponse:
    return page(
        request,
        404,
        _("This page is not there"),
        _("The address may be old or mistyped. Begin again from the first page."),
    )


def csrf(request: HttpRequest, reason: str = "") -> HttpResponse:
    return page(
        request,
        403,
        _("The page was open too long"),
        _("Go back, reload the page and press the button once more. What you typed is still there."),
    )


def broken(request: HttpRequest) -> HttpResponse:
    """Our fault; or the database does not answer. Made without it, and in both languages."""
    wrong = sys.exc_info()[1]
    return (
        away() if isinstance(wrong, OperationalError | InterfaceError) else HttpResponse(_words(away=False), status=500)
    )


def away() -> HttpResponse:
    """The database does not answer now: come back in a moment."""
    return HttpResponse(_words(away=True), status=503, headers={"Retry-After": "3"})


def _words(*, away: bool) -> str:
    context = {"phone": settings.LOPER_BRAND["phone"], "name": settings.LOPER_BRAND["name"] or "Loper", "away": away}
    try:
        return render_to_string("errors/broken.html", context)
    except Exception:  # its own styles may be what is broken
        return (
            "<!doctype html><html lang='nl'><title>Storing</title><main><h1>Er gaat iets mis bij ons</h1></main></html>"
        )
