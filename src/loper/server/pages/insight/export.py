"""The numbers of a section as a file for a spreadsheet, its picture as a file for a text or a wall."""

from __future__ import annotations

import csv
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from loper.draw.png import png
from loper.observe.report import Section, question_of
from loper.server.actions.out.csv_file import safe
from loper.server.pages.insight.scope import Scope, scoped


@require_safe
@scoped
def table(request: HttpRequest, scope: Scope, key: str) -> HttpResponse:
    """Every row, also those that the page does not show."""
    section = section_of(scope, key)
    answer = HttpResponse(content_type="text/csv; charset=utf-8")
    answer["Content-Disposition"] = f'attachment; filename="{key}.csv"'
    answer.write("\ufeff")
    writer = csv.writer(answer)
    for at, row in enumerate(section.data):
        if not at:
            writer.writerow(row)
        writer.writerow([_plain(value) for value in row.values()])
    return answer


@require_safe
@scoped
def picture(request: HttpRequest, scope: Scope, key: str, form: str) -> HttpResponse:
    """The picture of a section, to be put in a text or on a wall."""
    section = section_of(scope, key)
    if section.draw is None:
        raise Http404
    svg = section.draw(False)
    if form == "svg":
        answer = HttpResponse(svg, content_type="image/svg+xml")
    else:
        answer = HttpResponse(png(svg), content_type="image/png")
    answer["Content-Disposition"] = f'attachment; filename="{key}.{form}"'
    return answer


def section_of(scope: Scope, key: str) -> Section:
    """The section of this name, of whichever question it is."""
    question = question_of(key)
    for section in question.build(scope.part, scope.context) if question else ():
        if section.key == key:
            return section
    raise Http404


def _plain(value: Any) -> Any:
    """Words joined, and no cell that a spreadsheet takes for a formula."""
    if isinstance(value, list | tuple):
        value = " > ".join(str(one) for one in value)
    return safe(value) if isinstance(value, str) else value
