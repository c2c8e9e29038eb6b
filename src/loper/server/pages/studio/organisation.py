"""What holds for all journeys: shown in words, edited as YAML with its shared texts, every publication kept."""

from __future__ import annotations

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from loper.define import Problem, Problems
from loper.define.organisation import Organisation
from loper.server.actions import designs as act
from loper.server.actions.designs import Stale
from loper.server.actions.refused import Refused
from loper.server.pages.studio import differences, said, words
from loper.server.pages.studio.editor import line_in, normal
from loper.server.pages.studio.frame import View, actor_of, language_of
from loper.server.queries import designs
from loper.server.queries.designs import ORGANISATION
from loper.server.queries.organisation import organisation as current
from loper.server.queries.organisation import text_in
from loper.server.records.designs import OrganisationFile


def reader(view: View) -> View:
    """Who works with journeys, and who may change the organisation."""

    def guarded(request: HttpRequest, *args: object, **more: object) -> HttpResponse:
        actor = actor_of(request)
        if not (actor.may("studio") or actor.may("organisation.change")):
            raise PermissionDenied
        return view(request, *args, **more)

    checked: View = login_required(guarded)
    return checked


@reader
@require_GET
def organisation(request: HttpRequest) -> HttpResponse:
    found, language = current(), language_of(request)
    rows = list(OrganisationFile.objects.order_by("-published", "-pk").defer("files")[:20])
    context = {
        "organisation": found,
        "title": text_in(found.title, language) or found.name,
        "facts": facts(found, language),
        "blocks": _blocks(found),
        "tone": text_in(found.tone, language),
        "emergency": text_in(found.emergency, language),
        "history": rows,
        "may_change": actor_of(request).may("organisation.change"),
    }
    return render(request, "studio/organisation.html", context)


def facts(found: Organisation, language: str) -> list[tuple[str, list[str]]]:
    """The rules for all messages, in words."""
    policy, sender = found.policy, found.sender
    rows = [
        (_("Quiet hours"), [str(policy.quiet)] if policy.quiet else []),
        (
            _("At most"),
            [
                _("%(n)d × %(kind)s in %(hours)d hours")
                % {"n": cap.most, "kind": _(words.KINDS[cap.kind]), "hours": int(cap.per.total_seconds() // 3600)}
                if cap.per.days < 1
                else _("%(n)d × %(kind)s in %(days)d days")
                % {"n": cap.most, "kind": _(words.KINDS[cap.kind]), "days": cap.per.days}
                for cap in policy.caps
            ],
        ),
        (
            _("Waits"),
            [
                _("%(kind)s, while %(journey)s is open") % {"kind": _(words.KINDS[hold.kind]), "journey": hold.journey}
                for hold in policy.holds
            ],
        ),
        (_("Goes together"), [_(words.KINDS[kind]) for kind in sorted(policy.bundle)]),
        (_("Languages"), [words.tongue(code) for code in found.languages]),
        (_("Time zone"), [policy.timezone.key]),
        (_("Calendars"), sorted(found.calendars)),
        (_("Sender"), [one for one in (sender.name, sender.email, sender.sms) if one]),
        (_("Answers go to"), [sender.reply_to] if sender.reply_to else []),
        (_("Telephone"), [sender.phone] if sender.phone else []),
        (_("Address"), [one for one in (sender.address, sender.website) if one]),
        (_("Not allowed"), [one.because for one in found.principles]),
    ]
    return [(label, said_) for label, said_ in rows if said_]


def _blocks(found: Organisation) -> list[tuple[str, str, str]]:
    return [(name, code, source) for (name, code), source in found.blocks.items()]


@reader
@require_http_methods(["GET", "POST"])
def edit(request: HttpRequest) -> HttpResponse:
    """The file or one of its texts. POST shows what changes (`look`) or publishes it (`publish`)."""
    if not actor_of(request).may("organisation.change"):
        raise PermissionDenied
    newest = designs.organisation_file()
    files = dict(newest.files) if newest else {ORGANISATION: "organisation: naam\n"}
    main = designs.main_file(files)
    path = request.POST.get("path") or request.GET.get("file") or main
    text, seen = files.get(path, ""), newest.hash if newest else ""
    more: dict[str, object] = {}
    status = 200
    if request.method == "POST":
        text, seen = normal(request.POST.get("text", "")), request.POST.get("seen", "")
        changed = {**files, path: text}
        problems: tuple[Problem, ...] = ()
        try:
            if "publish" in request.POST:
                act.change_organisation(actor=actor_of(request), files=_named(changed, main), seen=seen)
                messages.success(request, _("From now on this holds for all journeys."))
                return redirect("studio:organisation")
            problems = _problems(_named(changed, main))
        except Stale as wrong:
            more, seen, status = {"stale": wrong}, newest.hash if newest else "", 409
        except Problems as wrong:
            problems, status = wrong.problems, 422
        except Refused as wrong:
            more, status = {"refused": wrong.sentence}, 422
        more |= {
            "wrongs": said.wrongs(problems),
            "diff": differences.raw({path: files.get(path, "")}, {path: text}),
            "looked": True,
        }
    context = {
        "path": path,
        "main": main,
        "paths": sorted(files, key=lambda one: (one != main, one)),
        "text": text,
        "seen": seen,
        "at": line_in(request.GET.get("line", "")),
        "is_main": path == main,
        **more,
    }
    return render(request, "studio/organisation_edit.html", context, status=status)


def _named(files: dict[str, str], main: str) -> dict[str, str]:
    """Under the names we keep: whatever the main file was called when it was installed."""
    return {ORGANISATION if path == main else path: text for path, text in files.items()}


def _problems(files: dict[str, str]) -> tuple[Problem, ...]:
    """What is wrong with it, or would be with a journey in use."""
    try:
        return tuple(designs.broken_by(designs.parse_organisation({k: v for k, v in files.items() if v.strip()})))
    except Problems as wrong:
        return wrong.problems


@reader
@require_POST
def check(request: HttpRequest) -> HttpResponse:
    """What is wrong with the text as it stands in the editor; nothing is saved."""
    newest = designs.organisation_file()
    files = dict(newest.files) if newest else {}
    main = designs.main_file(files)
    path = request.POST.get("path") or main
    problems = _problems(_named({**files, path: normal(request.POST.get("text", ""))}, main))
    return render(request, "studio/checked.html", {"wrongs": said.wrongs(problems), "found": [], "outline": []})


@reader
@require_GET
def version(request: HttpRequest, pk: int) -> HttpResponse:
    """How it was, and what changed with it."""
    rows = list(OrganisationFile.objects.order_by("published", "pk"))
    place = next((n for n, row in enumerate(rows) if row.pk == pk), None)
    if place is None:
        return redirect(reverse("studio:organisation"))
    before = rows[place - 1].files if place else {}
    context = {
        "row": rows[place],
        "raw": differences.raw(before, rows[place].files),
        "newest": place == len(rows) - 1,
        "may_change": actor_of(request).may("organisation.change"),
    }
    return render(request, "studio/organisation_version.html", context)


@reader
@require_POST
def back_to(request: HttpRequest, pk: int) -> HttpResponse:
    """Publish an older file again."""
    row = OrganisationFile.objects.filter(pk=pk).first()
    newest = designs.organisation_file()
    if row is not None and newest is not None:
        files = _named(dict(row.files), designs.main_file(row.files))
        try:
            act.change_organisation(actor=actor_of(request), files=files, seen=newest.hash)
            messages.success(request, _("From now on this holds for all journeys."))
        except Problems:
            messages.error(request, _("A journey in use needs something that this older file does not have."))
        except Refused as wrong:
            messages.error(request, wrong.sentence)
    return redirect("studio:organisation")
