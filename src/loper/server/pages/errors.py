"""Pages for when it does not go as it should: what is the matter, and what to do now."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _


def page(request: HttpRequest, status: int, title: str, text: str) -> HttpResponse:
    return render(request, "errors/error.html", {"title": title, "text": text, "status": status}, status=status)


def bad(request: HttpRequest, exception: Any = None) -> HttpResponse:
    return page(request, 400, _("This did not come through well"), _("Go back to the page before and try again."))


def forbidden(request: HttpRequest, exception: Any = None) -> HttpResponse:
    return page(
        request,
        403,
        _("You cannot open this page"),
        _("Open the newest message you got from us and use the link in it, or ask for a new link."),
    )


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
    """Rendered without the database: that may be what is broken."""
    return HttpResponse(
        "<!doctype html><html lang='nl'><meta charset='utf-8'><title>Storing</title><h1>Er ging iets mis</h1>"
        "<p>Dat ligt aan ons. Probeer het over een paar minuten opnieuw.</p>"
        "<p lang='en'>Something went wrong on our side. Please try again in a few minutes.</p></html>",
        status=500,
    )
