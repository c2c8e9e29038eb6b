"""Send the link to a case again: to an address that we know already, never to one that somebody reads out."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from loper.server.actions.refused import Refused
from loper.server.actions.resend import known_ways, send_link_again
from loper.server.pages.desk import words
from loper.server.pages.desk.door import actor_of, case_of, opens
from loper.server.permissions import demand


@require_http_methods(["GET", "POST"])
@opens()
def link(request: HttpRequest, key: str) -> HttpResponse:
    demand(actor_of(request), "link.send", key)
    view = case_of(request, key)
    wrong = ""
    if request.method == "POST":
        chosen = request.POST.get("address", "")
        try:
            to = int(chosen) if chosen.isascii() and chosen.isdigit() and len(chosen) < 12 else 0
            send_link_again(actor=actor_of(request), case=key, address=to, alone="alone" in request.POST)
            messages.success(request, _("The link is on its way."))
            return redirect("desk:case", key)
        except Refused as refused:
            wrong = refused.sentence
    ways = [(row.pk, words.channel(row.channel), row.value) for row in known_ways(view.case.customer)]
    context = {"view": view, "ways": ways, "wrong": wrong}
    return render(request, "desk/link.html", context, status=422 if wrong else 200)
