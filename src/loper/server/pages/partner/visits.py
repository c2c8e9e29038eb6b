"""The visits that are asked of a co-maker, and what they say of one."""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST, require_safe

from loper.server.actions import partners
from loper.server.actions.agenda import chosen_slot
from loper.server.actions.privacy.looks import looked
from loper.server.actions.refused import Refused
from loper.server.pages.partner.scope import firm, for_partners, language, me
from loper.server.queries.partners import asked_of, free_times, one_asked
from loper.server.queries.taps import reasons
from loper.server.records.partners import Ask

WORDS = {
    "not_home": gettext_lazy("Nobody was home"),
    "material": gettext_lazy("Material was missing"),
    "expertise": gettext_lazy("It takes another trade"),
    "time": gettext_lazy("It takes more time"),
}

REPORTS = ("depart", "arrive", "fixed", "not_fixed", "absent")


@require_safe
@for_partners
def listing(request: HttpRequest) -> HttpResponse:
    """What waits for an answer first, then what they come for, then what is done."""
    found = asked_of(firm(request), language())
    context = {
        "asked": [one for one in found if one.ask.state == Ask.ASKED],
        "proposed": [one for one in found if one.ask.state == Ask.PROPOSED],
        "coming": [one for one in found if one.known and not one.over],
        "done": [one for one in found if one.known and one.over],
    }
    return render(request, "partner/visits.html", context)


@require_safe
@for_partners
def page(request: HttpRequest, pk: int) -> HttpResponse:
    return _show(request, pk)


@require_POST
@for_partners
def say(request: HttpRequest, pk: int, what: str) -> HttpResponse:
    """Accept, refuse, propose, or how the visit goes."""
    actor, post = me(request), request.POST
    if one_asked(firm(request), pk, language()) is None:
        messages.error(request, _("This visit is not yours any more."))
        return redirect("partner:visits")
    try:
        match what:
            case "accept":
                partners.accept(actor=actor, visit=pk)
                messages.success(request, _("Thank you. The visit is yours."))
            case "refuse":
                partners.refuse(actor=actor, visit=pk, reason=post.get("reason", ""))
                messages.success(request, _("Thank you for saying so. We look for somebody else."))
                return redirect("partner:visits")
            case "propose":
                slot = chosen_slot(post.get("block"))
                partners.propose(actor=actor, visit=pk, block=slot, reason=post.get("why", ""))
                messages.success(request, _("The planner asks the customer. You hear it here."))
            case _ if what in REPORTS:
                partners.report(actor=actor, visit=pk, what=what, reason=post.get("reason", ""))
                messages.success(request, _("Thank you. It is passed on."))
            case _:
                raise Http404
    except Refused as wrong:
        return _show(request, pk, error=wrong.sentence, status=422)
    return redirect("partner:visit", pk)


def _show(request: HttpRequest, pk: int, error: str = "", status: int = 200) -> HttpResponse:
    partner = firm(request)
    found = one_asked(partner, pk, language())
    if found is None:
        raise Http404
    if found.known:
        looked(actor=me(request), customer=found.row.customer, page="partner:visit")
    known = reasons(found.visit.view.journey) if found.visit else ()
    context = {
        "one": found,
        "free": [one for one in free_times(partner) if (one.start, one.end) != (found.row.start, found.row.end)],
        "reasons": [(name, WORDS.get(name) or name.replace("_", " ").capitalize()) for name in known],
        "begun": bool(found.visit and found.visit.taps),
        "error": error,
    }
    return render(request, "partner/visit.html", context, status=status)
