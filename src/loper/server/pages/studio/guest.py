"""A guest reads a version: what customers will see and read, no case of anybody, and one form to say yes or no."""

from __future__ import annotations

from dataclasses import dataclass

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from loper.define.model import Journey
from loper.draw import line_customer
from loper.server.actions import reviews
from loper.server.actions.refused import Refused
from loper.server.pages.studio import preview, words
from loper.server.pages.studio.frame import language_of
from loper.server.pages.studio.journey import picture, stations
from loper.server.queries import studio
from loper.server.queries.organisation import brand, text_in
from loper.server.records.designs import SignOff
from loper.server.records.links import Link

SCOPE = "loper_guest"


@dataclass(frozen=True, slots=True)
class Letter:
    """A message as the guest reads it."""

    channel: str
    language: str
    subject: str
    body: str


@dataclass(frozen=True, slots=True)
class Reading:
    title: str
    need: str
    timing: list[str]
    letters: list[Letter]


def private(response: HttpResponse) -> HttpResponse:
    """No other site learns of this address. (Without any referrer a browser hides the origin of the form as well.)"""
    response.headers["Referrer-Policy"] = "same-origin"
    response.headers["X-Robots-Tag"] = "noindex, nofollow"
    return response


@require_http_methods(["GET", "POST"])
def guest(request: HttpRequest, token: str) -> HttpResponse:
    """The link of an invitation: a button first (mail programs look before people do), then the page itself."""
    link = reviews.by_token(token)
    if link is None:
        return private(render(request, "studio/guest_gone.html", status=410))
    if request.method == "POST":
        request.session[SCOPE] = link.pk
        return private(redirect("studio:reading"))
    design = studio.of_version(link.subject, str(link.detail["version"]))
    title = studio.title_of(design, language_of(request)) if design else link.subject
    return private(render(request, "studio/guest.html", {"title": title, "invited": link.detail.get("name", "")}))


@require_http_methods(["GET", "POST"])
def reading(request: HttpRequest) -> HttpResponse:
    """Everything a customer will meet, and the form."""
    link = reviews.by_number(int(request.session.get(SCOPE, 0)))
    design = studio.of_version(link.subject, str(link.detail["version"])) if link else None
    if link is None or design is None or design.journey is None:
        return private(render(request, "studio/guest_gone.html", status=410))
    wrong = ""
    if request.method == "POST":
        try:
            reviews.sign_as_guest(
                link=link.pk,
                name=str(link.detail["name"]),
                agrees=request.POST.get("agrees") == "yes",
                remark=request.POST.get("remark", ""),
            )
            return private(redirect("studio:reading"))
        except Refused as refused:
            wrong = refused.sentence
    language = language_of(request)
    journey = design.journey
    context = {
        "title": studio.title_of(design, language),
        "name": link.detail["name"],
        "goal": text_in(journey.goal.customer, language),
        "line": picture(
            line_customer(journey, stage=next(iter(journey.begins.values())), language=language, colour=brand().primary)
        ),
        "stations": stations(journey, [], language),
        "readings": _readings(journey, language),
        "dialogues": [
            (words.title(one.title, one.name, language), [text_in(q.ask, language) for q in one.questions.values()])
            for one in journey.dialogues.values()
        ],
        "signed": _signed(link),
        "wrong": wrong,
        "posted": request.POST,
    }
    return private(render(request, "studio/reading.html", context, status=422 if wrong else 200))


def _signed(link: Link) -> SignOff | None:
    return SignOff.objects.filter(
        journey=link.subject, version=link.detail["version"], name=link.detail["name"], outside=True
    ).first()


def _readings(journey: Journey, language: str) -> list[Reading]:
    found = []
    for one in journey.touchpoints.values():
        letters = []
        for (key, channel, code), source in journey.texts.items():
            if key.partition("+")[0] == one.name and code == (language if language in journey.languages else "nl"):
                shown = preview.show(journey, one, key, channel, code, source, None)
                body = preview.readable(shown) or _("(this text is not right yet)")
                letters.append(Letter(words.channel(channel), words.tongue(code), shown.subject, body))
        if letters:
            title = words.title(one.title, one.name, language)
            found.append(Reading(title, text_in(one.need, language), words.timing(journey, one, language), letters))
    return found
