"""A log case by case, for the forms that are written so (XES, CJML) and for those that ask what is one of a case."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, timedelta
from itertools import groupby
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from loper.log.table import CASE_ATTRIBUTE, INSTANT

Row = dict[str, Any]

_ROWS = 50_000
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def in_order(batches: Iterable[pa.RecordBatch], schema: pa.Schema) -> pa.Table:
    """All rows, in the order (case, time, seq); cases as they first appear. The log is held in memory for this."""
    table = pa.Table.from_batches(batches, schema=schema).unify_dictionaries()
    first_seen = table["case"].combine_chunks().dictionary_encode()
    rank = first_seen.indices if isinstance(first_seen, pa.DictionaryArray) else pa.nulls(0, pa.int32())
    order = table.select(["time", "seq"]).append_column("rank", pa.chunked_array([rank]))
    keys = [("rank", "ascending"), ("time", "ascending"), ("seq", "ascending")]
    return table.take(pc.sort_indices(order, sort_keys=keys))


def rows(table: pa.Table) -> Iterator[Row]:
    """The rows as dictionaries, some at a time in memory; times in UTC."""
    names = table.column_names
    for batch in table.to_batches(max_chunksize=_ROWS):
        columns = [_values(column) for column in batch.columns]
        for values in zip(*columns, strict=True):
            yield dict(zip(names, values, strict=True))


def _values(column: pa.Array) -> list[Any]:
    """Words and instants by a shorter way than the general one, which is slow for them."""
    if isinstance(column, pa.DictionaryArray):
        words = [*column.dictionary.to_pylist(), None]
        return [words[index] for index in pc.fill_null(column.indices, len(words) - 1).to_pylist()]
    if column.type == INSTANT:
        micros = column.cast(pa.int64()).to_pylist()
        return [None if at is None else _EPOCH + timedelta(microseconds=at) for at in micros]
    return column.to_pylist()  # type: ignore[no-any-return]


def by_case(table: pa.Table) -> Iterator[tuple[str, list[Row]]]:
    """Each case with its rows, of a table in order."""
    for case, its_rows in groupby(rows(table), key=lambda row: row["case"]):
        yield case, list(its_rows)


def of_case(schema: pa.Schema) -> list[str]:
    """The columns that say something of a case rather than of a contact."""
    return [name for name in schema.names if name.startswith(CASE_ATTRIBUTE)]


def said_of(column: str, its_rows: list[Row]) -> Any:
    """What the rows of a case say in a column of the case: the first that says anything, or None."""
    return next((row[column] for row in its_rows if row[column] is not None), None)
