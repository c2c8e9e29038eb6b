"""A question asked of a log: a picture, a sentence under it, and the numbers, each leading to its cases."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.safestring import mark_safe
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from loper.log.table import BadLog
from loper.observe.filter import to_query
from loper.observe.report import QUESTIONS, Section
from loper.server.pages.insight.scope import Scope, scoped
from loper.server.queries.logs import journeys


@require_safe
@scoped
def question(request: HttpRequest, scope: Scope, key: str) -> HttpResponse:
    """One page a question; what it shows is made by observe, so that a report in a file shows the same."""
    asked = QUESTIONS.get(key)
    if asked is None:
        raise Http404
    try:
        sections = [_shown(one, scope) for one in asked.build(scope.part, scope.context)]
    except BadLog as wrong:
        everything = scope.url("question", key=key)
        return render(
            request, "insight/wrong.html", scope.page(problems=wrong.problems) | {"everything": everything}, status=422
        )
    context = scope.page(
        journeys=journeys(scope.language) if key == "conform" and not scope.row.own else (),
        choices=asked.choices(scope.part, scope.context) if asked.choices else (),
        asked=to_query(scope.filter),
        sections=sections,
        title=asked.asked(scope.language),
        here=key,
        crumb=asked.title(scope.language),
    )
    return render(request, "insight/question.html", context)


def _files(section: Section, scope: Scope) -> list[tuple[str, str]]:
    """What can be taken along: the address and the words of each."""
    chosen: dict[str, Any] = {**scope.choices}
    found = [("csv", _("Numbers (CSV)"))] if section.data else []
    found += [("svg", _("Picture (SVG)")), ("png", _("Picture (PNG)"))] if section.draw else []
    return [(scope.url(form, key=section.key, **chosen), words) for form, words in found]


def _shown(section: Section, scope: Scope) -> dict[str, Any]:
    """The pictures are drawn by us, every word in them escaped by the drawing (`draw.ink`)."""
    return {
        "section": section,
        "picture": mark_safe(section.draw(False)) if section.draw else "",  # noqa: S308
        "narrow": mark_safe(section.draw(True)) if section.draw else "",  # noqa: S308
        "files": _files(section, scope),
    }
