"""The status page: how it stands, where that is on the line, what comes next, what was said, what can be done."""

from __future__ import annotations

import re
from typing import Any

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language
from django.views.decorators.http import require_safe

from loper.draw import line_customer
from loper.server import clock
from loper.server.actions.cases import can_undo
from loper.server.pages.portal import scope
from loper.server.pages.portal.today import on_the_way, sentence, stretch
from loper.server.queries.arrivals import Live, live
from loper.server.queries.cases import CaseView, case_view, opened_by
from loper.server.queries.dialogues import told
from loper.server.queries.heard import Heard, call_wish, coming, heard
from loper.server.queries.organisation import brand, text_in
from loper.server.queries.runtime import moves_of
from loper.server.queries.survey import answers_of

SENTENCE = re.compile(r"(?<=[.!?])\s+")
BUILT_IN = {"book", "reschedule", "withdraw", "call_me"}
NOTHING_NEW = 204
STOP_ASKING = 286  # htmx stops polling


def language() -> str:
    return get_language() or settings.LANGUAGE_CODE


def view_of(request: HttpRequest, key: str) -> CaseView:
    """The case, if a good link opens it; otherwise nobody learns whether it exists."""
    scope.actor(request, key)
    found = case_view(key, language())
    if found is None:
        raise Http404
    return found


@require_safe
def status(request: HttpRequest, key: str) -> HttpResponse:
    return render(request, "portal/case.html", context(request, view_of(request, key)))


@require_safe
def now(request: HttpRequest, key: str) -> HttpResponse:
    """The part of the page that renews itself: nothing while nothing happened, so that nobody is disturbed."""
    view = view_of(request, key)
    if request.GET.get("seen") == state_of(view, live(view.appointment)):
        return HttpResponse(status=STOP_ASKING if view.ended else NOTHING_NEW)
    return render(request, "portal/now.html", {**context(request, view), "polled": True})


def state_of(view: CaseView, today: Live | None) -> str:
    """Changes whenever something happened in the case, or the technician comes at another time."""
    happened = str(len(view.case.history or ()))
    return f"{happened}-{today.stamp}" if today else happened


def context(request: HttpRequest, view: CaseView) -> dict[str, Any]:
    names, at = {offer.name for offer in view.offers}, clock.now()
    today = live(view.appointment)
    duty = on_the_way(view, at)
    letters = heard(view, language())
    headline, _dot, rest = SENTENCE.sub("\n", view.says or view.here, count=1).partition("\n")
    offered = [view.journey.dialogues[name] for name in _offered(view)]
    children = [found for key in opened_by(view.key) if (found := case_view(key, language()))]
    return {
        "view": view,
        "number": view.key.partition("/")[0],  # of a case that another opened: the one people can read out
        "seen": state_of(view, today),
        "live": today,
        "duty": duty,
        "stretch": stretch(today) if today else (),
        "line": line(view, upright=True),
        "wide_line": line(view, upright=False),
        "headline": duty.headline if duty else headline,
        "rest": duty.rest if duty else (sentence(today) if today else "") or rest,
        "heard": letters,
        "surveys": [one for one in _once(letters) if _unanswered(view, one.touchpoint)],
        "coming": coming(view, language(), at),
        "told": told(view.key, language()),
        "wish": call_wish(view.key, at),
        "children": children,
        "parent": _parent(request, view),
        "can_plan": not duty and bool(names & {"book", "reschedule"}),
        "can_withdraw": "withdraw" in names,
        "can_call": "call_me" in names,
        "can_undo": can_undo(view),
        "dialogues": [{"name": one.name, "title": text_in(one.title, language()) or one.name} for one in offered],
    }


def _once(letters: list[Heard]) -> list[Heard]:
    """The newest message of each touchpoint."""
    return list({one.touchpoint: one for one in reversed(letters)}.values())


def _unanswered(view: CaseView, touchpoint: str) -> bool:
    """Whether these are questions that the customer has not answered yet."""
    known = view.journey.touchpoints.get(touchpoint)
    return known is not None and bool(known.asks) and not answers_of(view.key, touchpoint)


def _offered(view: CaseView) -> list[str]:
    return [offer.name for offer in view.offers if offer.name not in BUILT_IN and offer.name in view.journey.dialogues]


def _parent(request: HttpRequest, view: CaseView) -> CaseView | None:
    """The case that opened this one, for who may see it."""
    key = view.case.parent
    return case_view(key, language()) if key and scope.sees(request, key) else None


def line(view: CaseView, *, upright: bool) -> SafeString:
    """The line with the customer's place on it. The same stands beside it in words."""
    drawn = line_customer(
        view.journey,
        stage=view.case.state.stage,
        visited=moves_of(view.case),
        language=language(),
        vertical=upright,
        colour=brand().primary,
    )
    return mark_safe(drawn)  # noqa: S308 - drawn by ourselves; loper.draw escapes every text
