"""A co-maker's own system: the visits that are asked of them, and what they say. A token for each co-maker."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.csrf import csrf_exempt

from loper.server import clock
from loper.server.actions import partners
from loper.server.actions.refused import Refused
from loper.server.actions.tokens import whose
from loper.server.api.door import BAD_TOKENS, WITHIN, guarded, posted, too_many
from loper.server.api.problems import problem
from loper.server.api.reading import Unreadable, document
from loper.server.permissions import Actor
from loper.server.queries.partners import Asked, asked_of, changed_since, theirs
from loper.server.records.agenda import Appointment, Slot, Technician
from loper.server.records.partners import Ask, TechnicianToken
from loper.server.security import client_ip

MOST = 100
SAYS = ("accept", "refuse", "propose", "depart", "arrive", "fixed", "not_fixed", "absent")
LATE = timedelta(minutes=2)
"""Two who write at one time may be seen in another order: a cursor stays this far back, so a visit may come twice."""


@csrf_exempt
@guarded
def visits(request: HttpRequest) -> HttpResponse:
    """What changed since the cursor, the oldest change first; and the next cursor."""
    if request.method not in ("GET", "HEAD"):
        return problem(405, "use GET", headers={"Allow": "GET, HEAD"})
    partner = _whose(request)
    if isinstance(partner, HttpResponse):
        return partner
    cursor = request.GET.get("since", "")
    since = _since(cursor)
    if cursor and since is None:
        return problem(422, "this is no cursor", errors=[{"at": "since", "why": "the `next` of an answer before"}])
    page = changed_since(partner, since, MOST)
    shown = {one.row.pk: one for one in asked_of(partner, settings.LANGUAGE_CODE)}
    # Of the last moments another may still be on its way in: the cursor stays behind them.
    following = f"{min(page[-1][0], clock.now() - LATE).astimezone(UTC):%Y%m%dT%H%M%S.%fZ}" if page else cursor
    return JsonResponse(
        {"visits": [_visit(ask, shown.get(ask.appointment_id)) for _at, ask in page], "next": following}
    )


@csrf_exempt
@guarded
@posted
def say(request: HttpRequest, pk: int) -> HttpResponse:
    """What they say of one visit."""
    partner = _whose(request)
    if isinstance(partner, HttpResponse):
        return partner
    try:
        body = document(request)
    except Unreadable as wrong:
        return problem(wrong.status, str(wrong))
    errors = _wrong(body)
    if errors:
        return problem(422, "nothing was done; mend what is wrong and send it again", errors=errors)
    try:
        _do(Actor(roles=frozenset({"partner"}), name=partner.name, technician=partner.key, channel="api"), pk, body)
    except PermissionDenied:
        return problem(404, "this visit is not there")
    except Refused as refused:
        return problem(409, refused.sentence)
    ask = Ask.objects.select_related("appointment", "partner").get(appointment_id=pk, partner=partner)
    shown = {one.row.pk: one for one in asked_of(partner, settings.LANGUAGE_CODE)}
    return JsonResponse(_visit(ask, shown.get(pk)))


def _do(actor: Actor, pk: int, body: Mapping[str, Any]) -> None:
    reason = body.get("reason", "")
    match body["say"]:
        case "accept":
            partners.accept(actor=actor, visit=pk)
        case "refuse":
            partners.refuse(actor=actor, visit=pk, reason=reason)
        case "propose":
            start, end = (datetime.fromisoformat(body[name]) for name in ("start", "end"))
            partners.propose(actor=actor, visit=pk, block=Slot(start, end), reason=reason)
        case what:
            partners.report(actor=actor, visit=pk, what=what, reason=reason)


def _wrong(body: Any) -> list[dict[str, str]]:
    if not isinstance(body, dict):
        return [{"at": "", "why": "an object was expected"}]
    found = [{"at": f"/{name[:40]}", "why": "this is not known"} for name in sorted(set(body) - NAMES)]
    if body.get("say") not in SAYS:
        found.append({"at": "/say", "why": f"one of {', '.join(SAYS)}"})
    reason = body.get("reason", "")
    if not isinstance(reason, str) or len(reason) > 400 or not reason.isprintable():
        found.append({"at": "/reason", "why": "a text of at most 400 characters"})
    elif body.get("say") in ("refuse", "not_fixed") and not reason.strip():
        found.append({"at": "/reason", "why": "say why"})
    for name in ("start", "end") if body.get("say") == "propose" else ():
        try:
            if datetime.fromisoformat(body.get(name, "")).tzinfo is None:
                raise ValueError
        except (TypeError, ValueError):
            found.append({"at": f"/{name}", "why": "a time with its offset, like 2026-09-08T08:00:00+02:00"})
    return found


NAMES = frozenset({"say", "reason", "start", "end"})


def _visit(ask: Ask, one: Asked | None) -> dict[str, Any]:
    """A visit as its co-maker may see it; whose it is only once they come, and while it is theirs."""
    row = ask.appointment
    state = ask.state if theirs(ask) else "gone"
    if row.status == Appointment.CANCELLED:
        state = "cancelled"
    elif state == Ask.ACCEPTED and row.status == Appointment.DONE:
        state = "done"
    found: dict[str, Any] = {"id": row.pk, "uid": row.uid, "sequence": row.sequence, "state": state}
    if one is None:
        return found
    found |= {"start": row.start.isoformat(), "end": row.end.isoformat(), "minutes": row.minutes, "work": one.what}
    found |= {"skills": row.skills, "area": one.near}
    if state == Ask.ASKED:
        found["answer_before"] = ask.deadline.isoformat()
    if one.known and one.visit is not None:
        found |= {"name": one.visit.name, "address": one.visit.address, "phone": one.visit.phone, "can": list(one.can)}
    return found


def _since(text: str) -> datetime | None:
    try:
        return datetime.strptime(text, "%Y%m%dT%H%M%S.%fZ").replace(tzinfo=UTC)
    except ValueError:
        return None


def _whose(request: HttpRequest) -> Technician | HttpResponse:
    scheme, _space, token = request.headers.get("Authorization", "").partition(" ")
    if scheme.lower() == "bearer" and token.strip():
        found = whose(token.strip(), TechnicianToken.PARTNER)
        if found is not None and found.partner:
            return found
        if too_many(f"api-token:{client_ip(request)}", BAD_TOKENS, WITHIN):
            return problem(429, "too many tokens that nobody has", headers={"Retry-After": str(WITHIN)})
    return problem(401, "send Authorization: Bearer TOKEN", headers={"WWW-Authenticate": 'Bearer realm="loper"'})
