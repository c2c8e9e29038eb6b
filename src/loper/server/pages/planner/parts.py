"""Parts that cases wait for: when they are expected, and that they are in. For planners and agents."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, timedelta

from django.contrib import messages
from django.contrib.auth.decorators import login_required, permission_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from loper.server import clock
from loper.server.actions import parts
from loper.server.actions.agenda import chosen_slot
from loper.server.actions.refused import Refused
from loper.server.clock import today
from loper.server.pages.planner.scope import me
from loper.server.queries.cases import case_view
from loper.server.queries.followups import parts_awaited, parts_just_in, parts_open
from loper.server.queries.offers import Choice, free_days
from loper.server.queries.work import work_of
from loper.server.ui import words

RECENT = timedelta(days=3)
SHOWN = 20
"""Of so many cases a time is sought when the page is opened: some ten milliseconds each."""


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
    """It is in; it is expected on another day; the visit for it is planned; it was not in after all."""
    try:
        match what:
            case "in":
                parts.arrived(actor=me(request), order=pk)
                messages.success(request, _("The part is in. The customer hears it."))
            case "expect":
                parts.expect(actor=me(request), order=pk, expected=_day(request.POST.get("expected", "")))
                messages.success(request, _("The day is kept."))
            case "plan":
                made = parts.plan(actor=me(request), order=pk, block=chosen_slot(request.POST.get("block")))
                said = _("The visit stands: %(day)s, %(block)s, %(who)s. The customer hears it.")
                when = {"day": words.day(made.start), "block": words.block(made), "who": made.technician.name}
                messages.success(request, said % when)
            case "back":
                parts.not_arrived(actor=me(request), order=pk)
                messages.success(request, _("The part is awaited again."))
            case _:
                raise Http404
    except Refused as wrong:
        return _show(request, error=wrong.sentence, status=422)
    return redirect("planner:parts")


def _show(request: HttpRequest, error: str = "", status: int = 200) -> HttpResponse:
    recent = parts_just_in(clock.now() - RECENT, today())
    times = _times([one.order.case for one in recent if one.planned is None])
    context = {
        "awaited": parts_awaited(today()),
        "recent": [(one, times.pop(one.order.case, None)) for one in recent],  # one visit a case
        "error": error,
        "today": today(),
    }
    return render(request, "planner/parts.html", context, status=status)


def _times(cases: Iterable[str]) -> dict[str, Choice]:
    """Of each case that waits for nothing more, and has no visit, the time to plan it: the first that lies well, else
    the first.
    """
    found = {}
    for case in list(dict.fromkeys(cases))[:SHOWN]:
        view = case_view(case)
        if view is None or not view.offers_event("book") or parts_open(case):
            continue
        choices = [one for day in free_days(work_of(view)) for one in day.choices]
        if choices:
            found[case] = next((one for one in choices if one.suits), choices[0])
    return found


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text) if text else None
    except ValueError:
        raise Refused(_("Choose a day, or leave it empty where nobody knows.")) from None
