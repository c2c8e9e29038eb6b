"""A customer: how they are reached, what they want, their cases; and a new report without asking what is known."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.contrib import messages
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from loper.server.actions import customers
from loper.server.actions.privacy.looks import looked
from loper.server.actions.refused import Refused
from loper.server.pages.desk import words
from loper.server.pages.desk.door import actor_of, opens
from loper.server.pages.desk.person import person
from loper.server.permissions import demand
from loper.server.queries.desk_case import Reached, reached_of
from loper.server.queries.desk_cases import Filters, cases
from loper.server.queries.desk_scripts import scripts
from loper.server.queries.desk_search import begun_of, title_of
from loper.server.records.customers import Customer, tidy_phone
from loper.server.ui.words import at_home

WISHES = ("", "email", "sms", "letter")
MOST = 100


def customer_of(request: HttpRequest, key: str) -> Customer:
    """The customer, for who may see customers."""
    demand(actor_of(request), "customer.see")
    found = Customer.objects.select_related("home").filter(key=key).first()
    if found is None:
        raise Http404
    looked(actor=actor_of(request), customer=key, page="desk:customer")
    return found


@require_GET
@opens()
def show(request: HttpRequest, key: str) -> HttpResponse:
    found = customer_of(request, key)
    actor, language = actor_of(request), words.language()
    reached = reached_of(found)
    page = cases(Filters(state="all", customers=[key]), language=language, most=MOST)
    context = {
        "customer": found,
        "person": person(reached),
        "rows": page.rows,
        "forms": [{"row": row, "title": title_of(row, language)} for row in begun_of(found)],
        "scripts": scripts(language, actor),
        "can_report": actor.may("case.report"),
        "can_change": actor.may("customer.change"),
    }
    return render(request, "desk/customer.html", context)


@require_http_methods(["GET", "POST"])
@opens()
def change(request: HttpRequest, key: str) -> HttpResponse:
    """Change how this customer is called, reached and spoken to."""
    found = customer_of(request, key)
    demand(actor_of(request), "customer.change")
    reached = reached_of(found)
    wrong: dict[str, str] = {}
    if request.method == "POST":
        typed = {name: request.POST.get(name, "").replace("\x00", "").strip()[:254] for name in _now(reached)}
        wrong = _wrong(typed)
        if not wrong:
            try:
                _change(request, reached, typed)
                messages.success(request, _("It is changed. Messages that wait go to the new address."))
                return redirect("desk:customer", key)
            except Refused as refused:
                wrong[refused.field or "name"] = refused.sentence
    else:
        typed = _now(reached)
    wishes = [(name, words.channel(name) if name else _("no wish")) for name in WISHES]
    tongues = [(code, words.tongue(code)) for code, _name in settings.LANGUAGES]
    context = {"customer": found, "typed": typed, "wrong": wrong, "wishes": wishes, "tongues": tongues}
    return render(request, "desk/customer_change.html", context, status=422 if wrong else 200)


@require_POST
@opens()
def works_again(request: HttpRequest, key: str) -> HttpResponse:
    """An address that failed works again: it is used from now on."""
    customer_of(request, key)
    address = request.POST.get("address", "")
    try:
        pk = int(address) if address.isascii() and address.isdigit() and len(address) < 12 else 0
        customers.works_again(actor=actor_of(request), customer=key, address=pk)
        messages.success(request, _("The address is used again."))
    except Refused as refused:
        messages.error(request, refused.sentence)
    return redirect("desk:customer", key)


def _now(reached: Reached) -> dict[str, str]:
    """The form as it stands."""
    ways: dict[str, str] = {}
    for row in reached.addresses:
        if row.channel not in ways or row.bounced is None:
            ways[row.channel] = row.value
    consents = reached.consents
    return {
        "name": reached.customer.name,
        "email": ways.get("email", ""),
        "sms": at_home(ways.get("sms", "")),
        "choice": reached.customer.choice,
        "language": reached.customer.language,
        "survey": "no" if consents.get("survey") is False else "yes",
        "news": "yes" if consents.get("news") is True else "no",
    }


def _wrong(typed: dict[str, str]) -> dict[str, str]:
    wrong: dict[str, str] = {}
    if not typed["name"]:
        wrong["name"] = _("Fill in a name.")
    if typed["email"] and ("@" not in typed["email"] or " " in typed["email"] or "." not in typed["email"][-8:]):
        wrong["email"] = _("An e-mail address looks like name@example.nl.")
    if typed["sms"] and not tidy_phone(typed["sms"]):
        wrong["sms"] = _("A telephone number has ten digits, like 06 12345678.")
    if typed["choice"] not in WISHES:
        wrong["choice"] = _("Choose one of these.")
    if typed["language"] not in dict(settings.LANGUAGES):
        wrong["language"] = _("Choose one of these.")
    for name in ("survey", "news"):
        if typed[name] not in ("yes", "no"):
            wrong[name] = _("Choose one of these.")
    return wrong


@transaction.atomic
def _change(request: HttpRequest, reached: Reached, typed: dict[str, str]) -> None:
    """Change what is different, all of it or nothing."""
    actor, key, before = actor_of(request), reached.customer.key, _now(reached)
    new = {name: value for name, value in typed.items() if value != before[name]}
    who: dict[str, Any] = {"actor": actor, "customer": key}
    if "name" in new:
        customers.set_name(**who, name=new["name"])
    for channel in ("email", "sms"):
        if new.get(channel):
            customers.set_address(**who, channel=channel, value=new[channel])
        elif channel in new:
            customers.drop_address(**who, channel=channel)
    if "choice" in new:
        customers.set_choice(**who, channel=new["choice"])
    if "language" in new:
        customers.set_language(**who, language=new["language"])
    for subject in ("survey", "news"):
        if subject in new:
            customers.agree(**who, subject=subject, agrees=new[subject] == "yes", via="desk")
