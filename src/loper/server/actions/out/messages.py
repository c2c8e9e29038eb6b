"""A line of the log as a message for another system: a CloudEvent, structured or binary.

It is made when it goes, from what the database has then. Its id, type and references stay the same whenever it goes.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from typing import Any

from django.conf import settings

from loper.define.model import ROLES
from loper.server.records.out import Subscriber
from loper.server.records.runtime import Case, Event, EventData, Touch

OWN = "loper."
"""Types that begin with it are lines of our own (`loper.message`, `loper.move`). Others are events of journeys."""

PING = OWN + "ping"


@dataclass(frozen=True, kw_only=True, slots=True)
class Line:
    """A line of the log, with whose it is and what its event told (empty: nothing, or it is not asked for)."""

    touch: Touch
    customer: str
    facts: Mapping[str, Any]

    @property
    def type(self) -> str:
        return type_of(self.touch)

    @property
    def ident(self) -> str:
        return ident_of(self.touch)


def type_of(touch: Touch) -> str:
    """An event has the type under which it came in; any other line is `loper.` and its kind."""
    return touch.activity if touch.kind == "event" else OWN + touch.kind


def ident_of(touch: Touch) -> str:
    """The id of a line of the log: the same for everybody, and for ever.

    With when it was recorded: after a backup was put back, another line may have the same number in its case.
    """
    return "msg_" + sha256(f"{touch.case}\n{touch.seq}\n{touch.recorded.isoformat()}".encode()).hexdigest()[:32]


def lines(these: Sequence[tuple[str, int]], *, facts: bool) -> dict[tuple[str, int], Line]:
    """The lines of these (case, seq) that are there."""
    cases = sorted({case for case, _seq in these})
    seqs = sorted({seq for _case, seq in these})
    wanted = set(these)
    customers = dict(Case.objects.filter(key__in=cases).values_list("key", "customer"))
    touches = [
        touch for touch in Touch.objects.filter(case__in=cases, seq__in=seqs) if (touch.case, touch.seq) in wanted
    ]
    told = _told([touch for touch in touches if touch.kind == "event"]) if facts else {}
    return {
        (touch.case, touch.seq): Line(
            touch=touch, customer=customers.get(touch.case, ""), facts=told.get((touch.case, touch.cause), {})
        )
        for touch in touches
    }


def cloudevent(line: Line, *, facts: bool) -> dict[str, Any]:
    """CloudEvents 1.0. `subject` is the case, `sequence` its order within the case. By reference, unless `facts`."""
    touch = line.touch
    data: dict[str, Any] = {
        "customer": line.customer,
        "journey": touch.journey,
        "version": touch.version,
        "stage": touch.stage,
        "round": touch.round,
        "kind": touch.kind,
        "activity": touch.activity,
        "channel": touch.channel,
        "direction": touch.direction,
        "outcome": touch.outcome,
        "recorded": touch.recorded.isoformat(),
    }
    if facts:
        data["facts"] = dict(line.facts)
    return {
        **_envelope(line.ident, line.type, touch.at),
        "subject": touch.case,
        "partitionkey": touch.case,
        "sequence": str(touch.seq),
        **({"emitter": touch.initiator} if touch.initiator in ROLES else {}),
        "data": data,
    }


def ping(ident: str, at: datetime) -> dict[str, Any]:
    """A message to try the connection with; it is about nothing."""
    return {**_envelope(ident, PING, at), "data": {"says": "Loper can reach you."}}


def _envelope(ident: str, type: str, at: datetime) -> dict[str, Any]:
    return {
        "specversion": "1.0",
        "id": ident,
        "source": settings.LOPER_URL,
        "type": type,
        "time": at.isoformat(),
        "datacontenttype": "application/json",
    }


def packed(document: Mapping[str, Any], form: str) -> tuple[dict[str, str], bytes]:
    """Headers and body, as the HTTP binding of CloudEvents 1.0 has them: all in the body, or attributes as headers."""
    if form != Subscriber.BINARY:
        return {"Content-Type": "application/cloudevents+json; charset=utf-8"}, _json(document)
    attributes = {name: value for name, value in document.items() if name not in ("data", "datacontenttype")}
    headers = {f"ce-{name}": _header(str(value)) for name, value in attributes.items()}
    return {**headers, "Content-Type": "application/json"}, _json(document["data"])


def _told(touches: Sequence[Touch]) -> dict[tuple[str, str], Mapping[str, Any]]:
    """What the events of these lines told: by case and key of the event."""
    cases = sorted({touch.case for touch in touches})
    causes = {(touch.case, touch.cause) for touch in touches}
    numbers = {
        (case, number): (case, f"{source}#{ident}"[:300])
        for case, number, source, ident in Event.objects.filter(case__in=cases).values_list(
            "case", "number", "source", "ident"
        )
        if (case, f"{source}#{ident}"[:300]) in causes
    }
    rows = EventData.objects.filter(case__in=cases).values_list("case", "number", "data")
    return {
        numbers[case, number]: json.loads(data) for case, number, data in rows if data and (case, number) in numbers
    }


def _json(document: Any) -> bytes:
    return json.dumps(document, ensure_ascii=False, separators=(",", ":")).encode()


def _header(text: str) -> str:
    """A value as CloudEvents writes it in a header: percent-encoded but for printable ASCII."""
    return "".join(
        letter if "!" <= letter <= "~" and letter not in '"%' else "".join(f"%{byte:02X}" for byte in letter.encode())
        for letter in text
    )
