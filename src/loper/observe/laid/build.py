"""Contacts laid out as they come, batch by batch: cases found, words made numbers, and at the end all put in order.

What is kept of a contact are its numbers only, some twenty bytes, so that a log that is larger than memory as text can
be laid out all the same.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Sequence
from concurrent.futures import Executor, Future, ThreadPoolExecutor
from typing import Any, Protocol

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from loper.log.table import CASE_ATTRIBUTE, INSTANT
from loper.observe.laid import kernels
from loper.observe.laid.coding import Coder
from loper.observe.laid.layout import NO_TIME, NONE, Column, Ints, Layout, Names, Numbers, Words

LARGE_WORDS = 65_536
"""From so many different words on, their names stay in one block of memory and are not made into Python's own."""

SMALL = np.iinfo(np.int32).max


def lay_out(table: pa.Table) -> Layout:
    """`table` has the columns of `loper.log.table`; its rows may be in any order."""
    return laid_out(table.to_batches(), table.schema)


def laid_out(batches: Iterable[pa.RecordBatch], schema: pa.Schema) -> Layout:
    """The same of batches, of which none is kept."""
    cases, taken = Coder(), {name: _taker(schema.field(name).type) for name in schema.names if name != "case"}
    if "seq" in taken:
        taken["seq"] = _Rows()
    known, coming = _Growing(np.int32), deque[Future[Ints]]()
    with ThreadPoolExecutor(1) as beside:  # the loops let go of Python's lock: the cases are numbered beside the rest
        for batch in batches:
            names = _plain(batch.column(batch.schema.get_field_index("case")))
            coming.append(beside.submit(cases.take, names))
            for name, taker in taken.items():
                taker.take(batch.column(batch.schema.get_field_index(name)))
            if len(coming) > 2:  # not too far behind: what waits lies in memory
                known.add(coming.popleft().result())
        columns = {name: beside.submit(taker.column) for name, taker in taken.items() if name not in ("time", "seq")}
        for one in coming:
            known.add(one.result())
        case = known.whole()
        time = _values(taken["time"].column())
        seq = _values(taken["seq"].column()) if "seq" in taken else np.arange(len(case), dtype=np.int32)
        return _ordered(case, cases, time, seq, columns, beside)


def _ordered(
    case: Ints, cases: Coder, time: Ints, seq: Ints, taken: dict[str, Future[Column]], beside: Executor
) -> Layout:
    order, offsets = kernels.in_order(case, cases.count, time, seq)
    heads = offsets[:-1] if order is None else order[offsets[:-1]]
    activity = taken.pop("activity").result()
    kinds = activity.values if isinstance(activity, Words) else ()
    put = [beside.submit(_put, values, order) for values in (time, seq)]
    codes = _put(_values(activity), order)
    contacts: dict[str, Column] = {}
    attributes: dict[str, Column] = {}
    for name in list(taken):
        column = taken.pop(name).result()  # let go of as it is put in order: no two columns lie here twice
        if name.startswith(CASE_ATTRIBUTE):
            attributes[name.removeprefix(CASE_ATTRIBUTE)] = _by(column, heads)
        else:
            contacts[name] = _by(column, order)
    time, seq = (one.result() for one in put)
    return Layout(
        offsets=offsets,
        activity=codes,
        time=time,
        seq=seq,
        cases=Names(cases.names()),
        activities=kinds,
        contacts=contacts,
        attributes=attributes,
    )


def _values(column: Column) -> NDArray[Any]:
    return column.codes if isinstance(column, Words) else column.values


def _put(values: NDArray[Any], order: Ints | None) -> NDArray[Any]:
    return values if order is None else kernels.take(values, order)


def _by(column: Column, order: Ints | None) -> Column:
    if isinstance(column, Words):
        return Words(codes=_put(column.codes, order), values=column.values)
    return Numbers(values=_put(column.values, order))


class Taker(Protocol):
    """Takes a column portion by portion, and gives it whole."""

    def take(self, portion: pa.Array) -> None: ...

    def column(self) -> Column: ...


def _taker(kind: pa.DataType) -> Taker:
    if pa.types.is_timestamp(kind) or pa.types.is_date(kind):
        return _Instants()
    if pa.types.is_integer(kind):
        return _Whole()
    if pa.types.is_floating(kind) or pa.types.is_decimal(kind):
        return _Measured()
    return _Spoken()


class _Growing:
    """An array that grows at its end; memory is moved by the system, not copied."""

    def __init__(self, kind: Any) -> None:
        self.values: NDArray[Any] = np.empty(1 << 16, kind)
        self.count = 0

    def add(self, portion: NDArray[Any]) -> None:
        wider = np.promote_types(self.values.dtype, portion.dtype)
        if wider != self.values.dtype:
            self.values = self.values.astype(wider)
        end = self.count + len(portion)
        if end > len(self.values):
            self.values.resize(max(end, len(self.values) * 3 // 2), refcheck=False)
        self.values[self.count : end] = portion
        self.count = end

    def whole(self) -> NDArray[Any]:
        """All of it; nothing may be added after."""
        self.values.resize(self.count, refcheck=False)
        return self.values


class _Instants:
    """Microseconds; NO_TIME where there is none."""

    def __init__(self) -> None:
        self.found = _Growing(np.int64)

    def take(self, portion: pa.Array) -> None:
        whole = pc.cast(portion if portion.type == INSTANT else pc.cast(portion, INSTANT), pa.int64())
        self.found.add(_numpy(pc.fill_null(whole, NO_TIME) if whole.null_count else whole))

    def column(self) -> Column:
        return Numbers(values=self.found.whole())


class _Whole:
    """Whole numbers; floating where one is missing."""

    def __init__(self) -> None:
        self.found = _Growing(np.int64)

    def take(self, portion: pa.Array) -> None:
        self.found.add(_numpy(pc.cast(portion, pa.float64() if portion.null_count else pa.int64())))

    def column(self) -> Column:
        return Numbers(values=self.found.whole())


class _Rows:
    """Numbers of rows, as small as they can be."""

    def __init__(self) -> None:
        self.found = _Growing(np.int32)

    def take(self, portion: pa.Array) -> None:
        rows = _numpy(portion)
        self.found.add(rows.astype(np.int32) if not len(rows) or rows.max() <= SMALL else rows)

    def column(self) -> Column:
        return Numbers(values=self.found.whole())


class _Measured:
    def __init__(self) -> None:
        self.found = _Growing(np.float64)

    def take(self, portion: pa.Array) -> None:
        self.found.add(_numpy(pc.cast(portion, pa.float64())))

    def column(self) -> Column:
        return Numbers(values=self.found.whole())


class _Spoken:
    """Words, in order of first appearance; codes of two sizes only, as each loop is compiled once for every size."""

    def __init__(self) -> None:
        self.coder, self.found = Coder(), _Growing(np.int16)

    def take(self, portion: pa.Array) -> None:
        if not pa.types.is_dictionary(portion.type):
            self._keep(self.coder.take(_plain(portion)))
            return
        numbers = self.coder.take(_plain(portion.dictionary))
        indices = portion.indices
        if indices.null_count:
            numbers, indices = np.append(numbers, np.int32(NONE)), pc.fill_null(indices.cast(pa.int32()), len(numbers))
        self._keep(numbers[_numpy(indices)] if len(numbers) else np.full(len(portion), NONE, np.int32))

    def _keep(self, codes: Ints) -> None:
        small = self.coder.count <= np.iinfo(np.int16).max
        self.found.add(codes.astype(np.int16) if small else codes)

    def column(self) -> Column:
        names = self.coder.names()
        held: Sequence[str] = tuple(names.to_pylist()) if len(names) < LARGE_WORDS else Names(names)
        return Words(codes=self.found.whole(), values=held)


def _plain(names: pa.Array) -> pa.Array:
    return names if pa.types.is_string(names.type) else pc.cast(names, pa.string())


def _numpy(array: pa.Array) -> NDArray[Any]:
    found: NDArray[Any] = array.to_numpy(zero_copy_only=False)
    return found
