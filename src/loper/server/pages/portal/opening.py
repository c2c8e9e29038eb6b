"""A link from a message: its token is swapped for a scoped cookie, the address is cleaned, and nothing is changed."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from loper.server.actions.customers import agree
from loper.server.actions.links import find_link, mark_opened
from loper.server.pages.portal import scope
from loper.server.permissions import Actor
from loper.server.records.links import Link

PAGES = {"book": "portal:plan", "reschedule": "portal:plan", "withdraw": "portal:withdraw", "call_me": "portal:call"}


def private(response: HttpResponse) -> HttpResponse:
    """Nobody learns of this address: not the next site, not a cache, not a search engine."""
    response.headers["Referrer-Policy"] = "no-referrer"
    response.headers["Cache-Control"] = "no-store"
    response.headers["X-Robots-Tag"] = "noindex, nofollow"
    return response


@require_GET
def open_link(request: HttpRequest, token: str) -> HttpResponse:
    """The page this link is for. Mail programs that look first do no harm: nothing happens before a button."""
    link = find_link(token)
    if link is None or link.purpose == Link.UNSUBSCRIBE:
        return private(render(request, "portal/gone.html", status=410))
    mark_opened(link)
    return private(scope.grant(request, redirect(_target(link, request)), link))


def _target(link: Link, request: HttpRequest) -> str:
    if link.purpose == Link.DIALOGUE:
        return reverse("portal:next", args=[link.subject])
    if link.purpose == Link.SURVEY:
        tapped = request.GET.urlencode()  # the answer that was tapped in the mail: filled in, not sent
        return reverse("portal:survey", args=[link.case, link.subject]) + (f"?{tapped[:300]}" if tapped else "")
    page = link.detail.get("page", "")
    if page in PAGES:
        return reverse(PAGES[page], args=[link.case])
    if link.detail.get("dialogue"):
        return reverse("portal:ask", args=[link.case, link.detail["dialogue"]])
    return reverse("portal:case", args=[link.case])


@csrf_exempt  # the token is the proof; a mail program posts here by itself (RFC 8058)
@require_http_methods(["GET", "POST"])
def unsubscribe(request: HttpRequest, token: str) -> HttpResponse:
    """GET shows a button; POST stops messages of this kind, those that are queued too."""
    link = find_link(token)
    if link is None or link.purpose != Link.UNSUBSCRIBE:
        return private(render(request, "portal/gone.html", status=410))
    done = request.method == "POST"
    if done:
        owner = Actor(roles=frozenset({"customer"}), customer=link.customer, cases=frozenset())
        again = "again" in request.POST
        agree(actor=owner, customer=link.customer, subject=link.subject, agrees=again, via="unsubscribe")
        done = not again
    return private(render(request, "portal/unsubscribe.html", {"done": done, "kind": link.subject}))


@require_POST
def leave(request: HttpRequest) -> HttpResponse:
    """Forget this visitor: for a device that others use too."""
    return scope.leave(redirect("portal:start"))
