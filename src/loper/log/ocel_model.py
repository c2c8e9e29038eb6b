"""What an OCEL 2.0 has (Berti et al. 2023, arXiv:2403.01975), whichever file it is in.

Events and objects of declared types, which objects an event is about, and which objects belong together. The whole of
it is held in memory.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import pyarrow as pa

Types = dict[str, dict[str, pa.DataType]]
"""Of events or of objects: type -> attribute -> what its values are."""

ALWAYS = "1970-01-01T00:00:00Z"
"""When the value of an attribute began to hold that an object always had, as the standard writes it."""


@dataclass(kw_only=True, slots=True)
class Thing:
    """An object: what it is now, and whether that changed on the way."""

    type: str
    values: dict[str, Any] = field(default_factory=dict)
    changed: bool = False


@dataclass(kw_only=True, slots=True)
class Happening:
    """An event. `time` as it is written."""

    id: str
    type: str
    time: Any
    values: dict[str, Any] = field(default_factory=dict)
    about: list[tuple[str, str]] = field(default_factory=list)  # object id, qualifier


@dataclass(kw_only=True)
class Ocel:
    event_types: Types = field(default_factory=dict)
    object_types: Types = field(default_factory=dict)
    events: list[Happening] = field(default_factory=list)
    objects: dict[str, Thing] = field(default_factory=dict)
    links: list[tuple[str, str, str]] = field(default_factory=list)  # object id, object id, qualifier


def plain(value: Any) -> Any:
    """As JSON and SQLite can hold it: neither has instants, and JSON has no infinity."""
    if isinstance(value, float) and not math.isfinite(value):
        return str(value)
    return value.isoformat() if isinstance(value, datetime) else value
