"""Report a problem: one question a page, kept on the server from the first answer."""

from __future__ import annotations

import re
from typing import Any
from uuid import UUID

from django.conf import settings
from django.contrib import messages
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from loper.contact import Ask, Stop, Turn, asked, turn
from loper.define.model import Dialogue, Question
from loper.server import clock
from loper.server.actions.dialogues import (
    answer_question,
    definition,
    keep_contact,
    progress_of,
    start_offered,
    start_report,
)
from loper.server.actions.links import new_link
from loper.server.actions.photos import keep_photo
from loper.server.actions.refused import Refused
from loper.server.actions.report import submit_offered, submit_report
from loper.server.pages.portal import scope
from loper.server.pages.portal.case import view_of
from loper.server.pages.portal.forms import WRONG, ContactForm, QuestionForm
from loper.server.queries import designs
from loper.server.queries.dialogues import summary
from loper.server.queries.organisation import text_in
from loper.server.records.dialogues import DialogueProgress
from loper.server.records.links import Link

TELEPHONE = re.compile(r"\+?\d(?:[\d -]{1,14})\d")


@require_http_methods(["GET", "POST"])
def begin(request: HttpRequest, journey: str, dialogue: str) -> HttpResponse:
    """The first question. Only its answer makes something to keep."""
    found = next((one for one, name in designs.offered_dialogues() if (one.name, name) == (journey, dialogue)), None)
    if found is None:
        raise Http404
    questions = found.dialogues[dialogue]
    first = turn(questions, {}, clock.now())
    if not isinstance(first, Ask):
        raise Http404
    form = QuestionForm(first.question, request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        with transaction.atomic():
            kept = start_report(
                actor=scope.visitor(),
                journey=journey,
                dialogue=dialogue,
                question=first.question.name,
                answer=form.cleaned_data["answer"],
            )
            link, _url = new_link(purpose=Link.DIALOGUE, subject=str(kept.pk), days=30)
        return scope.grant(request, redirect(onward(kept)), link)
    return _ask(request, form, questions, first.number, first.of, back="/")


def onward(progress: DialogueProgress) -> str:
    """Where this dialogue goes on."""
    return reverse("portal:next", args=[progress.pk])


def mine(request: HttpRequest, key: UUID) -> DialogueProgress:
    """The dialogue, if this visitor began it; otherwise as if it were not there."""
    found = progress_of(key) if str(key) in scope.dialogues(request) else None
    if found is None:
        raise Http404
    return found


@require_GET
def next_page(request: HttpRequest, key: UUID) -> HttpResponse:
    """Wherever the dialogue stands: the next question, the stop, the last page, or the case it became."""
    progress = mine(request, key)
    if progress.submitted:
        return redirect("portal:case", progress.case)
    match _turn(progress):
        case Stop():
            return redirect("portal:stop", key)
        case Ask(question=question):
            return redirect("portal:question", key, question.name)
    return redirect("portal:contact", key)


def _turn(progress: DialogueProgress) -> Turn:
    return turn(definition(progress)[1], progress.answers, clock.now())


@require_http_methods(["GET", "POST"])
def question_page(request: HttpRequest, key: UUID, name: str) -> HttpResponse:
    """One question; its answer, if it was given before, is filled in."""
    progress = mine(request, key)
    if progress.submitted:
        return redirect("portal:case", progress.case)
    _journey, dialogue = definition(progress)
    open_ones = asked(dialogue, progress.answers, clock.now())
    names = [question.name for question in open_ones]
    if name not in names:
        return redirect(onward(progress))
    place = names.index(name)
    question = open_ones[place]
    if request.method == "POST":
        form = QuestionForm(question, request.POST, request.FILES)
        if form.is_valid() and _keep(form, progress):
            return redirect(onward(progress))
    else:
        form = QuestionForm(question, initial={"answer": _typed(progress.answers.get(name))})
    back = reverse("portal:question", args=[key, names[place - 1]]) if place else "/"
    files = [str(file.pk) for file in progress.files.all()] if form.is_photo else []
    return _ask(request, form, dialogue, place + 1, len(names), back=back, progress=progress, files=files)


def _keep(form: QuestionForm, progress: DialogueProgress) -> bool:
    """Keep the answer; a photo goes to its own table and leaves its reference as the answer."""
    answer = form.cleaned_data["answer"]
    if form.is_photo:
        try:
            answer = _photo(form.question, answer, progress)
        except Refused as wrong:
            form.add_error("answer", wrong.sentence)
            return False
    answer_question(actor=scope.visitor(), progress=progress, question=form.question.name, answer=answer)
    return True


def _photo(question: Question, upload: Any, progress: DialogueProgress) -> str | None:
    if upload is None:
        kept = progress.answers.get(question.name)
        if kept or question.optional:
            return str(kept) if kept else None
        raise Refused(str(WRONG["file"]))
    return str(keep_photo(progress=progress, upload=upload.file, size=upload.size).pk)


def _typed(answer: Any) -> Any:
    return {True: "yes", False: "no"}.get(answer, answer) if isinstance(answer, bool) else answer


def _ask(
    request: HttpRequest, form: QuestionForm, dialogue: Dialogue, number: int, of: int, *, back: str, **more: Any
) -> HttpResponse:
    title = text_in(dialogue.title, get_language() or settings.LANGUAGE_CODE)
    context = {"form": form, "number": number, "of": of + 1, "back": back, "title": title, **more}
    return render(request, "portal/question.html", context, status=422 if form.errors else 200)


@require_GET
def stop(request: HttpRequest, key: UUID) -> HttpResponse:
    """An emergency: what to do now, and whom to call. At any hour."""
    progress = mine(request, key)
    found = _turn(progress)
    if not isinstance(found, Stop):
        return redirect(onward(progress))
    text = text_in(found.text, get_language() or settings.LANGUAGE_CODE)
    numbers = [{"text": number, "link": re.sub(r"[^\d+]", "", number)} for number in TELEPHONE.findall(text)]
    last = list(progress.answers)[-1]
    return render(request, "portal/stop.html", {"text": text, "numbers": numbers, "progress": progress, "last": last})


@require_http_methods(["GET", "POST"])
def contact(request: HttpRequest, key: UUID) -> HttpResponse:
    """The last page: what you told us, where it is, how we reach you. Sent, it becomes a case, and a time is chosen."""
    progress = mine(request, key)
    if progress.submitted:
        return redirect("portal:case", progress.case)
    if isinstance(_turn(progress), Ask | Stop):
        return redirect(onward(progress))
    if progress.case:
        return _send_offered(request, progress)
    form = ContactForm(request.POST or None, initial=progress.contact)
    if request.method == "POST":
        typed = {name: request.POST.get(name, "")[:254] for name in form.fields}
        keep_contact(actor=scope.visitor(), progress=progress, contact=typed)
        if form.is_valid():
            try:
                case, link = submit_report(
                    actor=scope.visitor(),
                    progress=progress,
                    language=get_language() or settings.LANGUAGE_CODE,
                    **form.cleaned_data,
                )
                return scope.grant(request, redirect("portal:welcome", case), link)
            except Refused as wrong:
                form.add_error(wrong.field if wrong.field in form.fields else None, wrong.sentence)
    return render(request, "portal/contact.html", _last(progress, form), status=422 if form.errors else 200)


def _last(progress: DialogueProgress, form: ContactForm | None) -> dict[str, Any]:
    """What the last page shows: the answers so far, with a way back to each."""
    _journey, dialogue = definition(progress)
    lines = summary(dialogue, progress.answers, get_language() or settings.LANGUAGE_CODE)
    names = [question.name for question in asked(dialogue, progress.answers, clock.now())]
    back = reverse("portal:question", args=[progress.pk, names[-1]])
    number = len(names) + 1
    return {"form": form, "lines": lines, "key": progress.pk, "number": number, "of": number, "back": back}


def _send_offered(request: HttpRequest, progress: DialogueProgress) -> HttpResponse:
    """The last page of a dialogue within a case: we know already who it is."""
    actor = scope.actor(request, progress.case)
    if request.method == "POST":
        try:
            submit_offered(actor=actor, progress=progress)
            messages.success(request, _("Your message is in."))
        except Refused as wrong:
            messages.error(request, wrong.sentence)
        return redirect("portal:case", progress.case)
    return render(request, "portal/contact.html", _last(progress, None))


@require_GET
def photo(request: HttpRequest, key: UUID, file: UUID) -> HttpResponse:
    """A photo of one's own dialogue."""
    found = mine(request, key).files.filter(pk=file).first()
    if found is None:
        raise Http404
    return HttpResponse(
        bytes(found.content),
        content_type=found.content_type,
        headers={"X-Content-Type-Options": "nosniff", "Content-Security-Policy": "default-src 'none'"},
    )


@require_http_methods(["GET", "POST"])
def offered(request: HttpRequest, key: str, dialogue: str) -> HttpResponse:
    """The first question of a dialogue that a case offers (a complaint, say); it goes on like any other."""
    view = view_of(request, key)
    if dialogue not in {offer.name for offer in view.offers} or dialogue not in view.journey.dialogues:
        return redirect("portal:case", key)
    questions = view.journey.dialogues[dialogue]
    first = turn(questions, {}, clock.now())
    if not isinstance(first, Ask):
        raise Http404
    form = QuestionForm(first.question, request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        kept = start_offered(
            actor=scope.actor(request, key),
            case=key,
            dialogue=dialogue,
            question=first.question.name,
            answer=form.cleaned_data["answer"],
        )
        link, _url = new_link(purpose=Link.DIALOGUE, case=key, subject=str(kept.pk), days=30)
        return scope.grant(request, redirect(onward(kept)), link)
    return _ask(request, form, questions, first.number, first.of, back=reverse("portal:case", args=[key]))
