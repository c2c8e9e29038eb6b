"""Facts: from what an event tells (JSON values) to typed values, and back."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

from loper.define.model import FactType, Journey

EARLIEST = datetime(1900, 1, 1, tzinfo=UTC)
LATEST = datetime(2300, 1, 1, tzinfo=UTC)
LARGEST = 10**15
"""Numbers and amounts are smaller than this: what is larger is a mistake, and no page or text could show it."""


@dataclass(frozen=True, slots=True)
class Appointment:
    """A block of time given to the customer; `technician` a reference, or None where it is not known yet."""

    start: datetime
    end: datetime
    technician: str | None = None


class FactError(ValueError):
    """A value that is not of its fact's type; the message says what was expected."""


def instant_of(text: Any) -> datetime:
    """An aware time from its ISO 8601 text; raises FactError with what was expected."""
    if not isinstance(text, str):
        raise FactError("a time with its offset, like 2026-09-01T09:00:00+02:00, was expected")
    try:
        at = datetime.fromisoformat(text)
    except ValueError:
        raise FactError(f"'{text[:40]}' is not a time like 2026-09-01T09:00:00+02:00") from None
    if at.tzinfo is None:
        raise FactError(f"'{text}' has no offset from UTC; write 2026-09-01T09:00:00+02:00")
    if not in_time(at):
        raise FactError(f"'{text}' lies outside the years 1900 to 2300")
    return at


def in_time(at: datetime) -> bool:
    """Whether we count with this time: from 1900 to 2300."""
    return EARLIEST <= at <= LATEST


def typed(kind: FactType, raw: Any) -> Any:
    """The typed value of a fact from its JSON value; raises FactError."""
    if kind.kind == "choice":
        if raw not in kind.options:
            raise FactError(f"{str(raw)[:40]!r} is not one of {', '.join(kind.options)}")
        return raw
    return _READ[kind.kind](raw)


def plain(value: Any) -> Any:
    """The JSON value of a typed fact."""
    if isinstance(value, date):  # a datetime is one
        return value.isoformat()
    if isinstance(value, Appointment):
        block = {"start": value.start.isoformat(), "end": value.end.isoformat()}
        return block if value.technician is None else {**block, "technician": value.technician}
    return str(value) if isinstance(value, Decimal) else value


def told(journey: Journey, names: tuple[str, ...], data: Mapping[str, Any]) -> dict[str, Any]:
    """The typed facts among `data` that an event sets; what is absent or of the wrong type is left out."""
    found: dict[str, Any] = {}
    for name in names:
        kind = journey.facts.get(name)
        if kind is not None and data.get(name) is not None:
            try:
                found[name] = typed(kind, data[name])
            except FactError:
                continue  # only events that another version accepted come here; this one cannot read them
    return found


def _text(raw: Any) -> str:
    if not isinstance(raw, str):
        raise FactError("a text was expected")
    return raw


def _number(raw: Any) -> int | float:
    if isinstance(raw, bool) or not isinstance(raw, int | float) or not -LARGEST < raw < LARGEST:
        raise FactError("a number was expected, smaller than a million billion")
    return raw


def _boolean(raw: Any) -> bool:
    if not isinstance(raw, bool):
        raise FactError("true or false was expected")
    return raw


def _date(raw: Any) -> date:
    try:
        day = date.fromisoformat(_text(raw))
    except ValueError:
        raise FactError(f"{str(raw)[:40]!r} is not a date like 2026-09-01") from None
    if not EARLIEST.year <= day.year < LATEST.year:
        raise FactError(f"{raw!r} lies outside the years 1900 to 2300")
    return day


def _money(raw: Any) -> Decimal:
    text = raw if isinstance(raw, str) else f"{_number(raw):.15g}"
    if not re.fullmatch(r"-?\d{1,15}(\.\d{1,6})?", text, re.ASCII):
        raise FactError(f"{text[:40]!r} is not an amount like 12.50")
    return Decimal(text)


def _place(raw: Any) -> Any:
    if isinstance(raw, str):
        return raw
    if isinstance(raw, Mapping) and {"lat", "lon"} <= raw.keys():
        lat, lon = float(_number(raw["lat"])), float(_number(raw["lon"]))
        if abs(lat) <= 90 and abs(lon) <= 180:
            return {"lat": lat, "lon": lon}
    raise FactError("a place was expected: a text, or {lat, lon} in degrees")


def _appointment(raw: Any) -> Appointment:
    if not isinstance(raw, Mapping) or not {"start", "end"} <= raw.keys():
        raise FactError("an appointment was expected: {start, end, technician}")
    start, end = instant_of(raw["start"]), instant_of(raw["end"])
    if end < start:
        raise FactError("the appointment ends before it starts")
    technician = raw.get("technician")
    return Appointment(start, end, None if technician is None else _text(technician))


_READ: Mapping[str, Callable[[Any], Any]] = {
    "text": _text,
    "number": _number,
    "minutes": _number,
    "boolean": _boolean,
    "time": instant_of,
    "date": _date,
    "money": _money,
    "place": _place,
    "file": _text,
    "appointment": _appointment,
}
