"""The jobs of today, the next one large; those of tomorrow as a list."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_GET

from loper.server.clock import today
from loper.server.pages.field import words
from loper.server.pages.field.card import card
from loper.server.pages.field.scope import for_technicians, kept, language, me, owner
from loper.server.queries.agenda import jobs_of
from loper.server.queries.visits import Visit, left_open, visits_on


@require_GET
@for_technicians
def day(request: HttpRequest) -> HttpResponse:
    """What is next, what comes after, what is done, what was left open on the days before."""
    technician = me(request).technician
    if technician is None:
        return render(request, "field/nobody.html")
    visits = visits_on(technician, today(), language())
    before = left_open(technician, language())
    undone = [visit for visit in visits if not visit.over]
    # Whoever is under way or at work goes on with that one.
    following = next((visit for visit in undone if visit.taps), undone[0] if undone else None)
    context = {
        "day": today(),
        "tab": "today",
        "owner": owner(request),
        "next": card(following, technician) if following else None,
        "later": rows((visit for visit in undone if visit is not following), technician),
        "done": rows((visit for visit in visits if visit.over), technician),
        "before": rows(before, technician),
        "count": len(visits),
        "tomorrow": len(jobs_of(technician, today() + timedelta(days=1))),
        "keep": keep([*visits, *before]),
    }
    return kept(request, render(request, "field/day.html", context))


def rows(visits: Iterable[Visit], technician: str) -> list[dict[str, object]]:
    """Visits as this technician sees them in a list."""
    return [
        {"visit": one, "standing": words.standing(one), "beside": one.appointment.beside(technician)} for one in visits
    ]


def keep(visits: list[Visit]) -> list[str]:
    """What the telephone fetches beforehand: the page of each visit, and its photographs."""
    found = [reverse("field:tomorrow")]
    for visit in visits:
        found.append(reverse("field:visit", args=[visit.appointment.pk]))
        found += [reverse("field:photo", args=[visit.appointment.pk, photo]) for photo in visit.problem.photos]
    return found


@require_GET
@for_technicians
def tomorrow(request: HttpRequest) -> HttpResponse:
    technician = me(request).technician
    if technician is None:
        return render(request, "field/nobody.html")
    ahead = today() + timedelta(days=1)
    context = {
        "day": ahead,
        "tab": "tomorrow",
        "owner": owner(request),
        "jobs": rows(visits_on(technician, ahead, language()), technician),
    }
    return kept(request, render(request, "field/tomorrow.html", context))
