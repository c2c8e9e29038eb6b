"""What every page of the studio begins with: who may come in, which journey, which form of it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib.auth.decorators import login_required, permission_required
from django.http import Http404, HttpRequest, HttpResponse
from django.utils.translation import get_language

from loper.server.permissions import Actor, staff
from loper.server.queries import designs, studio
from loper.server.queries.studio import Design

View = Callable[..., HttpResponse]


def member(view: View) -> View:
    """Only for those who work with journeys; who may change them is the action's to say."""
    guarded: View = login_required(permission_required("studio", raise_exception=True)(view))
    return guarded


def actor_of(request: HttpRequest) -> Actor:
    return staff(request.user, channel="studio")


def language_of(request: HttpRequest) -> str:
    return (get_language() or "nl")[:2]


def chosen(request: HttpRequest, name: str) -> Design:
    """The form of the journey to look at: the one asked for by `?of=` (a version, or draft), else the draft for who may
    change it, else what is live. 404 where there is none.
    """
    asked = request.GET.get("of", "")
    if asked == "draft":
        found = studio.of_draft(name)
    elif asked:
        found = studio.of_version(name, asked)
    else:
        found = studio.of_draft(name) if actor_of(request).may("journey.draft") else None
        found = found or studio.of_published(name) or studio.of_draft(name) or _proposed(name)
    if found is None:
        raise Http404
    return found


def workable(name: str) -> Design:
    """What an editor shows: the draft, else what it would begin from."""
    found = studio.of_draft(name) or studio.of_published(name) or _proposed(name)
    if found is None:
        raise Http404
    return found


def _proposed(name: str) -> Design | None:
    rows = designs.versions(name)
    return studio.of_version(name, rows[0].version) if rows else None


def context(request: HttpRequest, design: Design, tab: str, **more: Any) -> dict[str, Any]:
    """What the frame of a journey's pages shows: its name, its tabs, which form one looks at."""
    actor, language = actor_of(request), language_of(request)
    draft = design.draft or designs.draft(design.name)
    waiting = studio.waiting_version(design.name)
    title = studio.title_of(design, language)
    return {
        "design": design,
        "name": design.name,
        "title": title,
        "tab": tab,
        "draft": draft,
        "waiting": waiting,
        "may_draft": actor.may("journey.draft"),
        "may_sign": actor.may("journey.sign"),
        "may_publish": actor.may("journey.publish"),
        "language": language,
        **more,
    }
