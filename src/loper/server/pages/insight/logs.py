"""The logs there are, and the first page of one: what stands out, and the figures of it."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.views.decorators.http import require_safe

from loper.observe.findings import knows_customers
from loper.server.pages.insight.ends import over_by
from loper.server.pages.insight.scope import Scope, for_analysts, log_of, scoped
from loper.server.queries.logs import logs
from loper.server.queries.promises import lately
from loper.server.records.logs import ContactLog


@require_safe
@for_analysts
def listing(request: HttpRequest) -> HttpResponse:
    """Our own journeys first, then what was brought in."""
    return render(request, "insight/logs.html", {"logs": logs(), "kept": lately()})


@require_safe
@for_analysts
def first(request: HttpRequest, pk: int) -> HttpResponseBase:
    """What stands out; while the log is being read, how far that is."""
    row = log_of(pk)
    if not row.laid:
        return render(request, "insight/reading.html", {"log": row, "part": _part(row)})
    return _first(request, pk)


@scoped
def _first(request: HttpRequest, scope: Scope) -> HttpResponse:
    more = {"figures": _figures(scope), "findings": _findings(scope), "here": "first", "ends": over_by(scope)}
    return render(request, "insight/first.html", scope.page(**more))


def _findings(scope: Scope) -> list[dict[str, Any]]:
    """What stands out, in words, with the way to the question and to the cases."""
    context, found = scope.context, scope.part.findings().found
    most = max((one.cases for one in found), default=1)
    return [
        {
            "title": context.named(one.title.said(scope.language)),
            "words": context.named(one.words(scope.language)),
            "cases": one.cases,
            "part": one.cases / most,
            "counted": one.question not in ("calls", "pace"),  # those tell messages and steps, not cases
            "url": scope.url("question", key=one.question),
            "behind": scope.link(one.filter) if one.filter else "",
        }
        for one in found
    ]


@require_safe
@for_analysts
def progress(request: HttpRequest, pk: int) -> HttpResponse:
    """How far the reading is; the page asks for it every two seconds."""
    row = log_of(pk)
    answer = render(request, "insight/progress.html", {"log": row, "part": _part(row)})
    if row.laid:
        answer["HX-Refresh"] = "true"
    return answer


def _part(row: ContactLog) -> int:
    return min(99, round(100 * row.done / row.size)) if row.size else 0


def _figures(scope: Scope) -> list[dict[str, Any]]:
    log, language = scope.part, scope.language
    say = scope.context.say
    pace, rework, repeat = log.throughput(), log.rework(), log.repeat_contact()
    channels, switches, seen = log.channels(), log.switches(), log.map()
    found = [
        (say("cases", "zaken"), say.number(len(log)), seen.summary(language), "map"),
        (say("half within", "de helft binnen"), say.lasting(pace.median_s), pace.summary(language), "pace"),
        (
            say("back within a week", "terug binnen een week"),
            say.share(repeat.rate.estimate) if repeat.contacts and knows_customers(log) else "–",
            repeat.summary(language)
            if knows_customers(log)
            else say(
                "This log does not say which contacts the customer made, so it cannot be told who came back.",
                "Dit logboek zegt niet welke contacten van de klant waren; wie terugkwam is dus niet te zeggen.",
            ),
            "repeat",
        ),
        (
            say("changed channel", "wisselden van kanaal"),
            say.share(switches.cases / max(1, switches.population)) if channels.shares else "–",
            switches.summary(language) if channels.shares else channels.summary(language),
            "channels",
        ),
        (
            say("had something done again", "hadden iets opnieuw"),
            say.share(rework.cases / max(1, rework.population)),
            rework.summary(language),
            "rework",
        ),
    ]
    return [
        {"what": what, "number": number, "words": scope.context.named(words), "url": scope.url("question", key=key)}
        for what, number, words, key in found
    ]
