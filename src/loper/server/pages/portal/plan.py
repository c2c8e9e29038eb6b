"""Choose a time, or another one, at any hour."""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from loper.server import clock
from loper.server.actions.agenda import chosen_slot
from loper.server.actions.cases import book
from loper.server.actions.refused import Refused
from loper.server.pages.portal import scope
from loper.server.pages.portal.case import view_of
from loper.server.pages.portal.today import on_the_way
from loper.server.pages.portal.wish import in_order
from loper.server.queries.calendar import appointment_file
from loper.server.queries.offers import free_days
from loper.server.queries.work import work_of
from loper.server.ui import words


@require_http_methods(["GET", "HEAD", "POST"])
def plan(request: HttpRequest, key: str, welcome: bool = False) -> HttpResponse:
    """The free times by day; one tap chooses, one more confirms. The old time stays until the new one is taken."""
    view = view_of(request, key)
    error = ""
    if request.method == "POST":
        try:
            made = book(actor=scope.actor(request, key), case=key, block=chosen_slot(request.POST.get("block")))
            when = {"day": words.day(made.start), "block": words.block(made)}
            messages.success(request, _("Your appointment stands: %(day)s, %(block)s. We send you a message.") % when)
            return redirect("portal:case", key)
        except Refused as wrong:
            error = wrong.sentence
            view = view_of(request, key)
    if welcome and on_the_way(view, clock.now()):  # nothing to choose: somebody comes now, or is to be rung
        messages.success(request, _("Your report is in."))
        return redirect("portal:case", key)
    if not (view.offers_event("book") or view.offers_event("reschedule")):
        if error:
            messages.error(request, error)
        elif welcome:
            messages.success(request, _("Your report is in."))
        return redirect("portal:case", key)
    context = {
        "view": view,
        "times": in_order(free_days(work_of(view), leaving=view.appointment), view.case.state.facts.get("at_home")),
        "error": error,
        "chosen": request.POST.get("block", ""),
        "welcome": welcome,
        "can_call": view.offers_event("call_me"),
    }
    return render(request, "portal/plan.html", context, status=422 if error else 200)


@require_safe
def welcome(request: HttpRequest, key: str) -> HttpResponse:
    """Right after a report: it is in, now choose a time."""
    return plan(request, key, welcome=True)


@require_safe
def calendar(request: HttpRequest, key: str) -> HttpResponse:
    """The appointment as a file for the customer's own calendar."""
    view = view_of(request, key)
    if view.appointment is None:
        raise Http404
    return HttpResponse(
        appointment_file(view.appointment, title=view.title, method="PUBLISH"),
        content_type="text/calendar; charset=utf-8",
        headers={"Content-Disposition": 'attachment; filename="afspraak.ics"'},
    )
