"""The first page: what would you like to do?"""

from __future__ import annotations

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from loper.server.pages.portal import scope
from loper.server.queries import cases, designs
from loper.server.queries.dialogues import unfinished_of
from loper.server.queries.organisation import text_in


@require_GET
def start(request: HttpRequest) -> HttpResponse:
    """Report something, go on with what is open, or find it again."""
    language = get_language() or settings.LANGUAGE_CODE
    dialogues = [
        {
            "journey": journey.name,
            "dialogue": name,
            "title": text_in(journey.dialogues[name].title, language)
            or text_in(journey.title, language)
            or journey.name,
        }
        for journey, name in designs.offered_dialogues()
    ]
    context = {
        "dialogues": dialogues,
        "cases": [found for key in scope.cases(request) if (found := cases.case_view(key, language))],
        "unfinished": unfinished_of(scope.dialogues(request)),
        "nothing_title": _("Nothing can be reported here yet"),
        "nothing_text": _("As soon as a journey is published, it stands here."),
    }
    return render(request, "portal/start.html", context)
