"""One visit: all that is known of it, and what the technician says of it."""

from __future__ import annotations

import re
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from loper.server import clock
from loper.server.actions import visits
from loper.server.actions.agenda import chosen_slot
from loper.server.actions.refused import Refused
from loper.server.pages.field.answer import answer, number, seen, show
from loper.server.pages.field.card import times as times_of
from loper.server.pages.field.scope import for_technicians, kept, language, me, mine
from loper.server.pages.field.words import LONGER, MINUTES
from loper.server.queries.followups import Needed, asked, work_after
from loper.server.queries.visits import visit as visit_of
from loper.server.records.agenda import Appointment
from loper.server.records.dialogues import StoredFile

PATIENT = 60
"""Seconds after which a tap counts as kept: its technician has gone on, and cannot choose another time any more."""


@require_GET
@for_technicians
def page(request: HttpRequest, visit: int) -> HttpResponse:
    return kept(request, show(request, visit))


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

    return answer(request, visit, act)


def _tap(request: HttpRequest, row: Appointment) -> str:
    """Say it. Gives a sentence where something is left to do: the next time was gone when a kept tap came in."""
    given, now = request.POST, clock.now()
    ago = min(number(given.get("ago")) or 0, 24 * 3600)
    at = now - timedelta(seconds=ago)
    how: dict[str, Any] = {
        "actor": me(request),
        "case": row.case,
        "at": at if ago else None,
        "key": re.sub(r"[^0-9A-Za-z-]", "", given.get("key", ""))[:64],
        "seen": seen(request, row),
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
            how |= {"reason": given.get("reason", ""), "needed": needed_of(given)}
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


@require_GET
@for_technicians
def times(request: HttpRequest, visit: int) -> HttpResponse:
    """The times for a next visit that asks for what was chosen: a piece of the page."""
    found = visit_of(mine(request, visit), language())
    if found is None:
        raise Http404
    try:
        needed = needed_of(request.GET)
    except Refused as wrong:
        return HttpResponse(wrong.sentence, status=422, content_type="text/plain; charset=utf-8")
    follow = asked(found.appointment, found.taps, needed, clock.now())
    waits = bool(needed.parts) and needed.expected is None
    shown = times_of(found, me(request).technician or "", work_after(found.view, follow, needed), waits)
    return render(request, "field/times.html", {"times": shown, "later": "1", "reckoned": "1"})


@require_POST
@for_technicians
def undo(request: HttpRequest, visit: int) -> HttpResponse:
    """Take the last tap back."""

    def act(row: Appointment) -> str:
        event = request.POST.get("event", "")[:64]
        visits.undo(actor=me(request), case=row.case, event=event, seen=seen(request, row))
        return ""

    return answer(request, visit, act, _("Taken back."))


@require_POST
@for_technicians
def note(request: HttpRequest, visit: int) -> HttpResponse:
    """A note for colleagues."""

    def act(row: Appointment) -> str:
        visits.write_note(actor=me(request), case=row.case, text=request.POST.get("text", ""), seen=seen(request, row))
        return ""

    return answer(request, visit, act, _("Your note is kept."))


def needed_of(given: QueryDict) -> Needed:
    """What was chosen for the next visit. What does not belong to the reason counts for nothing."""
    reason = given.get("reason", "")
    parts = [*given.getlist("part"), *given.get("parts", "").splitlines()] if reason == "material" else []
    expected = given.get("expected", "") if reason == "material" else ""
    try:
        day = date.fromisoformat(expected) if expected else None
    except ValueError:
        raise Refused(_("Choose the day on which the part is there."), field="expected") from None
    left = number(given.get("minutes")) if reason == "time" else 0
    return Needed(
        reason=reason,
        skill=given.get("skill", "") if reason == "expertise" else "",
        parts=tuple(dict.fromkeys(" ".join(part.split())[:80] for part in parts if part.strip())),
        expected=day,
        minutes=left if left in LONGER else 0,
        two_people="two_people" in given,
    )


def _eta(minutes: str | None, at: datetime) -> datetime | None:
    chosen = number(minutes)
    return at + timedelta(minutes=chosen) if chosen in MINUTES else None
