"""One version: what it changes, who looked at it, and the button that makes it live."""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from loper.define import Problems
from loper.server.actions import designs as act
from loper.server.actions import reviews
from loper.server.actions.refused import Refused
from loper.server.pages.studio import differences, said
from loper.server.pages.studio.editor import line_in
from loper.server.pages.studio.frame import actor_of, context, language_of, member
from loper.server.queries import designs, moves, studio
from loper.server.queries.studio import Design

INVITED = "loper_invited"


def found_version(name: str, version: str) -> Design:
    """This version; 404 where it is not there."""
    design = studio.of_version(name, version)
    if design is None or design.row is None:
        raise Http404
    return design


@member
@require_GET
def version(request: HttpRequest, name: str, version: str) -> HttpResponse:
    return page(request, found_version(name, version))


def page(request: HttpRequest, design: Design, *, wrong: str = "", field: str = "", status: int = 200) -> HttpResponse:
    """The page, with what was wrong with the last form."""
    row, language, actor = design.row, language_of(request), actor_of(request)
    assert row is not None  # noqa: S101
    before = _before(design)
    words = None
    if design.journey is not None and before is not None and before.journey is not None:
        words = differences.differences(before.journey, design.journey, language)
    signed = designs.sign_offs(design.name, row.version)
    colleagues = [one for one in signed if not one.outside]
    running = {one.version: one for one in studio.running(design.name)}
    more = {
        "row": row,
        "before": before,
        "words": words,
        "raw": differences.raw(before.files if before else {}, design.files),
        "wrongs": said.wrongs(design.problems),
        "found": said.told(design.journey, design.open_findings, language) if design.journey else [],
        "bare": [one for one in design.open_findings if one.rule == "too-abstract"],
        "colleagues": colleagues,
        "guests": [one for one in signed if one.outside],
        "own": next((one for one in colleagues if actor.user is not None and one.user_id == actor.user.pk), None),
        "maker": actor.user is not None and actor.user.pk in row.makers,
        "eyes": any(one.agrees and one.user_id and one.user_id not in row.makers for one in colleagues),
        "refusals": [one for one in signed if not one.agrees],
        "live": running.get(row.version),
        "running": running,
        "first": not any(one.published and one.pk != row.pk for one in designs.versions(design.name)),
        "origins": moves.origins(design.journey) if design.journey is not None else (),
        "move": moves.under_way(design.name),
        "invitations": reviews.invitations(journey=design.name, version=row.version),
        "invited": request.session.pop(INVITED, None),
        "publications": [one for one in designs.publications(design.name) if one.version == row.version],
        "wrong": wrong,
        "field": field,
        "posted": request.POST,
    }
    return render(request, "studio/version.html", context(request, design, "changes", **more), status=status)


def _before(design: Design) -> Design | None:
    """What it is compared with: the version that was live before it."""
    assert design.row is not None  # noqa: S101
    own = design.row
    rows = [row for row in designs.versions(design.name) if row.published and row.pk != own.pk]
    if own.published:
        rows = [row for row in rows if row.created < own.created]
    last = max(rows, key=lambda row: row.published or row.created, default=None)
    return studio.of_version(design.name, last.version) if last is not None else None


@member
@require_POST
def sign(request: HttpRequest, name: str, version: str) -> HttpResponse:
    """One's own yes or no, or that of a guest, under this very version."""
    design = found_version(name, version)
    outside = request.POST.get("who") == "guest"
    try:
        act.sign(
            actor=actor_of(request),
            journey=name,
            version=version,
            agrees=request.POST.get("agrees") == "yes",
            outside=outside,
            name=request.POST.get("name", ""),
            remark=request.POST.get("remark", ""),
        )
    except Refused as wrong:
        return page(request, design, wrong=wrong.sentence, field="guest" if outside else "sign", status=422)
    messages.success(request, _("Written down, under exactly this version."))
    return redirect("studio:version", name, version)


@member
@require_POST
def publish(request: HttpRequest, name: str, version: str) -> HttpResponse:
    """Live, for all new cases or for a share of them."""
    design = found_version(name, version)
    share = 100 if request.POST.get("who") == "all" else line_in(request.POST.get("share", ""))
    try:
        act.publish(actor=actor_of(request), journey=name, version=version, share=share)
    except Refused as wrong:
        return page(request, design, wrong=wrong.sentence, field="publish", status=422)
    except Problems:
        sentence = _("Something in it is not right any more: see below. Make a draft of it and mend that.")
        return page(request, design, wrong=sentence, field="publish", status=422)
    if share == 100:
        messages.success(request, _("Live: every new case begins on this version."))
    else:
        messages.success(request, _("Live for %(share)d per cent of new cases.") % {"share": share})
    return redirect("studio:version", name, version)


@member
@require_POST
def invite(request: HttpRequest, name: str, version: str) -> HttpResponse:
    """A link for a guest; shown once."""
    design = found_version(name, version)
    try:
        link = reviews.invite(actor=actor_of(request), journey=name, version=version, name=request.POST.get("name", ""))
    except Refused as wrong:
        return page(request, design, wrong=wrong.sentence, field="invite", status=422)
    request.session[INVITED] = link
    return redirect("studio:version", name, version)


@member
@require_POST
def uninvite(request: HttpRequest, name: str, version: str) -> HttpResponse:
    found_version(name, version)
    reviews.take_back(actor=actor_of(request), link=line_in(request.POST.get("link", "")))
    messages.success(request, _("This link opens nothing any more."))
    return redirect("studio:version", name, version)


@member
@require_POST
def work_on(request: HttpRequest, name: str, version: str) -> HttpResponse:
    """A draft that begins from this version."""
    design = found_version(name, version)
    try:
        act.save_draft(actor=actor_of(request), journey=name, files=design.files, edition=0, base=version)
    except Refused as wrong:
        messages.error(request, wrong.sentence)
        return redirect("studio:changes", name)
    return redirect("studio:journey", name)
