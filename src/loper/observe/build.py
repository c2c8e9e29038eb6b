"""A table of contacts laid out: cases found, contacts put in order, words made numbers."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from loper.log.table import CASE_ATTRIBUTE
from loper.observe import kernels
from loper.observe.coding import coded
from loper.observe.layout import NO_TIME, NONE, Column, Ints, Layout, Names, Numbers, Words

LARGE_WORDS = 65_536
"""From so many different words on, their names stay in one block of memory and are not made into Python's own."""


def lay_out(table: pa.Table) -> Layout:
    """`table` has the columns of `loper.log.table`; its rows may be in any order."""
    case, names = _cases(table["case"])
    time = _instants(table["time"])
    seq = _whole(table["seq"]) if "seq" in table.column_names else np.arange(len(time))
    order, offsets = kernels.in_order(case, len(names), time, seq)
    activity = _words(table["activity"])
    contacts: dict[str, Column] = {}
    attributes: dict[str, Column] = {}
    heads = offsets[:-1] if order is None else order[offsets[:-1]]
    for name in table.column_names:
        if name in ("case", "activity", "time", "seq"):
            continue
        if name.startswith(CASE_ATTRIBUTE):
            attributes[name.removeprefix(CASE_ATTRIBUTE)] = _taken(_column(table[name]), heads)
        else:
            contacts[name] = _taken(_column(table[name]), order)
    return Layout(
        offsets=offsets,
        activity=_by(activity.codes, order),
        time=_by(time, order),
        seq=_by(_small(seq), order),
        cases=Names(names),
        activities=activity.values,
        contacts=contacts,
        attributes=attributes,
    )


def _by(values: NDArray[Any], order: Ints | None) -> NDArray[Any]:
    return values if order is None else kernels.take(values, order)


def _taken(column: Column, order: Ints | None) -> Column:
    if isinstance(column, Words):
        return Words(codes=_by(column.codes, order), values=column.values)
    return Numbers(values=_by(column.values, order))


def _cases(column: pa.ChunkedArray) -> tuple[Ints, pa.Array]:
    """Each row's case as a number in order of first appearance, and their names."""
    if pa.types.is_dictionary(column.type):
        column = pc.cast(column, pa.string())
    return coded(column)


def _instants(column: pa.ChunkedArray) -> NDArray[np.int64]:
    """Microseconds."""
    column = pc.cast(column, pa.timestamp("us", "UTC")) if column.type != pa.timestamp("us", "UTC") else column
    whole = pc.cast(column, pa.int64())
    return _joined(pc.fill_null(whole, NO_TIME) if whole.null_count else whole)


def _whole(column: pa.ChunkedArray) -> NDArray[np.int64]:
    return _joined(column)


def _joined(column: pa.ChunkedArray) -> NDArray[Any]:
    pieces = [chunk.to_numpy(zero_copy_only=False) for chunk in column.chunks]
    if not pieces:
        return np.empty(0, np.int64)
    whole: NDArray[Any] = pieces[0] if len(pieces) == 1 else np.concatenate(pieces)
    return whole


def _column(column: pa.ChunkedArray) -> Column:
    kind = column.type
    if pa.types.is_timestamp(kind) or pa.types.is_date(kind):
        return Numbers(values=_instants(column))
    if pa.types.is_floating(kind) or pa.types.is_integer(kind) or pa.types.is_decimal(kind):
        return Numbers(values=_joined(pc.cast(column, pa.float64())).astype(np.float64, copy=False))
    return _words(column)


def _words(column: pa.ChunkedArray) -> Words:
    """Codes in order of first appearance; of two sizes only, as each loop is compiled once for every size."""
    if not pa.types.is_dictionary(column.type):
        codes, names = coded(column)
        return Words(codes=codes.astype(_size(names), copy=False), values=_held(names))
    column = column.unify_dictionaries()
    if not column.num_chunks:
        return Words(codes=np.empty(0, np.int16), values=())
    values = column.chunk(0).dictionary
    codes = np.concatenate([_codes(chunk.indices, _size(values)) for chunk in column.chunks])
    return Words(codes=codes, values=_held(values))


def _size(values: pa.Array) -> Any:
    return np.int16 if len(values) <= np.iinfo(np.int16).max else np.int32


def _held(values: pa.Array) -> Sequence[str]:
    return tuple(values.to_pylist()) if len(values) < LARGE_WORDS else Names(values)


def _codes(indices: pa.Array, kind: Any) -> NDArray[Any]:
    if indices.null_count:
        indices = pc.fill_null(indices, NONE)
    codes: NDArray[Any] = indices.to_numpy(zero_copy_only=False).astype(kind, copy=False)
    return codes


def _small(seq: NDArray[np.int64]) -> Ints:
    return seq.astype(np.int32) if not len(seq) or seq.max() < 2**31 else seq


def joined(batches: Iterable[pa.RecordBatch], schema: pa.Schema) -> pa.Table:
    """Batches as one table, whose words have one list each."""
    return pa.Table.from_batches(batches, schema=schema).unify_dictionaries()
