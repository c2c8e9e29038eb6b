"""The twins in memory: a store, a clock and a channel that pass the same contract tests as the real ones."""

from __future__ import annotations

import copy
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from threading import RLock

from loper.define.model import Journey
from loper.define.organisation import Policy
from loper.log.touch import Touch
from loper.run.cloudevents import Told
from loper.run.ports import Outgoing, Receipt
from loper.run.store import Changes, Chore, Conflict, Identity, Letter, Stored, identity
from loper.step import Customer, Event, Sent


@dataclass
class MemoryClock:
    """A clock that stands still until it is told to go."""

    at: datetime

    def now(self) -> datetime:
        return self.at

    def wait(self, seconds: float) -> None:
        self.at += timedelta(seconds=seconds)


@dataclass
class MemoryChannel:
    """A channel that keeps what it is given; `answers` are given in turn, then everything is sent."""

    name: str = "email"
    idempotent: bool = False
    sent: list[Outgoing] = field(default_factory=list)
    answers: list[Receipt] = field(default_factory=list)

    def send(self, message: Outgoing) -> Receipt:
        answer = self.answers.pop(0) if self.answers else Receipt("sent", provider_id=f"id-{len(self.sent)}")
        if answer.outcome == "sent" and not (self.idempotent and any(m.key == message.key for m in self.sent)):
            self.sent.append(message)
        return answer

    def close(self) -> None:
        pass


@dataclass
class MemoryJourneys:
    """Journeys by name: each list in order of publication, the last is for new cases."""

    published: dict[str, list[Journey]]
    rules: Policy = field(default_factory=Policy)

    def find(self, name: str, version: str) -> Journey:
        for journey in self.published.get(name, ()):
            if journey.version == version:
                return journey
        raise LookupError(f"journey '{name}' has no version {version}")

    def for_new(self, name: str, case: str) -> Journey:
        if not self.published.get(name):
            raise LookupError(f"journey '{name}' is not published")
        return self.published[name][-1]

    def begun_by(self, event: str) -> Sequence[str]:
        return [name for name, versions in self.published.items() if event in versions[-1].begins]

    def policy(self) -> Policy:
        return self.rules

    def renew(self) -> None:
        pass


@dataclass
class MemoryDirectory:
    """Customers that all can be reached by every channel, unless one is named."""

    named: dict[str, Customer] = field(default_factory=dict)
    channels: frozenset[str] = frozenset({"email", "sms", "letter"})

    def customers(self, keys: Sequence[str]) -> Mapping[str, Customer]:
        return {key: self.named.get(key) or Customer(key=key, reachable=self.channels) for key in keys}


@dataclass
class _Data:
    cases: dict[str, Stored] = field(default_factory=dict)
    events: dict[str, list[Event]] = field(default_factory=dict)
    touches: list[Touch] = field(default_factory=list)
    letters: list[Letter] = field(default_factory=list)
    chores: list[Chore] = field(default_factory=list)
    waiting: list[tuple[datetime, Told]] = field(default_factory=list)
    beats: dict[str, tuple[datetime, float]] = field(default_factory=dict)
    restored: datetime | None = None


class MemoryStore:
    """A store in memory: one unit at a time, undone as a whole when it fails."""

    def __init__(self) -> None:
        self.data = _Data()
        self.lock = RLock()

    @contextmanager
    def unit(self) -> Iterator[MemoryUnit]:
        with self.lock:
            before = copy.deepcopy(self.data)
            try:
                yield MemoryUnit(self.data)
            except BaseException:
                self.data = before
                raise


class MemoryUnit:
    """One transaction on the data in memory."""

    def __init__(self, data: _Data) -> None:
        self.data = data

    def cases(self, keys: Sequence[str]) -> Mapping[str, Stored]:
        return {key: replace(self.data.cases[key]) for key in sorted(keys) if key in self.data.cases}

    def due(self, now: datetime, limit: int) -> Sequence[Stored]:
        found = [
            (stored.case.state.wake, key)
            for key, stored in self.data.cases.items()
            if stored.case.state.wake is not None and stored.case.state.wake <= now and not stored.set_aside
        ]
        found.sort(key=lambda row: (row[0] or now, row[1]))
        return [replace(self.data.cases[key]) for _, key in found[:limit]]

    def history(self, key: str) -> tuple[Event, ...]:
        return tuple(self.data.events.get(key, ()))

    def known(self, told: Sequence[Told]) -> set[Identity]:
        here = {(case, e.source, e.id) for case, events in self.data.events.items() for e in events}
        return {identity(one) for one in told} & here

    def waiting(self, keys: Sequence[str]) -> Mapping[str, Sequence[Told]]:
        found: dict[str, list[Told]] = {}
        for _, told in self.data.waiting:
            if told.case in keys:
                found.setdefault(told.case, []).append(told)
        return found

    def write(self, changes: Changes, now: datetime) -> None:
        for stored in changes.cases:
            self._is_as_read(stored)
            stored.revision += 1
            self.data.cases[stored.case.key] = replace(stored, case=replace(stored.case, history=None))
        for stored in changes.counted:
            self._is_as_read(stored)
            stored.revision += 1
            old = self.data.cases[stored.case.key]
            old.touches, old.revision = stored.touches, stored.revision
        for key, why in changes.set_aside.items():
            self.data.cases[key].set_aside = why
        for case, _, event in changes.events:
            self.data.events.setdefault(case, []).append(event)
        self.data.touches += changes.touches
        for chore in changes.chores:
            same = (chore.case, chore.touchpoint, chore.occasion)
            if all((old.case, old.touchpoint, old.occasion) != same for old in self.data.chores):
                self.data.chores.append(chore)
        for case, moment, why in changes.withdrawn:
            for letter in self.data.letters:
                if (letter.case, letter.moment.key, letter.status) == (case, moment, "queued"):
                    letter.status, letter.lease, letter.why = "withdrawn", None, why
        for letter in changes.queued.values():
            self._queue(replace(letter, not_before=letter.not_before or now))
        for letter in changes.letters:
            old_letter = self.data.letters[letter.id - 1]
            if old_letter.token == letter.token and old_letter.status != "withdrawn":
                self.data.letters[letter.id - 1] = replace(letter, not_before=letter.not_before or now)
        self.data.waiting = [row for row in self.data.waiting if row[1].case not in changes.arrived]
        for told in changes.waiting.values():
            if all(identity(told) != identity(old) for _, old in self.data.waiting):
                self.data.waiting.append((now, told))

    def _is_as_read(self, stored: Stored) -> None:
        old = self.data.cases.get(stored.case.key)
        if (old.revision if old else 0) != stored.revision:
            raise Conflict(stored.case.key)

    def _queue(self, letter: Letter) -> None:
        old = self.find_letter(letter.case, letter.moment.key)
        if old is None:
            self.data.letters.append(replace(letter, id=len(self.data.letters) + 1))
        elif old.status == "withdrawn":
            self.data.letters[old.id - 1] = replace(letter, id=old.id, token=old.token)

    def claim(self, now: datetime, until: datetime, token: int, limit: int) -> Sequence[Letter]:
        busy = {letter.customer for letter in self.data.letters if letter.lease is not None and letter.lease > now}
        free = [
            letter
            for letter in self.data.letters
            if letter.status == "queued"
            and (letter.not_before is None or letter.not_before <= now)
            and letter.customer not in busy
        ]
        free.sort(key=lambda letter: (letter.not_before or now, letter.id))
        for letter in free[:limit]:
            letter.token, letter.lease = token, until
        return [replace(letter) for letter in free[:limit]]

    def lost(self, now: datetime, limit: int) -> Sequence[Letter]:
        out = [one for one in self.data.letters if one.status == "handing" and one.lease and one.lease <= now]
        return [replace(one) for one in out[:limit]]

    def held(self, letters: Sequence[Letter]) -> Mapping[int, Letter]:
        rows = {one.id: self.data.letters[one.id - 1] for one in letters}
        tokens = {one.id: one.token for one in letters}
        return {id: replace(row) for id, row in rows.items() if row.token == tokens[id] and row.lease is not None}

    def recent(self, customers: Sequence[str], since: datetime) -> Mapping[str, Sequence[Sent]]:
        found: dict[str, list[Sent]] = {}
        for letter in self.data.letters:
            if letter.customer in customers and letter.sent_at is not None and letter.sent_at > since:
                row = Sent(letter.kind, letter.sent_at, letter.channel, letter.case)
                found.setdefault(letter.customer, []).append(row)
        return found

    def open_journeys(self, customers: Sequence[str]) -> Mapping[str, frozenset[str]]:
        found: dict[str, set[str]] = {}
        for stored in self.data.cases.values():
            state = stored.case.state
            if stored.case.customer in customers and state.stage is not None and not state.ended:
                found.setdefault(stored.case.customer, set()).add(stored.case.journey)
        return {customer: frozenset(names) for customer, names in found.items()}

    def letters_of(self, provider_id: str) -> Sequence[Letter]:
        return [replace(one) for one in self.data.letters if one.provider_id == provider_id]

    def find_letter(self, case: str, moment: str) -> Letter | None:
        found = (one for one in self.data.letters if one.case == case and one.moment.key == moment)
        return next((replace(one) for one in found), None)

    def restored(self) -> datetime | None:
        return self.data.restored

    def forget_waiting(self, before: datetime) -> int:
        kept = [row for row in self.data.waiting if row[0] >= before]
        dropped = len(self.data.waiting) - len(kept)
        self.data.waiting = kept
        return dropped

    def beat(self, name: str, now: datetime, lag: float) -> None:
        self.data.beats[name] = (now, lag)
