"""It is not needed any more: asked once, and taken back while that is possible."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from loper.server.actions import cases
from loper.server.actions.refused import Refused
from loper.server.pages.portal import scope
from loper.server.pages.portal.case import view_of


@require_http_methods(["GET", "HEAD", "POST"])
def withdraw(request: HttpRequest, key: str) -> HttpResponse:
    view = view_of(request, key)
    if request.method == "POST":
        try:
            cases.withdraw(actor=scope.actor(request, key), case=key)
        except Refused as wrong:
            messages.error(request, wrong.sentence)
        return redirect("portal:case", key)
    if not view.offers_event("withdraw"):
        return redirect("portal:case", key)
    return render(request, "portal/withdraw.html", {"view": view})


@require_POST
def undo(request: HttpRequest, key: str) -> HttpResponse:
    had = view_of(request, key)
    try:
        cases.undo_withdraw(actor=scope.actor(request, key), case=key)
        messages.success(request, _("Your report is open again."))
        if cases.gave_back(had) and view_of(request, key).appointment is None:
            messages.warning(request, _("Your time was given to somebody else meanwhile. Please choose another."))
    except Refused as wrong:
        messages.error(request, wrong.sentence)
    return redirect("portal:case", key)
