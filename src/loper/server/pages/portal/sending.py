"""How a dialogue ends: an emergency, at once; or the last page, where it is sent and becomes a case."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from loper.contact import Ask, Stop, asked, turn
from loper.define.model import Dialogue
from loper.server import clock
from loper.server.actions.dialogues import definition, keep_contact
from loper.server.actions.refused import Refused
from loper.server.actions.report import submit_offered, submit_report
from loper.server.pages.portal import scope
from loper.server.pages.portal.case import language
from loper.server.pages.portal.forms import ContactForm, plain, posted
from loper.server.pages.portal.report import mine, now_at, sent
from loper.server.queries.dialogues import known_address, summary
from loper.server.queries.organisation import brand, text_in
from loper.server.records.dialogues import DialogueProgress
from loper.server.ui.words import dialled, telephones


@require_safe
def stop(request: HttpRequest, key: UUID) -> HttpResponse:
    """An emergency: what to do now, and whom to call. At any hour."""
    progress, _actor = mine(request, key)
    found = now_at(progress)
    if not isinstance(found, Stop):
        return redirect("portal:next", key)
    text = text_in(found.text, language())
    numbers = telephones(text)
    phone = brand().phone
    more = phone if phone and dialled(phone) not in map(dialled, numbers) else ""
    context = {"text": text, "numbers": numbers, "more": more, "progress": progress, "last": _cause(progress)}
    return render(request, "portal/stop.html", context)


def _cause(progress: DialogueProgress) -> str:
    """The question whose answer led to the stop: the one to change, if it was a mistake."""
    dialogue = definition(progress)[1]
    answers: dict[str, Any] = {}
    for name in dialogue.questions:
        if name in progress.answers:
            answers[name] = progress.answers[name]
            if isinstance(turn(dialogue, answers, clock.now()), Stop):
                return name
    return next(iter(dialogue.questions))


@require_http_methods(["GET", "HEAD", "POST"])
def contact(request: HttpRequest, key: UUID) -> HttpResponse:
    """The last page: what you told us, where it is, how we reach you. Sent, it becomes a case, and a time is chosen."""
    progress, _actor = mine(request, key)
    if not progress.submitted and isinstance(now_at(progress), Ask | Stop):
        return redirect("portal:next", key)
    if progress.case and not progress.customer_id:
        return _send_offered(request, progress)
    if progress.submitted and request.method != "POST":
        return sent(request, progress)
    customer = None if "other" in request.GET else scope.known(request)
    form = None if customer else ContactForm(posted(request), initial=progress.contact)
    if request.method == "POST":
        if form is not None and not progress.submitted:
            typed = {name: plain(request.POST.get(name, ""), 254) for name in form.fields}
            keep_contact(actor=scope.visitor(), progress=progress, contact=typed)
        if "back" in request.POST:
            return redirect(_before(progress))
        if form is None or form.is_valid():
            given = form.cleaned_data if form else {"postcode": "", "house_number": "", "name": ""}
            try:
                case, link = submit_report(
                    actor=scope.visitor(), progress=progress, language=language(), customer=customer, **given
                )
                return scope.grant(request, redirect("portal:welcome", case), link)
            except Refused as wrong:
                if form is None:
                    messages.error(request, wrong.sentence)
                else:
                    form.add_error(wrong.field if wrong.field in form.fields else None, wrong.sentence)
    context = {**_last(progress), "form": form, "customer": customer, "reached": known_address(customer)}
    return render(request, "portal/contact.html", context, status=422 if form and form.errors else 200)


def _last(progress: DialogueProgress) -> dict[str, Any]:
    """What the last page shows: the answers so far, with a way back to each."""
    dialogue = definition(progress)[1]
    number = len(_names(dialogue, progress)) + 1
    return {
        "lines": summary(dialogue, progress.answers, language()),
        "progress": progress,
        "number": number,
        "of": number,
    }


def _names(dialogue: Dialogue, progress: DialogueProgress) -> list[str]:
    return [question.name for question in asked(dialogue, progress.answers, clock.now())]


def _before(progress: DialogueProgress) -> str:
    return reverse("portal:question", args=[progress.pk, _names(definition(progress)[1], progress)[-1]])


def _send_offered(request: HttpRequest, progress: DialogueProgress) -> HttpResponse:
    """The last page of a dialogue within a case: we know already who it is."""
    if progress.submitted:
        return sent(request, progress)
    if request.method == "POST":
        if "back" in request.POST:
            return redirect(_before(progress))
        actor = scope.dialogue_actor(request, str(progress.pk))
        try:
            submit_offered(actor=actor or scope.visitor(), progress=progress)
            messages.success(request, _("Your message is in. We go to work on it."))
        except Refused as wrong:
            messages.error(request, wrong.sentence)
        return redirect("portal:next", progress.pk)
    return render(request, "portal/contact.html", _last(progress))
