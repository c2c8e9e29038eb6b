"""Tables for analysts: views of a documented form that stays, whatever becomes of the tables beneath them.

A view is `loper_v1_NAME`. Its columns are a promise: what is added or changed gets a new version beside the old one (a
test holds the columns against those that were published). By reference only: no name, no address, no text of anybody.
Times are UTC.

They are dropped before and made after migrations (records/apps.py): no table could be changed beneath a view.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

from django.utils.translation import gettext_noop as _

VERSION = 1
READER = "loper_reader"
"""On PostgreSQL the role that may read the views, and nothing else, where somebody made it."""

Type = Literal["text", "integer", "number", "boolean", "time"]


@dataclass(frozen=True, slots=True)
class Column:
    """A column: its name, its type, the SQL behind it (of PostgreSQL where that differs), what it means."""

    name: str
    type: Type
    sql: str
    says: str
    postgresql: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class View:
    """A table for analysts. `month`: the time by which its files are cut; `grows`: rows are only ever added."""

    name: str
    says: str
    source: str
    columns: Sequence[Column]
    month: str
    key: Sequence[str]
    grows: bool = False

    @property
    def view(self) -> str:
        return f"loper_v{VERSION}_{self.name}"

    def select(self, postgresql: bool) -> str:
        picked = ", ".join(
            f'{(one.postgresql if postgresql and one.postgresql else one.sql)} AS "{one.name}"' for one in self.columns
        )
        return f"SELECT {picked} FROM {self.source}"  # noqa: S608 - all of it stands in this file


def _plain(type: Type, says: dict[str, str], table: str = "t") -> list[Column]:
    return [Column(name, type, f'{table}."{name}"', what) for name, what in says.items()]


CASE = Column("case", "text", 't."case"', "the key of the case")
CUSTOMER = Column("customer", "text", "t.customer", "a random reference of the customer")
REGION = Column(
    "region", "text", "substr(h.postcode, 1, 2)", "the first two digits of the postcode of the customer's home"
)
HOME = "LEFT JOIN customer c ON c.key = t.customer LEFT JOIN property h ON h.id = c.home_id"

VIEWS = (
    View(
        name="cases",
        says=_("A row a case, as it stands."),
        source="journey_case t " + HOME,
        month="begun",
        key=("case",),
        columns=(
            Column("case", "text", "t.key", "the key of the case"),
            CUSTOMER,
            REGION,
            *_plain("text", {"journey": "which journey", "version": "the version of the journey (a hash)"}),
            Column("parent", "text", "t.parent", "the case that opened it; empty: none"),
            *_plain("text", {"stage": "where the customer is; empty: nowhere yet"}),
            *_plain("integer", {"round": "how many times the loop was begun"}),
            *_plain("boolean", {"ended": "whether it is over", "overdue": "whether this visit's deadline passed"}),
            Column("set_aside", "boolean", "(t.set_aside <> '')", "whether it waits for somebody to look at it"),
            Column("begun", "time", "t.begun", "when it began"),
            Column("last", "time", "t.now", "when something last happened"),
        ),
    ),
    View(
        name="contacts",
        says=_("A row a line of the log: everything that happened, in order of `case`, `seq`. It only grows."),
        source="touch t",
        month="recorded",
        key=("case", "seq"),
        grows=True,
        columns=(
            CASE,
            *_plain("integer", {"seq": "the order within the case"}),
            *_plain("text", {"journey": "which journey", "version": "its version", "stage": "the stage of the case"}),
            *_plain("integer", {"round": "the round of the loop"}),
            *_plain(
                "text",
                {
                    "activity": "the event or the touchpoint",
                    "kind": "event, message, move, task, skip, overdue, ...",
                    "channel": "by which channel; empty: none",
                    "direction": "in: from the customer; out: to the customer",
                    "initiator": "the role that did it",
                    "outcome": "what came of it",
                    "cause": "the key of what led to it",
                },
            ),
            Column("at", "time", "t.at", "when it happened"),
            Column("recorded", "time", "t.recorded", "when we knew"),
        ),
    ),
    View(
        name="messages",
        says=_("A row a message to a customer, also one that never went."),
        source="outbox t",
        month="queued",
        key=("message",),
        columns=(
            Column("message", "integer", "t.id", "its number"),
            CASE,
            CUSTOMER,
            *_plain(
                "text",
                {
                    "touchpoint": "of the journey",
                    "kind": "service, survey, marketing",
                    "status": "queued, handing, sent, withdrawn, skipped, unknown",
                    "channel": "by which it went; empty: not yet",
                },
            ),
            *_plain("integer", {"attempts": "how many times it was tried"}),
            Column("due", "time", "t.due", "when it was to go"),
            Column("queued", "time", "t.queued_at", "when it was written"),
            Column("sent", "time", "t.sent_at", "when it went; empty: it did not"),
        ),
    ),
    View(
        name="visits",
        says=_("A row an appointment, as it stands."),
        source="appointment t JOIN technician m ON m.id = t.technician_id",
        month="start",
        key=("visit",),
        columns=(
            Column("visit", "text", "t.uid", "its UID, as in calendars"),
            CASE,
            CUSTOMER,
            Column("technician", "text", "m.key", "a reference of who comes"),
            Column("partner", "boolean", "m.partner", "whether a co-maker comes"),
            *_plain("time", {"start": "begin of the block that was promised", "end": "its end"}),
            Column("planned", "time", "t.planned", "when we mean to begin; empty: by block"),
            *_plain("integer", {"minutes": "how long it is meant to take", "people": "how many come"}),
            *_plain("text", {"kind": "the kind of work", "status": "booked, cancelled, done"}),
            *_plain("integer", {"sequence": "how many times it was changed"}),
            Column("region", "text", "substr(t.postcode, 1, 2)", "the first two digits of the postcode"),
            Column("changed", "time", "t.changed", "when it was last changed"),
        ),
    ),
    View(
        name="promises",
        says=_("A row a promise and what came of it."),
        source="promise t " + HOME,
        month="due",
        key=("case", "number"),
        columns=(
            CASE,
            *_plain("integer", {"number": "its number within the case"}),
            CUSTOMER,
            REGION,
            *_plain(
                "text",
                {
                    "journey": "which journey",
                    "kind": "block, arrival, call, answer",
                    "by": "the touchpoint or event that told it",
                    "stage": "of an answer: the stage that had to be over",
                    "technician": "a reference of who was to come",
                },
            ),
            *_plain("time", {"given": "when it was given", "start": "from when", "due": "until when"}),
            *_plain("text", {"state": "open, kept, broken, withdrawn, moved", "why": "why so"}),
            *_plain(
                "time",
                {
                    "settled": "when it was known what came of it",
                    "sorry": "when we said sorry, or told another time",
                    "called": "when the customer first came to us about it",
                },
            ),
        ),
    ),
    View(
        name="tasks",
        says=_("A row a task of a person."),
        source="task t",
        month="opened",
        key=("task",),
        columns=(
            Column("task", "integer", "t.id", "its number"),
            CASE,
            CUSTOMER,
            *_plain("text", {"touchpoint": "what it is about", "who": "the role that does it"}),
            *_plain("time", {"opened": "since when it is there", "not_before": "a call-back: not before then"}),
            *_plain("time", {"closed": "when it was done; empty: it is open"}),
            *_plain("text", {"outcome": "done, not_reached"}),
            *_plain("integer", {"attempts": "how many tries nobody answered"}),
        ),
    ),
    View(
        name="surveys",
        says=_("A row an answer that is a number. Words of customers are not here."),
        source='survey_answer t JOIN journey_case j ON j.key = t."case"',
        month="at",
        key=("case", "touchpoint", "question"),
        columns=(
            CASE,
            Column("customer", "text", "j.customer", "a random reference of the customer"),
            Column("journey", "text", "j.journey", "which journey"),
            *_plain("text", {"touchpoint": "the survey", "question": "the question"}),
            Column(
                "score",
                "number",
                "CASE WHEN json_type(t.answer) IN ('integer', 'real')"
                " THEN CAST(json_extract(t.answer, '$') AS REAL) END",
                "the answer; empty: it is no number",
                "CASE WHEN jsonb_typeof(t.answer) = 'number' THEN (t.answer #>> '{}')::double precision END",
            ),
            Column("at", "time", "t.at", "when it was given"),
        ),
    ),
    View(
        name="customers",
        says=_("A row a customer, by reference only."),
        source="customer t LEFT JOIN property h ON h.id = t.home_id",
        month="created",
        key=("customer",),
        columns=(
            Column("customer", "text", "t.key", "a random reference"),
            REGION,
            *_plain("text", {"language": "in which we write", "choice": "the channel they asked for; empty: no wish"}),
            Column("created", "time", "t.created", "since when we know them"),
        ),
    ),
)


def make(connection: Any) -> None:
    """Make the views that are missing; on PostgreSQL the reader may read them, where there is one."""
    there = _there(connection)
    postgresql = connection.vendor == "postgresql"
    with connection.cursor() as cursor:
        for one in VIEWS:
            if one.view not in there:
                cursor.execute(f"CREATE VIEW {one.view} AS {one.select(postgresql)}")
        if postgresql:
            cursor.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [READER])
            if cursor.fetchone():
                for one in VIEWS:
                    cursor.execute(f"GRANT SELECT ON {one.view} TO {READER}")


def drop(connection: Any) -> None:
    """Take the views away, while tables are changed."""
    there = _there(connection)
    with connection.cursor() as cursor:
        for name in there:
            cursor.execute(f'DROP VIEW "{name}"')


def _there(connection: Any) -> list[str]:
    with connection.cursor() as cursor:
        found = connection.introspection.get_table_list(cursor)
    return [one.name for one in found if one.type == "v" and one.name.startswith("loper_v")]
