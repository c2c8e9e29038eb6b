"""Where somebody lands after signing in: the pages of their work; and the page of their own account."""

from __future__ import annotations

from django.conf import settings
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import NoReverseMatch, reverse
from django.views.decorators.http import require_POST, require_safe

from loper.server.actions import tokens
from loper.server.permissions import roles_of, staff
from loper.server.records.partners import TechnicianToken
from loper.server.ui.menu import MENU

WORK = {"agent": "desk", "technician": "field", "planner": "planning", "partner": "partner", "director": "studio"}
"""Role -> the permission of the pages it works on."""


@require_safe
@login_required
def home(request: HttpRequest) -> HttpResponse:
    """The page that this account's role works on, else the first of the menu that it may open."""
    own = {WORK[role] for role in roles_of(request.user) if role in WORK}
    for _label, name, permission in sorted(MENU, key=lambda line: line[2] not in own):
        if request.user.has_perm(permission):
            try:
                return redirect(reverse(name))
            except NoReverseMatch:
                continue
    return render(request, "account/nothing.html")


@require_safe
@login_required
def mine(request: HttpRequest) -> HttpResponse:
    """Password, second step, language, the calendar of who makes visits, and the way out."""
    return render(request, "account/mine.html", _open_tokens(request))


@require_POST
@login_required
def token(request: HttpRequest) -> HttpResponse:
    """A new address of one's calendar, or key for one's own system: shown now, and never again; or an end to it."""
    technician, purpose = getattr(request.user, "technician", None), request.POST.get("purpose", "")
    if technician is None or purpose not in (TechnicianToken.CALENDAR, TechnicianToken.PARTNER):
        raise Http404
    actor = staff(request.user)
    if request.POST.get("stop"):
        tokens.stop(actor=actor, technician=technician, purpose=purpose)
        return redirect("account")
    made = tokens.new_one(actor=actor, technician=technician, purpose=purpose)
    shown = settings.LOPER_URL + reverse("calendar", args=[made]) if purpose == TechnicianToken.CALENDAR else made
    return render(request, "account/mine.html", {**_open_tokens(request), "shown": shown})


def _open_tokens(request: HttpRequest) -> dict[str, object]:
    technician = getattr(request.user, "technician", None)
    if technician is None:
        return {}
    return {"tokens": set(technician.tokens.filter(revoked=None).values_list("purpose", flat=True))}
