"""A visit shown, and the answer to what was said of it: to a script in JSON, to a person with a page."""

from __future__ import annotations

from collections.abc import Callable

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from loper.server.actions.refused import Refused
from loper.server.actions.visits import Seen
from loper.server.pages.field.card import card
from loper.server.pages.field.scope import language, me, mine, owner
from loper.server.queries.visits import own
from loper.server.queries.visits import visit as visit_of
from loper.server.records.agenda import Appointment
from loper.server.records.runtime import Case


def show(request: HttpRequest, visit: int, error: str = "", status: int = 200) -> HttpResponse:
    found = visit_of(mine(request, visit), language())
    if found is None:
        raise Http404
    context = {"card": card(found, me(request).technician or ""), "error": error, "owner": owner(request)}
    return render(request, "field/visit.html", context, status=status)


def answer(request: HttpRequest, visit: int, act: Callable[[Appointment], str], said: str = "") -> HttpResponse:
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
        return show(request, visit, error=sentence, status=409)
    except Http404:
        messages.error(request, sentence)
        return redirect("field:day")


def seen(request: HttpRequest, row: Appointment) -> Seen:
    """The appointment as it was on the screen; a form that does not say counts as up to date."""
    sequence = number(request.POST.get("sequence"))
    return Seen(row.pk, row.sequence if sequence is None else sequence)


def number(text: str | None) -> int | None:
    return int(text) if text and text.isascii() and text.isdigit() and len(text) < 16 else None
