"""All journeys at a glance: who owns them, what is live, what is being worked on."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from loper.server.pages.studio.frame import actor_of, language_of, member
from loper.server.queries import studio


@member
@require_GET
def journeys(request: HttpRequest) -> HttpResponse:
    language = language_of(request)
    rows = [(row, studio.title_of(row.design, language)) for row in studio.journeys()]
    return render(request, "studio/journeys.html", {"rows": rows, "may_draft": actor_of(request).may("journey.draft")})
