"""Blocks: opened and closed for a span of days, or changed one by one."""

from __future__ import annotations

from datetime import date

from django.contrib import messages
from django.db.models import Max
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import formats, timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods

from loper.server.actions.agenda import Opened, change_capacity, close_block, close_blocks, open_blocks
from loper.server.actions.refused import Refused
from loper.server.pages.planner.forms import BlocksForm, next_open
from loper.server.pages.planner.scope import for_planners, me, week_url
from loper.server.queries.week import block as block_of
from loper.server.records.agenda import Block


@require_http_methods(["GET", "POST"])
@for_planners
def span(request: HttpRequest) -> HttpResponse:
    """Open blocks for a span of days, or close the empty ones among them."""
    if request.method == "POST":
        closing = request.POST.get("do") == "close"
        form = BlocksForm(request.POST, closing=closing)
        if form.is_valid():
            days = form.days()
            if not days:
                form.add_error("weekdays", _("None of these days lies in this span."))
            elif closing:
                return _close(request, form, days)
            else:
                return _open(request, form, days)
        return render(request, "planner/span.html", {"form": form}, status=422)
    last = Block.objects.filter(capacity__gt=0).aggregate(last=Max("start"))["last"]
    first, until = next_open(last)
    form = BlocksForm(
        initial={
            "technicians": request.GET.getlist("technician") or [key for key, _name in _everybody()],
            "first": first,
            "last": until,
            "weekdays": ["0", "1", "2", "3", "4"],
        }
    )
    return render(request, "planner/span.html", {"form": form})


def _everybody() -> list[tuple[str, str]]:
    return list(BlocksForm().fields["technicians"].choices)  # type: ignore[attr-defined]


def _open(request: HttpRequest, form: BlocksForm, days: list[date]) -> HttpResponse:
    done = Opened()
    data = form.cleaned_data
    for technician in form.people():
        done += open_blocks(
            actor=me(request), technician=technician, days=days, times=data["times"], capacity=data["capacity"]
        )
    messages.success(
        request, ngettext("%(count)d block is open.", "%(count)d blocks are open.", done.made) % {"count": done.made}
    )
    if done.there:
        text = ngettext(
            "%(count)d was open already and stays as it was.",
            "%(count)d were open already and stay as they were.",
            done.there,
        )
        messages.info(request, text % {"count": done.there})
    if done.overlap:
        text = ngettext(
            "%(count)d was left out: it overlaps with a block that is there.",
            "%(count)d were left out: they overlap with blocks that are there.",
            done.overlap,
        )
        messages.warning(request, text % {"count": done.overlap})
    return redirect(week_url(days[0]))


def _close(request: HttpRequest, form: BlocksForm, days: list[date]) -> HttpResponse:
    closed, booked = 0, list[Block]()
    for technician in form.people():
        result = close_blocks(actor=me(request), technician=technician, days=days, times=form.cleaned_data["times"])
        closed += result.closed
        booked += result.booked
    messages.success(
        request, ngettext("%(count)d block is closed.", "%(count)d blocks are closed.", closed) % {"count": closed}
    )
    if booked:
        text = ngettext(
            "%(count)d block has a booking and stays open until you move it: %(which)s.",
            "%(count)d blocks have bookings and stay open until you move them: %(which)s.",
            len(booked),
        )
        which = "; ".join(f"{one.technician.name}, {_when(one)}" for one in booked[:8])
        which += "; …" if len(booked) > 8 else ""
        messages.warning(request, text % {"count": len(booked), "which": which})
    return redirect(week_url(days[0]))


def _when(block: Block) -> str:
    start = timezone.localtime(block.start)
    return f"{formats.date_format(start, 'l j F')} {start:%H:%M}"


@require_http_methods(["GET", "POST"])
@for_planners
def block(request: HttpRequest, pk: int) -> HttpResponse:
    """One block: who is booked in it, for how many it has room, and closing it."""
    found = block_of(pk)
    if found is None:
        raise Http404
    error = ""
    if request.method == "POST":
        try:
            if request.POST.get("do") == "close":
                close_block(actor=me(request), block=pk)
                messages.success(request, _("This block is closed. Nobody can book it."))
            else:
                change_capacity(actor=me(request), block=pk, capacity=_capacity(request))
                messages.success(request, _("Changed."))
            return redirect("planner:block", pk)
        except Refused as wrong:
            error = wrong.sentence
    context = {"slot": found, "error": error, "back": week_url(timezone.localtime(found.start).date())}
    return render(request, "planner/block.html", context, status=409 if error else 200)


def _capacity(request: HttpRequest) -> int:
    text = request.POST.get("capacity", "").strip()
    if not (text.isascii() and text.isdigit() and 1 <= int(text[:3]) <= 20 and len(text) < 3):
        raise Refused(_("Fill in a number from 1 to 20."), field="capacity")
    return int(text)
