"""POST /api/positions: where technicians are, from a fleet tracker. Its token speaks as `technician`."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.conf import settings
from django.db import transaction
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.csrf import csrf_exempt

from loper.server.actions.places import EXACT, keep, wrong_with
from loper.server.api.door import guarded, posted, source_of_request
from loper.server.api.problems import problem
from loper.server.api.reading import Unreadable, document
from loper.server.queries.work import where
from loper.server.records.agenda import Technician

KEY = re.compile(r"[\w-]{1,40}", re.ASCII)
NAMES = frozenset({"technician", "at", "lat", "lon", "accuracy"})


@csrf_exempt
@guarded
@posted
def positions(request: HttpRequest) -> HttpResponse:
    """Take places in, all or none: with one that is wrong, nothing is kept, and all that is wrong is said."""
    source = source_of_request(request)
    if isinstance(source, HttpResponse):
        return source
    if "technician" not in source.emitters:
        return problem(403, "this token does not speak for technicians; make one with the role technician")
    try:
        given = document(request, "send fewer places at once")
    except Unreadable as wrong:
        return problem(wrong.status, str(wrong))
    entries = given if isinstance(given, list) else [given]
    if len(entries) > settings.LOPER_EVENT_BATCH:
        return problem(413, f"a request has at most {settings.LOPER_EVENT_BATCH} places; this one has {len(entries)}")
    keys = {key for one in entries if isinstance(one, dict) and KEY.fullmatch(key := str(one.get("technician")))}
    people = {one.key: one for one in Technician.objects.filter(key__in=keys, active=True)}
    errors = [{"at": f"/{at}", "why": why} for at, one in enumerate(entries) for why in _wrong(one, people)]
    if errors:
        return problem(422, "nothing of this request is kept; mend what is wrong and send it again", errors=errors)
    with transaction.atomic():
        results = [_keep(one, people, source.source) for one in entries]
    return JsonResponse({"taken": results.count("kept"), "results": [{"result": one} for one in results]})


def _wrong(one: Any, people: Mapping[str, Technician]) -> list[str]:
    if not isinstance(one, dict):
        return ["an object was expected: {technician, at, lat, lon, accuracy}"]
    found = [f"{name[:40]}: this is not known" for name in sorted(set(one) - NAMES)]
    technician = people.get(str(one.get("technician")))
    if technician is None:
        found.append("technician: there is nobody with this key")
    at = _moment(one.get("at"))
    if at is None:
        return [*found, "at: a time with its offset was expected, like 2026-09-08T10:40:00+02:00"]
    home = where(technician) if technician else None
    return found + wrong_with(at, one.get("lat"), one.get("lon"), one.get("accuracy", EXACT), home)


def _moment(text: Any) -> datetime | None:
    try:
        found = datetime.fromisoformat(text)
    except (TypeError, ValueError):
        return None
    return found if found.tzinfo is not None else None


def _keep(one: dict[str, Any], people: Mapping[str, Technician], source: str) -> str:
    at = _moment(one["at"])
    if at is None:
        raise ValueError("looked at before")
    return keep(people[one["technician"]], at, one["lat"], one["lon"], one.get("accuracy", EXACT), source)
