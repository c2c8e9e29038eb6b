"""One case whole: where the customer is, what happened and why, what comes, and everything that can be done."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import Any
from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_POST

from loper.server import clock
from loper.server.actions.cases import add_note, last_withdrawal
from loper.server.actions.privacy.looks import looked
from loper.server.actions.refused import Refused
from loper.server.pages.desk import words
from loper.server.pages.desk.door import actor_of, case_of, opens, sees_people
from loper.server.pages.desk.line import place, whole_line
from loper.server.pages.desk.person import person
from loper.server.pages.desk.story import Said, next_ones, said
from loper.server.permissions import demand
from loper.server.queries.corrections import can_retract
from loper.server.queries.desk_acts import acts
from loper.server.queries.desk_case import Whole, customer_of_case, set_aside_because, whole
from loper.server.queries.desk_story import Line
from loper.server.queries.desk_tasks import as_chores
from loper.server.queries.duty import can_be_sent
from loper.server.queries.fieldwork import access_of, visited
from loper.server.queries.organisation import text_in
from loper.server.records.dialogues import StoredFile

RECENT = 40
"""So many lines of the story are shown at first; all of them when somebody asks."""


@require_GET
@opens()
def show(request: HttpRequest, key: str) -> HttpResponse:
    return page(request, key)


@require_POST
@opens()
def note(request: HttpRequest, key: str) -> HttpResponse:
    """A note for colleagues."""
    text = request.POST.get("text", "").replace("\x00", "")
    try:
        add_note(actor=actor_of(request), case=key, text=text)
    except Refused as wrong:
        return page(request, key, status=422, note_wrong=wrong.sentence, note_text=text)
    return redirect("desk:case", key)


def page(request: HttpRequest, key: str, *, status: int = 200, **more: Any) -> HttpResponse:
    """The case as it stands."""
    actor, language, see = actor_of(request), words.language(), sees_people(request)
    demand(actor, "case.see", key)
    try:
        found = whole(key, language, people=see)
    except LookupError:
        return _unreadable(request, key)
    if found is None:
        raise Http404
    view = found.view
    if see:
        looked(actor=actor, customer=view.case.customer, page="desk:case")
    can = acts(view, actor)
    undo = actor.may("case.withdraw") and last_withdrawal(view) is not None
    every = "all" in request.GET
    recent = found.lines if every else found.lines[-RECENT:]
    context = {
        "whole": found,
        "view": view,
        "can": can,
        "undo": undo,
        "access": access_of(view.customer.home) if see and view.customer else None,
        "can_access": see and view.customer is not None and actor.may("home.access"),
        "visited": visited(view),
        "duty": can.book and can_be_sent(view, clock.now()),
        "line": place(found, language),
        "lines": _lines(found, recent, retract=can.retract),
        "older": len(found.lines) - len(recent),
        "coming": next_ones(view.journey, found.coming, found.journeys, view.case.state.stage or ""),
        "facts": _facts(found),
        "tasks": as_chores(found.tasks, actor.user.pk, language, people=see),
        "can_do": actor.may("task.do"),
        "can_release": actor.may("case.release"),
        "dialogues": [
            (name, text_in(view.journey.dialogues[name].title, language) or words.readable(name))
            for name in can.dialogues
        ],
        "events": [(name, words.event(view.journey, name)) for name in can.events],
        "person": person(found.reached) if found.reached else None,
        "now": clock.now(),
        **more,
    }
    return render(request, "desk/case.html", context, status=status)


def _unreadable(request: HttpRequest, key: str) -> HttpResponse:
    """A case whose version of the journey is gone: what is known of it, and that nothing is lost."""
    why = set_aside_because(key)
    context = {"key": key, "why": why, "can_release": bool(why) and actor_of(request).may("case.release")}
    return render(request, "desk/unreadable.html", context, status=409)


@require_GET
@opens()
def line(request: HttpRequest, key: str) -> HttpResponse:
    """The line with every touch of this case on it."""
    view = case_of(request, key)
    found = whole(key, words.language(), people=False)
    line_ = whole_line(found, words.language()) if found else ""
    return render(request, "desk/line.html", {"view": view, "line": line_})


def _lines(found: Whole, lines: Sequence[Line], *, retract: bool) -> list[Said]:
    case = found.view.case
    keys = [event.key for event in case.history or ()] if retract else []
    retractable = {key: can_retract(case, key) for key in keys}
    return said(found.view.journey, lines, retractable, partial(_value, found))


def _value(found: Whole, name: str, raw: Any) -> str:
    return words.value(raw, found.questions, name, found.technicians)


def _facts(found: Whole) -> list[tuple[str, str]]:
    """What we know of the case beside what a report shows, in words."""
    return [(words.fact(name, found.questions), _value(found, name, raw)) for name, raw in found.facts.items()]


@require_GET
@opens()
def photo(request: HttpRequest, file: UUID) -> HttpResponse:
    """A photo of a case, or of a form that somebody is filling in."""
    found = StoredFile.objects.filter(pk=file).first()
    demand(actor_of(request), "case.see", found.case if found else None)
    if found is None:
        raise Http404
    looked(actor=actor_of(request), customer=customer_of_case(found.case), page="desk:photo")
    return HttpResponse(
        bytes(found.content),
        content_type=found.content_type,
        headers={"X-Content-Type-Options": "nosniff", "Content-Security-Policy": "default-src 'none'"},
    )
