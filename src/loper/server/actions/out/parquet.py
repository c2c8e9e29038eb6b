"""The tables for analysts as Parquet files, a folder a table and a file a month, for Power BI and the like.

    FOLDER/loper_v1_visits/month=2026-09/part.parquet

A file is there whole or not at all: it is written beside and put in the place of the old one. Only months that changed
are written. Each table is read at its own moment.
"""

from __future__ import annotations

import hashlib
import json
import shutil
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import uuid4

import pyarrow as pa
import pyarrow.parquet as pq
from django.conf import settings
from django.db import connection

from loper.log.table import INSTANT
from loper.server import clock
from loper.server.records.tables import VERSION, VIEWS, View

STATE = "_loper.json"
NONE = "none"  # the month of rows without a time
MANY = 20_000

TYPES = {
    "text": pa.string(), "integer": pa.int64(), "number": pa.float64(), "boolean": pa.bool_(), "time": INSTANT
}  # fmt: skip


def write_tables(folder: Path) -> dict[str, int]:
    """Bring the files in this folder up to date; gives how many files of each table were written."""
    folder.mkdir(parents=True, exist_ok=True)
    state = _state(folder)
    written = {}
    for view in VIEWS:
        known = state.setdefault(view.view, {})
        months = _months(view)
        written[view.name] = sum(_write(view, folder, month, count, known) for month, count in months.items())
        for gone in set(known) - set(months):
            shutil.rmtree(_place(folder, view, gone).parent, ignore_errors=True)
            known.pop(gone)
    _put(folder / STATE, json.dumps({"version": VERSION, "at": clock.now().isoformat(), "tables": state}).encode())
    return written


def write_if_asked() -> None:
    """Where the settings name a folder (LOPER_TABLES)."""
    if settings.LOPER_TABLES:
        write_tables(Path(settings.LOPER_TABLES))


def schema(view: View) -> pa.Schema:
    """The columns, as the file has them; what each means is in the metadata of its field."""
    fields = [pa.field(one.name, TYPES[one.type], metadata={"says": one.says}) for one in view.columns]
    return pa.schema(fields, metadata={"loper": view.view, "says": view.says})


def _state(folder: Path) -> dict[str, dict[str, str]]:
    """What stands in the files, by table and month; nothing where it cannot be read: then all is written anew."""
    try:
        found = json.loads((folder / STATE).read_text("utf-8"))
        tables: dict[str, dict[str, str]] = found["tables"] if found["version"] == VERSION else {}
    except (OSError, ValueError, KeyError, TypeError):
        return {}
    return tables


def _months(view: View) -> dict[str, int]:
    """How many rows each month has."""
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {_month(view)}, count(*) FROM {view.view} GROUP BY 1")  # noqa: S608
        return {month or NONE: count for month, count in cursor.fetchall()}


def _month(view: View) -> str:
    return f'substr(CAST("{view.month}" AS TEXT), 1, 7)'


def _write(view: View, folder: Path, month: str, count: int, known: dict[str, str]) -> int:
    """This month's file, if it is another than the one that is there; gives how many files were written."""
    place = _place(folder, view, month)
    mark = f"{count}"
    if view.grows and known.get(month) == mark and place.exists():
        return 0  # rows are only added: as many rows are the same rows
    place.parent.mkdir(parents=True, exist_ok=True)
    new = place.with_name(f"{uuid4().hex}.new")  # two workers may write at once
    digest = hashlib.sha256()
    columns = schema(view)
    with pq.ParquetWriter(new, columns, compression="zstd") as writer:
        for rows in _rows(view, month):
            values = zip(zip(*rows, strict=True), columns, strict=True)
            arrays = [pa.array(list(column), field.type) for column, field in values]
            table = pa.Table.from_arrays(arrays, schema=columns)
            digest.update(repr(rows).encode())
            writer.write_table(table)
    if not view.grows:
        mark = digest.hexdigest()
    if known.get(month) == mark and place.exists():
        new.unlink()
        return 0
    new.replace(place)
    known[month] = mark
    return 1


def _rows(view: View, month: str) -> Iterator[list[tuple[Any, ...]]]:
    where = f"{_month(view)} = %s" if month != NONE else f'"{view.month}" IS NULL'
    names = ", ".join(f'"{one.name}"' for one in view.columns)
    order = ", ".join(f'"{one}"' for one in view.key)
    kinds = [one.type for one in view.columns]
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT {names} FROM {view.view} WHERE {where} ORDER BY {order}",  # noqa: S608
            [month] if month != NONE else [],
        )
        while rows := cursor.fetchmany(MANY):
            yield [tuple(_value(value, kind) for value, kind in zip(row, kinds, strict=True)) for row in rows]


def _value(value: Any, kind: str) -> Any:
    """As Parquet has it: SQLite keeps times as texts and truths as numbers."""
    if value is None or value == "":
        return None
    if kind == "time" and isinstance(value, str):
        return datetime.fromisoformat(value).replace(tzinfo=UTC)
    return bool(value) if kind == "boolean" else value


def _place(folder: Path, view: View, month: str) -> Path:
    return folder / view.view / f"month={month}" / "part.parquet"


def _put(path: Path, content: bytes) -> None:
    new = path.with_name(f"{uuid4().hex}.new")
    new.write_bytes(content)
    new.replace(path)
