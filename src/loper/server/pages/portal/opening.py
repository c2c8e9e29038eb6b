"""A link from a message: its token is swapped for a scoped cookie, the address is cleaned, and nothing is changed."""

from __future__ import annotations

from urllib.parse import urlencode

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from loper.server.actions.customers import agree
from loper.server.actions.links import find_link
from loper.server.pages.portal import scope
from loper.server.permissions import Actor
from loper.server.queries.directory import Directory
from loper.server.queries.words import language_of
from loper.server.records.links import Link

PAGES = {"book": "portal:plan", "reschedule": "portal:plan", "withdraw": "portal:withdraw", "call_me": "portal:call"}


def private(response: HttpResponse, policy: str = "no-referrer") -> HttpResponse:
    """Nobody learns of this address: not the next site, not a cache, not a search engine."""
    response.headers["Referrer-Policy"] = policy
    response.headers["Cache-Control"] = "no-store"
    response.headers["X-Robots-Tag"] = "noindex, nofollow"
    return response


def gone(request: HttpRequest) -> HttpResponse:
    """The page of a link that opens nothing, with the way out. Its forms need an origin: no more than that is told."""
    return private(render(request, "portal/gone.html", status=410), "strict-origin")


@require_safe
def open_link(request: HttpRequest, token: str) -> HttpResponse:
    """The page this link is for. Mail programs that look first do no harm: nothing happens before a button."""
    link = find_link(token)
    if link is None:
        return gone(request)
    response = redirect(_target(link, request))
    if settings.LANGUAGE_COOKIE_NAME not in request.COOKIES:
        _speak(response, language_of(link.customer))
    return private(scope.grant(request, response, link))


def _speak(response: HttpResponse, language: str) -> None:
    """Go on in the language of the message."""
    response.set_cookie(
        settings.LANGUAGE_COOKIE_NAME,
        language,
        max_age=settings.LANGUAGE_COOKIE_AGE,
        secure=settings.LANGUAGE_COOKIE_SECURE,
        samesite="Lax",
    )


def _target(link: Link, request: HttpRequest) -> str:
    if link.purpose == Link.UNSUBSCRIBE:
        return reverse("portal:opt_out")
    if link.purpose == Link.DIALOGUE:
        return reverse("portal:next", args=[link.subject])
    if link.purpose == Link.SURVEY:
        tapped = {name: value[:40] for name, value in list(request.GET.items())[:4]}
        page = reverse("portal:survey", args=[link.case, link.subject])
        return f"{page}?{urlencode(tapped)}" if tapped else page  # what was tapped in the mail: filled in, not sent
    page = link.detail.get("page", "")
    if page in PAGES:
        return reverse(PAGES[page], args=[link.case])
    if link.detail.get("dialogue"):
        return reverse("portal:ask", args=[link.case, link.detail["dialogue"]])
    return reverse("portal:case", args=[link.case])


@csrf_exempt  # the token is the proof: a mail program posts here by itself (RFC 8058)
@require_http_methods(["GET", "HEAD", "POST"])
def unsubscribe(request: HttpRequest, token: str) -> HttpResponse:
    """GET leads to a page with a button; POST stops messages of this kind at once, those that are queued too."""
    link = find_link(token)
    if link is None or link.purpose != Link.UNSUBSCRIBE:
        return gone(request)
    if request.method == "POST":
        _agree(link, agrees=False)
        response = render(request, "portal/unsubscribe.html", {"done": True, "kind": link.subject})
        return private(scope.grant(request, response, link), "strict-origin")
    return open_link(request, token)


@require_http_methods(["GET", "HEAD", "POST"])
def opt_out(request: HttpRequest) -> HttpResponse:
    """A button to stop messages of a kind; and one to have them again."""
    link = scope.opt_out(request)
    if link is None:
        return gone(request)
    if request.method == "POST":
        _agree(link, agrees="again" in request.POST)
        return redirect("portal:opt_out")
    return render(request, "portal/unsubscribe.html", {"done": refuses(link), "kind": link.subject})


def refuses(link: Link) -> bool:
    """Whether the customer does not want these messages now."""
    customer = Directory().customers([link.customer]).get(link.customer)
    return customer is not None and link.subject in customer.refuses


def _agree(link: Link, *, agrees: bool) -> None:
    if agrees != refuses(link):
        return  # said before
    owner = Actor(roles=frozenset({"customer"}), customer=link.customer, cases=frozenset())
    agree(actor=owner, customer=link.customer, subject=link.subject, agrees=agrees, via="unsubscribe")


@require_POST
def leave(request: HttpRequest) -> HttpResponse:
    """Forget this visitor: for a device that others use too."""
    request.session.pop("loper_find", None)
    messages.success(request, _("Nobody sees your reports on this device now. The link in your message still works."))
    return scope.leave(request, redirect("portal:start"))
