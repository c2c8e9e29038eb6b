"""The blocks that were agreed with a co-maker: they open and close them, and say how many visits each takes."""

from __future__ import annotations

from datetime import date, time, timedelta
from itertools import groupby

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST, require_safe

from loper.server.actions import partners
from loper.server.actions.refused import Refused
from loper.server.clock import today
from loper.server.pages.partner.scope import firm, for_partners, me
from loper.server.queries.partners import times_of

MOST = 31


@require_safe
@for_partners
def page(request: HttpRequest) -> HttpResponse:
    return _show(request)


@require_POST
@for_partners
def open_them(request: HttpRequest) -> HttpResponse:
    """A block on each working day of these days."""
    post = request.POST
    try:
        first, last = _day(post.get("first", "")), _day(post.get("last", "") or post.get("first", ""))
        if not today() <= first <= last or (last - first).days >= MOST:
            raise Refused(_("Choose days from today on, at most a month."), field="first")
        times = [(_time(post.get("from", "")), _time(post.get("until", "")))]
        days = [first + timedelta(days=ahead) for ahead in range((last - first).days + 1)]
        if first != last:
            days = [day for day in days if day.weekday() < 5]
        opened = partners.open_times(actor=me(request), days=days, times=times, capacity=_number(post.get("capacity")))
    except Refused as wrong:
        return _show(request, error=wrong.sentence, status=422)
    made = ngettext("%(count)d time is open.", "%(count)d times are open.", opened.made) % {"count": opened.made}
    messages.success(request, made)
    if opened.overlap:
        left = _("%(count)d would overlap a time that you have already: left as it was.") % {"count": opened.overlap}
        messages.warning(request, left)
    return redirect("partner:times")


@require_POST
@for_partners
def change(request: HttpRequest, pk: int) -> HttpResponse:
    """How many visits; none closes it."""
    try:
        block = partners.change_times(actor=me(request), block=pk, capacity=_number(request.POST.get("capacity")))
    except Refused as wrong:
        return _show(request, error=wrong.sentence, status=422)
    messages.success(request, _("Kept.") if block.capacity else _("This time is closed. Open it again above."))
    return redirect("partner:times")


def _show(request: HttpRequest, error: str = "", status: int = 200) -> HttpResponse:
    by_day = groupby(times_of(firm(request)), key=lambda one: timezone.localdate(one.start))
    days = [
        {
            "day": day,
            "blocks": (own := list(blocks)),
            "taken": sum(one.taken for one in own),
            "capacity": sum(one.capacity for one in own),
        }
        for day, blocks in by_day
    ]
    context = {"days": days, "error": error, "today": today(), "given": request.POST}
    return render(request, "partner/times.html", context, status=status)


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise Refused(_("Choose a day."), field="first") from None


def _time(text: str) -> time:
    try:
        return time.fromisoformat(text).replace(tzinfo=None)
    except ValueError:
        raise Refused(_("Choose from when until when."), field="from") from None


def _number(text: str | None) -> int:
    return int(text) if text and text.isascii() and text.isdigit() and len(text) < 4 else -1
