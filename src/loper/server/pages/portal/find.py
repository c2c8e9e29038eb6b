"""A lost link found again: postcode and house number, and a code sent to where we know you already."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from loper.server.actions.codes import send_codes
from loper.server.actions.lost import answer_code, ask_code, links_of
from loper.server.actions.refused import Refused
from loper.server.pages.portal import scope
from loper.server.pages.portal.forms import CodeForm, FindForm, posted
from loper.server.security import client_ip

WAITING = "loper_find"


@require_http_methods(["GET", "HEAD", "POST"])
def find(request: HttpRequest) -> HttpResponse:
    """Ask for a code. What follows is the same, and as fast, whether the address is known or not."""
    form = FindForm(posted(request))
    if request.method == "POST" and form.is_valid():
        try:
            challenge = ask_code(**form.cleaned_data, asker=client_ip(request))
        except Refused as wrong:
            form.add_error(wrong.field if wrong.field in form.fields else None, wrong.sentence)
        else:
            send_codes(challenge_id=challenge.pk)
            request.session[WAITING] = challenge.pk
            return redirect("portal:code")
    return render(request, "portal/find.html", {"form": form}, status=422 if form.errors else 200)


@require_http_methods(["GET", "HEAD", "POST"])
def code(request: HttpRequest) -> HttpResponse:
    """Type the code; it opens what you reported."""
    waiting = request.session.get(WAITING)
    if waiting is None:
        return redirect("portal:find")
    form = CodeForm(posted(request))
    if request.method == "POST" and form.is_valid():
        customer = answer_code(challenge_id=waiting, code=form.cleaned_data["code"], asker=client_ip(request))
        if customer is None:
            form.add_error("code", _("This code is not right, or no longer good. Look again, or ask for a new one."))
        else:
            del request.session[WAITING]
            return _open(request, customer)
    return render(request, "portal/code.html", {"form": form}, status=422 if form.errors else 200)


def _open(request: HttpRequest, customer: str) -> HttpResponse:
    """What this customer reported: the page of it, or the list where it is more than one."""
    links = links_of(customer=customer)
    if not links:
        messages.success(request, _("The code is right. There is nothing open for you at the moment."))
    only = redirect("portal:case", links[0].case) if len(links) == 1 else redirect("portal:start")
    return scope.grant(request, only, *links)
