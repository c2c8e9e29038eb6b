"""The same work on many homes: a list of addresses, the days, and how far it is."""

from __future__ import annotations

import re
import secrets
from datetime import date, timedelta

from django.contrib.auth.decorators import login_required, permission_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from loper.server import clock
from loper.server.actions import complexes
from loper.server.actions.refused import Refused
from loper.server.clock import today
from loper.server.pages.planner.scope import me
from loper.server.queries.complexes import progress
from loper.server.queries.organisation import text_in
from loper.server.queries.studio import worker_lives
from loper.server.records.agenda import WorkKind
from loper.server.records.complexes import ComplexWork

MOST = 50
PERMISSION = "complex.begin"


@require_GET
@login_required
@permission_required(PERMISSION, raise_exception=True)
def listing(request: HttpRequest) -> HttpResponse:
    """All such work, the newest first."""
    found = [progress(one) for one in ComplexWork.objects.order_by("-at")[:MOST]]
    return render(request, "planner/complexes.html", {"works": found})


@require_http_methods(["GET", "POST"])
@login_required
@permission_required(PERMISSION, raise_exception=True)
def new(request: HttpRequest) -> HttpResponse:
    """A title, what it is, the addresses, from which day until which."""
    given, wrong, field, language = request.POST, "", "", get_language() or "nl"
    if request.method == "POST":
        try:
            work = complexes.begin(
                actor=me(request),
                title=given.get("title", "").replace("\x00", ""),
                journey=given.get("journey", ""),
                kind=given.get("kind", "").replace("\x00", ""),
                homes=complexes.read_homes(given.get("homes", "").replace("\x00", "")),
                days=_days(given.get("first", ""), given.get("last", "")),
                once=re.sub(r"[^0-9a-f]", "", given.get("once", ""))[:64],
            )
            return redirect("planner:complex", work.pk)
        except Refused as refused:
            wrong, field = refused.sentence, refused.field or ""
    context = {
        "journeys": [(one.name, text_in(one.title, language) or one.name) for one in complexes.journeys()],
        "kinds": WorkKind.objects.order_by("title", "name"),
        "given": given,
        "once": given.get("once") or secrets.token_hex(16),
        "wrong": wrong,
        "field": field,
        "today": today(),
    }
    return render(request, "planner/complex_new.html", context, status=422 if wrong else 200)


@require_GET
@login_required
@permission_required(PERMISSION, raise_exception=True)
def show(request: HttpRequest, pk: int) -> HttpResponse:
    """How far it is, home by home; asked again by the page itself while blocks are sought."""
    work = get_object_or_404(ComplexWork, pk=pk)
    context = {"found": progress(work), "idle": bool(work.looking) and not worker_lives(clock.now())}
    template = "planner/complex_now.html" if request.headers.get("HX-Request") else "planner/complex.html"
    return render(request, template, context)


@require_POST
@login_required
@permission_required(PERMISSION, raise_exception=True)
def look(request: HttpRequest, pk: int) -> HttpResponse:
    """Seek blocks for homes that have none."""
    get_object_or_404(ComplexWork, pk=pk)
    complexes.look(actor=me(request), work=pk)
    return redirect("planner:complex", pk)


def _days(first: str, last: str) -> list[date]:
    try:
        begin, end = date.fromisoformat(first), date.fromisoformat(last or first)
    except ValueError:
        raise Refused(_("Choose the first and the last day."), field="days") from None
    if not begin <= end <= begin + timedelta(days=complexes.MOST_DAYS - 1):
        raise Refused(_("The last day comes after the first, at most sixty days later."), field="days")
    return [begin + timedelta(days=ahead) for ahead in range((end - begin).days + 1)]
