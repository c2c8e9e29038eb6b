"""Parts that cases wait for: when they are expected, and that they are in. For planners and agents."""

from __future__ import annotations

from datetime import date, timedelta

from django.contrib import messages
from django.contrib.auth.decorators import login_required, permission_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from loper.server import clock
from loper.server.actions import parts
from loper.server.actions.refused import Refused
from loper.server.clock import today
from loper.server.pages.planner.scope import me
from loper.server.queries.followups import parts_awaited, parts_just_in

RECENT = timedelta(days=3)


@require_GET
@login_required
@permission_required("parts.order", raise_exception=True)
def listing(request: HttpRequest) -> HttpResponse:
    """What is awaited, and what came in lately."""
    return _show(request)


@require_POST
@login_required
@permission_required("parts.order", raise_exception=True)
def act(request: HttpRequest, pk: int, what: str) -> HttpResponse:
    """It is in; it is expected on another day; it was not in after all."""
    try:
        match what:
            case "in":
                parts.arrived(actor=me(request), order=pk)
                messages.success(request, _("The part is in. The customer hears it."))
            case "expect":
                parts.expect(actor=me(request), order=pk, expected=_day(request.POST.get("expected", "")))
                messages.success(request, _("The day is kept."))
            case "back":
                parts.not_arrived(actor=me(request), order=pk)
                messages.success(request, _("The part is awaited again."))
            case _:
                raise Http404
    except Refused as wrong:
        return _show(request, error=wrong.sentence, status=422)
    return redirect("planner:parts")


def _show(request: HttpRequest, error: str = "", status: int = 200) -> HttpResponse:
    context = {
        "awaited": parts_awaited(today()),
        "recent": parts_just_in(clock.now() - RECENT, today()),
        "error": error,
        "today": today(),
    }
    return render(request, "planner/parts.html", context, status=status)


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text) if text else None
    except ValueError:
        raise Refused(_("Choose a day, or leave it empty where nobody knows.")) from None
