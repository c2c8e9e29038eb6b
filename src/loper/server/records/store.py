"""The runtime's Store on Django's own connection: SQLite and PostgreSQL, the same SQL but for locks and times.

Being on Django's connection, a unit joins the transaction of the action that asks for it.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any

from django.db import connections, transaction

from loper.run.cloudevents import Told, read_event, write_event
from loper.run.ports import Journeys
from loper.run.store import Changes, Conflict, Letter, Stored
from loper.server.records import sql
from loper.step import SYSTEM, Case, Event, Moment, Sent, State, dump_state, load_state

CLAIMING = 0x10FE5
"""The advisory lock that makes claims follow each other on PostgreSQL: of one customer only one worker holds any."""

MARKS_AT_ONCE = 900
"""SQLite takes no more than 999 parameters in old builds; sets are read in pieces of this size."""


class SqlStore:
    """Cases, events, letters and touches in the database."""

    def __init__(self, journeys: Journeys, using: str = "default") -> None:
        self.journeys = journeys
        self.using = using

    @contextmanager
    def unit(self) -> Iterator[SqlUnit]:
        with transaction.atomic(using=self.using), connections[self.using].cursor() as cursor:
            yield SqlUnit(cursor, self.journeys, connections[self.using].vendor == "postgresql")


@dataclass(slots=True)
class SqlUnit:
    """One transaction."""

    cursor: Any
    journeys: Journeys
    postgresql: bool

    # -- times: PostgreSQL has them, SQLite keeps them as Django writes them: UTC without an offset --

    def _out(self, at: datetime | None) -> Any:
        if at is None or self.postgresql:
            return at
        return at.astimezone(UTC).replace(tzinfo=None).isoformat(" ", "microseconds")

    def _in(self, raw: Any) -> Any:
        if isinstance(raw, str):
            raw = datetime.fromisoformat(raw)
        return raw if raw is None or self.postgresql else raw.replace(tzinfo=UTC)

    # -- cases -----------------------------------------------------------------------------------------------------

    def cases(self, keys: Sequence[str]) -> Mapping[str, Stored]:
        lock = "FOR UPDATE" if self.postgresql else ""
        rows = self._in_pieces(sql.CASES, sorted(keys), lock=lock)
        return {row[0]: self._stored(row) for row in rows}

    def due(self, now: datetime, limit: int) -> Sequence[Stored]:
        skip = "FOR UPDATE SKIP LOCKED" if self.postgresql else ""
        self.cursor.execute(sql.DUE.format(skip=skip), [self._out(now), limit])
        return [self._stored(row) for row in self.cursor.fetchall()]

    def _stored(self, row: Sequence[Any]) -> Stored:
        (
            key,
            journey,
            version,
            customer,
            parent,
            inherited,
            _,
            _,
            _,
            _,
            state,
            now,
            _,
            revision,
            events,
            touches,
            aside,
        ) = row
        found = State()
        if state:
            try:
                found = load_state(state, self.journeys.find(journey, version))
            except LookupError as wrong:
                aside = aside or str(wrong)
        case = Case(
            key=key,
            journey=journey,
            version=version,
            customer=customer,
            parent=parent,
            inherited=json.loads(inherited) if inherited else {},
            now=self._in(now),
            state=found,
            history=None,
        )
        return Stored(case, revision=revision, events=events, touches=touches, set_aside=aside)

    def history(self, key: str) -> tuple[Event, ...]:
        self.cursor.execute(sql.HISTORY, [key])
        return tuple(
            Event(
                type=type,
                time=self._in(time),
                source=source,
                id=ident,
                data=json.loads(data) if data else {},
                sequence=sequence,
                emitter=emitter or None,
                received=self._in(received),
            )
            for type, time, source, ident, data, sequence, emitter, received in self.cursor.fetchall()
        )

    def known(self, told: Sequence[Told]) -> set[tuple[str, str, str]]:
        found: set[tuple[str, str, str]] = set()
        for start in range(0, len(told), MARKS_AT_ONCE // 6):
            piece = told[start : start + MARKS_AT_ONCE // 6]
            pairs = " OR ".join(['("case" = %s AND source = %s AND ident = %s)'] * len(piece))
            values = [part for one in piece for part in (one.case, one.event.source, one.event.id)]
            self.cursor.execute(sql.KNOWN.format(pairs=pairs), values + values)
            found.update((case, source, ident) for case, source, ident in self.cursor.fetchall())
        return found

    def waiting(self, keys: Sequence[str]) -> Mapping[str, Sequence[Told]]:
        found: dict[str, list[Told]] = {}
        for case, document in self._in_pieces(sql.WAITING, keys):
            found.setdefault(case, []).append(_told(document))
        return found

    # -- writing ---------------------------------------------------------------------------------------------------

    def write(self, changes: Changes, now: datetime) -> None:
        self._write_cases(changes.cases, now)
        out = self._out
        self._many(
            sql.EVENT,
            [
                (case, n, e.source, e.id, e.type, out(e.time), out(e.received or e.time), e.sequence, e.emitter or "")
                for case, n, e in changes.events
            ],
        )
        self._many(
            sql.EVENT_DATA,
            [
                (case, number, json.dumps(dict(event.data), ensure_ascii=False, separators=(",", ":")))
                for case, number, event in changes.events
                if event.data
            ],
        )
        self._many(
            sql.TOUCH,
            [
                (
                    t.case, t.seq, t.round, t.journey, t.version, t.stage, t.activity, t.kind, t.channel, t.direction,
                    t.initiator, out(t.at), out(t.recorded), t.outcome[:200], t.cause[:300],
                )
                for t in changes.touches
            ],
        )  # fmt: skip
        queue = sql.QUEUE.format(no="FALSE" if self.postgresql else "0")
        self._many(
            queue,
            [
                (
                    one.case, one.customer, one.moment.touchpoint, one.moment.occasion, out(one.moment.due),
                    out(one.moment.limit), one.kind, out(now),
                )
                for one in changes.queued
            ],
        )  # fmt: skip
        self._many(
            sql.WITHDRAW,
            [(why, case, *_split(moment)) for case, moment, why in changes.withdrawn],
        )
        self._many(
            sql.TASK,
            [(c.case, c.customer, c.touchpoint, c.occasion, c.who, c.why[:200], out(c.at)) for c in changes.chores],
        )
        self._many(
            sql.WAIT,
            [
                (told.case, told.event.source, told.event.id, json.dumps(_document(told)), out(now))
                for told in changes.waiting
            ],
        )
        self._many(sql.ARRIVED, [(case,) for case in changes.arrived])

    def _write_cases(self, cases: Iterable[Stored], now: datetime) -> None:
        out = self._out
        new, changed = [], []
        for stored in cases:
            case, state = stored.case, stored.case.state
            text = dump_state(state)
            if stored.revision:
                changed.append(
                    (
                        case.version, state.stage, state.round, state.ended, state.stalled, text, out(case.now),
                        out(state.wake), stored.events, stored.touches, _overdue(state), case.key, stored.revision,
                    )
                )  # fmt: skip
            else:
                inherited = json.dumps(dict(case.inherited)) if case.inherited else ""
                new.append(
                    (
                        case.key, case.journey, case.version, case.customer, case.parent, inherited, state.stage,
                        state.round, state.ended, state.stalled, text, out(case.now), out(state.wake), 1,
                        stored.events, stored.touches, stored.set_aside, _overdue(state), out(state.begun or now),
                    )
                )  # fmt: skip
            stored.revision += 1
        for statement, rows in ((sql.NEW_CASE, new), (sql.CHANGED_CASE, changed)):
            if rows and self._many(statement, rows) != len(rows):
                raise Conflict("a case was changed by somebody else")

    # -- the outbox --------------------------------------------------------------------------------------------------

    def claim(self, now: datetime, until: datetime, token: int, limit: int) -> Sequence[Letter]:
        if self.postgresql:
            self.cursor.execute("SELECT pg_advisory_xact_lock(%s)", [CLAIMING])
        self.cursor.execute(sql.CLAIM, [self._out(now), self._out(now), limit])
        letters = [self._letter(row) for row in self.cursor.fetchall()]
        for letter in letters:
            letter.token = token
        if letters:
            marks = ", ".join(["%s"] * len(letters))
            ids = [letter.id for letter in letters]
            self.cursor.execute(sql.HOLD.format(marks=marks), [self._out(until), token, *ids])
        return letters

    def lost(self, now: datetime, limit: int) -> Sequence[Letter]:
        skip = "FOR UPDATE SKIP LOCKED" if self.postgresql else ""
        self.cursor.execute(sql.LOST.format(skip=skip), [self._out(now), limit])
        return [self._letter(row) for row in self.cursor.fetchall()]

    def held(self, letters: Sequence[Letter]) -> set[int]:
        tokens = dict(self._in_pieces(sql.HELD, [letter.id for letter in letters]))
        return {letter.id for letter in letters if tokens.get(letter.id) == letter.token}

    def settle(self, letters: Iterable[Letter], *, hold: bool = False) -> None:
        self._many(
            sql.SETTLE.format(lease="lease" if hold else "NULL"),
            [
                (
                    one.status, one.channel, ",".join(sorted(one.tried)), self._out(one.not_before), one.attempts,
                    one.provider_id, one.why[:200], self._out(one.sent_at), one.again, one.id, one.token,
                )
                for one in letters
            ],
        )  # fmt: skip

    def recent(self, customers: Sequence[str], since: datetime) -> Mapping[str, Sequence[Sent]]:
        found: dict[str, list[Sent]] = {}
        for customer, kind, at, channel, case in self._in_pieces(sql.RECENT, customers, self._out(since)):
            found.setdefault(customer, []).append(Sent(kind, self._in(at), channel, case))
        return found

    def open_journeys(self, customers: Sequence[str]) -> Mapping[str, frozenset[str]]:
        found: dict[str, set[str]] = {}
        for customer, journey in self._in_pieces(sql.OPEN, customers):
            found.setdefault(customer, set()).add(journey)
        return {customer: frozenset(names) for customer, names in found.items()}

    def letter_of(self, provider_id: str) -> Letter | None:
        self.cursor.execute(sql.LETTER_OF, [provider_id])
        return next((self._letter(row) for row in self.cursor.fetchall()), None)

    def find_letter(self, case: str, moment: str) -> Letter | None:
        self.cursor.execute(sql.FIND_LETTER, [case, *_split(moment)])
        return next((self._letter(row) for row in self.cursor.fetchall()), None)

    def _letter(self, row: Sequence[Any]) -> Letter:
        (
            id, case, customer, touchpoint, occasion, due, until, kind, status, channel, tried, not_before, attempts,
            token, provider_id, why, sent_at, again,
        ) = row  # fmt: skip
        return Letter(
            id=id,
            case=case,
            customer=customer,
            moment=Moment(touchpoint, occasion, self._in(due), self._in(until)),
            kind=kind,
            status=status,
            channel=channel,
            tried=frozenset(tried.split(",")) if tried else frozenset(),
            not_before=self._in(not_before),
            attempts=attempts,
            token=token,
            provider_id=provider_id,
            why=why,
            sent_at=self._in(sent_at),
            again=bool(again),
        )

    # -- housekeeping ------------------------------------------------------------------------------------------------

    def set_aside(self, key: str, why: str) -> None:
        self.cursor.execute(sql.SET_ASIDE, [why[:200], key])

    def forget_waiting(self, before: datetime) -> int:
        self.cursor.execute(sql.FORGET, [self._out(before)])
        return int(self.cursor.rowcount)

    def beat(self, name: str, now: datetime, lag: float) -> None:
        self.cursor.execute(sql.BEAT, [name, self._out(now), lag])

    # -- sets --------------------------------------------------------------------------------------------------------

    def _many(self, statement: str, rows: Sequence[tuple[Any, ...]]) -> int:
        """Write these rows with one statement; gives how many changed."""
        if not rows:
            return 0
        self.cursor.executemany(statement.replace("{marks}", ", ".join(["%s"] * len(rows[0]))), rows)
        return int(self.cursor.rowcount)

    def _in_pieces(self, statement: str, keys: Sequence[Any], *more: Any, lock: str = "") -> list[tuple[Any, ...]]:
        rows: list[tuple[Any, ...]] = []
        for start in range(0, len(keys), MARKS_AT_ONCE):
            piece = list(keys[start : start + MARKS_AT_ONCE])
            self.cursor.execute(statement.format(marks=", ".join(["%s"] * len(piece)), lock=lock), [*piece, *more])
            rows += self.cursor.fetchall()
        return rows


def _overdue(state: State) -> bool:
    """Whether the deadline of the present visit has passed."""
    return not state.ended and any(mark.startswith(f"{state.visit}@") for mark in state.overdue)


def _split(moment: str) -> tuple[str, str]:
    touchpoint, _, occasion = moment.partition("/")
    return touchpoint, occasion


def _document(told: Told) -> dict[str, Any]:
    document = write_event(told.case, told.event)
    return {**document, "customer": told.customer, "journey": told.journey}


def _told(text: str) -> Told:
    """A waiting event as it was; one that came from another case keeps its source, which no sender may use."""
    document = json.loads(text)
    source = document["source"]
    own = source.split("/", 1)[0] == SYSTEM
    plain = {name: value for name, value in document.items() if value != ""}
    told = read_event({**plain, "source": "x"} if own else plain)
    return replace(told, event=replace(told.event, source=source)) if own else told
