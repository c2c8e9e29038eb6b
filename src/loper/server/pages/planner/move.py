"""Another time, or another technician, for a booking. The journey tells the customer."""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from loper.server.actions import planning
from loper.server.actions.agenda import chosen_slot
from loper.server.actions.refused import Refused
from loper.server.pages.planner.scope import for_planners, me, week_url
from loper.server.queries.agenda import skill_word
from loper.server.queries.cases import case_view, skill_of
from loper.server.queries.week import booking, places


@require_http_methods(["GET", "POST"])
@for_planners
def move(request: HttpRequest, pk: int) -> HttpResponse:
    """Choose where it goes: any block with a place, of a technician who can do the work."""
    found = booking(pk)
    view = case_view(found[0].case, get_language() or "nl") if found else None
    if found is None or view is None:
        raise Http404
    booked, row = found
    error = ""
    if request.method == "POST":
        try:
            made = planning.move(
                actor=me(request),
                appointment=pk,
                sequence=_number(request.POST.get("sequence"), _("This page is incomplete. Reload it.")),
                block=chosen_slot(request.POST.get("block")),
            )
            messages.success(
                request, _("Moved. %(name)s hears it by itself.") % {"name": booked.name or _("The customer")}
            )
            return redirect(week_url(timezone.localtime(made.start).date()))
        except Refused as wrong:
            error = wrong.sentence
    skill = skill_of(view)
    context = {
        "booking": booked,
        "row": row,
        "view": view,
        "skill": skill_word(skill) if skill else "",
        "places": places(skill),
        "error": error,
        "chosen": request.POST.get("block", ""),
        "back": week_url(timezone.localtime(booked.start).date()),
    }
    return render(request, "planner/move.html", context, status=409 if error else 200)


def _number(text: str | None, otherwise: str) -> int:
    if not text or not text.isascii() or not text.isdigit() or len(text) > 15:
        raise Refused(otherwise)
    return int(text)
