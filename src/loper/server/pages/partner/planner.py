"""What is open with co-makers: visits for which nobody comes, times that they propose, questions not answered yet."""

from __future__ import annotations

from django.contrib import messages
from django.contrib.auth.decorators import login_required, permission_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from loper.server.actions import partners
from loper.server.actions.refused import Refused
from loper.server.pages.partner.scope import me
from loper.server.queries.partners import open_asks


@require_safe
@login_required
@permission_required("planning", raise_exception=True)
def listing(request: HttpRequest) -> HttpResponse:
    return _show(request)


@require_POST
@login_required
@permission_required("planning", raise_exception=True)
def act(request: HttpRequest, pk: int, what: str) -> HttpResponse:
    """Take the other time that is proposed; or look for somebody else at the time that was promised."""
    try:
        match what:
            case "take":
                partners.take_proposal(actor=me(request), ask=pk)
                messages.success(request, _("The appointment is moved. The customer gets a message."))
            case "else":
                if partners.somebody_else(actor=me(request), ask=pk):
                    messages.success(request, _("Somebody else comes, at the time that was promised."))
                else:
                    messages.warning(request, _("Nobody else can come then. Choose another time with the customer."))
            case _:
                raise Http404
    except Refused as wrong:
        return _show(request, error=wrong.sentence, status=422)
    return redirect("partner:open")


def _show(request: HttpRequest, error: str = "", status: int = 200) -> HttpResponse:
    nobody, proposed, asked = open_asks()
    context = {"nobody": nobody, "proposed": proposed, "asked": asked, "error": error}
    return render(request, "partner/open.html", context, status=status)
