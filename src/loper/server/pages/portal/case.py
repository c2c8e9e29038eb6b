"""The status page: the line with the customer's place on it, the same in words, and what can be done now."""

from __future__ import annotations

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import get_language
from django.views.decorators.http import require_GET

from loper.server import clock
from loper.server.actions.cases import last_withdrawal
from loper.server.pages.portal import scope
from loper.server.queries.cases import CaseView, case_view
from loper.server.queries.organisation import text_in

UNDO_MINUTES = 30


def view_of(request: HttpRequest, key: str) -> CaseView:
    """The case, if a good link opens it; otherwise nobody learns whether it exists."""
    scope.actor(request, key)
    found = case_view(key, language())
    if found is None:
        raise Http404
    return found


def language() -> str:
    return get_language() or settings.LANGUAGE_CODE


@require_GET
def status(request: HttpRequest, key: str) -> HttpResponse:
    view = view_of(request, key)
    return render(request, "portal/case.html", context(view))


@require_GET
def line(request: HttpRequest, key: str) -> HttpResponse:
    """The part of the page that renews itself."""
    view = view_of(request, key)
    return render(request, "portal/line.html", context(view))


def context(view: CaseView) -> dict[str, object]:
    names = {offer.name for offer in view.offers}
    built_in = {"book", "reschedule", "withdraw", "call_me"}
    dialogues = [
        {"name": offer.name, "title": text_in(view.journey.dialogues[offer.name].title, language()) or offer.name}
        for offer in view.offers
        if offer.name not in built_in and offer.name in view.journey.dialogues
    ]
    withdrawn = last_withdrawal(view)
    recent = withdrawn is not None and (clock.now() - withdrawn.time).total_seconds() < UNDO_MINUTES * 60
    return {
        "view": view,
        "can_plan": bool(names & {"book", "reschedule"}),
        "can_withdraw": "withdraw" in names,
        "can_call": "call_me" in names,
        "can_undo": recent,
        "dialogues": dialogues,
    }
