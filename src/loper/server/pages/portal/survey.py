"""How did it go? At most four questions; the tap in the mail is filled in already, one more sends."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from loper.contact import Unreadable, read_answer
from loper.define.model import Question
from loper.server.actions.cases import answer_survey
from loper.server.actions.refused import Refused
from loper.server.pages.portal import scope
from loper.server.pages.portal.case import language, view_of
from loper.server.pages.portal.forms import WRONG
from loper.server.queries.organisation import text_in
from loper.server.queries.survey import survey_of


@require_http_methods(["GET", "POST"])
def survey(request: HttpRequest, key: str, touchpoint: str) -> HttpResponse:
    view = view_of(request, key)
    dialogue = survey_of(view.journey, touchpoint)
    if dialogue is None:
        raise Http404
    given = request.POST if request.method == "POST" else request.GET
    typed = {name: given.get(name, "")[:2000] for name in dialogue.questions}
    errors: dict[str, Any] = {}
    if request.method == "POST":
        answers = {}
        for name, question in dialogue.questions.items():
            try:
                answers[name] = read_answer(question, typed[name])
            except Unreadable as wrong:
                errors[name] = WRONG[str(wrong)]
        if not errors:
            try:
                answer_survey(actor=scope.actor(request, key), case=key, touchpoint=touchpoint, answers=answers)
                return render(request, "portal/thanks.html", {"view": view})
            except Refused as wrong:
                errors[""] = wrong.sentence
    questions = [_shown(question, typed[name], errors.get(name)) for name, question in dialogue.questions.items()]
    context = {
        "view": view,
        "questions": questions,
        "error": errors.get(""),
        "title": text_in(dialogue.title, language()) or _("How did it go?"),
    }
    return render(request, "portal/survey.html", context, status=422 if errors else 200)


def _shown(question: Question, typed: str, error: Any) -> dict[str, Any]:
    """A question as the template shows it: a scale from its lowest to its highest, options, or room to write."""
    options = [(value, text_in(texts, language()) or value) for value, texts in question.choose.items()]
    scale = question.kind == "scale"
    numbers = [int(value) for value, _label in options if value.isdigit()] if scale else []
    steps = [str(step) for step in range(min(numbers), max(numbers) + 1)] if numbers else []
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
