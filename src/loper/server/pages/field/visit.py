"""One visit: all that is known of it, and what the technician says of it."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from loper.server import clock
from loper.server.actions import visits
from loper.server.actions.agenda import chosen_slot
from loper.server.actions.refused import Refused
from loper.server.actions.visits import Seen
from loper.server.pages.field.card import card
from loper.server.pages.field.scope import for_technicians, kept, language, me, mine, owner
from loper.server.pages.field.words import MINUTES
from loper.server.queries.visits import own
from loper.server.queries.visits import visit as visit_of
from loper.server.records.agenda import Appointment
from loper.server.records.dialogues import StoredFile
from loper.server.records.runtime import Case

PATIENT = 60
"""Seconds after which a tap counts as kept: its technician has gone on, and cannot choose another time any more."""


@require_GET
@for_technicians
def page(request: HttpRequest, visit: int) -> HttpResponse:
    return kept(request, _show(request, visit))


def _show(request: HttpRequest, visit: int, error: str = "", status: int = 200) -> HttpResponse:
    found = visit_of(mine(request, visit), language())
    if found is None:
        raise Http404
    context = {"card": card(found, me(request).technician or ""), "error": error, "owner": owner(request)}
    return render(request, "field/visit.html", context, status=status)


@require_GET
@for_technicians
def photo(request: HttpRequest, visit: int, file: UUID) -> HttpResponse:
    """A photograph of the case of one's own visit."""
    found = StoredFile.objects.filter(pk=file, case=mine(request, visit).case).first()
    if found is None:
        raise Http404
    headers = {"X-Content-Type-Options": "nosniff", "Content-Security-Policy": "default-src 'none'"}
    return kept(request, HttpResponse(bytes(found.content), content_type=found.content_type, headers=headers))


# -- what is said ----------------------------------------------------------------------------------------------------


@require_POST
@for_technicians
def tap(request: HttpRequest, visit: int) -> HttpResponse:
    """A tap, sent by the page, by the queue of the telephone (which asks for JSON), or by a plain form."""

    def act(row: Appointment) -> str:
        return _tap(request, row)

    return _answer(request, visit, act)


def _tap(request: HttpRequest, row: Appointment) -> str:
    """Say it. Gives a sentence where something is left to do: the next time was gone when a kept tap came in."""
    given, now = request.POST, clock.now()
    ago = min(_number(given.get("ago")) or 0, 24 * 3600)
    at = now - timedelta(seconds=ago)
    how: dict[str, Any] = {
        "actor": me(request),
        "case": row.case,
        "at": at if ago else None,
        "key": re.sub(r"[^0-9A-Za-z-]", "", given.get("key", ""))[:64],
        "seen": _seen(request, row),
    }
    block = chosen_slot(given.get("block")) if given.get("block") else None
    match given.get("do"):
        case "depart":
            visits.depart(**how, eta=_eta(given.get("eta"), at))
        case "arrive":
            visits.arrive(**how)
        case "fixed":
            visits.fixed(**how)
        case "absent":
            visits.nobody_home(**how)
        case "not_fixed":
            how["reason"] = given.get("reason", "")
            try:
                visits.not_fixed(**how, block=block)
            except Refused as wrong:
                if wrong.field != "block" or ago < PATIENT:
                    raise
                visits.not_fixed(**how)
                return _("Recorded as not fixed, but the next time was just taken by somebody else. Make another one.")
        case "next":
            if block is None:
                raise Refused(_("Choose a time first."), field="block")
            visits.book_next(**how, block=block)
        case _:
            raise Refused(_("This button is not known. Reload the page."))
    return ""


@require_POST
@for_technicians
def undo(request: HttpRequest, visit: int) -> HttpResponse:
    """Take the last tap back."""

    def act(row: Appointment) -> str:
        event = request.POST.get("event", "")[:64]
        visits.undo(actor=me(request), case=row.case, event=event, seen=_seen(request, row))
        return ""

    return _answer(request, visit, act, _("Taken back."))


@require_POST
@for_technicians
def note(request: HttpRequest, visit: int) -> HttpResponse:
    """A note for colleagues."""

    def act(row: Appointment) -> str:
        visits.write_note(actor=me(request), case=row.case, text=request.POST.get("text", ""), seen=_seen(request, row))
        return ""

    return _answer(request, visit, act, _("Your note is kept."))


def _answer(request: HttpRequest, visit: int, act: Callable[[Appointment], str], said: str = "") -> HttpResponse:
    """Do it, and say what became of it: to a script in JSON, to a person with a page."""
    script = request.headers.get("Accept") == "application/json"
    row = Appointment.objects.select_related("technician").filter(pk=visit).first()
    try:
        if row is None:
            raise PermissionDenied
        left = act(row)
    except PermissionDenied:
        if not script:
            raise Http404 from None
        return JsonResponse({"why": _("This job is not on your list.")}, status=409)
    except Refused as wrong:
        if script:
            here = own(me(request).technician or "", visit) is not None
            return JsonResponse({"why": wrong.sentence, "field": wrong.field, "here": here}, status=409)
        return _refused(request, visit, wrong.sentence)
    if script:
        revision = Case.objects.values_list("revision", flat=True).get(pk=row.case)
        return JsonResponse({"revision": revision, "left": left, "said": said})
    if left:
        messages.warning(request, left)
    else:
        messages.success(request, said or _("Recorded."))
    return redirect("field:visit", visit)


def _refused(request: HttpRequest, visit: int, sentence: str) -> HttpResponse:
    """The visit with what was wrong; the day, where the visit is no longer this technician's."""
    try:
        return _show(request, visit, error=sentence, status=409)
    except Http404:
        messages.error(request, sentence)
        return redirect("field:day")


def _seen(request: HttpRequest, row: Appointment) -> Seen:
    """The appointment as it was on the screen; a form that does not say counts as up to date."""
    sequence = _number(request.POST.get("sequence"))
    return Seen(row.pk, row.sequence if sequence is None else sequence)


def _number(text: str | None) -> int | None:
    return int(text) if text and text.isascii() and text.isdigit() and len(text) < 16 else None


def _eta(minutes: str | None, at: datetime) -> datetime | None:
    chosen = _number(minutes)
    return at + timedelta(minutes=chosen) if chosen in MINUTES else None
