"""The runtime's SQL, each with the sentence that it says; the same on SQLite and PostgreSQL but for locks."""

from __future__ import annotations

CASE = (
    "key, journey, version, customer, parent, inherited, stage, round, ended, stalled, state, now, wake,"
    " revision, events, touches, set_aside"
)

# These cases, in the order of their keys (so that two units never wait for each other), locked on PostgreSQL.
CASES = f"SELECT {CASE} FROM journey_case WHERE key IN ({{marks}}) ORDER BY key {{lock}}"

# Cases whose waking has come, the longest due first; those that another worker holds are passed over.
DUE = (
    f"SELECT {CASE} FROM journey_case WHERE wake IS NOT NULL AND set_aside = '' AND wake <= %s"
    " ORDER BY wake LIMIT %s {skip}"
)

# A case that is new; somebody else may have made it a moment ago, and then nothing is inserted.
NEW_CASE = f"INSERT INTO journey_case ({CASE}, overdue, begun) VALUES ({{marks}}) ON CONFLICT (key) DO NOTHING"

# A case as it is now, if nobody changed it since it was read.
CHANGED_CASE = (
    "UPDATE journey_case SET version = %s, stage = %s, round = %s, ended = %s, stalled = %s, state = %s, now = %s,"
    " wake = %s, events = %s, touches = %s, overdue = %s, revision = revision + 1 WHERE key = %s AND revision = %s"
)

SET_ASIDE = "UPDATE journey_case SET set_aside = %s WHERE key = %s"

# The journal of one case, with what its events told, in order of arrival.
HISTORY = (
    "SELECT e.type, e.time, e.source, e.ident, d.data, e.sequence, e.emitter, e.received"
    ' FROM event e LEFT JOIN event_data d ON d."case" = e."case" AND d.number = e.number'
    ' WHERE e."case" = %s ORDER BY e.number'
)

EVENT = 'INSERT INTO event ("case", number, source, ident, type, time, received, sequence, emitter) VALUES ({marks})'
EVENT_DATA = 'INSERT INTO event_data ("case", number, data) VALUES ({marks})'

# Which of these events were accepted, or wait already.
KNOWN = (
    'SELECT "case", source, ident FROM event WHERE {pairs}'
    ' UNION ALL SELECT "case", source, ident FROM waiting WHERE {pairs}'
)

TOUCH = (
    'INSERT INTO touch ("case", seq, round, journey, version, stage, activity, kind, channel, direction, initiator, at,'
    " recorded, outcome, cause) VALUES ({marks})"
)

# A letter for a moment; one that was withdrawn may be queued again, one that happened may not.
QUEUE = (
    'INSERT INTO outbox ("case", customer, touchpoint, occasion, due, until, kind, status, channel, tried, attempts,'
    " token, provider_id, why, again, queued_at)"
    " VALUES (%s, %s, %s, %s, %s, %s, %s, 'queued', '', '', 0, 0, '', '', {no}, %s)"
    " ON CONFLICT (\"case\", touchpoint, occasion) DO UPDATE SET status = 'queued', due = excluded.due,"
    " until = excluded.until, not_before = NULL, lease = NULL, why = '' WHERE outbox.status = 'withdrawn'"
)

# A letter that does not hold any more; what is being handed over right now cannot be stopped.
WITHDRAW = (
    "UPDATE outbox SET status = 'withdrawn', why = %s WHERE \"case\" = %s AND touchpoint = %s AND occasion = %s"
    " AND status = 'queued'"
)

TASK = (
    'INSERT INTO task ("case", customer, touchpoint, occasion, who, why, opened, outcome)'
    " VALUES (%s, %s, %s, %s, %s, %s, %s, '') ON CONFLICT (\"case\", touchpoint, occasion) DO NOTHING"
)

WAIT = (
    'INSERT INTO waiting ("case", source, ident, event, received) VALUES ({marks})'
    ' ON CONFLICT ("case", source, ident) DO NOTHING'
)
WAITING = 'SELECT "case", event FROM waiting WHERE "case" IN ({marks}) ORDER BY id'
ARRIVED = 'DELETE FROM waiting WHERE "case" = %s'
FORGET = "DELETE FROM waiting WHERE received < %s"

LETTER = (
    'id, "case", customer, touchpoint, occasion, due, until, kind, status, channel, tried, not_before, attempts, token,'
    " provider_id, why, sent_at, again"
)

# Letters that want to go now, oldest first, of customers of whom nobody holds a letter.
CLAIM = (
    f"SELECT {LETTER} FROM outbox o WHERE status = 'queued' AND (not_before IS NULL OR not_before <= %s)"
    " AND NOT EXISTS (SELECT 1 FROM outbox h WHERE h.customer = o.customer AND h.lease IS NOT NULL AND h.lease > %s)"
    " ORDER BY id LIMIT %s"
)
HOLD = "UPDATE outbox SET lease = %s, token = %s WHERE id IN ({marks})"

# Letters that somebody was handing over when their hold ran out.
LOST = f"SELECT {LETTER} FROM outbox WHERE status = 'handing' AND lease <= %s ORDER BY id LIMIT %s {{skip}}"

HELD = "SELECT id, token FROM outbox WHERE id IN ({marks})"

# A letter as it is now, if it is still held by the same claim.
SETTLE = (
    "UPDATE outbox SET status = %s, channel = %s, tried = %s, not_before = %s, attempts = %s, provider_id = %s,"
    " why = %s, sent_at = %s, again = %s, lease = {lease} WHERE id = %s AND token = %s AND status <> 'withdrawn'"
)

# Messages that went to these customers.
RECENT = 'SELECT customer, kind, sent_at, channel, "case" FROM outbox WHERE customer IN ({marks}) AND sent_at > %s'

# Journeys of which these customers have a case that has not ended.
OPEN = (
    "SELECT DISTINCT customer, journey FROM journey_case"
    " WHERE customer IN ({marks}) AND NOT ended AND stage IS NOT NULL"
)

LETTER_OF = f"SELECT {LETTER} FROM outbox WHERE provider_id = %s ORDER BY id DESC LIMIT 1"
FIND_LETTER = f'SELECT {LETTER} FROM outbox WHERE "case" = %s AND touchpoint = %s AND occasion = %s'

BEAT = (
    "INSERT INTO heartbeat (name, at, lag) VALUES (%s, %s, %s)"
    " ON CONFLICT (name) DO UPDATE SET at = excluded.at, lag = excluded.lag"
)
