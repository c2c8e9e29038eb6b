"""What to know of a home before one rings: read and changed at the office, seen by the technician."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from loper.server.actions.fieldwork import keep_access
from loper.server.actions.refused import Refused
from loper.server.pages.desk.door import actor_of, case_of, must, opens
from loper.server.queries.fieldwork import access_of


@require_http_methods(["GET", "POST"])
@opens()
def access(request: HttpRequest, key: str) -> HttpResponse:
    """Key box, dog, asbestos, two people."""
    view, actor, given = case_of(request, key), actor_of(request), request.POST
    must(actor.may("home.access", key))
    wrong = ""
    if request.method == "POST":
        try:
            keep_access(
                actor=actor,
                case=key,
                key_box=given.get("key_box", "").replace("\x00", ""),
                dog="dog" in given,
                asbestos=given.get("asbestos", "").replace("\x00", ""),
                two_people="two_people" in given,
                more=given.get("more", "").replace("\x00", ""),
            )
            messages.success(request, _("Kept. The technician sees it before the visit."))
            return redirect("desk:case", key)
        except Refused as refused:
            wrong = refused.sentence
    home = view.customer.home if view.customer else None
    context = {"view": view, "access": given or access_of(home), "home": home, "wrong": wrong}
    return render(request, "desk/access.html", context, status=422 if wrong else 200)
