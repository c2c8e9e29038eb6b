"""A touch: the one form in which everything that happens is written down, and it only ever grows.

Planned, simulated, run or imported: the same columns, so that they lie side by side. A touch holds references and
no personal data: no name, no address, no text; those live in tables that can be emptied, and the log still stands.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

Direction = Literal["in", "out", ""]
"""in: from the customer; out: to the customer; empty: neither (a move, a deadline, a note)."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Touch:
    """One line of the log. `at` is when it happened, `recorded` when we knew; `seq` breaks ties within a case."""

    case: str
    round: int
    journey: str
    version: str
    stage: str | None
    activity: str  # event type, or touchpoint
    kind: str  # event, move, message, task, skip, unexpected, overdue, retracted, withdrawn, stalled, unknown, ...
    channel: str = ""
    direction: Direction = ""
    initiator: str = ""  # role: customer, agent, technician, planner, system
    at: datetime
    recorded: datetime
    seq: int = 0
    outcome: str = ""
    why: str = ""  # of a message: why by this channel
    cause: str = ""  # what led to it: the key of an event, or the occasion of a moment
