"""A column of a source in the type of the log, and where there was something in it that is not of that type."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from loper.log import numbers
from loper.log.table import INSTANT, WORD


@dataclass(frozen=True, kw_only=True)
class Field:
    """A column of the log: its name, the column of the source it comes from, its type, and how that is written."""

    name: str
    source: str
    kind: pa.DataType
    beside: str = ""  # of a time: the column with the hours, where date and hours are apart
    day_first: bool = True
    doubtful: bool = False  # nothing seen so far says whether the day is first
    decimal: str = "."


@dataclass(frozen=True, slots=True)
class Made:
    """A column in its type, and where the source had something that is not of it."""

    values: pa.Array
    bad: NDArray[np.bool_] | None = None


def made(column: pa.Array, field: Field) -> Made:
    """A column in the type of its field, if that is no time: times need a zone, and are read in `loper.log.rows`."""
    for fits, make in _MAKERS:
        if fits(field.kind):
            return make(column, field)
    return Made(column if column.type == field.kind else pc.cast(column, field.kind))


def _words(column: pa.Array, field: Field) -> Made:
    if column.type == WORD:
        return Made(column)
    if pa.types.is_dictionary(column.type) and pa.types.is_string(column.type.value_type):
        return Made(pc.cast(column, WORD))
    return Made(pc.dictionary_encode(text(column)))


def _strings(column: pa.Array, field: Field) -> Made:
    return Made(text(column))


def _floats(column: pa.Array, field: Field) -> Made:
    return _parsed(column, lambda texts: numbers.parse(texts, field.decimal), pa.float64())


def _wholes(column: pa.Array, field: Field) -> Made:
    return _parsed(column, numbers.parse_whole, pa.int64())


def _truths(column: pa.Array, field: Field) -> Made:
    return _parsed(column, numbers.parse_truth, pa.bool_())


def _parsed(column: pa.Array, parse: Callable[[pa.Array], pa.Array], kind: pa.DataType) -> Made:
    if pa.types.is_integer(column.type) or pa.types.is_floating(column.type) or pa.types.is_decimal(column.type):
        values = pc.cast(column, kind, safe=False)
        changed = pa.types.is_integer(kind) and not pa.types.is_integer(column.type)
        bad = mask(pc.fill_null(pc.not_equal(pc.cast(values, column.type), column), False)) if changed else None
        return Made(values if bad is None else pc.if_else(pa.array(bad), pa.scalar(None, kind), values), bad)
    if column.type == kind:
        return Made(column)
    texts = text(column)
    values = parse(texts)
    if values.null_count == texts.null_count:
        return Made(values)
    return Made(values, mask(pc.and_(pc.is_null(values), pc.is_valid(texts))))


_MAKERS: tuple[tuple[Callable[[pa.DataType], bool], Callable[[pa.Array, Field], Made]], ...] = (
    (lambda kind: kind == WORD, _words),
    (pa.types.is_string, _strings),
    (lambda kind: kind == pa.float64(), _floats),
    (lambda kind: kind == pa.int64(), _wholes),
    (pa.types.is_boolean, _truths),
)


def is_text(kind: pa.DataType) -> bool:
    """Whether it is a type of texts, or of words."""
    if pa.types.is_dictionary(kind):
        return is_text(kind.value_type)
    return bool(pa.types.is_string(kind) or pa.types.is_large_string(kind) or pa.types.is_string_view(kind))


def text(column: pa.Array) -> pa.Array:
    """As strings; a number that is whole has no decimals (a reference that a spreadsheet made a number of)."""
    if column.type == pa.string():
        return column
    if pa.types.is_floating(column.type):
        whole = pc.cast(column, pa.int64(), safe=False)
        same = pc.equal(pc.cast(whole, column.type), column)
        return pc.if_else(same, pc.cast(whole, pa.string()), pc.cast(column, pa.string()))
    return pc.cast(column, pa.string())


def micros(column: pa.Array) -> pa.Array:
    """The same times in microseconds; what is smaller falls away."""
    kind = INSTANT if column.type.tz is not None else pa.timestamp("us")
    return column if column.type == kind else pc.cast(column, kind, safe=False)


def any_empty(column: pa.Array) -> bool:
    """Whether there is a text without letters in it."""
    words = column.dictionary if pa.types.is_dictionary(column.type) else column
    return pc.any(pc.equal(words, "")).as_py() is True


def mask(column: pa.Array) -> NDArray[np.bool_]:
    """Of numpy, from truths without nulls."""
    given: NDArray[np.bool_] = column.to_numpy(zero_copy_only=False)
    return given.astype(np.bool_, copy=False)


def valid(column: pa.Array) -> NDArray[np.bool_]:
    """Where there is something."""
    return mask(pc.is_valid(column))
