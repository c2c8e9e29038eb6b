"""By which contacts a case of a log from elsewhere is over: guessed, or as somebody says who knows it."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from loper.server.actions import logs
from loper.server.pages.insight.scope import Scope, me, scoped

MOST = 200


def over_by(scope: Scope) -> dict[str, Any] | None:
    """By what a case of a log from elsewhere is over: as somebody said, or guessed. None where a design says it."""
    if scope.row.own or scope.part.design is not None or not len(scope.part):
        return None
    said, whole = scope.part.finals, scope.whole
    guessed = [one for one, end in zip(whole.layout.activities, whole.guessed_ends, strict=True) if end]
    return {"names": said or guessed, "said": bool(said)}


@require_http_methods(["GET", "HEAD", "POST"])
@scoped
def ends(request: HttpRequest, scope: Scope) -> HttpResponse:
    """Say by which contacts a case is over."""
    if scope.row.own:
        raise Http404
    layout = scope.whole.layout
    if request.method == "POST":
        said = [] if request.POST.get("guess") else request.POST.getlist("ends")
        logs.say_ends(actor=me(request), log=scope.row, ends=said, known=layout.activities)
        return redirect("insight:first", scope.row.pk)
    given = over_by(scope)
    chosen = set(given["names"] if given else ())
    last = {node.activity: node.ends for node in scope.whole.map().nodes}
    names = sorted(layout.activities, key=lambda one: -last.get(one, 0))[:MOST]
    rows = [
        {"name": one, "title": scope.context.label(one), "last": last.get(one, 0), "on": one in chosen} for one in names
    ]
    return render(request, "insight/ends.html", scope.page(rows=rows, said=bool(scope.part.finals), here="ends"))
