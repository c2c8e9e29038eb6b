"""Where somebody lands after signing in: the pages of their work; and the page of their own account."""

from __future__ import annotations

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import NoReverseMatch, reverse
from django.views.decorators.http import require_safe

from loper.server.permissions import roles_of
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
    """Password, second step, language, and the way out."""
    return render(request, "account/mine.html")
