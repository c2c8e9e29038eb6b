"""VERA 4.3 OHD: `afspraak-opties` and `afspraken`, for systems that plan with a landlord's customers.

An option is a block that can be had, an appointment is a visit; both belong to a case, which VERA calls an
onderhoudsverzoek (or, of an option, an onderhoudsorder). No address and no customer goes out: who asks has the case.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from functools import wraps
from typing import Any

from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.urls import reverse
from django.views.decorators.csrf import csrf_exempt

from loper.server import clock
from loper.server.actions import cases
from loper.server.actions.refused import Refused
from loper.server.api.door import guarded, source_of_request
from loper.server.api.problems import problem
from loper.server.api.reading import Unreadable, document
from loper.server.permissions import Actor
from loper.server.queries.cases import CaseView, case_view
from loper.server.queries.offers import free_days
from loper.server.queries.work import Work, work_of
from loper.server.records.agenda import Appointment, Slot

SCOPE = "vera"
READ, WRITE = ("GET", "HEAD"), ("POST", "PUT", "PATCH")
MOST = 100
"""Rows in an answer, by the specification."""

STATES = {
    Appointment.BOOKED: ("GEP", "Gepland"),
    Appointment.DONE: ("AFG", "Afgerond"),
    Appointment.CANCELLED: ("ANN", "Geannuleerd"),
}
"""Reference data AFSPRAAKSTATUS."""

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


# -- options -----------------------------------------------------------------------------------------------------------


@answers(*READ, *WRITE)
def options(request: HttpRequest, actor: Actor) -> HttpResponse:
    """The blocks that a case can have now; whether it can have this one (POST); the one with this id (PUT, PATCH)."""
    if request.method == "POST":
        return _ask(request)
    if request.method in WRITE:
        return _keyed(request, _confirm)
    asked, errors = _query(request, ("onderhoudsorder.id", "onderhoudsverzoek.id", "onderhoudstaak.id"))
    case = next((text for name, text in asked.items() if name.endswith(".id")), "")
    if not case:
        errors.append({"at": "onderhoudsorder.id", "why": "say of which case: onderhoudsorder.id=KEY"})
    view = _open(case, errors, "onderhoudsorder.id") if case else None
    if errors or view is None:
        return wrong(422, "the question cannot be answered as it stands", errors=errors)
    return _page(request, [_option(view.key, work_of(view), one) for one in _free(view)])


@answers(*READ, "PUT", "PATCH")
def one_option(request: HttpRequest, actor: Actor, id: str) -> HttpResponse:
    """One block, if it can still be had."""
    if request.method in WRITE:
        return _keyed(request, _confirm, id)
    found = _found(id)
    return wrong(404, NO_OPTION) if found is None else JsonResponse(found)


NO_OPTION = "this option is not there, or can no longer be had"


def _found(id: str) -> dict[str, Any] | None:
    """The option of this id, while it can be had."""
    case, _tilde, text = id.rpartition("~")
    view, slot = case_view(case) if case.isprintable() else None, Slot.parse(text.replace("_", "/"))
    if view is None or view.ended or slot is None or slot not in _free(view):
        return None
    return _option(view.key, work_of(view), slot)


def _confirm(id: str, body: Mapping[str, Any]) -> HttpResponse:
    """An option follows from the routes: it is as it is. Sent as it stands it is confirmed, as by GET."""
    found = _found(id)
    if found is None:
        return wrong(404, NO_OPTION)
    why = "follows from the planning, and is not changed from outside; ask for another option (POST), or book this one"
    errors = [{"at": f"/{name}"[:80], "why": why} for name, value in body.items() if value != found.get(name)]
    return wrong(422, "nothing was done", errors=errors) if errors else JsonResponse(found)


def _ask(request: HttpRequest) -> HttpResponse:
    wanted = _wanted(request, "/onderhoudsorder/id")
    if isinstance(wanted, HttpResponse):
        return wanted
    view, slot = wanted
    free = _free(view)
    if slot not in free:
        return _taken("This time cannot be had.", view, free)
    made = _option(view.key, work_of(view), slot)
    return JsonResponse(made, status=201, headers={"Location": _url("vera_option", made["id"])})


def _free(view: CaseView) -> list[Slot]:
    """Without what lies before the notice, and what the case has already."""
    return [choice.slot for day in free_days(work_of(view), leaving=view.appointment) for choice in day.choices]


def _option(case: str, work: Work, slot: Slot) -> dict[str, Any]:
    text = str(Slot(slot.start, slot.end)).replace("/", "_")
    return {
        "id": f"{case}~{text}",
        "bloktijdBegin": _z(slot.start),
        "bloktijdEind": _z(slot.end),
        "duur": f"PT{work.minutes}M",
        "onderhoudsorder": {"id": case},
    }


# -- appointments ------------------------------------------------------------------------------------------------------


@answers(*READ, *WRITE)
def appointments(request: HttpRequest, actor: Actor) -> HttpResponse:
    """The appointments of a case, or of all; a new one (POST); or (PUT, PATCH) a change of the one with this id."""
    if request.method == "POST":
        return _book(request, actor)
    if request.method in WRITE:
        return _keyed(request, lambda id, body: _change(actor, id, body, whole=request.method == "PUT"))
    names = ("onderhoudsverzoek.id", "onderhoudsorder.id", "status.code", "id")
    asked, errors = _query(request, names)
    rows = Appointment.objects.select_related("technician").order_by("start", "pk")
    for name, text in asked.items():
        if name == "status.code":
            states = [state for state, (code, _name) in STATES.items() if code == text]
            if not states:
                errors.append({"at": name, "why": f"one of {', '.join(code for code, _ in STATES.values())}"})
            rows = rows.filter(status__in=states)
        elif name == "id":
            rows = rows.filter(uid=text)
        else:
            rows = rows.filter(case=text)
    if errors:
        return wrong(422, "the question cannot be answered as it stands", errors=errors)
    return _page(request, rows, _appointment)


@answers(*READ, "PUT", "PATCH")
def one_appointment(request: HttpRequest, actor: Actor, id: str) -> HttpResponse:
    """An appointment; or (PUT, PATCH) another time for it, or its end: status ANN."""
    if request.method in WRITE:
        return _keyed(request, lambda id, body: _change(actor, id, body, whole=request.method == "PUT"), id)
    row = _with(id)
    return wrong(404, NO_APPOINTMENT) if row is None else JsonResponse(_appointment(row))


NO_APPOINTMENT = "this appointment is not there"


def _with(id: str) -> Appointment | None:
    rows = Appointment.objects.select_related("technician")
    return rows.filter(uid=id).first() if id.isprintable() else None


def _change(actor: Actor, id: str, body: Mapping[str, Any], *, whole: bool) -> HttpResponse:
    """Another time for an appointment, or its end; `whole`: the body has all of it (PUT)."""
    row = _with(id)
    if row is None:
        return wrong(404, NO_APPOINTMENT)
    errors: list[dict[str, str]] = []
    status = body.get("status")
    code = status.get("code") if isinstance(status, dict) else None
    if "status" in body and code not in ("GEP", "ANN"):
        errors.append({"at": "/status/code", "why": "GEP (planned) or ANN (cancelled)"})
    if _case_in(body, errors, needed=False) not in ("", row.case):
        errors.append({"at": "/onderhoudsverzoek/id", "why": "an appointment stays with its case"})
    moved = whole or "bloktijdBegin" in body or "bloktijdEind" in body
    slot = _slot_in(body, errors) if moved and code != "ANN" else None
    if errors:
        return wrong(422, "nothing was done; mend what is wrong and send it again", errors=errors)
    if row.status != Appointment.BOOKED:
        return wrong(409, "this appointment is over, and is not changed any more")
    if code == "ANN":
        try:
            cases.cancel(actor=actor, case=row.case)
        except Refused as refused:
            return wrong(409, str(refused))
    elif slot is not None:
        moved_to = _take(actor, row.case, slot)
        if isinstance(moved_to, HttpResponse):
            return moved_to
    row.refresh_from_db()
    return JsonResponse(_appointment(row))


def _book(request: HttpRequest, actor: Actor) -> HttpResponse:
    wanted = _wanted(request, "/onderhoudsverzoek/id")
    if isinstance(wanted, HttpResponse):
        return wanted
    view, slot = wanted
    if view.appointment is not None and not view.appointment.at(slot):
        return wrong(409, f"this case has an appointment: {view.appointment.uid}; change that one with PUT or PATCH")
    made = _take(actor, view.key, slot)
    if isinstance(made, HttpResponse):
        return made
    return JsonResponse(_appointment(made), status=201, headers={"Location": _url("vera_appointment", made.uid)})


def _take(actor: Actor, case: str, slot: Slot) -> Appointment | HttpResponse:
    """Booked as everybody books; who is too late hears which other times there are."""
    try:
        return cases.book(actor=actor, case=case, block=slot)
    except Refused as refused:
        view = case_view(case)
        return _taken(str(refused), view, _free(view)) if view is not None else wrong(404, str(refused))


def _taken(why: str, view: CaseView, free: list[Slot]) -> JsonResponse:
    work = work_of(view)
    return wrong(409, why, afspraakOpties=[_option(view.key, work, one) for one in free[:MOST]])


def _appointment(row: Appointment) -> dict[str, Any]:
    code, name = STATES[row.status]
    shown: dict[str, Any] = {
        "id": row.uid,
        "status": {"code": code, "naam": name},
        "bloktijdBegin": _z(row.start),
        "bloktijdEind": _z(row.end),
        "onderhoudsverzoek": {"id": row.case},
        "relaties": [
            {
                "id": row.technician.key,
                "rollen": [{"soort": {"code": "LEV", "naam": "Leverancier"}, "naam": row.technician.name}]
                if row.technician.partner
                else [{"soort": {"code": "MDW", "naam": "Medewerker"}, "naam": row.technician.name}],
            }
        ],
    }
    if row.planned is not None:
        shown["begindatum"] = _z(row.planned)
        shown["einddatum"] = _z(row.planned + timedelta(minutes=row.minutes))
    return shown


# -- what comes in and goes out ----------------------------------------------------------------------------------------


def _query(request: HttpRequest, names: tuple[str, ...]) -> tuple[dict[str, str], list[dict[str, str]]]:
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


def _page(request: HttpRequest, rows: Any, shown: Callable[[Any], Any] = lambda row: row) -> JsonResponse:
    number = int(request.GET.get("pagina", "1"))
    count = len(rows) if isinstance(rows, list) else rows.count()
    part = [shown(row) for row in rows[(number - 1) * MOST : number * MOST]]
    headers = {"X-Parameters-Aantal": count, "X-Parameters-AantalPerPagina": MOST, "X-Parameters-Pagina": number}
    return JsonResponse(part, safe=False, headers={name: str(value) for name, value in headers.items()})


def _wanted(request: HttpRequest, at: str) -> tuple[CaseView, Slot] | HttpResponse:
    """The open case and the time that a request names (`at`: where the case stands in it); or what is wrong with it."""
    body, errors = _body(request)
    if isinstance(body, HttpResponse):
        return body
    case, slot = _case_in(body, errors), _slot_in(body, errors)
    view = _open(case, errors, at) if case else None
    if errors or view is None or slot is None:
        return wrong(422, "nothing was done; mend what is wrong and send it again", errors=errors)
    return view, slot


def _body(request: HttpRequest) -> tuple[Any, list[dict[str, str]]]:
    """The document, an object; or the answer to what is none."""
    try:
        found = document(request)
    except Unreadable as unreadable:
        return wrong(unreadable.status, str(unreadable)), []
    if not isinstance(found, dict):
        return wrong(400, "an object was expected"), []
    return found, []


def _keyed(request: HttpRequest, act: Callable[[str, Mapping[str, Any]], HttpResponse], id: str = "") -> HttpResponse:
    """Do it with what the body is about: by the `id` in it, which the address may name already."""
    body, errors = _body(request)
    if isinstance(body, HttpResponse):
        return body
    given = body.get("id", id)
    if not isinstance(given, str) or not 0 < len(given) <= 300:
        errors.append({"at": "/id", "why": "the id that this system gave it was expected, a text"})
    elif id and given != id:
        errors.append({"at": "/id", "why": "another id than that of the address"})
    return (
        wrong(422, "nothing was done; mend what is wrong and send it again", errors=errors)
        if errors
        else act(given, body)
    )


def _case_in(body: Mapping[str, Any], errors: list[dict[str, str]], *, needed: bool = True) -> str:
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


def _slot_in(body: Mapping[str, Any], errors: list[dict[str, str]]) -> Slot | None:
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


def _open(case: str, errors: list[dict[str, str]], at: str) -> CaseView | None:
    view = case_view(case)
    if view is None or view.ended:
        errors.append({"at": at, "why": "there is no open case of this key"})
        return None
    return view


def _z(at: datetime) -> str:
    return f"{at.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"


def _url(name: str, id: str) -> str:
    return settings.LOPER_URL + reverse(f"api:{name}", args=[id])
