"""What the runtime keeps of cases, read without a lock: for pages."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Mapping
from datetime import datetime
from typing import Any

from loper.server.queries import designs
from loper.server.records import runtime as rows
from loper.step import SYSTEM, Case, Event, load_state
from loper.step.fold import short


def load_case(key: str) -> Case | None:
    """The case with its history; None where there is none."""
    row = rows.Case.objects.filter(key=key).first()
    return None if row is None else with_history(row)


def facts_of(key: str) -> Mapping[str, Any]:
    """What the case knows; nothing where there is none."""
    row = rows.Case.objects.filter(key=key).only("state", "journey", "version").first() if key else None
    return {} if row is None else load_state(row.state, designs.journey(row.journey, row.version)).facts


def with_history(row: rows.Case) -> Case:
    """The case of this row, whole."""
    return Case(
        key=row.key,
        journey=row.journey,
        version=row.version,
        customer=row.customer,
        parent=row.parent,
        inherited=json.loads(row.inherited) if row.inherited else {},
        now=row.now,
        state=load_state(row.state, designs.journey(row.journey, row.version)),
        history=tuple(events_of(row.key)),
    )


def events_of(key: str) -> Iterable[Event]:
    """The accepted events of a case, in order of arrival."""
    told = dict(rows.EventData.objects.filter(case=key).values_list("number", "data"))
    for row in rows.Event.objects.filter(case=key).order_by("number"):
        yield _event(row, told.get(row.number))


def _event(row: rows.Event, told: str | None) -> Event:
    return Event(
        type=row.type,
        time=row.time,
        source=row.source,
        id=row.ident,
        data=json.loads(told or "{}"),
        sequence=row.sequence,
        emitter=row.emitter or None,
        received=row.received,
    )


def events_about(asked: Collection[tuple[str, str]]) -> dict[tuple[str, str], Event]:
    """For each (case, occasion) the event that its moment is about, where there is one.

    An occasion is the event's own, with the number of a repeat perhaps.
    """
    known: dict[str, dict[str, rows.Event]] = {}
    for row in rows.Event.objects.filter(case__in={case for case, _ in asked}).exclude(source=SYSTEM):
        known.setdefault(row.case, {})[short(f"{row.source}#{row.ident}")] = row
    about: dict[tuple[str, str], rows.Event] = {}
    for case, occasion in asked:
        own, _, repeat = occasion.rpartition("~")
        found = known.get(case, {})
        event = found.get(occasion) or (found.get(own) if repeat.isdigit() else None)
        if event is not None:
            about[case, occasion] = event
    told = rows.EventData.objects.filter(
        case__in={row.case for row in about.values()}, number__in={row.number for row in about.values()}
    )
    data = {(case, number): text for case, number, text in told.values_list("case", "number", "data")}
    return {one: _event(row, data.get((row.case, row.number))) for one, row in about.items()}


def knows(case: str, source: str, ident: str) -> bool:
    """Whether this event was accepted before."""
    return rows.Event.objects.filter(case=case, source=source, ident=ident).exists()


def moves_of(case: Case) -> list[tuple[str, datetime]]:
    """The stages a case came into, in order: (stage, when). What was taken back never was."""
    moves = rows.Touch.objects.filter(case=case.key, kind="move", stage__isnull=False).order_by("at", "seq")
    found = moves.exclude(cause__in=case.state.retracted)
    return [(str(stage), at) for stage, at in found.values_list("stage", "at")]


def cases_of(customer: str) -> list[str]:
    """The keys of a customer's cases: open ones first, then the newest."""
    found = rows.Case.objects.filter(customer=customer).order_by("ended", "-now")
    return list(found.values_list("key", flat=True))
