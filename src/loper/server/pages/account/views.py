"""Where somebody lands after signing in: the pages of their work; and the page of their own account."""

from __future__ import annotations

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import NoReverseMatch, reverse
from django.views.decorators.http import require_safe

from loper.server.permissions import roles_of
from loper.server.ui.menu import MENU


@require_safe
@login_required
def home(request: HttpRequest) -> HttpResponse:
    """The first page of the menu that this account may open; a technician goes to the day's jobs."""
    menu = sorted(MENU, key=lambda line: line[2] != "field") if roles_of(request.user) == {"technician"} else MENU
    for _label, name, permission in menu:
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
