"""The first page: what would you like to do?"""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from loper.server.pages.portal import scope
from loper.server.pages.portal.case import language
from loper.server.queries import cases, designs
from loper.server.queries.dialogues import unfinished_of
from loper.server.queries.organisation import text_in


@require_safe
def start(request: HttpRequest) -> HttpResponse:
    """Report something, go on with what is open, or find it again."""
    found = [view for key in scope.cases(request) if (view := cases.case_view(key, language()))]
    context = {
        "dialogues": [
            {
                "journey": journey.name,
                "dialogue": name,
                "title": text_in(journey.dialogues[name].title, language())
                or text_in(journey.title, language())
                or journey.name,
            }
            for journey, name in designs.offered_dialogues()
        ],
        "cases": sorted(found, key=lambda view: view.ended),
        "unfinished": unfinished_of(scope.dialogues(request), language()),
    }
    return render(request, "portal/start.html", context)
