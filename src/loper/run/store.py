"""What the runtime keeps, and the port through which it keeps it.

One `Unit` is one transaction: cases are read under lock, everything that came of a step is written at once, set by
set. Nothing that happened is overwritten: events and touches are only ever added.
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

Status = Literal["queued", "handing", "sent", "withdrawn", "skipped", "unknown"]

Identity = tuple[str, str, str]
"""What makes an event one: (case, source, id)."""


class Conflict(Exception):
    """Somebody else was quicker, or waited for us while we waited for them; do the unit again."""


class Unanswered(Exception):
    """The store does not answer: it restarts, its disk is full, a lock took too long. Nothing was written that we know
    of (a commit may have come through all the same); what is done again changes nothing twice.
    """


class Poisoned(Exception):
    """A case, or the text of a letter, went wrong in a way that nobody foresaw: undo, and go on without it."""

    def __init__(self, why: str, *, case: str = "", letter: int = 0) -> None:
        super().__init__(f"{case or letter}: {why}")
        self.why, self.case, self.letter = why, case, letter


@dataclass(slots=True)
class Stored:
    """A case as it lies in the store (without its history), and how far its rows are numbered."""

    case: Case
    revision: int = 0  # 0: not there yet
    events: int = 0
    touches: int = 0
    set_aside: str = ""
    broken: str = ""  # why its state cannot be read; then `case.state` is a bare one, and is never written

    @property
    def new(self) -> bool:
        """Whether nothing has come into it yet."""
        return not self.revision and not self.events


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
    not_before: datetime | None = None  # None: from when it is written
    attempts: int = 0
    lease: datetime | None = None  # a worker holds it until then; None: nobody does
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
    """All that a unit writes."""

    cases: list[Stored] = field(default_factory=list)
    counted: list[Stored] = field(default_factory=list)  # set aside: only the log went on
    set_aside: dict[str, str] = field(default_factory=dict)  # case -> why; empty: it goes on
    events: list[tuple[str, int, Event]] = field(default_factory=list)  # case, number in the case
    touches: list[Touch] = field(default_factory=list)
    queued: dict[tuple[str, str], Letter] = field(default_factory=dict)  # by case and moment key; after `withdrawn`
    withdrawn: list[tuple[str, str, str]] = field(default_factory=list)  # case, moment key, why
    letters: list[Letter] = field(default_factory=list)  # as they are now; written after `withdrawn`, which stands
    chores: list[Chore] = field(default_factory=list)
    waiting: dict[Identity, Told] = field(default_factory=dict)
    arrived: list[str] = field(default_factory=list)  # cases whose waiting events were taken in


class Unit(Protocol):
    """One transaction."""

    def cases(self, keys: Sequence[str]) -> Mapping[str, Stored]:
        """Those of these cases that are there. All of these keys are locked until the end of the unit, there or not."""
        ...

    def due(self, now: datetime, limit: int) -> Sequence[Stored]:
        """Cases whose waking has come, the longest due first, locked, passing over those that another worker holds."""
        ...

    def history(self, key: str) -> tuple[Event, ...]:
        """The accepted events of a case in order of arrival."""
        ...

    def known(self, told: Sequence[Told]) -> set[Identity]:
        """Those of these events that were accepted before."""
        ...

    def waiting(self, keys: Sequence[str]) -> Mapping[str, Sequence[Told]]:
        """Events that came before their case did, in order of arrival."""
        ...

    def write(self, changes: Changes, now: datetime) -> None:
        """Everything at once. Raises Conflict when a case is not at the revision at which it was read.

        An event that waits already waits once. A moment that was queued before is queued again only where it was
        withdrawn. A chore that is there stays as it is.
        """
        ...

    # -- the outbox --

    def claim(self, now: datetime, until: datetime, token: int, limit: int) -> Sequence[Letter]:
        """Letters that may go by now, those first that could the longest; held until `until`. Of one customer only one
        worker holds any.
        """
        ...

    def lost(self, now: datetime, limit: int) -> Sequence[Letter]:
        """Letters that somebody was handing over when their hold ran out: it is unknown whether they went."""
        ...

    def held(self, letters: Sequence[Letter]) -> Mapping[int, Letter]:
        """Those of these letters that are still held by their token, by id, as they are now; locked."""
        ...

    def recent(self, customers: Sequence[str], since: datetime) -> Mapping[str, Sequence[Sent]]:
        """Messages that went to these customers since then."""
        ...

    def open_journeys(self, customers: Sequence[str]) -> Mapping[str, frozenset[str]]:
        """The journeys of which these customers have a case that has not ended."""
        ...

    def letters_of(self, provider_id: str) -> Sequence[Letter]:
        """The letters that went under this id (a mail's Message-ID); several where they were bundled."""
        ...

    def find_letter(self, case: str, moment: str) -> Letter | None:
        """The letter of this moment."""
        ...

    # -- housekeeping --

    def restored(self) -> datetime | None:
        """Until when the world may know more than this store, because it was put back from a backup; None: never."""
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
        """A transaction: committed at the end, undone when an exception passes.

        Raises Conflict where it is worth while to do it again at once, Unanswered where the store is not there.
        """
        ...


def identity(told: Told) -> Identity:
    """What makes this event one."""
    return (told.case, told.event.source, told.event.id)


def by_customer(letters: Iterable[Letter]) -> dict[str, list[Letter]]:
    """Letters of each customer, in their order."""
    groups: dict[str, list[Letter]] = {}
    for letter in letters:
        groups.setdefault(letter.customer, []).append(letter)
    return groups
