"""What the runtime keeps, and the port through which it keeps it.

One `Unit` is one transaction: cases are read under lock (or compared by revision at the end), everything that came of a
step is written at once, set by set. Nothing that happened is overwritten: events and touches are only ever added.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal, Protocol

from loper.log.touch import Touch
from loper.run.cloudevents import Told
from loper.step import Case, Event, Moment, Sent

Status = Literal["queued", "handing", "sent", "failed", "withdrawn", "skipped", "unknown"]


class Conflict(Exception):
    """Somebody else changed a case between reading and writing; do the unit again."""


@dataclass(slots=True)
class Stored:
    """A case as it lies in the store (without its history), and how far its rows are numbered."""

    case: Case
    revision: int = 0  # 0: not there yet
    events: int = 0
    touches: int = 0
    set_aside: str = ""


@dataclass(slots=True, kw_only=True)
class Letter:
    """A row of the outbox: a moment that wants to go to its customer."""

    id: int = 0
    case: str
    customer: str
    moment: Moment
    kind: str
    status: Status = "queued"
    channel: str = ""
    tried: frozenset[str] = frozenset()
    not_before: datetime | None = None
    attempts: int = 0
    token: int = 0  # of the claim that holds it; who has an older one may not settle it
    provider_id: str = ""
    why: str = ""
    sent_at: datetime | None = None
    again: bool = False  # it went before, and bounced: the moment is over, the next channel is tried


@dataclass(slots=True, kw_only=True)
class Chore:
    """Something for a person to do: a touchpoint meant for one, a reply, a message that reached nobody."""

    case: str
    customer: str
    touchpoint: str
    occasion: str
    who: str
    why: str
    at: datetime


@dataclass(slots=True)
class Changes:
    """All that a unit writes, in the order in which it happened."""

    cases: list[Stored] = field(default_factory=list)
    events: list[tuple[str, int, Event]] = field(default_factory=list)  # case, number in the case
    touches: list[Touch] = field(default_factory=list)
    queued: list[Letter] = field(default_factory=list)
    withdrawn: list[tuple[str, str, str]] = field(default_factory=list)  # case, moment key, why
    chores: list[Chore] = field(default_factory=list)
    waiting: list[Told] = field(default_factory=list)
    arrived: list[str] = field(default_factory=list)  # cases whose waiting events were taken in


class Unit(Protocol):
    """One transaction."""

    def cases(self, keys: Sequence[str]) -> Mapping[str, Stored]:
        """Those of these cases that are there, locked until the end of the unit, in the order of their keys."""
        ...

    def due(self, now: datetime, limit: int) -> Sequence[Stored]:
        """Cases whose waking has come, the longest due first, locked, passing over those that another worker holds."""
        ...

    def history(self, key: str) -> tuple[Event, ...]:
        """The accepted events of a case in order of arrival."""
        ...

    def known(self, told: Sequence[Told]) -> set[tuple[str, str, str]]:
        """The (case, source, id) of those of these events that were accepted before."""
        ...

    def waiting(self, keys: Sequence[str]) -> Mapping[str, Sequence[Told]]:
        """Events that came before their case did."""
        ...

    def write(self, changes: Changes, now: datetime) -> None:
        """Everything at once. Raises Conflict when a case is not at the revision at which it was read."""
        ...

    # -- the outbox --

    def claim(self, now: datetime, until: datetime, token: int, limit: int) -> Sequence[Letter]:
        """Letters that want to go now, oldest first; held until `until`. Of one customer only one worker holds any."""
        ...

    def lost(self, now: datetime, limit: int) -> Sequence[Letter]:
        """Letters that somebody was handing over when their hold ran out: it is unknown whether they went."""
        ...

    def held(self, letters: Sequence[Letter]) -> set[int]:
        """The ids of those of these letters that are still held by their token."""
        ...

    def settle(self, letters: Iterable[Letter], *, hold: bool = False) -> None:
        """Write these letters back as they are now, where their token still holds them; `hold` keeps holding them."""
        ...

    def recent(self, customers: Sequence[str], since: datetime) -> Mapping[str, Sequence[Sent]]:
        """Messages that went to these customers since then."""
        ...

    def open_journeys(self, customers: Sequence[str]) -> Mapping[str, frozenset[str]]:
        """The journeys of which these customers have a case that has not ended."""
        ...

    def letter_of(self, provider_id: str) -> Letter | None:
        """The letter that went under this id (a mail's Message-ID)."""
        ...

    def find_letter(self, case: str, moment: str) -> Letter | None:
        """The letter of this moment."""
        ...

    # -- housekeeping --

    def set_aside(self, key: str, why: str) -> None:
        """Leave this case alone until somebody has looked at it (empty: go on with it)."""
        ...

    def forget_waiting(self, before: datetime) -> int:
        """Drop events that waited for their case since before this; gives how many."""
        ...

    def beat(self, name: str, now: datetime, lag: float) -> None:
        """The worker lives; `lag` is how many seconds the longest due case waits."""
        ...


class Store(Protocol):
    """Where cases, events, letters and touches are kept."""

    def unit(self) -> AbstractContextManager[Unit]:
        """A transaction: committed at the end, undone when an exception passes."""
        ...
