"""What goes onto the line besides the journey itself: what happened in one case, and numbers of many."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

Status = Literal["sent", "done", "open", "failed", "unknown", "skipped", "withdrawn", "queued", "coming"]
"""What became of a touch in one case: it went (`sent`), a person did it (`done`) or must do it (`open`), it failed,
nobody knows (`unknown`), it did not go (`skipped`, `withdrawn`), it is ready to go (`queued`) or still comes."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Mark:
    """One touchpoint of one case: when, over which channel, and whether it went, waits or comes."""

    touchpoint: str
    at: datetime
    channel: str | None = None
    status: Status = "sent"
    stage: str | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Weight:
    """A number on a station or an arc: `share` of the widest (0 to 1), `heat` of the worst (0 to 1), and its words.

    `href` leads to the cases behind it.
    """

    share: float
    heat: float | None = None
    label: str = ""
    href: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class Overlay:
    """Numbers on the line: per stage, and per arc (from stage, to stage). Width is customers, colour is waiting.

    `stops`: those that went no further, per stage. `cold` and `hot` name the ends of the colours, for a heat that is
    not waiting (effort).
    """

    stages: Mapping[str, Weight] = field(default_factory=dict)
    arcs: Mapping[tuple[str, str], Weight] = field(default_factory=dict)
    stops: Mapping[str, Weight] = field(default_factory=dict)
    sentence: str = ""
    cold: str = ""
    hot: str = ""
