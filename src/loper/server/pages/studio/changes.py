"""What the draft changes, in words and line by line; from here it is thrown away, or shown to a second pair of eyes."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from loper.define import Problems
from loper.server.actions import designs as act
from loper.server.actions.refused import Refused
from loper.server.pages.studio import differences, said
from loper.server.pages.studio.editor import line_in
from loper.server.pages.studio.frame import actor_of, context, language_of, member, workable
from loper.server.pages.studio.start import uploaded
from loper.server.queries import designs, studio

THROWN = "loper_thrown_away"


@member
@require_GET
def changes(request: HttpRequest, name: str) -> HttpResponse:
    """The draft beside what is live; the versions that were."""
    design, language = workable(name), language_of(request)
    published = studio.of_published(name)
    words = None
    if design.draft and design.journey and published and published.journey:
        words = differences.differences(published.journey, design.journey, language)
    already = design.version and next((row for row in designs.versions(name) if row.version == design.version), None)
    running = {one.version: one for one in studio.running(name)}
    more = {
        "published": published,
        "words": words,
        "raw": differences.raw(published.files if published else {}, design.files) if design.draft else (),
        "wrongs": said.wrongs(design.problems),
        "found": said.told(design.journey, design.open_findings, language) if design.journey else [],
        "already": already or None,
        "versions": [(row, running.get(row.version)) for row in designs.versions(name)],
        "publications": designs.publications(name),
    }
    return render(request, "studio/changes.html", context(request, design, "changes", **more))


@member
@require_POST
def propose(request: HttpRequest, name: str) -> HttpResponse:
    """Freeze the draft as a version that others can sign."""
    try:
        row = act.propose(actor=actor_of(request), journey=name, edition=line_in(request.POST.get("edition", "")))
    except Problems:
        messages.error(request, _("Something is not right yet. Mend that first."))
        return redirect("studio:language", name)
    except Refused as wrong:
        messages.error(request, wrong.sentence)
        return redirect("studio:changes", name)
    messages.success(request, _("This version is ready to be read by somebody else. Ask a colleague."))
    return redirect("studio:version", name, row.version)


@member
@require_POST
def discard(request: HttpRequest, name: str) -> HttpResponse:
    """Throw the draft away; for as long as one is signed in, it can come back."""
    try:
        kept = act.discard_draft(
            actor=actor_of(request), journey=name, edition=line_in(request.POST.get("edition", ""))
        )
    except Refused as wrong:
        messages.error(request, wrong.sentence)
        return redirect("studio:changes", name)
    request.session[THROWN] = kept
    messages.success(request, _("The draft is thrown away."))
    return redirect("studio:thrown", name)


@member
@require_GET
def thrown(request: HttpRequest, name: str) -> HttpResponse:
    """It is gone; one button brings it back."""
    kept = request.session.get(THROWN)
    if not kept or kept["journey"] != name or designs.draft(name):
        return redirect("studio:journey", name) if studio.exists(name) else redirect("studio:journeys")
    return render(request, "studio/thrown.html", {"name": name, "live": studio.exists(name)})


@member
@require_POST
def restore(request: HttpRequest, name: str) -> HttpResponse:
    kept = request.session.get(THROWN)
    if kept and kept["journey"] == name:
        try:
            act.restore_draft(actor=actor_of(request), kept=kept)
            del request.session[THROWN]
            messages.success(request, _("Your draft is back."))
        except Refused as wrong:
            messages.error(request, wrong.sentence)
    return redirect("studio:changes", name) if studio.exists(name) else redirect("studio:journeys")


@member
@require_POST
def upload(request: HttpRequest, name: str) -> HttpResponse:
    """All files of the draft anew, from a folder of one's own."""
    draft = designs.draft(name)
    published = studio.of_published(name)
    base = published.row.version if published and published.row else ""
    try:
        files = uploaded(request.FILES.getlist("files"))
        edition = line_in(request.POST.get("edition", ""))
        act.save_draft(
            actor=actor_of(request), journey=name, files=files, edition=edition, base=draft.base if draft else base
        )
        messages.success(request, _("Your files are in the draft."))
    except Refused as wrong:
        messages.error(request, wrong.sentence)
    return redirect("studio:changes", name)
