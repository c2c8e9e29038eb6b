"""A log as OCEL 2.0: a case is an object, and so are the customer and the appointment that a contact is about."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import pyarrow as pa

from loper.log.cases import in_order, of_case, rows
from loper.log.ocel import CASE_TYPE, ID, TIME
from loper.log.ocel_files import save
from loper.log.ocel_model import Happening, Ocel, Thing, Types
from loper.log.table import CASE_ATTRIBUTE, INSTANT, WORD, BadLog

OBJECTS = ("customer", "appointment")
"""Columns that are written as objects of their own, where a log has them."""


def write(batches: Iterable[pa.RecordBatch], schema: pa.Schema, path: Path) -> None:
    """Writes the log as OCEL 2.0: SQLite (.sqlite, .db) or JSON (.json, .jsonocel), by the name of the file.

    A case is an object of the type `customer journey`, with its `case:` columns; the columns `customer` and
    `appointment` become objects too, which the case is linked to. The other columns are attributes of the event. Ids
    are written as they are where they are unique in the file, else with their type before them.
    Raises BadLog where two columns differ in capitals only.
    """
    types = [name for name in OBJECTS if name in schema.names]
    attributes = [
        name for name in schema.names if name not in ("case", "activity", "time", "seq", *types, *of_case(schema))
    ]
    _apart(path, [*attributes, ID, TIME])
    _apart(path, [*of_case(schema), CASE_ATTRIBUTE + ID, CASE_ATTRIBUTE + TIME, CASE_ATTRIBUTE + "ocel_changed_field"])
    table = in_order(batches, schema)
    ids = _ids({CASE_TYPE: table["case"], **{type: table[type] for type in types}})
    kinds = {name: _kind(schema.field(name).type) for name in [*attributes, *of_case(schema)]}
    ocel = Ocel(object_types={CASE_TYPE: {name.removeprefix(CASE_ATTRIBUTE): kinds[name] for name in of_case(schema)}})
    ocel.object_types |= {type: {} for type in types}
    links: dict[tuple[str, str, str], None] = {}
    for number, row in enumerate(rows(table), 1):
        case = ids[CASE_TYPE, row["case"]]
        thing = ocel.objects.setdefault(case, Thing(type=CASE_TYPE))
        for name in of_case(schema):
            if row[name] is not None:
                thing.values.setdefault(name.removeprefix(CASE_ATTRIBUTE), _value(row[name], kinds[name]))
        event = Happening(id=f"e{number}", type=row["activity"], time=row["time"], about=[(case, CASE_TYPE)])
        for type in types:
            if row[type] is not None:
                other = ids[type, row[type]]
                ocel.objects.setdefault(other, Thing(type=type))
                event.about.append((other, type))
                links[case, other, type] = None
        event.values = {name: _value(row[name], kinds[name]) for name in attributes if row[name] is not None}
        _declare(ocel.event_types, event, kinds)
        ocel.events.append(event)
    ocel.links = list(links)
    save(ocel, path)


def _declare(types: Types, event: Happening, kinds: Mapping[str, pa.DataType]) -> None:
    declared = types.setdefault(event.type, {})
    for name in event.values:
        declared.setdefault(name, kinds[name])


def _apart(path: Path, names: list[str]) -> None:
    seen: dict[str, str] = {}
    problems = []
    for name in names:
        other = seen.setdefault(name.casefold(), name)
        if seen[name.casefold()] is not name:
            problems.append(f"{path.name}: {other!r} and {name!r} would be one column in it; rename one")
    if problems:
        raise BadLog(problems)


def _ids(columns: Mapping[str, pa.ChunkedArray]) -> dict[tuple[str, str], str]:
    """Of each object, by type and how the log calls it: its id in the file."""
    called = {type: [one for one in column.unique().to_pylist() if one is not None] for type, column in columns.items()}
    counts = Counter(one for those in called.values() for one in those)
    alike = any(those and all(one.startswith(f"{type}:") for one in those) for type, those in called.items())
    prefixed = alike or any(count > 1 for count in counts.values())
    return {(type, one): f"{type}:{one}" if prefixed else one for type, those in called.items() for one in those}


def _kind(kind: pa.DataType) -> pa.DataType:
    if pa.types.is_boolean(kind):
        return pa.bool_()
    if pa.types.is_integer(kind):
        return pa.int64()
    if pa.types.is_floating(kind) or pa.types.is_decimal(kind):
        return pa.float64()
    return INSTANT if pa.types.is_timestamp(kind) else WORD


def _value(value: Any, kind: pa.DataType) -> Any:
    return str(value) if kind == WORD else float(value) if kind == pa.float64() else value
