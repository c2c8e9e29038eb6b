"""A log case by case, for the forms that are written so (XES, CJML) and for those that ask what is one of a case."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import groupby
from typing import Any

import pyarrow as pa

from loper.log.table import CASE_ATTRIBUTE

Row = dict[str, Any]

_ROWS = 50_000


def in_order(batches: Iterable[pa.RecordBatch], schema: pa.Schema) -> pa.Table:
    """All rows, in the order (case, time, seq); cases as they first appear. The log is held in memory for this."""
    table = pa.Table.from_batches(batches, schema=schema).unify_dictionaries()
    first_seen = table["case"].combine_chunks().dictionary_encode()
    rank = first_seen.indices if isinstance(first_seen, pa.DictionaryArray) else pa.nulls(0, pa.int32())
    order = table.select(["time", "seq"]).append_column("rank", pa.chunked_array([rank]))
    keys = [("rank", "ascending"), ("time", "ascending"), ("seq", "ascending")]
    return table.take(pa.compute.sort_indices(order, sort_keys=keys))


def rows(table: pa.Table) -> Iterator[Row]:
    """The rows as dictionaries, some at a time in memory."""
    for batch in table.to_batches(max_chunksize=_ROWS):
        yield from batch.to_pylist()


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
