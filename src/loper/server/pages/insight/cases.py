"""From any number to the cases behind it, and one case from its first contact to its last."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from urllib.parse import urlencode

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_safe

from loper.observe.filter import instant
from loper.server.pages.insight.scope import Scope, scoped
from loper.server.pages.insight.words import column

PAGE = 50


@require_safe
@scoped
def listing(request: HttpRequest, scope: Scope) -> HttpResponse:
    """The cases of this selection, fifty a page."""
    number = _page(request.GET.get("page"))
    rows = scope.part.rows
    pages = max(1, -(-len(rows) // PAGE))
    number = min(number, pages)
    shown = [_line(scope, int(row)) for row in rows[(number - 1) * PAGE : number * PAGE]]
    turns = {
        "before": scope.url("cases", page=number - 1) if number > 1 else "",
        "after": scope.url("cases", page=number + 1) if number < pages else "",
    }
    return render(
        request, "insight/cases.html", scope.page(cases=shown, number=number, pages=pages, here="cases", **turns)
    )


@require_safe
@scoped
def case(request: HttpRequest, scope: Scope) -> HttpResponse:
    """One case: each contact, and how long after the one before it."""
    name = request.GET.get("case", "")
    found = scope.whole.case(name)
    if not found:
        raise Http404
    say, last = scope.context.say, None
    contacts = []
    for one in found:
        at = instant(one["time"])
        wait = say.lasting((at - last).total_seconds()) if last is not None else ""
        more = {
            column(key): value
            for key, value in one.items()
            if key not in ("activity", "time", "seq", "channel") and value is not None
        }
        contacts.append(
            {
                "activity": scope.context.label(one["activity"]),
                "at": at,
                "wait": wait,
                "channel": one.get("channel") or "",
                "more": more,
            }
        )
        last = at
    own = reverse("desk:case", args=[name]) if scope.row.own and request.user.has_perm("desk") else ""
    return render(request, "insight/case.html", scope.page(name=name, contacts=contacts, own=own, here="cases"))


def _line(scope: Scope, row: int) -> dict[str, Any]:
    layout, say = scope.whole.layout, scope.context.say
    low, high = int(layout.offsets[row]), int(layout.offsets[row + 1])
    name = layout.cases[row]
    return {
        "name": name,
        "url": scope.url("case") + ("&" if scope.filter else "?") + urlencode({"case": name}),
        "contacts": high - low,
        "begun": instant(layout.time[low]),
        "took": say.lasting(timedelta(microseconds=int(layout.time[high - 1] - layout.time[low])).total_seconds()),
        "last": scope.context.label(layout.activities[layout.activity[high - 1]]),
    }


def _page(text: str | None) -> int:
    return int(text) if text and text.isascii() and text.isdigit() and 0 < len(text) < 9 and int(text) else 1
