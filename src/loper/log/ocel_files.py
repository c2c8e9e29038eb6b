"""The two files of OCEL 2.0 (Berti et al. 2023, arXiv:2403.01975): an SQLite database, and JSON.

Both hold the same: events and objects of declared types, which objects an event is about, and which objects belong
together. The whole of it is held in memory.
"""

from __future__ import annotations

import gzip
import json
import math
import re
import sqlite3
from collections.abc import Iterable, Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pyarrow as pa

from loper.log.table import INSTANT, WORD, BadLog

Types = dict[str, dict[str, pa.DataType]]
"""Of events or of objects: type -> attribute -> what its values are."""

ALWAYS = "1970-01-01T00:00:00Z"
"""When the value of an attribute began to hold that an object always had, as the standard writes it."""

_JSON: Mapping[str, pa.DataType] = {
    "string": WORD, "time": INSTANT, "integer": pa.int64(), "float": pa.float64(), "boolean": pa.bool_(),
}  # fmt: skip
_SQL: Mapping[str, pa.DataType] = {
    "TEXT": WORD, "TIMESTAMP": INSTANT, "INTEGER": pa.int64(), "REAL": pa.float64(), "BOOLEAN": pa.bool_(),
}  # fmt: skip
_TABLES = ("event", "object", "event_map_type", "object_map_type", "event_object")


@dataclass(kw_only=True, slots=True)
class Thing:
    """An object: what it is now, and whether that changed on the way."""

    type: str
    values: dict[str, Any] = field(default_factory=dict)
    changed: bool = False


@dataclass(kw_only=True, slots=True)
class Happening:
    """An event. `time` as it is written."""

    id: str
    type: str
    time: Any
    values: dict[str, Any] = field(default_factory=dict)
    about: list[tuple[str, str]] = field(default_factory=list)  # object id, qualifier


@dataclass(kw_only=True)
class Ocel:
    event_types: Types = field(default_factory=dict)
    object_types: Types = field(default_factory=dict)
    events: list[Happening] = field(default_factory=list)
    objects: dict[str, Thing] = field(default_factory=dict)
    links: list[tuple[str, str, str]] = field(default_factory=list)  # object id, object id, qualifier


def is_sqlite(path: Path) -> bool:
    """By its content, not its name."""
    with path.open("rb") as file:
        return file.read(16) == b"SQLite format 3\0"


def load(path: Path) -> Ocel:
    """What is in the file. Raises BadLog where it is no OCEL 2.0."""
    return _load_sqlite(path) if is_sqlite(path) else _load_json(path)


def save(ocel: Ocel, path: Path) -> None:
    """As SQLite or as JSON (packed where the name ends in .gz), by the name of the file."""
    if path.suffix in (".sqlite", ".sqlite3", ".db"):
        _save_sqlite(ocel, path)
    else:
        _save_json(ocel, path)


# JSON


def _load_json(path: Path) -> Ocel:
    raw = path.read_bytes()
    try:
        found = json.loads(gzip.decompress(raw) if raw[:2] == b"\x1f\x8b" else raw.removeprefix(b"\xef\xbb\xbf"))
    except (EOFError, gzip.BadGzipFile) as error:
        raise BadLog([f"{path.name}: the packed file breaks off or is damaged ({error}); fetch it again"]) from None
    except json.JSONDecodeError as error:
        where = f"line {error.lineno}, column {error.colno}"
        raise BadLog([f"{path.name}: {where}: this is no whole JSON ({error.msg}); export it again"]) from None
    except (UnicodeDecodeError, RecursionError):
        raise BadLog([f"{path.name}: this is no JSON in UTF-8; export it again"]) from None
    problems = _shape(path, found)
    if problems:
        raise BadLog(problems)
    ocel = Ocel(event_types=_declared(found["eventTypes"]), object_types=_declared(found["objectTypes"]))
    for one in found["objects"]:
        thing = Thing(type=str(one["type"]))
        for said in sorted(one.get("attributes") or [], key=lambda said: str(said.get("time", ""))):
            thing.changed |= said["name"] in thing.values
            thing.values[said["name"]] = said.get("value")
        ocel.objects[str(one["id"])] = thing
        ocel.links += [(str(one["id"]), *link) for link in _related(one)]
    for one in found["events"]:
        values = {said["name"]: said.get("value") for said in one.get("attributes") or []}
        ocel.events.append(
            Happening(
                id=str(one["id"]), type=str(one["type"]), time=one.get("time"), values=values, about=_related(one)
            )
        )
    return ocel


def _shape(path: Path, found: Any) -> list[str]:
    """What is wrong with the frame of it, so that the reading can be plain."""
    parts = ("eventTypes", "objectTypes", "events", "objects")
    if not isinstance(found, dict) or not all(isinstance(found.get(part), list) for part in parts):
        lacks = [part for part in parts if not isinstance(found, dict) or not isinstance(found.get(part), list)]
        return [
            f"{path.name}: this is no OCEL 2.0: it lacks the lists {', '.join(lacks)} "
            "(OCEL 1.0 begins with ocel:global-log: convert it to 2.0 first)"
        ]
    problems = []
    for part, needs in (("eventTypes", ["name"]), ("objectTypes", ["name"]), ("events", _NEEDS), ("objects", _NEEDS)):
        for number, one in enumerate(found[part], 1):
            lacking = [key for key in needs if not isinstance(one, dict) or key not in one]
            if lacking:
                problems.append(f"{path.name}: {part}, number {number}: it lacks {' and '.join(lacking)}")
            elif not all(_is_list_of(one.get(key), need) for key, need in _LISTS[part]):
                problems.append(
                    f"{path.name}: {part}, number {number}: its attributes or relationships are no list of them"
                )
    return problems if len(problems) <= 20 else [*problems[:20], f"and {len(problems) - 20} more"]


_NEEDS = ["id", "type"]
_LISTS = {
    "eventTypes": [("attributes", "name")],
    "objectTypes": [("attributes", "name")],
    "events": [("attributes", "name"), ("relationships", "objectId")],
    "objects": [("attributes", "name"), ("relationships", "objectId")],
}


def _is_list_of(value: Any, need: str) -> bool:
    return value is None or (isinstance(value, list) and all(isinstance(one, dict) and need in one for one in value))


def _declared(types: list[dict[str, Any]]) -> Types:
    return {
        str(one["name"]): {
            str(said["name"]): _JSON.get(str(said.get("type")), WORD) for said in one.get("attributes") or []
        }
        for one in types
    }


def _related(one: dict[str, Any]) -> list[tuple[str, str]]:
    return [(str(link["objectId"]), str(link.get("qualifier", ""))) for link in one.get("relationships") or []]


def _save_json(ocel: Ocel, path: Path) -> None:
    named = {kind: name for name, kind in _JSON.items()}

    def types(of: Types) -> list[dict[str, Any]]:
        return [
            {"name": name, "attributes": [{"name": key, "type": named[kind]} for key, kind in attributes.items()]}
            for name, attributes in of.items()
        ]

    def relationships(links: Iterable[tuple[str, str]]) -> list[dict[str, str]]:
        return [{"objectId": other, "qualifier": qualifier} for other, qualifier in links]

    links: dict[str, list[tuple[str, str]]] = {}
    for one, other, qualifier in ocel.links:
        links.setdefault(one, []).append((other, qualifier))
    whole = {
        "objectTypes": types(ocel.object_types),
        "eventTypes": types(ocel.event_types),
        "objects": [
            {
                "id": id,
                "type": thing.type,
                "attributes": [
                    {"name": key, "time": ALWAYS, "value": _plain(value)} for key, value in thing.values.items()
                ],
                "relationships": relationships(links.get(id, ())),
            }
            for id, thing in ocel.objects.items()
        ],
        "events": [
            {
                "id": event.id,
                "type": event.type,
                "time": _plain(event.time),
                "attributes": [{"name": key, "value": _plain(value)} for key, value in event.values.items()],
                "relationships": relationships(event.about),
            }
            for event in ocel.events
        ],
    }
    text = json.dumps(whole, ensure_ascii=False, indent=1)
    path.write_bytes(gzip.compress(text.encode()) if path.suffix == ".gz" else text.encode())


def _plain(value: Any) -> Any:
    """As JSON and SQLite can hold it: neither has instants, and JSON has no infinity."""
    if isinstance(value, float) and not math.isfinite(value):
        return str(value)
    return value.isoformat() if isinstance(value, datetime) else value


# SQLite


def _load_sqlite(path: Path) -> Ocel:
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


def _save_sqlite(ocel: Ocel, path: Path) -> None:
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
            rows = ([event.id, _plain(event.time), *_values(event.values, keys)] for event in by_type.get(type, ()))
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
    return [_plain(values.get(key)) for key in keys]


def _name(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'
