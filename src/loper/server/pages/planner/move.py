"""Another technician, or another time, for a visit: chosen, looked at, done.

Inside the promise the customer hears nothing; of another time the journey tells them.
"""

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
from loper.server.pages.planner.scope import day_url, for_planners, me, number_of, week_url
from loper.server.queries.agenda import skill_word
from loper.server.queries.board_moves import elsewhere, others, what_if
from loper.server.queries.cases import case_view, skill_of
from loper.server.queries.week import booking, places
from loper.server.records.agenda import Appointment, Slot, Technician

HANDS = "hands:"
"""Before the key of a technician: the same promise, by them."""


@require_http_methods(["GET", "POST"])
@for_planners
def move(request: HttpRequest, pk: int) -> HttpResponse:
    """Choose where it goes (`to`), see what comes of it, and do it."""
    found = booking(pk)
    view = case_view(found[0].case, get_language() or "nl") if found else None
    if found is None or view is None:
        raise Http404
    booked, row = found
    error, to = "", request.POST.get("to", request.GET.get("to", ""))[:80]
    if request.method == "POST":
        try:
            sequence = number_of(request.POST.get("sequence"), _("This page is incomplete. Reload it."))
            made = _do(request, pk, sequence, to)
            messages.success(request, _moved(row, made, booked.name))
            at = timezone.localtime(made.planned or made.start).date()
            return redirect(day_url(at) if made.planned else week_url(at))
        except Refused as wrong:
            error = wrong.sentence
    skill = skill_of(view)
    slot = Slot.parse(to)
    technician = to.removeprefix(HANDS) if to.startswith(HANDS) else ""
    seen = what_if(row, technician=technician, slot=slot) if (slot or technician) and not error else None
    chosen = Technician.objects.filter(key=request.GET.get("technician", ""), active=True).first()
    context = {
        "booking": booked,
        "row": row,
        "view": view,
        "skill": skill_word(skill) if skill else "",
        "places": places(skill),
        "others": others(row),
        "days": elsewhere(row, chosen.key if chosen else ""),
        "people": Technician.objects.filter(active=True).order_by("name"),
        "technician": chosen,
        "what_if": seen,
        "gone": bool(slot or technician) and seen is None and not error,
        "error": error,
        "to": to,
        "back": day_url(timezone.localtime(row.planned).date())
        if row.planned
        else week_url(timezone.localtime(booked.start).date()),
    }
    return render(request, "planner/move.html", context, status=409 if error else 200)


def _do(request: HttpRequest, pk: int, sequence: int, to: str) -> Appointment:
    if to.startswith(HANDS):
        technician = to.removeprefix(HANDS)
        return planning.hand_over(actor=me(request), appointment=pk, sequence=sequence, technician=technician)
    return planning.move(actor=me(request), appointment=pk, sequence=sequence, block=chosen_slot(to))


def _moved(row: Appointment, made: Appointment, name: str) -> str:
    if (row.start, row.end) == (made.start, made.end):
        text = _("%(who)s goes there now. The time that the customer knows stays the same.")
        return text % {"who": made.technician.name}
    return _("Moved. %(name)s hears it by itself.") % {"name": name or _("The customer")}
