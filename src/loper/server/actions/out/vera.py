"""What happened, told to a system that speaks VERA: the state of the appointment, and of the order it belongs to.

VERA 4.3, OHD: PUT /afspraken/{id} for a visit, PATCH /onderhoudsorders/{id} for how the work stands. A visit is named
by its UID, an order (and its one task) by the key of the case. Told is how it stands: told twice, it changes nothing.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import quote

from loper.server.actions.out import egress
from loper.server.actions.out.messages import Line
from loper.server.records.agenda import Appointment
from loper.server.records.out import Subscriber

VISITS = {
    Appointment.BOOKED: ("GEP", "Gepland"),
    Appointment.DONE: ("AFG", "Afgerond"),
    Appointment.CANCELLED: ("ANN", "Geannuleerd"),
}
"""Reference data AFSPRAAKSTATUS."""

ORDERS = {
    "appointment.made": ("PLN", "Order gepland"),
    "duty.sent": ("PLN", "Order gepland"),
    "technician.departed": ("INB", "In behandeling"),
    "technician.arrived": ("INB", "In behandeling"),
    "customer.absent": ("INB", "In behandeling"),
    "job.unfinished": ("INB", "In behandeling"),
    "job.fixed": ("TEC", "Technisch gereed"),
    "case.withdrawn": ("GEA", "Geannuleerd"),
}
"""Reference data ONDERHOUDSORDERSTATUS, by the event that led to it."""

TASKS = {
    "appointment.made": ("GEP", "Gepland"),
    "duty.sent": ("GEP", "Gepland"),
    "technician.departed": ("REI", "Onderweg"),
    "technician.arrived": ("UIT", "In uitvoering"),
    "customer.absent": ("OND", "Onderbroken"),
    "job.unfinished": ("OND", "Onderbroken"),
    "job.fixed": ("GER", "Gereed"),
    "case.withdrawn": ("GES", "Gesloten"),
}
"""Reference data ONDERHOUDSTAAKSTATUS."""

WHY = {
    "material": ("MAT", "Materiaal bestellen"),
    "expertise": ("DIS", "Niet de juiste discipline"),
    "time": ("ONV", "Onvoldoende tijd"),
    "absent": ("AFW", "Klant niet aanwezig"),
}
"""Reference data ONDERHOUDSTAAKDETAILSTATUS."""

VISIT_CHANGES = frozenset({
    "appointment.made", "duty.sent", "technician.changed", "appointment.cancelled", "job.fixed", "job.unfinished",
    "customer.absent", "case.withdrawn",
})  # fmt: skip


def try_it(subscriber: Subscriber, rules: egress.Rules) -> egress.Answer:
    """Whether it is there: GET /ping."""
    return egress.send("GET", subscriber.address.rstrip("/") + "/ping", _key(subscriber), b"", rules)


def requests(subscriber: Subscriber, line: Line) -> list[egress.Request]:
    """What this line asks for; nothing where it means nothing there."""
    base, head = subscriber.address.rstrip("/"), {"Content-Type": "application/json", "Idempotency-Key": line.ident}
    return [
        egress.Request(
            method=method,
            url=base + path,
            head={**head, **_key(subscriber)},
            body=json.dumps(document, ensure_ascii=False).encode(),
        )
        for method, path, document in _told(line)
    ]


def _told(line: Line) -> list[tuple[str, str, dict[str, Any]]]:
    """Method, path and document of each request."""
    touch = line.touch
    found: list[tuple[str, str, dict[str, Any]]] = []
    if touch.kind != "event":
        return found
    if touch.activity in VISIT_CHANGES:
        rows = Appointment.objects.select_related("technician").filter(case=touch.case)
        if row := rows.order_by("-changed", "-pk").first():
            found.append(("PUT", f"/afspraken/{_quoted(row.uid)}", visit(row)))
    if touch.activity in ORDERS:
        found.append(("PATCH", f"/onderhoudsorders/{_quoted(touch.case)}", order(line)))
    return found


def _quoted(id: str) -> str:
    return quote(id, safe="@-._~")


def visit(row: Appointment) -> dict[str, Any]:
    """An Afspraak, as it stands."""
    code, name = VISITS[row.status]
    role = {"soort": {"code": "LEV", "naam": "Leverancier"}} if row.technician.partner else {
        "soort": {"code": "MDW", "naam": "Medewerker"}
    }  # fmt: skip
    shown: dict[str, Any] = {
        "id": row.uid,
        "status": {"code": code, "naam": name},
        "bloktijdBegin": utc(row.start),
        "bloktijdEind": utc(row.end),
        "onderhoudsorder": {"id": row.case},
        "relaties": [{"id": row.technician.key, "rollen": [role]}],
    }
    if row.planned is not None:
        shown["begindatum"] = utc(row.planned)
        shown["einddatum"] = utc(row.planned + timedelta(minutes=row.minutes))
    return shown


def order(line: Line) -> dict[str, Any]:
    """An Onderhoudsorder with its task, only what changes."""
    touch = line.touch
    task: dict[str, Any] = {"id": touch.case, "status": _coded(TASKS[touch.activity])}
    why = "absent" if touch.activity == "customer.absent" else str(line.facts.get("reason", ""))
    if touch.activity in ("customer.absent", "job.unfinished") and why in WHY:
        task["detailStatus"] = _coded(WHY[why])
    shown: dict[str, Any] = {
        "id": touch.case,
        "status": _coded(ORDERS[touch.activity]),
        "onderhoudstaken": [task],
    }
    if touch.activity == "technician.arrived":
        shown["begindatum"] = utc(touch.at)
    elif touch.activity == "job.fixed":
        shown["technischGereeddatum"] = utc(touch.at)
    elif touch.activity == "case.withdrawn":
        shown["einddatum"] = utc(touch.at)
    return shown


def utc(at: datetime) -> str:
    """A time as VERA writes it."""
    return f"{at.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"


def _coded(pair: tuple[str, str]) -> Mapping[str, str]:
    return {"code": pair[0], "naam": pair[1]}


def _key(subscriber: Subscriber) -> dict[str, str]:
    return {"X-API-KEY": subscriber.token} if subscriber.token else {}
