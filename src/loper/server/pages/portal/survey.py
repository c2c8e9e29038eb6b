"""How did it go? At most four questions; the tap in the mail is filled in already, one more sends it."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from loper.contact import Unreadable, read_answer
from loper.define.model import Dialogue, Question
from loper.server.actions.cases import answer_survey
from loper.server.actions.refused import Refused
from loper.server.pages.portal import scope
from loper.server.pages.portal.case import language
from loper.server.pages.portal.forms import WRONG, plain, scale_of
from loper.server.permissions import Actor
from loper.server.queries.cases import CaseView, case_view
from loper.server.queries.organisation import text_in
from loper.server.queries.survey import answers_of, survey_of


def _asked(request: HttpRequest, key: str, touchpoint: str) -> tuple[Actor, CaseView, Dialogue]:
    """Who may answer, the case, and the questions; 403 without a good link, 404 where nothing is asked."""
    actor = scope.survey_actor(request, key, touchpoint)
    view = case_view(key, language())
    dialogue = survey_of(view.journey, touchpoint) if view else None
    if view is None or dialogue is None:
        raise Http404
    return actor, view, dialogue


@require_http_methods(["GET", "HEAD", "POST"])
def survey(request: HttpRequest, key: str, touchpoint: str) -> HttpResponse:
    """The questions. What was answered before is filled in, and over it what was tapped in the mail."""
    actor, view, dialogue = _asked(request, key, touchpoint)
    errors: dict[str, Any] = {}
    if request.method == "POST":
        typed = {name: plain(request.POST.get(name, "")) for name in dialogue.questions}
        answers, errors = _read(dialogue, typed)
        if not errors:
            try:
                answer_survey(actor=actor, case=key, touchpoint=touchpoint, answers=answers)
                return redirect("portal:thanks", key, touchpoint)
            except Refused as wrong:
                errors[""] = wrong.sentence
    else:
        before = {name: str(answer) for name, answer in answers_of(key, touchpoint).items()}
        tapped = {name: plain(request.GET[name], 100) for name in dialogue.questions if name in request.GET}
        typed = {**before, **tapped}
    questions = [_shown(one, typed.get(name, ""), errors.get(name)) for name, one in dialogue.questions.items()]
    context = {
        "view": view,
        "questions": questions,
        "error": errors.get(""),
        "wrong": len(errors),
        "title": text_in(dialogue.title, language()) or _("How did it go?"),
        "again": bool(answers_of(key, touchpoint)),
    }
    return render(request, "portal/survey.html", context, status=422 if errors else 200)


@require_safe
def thanks(request: HttpRequest, key: str, touchpoint: str) -> HttpResponse:
    """It is in; and who is not content finds the way on."""
    _actor, view, _dialogue = _asked(request, key, touchpoint)
    sees = scope.sees(request, key)
    offers = [offer.name for offer in view.offers if offer.name in view.journey.dialogues] if sees else []
    more = [{"name": name, "title": text_in(view.journey.dialogues[name].title, language()) or name} for name in offers]
    context = {"view": view, "touchpoint": touchpoint, "sees": sees, "dialogues": more}
    return render(request, "portal/thanks.html", context)


def _read(dialogue: Dialogue, typed: dict[str, str]) -> tuple[dict[str, Any], dict[str, Any]]:
    """The answers, and what is wrong with those that cannot be read."""
    answers, errors = {}, {}
    for name, question in dialogue.questions.items():
        try:
            answers[name] = read_answer(question, typed[name])
        except Unreadable as wrong:
            errors[name] = WRONG[str(wrong)]
    return answers, errors


def _shown(question: Question, typed: str, error: Any) -> dict[str, Any]:
    """A question as the template shows it: a scale from its lowest to its highest, options, or room to write."""
    options = [(value, text_in(texts, language()) or value) for value, texts in question.choose.items()]
    if question.kind == "boolean":
        options = [("yes", _("Yes")), ("no", _("No"))]
        typed = {"True": "yes", "False": "no"}.get(typed, typed)
    steps = scale_of(question) if question.kind == "scale" else []
    return {
        "name": question.name,
        "ask": text_in(question.ask, language()),
        "help": text_in(question.help, language()),
        "steps": steps,
        "ends": (options[0][1], options[-1][1]) if steps else (),
        "options": [] if steps else options,
        "typed": typed,
        "optional": question.optional,
        "error": error,
    }
