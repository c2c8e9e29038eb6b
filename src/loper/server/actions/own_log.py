"""Loper's own log, kept as Parquet beside the database: what is new is added, and laid out for questions.

The touches are the log: they hold references and no personal data, they only grow, and each has its number in its case.
What is new is found by when it was recorded; transactions may come in a little after their time, so each round looks
back a while and passes over what it has.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
from django.utils.translation import gettext_noop

from loper.log.table import CASE_ATTRIBUTE, INSTANT, WORD
from loper.observe.log import Log
from loper.server import clock
from loper.server.actions.logs import keep_laid
from loper.server.queries import designs
from loper.server.queries.logs import folder_of
from loper.server.queries.work import KIND_FACTS
from loper.server.records.dialogues import DialogueProgress, SurveyAnswer
from loper.server.records.logs import ContactLog
from loper.server.records.runtime import Case, EventData, Touch

EVERY = timedelta(minutes=5)
LATE = timedelta(minutes=10)
"""So long after its time a touch may come into the database and still be found."""

PIECE = 50_000
MANY = 40
"""So many pieces of the log, and they become one."""

CONTACTS = ("event", "unexpected", "message")
"""The kinds of touches that are contacts; moves, skips and deadlines are the engine's own."""

TOUCHES = pa.schema(
    {
        "case": pa.string(),
        "activity": WORD,
        "time": INSTANT,
        "seq": pa.int64(),
        "recorded": INSTANT,
        "kind": WORD,
        "channel": WORD,
        "direction": WORD,
        "initiator": WORD,
        "outcome": WORD,
        "journey": WORD,
        "version": WORD,
        "stage": WORD,
        "round": pa.int64(),
        "cause": pa.string(),
        "score": pa.float64(),
        "customer": pa.string(),
        "reason": WORD,
    }
)
FIELDS = (
    "case", "activity", "at", "seq", "recorded", "kind", "channel", "direction", "initiator", "outcome", "journey",
    "version", "stage", "round", "cause",
)  # fmt: skip


def keep_up() -> bool:
    """Add what is new and lay the log out, when it is time; gives whether there was something new."""
    now = clock.now()
    row = _row(now)
    if row.synced is not None and row.laid and now - row.synced < EVERY:
        return False
    new = add_new(row, now)
    if new or not row.laid:
        lay_down(row)
    return bool(new)


def refresh() -> None:
    """At once: what is new, laid out."""
    now = clock.now()
    row = _row(now)
    add_new(row, now)
    lay_down(row)


def _row(now: datetime) -> ContactLog:
    row, _made = ContactLog.objects.get_or_create(
        own=True, defaults={"name": gettext_noop("Our own journeys"), "created": now, "state": ContactLog.WAITING}
    )
    return row


def add_new(row: ContactLog, now: datetime) -> int:
    """Touches that were recorded since the last time, as one more file; gives how many."""
    pieces = Pieces(folder_of(row) / "parquet")
    found = 0
    since = row.synced - LATE if row.synced else None
    had = _had(pieces.files(), since) if since else set()
    touches = Touch.objects.filter(recorded__lte=now).order_by("recorded", "case", "seq")
    if since:
        touches = touches.filter(recorded__gt=since)
    for rows in _portions(touches.values_list(*FIELDS).iterator(PIECE), had):
        pieces.add(_table(rows))
        found += len(rows)
    ContactLog.objects.filter(pk=row.pk).update(synced=now)
    row.synced = now
    if len(pieces.files()) > MANY:
        pieces.merge()
    return found


def lay_down(row: ContactLog) -> None:
    """The contacts among the touches, laid out. Nothing happened yet: the log is empty, and that is no error."""
    table = Pieces(folder_of(row) / "parquet").table()
    table = table.filter(pc.is_in(pc.cast(table["kind"], pa.string()), pa.array(CONTACTS)))
    about = table.select(["journey", "reason"]).rename_columns([CASE_ATTRIBUTE + "journey", CASE_ATTRIBUTE + "reason"])
    table = table.drop_columns(["recorded", "cause"])
    for name in about.column_names:
        table = table.append_column(name, about[name])
    keep_laid(row, Log.of(table))
    row.refresh_from_db()


def _had(files: Sequence[Path], since: datetime) -> set[tuple[str, int]]:
    """What the files have of the while that is looked at again."""
    found: set[tuple[str, int]] = set()
    for file in files:
        table = pq.read_table(file, columns=["case", "seq"], filters=[("recorded", ">", since)])
        found.update(zip(table["case"].to_pylist(), table["seq"].to_pylist(), strict=True))
    return found


def _portions(rows: Iterator[Any], had: set[tuple[str, int]]) -> Iterator[list[Any]]:
    piece: list[Any] = []
    for row in rows:
        if (row[0], row[3]) not in had:
            piece.append(row)
        if len(piece) == PIECE:
            yield piece
            piece = []
    if piece:
        yield piece


def _table(rows: Sequence[Any]) -> pa.Table:
    cases = {row[0] for row in rows}
    customers, reasons = _known(cases)
    columns: list[list[Any]] = [list(one) for one in zip(*rows, strict=True)]
    at = dict(zip(FIELDS, columns, strict=True))
    at["time"] = at.pop("at")
    at["direction"], at["channel"] = _contacts(rows)
    at["score"] = _scores(rows)
    at["customer"] = [customers.get(case) for case in at["case"]]
    at["reason"] = [reasons.get(case) for case in at["case"]]
    arrays = []
    for field in TOUCHES:
        values = [None if value == "" else value for value in at[field.name]]
        plain = pa.string() if field.type == WORD else field.type
        arrays.append(pa.array(values, plain).cast(field.type) if field.type == WORD else pa.array(values, plain))
    return pa.Table.from_arrays(arrays, schema=TOUCHES)


def _known(cases: set[str]) -> tuple[dict[str, str], dict[str, str]]:
    """Whose each case is, and what it is about, in the words of the journey's own choices."""
    customers: dict[str, str] = {}
    reasons: dict[str, str] = {}
    for some in _some(sorted(cases)):
        customers |= dict(Case.objects.filter(key__in=some).values_list("key", "customer"))
        told = EventData.objects.filter(case__in=some, number=1).values_list("case", "data")
        for case, data in told:
            reason = _reason(data)
            if reason:
                reasons[case] = reason
    return customers, reasons


def _reason(data: Any) -> str:
    facts = json.loads(data) if isinstance(data, str) and data else data or {}
    value = next((facts[name] for name in KIND_FACTS if isinstance(facts, dict) and facts.get(name)), "")
    return value if isinstance(value, str) and len(value) <= 40 else ""


def _contacts(rows: Sequence[Any]) -> tuple[list[str], list[str]]:
    """Of each row its direction and its channel, as the log has them but for events, which have none of their own.

    What a customer may tell the journey is the customer's contact, also where an agent told it, who was called: it came
    by the channel of the dialogue that told it, else by the one on which its teller works.
    """
    asked = sorted({row[0] for row in rows if row[5] in ("event", "unexpected")})
    dialogues: dict[str, str] = {}
    for some in _some(asked):
        dialogues |= dict(
            DialogueProgress.objects.filter(case__in=some, submitted__isnull=False).values_list("case", "channel")
        )
    customers = {
        (journey.name, event)
        for journey in designs.published()
        for event, declared in journey.events.items()
        if "customer" in declared.from_
    }
    first = {"customer": "web", "agent": "phone"}
    directions, channels = [], []
    for row in rows:
        case, activity, _at, seq, _recorded, kind, channel, direction, initiator, _outcome, journey = row[:11]
        if kind in ("event", "unexpected"):
            if initiator == "agent" and (journey, activity) in customers:
                direction = "in"
            if not channel and direction == "in":
                channel = dialogues.get(case, "") if seq == 1 else ""
                channel = channel or first.get(initiator, "")
        directions.append(direction)
        channels.append(channel)
    return directions, channels


def _scores(rows: Sequence[Any]) -> list[float | None]:
    """What the customer said in a survey, at the contact that told it: the first number that was answered."""
    asked = {(row[0], row[1].removesuffix(".answered")) for row in rows if row[1].endswith(".answered")}
    given: dict[tuple[str, str], float] = {}
    for some in _some(sorted({case for case, _ in asked})):
        for case, touchpoint, answer in SurveyAnswer.objects.filter(case__in=some).values_list(
            "case", "touchpoint", "answer"
        ):
            if isinstance(answer, int | float) and not isinstance(answer, bool):
                given.setdefault((case, touchpoint), float(answer))
    return [
        given.get((row[0], row[1].removesuffix(".answered"))) if row[1].endswith(".answered") else None for row in rows
    ]


def _some(keys: Sequence[str], most: int = 900) -> Iterator[Sequence[str]]:
    """Keys in portions that a database takes in one question."""
    for first in range(0, len(keys), most):
        yield keys[first : first + most]


class Pieces:
    """The files of the log. `pieces.json` names those that count: a file that a crash left beside them is nothing."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self.folder, self.list = folder, folder / "pieces.json"

    def files(self) -> list[Path]:
        return [self.folder / name for name in self._names()]

    def table(self) -> pa.Table:
        found = [pq.read_table(file, schema=TOUCHES) for file in self.files()]
        return pa.concat_tables(found) if found else TOUCHES.empty_table()

    def add(self, table: pa.Table) -> None:
        self._say([*self._names(), self._written(table)])

    def merge(self) -> None:
        old = self.files()
        self._say([self._written(self.table())])
        for file in old:
            file.unlink()

    def _names(self) -> list[str]:
        return list(json.loads(self.list.read_text("utf-8"))) if self.list.exists() else []

    def _written(self, table: pa.Table) -> str:
        name = f"{1 + max((int(file.stem) for file in self.folder.glob('[0-9]*.parquet')), default=0):06}.parquet"
        pq.write_table(table, self.folder / name, compression="zstd")
        return name

    def _say(self, names: Sequence[str]) -> None:
        made = self.list.with_suffix(".new")
        made.write_text(json.dumps(names), "utf-8")
        made.replace(self.list)
