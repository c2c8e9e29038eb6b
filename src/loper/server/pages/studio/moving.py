"""Open cases to a newer version: first what it would do, then done by the worker while one does something else."""

from __future__ import annotations

from dataclasses import dataclass

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_POST

from loper.define.model import Journey
from loper.server import clock
from loper.server.actions import migrate
from loper.server.actions.refused import Refused
from loper.server.pages.studio import words
from loper.server.pages.studio.frame import actor_of, context, language_of, member
from loper.server.pages.studio.version import found_version
from loper.server.queries import designs, moves, studio
from loper.server.records.designs import JourneyMove


@dataclass(frozen=True, slots=True)
class Row:
    """A stage with its cases, in words."""

    stage: str
    to: str
    version: str
    cases: int
    looked: int
    homeless: bool
    comes: list[tuple[str, int]]
    goes: list[tuple[str, int]]


@member
@require_GET
def moving(request: HttpRequest, name: str, version: str) -> HttpResponse:
    """What moving the open cases would do; or how to say in the language that they may."""
    design = found_version(name, version)
    if design.journey is None:
        raise Http404
    plan = moves.plan(design.journey, clock.now())
    language = language_of(request)
    more = {
        "row": design.row,
        "plan": plan,
        "rows": [_row(design.journey, leg, language) for leg in plan.legs],
        "replaces": design.journey.replaces,
        "others": [one for one in studio.running(name) if one.version != version and one.cases],
        "all_new": designs.live(name).get(version) == 1.0,
        "move": moves.under_way(name),
        "wrong": "",
    }
    return render(request, "studio/moving.html", context(request, design, "changes", **more))


def _row(new: Journey, leg: moves.Leg, language: str) -> Row:
    old = designs.journey(new.name, leg.version)
    return Row(
        stage=words.stage(old, leg.stage, language) if leg.stage else "",
        to=words.stage(new, leg.to, language) if leg.to else "",
        version=leg.version,
        cases=leg.cases,
        looked=leg.looked,
        homeless=leg.to is None,
        comes=[(words.touchpoint(new, name, language), count) for name, count in leg.comes.items()],
        goes=[(words.touchpoint(old, name, language), count) for name, count in leg.goes.items()],
    )


@member
@require_POST
def start(request: HttpRequest, name: str, version: str) -> HttpResponse:
    found_version(name, version)
    try:
        move = migrate.start_move(actor=actor_of(request), journey=name, version=version)
    except Refused as wrong:
        messages.error(request, wrong.sentence)
        return redirect("studio:moving", name, version)
    return redirect("studio:move", name, move.pk)


def _move(name: str, pk: int) -> JourneyMove:
    found = JourneyMove.objects.filter(pk=pk, journey=name).first()
    if found is None:
        raise Http404
    return found


@member
@require_GET
def move(request: HttpRequest, name: str, pk: int) -> HttpResponse:
    """How far it is; asked again by the page itself while it goes on."""
    found = _move(name, pk)
    design = found_version(name, found.version)
    more = {
        "move": found,
        "idle": not studio.worker_lives(clock.now()),
        "done": found.moved + len(found.stayed),
    }
    template = "studio/moved.html" if request.headers.get("HX-Request") else "studio/move.html"
    return render(request, template, context(request, design, "changes", **more))


@member
@require_POST
def steer(request: HttpRequest, name: str, pk: int) -> HttpResponse:
    """Stop it, let it go on, or leave it as it is."""
    found, actor = _move(name, pk), actor_of(request)
    do = {"stop": migrate.stop_move, "resume": migrate.resume_move, "end": migrate.end_move}
    action = do.get(request.POST.get("do", ""))
    if action is not None:
        action(actor=actor, move=found.pk)
    return redirect("studio:move", name, pk)
