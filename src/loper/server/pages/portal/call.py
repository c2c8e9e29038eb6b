"""Ask to be called, in a time that suits."""

from __future__ import annotations

from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from loper.define.model import Calendar
from loper.server import clock
from loper.server.actions.cases import ask_call
from loper.server.actions.refused import Refused
from loper.server.pages.portal import scope
from loper.server.pages.portal.case import view_of
from loper.server.pages.portal.forms import CallForm, posted
from loper.server.queries.cases import CaseView
from loper.server.ui import words

PARTS = ((time(9), time(12)), (time(13), time(17)))
NOTICE, MOST = timedelta(hours=1), 6


def slots(calendar: Calendar, zone: ZoneInfo, now: datetime) -> list[tuple[str, str]]:
    """The parts of the next working days in which somebody calls: (value, label)."""
    found: list[tuple[str, str]] = []
    here = now.astimezone(zone)
    for ahead in range(21):
        day = (here + timedelta(days=ahead)).date()
        for begins, ends in PARTS if calendar.works(day) else ():
            start, end = datetime.combine(day, begins, zone), datetime.combine(day, ends, zone)
            if end - NOTICE > here and len(found) < MOST:
                label = f"{words.day(start)}, {words.between(start, end)}"
                found.append((f"{start.isoformat()}/{end.isoformat()}", label))
    return found


@require_http_methods(["GET", "HEAD", "POST"])
def call(request: HttpRequest, key: str) -> HttpResponse:
    view = view_of(request, key)
    if not view.offers_event("call_me"):
        return redirect("portal:case", key)
    choices = slots(view.journey.calendar, ZoneInfo(settings.TIME_ZONE), clock.now())
    first = choices[0][0] if choices else ""
    form = CallForm(choices, posted(request), initial={"phone": _phone(request, view), "slot": first})
    if request.method == "POST" and form.is_valid():
        start, end = (datetime.fromisoformat(part) for part in form.cleaned_data["slot"].split("/"))
        try:
            ask_call(
                actor=scope.actor(request, key),
                case=key,
                start=start,
                end=end,
                phone=form.cleaned_data["phone"],
                about=form.cleaned_data["about"],
            )
            when = {"day": words.day(start), "block": words.between(start, end)}
            messages.success(request, _("We call you %(day)s, %(block)s.") % when)
            return redirect("portal:case", key)
        except Refused as wrong:
            form.add_error(wrong.field if wrong.field in form.fields else None, wrong.sentence)
    return render(request, "portal/call.html", {"view": view, "form": form}, status=422 if form.errors else 200)


def _phone(request: HttpRequest, view: CaseView) -> str:
    """The number we know; only for who proved to be the customer, or typed it on this report."""
    if view.customer is None:
        return ""
    if scope.proven(request, view.key):
        known = view.customer.addresses.filter(channel="sms").values_list("value", flat=True).first()
        return words.at_home(known or "")
    typed = view.customer.dialogues.filter(case=view.key).values_list("contact", flat=True).first() or {}
    return str(typed.get("phone", ""))
