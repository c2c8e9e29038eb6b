"""Said by mistake: first what changes when it is taken back, then the button."""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from loper.server import clock
from loper.server.actions.corrections import retract
from loper.server.actions.refused import Refused
from loper.server.pages.desk import words
from loper.server.pages.desk.door import actor_of, case_of, opens
from loper.server.permissions import demand
from loper.server.queries.corrections import can_retract, foresee


@require_http_methods(["GET", "POST"])
@opens()
def correct(request: HttpRequest, key: str) -> HttpResponse:
    """What taking this event back changes; POST does it. `event` names it."""
    actor = actor_of(request)
    demand(actor, "case.retract", key)
    view = case_of(request, key)
    named = (request.POST if request.method == "POST" else request.GET).get("event", "")[:700]
    event = next((one for one in view.case.history or () if one.key == named), None)
    if event is None:
        raise Http404
    if not can_retract(view.case, event.key):
        messages.error(request, _("This cannot be taken back."))
        return redirect("desk:case", key)
    if request.method == "POST":
        try:
            retract(actor=actor, case=key, source=event.source, id=event.id)
            messages.success(request, _("It is taken back, as if it had never been said."))
        except Refused as refused:
            messages.error(request, refused.sentence)
        return redirect("desk:case", key)
    journey = view.journey
    change = foresee(journey, view.case, event, clock.now())
    questions = {name: one for dialogue in journey.dialogues.values() for name, one in dialogue.questions.items()}
    context = {
        "view": view,
        "event": event,
        "what": words.event(journey, event.type),
        "who": words.role(event.emitter or "system"),
        "when": words.when(event.time),
        "change": change,
        "before": words.stage(journey, change.before.stage) if change.before.stage else "",
        "after": words.stage(journey, change.after.stage) if change.after.stage else "",
        "facts": [
            (
                words.fact(name, questions),
                words.value(was, questions, name),
                words.value(then, questions, name),
            )
            for name, (was, then) in change.facts.items()
        ],
        "stopped": [words.touchpoint(journey, one.touchpoint) for one in change.withdrawn],
        "gone": [(words.touchpoint(journey, one.touchpoint), words.when(one.due)) for one in change.gone],
        "new": [(words.touchpoint(journey, one.touchpoint), words.when(one.due)) for one in change.new],
    }
    return render(request, "desk/correct.html", context)
