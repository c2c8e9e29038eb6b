"""What an agent does for a customer: book, move, cancel, stop, plan a call, say what happened. One page a deed."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from loper.server import clock
from loper.server.actions import cases, emergency
from loper.server.actions.agenda import chosen_slot
from loper.server.actions.refused import Refused
from loper.server.actions.saying import say
from loper.server.pages.desk import words
from loper.server.pages.desk.door import actor_of, case_of, must, opens
from loper.server.pages.desk.facts import fact_fields, read_facts
from loper.server.pages.desk.slots import read_slot, slots
from loper.server.queries.cases import CaseView, skill_of
from loper.server.queries.desk_acts import acts
from loper.server.queries.duty import can_be_sent, sent_for
from loper.server.queries.offers import free_days
from loper.server.queries.work import work_of
from loper.server.records.customers import tidy_phone
from loper.server.ui.words import at_home

BOTH = ["GET", "POST"]


@require_http_methods(BOTH)
@opens()
def book(request: HttpRequest, key: str) -> HttpResponse:
    """The free times by day: the first appointment, or another one."""
    view = case_of(request, key)
    must(acts(view, actor_of(request)).book)
    wrong = ""
    if request.method == "POST":
        try:
            cases.book(actor=actor_of(request), case=key, block=chosen_slot(request.POST.get("block")))
            messages.success(request, _("The appointment stands. The customer gets a confirmation."))
            return redirect("desk:case", key)
        except Refused as refused:
            wrong = refused.sentence
    skill = skill_of(view)
    context = {
        "view": view,
        "days": free_days(work_of(view), leaving=view.appointment),
        "skill": words.value(skill, {}) if skill else "",
        "wrong": wrong,
        "chosen": request.POST.get("block", ""),
        "home_when": _at_home(view),
    }
    return render(request, "desk/book.html", context, status=422 if wrong else 200)


def _at_home(view: CaseView) -> str:
    """When this customer is usually at home, if the report asked for it."""
    raw = view.case.state.facts.get("at_home")
    questions = {name: one for dialogue in view.journey.dialogues.values() for name, one in dialogue.questions.items()}
    return words.value(raw, questions, "at_home") if raw else ""


@require_http_methods(BOTH)
@opens()
def cancel(request: HttpRequest, key: str) -> HttpResponse:
    """The appointment does not go on; the case does."""
    view = case_of(request, key)
    must(acts(view, actor_of(request)).cancel)
    return _sure(
        request,
        view,
        title=_("Cancel the appointment?"),
        text=_("The time becomes free for somebody else, and the customer hears of it. The case stays open."),
        label=_("Yes, cancel it"),
        deed=lambda: cases.cancel(actor=actor_of(request), case=key),
        done=_("The appointment is cancelled."),
    )


@require_http_methods(BOTH)
@opens()
def withdraw(request: HttpRequest, key: str) -> HttpResponse:
    """The customer does not need it any more."""
    view = case_of(request, key)
    must(acts(view, actor_of(request)).withdraw)
    return _sure(
        request,
        view,
        title=_("Does the customer not need it any more?"),
        text=_("The case ends. An appointment is given back. You can undo this."),
        label=_("Yes, stop it"),
        deed=lambda: cases.withdraw(actor=actor_of(request), case=key),
        done=_("It is stopped. Was that a mistake? Then press 'Undo'."),
    )


@require_http_methods(BOTH)
@opens()
def duty(request: HttpRequest, key: str) -> HttpResponse:
    """Out of hours, for what cannot wait: who is on duty goes now."""
    view = case_of(request, key)
    now = clock.now()
    must(acts(view, actor_of(request)).book and can_be_sent(view, now))
    who = sent_for(view, now)
    if who is None:
        messages.error(request, _("Nobody who can do this is on duty. Call the planner, or a firm that can."))
        return redirect("desk:case", key)
    return _sure(
        request,
        view,
        title=_("Send %(name)s now?") % {"name": who.name},
        text=_("Call them first: %(phone)s. The customer hears that somebody comes within two hours.")
        % {"phone": who.phone or _("no telephone number is known")},
        label=_("Yes, they are coming"),
        deed=lambda: emergency.send_on_duty(actor=actor_of(request), case=key),
        done=_("%(name)s comes. The customer hears it now.") % {"name": who.name},
    )


def _sure(
    request: HttpRequest,
    view: CaseView,
    *,
    title: str,
    text: str,
    label: str,
    deed: Callable[[], object],
    done: str,
) -> HttpResponse:
    """Asked once: a button that does it and one that leads back."""
    if request.method == "POST":
        try:
            deed()
            messages.success(request, done)
        except Refused as refused:
            messages.error(request, refused.sentence)
        return redirect("desk:case", view.key)
    return render(request, "desk/sure.html", {"view": view, "title": title, "text": text, "label": label})


@require_POST
@opens()
def undo(request: HttpRequest, key: str) -> HttpResponse:
    """Take a withdrawal back."""
    case_of(request, key)
    try:
        cases.undo_withdraw(actor=actor_of(request), case=key)
        messages.success(request, _("The case is open again."))
    except Refused as refused:
        messages.error(request, refused.sentence)
    return redirect("desk:case", key)


@require_http_methods(BOTH)
@opens()
def call(request: HttpRequest, key: str) -> HttpResponse:
    """Plan a call: it becomes a task in that time slot."""
    view = case_of(request, key)
    must(acts(view, actor_of(request)).call)
    choices = slots(view.journey.calendar, view.journey.timezone)
    typed = {name: request.POST.get(name, "")[:500].replace("\x00", "") for name in ("slot", "phone", "about")}
    wrong: dict[str, str] = {}
    if request.method == "POST":
        slot, phone = read_slot(typed["slot"], choices), tidy_phone(typed["phone"])
        if slot is None:
            wrong["slot"] = _("Choose a time.")
        if not phone:
            wrong["phone"] = _("A telephone number has ten digits, like 06 12345678.")
        if slot is not None and phone:
            try:
                start, end = slot
                cases.ask_call(
                    actor=actor_of(request), case=key, start=start, end=end, phone=phone, about=typed["about"]
                )
                messages.success(request, _("The call is planned. It stands in the list of tasks."))
                return redirect("desk:case", key)
            except Refused as refused:
                wrong[refused.field or "slot"] = refused.sentence
    elif view.customer is not None and actor_of(request).may("customer.see"):
        known = view.customer.addresses.filter(channel__in=("sms", "phone"), bounced=None)
        typed["phone"] = at_home(known.values_list("value", flat=True).first() or "")
    context = {"view": view, "choices": choices, "typed": typed, "wrong": wrong}
    return render(request, "desk/call.html", context, status=422 if wrong else 200)


@require_http_methods(BOTH)
@opens()
def happened(request: HttpRequest, key: str, event: str) -> HttpResponse:
    """An event of the journey itself, with the facts that it tells."""
    view = case_of(request, key)
    must(event in acts(view, actor_of(request)).events)
    declared = view.journey.events[event]
    given: dict[str, Any] = {}
    wrong: dict[str, str] = {}
    if request.method == "POST":
        given, wrong = read_facts(view.journey, declared.sets, request.POST)
        if not wrong:
            try:
                say(actor=actor_of(request), case=key, event=event, facts=given)
                messages.success(
                    request, _("It is written down: %(what)s.") % {"what": words.event(view.journey, event)}
                )
                return redirect("desk:case", key)
            except Refused as refused:
                wrong[""] = refused.sentence
    context = {
        "view": view,
        "title": words.event(view.journey, event),
        "fields": fact_fields(view.journey, declared.sets, request.POST, wrong),
        "wrong": wrong.get("", ""),
    }
    return render(request, "desk/happened.html", context, status=422 if wrong else 200)
