"""The week: who has which blocks, who is booked where, where there is a place."""

from __future__ import annotations

from datetime import timedelta

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from loper.server.clock import today
from loper.server.pages.planner.scope import day_of, for_planners, week_url
from loper.server.queries.promises import lately
from loper.server.queries.week import monday_of, technicians
from loper.server.queries.week import week as week_of


@require_GET
@for_planners
def week(request: HttpRequest) -> HttpResponse:
    """One week, of all technicians or of one."""
    everybody = technicians()
    chosen = request.GET.get("technician", "")
    chosen = chosen if chosen in {one.key for one in everybody} else ""
    monday = monday_of(day_of(request.GET.get("day")))
    context = {
        "week": week_of(monday, chosen),
        "last_day": monday + timedelta(days=6),
        "today": today(),
        "technicians": everybody,
        "chosen": chosen,
        "before": week_url(monday - timedelta(days=7), chosen),
        "after": week_url(monday + timedelta(days=7), chosen),
        "this_week": week_url(today(), chosen),
        "is_now": monday == monday_of(today()),
        "kept": lately(),
    }
    return render(request, "planner/week.html", context)
