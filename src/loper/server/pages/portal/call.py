"""Ask to be called, in a time that suits."""

from __future__ import annotations

from datetime import datetime, time, timedelta

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import formats
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from loper.define.model import Journey
from loper.server import clock
from loper.server.actions.cases import ask_call
from loper.server.actions.refused import Refused
from loper.server.pages.portal import scope
from loper.server.pages.portal.case import view_of
from loper.server.pages.portal.forms import CallForm

PARTS = ((time(9), time(12)), (time(13), time(17)))


def slots(journey: Journey, now: datetime) -> list[tuple[str, str]]:
    """The parts of the next working days in which somebody calls: (value, label)."""
    found: list[tuple[str, str]] = []
    here = now.astimezone(journey.timezone)
    for ahead in range(14):
        day = (here + timedelta(days=ahead)).date()
        if not journey.calendar.works(day):
            continue
        for start, end in PARTS:
            begin, until = (datetime.combine(day, at, journey.timezone) for at in (start, end))
            if begin > here + timedelta(minutes=30):
                name = formats.date_format(day, "l j F")
                between = _("between %(start)s and %(end)s") % {"start": f"{start:%H:%M}", "end": f"{end:%H:%M}"}
                found.append((f"{begin.isoformat()}/{until.isoformat()}", f"{name}, {between}"))
        if len(found) >= 6:
            break
    return found[:6]


@require_http_methods(["GET", "POST"])
def call(request: HttpRequest, key: str) -> HttpResponse:
    view = view_of(request, key)
    phone = (
        view.customer.addresses.filter(channel="sms").values_list("value", flat=True).first() if view.customer else ""
    )
    choices = slots(view.journey, clock.now())
    form = CallForm(choices, request.POST or None, initial={"phone": phone, "slot": choices[0][0] if choices else ""})
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
            messages.success(request, _("We call you at that time."))
            return redirect("portal:case", key)
        except Refused as wrong:
            form.add_error(wrong.field if wrong.field in form.fields else None, wrong.sentence)
    if not view.offers_event("call_me"):
        return redirect("portal:case", key)
    return render(request, "portal/call.html", {"view": view, "form": form}, status=422 if form.errors else 200)
