"""Proposals: seen beside what stands, accepted, left, undone; and the urgent job that asks for one."""

from __future__ import annotations

from datetime import date

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from loper.server.actions import replanning
from loper.server.actions.refused import Refused
from loper.server.clock import today
from loper.server.pages.planner.scope import day_url, for_planners, me
from loper.server.queries.board_proposals import proposal as proposal_of
from loper.server.queries.board_proposals import recent, title_of, waiting
from loper.server.records.proposals import Proposal

ACTS = {"accept": replanning.accept, "refuse": replanning.refuse, "undo": replanning.undo}


@require_GET
@for_planners
def listing(request: HttpRequest) -> HttpResponse:
    """What waits, and what was decided lately."""
    context = {
        "waiting": [{"row": one, "title": title_of(one)} for one in waiting()],
        "recent": [{"row": one, "title": title_of(one)} for one in recent()],
    }
    return render(request, "planner/proposals.html", context)


@require_http_methods(["GET", "POST"])
@for_planners
def proposal(request: HttpRequest, pk: int) -> HttpResponse:
    """One proposal."""
    error = ""
    act = ACTS.get(request.POST.get("do", "")) if request.method == "POST" else None
    if act is not None:
        try:
            row = act(actor=me(request), proposal=pk)
            messages.success(request, _said(row))
            return redirect("planner:proposal", pk)
        except Refused as wrong:
            error = wrong.sentence
    found = proposal_of(pk)
    if found is None:
        raise Http404
    back = day_url(max(found.days[0], date.min) if found.days else today())
    context = {"proposal": found, "error": error, "back": back, "again": _again(found.row)}
    return render(request, "planner/proposal.html", context, status=409 if error else 200)


def _said(row: Proposal) -> str:
    return {
        Proposal.ACCEPTED: _("Done. Every technician sees their new route."),
        Proposal.REFUSED: _("Left as it is. Nothing was changed."),
        Proposal.UNDONE: _("Undone. The routes are as they were."),
    }[row.status]


def _again(row: Proposal) -> bool:
    """Whether the same can be asked again by a button."""
    return row.absence is not None or bool(row.case) or bool(row.days and row.days[-1] >= today().isoformat())


@require_http_methods(["POST"])
@for_planners
def again(request: HttpRequest, pk: int) -> HttpResponse:
    """The same asked again, of the routes as they are now."""
    row = Proposal.objects.select_related("absence__technician").filter(pk=pk).first()
    if row is None:
        raise Http404
    actor = me(request)
    try:
        if row.absence is not None:
            made = replanning.for_absence(actor=actor, absence=row.absence)
        elif row.case:
            made = replanning.for_urgent(actor=actor, case=row.case)
        else:
            made = replanning.propose(actor=actor, days=[date.fromisoformat(day) for day in row.days])
    except Refused as wrong:
        messages.error(request, wrong.sentence)
        return redirect("planner:proposal", pk)
    if made is None or made.status == Proposal.OLD:
        messages.success(request, _("There is nothing left to change."))
        return redirect(day_url(date.fromisoformat(row.days[0])))
    return redirect("planner:proposal", made.pk)


@require_http_methods(["GET", "POST"])
@for_planners
def urgent(request: HttpRequest) -> HttpResponse:
    """A case that cannot wait: a place today."""
    error, case = "", request.POST.get("case", request.GET.get("case", ""))
    if request.method == "POST":
        try:
            made = replanning.for_urgent(actor=me(request), case=case[:40])
            return redirect("planner:proposal", made.pk)
        except Refused as wrong:
            error = wrong.sentence
    context = {"error": error, "case": case[:40], "back": day_url(today())}
    return render(request, "planner/urgent.html", context, status=422 if error else 200)
