"""VERA 4.3 OHD: `afspraak-opties` and `afspraken`, for systems that plan with a landlord's customers.

An option is a block that can be had, an appointment is a visit; both belong to a case, which VERA calls an
onderhoudsverzoek (or, of an option, an onderhoudsorder). No address and no customer goes out: who asks has the case.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.urls import reverse

from loper.server.actions import cases
from loper.server.actions.refused import Refused
from loper.server.api.vera_messages import (
    MEND,
    MOST,
    READ,
    WRITE,
    answers,
    case_in,
    keyed,
    open_case,
    page,
    query,
    slot_in,
    utc,
    wanted,
    wrong,
)
from loper.server.permissions import Actor
from loper.server.queries.cases import CaseView, case_view
from loper.server.queries.offers import free_days
from loper.server.queries.work import Work, work_of
from loper.server.records.agenda import Appointment, Slot

STATES = {
    Appointment.BOOKED: ("GEP", "Gepland"),
    Appointment.DONE: ("AFG", "Afgerond"),
    Appointment.CANCELLED: ("ANN", "Geannuleerd"),
}
"""Reference data AFSPRAAKSTATUS."""


# -- options -----------------------------------------------------------------------------------------------------------


@answers(*READ, *WRITE)
def options(request: HttpRequest, actor: Actor) -> HttpResponse:
    """The blocks that a case can have now; whether it can have this one (POST); the one with this id (PUT, PATCH)."""
    if request.method == "POST":
        return _ask(request)
    if request.method in WRITE:
        return keyed(request, _confirm)
    asked, errors = query(request, ("onderhoudsorder.id", "onderhoudsverzoek.id", "onderhoudstaak.id"))
    case = next((text for name, text in asked.items() if name.endswith(".id")), "")
    if not case:
        errors.append({"at": "onderhoudsorder.id", "why": "say of which case: onderhoudsorder.id=KEY"})
    view = open_case(case, errors, "onderhoudsorder.id") if case else None
    if errors or view is None:
        return wrong(422, "the question cannot be answered as it stands", errors=errors)
    return page(request, [_option(view.key, work_of(view), one) for one in _free(view)])


@answers(*READ, "PUT", "PATCH")
def one_option(request: HttpRequest, actor: Actor, id: str) -> HttpResponse:
    """One block, if it can still be had."""
    if request.method in WRITE:
        return keyed(request, _confirm, id)
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
    asked = wanted(request, "/onderhoudsorder/id")
    if isinstance(asked, HttpResponse):
        return asked
    view, slot = asked
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
        "bloktijdBegin": utc(slot.start),
        "bloktijdEind": utc(slot.end),
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
        return keyed(request, lambda id, body: _change(actor, id, body, whole=request.method == "PUT"))
    names = ("onderhoudsverzoek.id", "onderhoudsorder.id", "status.code", "id")
    asked, errors = query(request, names)
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
    return page(request, rows, _appointment)


@answers(*READ, "PUT", "PATCH")
def one_appointment(request: HttpRequest, actor: Actor, id: str) -> HttpResponse:
    """An appointment; or (PUT, PATCH) another time for it, or its end: status ANN."""
    if request.method in WRITE:
        return keyed(request, lambda id, body: _change(actor, id, body, whole=request.method == "PUT"), id)
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
    if case_in(body, errors, needed=False) not in ("", row.case):
        errors.append({"at": "/onderhoudsverzoek/id", "why": "an appointment stays with its case"})
    moved = whole or "bloktijdBegin" in body or "bloktijdEind" in body
    slot = slot_in(body, errors) if moved and code != "ANN" else None
    if errors:
        return wrong(422, MEND, errors=errors)
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
    asked = wanted(request, "/onderhoudsverzoek/id")
    if isinstance(asked, HttpResponse):
        return asked
    view, slot = asked
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
        "bloktijdBegin": utc(row.start),
        "bloktijdEind": utc(row.end),
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
        shown["begindatum"] = utc(row.planned)
        shown["einddatum"] = utc(row.planned + timedelta(minutes=row.minutes))
    return shown


def _url(name: str, id: str) -> str:
    return settings.LOPER_URL + reverse(f"api:{name}", args=[id])
