"""Report a problem: one question a page, kept on the server from the first answer."""

from __future__ import annotations

from functools import partial
from typing import Any, Protocol
from uuid import UUID

from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_safe

from loper.contact import Ask, Stop, Turn, asked, turn
from loper.define.model import Dialogue
from loper.server import clock
from loper.server.actions.dialogues import answer_question, definition, progress_of, start_offered, start_report
from loper.server.actions.links import visit_link
from loper.server.actions.photos import drop_photo, keep_photo
from loper.server.actions.refused import Refused
from loper.server.pages.portal import scope
from loper.server.pages.portal.case import language, view_of
from loper.server.pages.portal.forms import WRONG, QuestionForm, posted, posted_files
from loper.server.permissions import Actor
from loper.server.queries import designs
from loper.server.queries.organisation import text_in
from loper.server.records.dialogues import DialogueProgress
from loper.server.records.links import Link


class Start(Protocol):
    """Begins a dialogue with its first answer."""

    def __call__(self, *, question: str, answer: Any) -> DialogueProgress: ...


@require_http_methods(["GET", "HEAD", "POST"])
def begin(request: HttpRequest, journey: str, dialogue: str) -> HttpResponse:
    """The first question of a report."""
    found = next((one for one, name in designs.offered_dialogues() if (one.name, name) == (journey, dialogue)), None)
    if found is None:
        raise Http404
    actor = scope.visitor()
    start = partial(start_report, actor=actor, journey=journey, dialogue=dialogue)
    return _first(request, found.dialogues[dialogue], start, actor, back=reverse("portal:start"))


@require_http_methods(["GET", "HEAD", "POST"])
def offered(request: HttpRequest, key: str, dialogue: str) -> HttpResponse:
    """The first question of a dialogue that a case offers (a complaint, say); it goes on like any other."""
    view = view_of(request, key)
    case_page = reverse("portal:case", args=[key])
    if dialogue not in {offer.name for offer in view.offers} or dialogue not in view.journey.dialogues:
        return redirect(case_page)
    actor = scope.actor(request, key)
    start = partial(start_offered, actor=actor, case=key, dialogue=dialogue)
    return _first(request, view.journey.dialogues[dialogue], start, actor, back=case_page)


def _first(request: HttpRequest, dialogue: Dialogue, start: Start, actor: Actor, *, back: str) -> HttpResponse:
    """The first question. Only its answer makes something to keep, and a link by which this visitor goes on."""
    first = turn(dialogue, {}, clock.now())
    if not isinstance(first, Ask):
        raise Http404
    form = QuestionForm(first.question, posted(request), posted_files(request))
    if request.method == "POST" and form.is_valid():
        with transaction.atomic():
            answer = None if form.is_photo else form.cleaned_data["answer"]
            kept = start(question=first.question.name, answer=answer)
            if not form.is_photo or _keep(form, kept, actor):
                of = {"customer": actor.customer or "", "case": kept.case, "subject": str(kept.pk)}
                link = visit_link(purpose=Link.DIALOGUE, typed=True, **of)
                return scope.grant(request, redirect("portal:next", kept.pk), link)
            transaction.set_rollback(True)
    return _ask(request, form, dialogue, first.number, first.of, back=back)


def mine(request: HttpRequest, key: UUID) -> tuple[DialogueProgress, Actor]:
    """The dialogue, if this visitor began it or got its link; otherwise as if it were not there."""
    actor = scope.dialogue_actor(request, str(key))
    found = progress_of(key) if actor else None
    if found is None or actor is None:
        raise Http404
    return found, actor


def now_at(progress: DialogueProgress) -> Turn:
    """Where the dialogue stands."""
    return turn(definition(progress)[1], progress.answers, clock.now())


@require_safe
def next_page(request: HttpRequest, key: UUID) -> HttpResponse:
    """Wherever the dialogue stands: the next question, the stop, the last page, or the case it became."""
    progress, _actor = mine(request, key)
    if progress.submitted:
        return sent(request, progress)
    match now_at(progress):
        case Stop():
            return redirect("portal:stop", key)
        case Ask(question=question):
            return redirect("portal:question", key, question.name)
    return redirect("portal:contact", key)


def sent(request: HttpRequest, progress: DialogueProgress) -> HttpResponse:
    """What was sent is a case; on a device that never saw it, a message tells where."""
    if scope.sees(request, progress.case):
        return redirect("portal:case", progress.case)
    return render(request, "portal/sent.html", {"number": progress.case})


@require_http_methods(["GET", "HEAD", "POST"])
def question_page(request: HttpRequest, key: UUID, name: str) -> HttpResponse:
    """One question; its answer, if it was given before, is filled in."""
    progress, actor = mine(request, key)
    if progress.submitted:
        return sent(request, progress)
    _journey, dialogue = definition(progress)
    open_ones = asked(dialogue, progress.answers, clock.now())
    names = [question.name for question in open_ones]
    if name not in names:
        return redirect("portal:next", key)
    place = names.index(name)
    question, kept = open_ones[place], progress.answers.get(name)
    before = reverse("portal:question", args=[key, names[place - 1]]) if place else reverse("portal:start")
    form = QuestionForm(question, posted(request), posted_files(request), kept=kept)
    if request.method == "POST":
        if "remove" in request.POST and form.is_photo:
            answer_question(actor=actor, progress=progress, question=name, answer=None)
            drop_photo(progress=progress, file=str(kept or ""))
            return redirect("portal:question", key, name)
        if "back" in request.POST:  # what can be kept is kept; what cannot does not hold anybody
            if form.is_valid() and form.cleaned_data["answer"] is not None:
                _keep(form, progress, actor)
            return redirect(before)
        if form.is_valid() and _keep(form, progress, actor):
            return redirect("portal:next", key)
    return _ask(request, form, dialogue, place + 1, len(names), back=before, progress=progress)


def _keep(form: QuestionForm, progress: DialogueProgress, actor: Actor) -> bool:
    """Keep the answer; a photo goes to its own table and leaves its reference as the answer."""
    answer = form.cleaned_data["answer"]
    if form.is_photo:
        try:
            answer = _photo(form, answer, progress)
        except Refused as wrong:
            form.add_error("answer", wrong.sentence)
            return False
    answer_question(actor=actor, progress=progress, question=form.question.name, answer=answer)
    return True


def _photo(form: QuestionForm, upload: Any, progress: DialogueProgress) -> str | None:
    """The reference of the photo: of the new one, which takes the place of one before it, or of the one there is."""
    if upload is None:
        if form.kept or form.question.optional:
            return str(form.kept) if form.kept else None
        raise Refused(str(WRONG["file"]))
    with transaction.atomic():
        drop_photo(progress=progress, file=str(form.kept or ""))
        return str(keep_photo(progress=progress, upload=upload.file, size=upload.size).pk)


def _ask(
    request: HttpRequest,
    form: QuestionForm,
    dialogue: Dialogue,
    number: int,
    of: int,
    *,
    back: str,
    progress: DialogueProgress | None = None,
) -> HttpResponse:
    title = text_in(dialogue.title, language())
    context = {
        "form": form, "number": number, "of": of + 1, "back": back, "title": title, "progress": progress,
    }  # fmt: skip
    return render(request, "portal/question.html", context, status=422 if form.errors else 200)


@require_safe
def photo(request: HttpRequest, key: UUID, file: UUID) -> HttpResponse:
    """A photo of one's own dialogue."""
    progress, _actor = mine(request, key)
    found = progress.files.filter(pk=file).first()
    if found is None:
        raise Http404
    return HttpResponse(
        bytes(found.content),
        content_type=found.content_type,
        headers={"X-Content-Type-Options": "nosniff", "Content-Security-Policy": "default-src 'none'"},
    )
