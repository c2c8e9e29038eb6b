"""Where the technician is: sent by their phone on the way to a customer, if they share it."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_POST

from loper.server.actions import places
from loper.server.pages.field.scope import for_technicians, me


@require_POST
@for_technicians
def place(request: HttpRequest) -> HttpResponse:
    """A place of right now (`ago` seconds)."""
    given = [_number(request.POST.get(name, "")) for name in ("lat", "lon", "accuracy")]
    try:
        result = places.from_phone(
            actor=me(request), lat=given[0], lon=given[1], accuracy=given[2], ago=_number(request.POST.get("ago")) or 0
        )
    except ValueError as wrong:
        return JsonResponse({"wrong": str(wrong)}, status=422)
    return JsonResponse({"result": result})


@require_POST
@for_technicians
def share(request: HttpRequest) -> HttpResponse:
    """The switch: whether this phone may say where it is."""
    places.share(actor=me(request), on=request.POST.get("on") == "1")
    return redirect("field:day")


def _number(text: str | None) -> float | None:
    """A number that is one; NaN and infinity are none."""
    try:
        found = float(text or "")
    except ValueError:
        return None
    return found if abs(found) < places.MOST else None
