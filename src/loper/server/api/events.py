"""POST /api/events: what other systems tell, as CloudEvents. 2xx means that everything is durable."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal

from django.conf import settings
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.csrf import csrf_exempt

from loper.run.cloudevents import Malformed, Told, read_event
from loper.server import clock
from loper.server.actions.intake import take_in
from loper.server.api.door import guarded, posted, source_of_request
from loper.server.api.problems import problem
from loper.server.api.reading import Unreadable, documents, sized
from loper.server.records.access import EventSource


@dataclass(slots=True)
class Entry:
    """One event of a request and what became of it."""

    at: int
    document: Any
    told: Told | None = None
    result: Literal["accepted", "duplicate", "waiting", "refused"] = "refused"
    status: int = 400  # of what is wrong with it
    why: Sequence[str] = ()

    def shown(self) -> dict[str, Any]:
        named = self.document if isinstance(self.document, dict) else {}
        shown: dict[str, Any] = {"result": self.result}
        for name in ("id", "source", "subject"):
            if isinstance(named.get(name), str):
                shown[name] = named[name][:255]
        return shown


@csrf_exempt
@guarded
@posted
def events(request: HttpRequest) -> HttpResponse:
    """Take events in; each is in its case at most once, by (source, id)."""
    source = source_of_request(request)
    if isinstance(source, HttpResponse):
        return source
    try:
        sized(request, "send fewer events at once")
        found = documents(request.headers.get("Content-Type", ""), request.body, request.headers)
    except Unreadable as wrong:
        return problem(wrong.status, str(wrong))
    if len(found) > settings.LOPER_EVENT_BATCH:
        return problem(413, f"a batch has at most {settings.LOPER_EVENT_BATCH} events; this one has {len(found)}")
    entries = [Entry(at, document) for at, document in enumerate(found)]
    for entry in entries:
        _read(entry, source)
    _deliver([entry for entry in entries if entry.told is not None])
    return _answer(entries)


def _read(entry: Entry, source: EventSource) -> None:
    """The event, if it can be read and this source may tell it."""
    try:
        told = read_event(entry.document, clock.now())
    except Malformed as wrong:
        entry.why = wrong.reasons
        return
    event, reasons = told.event, []
    if event.source != source.source:
        reasons.append(f"source: this token speaks for '{source.source}'")
    emitter = event.emitter
    if emitter is None and len(source.emitters) == 1:
        emitter = source.emitters[0]
    if emitter is None:
        reasons.append(f"emitter: say who says so: {', '.join(source.emitters)}")
    elif emitter not in source.emitters:
        reasons.append(f"emitter: this token speaks for {', '.join(source.emitters)}, not for {emitter}")
    if reasons:
        entry.status, entry.why = 403, reasons
        return
    entry.told = replace(told, event=replace(event, emitter=emitter))


def _deliver(entries: Sequence[Entry]) -> None:
    """Into their cases, all in one transaction."""
    outcomes = take_in([entry.told for entry in entries if entry.told is not None])
    for entry, outcome in zip(entries, outcomes, strict=True):
        entry.result = outcome.result
        if outcome.refused:
            entry.status, entry.why = 422, [outcome.why]


def _answer(entries: Sequence[Entry]) -> HttpResponse:
    refused = [entry for entry in entries if entry.result == "refused"]
    results = [entry.shown() for entry in entries]
    taken = len(entries) - len(refused)
    if not refused:
        return JsonResponse({"taken": taken, "results": results})
    statuses = {entry.status for entry in refused}
    errors = [{"at": f"/{entry.at}", "why": why} for entry in refused for why in entry.why]
    return problem(
        statuses.pop() if len(statuses) == 1 else 422,
        f"{len(refused)} of {len(entries)} events were not taken in; the others are durable, and may be sent again",
        errors=errors,
        taken=taken,
        results=results,
    )
