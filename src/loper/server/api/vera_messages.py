"""VERA: who may ask, and how a question is read and answered; what is asked is in `vera.py`."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from functools import wraps
from typing import Any

from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.csrf import csrf_exempt

from loper.server import clock
from loper.server.api.door import guarded, source_of_request
from loper.server.api.problems import problem
from loper.server.api.reading import Unreadable, document
from loper.server.permissions import Actor
from loper.server.queries.cases import CaseView, case_view
from loper.server.records.agenda import Slot

SCOPE = "vera"
READ, WRITE = ("GET", "HEAD"), ("POST", "PUT", "PATCH")
MOST = 100
"""Rows in an answer, by the specification."""

MEND = "nothing was done; mend what is wrong and send it again"
MOMENT = re.compile(r"\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(?:\.\d+)?Z", re.ASCII)

View = Callable[..., HttpResponse]


def wrong(status: int, detail: str, *, errors: list[dict[str, str]] | None = None, **more: Any) -> JsonResponse:
    """A problem that is a VERA Foutbericht, too."""
    return problem(status, detail, errors=errors or [], code=str(status), omschrijving=detail, **more)


def answers(*methods: str) -> Callable[[View], View]:
    """Only these methods, only for a token with the scope `vera` that speaks for agents or planners."""

    def around(view: View) -> View:
        @csrf_exempt
        @guarded
        @wraps(view)
        def answer(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
            if request.method not in methods:
                return wrong(405, f"use {' or '.join(methods)}", headers={"Allow": ", ".join(methods)})
            source = source_of_request(request)
            if isinstance(source, HttpResponse):
                return source
            roles = frozenset(source.emitters) & {"agent", "planner"}
            if SCOPE not in source.scopes or not roles:
                return wrong(403, "make a token with the scope vera and the role agent (or planner)")
            if int(request.META.get("CONTENT_LENGTH") or 0) > settings.LOPER_EVENT_BYTES:
                return wrong(413, f"a request has at most {settings.LOPER_EVENT_BYTES} bytes")
            actor = Actor(roles=roles, name=source.source, channel="api")
            try:
                return view(request, actor, *args, **kwargs)
            except PermissionDenied:
                return wrong(403, "this token may not do that")

        return answer

    return around


def query(request: HttpRequest, names: tuple[str, ...]) -> tuple[dict[str, str], list[dict[str, str]]]:
    """The filters of a question. An unknown one is said: a filter that is not heeded would show too much."""
    of_everyone = ("cursor", "pagina", "parameters.aantalPerPagina", "aantalPerPagina")
    asked: dict[str, str] = {}
    errors: list[dict[str, str]] = []
    for name in request.GET:
        text = request.GET[name]
        plain = name.replace("[", ".").replace("]", "")
        if plain in names and text.isprintable():
            asked[plain] = text
        elif name not in of_everyone:
            errors.append({"at": name[:80], "why": f"not a filter here; known are {', '.join(names)}"})
    if not request.GET.get("pagina", "1").isascii() or not re.fullmatch(
        r"[1-9]\d{0,5}", request.GET.get("pagina", "1")
    ):
        errors.append({"at": "pagina", "why": "a whole number from 1"})
    return asked, errors


def page(request: HttpRequest, rows: Any, shown: Callable[[Any], Any] = lambda row: row) -> JsonResponse:
    """The rows of the page that was asked for, at most `MOST`; a list, or a query."""
    number = int(request.GET.get("pagina", "1"))
    count = len(rows) if isinstance(rows, list) else rows.count()
    part = [shown(row) for row in rows[(number - 1) * MOST : number * MOST]]
    headers = {"X-Parameters-Aantal": count, "X-Parameters-AantalPerPagina": MOST, "X-Parameters-Pagina": number}
    return JsonResponse(part, safe=False, headers={name: str(value) for name, value in headers.items()})


def wanted(request: HttpRequest, at: str) -> tuple[CaseView, Slot] | HttpResponse:
    """The open case and the time that a request names (`at`: where the case stands in it); or what is wrong with it."""
    body, errors = body_of(request)
    if isinstance(body, HttpResponse):
        return body
    case, slot = case_in(body, errors), slot_in(body, errors)
    view = open_case(case, errors, at) if case else None
    if errors or view is None or slot is None:
        return wrong(422, MEND, errors=errors)
    return view, slot


def body_of(request: HttpRequest) -> tuple[Any, list[dict[str, str]]]:
    """The document, an object; or the answer to what is none."""
    try:
        found = document(request)
    except Unreadable as unreadable:
        return wrong(unreadable.status, str(unreadable)), []
    if not isinstance(found, dict):
        return wrong(400, "an object was expected"), []
    return found, []


def keyed(request: HttpRequest, act: Callable[[str, Mapping[str, Any]], HttpResponse], id: str = "") -> HttpResponse:
    """Do it with what the body is about: by the `id` in it, which the address may name already."""
    body, errors = body_of(request)
    if isinstance(body, HttpResponse):
        return body
    given = body.get("id", id)
    if not isinstance(given, str) or not 0 < len(given) <= 300:
        errors.append({"at": "/id", "why": "the id that this system gave it was expected, a text"})
    elif id and given != id:
        errors.append({"at": "/id", "why": "another id than that of the address"})
    return wrong(422, MEND, errors=errors) if errors else act(given, body)


def case_in(body: Mapping[str, Any], errors: list[dict[str, str]], *, needed: bool = True) -> str:
    """The key of the case. Where two names of it are given, they are the same."""
    found = {}
    for name in ("onderhoudsverzoek", "onderhoudsorder"):
        if name not in body:
            continue
        given = body[name].get("id") if isinstance(body[name], dict) else None
        if isinstance(given, str) and 0 < len(given) <= 200 and given.isprintable():
            found[name] = given
        else:
            errors.append({"at": f"/{name}/id", "why": "the key of a case was expected, a text"})
    if len(set(found.values())) > 1:
        errors.append({"at": "/onderhoudsorder/id", "why": "another case than /onderhoudsverzoek/id"})
    if needed and not found and not errors:
        errors.append({"at": "/onderhoudsverzoek/id", "why": "say of which case it is"})
    return next(iter(found.values()), "")


def slot_in(body: Mapping[str, Any], errors: list[dict[str, str]]) -> Slot | None:
    """The block, by its begin and end; what is wrong with them is added to `errors`."""
    found = []
    for name in ("bloktijdBegin", "bloktijdEind"):
        text = body.get(name)
        try:
            if not isinstance(text, str) or not MOMENT.fullmatch(text):
                raise ValueError
            found.append(datetime.fromisoformat(text).astimezone(UTC))
        except ValueError:
            errors.append({"at": f"/{name}", "why": "a time in UTC was expected, like 2026-09-08T06:00:00Z"})
    if len(found) < 2:
        return None
    if found[0] >= found[1]:
        errors.append({"at": "/bloktijdEind", "why": "later than bloktijdBegin"})
    elif found[0] <= clock.now():
        errors.append({"at": "/bloktijdBegin", "why": "this time has passed"})
    return Slot(found[0], found[1])


def open_case(case: str, errors: list[dict[str, str]], at: str) -> CaseView | None:
    """The case of this key, if it goes on; else that is added to `errors`."""
    view = case_view(case)
    if view is None or view.ended:
        errors.append({"at": at, "why": "there is no open case of this key"})
        return None
    return view


def utc(at: datetime) -> str:
    """A time as VERA writes it."""
    return f"{at.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"
