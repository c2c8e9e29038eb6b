"""A log brought in: the file, then its columns as we understood them, then the worker reads it."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from loper.log.table import NEEDED
from loper.server.actions import logs
from loper.server.actions.refused import Refused
from loper.server.pages.insight.scope import for_analysts, log_of, me
from loper.server.queries.logs import coverage, folder_of, opened
from loper.server.records.logs import ContactLog

ASKED = ("case", "activity", "time", "customer", "channel", "reason", "direction", "outcome", "end", "score")


@require_http_methods(["GET", "HEAD", "POST"])
@for_analysts
def new(request: HttpRequest) -> HttpResponse:
    """Choose a file."""
    error = ""
    if request.method == "POST":
        upload = request.FILES.get("file")
        try:
            if upload is None:
                raise Refused(_("Choose a file."), field="file")
            row = logs.bring_in(actor=me(request), name=request.POST.get("name", ""), upload=upload)
            return redirect("insight:columns" if row.state == ContactLog.NEW else "insight:first", row.pk)
        except Refused as wrong:
            error = wrong.sentence
    context = {"error": error, "name": request.POST.get("name", "")}
    return render(request, "insight/new.html", context, status=422 if error else 200)


@require_http_methods(["GET", "HEAD", "POST"])
@for_analysts
def columns(request: HttpRequest, pk: int) -> HttpResponse:
    """Which column is what: guessed, shown with some rows, changed where it was guessed wrong."""
    row = log_of(pk)
    if row.own:
        raise Http404
    error, chosen = "", dict(row.columns["names"])
    if request.method == "POST":
        chosen = {name: request.POST.get(name, "") for name in ASKED}
        try:
            logs.understand(
                actor=me(request),
                log=row,
                names=chosen,
                keep=request.POST.getlist("keep"),
                zone=request.POST.get("zone", "Europe/Amsterdam"),
            )
            return redirect("insight:first", pk)
        except Refused as wrong:
            error = wrong.sentence
    context = {
        "log": row,
        "fields": [_field(name, chosen.get(name, ""), row) for name in ASKED],
        "others": [{**one, "kept": one["name"] in row.columns["keep"]} for one in row.columns["others"]],
        "sample": row.columns["sample"],
        "heads": list(row.columns["sample"][0]) if row.columns["sample"] else [],
        "zone": row.options.get("zone", "Europe/Amsterdam"),
        "error": error,
    }
    return render(request, "insight/columns.html", context, status=422 if error else 200)


@require_http_methods(["GET", "HEAD", "POST"])
@for_analysts
def counted(request: HttpRequest, pk: int) -> HttpResponse:
    """How many contacts there were by each channel, as somebody else counted them."""
    row = log_of(pk)
    if not row.laid:
        return redirect("insight:first", pk)
    seen = coverage(row, opened(row)).channels
    given = {one.channel: str(one.counted or "") for one in seen}
    error = ""
    if request.method == "POST":
        given = {one.channel: request.POST.get(f"n-{number}", "").strip() for number, one in enumerate(seen)}
        try:
            if any(text and not (text.isascii() and text.isdigit() and len(text) < 13) for text in given.values()):
                raise Refused(_("Write whole numbers, such as 12000; leave empty what nobody counted."))
            numbers = {name: int(text or 0) for name, text in given.items()}
            logs.count(actor=me(request), log=row, counted=numbers)
            return redirect("insight:first", pk)
        except Refused as wrong:
            error = wrong.sentence
    rows = [(number, one.channel, one.seen, given[one.channel]) for number, one in enumerate(seen)]
    return render(
        request, "insight/counted.html", {"log": row, "rows": rows, "error": error}, status=422 if error else 200
    )


@require_POST
@for_analysts
def against(request: HttpRequest, pk: int) -> HttpResponse:
    """Which journey a log from elsewhere is held against."""
    row = log_of(pk)
    try:
        logs.hold_against(actor=me(request), log=row, journey=request.POST.get("journey", ""))
    except Refused as wrong:
        messages.error(request, wrong.sentence)
    query = f"?{request.GET.urlencode()}" if request.GET else ""
    return redirect(reverse("insight:question", args=[pk, "conform"]) + query)


@require_POST
@for_analysts
def remove(request: HttpRequest, pk: int) -> HttpResponse:
    """The log and all that was made of it go."""
    row = log_of(pk)
    try:
        logs.remove(actor=me(request), log=row)
        messages.success(request, _("%(name)s was taken away.") % {"name": row.name})
    except Refused as wrong:
        messages.error(request, wrong.sentence)
    return redirect("insight:logs")


@require_GET
@for_analysts
def rejects(request: HttpRequest, pk: int) -> HttpResponseBase:
    """The rows that could not be read, with the reason of each."""
    place = folder_of(log_of(pk)) / "rejects.csv"
    if not place.exists():
        raise Http404
    return FileResponse(place.open("rb"), as_attachment=True, filename="rejects.csv", content_type="text/csv")


def _field(name: str, chosen: str, row: ContactLog) -> dict[str, Any]:
    titles = {
        "case": _("Which case it is of"),
        "activity": _("What happened"),
        "time": _("When"),
        "customer": _("The customer"),
        "channel": _("The channel"),
        "reason": _("What it is about"),
        "direction": _("In or out"),
        "outcome": _("What came of it"),
        "end": _("When it was over"),
        "score": _("What the customer said of it"),
    }
    return {
        "name": name,
        "title": titles[name],
        "needed": name in NEEDED,
        "chosen": chosen,
        "guessed": name in row.columns["guessed"],
        "choices": row.columns["theirs"],
    }
