"""The list of cases, and the one box that finds a person or a case by whatever is typed.

What is typed is posted and kept in the session under a number; the address of the page has that number and no name, so
that no name, phone or address stands in a log or in a browser's history (docs/decisions).
"""

from __future__ import annotations

from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_POST

from loper.server.pages.desk import words
from loper.server.pages.desk.door import actor_of, opens, sees_people
from loper.server.queries.desk_cases import ONLY, STATES, Filters, cases, choices
from loper.server.queries.desk_scripts import scripts
from loper.server.queries.desk_search import (
    LONGEST,
    MOST,
    Sought,
    as_people,
    begun_by,
    case_called,
    people,
    title_of,
    understand,
)
from loper.server.queries.promises import lately

KEPT = "desk_searches"
MOST_KEPT = 12
SHOWN = 12
"""So many people are shown as cards; their cases stand in the table in any case."""


@require_GET
@opens()
def first(request: HttpRequest) -> HttpResponse:
    return redirect("desk:cases")


@require_POST
@opens()
def find(request: HttpRequest) -> HttpResponse:
    """Keep what was typed and show what it finds; a case number leads to its case at once."""
    sought = understand(request.POST.get("q", "")[:LONGEST].replace("\x00", ""))
    if not sought.text:
        return redirect("desk:cases")
    key = case_called(sought)
    if key is not None:
        return redirect("desk:case", key)
    kept: dict[str, str] = request.session.get(KEPT, {})
    number = str(max((int(one) for one in kept), default=0) + 1)
    newest = dict(list(kept.items())[-(MOST_KEPT - 1) :])
    request.session[KEPT] = {**newest, number: sought.text}
    return redirect(f"{reverse('desk:cases')}?{urlencode({'s': number})}")


@require_GET
@opens()
def listing(request: HttpRequest) -> HttpResponse:
    """The cases, by search and filters; from `after` on."""
    actor, see = actor_of(request), sees_people(request)
    number = request.GET.get("s", "")
    text = request.session.get(KEPT, {}).get(number, "")
    sought = understand(text) if text else Sought()
    found = people(sought) if text and see else []
    filters = _filters(request, [one.key for one in found[:MOST]] if text else None)
    page = cases(filters, after=request.GET.get("after", "")[:300], language=words.language(), people=see)
    context = {
        "page": page,
        "filters": filters,
        "where": "/".join(part for part in (filters.journey, filters.stage) if part),
        "journeys": choices(words.language()),
        "text": text,
        "number": number if text else "",
        "lost": bool(number) and not text,
        "sought": sought,
        "people": as_people(found[:SHOWN]),
        "more_people": max(0, len(found) - SHOWN),
        "too_many": len(found) > MOST,
        "forms": _forms(sought, found) if text and see else [],
        "can_report": actor.may("case.report"),
        "scripts": scripts(words.language(), actor),
        "after": request.GET.get("after", ""),
        "next": _address(request, after=page.next) if page.next else "",
        "links": _links(request, filters),
        "kept": None if text or "after" in request.GET else lately(),
        "filtered": bool(filters.journey or filters.only or filters.state != ("all" if text else "open")),
    }
    return render(request, "desk/cases.html", context)


def _filters(request: HttpRequest, customers: list[str] | None) -> Filters:
    journey, _slash, stage = request.GET.get("where", "")[:200].partition("/")
    state, only = request.GET.get("state", ""), request.GET.get("only", "")
    usual = "open" if customers is None else "all"  # who searches for a person wants to see what was, too
    return Filters(
        journey=journey,
        stage=stage,
        state=state if state in STATES else usual,
        only=only if only in ONLY else "",
        customers=customers,
    )


def _forms(sought: Sought, found: list) -> list[dict[str, object]]:  # type: ignore[type-arg]
    """Half-filled forms of whoever was searched for."""
    return [
        {"row": row, "title": title_of(row, words.language())}
        for row in begun_by(sought, found[:MOST])
        if not row.stopped
    ]


def _address(request: HttpRequest, **other: str) -> str:
    """This page with other values: what is empty is left out."""
    kept = {name: request.GET.get(name, "") for name in ("s", "where", "state", "only")}
    wanted = {name: value for name, value in {**kept, **other}.items() if value}
    return f"{reverse('desk:cases')}?{urlencode(wanted)}" if wanted else reverse("desk:cases")


def _links(request: HttpRequest, filters: Filters) -> dict[str, list[dict[str, object]]]:
    """The filters that are one tap: each with its address and whether it is on."""
    states = [
        {"name": name, "url": _address(request, state=name, only=""), "on": filters.state == name and not filters.only}
        for name in STATES
    ]
    eyes = [
        {
            "name": name,
            "url": _address(request, only="" if filters.only == name else name, state=""),
            "on": filters.only == name,
        }
        for name in ONLY
    ]
    return {"states": states, "eyes": eyes}
