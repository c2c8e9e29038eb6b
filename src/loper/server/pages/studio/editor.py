"""The language itself: a journey as YAML in an editor, with all that is wrong beside it, a line one click away."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from loper.define.model import Journey
from loper.server.actions.designs import Stale, save_file
from loper.server.actions.refused import Refused
from loper.server.pages.studio import differences, said, words
from loper.server.pages.studio.frame import actor_of, context, language_of, member, workable
from loper.server.queries import studio
from loper.server.queries.designs import MAIN, digest
from loper.server.queries.studio import Design


@dataclass(frozen=True, slots=True)
class Part:
    """A line of the outline: what stands there, and on which line."""

    title: str
    line: int
    depth: int


@member
@require_http_methods(["GET", "POST"])
def language(request: HttpRequest, name: str) -> HttpResponse:
    """Show, and save as a draft: wrong or not, nothing is lost."""
    design = workable(name)
    text, seen, stale, refused = design.yaml, digest(design.files.get(MAIN, design.yaml)), None, ""
    if request.method == "POST":
        text, seen = normal(request.POST.get("text", "")), request.POST.get("seen", "")
        try:
            save_file(actor=actor_of(request), journey=name, path=MAIN, text=text, seen=seen)
        except Stale as wrong:
            stale, seen = wrong, digest(wrong.theirs)
        except Refused as wrong:
            refused = wrong.sentence
        else:
            _said_saved(request, name)
            return redirect(_where(request, name))
        design = _with(design, text)
    more = {
        "text": text,
        "seen": seen,
        "stale": stale,
        "diff": differences.raw({MAIN: stale.theirs}, {MAIN: text}) if stale else (),
        "refused": refused,
        "wrongs": said.wrongs(design.problems),
        "found": _findings(design, language_of(request)),
        "outline": list(outline(design.journey, language_of(request))) if design.journey else [],
        "at": line_in(request.GET.get("line", "")),
    }
    status = 409 if stale else 422 if refused else 200
    return render(request, "studio/language.html", context(request, design, "language", **more), status=status)


def _said_saved(request: HttpRequest, name: str) -> None:
    saved = studio.of_draft(name)
    wrong = len(saved.problems) if saved else 0
    if wrong:
        messages.warning(request, _("Saved as a draft. Something is not right yet: see below."))
    else:
        messages.success(request, _("Saved as a draft."))


def _where(request: HttpRequest, name: str) -> str:
    line = line_in(request.POST.get("line", ""))
    return reverse("studio:language", args=[name]) + (f"?line={line}" if line else "")


def _with(design: Design, text: str) -> Design:
    """The design as it would be with this text."""
    return studio.read(design.name, {**design.files, MAIN: text}, draft=design.draft)


def _findings(design: Design, language: str) -> list[said.Told]:
    return said.told(design.journey, design.open_findings, language) if design.journey is not None else []


@member
@require_POST
def check(request: HttpRequest, name: str) -> HttpResponse:
    """What is wrong with the text as it stands in the editor; nothing is saved."""
    text = normal(request.POST.get("text", ""))
    design = _with(workable(name), text)
    language = language_of(request)
    more = {
        "wrongs": said.wrongs(design.problems),
        "found": _findings(design, language),
        "outline": list(outline(design.journey, language)) if design.journey else [],
    }
    return render(request, "studio/checked.html", context(request, design, "language", **more))


def outline(journey: Journey, language: str) -> Iterator[Part]:
    """The parts of the file, so that one finds the way in it."""
    heads = {
        "goal": _("Goals"),
        "facts": _("Facts"),
        "events": _("Events"),
        "stages": _("Stages"),
        "touchpoints": _("Contact moments"),
        "dialogues": _("Questions"),
    }
    for part, head in heads.items():
        line = journey.places.get(part)
        if line is None:
            continue
        yield Part(head, line, 0)
        for name, one in getattr(journey, part).items() if part in ("stages", "touchpoints", "dialogues") else ():
            yield Part(words.title(one.title, name, language), journey.places.get(f"{part}.{name}", line), 1)


def normal(text: str) -> str:
    """As it is kept: a browser sends other line ends."""
    return text.replace("\r\n", "\n").replace("\r", "\n")


def line_in(text: str) -> int:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 7 else 0
