"""The texts of a journey: what is written and what is not, and one text with its preview beside it."""

from __future__ import annotations

from dataclasses import dataclass

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.clickjacking import xframe_options_sameorigin
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from loper.define.model import Journey, Touchpoint
from loper.define.text_files import MOST_BYTES
from loper.server.actions.designs import Stale, save_file
from loper.server.actions.refused import Refused
from loper.server.pages.studio import differences, preview, said, words
from loper.server.pages.studio.editor import normal
from loper.server.pages.studio.frame import actor_of, chosen, context, language_of, member, workable
from loper.server.queries import previews, studio
from loper.server.queries.designs import digest
from loper.server.queries.studio import Design, text_path

MAIL_POLICY = "; ".join(
    (
        "default-src 'none'",
        "style-src 'unsafe-inline'",
        "img-src 'self' data: https:",
        "form-action 'none'",
        "base-uri 'none'",
        "frame-ancestors 'self'",
        "sandbox",
    )
)
"""A mail may look as it likes and do nothing: no script, no form, no other page, in an origin of its own."""


@dataclass(frozen=True, slots=True)
class Cell:
    """One text: is it there, is anything wrong with it."""

    key: str
    channel: str
    language: str
    called: str
    there: bool
    wrong: bool


@dataclass(frozen=True, slots=True)
class TextRow:
    touchpoint: Touchpoint
    title: str
    variant: str
    need: str
    cells: list[Cell]


@member
@require_GET
def texts(request: HttpRequest, name: str) -> HttpResponse:
    """Every contact moment with its texts."""
    design, language = chosen(request, name), language_of(request)
    rows = _rows(design, design.journey, language) if design.journey else []
    strays = [one for one in said.wrongs(design.problems) if one.file.endswith(".liquid")]
    return render(request, "studio/texts.html", context(request, design, "texts", rows=rows, strays=strays))


def _rows(design: Design, journey: Journey, language: str) -> list[TextRow]:
    wrong = {one.file.rpartition("/")[2] for one in design.problems}
    rows = []
    for one in journey.touchpoints.values():
        if one.for_person:
            continue
        for key in _keys(journey, one):
            cells = []
            for channel in one.channels:
                for code in journey.languages:
                    file = f"{key}.{channel}.{code}.liquid"
                    called = f"{words.channel(channel)}, {words.tongue(code)}"
                    there = (key, channel, code) in journey.texts
                    cells.append(Cell(key, channel, code, called, there, file in wrong))
            title = words.title(one.title, one.name, language)
            need = (one.need.get(language) or next(iter(one.need.values()), "")) if one.need else ""
            rows.append(TextRow(one, title, key.partition("+")[2], need, cells))
    return rows


def _keys(journey: Journey, one: Touchpoint) -> list[str]:
    """The touchpoint, and those of its variants that have a text of their own or could have."""
    real = [name for name in one.variants if name != "none"]
    own = [f"{one.name}+{name}" for name in real if len(real) > 1 or _has(journey, f"{one.name}+{name}")]
    return [one.name, *own]


def _has(journey: Journey, key: str) -> bool:
    return any(known == key for known, _channel, _language in journey.texts)


# -- one text --------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Place:
    """Which text this is, in the journey as it is being worked on."""

    design: Design
    journey: Journey
    touchpoint: Touchpoint
    key: str
    channel: str
    language: str

    @property
    def path(self) -> str:
        return text_path(self.key, self.channel, self.language)

    @property
    def stored(self) -> str:
        return self.design.files.get(self.path, "")


def _place(name: str, key: str, channel: str, language: str) -> Place:
    """The text of this address; 404 where the journey has no such contact moment, channel or language."""
    design = workable(name)
    journey = design.journey
    if journey is None:
        published = studio.of_published(name)
        journey = published.journey if published else None
    base, _plus, variant = key.partition("+")
    touchpoint = journey.touchpoints.get(base) if journey else None
    if journey is None or touchpoint is None or channel not in touchpoint.channels or language not in journey.languages:
        raise Http404
    if variant and (variant not in touchpoint.variants or variant == "none"):
        raise Http404
    return Place(design, journey, touchpoint, key, channel, language)


@member
@require_http_methods(["GET", "POST"])
def text(request: HttpRequest, name: str, key: str, channel: str, language: str) -> HttpResponse:
    """Write it, with what a customer will see beside it."""
    place = _place(name, key, channel, language)
    source, seen, stale, refused = place.stored, digest(place.stored), None, ""
    if request.method == "POST":
        source, seen = normal(request.POST.get("text", "")), request.POST.get("seen", "")
        try:
            save_file(actor=actor_of(request), journey=name, path=place.path, text=source, seen=seen)
        except Stale as wrong:
            stale, seen = wrong, digest(wrong.theirs)
        except Refused as wrong:
            refused = wrong.sentence
        else:
            messages.success(request, _("Saved as a draft.") if source.strip() else _("The text is taken away."))
            return redirect(reverse("studio:text", args=[name, key, channel, language]))
    cases = previews.recent_cases(name, place.touchpoint.name) if _may_see(request) else []
    picked = _picked(request, [one.key for one in cases])
    here = language_of(request)
    more = {
        "place": place,
        "text": source,
        "seen": seen,
        "stale": stale,
        "diff": differences.raw({place.path: stale.theirs}, {place.path: source}) if stale else (),
        "refused": refused,
        "title_of": words.title(place.touchpoint.title, place.touchpoint.name, here),
        "called": f"{words.channel(channel)}, {words.tongue(language)}",
        "timing": words.timing(place.journey, place.touchpoint, here),
        "others": _rows(place.design, place.journey, here),
        "cases": [(one, words.stage(place.journey, one.stage, here)) for one in cases],
        "picked": picked,
        "names": preview.names(place.journey, place.touchpoint, here),
        "shown": _shown(request, place, source, picked),
        "most": MOST_BYTES,
    }
    status = 409 if stale else 422 if refused else 200
    return render(request, "studio/text.html", context(request, place.design, "texts", **more), status=status)


def _may_see(request: HttpRequest) -> bool:
    """A real case only for those who may see cases; others look at an example."""
    return actor_of(request).may("case.see")


def _picked(request: HttpRequest, known: list[str]) -> str:
    """The case that was chosen: one of those offered, the first of them, or empty for the example."""
    asked = request.POST.get("case", request.GET.get("case"))
    if asked is not None:
        return asked if asked in known else ""
    return known[0] if known else ""


def _shown(request: HttpRequest, place: Place, source: str, picked: str) -> preview.Shown:
    seen = None
    if picked and _may_see(request):
        seen = previews.real_case(place.design.name, picked, place.touchpoint.name)
    return preview.show(place.journey, place.touchpoint, place.key, place.channel, place.language, source, seen)


def _posted(request: HttpRequest, name: str, key: str, channel: str, language: str) -> preview.Shown:
    place = _place(name, key, channel, language)
    known = [one.key for one in previews.recent_cases(name, place.touchpoint.name)] if _may_see(request) else []
    source = normal(request.POST.get("text", ""))[: MOST_BYTES * 2]
    return _shown(request, place, source, _picked(request, known))


@member
@require_POST
def look(request: HttpRequest, name: str, key: str, channel: str, language: str) -> HttpResponse:
    """What stands beside the editor, for the text as it is typed; nothing is saved."""
    shown = _posted(request, name, key, channel, language)
    return render(request, "studio/shown.html", {"shown": shown, "name": name})


@member
@require_POST
@xframe_options_sameorigin
def mail(request: HttpRequest, name: str, key: str, channel: str, language: str) -> HttpResponse:
    """The mail as the e-mail channel makes it, for a frame that may do nothing."""
    shown = _posted(request, name, key, channel, language)
    return HttpResponse(shown.html or preview.blank(shown), headers={"Content-Security-Policy": MAIL_POLICY})
