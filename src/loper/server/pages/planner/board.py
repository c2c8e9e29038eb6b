"""The board of a day: who goes where and when, and what is in danger; and planning it again."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from loper.server.actions import absences, planning, replanning
from loper.server.actions.refused import Refused
from loper.server.clock import today
from loper.server.pages.planner.scope import day_of, day_url, for_planners, me, number_of, week_url
from loper.server.queries.board import DayBoard, board
from loper.server.queries.board_proposals import title_of, waiting
from loper.server.records.proposals import Proposal
from loper.server.roads import estimated
from loper.server.security import policy_with_tiles


@require_GET
@for_planners
def day(request: HttpRequest) -> HttpResponse:
    """The routes of a day, as a list."""
    asked = day_of(request.GET.get("day"))
    found = board(asked)
    context = {
        "board": found,
        "day": asked,
        "is_today": asked == today(),
        "is_over": asked < today(),
        "before": day_url(asked - timedelta(days=1)),
        "after": day_url(asked + timedelta(days=1)),
        "now": day_url(today()),
        "week": week_url(asked),
        "map": _map(found),
        "estimated": estimated(),
        "proposals": [{"row": one, "title": title_of(one)} for one in waiting(asked)],
    }
    answer = render(request, "planner/day.html", context)
    if context["map"]:
        answer.headers["Content-Security-Policy"] = policy_with_tiles()
        # A map server is asked for pictures by the page itself; it learns which site asks, and no more.
        answer.headers["Referrer-Policy"] = "strict-origin-when-cross-origin"
    return answer


def _map(found: DayBoard) -> dict[str, Any] | None:
    """What the map shows, all of it in the list too; None where no visit has a place."""
    lanes = [
        {
            "name": lane.technician.name,
            "home": list(lane.home) if lane.home else None,
            "stops": [
                {
                    "pk": stop.pk,
                    "name": stop.name or stop.case,
                    "at": f"{stop.planned or stop.start:%H:%M}",
                    "late": stop.late,
                    "lat": stop.place.lat,
                    "lon": stop.place.lon,
                }
                for stop in lane.stops
                if stop.place is not None
            ],
        }
        for lane in found.lanes
    ]
    if not any(lane["stops"] for lane in lanes):
        return None
    return {"lanes": lanes, "tiles": settings.LOPER_TILES, "attribution": settings.LOPER_TILES_BY}


@require_POST
@for_planners
def again(request: HttpRequest) -> HttpResponse:
    """Plan a day again, by button: a proposal, or the news that there is nothing better."""
    asked = day_of(request.POST.get("day"))
    try:
        found = replanning.propose(actor=me(request), days=[asked])
    except Refused as wrong:
        messages.error(request, wrong.sentence)
        return redirect(day_url(asked))
    if found.status == Proposal.OLD:
        messages.success(request, _("This day is planned well: nothing better was found."))
        return redirect(day_url(asked))
    return redirect("planner:proposal", found.pk)


@require_POST
@for_planners
def ill(request: HttpRequest, key: str) -> HttpResponse:
    """Ill today, in one click."""
    try:
        away = absences.ill_today(actor=me(request), technician=key)
    except Refused as wrong:
        messages.error(request, wrong.sentence)
        return redirect(day_url(today()))
    return after_absence(request, away)


def after_absence(request: HttpRequest, away: absences.Away) -> HttpResponse:
    """To the proposal, where there is one; else it is said what was done."""
    name = away.absence.technician.name
    messages.success(request, _("%(name)s is away. Nobody is booked with them then.") % {"name": name})
    if away.booked:
        text = _("These visits are still booked in their blocks. Open the week and move them: %(which)s.")
        messages.warning(request, text % {"which": ", ".join(row.case for row in away.booked[:10])})
        return redirect(week_url(away.booked[0].start.date(), away.absence.technician.key))
    if away.proposal is not None:
        return redirect("planner:proposal", away.proposal.pk)
    return redirect(reverse("planner:absences", args=[away.absence.technician.key]))


@require_POST
@for_planners
def pin(request: HttpRequest, pk: int) -> HttpResponse:
    """Hold a visit at its technician and time, or let it go again."""
    asked = day_of(request.POST.get("day"))
    try:
        held = request.POST.get("do") == "pin"
        sequence = number_of(request.POST.get("sequence"), _("This page is incomplete. Reload it."))
        planning.pin(actor=me(request), appointment=pk, sequence=sequence, pinned=held)
        text = _("It stays with this technician at this time.") if held else _("It may be moved inside its promise.")
        messages.success(request, text)
    except Refused as wrong:
        messages.error(request, wrong.sentence)
    return redirect(f"{day_url(asked)}#visit-{pk}")
