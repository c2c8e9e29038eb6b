"""The runtime's Store on Django's own connection: SQLite and PostgreSQL, the same sentences (records/sql.py).

Being on Django's connection, a unit joins the transaction of the action that asks for it.
"""

from __future__ import annotations

import json
import zlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from django.db import DatabaseError, IntegrityError, InterfaceError, OperationalError, connections, transaction

from loper.run.cloudevents import Told, write_event
from loper.run.ports import Journeys
from loper.run.store import Changes, Conflict, Identity, Letter, Poisoned, Stored, Unanswered
from loper.server.records import sql
from loper.step import Case, Event, Moment, Sent, State, dump_state, load_state

DO_AGAIN = ("40001", "40P01")
"""PostgreSQL: two transactions waited for each other, and this one gave way."""

FADES = timedelta(days=1)


class SqlStore:
    """Cases, events, letters and touches in the database."""

    def __init__(self, journeys: Journeys, using: str = "default") -> None:
        self.journeys = journeys
        self.using = using

    @contextmanager
    def unit(self) -> Iterator[SqlUnit]:
        connection = connections[self.using]
        inside = connection.in_atomic_block
        try:
            with transaction.atomic(using=self.using), connection.cursor() as cursor:
                yield SqlUnit(cursor, self.journeys, connection.vendor == "postgresql")
        except (DatabaseError, InterfaceError, Poisoned) as wrong:
            told = wrong.__cause__ if isinstance(wrong, Poisoned) else wrong
            if not isinstance(told, DatabaseError | InterfaceError):
                raise
            if not inside and isinstance(told, OperationalError | InterfaceError):
                connection.close()  # the next unit opens it again
            meaning = _meaning(told, inside)
            if meaning is None:
                raise
            raise meaning from wrong


def _meaning(wrong: DatabaseError | InterfaceError, inside: bool) -> Exception | None:
    """What an error of the database means to whoever asked: do it again, ask later; None: a mistake of ours."""
    if getattr(wrong.__cause__, "sqlstate", None) in DO_AGAIN:
        # Inside another transaction that one holds what the other waits for: to do only our part again helps nobody.
        return Unanswered("two waited for each other") if inside else Conflict(str(wrong))
    if isinstance(wrong, IntegrityError):
        return Conflict(str(wrong))
    mistake = getattr(wrong.__cause__, "sqlite_errorname", "") == "SQLITE_ERROR"  # a table that is not there
    if isinstance(wrong, OperationalError | InterfaceError) and not mistake:
        return Unanswered((str(wrong) or type(wrong).__name__).splitlines()[0])
    return None


@dataclass(slots=True)
class SqlUnit:
    """One transaction."""

    cursor: Any
    journeys: Journeys
    postgresql: bool

    @property
    def sql(self) -> sql.Statements:
        return sql.POSTGRESQL if self.postgresql else sql.SQLITE

    # -- times: PostgreSQL has them, SQLite keeps them as Django writes them: UTC without an offset --

    def _out(self, at: datetime | None) -> Any:
        if at is None or self.postgresql:
            return at
        return str(at.astimezone(UTC).replace(tzinfo=None))

    def _in(self, raw: Any) -> Any:
        if isinstance(raw, str):
            raw = datetime.fromisoformat(raw)
        return raw if raw is None or self.postgresql else raw.replace(tzinfo=UTC)

    # -- cases -----------------------------------------------------------------------------------------------------

    def cases(self, keys: Sequence[str]) -> Mapping[str, Stored]:
        found = {row[0]: self._stored(row) for row in self._these(self.sql.cases, sorted(keys))}
        missing = sorted(set(keys) - found.keys())
        if missing and self.postgresql:
            # Somebody may be making one of them right now: wait for that, then look again.
            self.cursor.execute(sql.MISSING, [sorted({zlib.crc32(key.encode()) % sql.BUCKETS for key in missing})])
            found.update((row[0], self._stored(row)) for row in self._these(self.sql.cases, missing))
        return found

    def due(self, now: datetime, limit: int) -> Sequence[Stored]:
        self.cursor.execute(self.sql.due, [self._out(now), limit])
        return [self._stored(row) for row in self.cursor.fetchall()]

    def _stored(self, row: Sequence[Any]) -> Stored:
        (
            key, journey, version, customer, parent, inherited, stage, round, ended, _, state, now, wake,
            revision, events, touches, aside,
        ) = row  # fmt: skip
        broken = ""
        try:
            found = load_state(state, self.journeys.find(journey, version))
        except DatabaseError:
            raise
        except Exception as wrong:  # an unknown version, a state that cannot be read: its own case only
            broken = f"its state cannot be read: {wrong}"[:200]
            found = State(stage=stage, round=round, ended=bool(ended), wake=self._in(wake))
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
        return Stored(case, revision=revision, events=events, touches=touches, set_aside=aside or broken, broken=broken)

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

    def known(self, told: Sequence[Told]) -> set[Identity]:
        if not told:
            return set()
        asked = [(one.case, one.event.source, one.event.id) for one in told]
        columns = [_array(column) for column in zip(*asked, strict=True)] if self.postgresql else [json.dumps(asked)]
        self.cursor.execute(self.sql.known, columns)
        return {(case, source, ident) for case, source, ident in self.cursor.fetchall()}

    def waiting(self, keys: Sequence[str]) -> Mapping[str, Sequence[Told]]:
        found: dict[str, list[Told]] = {}
        for case, document in self._these(self.sql.waiting, keys):
            found.setdefault(case, []).append(_told(document))
        return found

    # -- writing ---------------------------------------------------------------------------------------------------

    def write(self, changes: Changes, now: datetime) -> None:
        with self._together():
            written = self._write_cases(changes, now)
            self._write_rows(changes, now)
        if any(cursor.rowcount != wanted for cursor, wanted in written):
            raise Conflict("a case was changed by somebody else")

    @contextmanager
    def _together(self) -> Iterator[None]:
        """PostgreSQL works on one statement while we make the next; what is wrong with one is said at the end."""
        if not self.postgresql:
            yield
            return
        connection = self.cursor.db
        with connection.wrap_database_errors, connection.connection.pipeline():
            yield

    def _write_rows(self, changes: Changes, now: datetime) -> None:
        out, write = self._out, self.sql
        self._many(
            write.event,
            [
                (case, n, e.source, e.id, e.type, out(e.time), out(e.received or e.time), e.sequence, e.emitter or "")
                for case, n, e in changes.events
            ],
        )
        self._many(
            write.event_data,
            [
                (case, number, json.dumps(dict(event.data), ensure_ascii=False, separators=(",", ":")))
                for case, number, event in changes.events
                if event.data
            ],
        )
        self._many(
            write.touch,
            [
                (
                    t.case, t.seq, t.round, t.journey, t.version, t.stage, t.activity, t.kind, t.channel, t.direction,
                    t.initiator, out(t.at), out(t.recorded), t.outcome[:200], t.why[:200], t.cause[:300],
                )
                for t in changes.touches
            ],
        )  # fmt: skip
        self._many(write.outgoing, [(touch.case, touch.seq) for touch in changes.touches])
        self._many(write.withdraw, [(why[:200], case, *_split(moment)) for case, moment, why in changes.withdrawn])
        self._many(
            write.queue,
            [
                (
                    one.case, one.customer, one.moment.touchpoint, one.moment.occasion, out(one.moment.due),
                    out(one.moment.limit), one.kind, out(now), out(one.not_before or now),
                )
                for one in changes.queued.values()
            ],
        )  # fmt: skip
        self._many(
            write.settle,
            [
                (
                    one.status, one.channel, ",".join(sorted(one.tried)), out(one.not_before or now), one.attempts,
                    one.provider_id, one.why[:200], out(one.sent_at), one.again, out(one.lease), one.id, one.token,
                )
                for one in changes.letters
            ],
        )  # fmt: skip
        self._many(
            write.task,
            [(c.case, c.customer, c.touchpoint, c.occasion, c.who, c.why[:200], out(c.at)) for c in changes.chores],
        )
        if changes.arrived:
            self._execute_these(write.arrived, changes.arrived)
        self._many(
            write.wait,
            [
                (
                    told.case, told.event.source, told.event.id,
                    json.dumps(_document(told), ensure_ascii=False), out(now),
                )
                for told in changes.waiting.values()
            ],
        )  # fmt: skip

    def _write_cases(self, changes: Changes, now: datetime) -> list[tuple[Any, int]]:
        """Write the cases; gives cursors that know afterwards how many were written, each with how many should be."""
        out = self._out
        new, changed = [], []
        for stored in changes.cases:
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
                        stored.events, stored.touches, stored.set_aside[:200], _overdue(state),
                        out(state.begun or now),
                    )
                )  # fmt: skip
            stored.revision += 1
        counted = [(stored.touches, stored.case.key, stored.revision) for stored in changes.counted]
        written = []
        for statement, rows in (
            (self.sql.new_case, new),
            (self.sql.changed_case, changed),
            (self.sql.counted_case, counted),
        ):
            if rows:
                cursor = self.cursor.db.cursor()
                self._many(statement, rows, cursor)
                written.append((cursor, len(rows)))
        self._many(self.sql.set_aside, [(why[:200], key) for key, why in changes.set_aside.items()])
        return written

    # -- the outbox --------------------------------------------------------------------------------------------------

    def claim(self, now: datetime, until: datetime, token: int, limit: int) -> Sequence[Letter]:
        if self.postgresql:
            self.cursor.execute(sql.CLAIMING)
        self.cursor.execute(self.sql.claim, [self._out(now), self._out(now), limit])
        letters = [self._letter(row) for row in self.cursor.fetchall()]
        if letters:
            ids = [letter.id for letter in letters]
            self._execute_these(self.sql.hold, ids, self._out(until), token)
        for letter in letters:
            letter.token, letter.lease = token, until
        return letters

    def lost(self, now: datetime, limit: int) -> Sequence[Letter]:
        self.cursor.execute(self.sql.lost, [self._out(now), limit])
        return [self._letter(row) for row in self.cursor.fetchall()]

    def held(self, letters: Sequence[Letter]) -> Mapping[int, Letter]:
        tokens = {letter.id: letter.token for letter in letters}
        rows = [self._letter(row) for row in self._these(self.sql.held, sorted(tokens))]
        return {letter.id: letter for letter in rows if letter.token == tokens[letter.id]}

    def recent(self, customers: Sequence[str], since: datetime) -> Mapping[str, Sequence[Sent]]:
        found: dict[str, list[Sent]] = {}
        for customer, kind, at, channel, case in self._these(self.sql.recent, customers, self._out(since)):
            found.setdefault(customer, []).append(Sent(kind, self._in(at), channel, case))
        return found

    def open_journeys(self, customers: Sequence[str]) -> Mapping[str, frozenset[str]]:
        found: dict[str, set[str]] = {}
        for customer, journey in self._these(self.sql.open, customers):
            found.setdefault(customer, set()).add(journey)
        return {customer: frozenset(names) for customer, names in found.items()}

    def letters_of(self, provider_id: str) -> Sequence[Letter]:
        self.cursor.execute(sql.LETTERS_OF, [provider_id])
        return [self._letter(row) for row in self.cursor.fetchall()]

    def find_letter(self, case: str, moment: str) -> Letter | None:
        self.cursor.execute(sql.FIND_LETTER, [case, *_split(moment)])
        return next((self._letter(row) for row in self.cursor.fetchall()), None)

    def _letter(self, row: Sequence[Any]) -> Letter:
        (
            id, case, customer, touchpoint, occasion, due, until, kind, status, channel, tried, not_before, attempts,
            lease, token, provider_id, why, sent_at, again,
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
            lease=self._in(lease),
            token=token,
            provider_id=provider_id,
            why=why,
            sent_at=self._in(sent_at),
            again=bool(again),
        )

    # -- housekeeping ------------------------------------------------------------------------------------------------

    def restored(self) -> datetime | None:
        self.cursor.execute(sql.RESTORED)
        until: datetime | None = self._in(self.cursor.fetchone()[0])
        return until

    def forget_waiting(self, before: datetime) -> int:
        self.cursor.execute(sql.FORGET, [self._out(before)])
        return int(self.cursor.rowcount)

    def beat(self, name: str, now: datetime, lag: float) -> None:
        self.cursor.execute(sql.BEAT, [name[:80], self._out(now), lag])
        self.cursor.execute(sql.FADED, [self._out(now - FADES)])

    # -- sets --------------------------------------------------------------------------------------------------------

    def _many(self, statement: str, rows: Sequence[tuple[Any, ...]], by: Any = None) -> None:
        """Write these rows with one statement."""
        cursor = by or self.cursor
        if not rows:
            return
        if self.postgresql:
            cursor.execute(statement, [_array(column) for column in zip(*rows, strict=True)])
        else:
            cursor.executemany(statement, rows)

    def _execute_these(self, statement: str, keys: Iterable[Any], *before: Any) -> None:
        self.cursor.execute(statement, [*before, self._set(keys)])

    def _set(self, keys: Iterable[Any]) -> str:
        these = list(keys)
        return _array(these) if self.postgresql else json.dumps(these)

    def _these(self, statement: str, keys: Sequence[Any], *more: Any) -> list[tuple[Any, ...]]:
        """The rows of these keys."""
        if not keys:
            return []
        self.cursor.execute(statement, [self._set(keys), *more])
        rows: list[tuple[Any, ...]] = self.cursor.fetchall()
        return rows


def _array(column: Sequence[Any]) -> str:
    """The values as PostgreSQL writes an array; an adapter that looks at every value costs more than the step does."""
    joined = "" if None in column else _APART.join(map(str, column))
    if joined and joined.count(_APART) == len(column) - 1:
        return '{"' + _escaped(joined).replace(_APART, '","') + '"}'
    return "{" + ",".join(["NULL" if value is None else f'"{_escaped(str(value))}"' for value in column]) + "}"


_APART = "\x00"  # no text in a database has it


def _escaped(text: str) -> str:
    return text.replace("\\", "\\\\").replace('"', '\\"')


def _overdue(state: State) -> bool:
    """Whether the deadline of the present visit has passed."""
    return not state.ended and any(mark.startswith(f"{state.visit}@") for mark in state.overdue)


def _split(moment: str) -> tuple[str, str]:
    touchpoint, _, occasion = moment.partition("/")
    return touchpoint, occasion


def _document(told: Told) -> dict[str, Any]:
    """A waiting event, whole; also one that came from another case or from the runtime itself."""
    document = write_event(told.case, told.event)
    return {**document, "sequence": told.event.sequence, "customer": told.customer, "journey": told.journey}


def _told(text: str) -> Told:
    document = json.loads(text)
    event = Event(
        type=document["type"],
        time=datetime.fromisoformat(document["time"]),
        source=document["source"],
        id=document["id"],
        data=document["data"],
        sequence=document["sequence"],
        emitter=document.get("emitter"),
    )
    return Told(case=document["subject"], event=event, customer=document["customer"], journey=document["journey"])
