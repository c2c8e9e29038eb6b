"""CloudEvents 1.0 (JSON format) into events; `subject` is the case.

Extension attributes: `sequence` (a whole number: the order of events of one source at one instant), `emitter`
(the role that says so), and on a begin event `customer` (whose case it is) and `journey` (where more than one
begins with this event).
"""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from loper.define.model import ROLES
from loper.step import SYSTEM, Event, FactError, instant_of

LONGEST = {"id": 255, "source": 255, "type": 100, "subject": 200, "customer": 200, "journey": 80}
DEEPEST = 20
"""Levels of `data`."""
LARGEST = 2**63
"""Whole numbers are smaller than this: what is larger, no other system reads back as it was."""


class Malformed(ValueError):
    """Not a CloudEvent that can be taken in: `reasons` has everything that is wrong with it."""

    def __init__(self, reasons: list[str]) -> None:
        super().__init__("; ".join(reasons))
        self.reasons = reasons


@dataclass(frozen=True, kw_only=True, slots=True)
class Told:
    """An event and the case it is about; `customer` and `journey` where the sender says whose and which it begins."""

    case: str
    event: Event
    customer: str = ""
    journey: str = ""


def read_event(document: Any, now: datetime | None = None) -> Told:
    """The event that a parsed CloudEvent tells; raises Malformed. Without `time` it happened `now`."""
    if not isinstance(document, Mapping):
        raise Malformed(["a CloudEvent is a JSON object"])
    reasons: list[str] = []
    if document.get("specversion") != "1.0":
        reasons.append('specversion: "1.0" was expected')
    words = {name: _word(document, name, reasons) for name in ("id", "source", "type", "subject")}
    if words["source"].split("/", 1)[0] == SYSTEM:
        reasons.append(f"source: '{SYSTEM}' is Loper itself")
    data = document.get("data")
    if data is None:
        data = {}
    if not isinstance(data, Mapping):
        reasons.append("data: a JSON object was expected")
        data = {}
    reasons += _unstorable(data)
    if "data_base64" in document:
        reasons.append("data_base64: data as a JSON object was expected")
    emitter = document.get("emitter")
    if emitter is not None and emitter not in ROLES:
        reasons.append(f"emitter: a role was expected ({', '.join(ROLES)})")
    customer, journey = (_word(document, name, reasons) if name in document else "" for name in ("customer", "journey"))
    time = _time(document, now, reasons)
    sequence = _sequence(document, reasons)
    if reasons or time is None:
        raise Malformed(reasons)
    event = Event(
        type=words["type"],
        time=time,
        source=words["source"],
        id=words["id"],
        data=dict(data),
        sequence=sequence,
        emitter=emitter,
    )
    return Told(case=words["subject"], event=event, customer=customer, journey=journey)


def write_event(case: str, event: Event) -> dict[str, Any]:
    """The event as a CloudEvent document."""
    document: dict[str, Any] = {
        "specversion": "1.0",
        "id": event.id,
        "source": event.source,
        "type": event.type,
        "subject": case,
        "time": event.time.isoformat(),
        "datacontenttype": "application/json",
        "data": dict(event.data),
    }
    if event.sequence:
        document["sequence"] = str(event.sequence)
    if event.emitter:
        document["emitter"] = event.emitter
    return document


def read_line(line: str, now: datetime | None = None) -> Told:
    """One line of a CloudEvents JSON lines file; raises Malformed."""
    try:
        document = json.loads(line)
    except RecursionError:
        raise Malformed(["not JSON that can be read: nested too deep"]) from None
    except ValueError as wrong:
        raise Malformed([f"not JSON: {wrong}"]) from None
    return read_event(document, now)


def _word(document: Mapping[str, Any], name: str, reasons: list[str]) -> str:
    value = document.get(name)
    if not isinstance(value, str) or not value.strip():
        reasons.append(f"{name}: a text was expected")
        return ""
    if len(value) > LONGEST[name]:
        reasons.append(f"{name}: at most {LONGEST[name]} characters were expected")
    if _broken(value):
        reasons.append(f"{name}: it has characters that no text can have")
    return value


def _broken(text: str) -> bool:
    """Whether the text has a NUL or half a character: JSON can say these, and no database can keep them."""
    return "\x00" in text or (not text.isascii() and any("\ud800" <= letter <= "\udfff" for letter in text))


def _unstorable(data: Any) -> list[str]:
    """What is in `data` that cannot be kept as it is, and read back by others."""
    reasons: dict[str, None] = {}
    level = [data]
    for _ in range(DEEPEST + 1):
        below: list[Any] = []
        for one in level:
            if isinstance(one, Mapping):
                below += [*one.keys(), *one.values()]
            elif isinstance(one, list):
                below += one
            elif isinstance(one, str) and _broken(one):
                reasons["data: it has characters that no text can have"] = None
            elif isinstance(one, float) and not math.isfinite(one):
                reasons["data: a number that is not finite cannot be kept"] = None
            elif isinstance(one, int) and not -LARGEST < one < LARGEST:
                reasons["data: a whole number of at most 63 bits was expected"] = None
        level = below
    if level:
        reasons[f"data: at most {DEEPEST} levels deep was expected"] = None
    return list(reasons)


def _time(document: Mapping[str, Any], now: datetime | None, reasons: list[str]) -> datetime | None:
    raw = document.get("time")
    if raw is None and now is not None:
        return now
    try:
        return instant_of(raw)
    except FactError as wrong:
        reasons.append(f"time: {wrong}")
        return None


def _sequence(document: Mapping[str, Any], reasons: list[str]) -> int:
    raw = document.get("sequence", 0)
    try:
        if isinstance(raw, bool) or not isinstance(raw, int | str) or len(str(raw)) > 18:
            raise ValueError
        return int(raw)
    except ValueError:
        reasons.append("sequence: a whole number was expected")
        return 0
