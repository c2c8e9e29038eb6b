"""The technical list: does the machine run, what waits, what is unknown, which cases were set aside."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from loper.server import clock
from loper.server.actions.housekeeping import release_case
from loper.server.actions.refused import Refused
from loper.server.pages.desk.door import actor_of, opens
from loper.server.queries.desk_engine import engine


@require_GET
@opens("engine.see")
def show(request: HttpRequest) -> HttpResponse:
    actor = actor_of(request)
    context = {
        "engine": engine(),
        "now": clock.now(),
        "can_release": actor.may("case.release"),
        "can_open": actor.may("desk"),
    }
    return render(request, "desk/engine.html", context)


@require_POST
@opens("case.release")
def release(request: HttpRequest, key: str) -> HttpResponse:
    """Go on with a case that was set aside."""
    try:
        release_case(actor=actor_of(request), case=key)
        messages.success(request, _("The case goes on."))
    except Refused as refused:
        messages.error(request, refused.sentence)
    return redirect("desk:case", key) if request.POST.get("from") == "case" else redirect("desk:engine")
