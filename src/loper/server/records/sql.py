"""The runtime's SQL, each with the sentence that it says.

A set of rows is one statement: on PostgreSQL columns of arrays, unnested; on SQLite one prepared statement for all rows
(writes) or a JSON list (reads). `Statements` makes both from one text.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

TEXT, INT, BIG, FLAG, TIME = "text", "int", "bigint", "boolean", "timestamptz"

CASE = (
    "key, journey, version, customer, parent, inherited, stage, round, ended, stalled, state, now, wake,"
    " revision, events, touches, set_aside"
)
CASE_COLUMNS = {
    "key": TEXT, "journey": TEXT, "version": TEXT, "customer": TEXT, "parent": TEXT, "inherited": TEXT, "stage": TEXT,
    "round": INT, "ended": FLAG, "stalled": FLAG, "state": TEXT, "now": TIME, "wake": TIME, "revision": INT,
    "events": INT, "touches": INT, "set_aside": TEXT, "overdue": FLAG, "begun": TIME,
}  # fmt: skip
CHANGED_COLUMNS = {
    "version": TEXT, "stage": TEXT, "round": INT, "ended": FLAG, "stalled": FLAG, "state": TEXT, "now": TIME,
    "wake": TIME, "events": INT, "touches": INT, "overdue": FLAG,
}  # fmt: skip
EVENT_COLUMNS = {
    "case": TEXT, "number": INT, "source": TEXT, "ident": TEXT, "type": TEXT, "time": TIME, "received": TIME,
    "sequence": BIG, "emitter": TEXT,
}  # fmt: skip
TOUCH_COLUMNS = {
    "case": TEXT, "seq": INT, "round": INT, "journey": TEXT, "version": TEXT, "stage": TEXT, "activity": TEXT,
    "kind": TEXT, "channel": TEXT, "direction": TEXT, "initiator": TEXT, "at": TIME, "recorded": TIME, "outcome": TEXT,
    "why": TEXT, "cause": TEXT,
}  # fmt: skip
QUEUE_COLUMNS = {
    "case": TEXT, "customer": TEXT, "touchpoint": TEXT, "occasion": TEXT, "due": TIME, "until": TIME, "kind": TEXT,
    "queued_at": TIME, "not_before": TIME,
}  # fmt: skip
LETTER_COLUMNS = {
    "status": TEXT, "channel": TEXT, "tried": TEXT, "not_before": TIME, "attempts": INT, "provider_id": TEXT,
    "why": TEXT, "sent_at": TIME, "again": FLAG, "lease": TIME,
}  # fmt: skip
TASK_COLUMNS = {
    "case": TEXT, "customer": TEXT, "touchpoint": TEXT, "occasion": TEXT, "who": TEXT, "why": TEXT, "opened": TIME,
}  # fmt: skip

LETTER = (
    'id, "case", customer, touchpoint, occasion, due, until, kind, status, channel, tried, not_before, attempts, lease,'
    " token, provider_id, why, sent_at, again"
)

# The journal of one case, with what its events told, in order of arrival.
HISTORY = (
    "SELECT e.type, e.time, e.source, e.ident, d.data, e.sequence, e.emitter, e.received"
    ' FROM event e LEFT JOIN event_data d ON d."case" = e."case" AND d.number = e.number'
    ' WHERE e."case" = %s ORDER BY e.number'
)

FORGET = "DELETE FROM waiting WHERE received < %s"

# Until when the world may know more than this database, if it was ever put back from a backup.
RESTORED = "SELECT max(until) FROM restored"

LETTERS_OF = f"SELECT {LETTER} FROM outbox WHERE provider_id = %s AND provider_id <> '' ORDER BY id"
FIND_LETTER = f'SELECT {LETTER} FROM outbox WHERE "case" = %s AND touchpoint = %s AND occasion = %s'

BEAT = (
    "INSERT INTO heartbeat (name, at, lag) VALUES (%s, %s, %s)"
    " ON CONFLICT (name) DO UPDATE SET at = excluded.at, lag = excluded.lag"
)
FADED = "DELETE FROM heartbeat WHERE at < %s"

# Claims follow each other: the advisory lock makes that of one customer only one worker holds any.
CLAIMING = "SELECT pg_advisory_xact_lock(1, 0)"

# A case that is not there yet can be locked too, so that its first event and one that waits for it follow each other.
MISSING = "SELECT pg_advisory_xact_lock(2, bucket) FROM unnest(%s::int[]) AS bucket"
BUCKETS = 4096


def quoted(names: Sequence[str]) -> str:
    return ", ".join(f'"{name}"' for name in names)


class Statements:
    """Every statement that is not the same on both, for one of them."""

    def __init__(self, postgresql: bool) -> None:
        self.postgresql = postgresql
        these = "= ANY(%s)" if postgresql else "IN (SELECT value FROM json_each(%s))"
        lock = "FOR UPDATE" if postgresql else ""
        skip = "FOR UPDATE SKIP LOCKED" if postgresql else ""

        # These cases, in the order of their keys (so that two units seldom wait for each other), locked.
        self.cases = f"SELECT {CASE} FROM journey_case WHERE key {these} ORDER BY key {lock}"

        # Cases whose waking has come, the longest due first; those that another worker holds are passed over.
        self.due = (
            f"SELECT {CASE} FROM journey_case WHERE wake IS NOT NULL AND set_aside = '' AND wake <= %s"
            f" ORDER BY wake, key LIMIT %s {skip}"
        )

        # A case that is new; somebody else may have made it a moment ago, and then nothing is inserted.
        self.new_case = self._insert("journey_case", CASE_COLUMNS, " ON CONFLICT (key) DO NOTHING")

        # A case as it is now, if nobody changed it since it was read.
        self.changed_case = self._update(
            "journey_case", CHANGED_COLUMNS, {"key": TEXT, "revision": INT}, {"revision": "revision + 1"}
        )
        self.counted_case = self._update(
            "journey_case", {"touches": INT}, {"key": TEXT, "revision": INT}, {"revision": "revision + 1"}
        )
        self.set_aside = self._update("journey_case", {"set_aside": TEXT}, {"key": TEXT})

        self.event = self._insert("event", EVENT_COLUMNS)
        self.event_data = self._insert("event_data", {"case": TEXT, "number": INT, "data": TEXT})
        self.touch = self._insert("touch", TOUCH_COLUMNS)

        # Lines of the log that go out to other systems, if there is one that hears of them.
        heard = "WHERE EXISTS (SELECT 1 FROM subscriber WHERE state = 'on')"
        self.outgoing = 'INSERT INTO outgoing ("case", seq) ' + (
            f"SELECT u.* FROM unnest(%s::text[], %s::int[]) AS u {heard}" if postgresql else f"SELECT %s, %s {heard}"
        )

        # Which of these events were accepted.
        asked = (
            "unnest(%s::text[], %s::text[], %s::text[]) AS a (c, s, i)"
            if postgresql
            else "(SELECT value->>0 AS c, value->>1 AS s, value->>2 AS i FROM json_each(%s)) AS a"
        )
        self.known = (
            f'SELECT e."case", e.source, e.ident FROM {asked}'
            ' CROSS JOIN event e WHERE e."case" = a.c AND e.source = a.s AND e.ident = a.i'
        )

        # A letter for a moment; one that was withdrawn may be queued again, one that happened may not.
        self.queue = self._insert(
            "outbox",
            QUEUE_COLUMNS,
            ' ON CONFLICT ("case", touchpoint, occasion) DO UPDATE SET status = \'queued\', due = excluded.due,'
            " until = excluded.until, not_before = excluded.not_before, lease = NULL, why = ''"
            " WHERE outbox.status = 'withdrawn'",
            {
                "status": "'queued'", "channel": "''", "tried": "''", "attempts": "0", "token": "0",
                "provider_id": "''", "why": "''", "again": "FALSE",
            },
        )  # fmt: skip

        # A letter that does not hold any more; what is being handed over right now cannot be stopped.
        self.withdraw = self._update(
            "outbox",
            {"why": TEXT},
            {"case": TEXT, "touchpoint": TEXT, "occasion": TEXT},
            {"status": "'withdrawn'", "lease": "NULL"},
            " AND {t}status = 'queued'",
        )

        # A letter as it is now, if it is still of the same claim.
        self.settle = self._update(
            "outbox", LETTER_COLUMNS, {"id": BIG, "token": BIG}, {}, " AND {t}status <> 'withdrawn'"
        )

        self.task = self._insert(
            "task", TASK_COLUMNS, ' ON CONFLICT ("case", touchpoint, occasion) DO NOTHING', {"outcome": "''"}
        )

        self.wait = self._insert(
            "waiting",
            {"case": TEXT, "source": TEXT, "ident": TEXT, "event": TEXT, "received": TIME},
            ' ON CONFLICT ("case", source, ident) DO NOTHING',
        )
        self.waiting = f'SELECT "case", event FROM waiting WHERE "case" {these} ORDER BY id'
        self.arrived = f'DELETE FROM waiting WHERE "case" {these}'

        # Letters that want to go now, oldest first, of customers of whom nobody holds a letter.
        self.claim = (
            f"SELECT {LETTER} FROM outbox o WHERE status = 'queued' AND not_before <= %s"
            " AND NOT EXISTS (SELECT 1 FROM outbox h WHERE h.customer = o.customer AND h.lease IS NOT NULL"
            f" AND h.lease > %s) ORDER BY not_before, id LIMIT %s {skip}"
        )
        self.hold = f"UPDATE outbox SET lease = %s, token = %s WHERE id {these}"

        # Letters that somebody was handing over when their hold ran out.
        self.lost = (
            f"SELECT {LETTER} FROM outbox WHERE status = 'handing' AND lease IS NOT NULL AND lease <= %s"
            " ORDER BY lease, id LIMIT %s"
        )
        self.held = f"SELECT {LETTER} FROM outbox WHERE id {these} AND lease IS NOT NULL ORDER BY id {lock}"

        # Messages that went to these customers.
        self.recent = (
            f'SELECT customer, kind, sent_at, channel, "case" FROM outbox WHERE customer {these} AND sent_at > %s'
        )

        # Journeys of which these customers have a case that has not ended.
        self.open = (
            f"SELECT DISTINCT customer, journey FROM journey_case WHERE customer {these} AND NOT ended"
            " AND stage IS NOT NULL"
        )

    def _insert(
        self, table: str, columns: Mapping[str, str], conflict: str = "", fixed: Mapping[str, str] | None = None
    ) -> str:
        names = quoted([*columns, *(fixed or {})])
        values = list((fixed or {}).values())
        if self.postgresql:
            arrays = ", ".join(f"%s::{kind}[]" for kind in columns.values())
            more = "".join(f", {value}" for value in values)
            return f"INSERT INTO {table} ({names}) SELECT u.*{more} FROM unnest({arrays}) AS u{conflict}"
        marks = ", ".join(["%s"] * len(columns) + values)
        return f"INSERT INTO {table} ({names}) VALUES ({marks}){conflict}"

    def _update(
        self,
        table: str,
        columns: Mapping[str, str],
        where: Mapping[str, str],
        fixed: Mapping[str, str] | None = None,
        more: str = "",
    ) -> str:
        """Values come in the order of `columns`, then of `where`."""
        constant = [f'"{name}" = {"t." if self._reads(value) and self.postgresql else ""}{value}'
                    for name, value in (fixed or {}).items()]  # fmt: skip
        if self.postgresql:
            every = {**{f"n_{name}": kind for name, kind in columns.items()},
                     **{f"w_{name}": kind for name, kind in where.items()}}  # fmt: skip
            arrays = ", ".join(f"%s::{kind}[]" for kind in every.values())
            sets = ", ".join([*(f'"{name}" = u.n_{name}' for name in columns), *constant])
            same = " AND ".join(f't."{name}" = u.w_{name}' for name in where)
            names = ", ".join(every)
            return (
                f"UPDATE {table} AS t SET {sets} FROM unnest({arrays}) AS u ({names}) WHERE {same}{more.format(t='t.')}"
            )
        sets = ", ".join([*(f'"{name}" = %s' for name in columns), *constant])
        same = " AND ".join(f'"{name}" = %s' for name in where)
        return f"UPDATE {table} SET {sets} WHERE {same}{more.format(t='')}"

    @staticmethod
    def _reads(value: str) -> bool:
        """Whether this constant reads the row's own value."""
        return value.startswith("revision")


SQLITE, POSTGRESQL = Statements(False), Statements(True)
