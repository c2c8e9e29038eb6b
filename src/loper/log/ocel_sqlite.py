"""OCEL 2.0 as an SQLite database: a table for each type of events and of objects."""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import closing
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pyarrow as pa

from loper.log.ocel_model import ALWAYS, Happening, Ocel, Thing, Types, plain
from loper.log.table import INSTANT, WORD, BadLog

_SQL: Mapping[str, pa.DataType] = {
    "TEXT": WORD, "TIMESTAMP": INSTANT, "INTEGER": pa.int64(), "REAL": pa.float64(), "BOOLEAN": pa.bool_(),
}  # fmt: skip
_TABLES = ("event", "object", "event_map_type", "object_map_type", "event_object")


def load(path: Path) -> Ocel:
    ocel = Ocel()
    try:
        with closing(sqlite3.connect(f"file:{quote(str(path.resolve()))}?mode=ro", uri=True)) as base:
            there = {name for (name,) in base.execute("SELECT name FROM sqlite_master WHERE type IN ('table', 'view')")}
            lacks = [table for table in _TABLES if table not in there]
            if lacks:
                raise BadLog([f"{path.name}: this is no OCEL 2.0: it lacks the tables {', '.join(lacks)}"])
            _read_tables(base, ocel, there)
    except sqlite3.DatabaseError as error:
        raise BadLog([f"{path.name}: the database cannot be read ({error}); fetch or export it again"]) from None
    return ocel


def _read_tables(base: sqlite3.Connection, ocel: Ocel, there: set[str]) -> None:
    by_id: dict[str, Happening] = {}
    for id, type in base.execute("SELECT ocel_id, ocel_type FROM event ORDER BY rowid"):
        event = by_id[str(id)] = Happening(id=str(id), type=str(type), time=None)
        ocel.events.append(event)
    for id, type in base.execute("SELECT ocel_id, ocel_type FROM object ORDER BY rowid"):
        ocel.objects[str(id)] = Thing(type=str(type))
    for type, ocel.event_types[str(type)], row in _attributes(base, "event", there):
        happened = by_id.get(str(row.pop("ocel_id", None)))
        if happened is not None and happened.type == str(type):
            happened.time = row.pop("ocel_time", None)
            happened.values = {key: value for key, value in row.items() if value is not None}
    for type, ocel.object_types[str(type)], row in _attributes(base, "object", there):
        thing = ocel.objects.get(str(row.pop("ocel_id", None)))
        row.pop("ocel_time", None)
        if thing is not None and thing.type == str(type):
            thing.changed |= row.pop("ocel_changed_field", None) is not None
            thing.values |= {key: value for key, value in row.items() if value is not None}
    for one, other, qualifier in base.execute("SELECT ocel_event_id, ocel_object_id, ocel_qualifier FROM event_object"):
        if str(one) in by_id:
            by_id[str(one)].about.append((str(other), str(qualifier or "")))
    if "object_object" in there:
        query = "SELECT ocel_source_id, ocel_target_id, ocel_qualifier FROM object_object"
        ocel.links = [(str(one), str(other), str(qualifier or "")) for one, other, qualifier in base.execute(query)]


def _attributes(
    base: sqlite3.Connection, of: str, there: set[str]
) -> Iterator[tuple[str, dict[str, pa.DataType], dict[str, Any]]]:
    """Of each type: its attributes, and its rows (an empty one where there are none), the oldest first."""
    own = ("ocel_id", "ocel_time", "ocel_changed_field")
    for type, mapped in base.execute(f"SELECT ocel_type, ocel_type_map FROM {of}_map_type").fetchall():  # noqa: S608
        table = f"{of}_{mapped}"
        if table not in there:
            yield type, {}, {}
            continue
        columns = base.execute(f"PRAGMA table_info({_name(table)})").fetchall()
        kinds = {str(name): _sql_kind(str(kind)) for _, name, kind, *_ in columns if name not in own}
        yield type, kinds, {}
        timed = "ORDER BY ocel_time, rowid" if any(column[1] == "ocel_time" for column in columns) else ""
        names = [str(column[1]) for column in columns]
        for row in base.execute(f"SELECT * FROM {_name(table)} {timed}"):  # noqa: S608
            yield type, kinds, dict(zip(names, row, strict=True))


def _sql_kind(declared: str) -> pa.DataType:
    """By the words that programs write in the place of the five of the standard, too."""
    word = declared.upper()
    for part, kind in (
        ("BOOL", "BOOLEAN"), ("TIME", "TIMESTAMP"), ("DATE", "TIMESTAMP"), ("INT", "INTEGER"), ("REAL", "REAL"),
        ("FLOA", "REAL"), ("DOUB", "REAL"), ("NUM", "REAL"),
    ):  # fmt: skip
        if part in word:
            return _SQL[kind]
    return WORD


def save(ocel: Ocel, path: Path) -> None:
    path.unlink(missing_ok=True)
    with closing(sqlite3.connect(path)) as base, base:
        base.executescript(
            """
            CREATE TABLE event_map_type (ocel_type TEXT PRIMARY KEY, ocel_type_map TEXT);
            CREATE TABLE object_map_type (ocel_type TEXT PRIMARY KEY, ocel_type_map TEXT);
            CREATE TABLE event (ocel_id TEXT PRIMARY KEY, ocel_type TEXT REFERENCES event_map_type (ocel_type));
            CREATE TABLE object (ocel_id TEXT PRIMARY KEY, ocel_type TEXT REFERENCES object_map_type (ocel_type));
            CREATE TABLE event_object (
                ocel_event_id TEXT REFERENCES event (ocel_id), ocel_object_id TEXT REFERENCES object (ocel_id),
                ocel_qualifier TEXT, PRIMARY KEY (ocel_event_id, ocel_object_id, ocel_qualifier));
            CREATE TABLE object_object (
                ocel_source_id TEXT REFERENCES object (ocel_id), ocel_target_id TEXT REFERENCES object (ocel_id),
                ocel_qualifier TEXT, PRIMARY KEY (ocel_source_id, ocel_target_id, ocel_qualifier));
            """
        )
        tables = _save_types(base, "event", ocel.event_types, "")
        base.executemany("INSERT INTO event VALUES (?, ?)", ((event.id, event.type) for event in ocel.events))
        by_type: dict[str, list[Happening]] = {}
        for event in ocel.events:
            by_type.setdefault(event.type, []).append(event)
        for type, (insert, keys) in tables.items():
            rows = ([event.id, plain(event.time), *_values(event.values, keys)] for event in by_type.get(type, ()))
            base.executemany(insert, rows)
        tables = _save_types(base, "object", ocel.object_types, ", ocel_changed_field TEXT")
        base.executemany("INSERT INTO object VALUES (?, ?)", ((id, one.type) for id, one in ocel.objects.items()))
        for type, (insert, keys) in tables.items():
            base.executemany(
                insert,
                ([id, ALWAYS, None, *_values(o.values, keys)] for id, o in ocel.objects.items() if o.type == type),
            )
        about = ((event.id, *link) for event in ocel.events for link in event.about)
        base.executemany("INSERT INTO event_object VALUES (?, ?, ?)", about)
        base.executemany("INSERT INTO object_object VALUES (?, ?, ?)", ocel.links)


def _save_types(base: sqlite3.Connection, of: str, types: Types, more: str) -> dict[str, tuple[str, list[str]]]:
    """Makes a table for each type; gives the statement that fills it, and the attributes in their order."""
    named = {kind: name for name, kind in _SQL.items()}
    taken: set[str] = {"map_type", "object"}  # event_map_type and event_object are other tables
    made: dict[str, tuple[str, list[str]]] = {}
    for type, attributes in types.items():
        plain = re.sub(r"[^A-Za-z0-9]", "", type.title()) or "Type"
        mapped = next(name for name in _numbered(plain) if name.casefold() not in taken)
        taken.add(mapped.casefold())
        table = _name(f"{of}_{mapped}")
        columns = "".join(f", {_name(key)} {named[kind]}" for key, kind in attributes.items())
        only = " PRIMARY KEY" if of == "event" else ""  # an object can have a row for each time that it changed
        id = f"ocel_id TEXT{only} REFERENCES {of} (ocel_id)"
        base.execute(f"CREATE TABLE {table} ({id}, ocel_time TIMESTAMP{more}{columns})")
        base.execute(f"INSERT INTO {of}_map_type VALUES (?, ?)", (type, mapped))  # noqa: S608
        places = ", ".join("?" * (2 + bool(more) + len(attributes)))
        made[type] = f"INSERT INTO {table} VALUES ({places})", list(attributes)  # noqa: S608
    return made


def _numbered(name: str) -> Iterator[str]:
    yield name
    number = 2
    while True:
        yield f"{name}{number}"
        number += 1


def _values(values: Mapping[str, Any], keys: list[str]) -> list[Any]:
    return [plain(values.get(key)) for key in keys]


def _name(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'
