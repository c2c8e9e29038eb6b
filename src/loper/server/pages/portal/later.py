"""Go on with a report another time, or on another device: by a link, in a mail or to copy."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from loper.server import clock
from loper.server.actions.codes import send_way_back
from loper.server.actions.links import new_link
from loper.server.pages.portal.case import language
from loper.server.pages.portal.forms import LaterForm
from loper.server.pages.portal.report import mine, sent
from loper.server.records.links import Link

DAYS, MOST_AN_HOUR = 30, 5


@require_http_methods(["GET", "HEAD", "POST"])
def later(request: HttpRequest, key: UUID) -> HttpResponse:
    """A link that opens these answers, sent or shown."""
    progress, actor = mine(request, key)
    if progress.submitted:
        return sent(request, progress)
    known = {"email": progress.contact.get("email", "")}
    form = LaterForm(request.POST if "send" in request.POST else None, initial=known)
    shown = error = ""
    if request.method == "POST" and ("show" in request.POST or form.is_valid()):
        if _made_lately(str(key)) >= MOST_AN_HOUR:
            error = _("You asked for this link several times. Wait an hour, please.")
        else:
            of = {"customer": actor.customer or "", "case": progress.case, "subject": str(key)}
            _link, url = new_link(purpose=Link.DIALOGUE, detail={"typed": True}, days=DAYS, **of)
            if form.is_bound:
                send_way_back(to=form.cleaned_data["email"], url=url, language=language())
                messages.success(request, _("The link is on its way to you. Your answers are kept for 30 days."))
                return redirect("portal:later", key)
            shown = url
    context = {"form": form, "shown": shown, "error": error, "progress": progress}
    return render(request, "portal/later.html", context, status=422 if error or form.errors else 200)


def _made_lately(dialogue: str) -> int:
    """How many links to this dialogue were made in the last hour."""
    rows = Link.objects.filter(purpose=Link.DIALOGUE, subject=dialogue, created__gt=clock.now() - timedelta(hours=1))
    return sum(not row.detail.get("here") for row in rows)
