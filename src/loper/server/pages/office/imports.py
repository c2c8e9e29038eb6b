"""Files of other systems: brought in, their columns seen, looked at, put in force, mended, taken back."""

from __future__ import annotations

import csv
from io import StringIO
from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from loper.intake.clean import guarded
from loper.intake.guess import refused
from loper.intake.kinds import KINDS
from loper.server import clock
from loper.server.actions.imports import files, mend
from loper.server.actions.refused import Refused
from loper.server.pages.office import import_words as words
from loper.server.pages.office.scope import me, opens
from loper.server.queries.studio import worker_lives
from loper.server.records.imports import Import, Reject

PAGE = 25
ROWS = 5
"""Rows of a file that are shown beside its columns."""


@require_safe
@opens("import")
def listing(request: HttpRequest) -> HttpResponse:
    """The files, the newest first, and how far each is."""
    rows = Import.objects.select_related("by").order_by("-pk")[:60]
    found = [
        (row, words.kind(row.kind), words.state(row), row.rejects.filter(state=Reject.OPEN).count()) for row in rows
    ]
    context = {"rows": found, "idle": not worker_lives(clock.now())}
    return render(request, "office/imports.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@opens("import")
def new(request: HttpRequest) -> HttpResponse:
    """Choose a file, what is in it, and from which system it comes."""
    wrong = field = ""
    if request.method == "POST":
        upload = request.FILES.get("file")
        try:
            if upload is None:
                raise Refused(_("Choose a file."), field="file")
            row = files.bring_in(
                actor=me(request),
                kind=request.POST.get("kind", ""),
                source=request.POST.get("source", ""),
                upload=upload,
            )
            return redirect("office:import", row.pk)
        except Refused as error:
            wrong, field = error.sentence, error.field or ""
    sources = Import.objects.order_by("source").values_list("source", flat=True).distinct()
    context = {
        "kinds": [(name, words.kind(name)) for name in KINDS],
        "sources": list(sources[:20]),
        "given": request.POST,
        "wrong": wrong,
        "field": field,
    }
    return render(request, "office/import_new.html", context, status=422 if wrong else 200)


@require_safe
@opens("import")
def show(request: HttpRequest, pk: int) -> HttpResponse:
    """One file where it stands: its columns, a bar, what it would change, what it changed."""
    return _show(request, _file(pk))


def _show(request: HttpRequest, row: Import, wrong: str = "", status: int = 200, fields: Any = None) -> HttpResponse:
    context: dict[str, Any] = {
        "row": row,
        "kind": words.kind(row.kind),
        "state": words.state(row),
        "notes": [words.note(one) for one in row.notes],
        "wrong": wrong,
        "idle": row.state in (Import.LOOK, Import.GO) and not worker_lives(clock.now()),
        "open": row.rejects.filter(state=Reject.OPEN).count(),
    }
    if request.headers.get("HX-Request"):
        return render(request, "office/import_bar.html", context)
    if row.state in (Import.NEW, Import.FAILED) or "columns" in request.GET:
        context |= _columns(row, row.fields if fields is None else fields)
    if row.state in (Import.SEEN, Import.DONE):
        context["changes"] = [
            (words.change(what), ident, words.field(field) if field else "", before, after)
            for what, ident, field, before, after in row.examples
        ]
    return render(request, "office/import.html", context, status=status)


def _columns(row: Import, chosen: Any) -> dict[str, Any]:
    """The fields with the columns that they can be, and the first rows as they stand."""
    try:
        sheet = files.sheet_of(row)
    except Refused as gone:
        return {"wrong": gone.sentence}
    never = refused(sheet)
    free = [one for one in sheet.columns if one not in never]
    kind = KINDS[row.kind]
    return {
        "fields": [
            {"name": one.name, "title": words.field(one.name), "needed": one.needed, "chosen": chosen.get(one.name, "")}
            for one in kind.fields
        ],
        "columns": free,
        "heads": free,
        "sample": [
            [cell[:40] for cell, name in zip(cells, sheet.columns, strict=True) if name not in never]
            for cells in sheet.sample[:ROWS]
        ],
    }


@require_POST
@opens("import")
def act(request: HttpRequest, pk: int, what: str) -> HttpResponse:
    """Look at it with these columns, put it in force, take it back, or throw it away."""
    row, actor, given = _file(pk), me(request), request.POST
    chosen = {one.name: given.get(one.name, "").replace("\x00", "") for one in KINDS[row.kind].fields}
    try:
        match what:
            case "look":
                files.look(actor=actor, file=pk, fields=chosen)
            case "go":
                files.go(actor=actor, file=pk, gone=given.get("gone", "keep"), sure=bool(given.get("sure")))
            case "undo":
                gone, back = mend.undo(actor=actor, file=pk)
                messages.success(
                    request, _("Taken back: %(gone)d went, %(back)d are as they were.") % {"gone": gone, "back": back}
                )
            case "remove":
                files.remove(actor=actor, file=pk)
                return redirect("office:imports")
            case _:
                raise Http404
    except Refused as error:
        row.refresh_from_db()
        sentence = (
            "; ".join(words.mapping(part) for part in str(error).split("; ")) if what == "look" else error.sentence
        )
        return _show(request, row, sentence, 422, chosen if what == "look" else None)
    return redirect("office:import", pk)


# -- rows that did not come in -----------------------------------------------------------------------------------------


@require_safe
@opens("import")
def rejects(request: HttpRequest, pk: int) -> HttpResponse:
    """Rows that did not come in, each with what is wrong; as CSV with `?csv`, to be mended and brought in again."""
    row = _file(pk)
    rows = row.rejects.filter(state=Reject.OPEN).order_by("number")
    if "csv" in request.GET:
        return _csv(row, list(rows))
    page = Paginator(rows, PAGE).get_page(request.GET.get("page"))
    context = {
        "row": row,
        "kind": words.kind(row.kind),
        "page": page,
        "rows": [_reject(row, one) for one in page],
        "mended": row.rejects.filter(state=Reject.MENDED).count(),
        "can_mend": row.state == Import.DONE,
    }
    return render(request, "office/rejects.html", context)


def _reject(row: Import, one: Reject) -> dict[str, Any]:
    why = {field: words.why(reason, value) for field, value, reason in one.why}
    return {
        "pk": one.pk,
        "number": one.number,
        "whole": why.get("", ""),
        "why": [(words.field(name), text) for name, text in why.items() if name],
        "cells": [
            {"name": name, "title": words.field(name), "value": one.cells.get(name, ""), "wrong": why.get(name, "")}
            for name in row.fields
            if name in why or one.cells.get(name)
        ]
        if one.cells
        else [],
    }


@require_POST
@opens("import")
def mend_one(request: HttpRequest, pk: int) -> HttpResponse:
    """A row with its cells as they were mended: it goes in; or left out for good."""
    one = get_object_or_404(Reject.objects.select_related("file"), pk=pk)
    where = redirect(f"{redirect('office:rejects', one.file_id).url}?page={request.POST.get('page', '1')}")
    try:
        if request.POST.get("leave"):
            mend.leave(actor=me(request), reject=pk)
            return where
        given = {name: request.POST.get(f"f-{name}", one.cells.get(name, "")) for name in one.file.fields}
        still = mend.mend(
            actor=me(request), reject=pk, cells={name: text.replace("\x00", "") for name, text in given.items()}
        )
    except Refused as error:
        messages.error(request, error.sentence)
        return where
    if still:
        said = "; ".join(f"{words.field(two.field)}: {words.why(two.why, two.value)}" for two in still)
        messages.error(request, _("Row %(n)d: %(why)s") % {"n": one.number, "why": said})
    else:
        messages.success(request, _("Row %(n)d is in.") % {"n": one.number})
    return where


def _csv(row: Import, rows: list[Reject]) -> HttpResponse:
    out = StringIO()
    writer = csv.writer(out, delimiter=";")
    writer.writerow([*(guarded(column) for column in row.fields.values()), _("row"), _("why")])
    for one in rows:
        why = "; ".join(f"{words.field(field)}: {words.why(reason, value)}" for field, value, reason in one.why)
        writer.writerow([*(guarded(str(one.cells.get(name, ""))) for name in row.fields), one.number, guarded(why)])
    return HttpResponse(
        "\ufeff" + out.getvalue(),
        content_type="text/csv; charset=utf-8",
        headers={"Content-Disposition": f"attachment; filename=rejects-{row.pk}.csv", "Cache-Control": "no-store"},
    )


def _file(pk: int) -> Import:
    return get_object_or_404(Import.objects.select_related("by"), pk=pk)
