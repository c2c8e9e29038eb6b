"""One journey as the line, with its check: goals of both sides, moments, what the customer sees in each stage."""

from __future__ import annotations

import io
import zipfile
from dataclasses import dataclass, replace

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.safestring import SafeString, mark_safe
from django.views.decorators.http import require_GET

from loper.define import Finding, Journey, TextError
from loper.define import render as fill
from loper.define.model import Stage, Touchpoint
from loper.define.rules.ownership import missing_texts
from loper.draw import line_design
from loper.server import clock
from loper.server.pages.studio import words
from loper.server.pages.studio.frame import chosen, context, language_of, member
from loper.server.pages.studio.said import sentence, told, wrongs
from loper.server.queries import studio
from loper.server.queries.organisation import brand, organisation, text_in
from loper.server.queries.previews import example_case


@dataclass(frozen=True, slots=True)
class Moment:
    """A touchpoint as a row of the table."""

    touchpoint: Touchpoint
    title: str
    timing: list[str]
    need: str
    attention: str
    by: str
    channels: list[str]
    variants: str
    texts: int
    missing: int
    line: int | None
    numbers: list[int]


@dataclass(frozen=True, slots=True)
class Station:
    """A stage as the customer meets it."""

    stage: Stage
    title: str
    says: str
    hole: str
    offers: str
    deadline: str
    line: int | None
    numbers: list[int]


@member
@require_GET
def journey(request: HttpRequest, name: str) -> HttpResponse:
    design = chosen(request, name)
    language = language_of(request)
    more: dict[str, object] = {
        "running": studio.running(name),
        "of": request.GET.get("of", ""),
        "wrongs": wrongs(design.problems),
    }
    if design.journey is not None:
        found = design.open_findings
        more |= {
            "journey": design.journey,
            "line": _line(design.journey, found, language, vertical=False),
            "line_upright": _line(design.journey, found, language, vertical=True),
            "found": told(design.journey, found, language),
            "accepted": told(design.journey, [one for one in design.findings if one.accepted is not None], language),
            "moments": _moments(design.journey, found, language),
            "stations": stations(design.journey, found, language),
            "goal": text_in(design.journey.goal.customer, language),
            "feeling": text_in(design.journey.goal.feeling, language),
            "targets": [(words.readable(one.measure), words.aim(one)) for one in design.journey.goal.organisation],
        }
    return render(request, "studio/journey.html", context(request, design, "journey", **more))


def _line(journey: Journey, found: list[Finding], language: str, *, vertical: bool) -> SafeString:
    spoken = [replace(one, why=sentence(one.why), way_out=sentence(one.way_out)) for one in found]
    return picture(line_design(journey, spoken, language=language, vertical=vertical, colour=brand().primary))


def picture(svg: str) -> SafeString:
    """A drawing for a page: loper.draw escapes every text that comes from a file."""
    return mark_safe(svg)  # noqa: S308


def numbers(found: list[Finding], place: str) -> list[int]:
    """The findings at this place, as they are numbered in the line."""
    return [n for n, one in enumerate(found, 1) if one.place == place or one.place.startswith(f"{place}.")]


def _moments(journey: Journey, found: list[Finding], language: str) -> list[Moment]:
    return [
        Moment(
            touchpoint=one,
            title=words.title(one.title, one.name, language),
            timing=words.timing(journey, one, language),
            need=text_in(one.need, language),
            attention=words.attention(one),
            by=words.by(one),
            channels=[words.channel(name) for name in one.channels],
            variants=words.variants(one),
            texts=sum(key[0].partition("+")[0] == one.name for key in journey.texts),
            missing=len(missing_texts(journey, one)),
            line=journey.places.get(f"touchpoints.{one.name}"),
            numbers=numbers(found, f"touchpoints.{one.name}"),
        )
        for one in journey.touchpoints.values()
    ]


def stations(journey: Journey, found: list[Finding], language: str) -> list[Station]:
    seen = example_case(journey, "", clock.now(), "Jo Jansen")
    rows = []
    for one in journey.stages.values():
        source, says, hole = text_in(one.says, language), "", ""
        if source:
            try:
                says = fill(
                    source, dict(seen.case.state.facts), language, journey.timezone, organisation()
                ).body.strip()
            except TextError as wrong:
                hole = wrong.message
        rows.append(
            Station(
                stage=one,
                title=words.title(one.title, one.name, language),
                says=says,
                hole=hole,
                offers=words.offers(journey, one.offers, language),
                deadline=words.deadline(one),
                line=journey.places.get(f"stages.{one.name}"),
                numbers=numbers(found, f"stages.{one.name}"),
            )
        )
    return rows


@member
@require_GET
def download(request: HttpRequest, name: str) -> HttpResponse:
    """The files of this form of the journey, to keep, to mail, or to check with `loper check`."""
    design = chosen(request, name)
    if not design.files:
        raise Http404
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for path, text in sorted(design.files.items()):
            archive.writestr(zipfile.ZipInfo(f"{name}/{path}", date_time=(2026, 1, 1, 0, 0, 0)), text)
    return HttpResponse(
        packed.getvalue(),
        content_type="application/zip",
        headers={"Content-Disposition": f'attachment; filename="{name}.zip"'},
    )
