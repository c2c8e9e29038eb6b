"""The columns of a log, each with its type, from a sample of the source."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace

import pyarrow as pa
import pyarrow.compute as pc

from loper.log import numbers, times
from loper.log.cells import Field, is_text
from loper.log.columns import AND, are_times, columns_of, parts, there_are, unique_share
from loper.log.rows import Only
from loper.log.table import INSTANT, KNOWN, NEEDED, WORD, BadLog, Columns, Rejects

MANY = 1000  # different values in a sample of which most are different: texts or references, no words
SIGNS = r"[-/: ]|[a-z]"  # a number alone is not read as a time where nobody says that it is one


def fields_of(
    sample: pa.Table, names: Mapping[str, str], lifecycle: tuple[str, str] | None, *, typed: bool = False
) -> tuple[Columns, list[Field], Only | None]:
    """What the columns of `sample` become; `typed`: a text in it is a text, also where it looks like a number.

    Raises BadLog with all that is wrong.
    """
    problems: list[str] = []
    columns, only = Columns(names={}), None
    if lifecycle is not None:
        only = Only(column=lifecycle[0], value=lifecycle[1])
        if only.column not in sample.column_names:
            problems.append(f"there is no column '{only.column}' (of the lifecycle)")
    try:
        columns = columns_of(sample, names)
    except BadLog as bad:
        problems = [*bad.problems[:-1], *problems]
    problems += [
        f"'{part}' (for the {ours}) has things in it that are no values: lists, records or bytes"
        for ours, source in columns.names.items()
        for part in _parts(source, sample)
        if _kind(sample[part], typed) is None
    ]
    if problems:
        raise BadLog([*problems, there_are(sample.column_names)])
    fields = [_field(ours, source, sample, typed=typed) for ours, source in columns.names.items()]
    used = {part for source in columns.names.values() for part in parts(source, sample.column_names)}
    taken = {field.name for field in fields} | NEEDED.keys() | KNOWN.keys()
    left_out = set()
    for name in sample.column_names:
        if name in used:
            continue
        if _kind(sample[name], typed) is None:
            left_out.add(name)
            continue
        fields.append(_field(_free(name, taken), name, sample, typed=typed))
        taken.add(fields[-1].name)
    return Columns(names=columns.names, guessed=columns.guessed, left_out=frozenset(left_out)), fields, only


def _free(name: str, taken: set[str]) -> str:
    number, free = 2, name
    while free in taken:
        number, free = number + 1, f"{name} ({number})"
    return free


def _field(ours: str, source: str, sample: pa.Table, *, typed: bool) -> Field:
    first = _parts(source, sample)[0]
    return field_of(ours, source, sample, NEEDED.get(ours) or KNOWN.get(ours) or _kind(sample[first], typed) or WORD)


def _parts(source: str, sample: pa.Table) -> tuple[str, ...]:
    """As `parts`; a list of twenty thousand names is not made for each of them."""
    return parts(source, sample.column_names) if AND in source else (source,)


def field_of(ours: str, source: str, sample: pa.Table, kind: pa.DataType) -> Field:
    """How this column of the source is written, seen from a sample of it."""
    first, *rest = _parts(source, sample)
    column = sample[first]
    texts = pc.cast(column.drop_null(), pa.string()).combine_chunks() if is_text(column.type) else None
    day_first, doubtful, decimal = True, False, "."
    if texts is not None and kind == INSTANT:
        seen = times.parse(texts)
        day_first = seen.first_over >= seen.second_over  # where nothing proves the other
        doubtful = bool(seen.doubtful and not seen.first_over and not seen.second_over)
    if texts is not None and kind == pa.float64():
        decimal = numbers.decimal_of(texts)
    return Field(
        name=ours, source=first, kind=kind, beside=(rest or [""])[0], day_first=day_first, doubtful=doubtful,
        decimal=decimal,
    )  # fmt: skip


def settled(fields: list[Field], texts: Callable[[str], Iterator[pa.Array]], rejects: Rejects) -> list[Field]:
    """The same fields, each knowing whether the day or the month comes first in its dates.

    Where the sample does not say so, the whole column is looked through (`texts` gives it, a batch at a time) for one
    date that does; where none does, the day is taken to be first, and that is noted.
    """
    return [_settled(one, texts, rejects) if one.doubtful else one for one in fields]


def _settled(one: Field, texts: Callable[[str], Iterator[pa.Array]], rejects: Rejects) -> Field:
    for column in texts(one.source):
        seen = times.parse(column)
        if seen.first_over or seen.second_over:
            return replace(one, day_first=seen.first_over >= seen.second_over, doubtful=False)
    said = "every date could have the day or the month first (3-4-2025): read with the day first"
    rejects.note("days", said, column=one.source)
    return one


def _kind(column: pa.ChunkedArray, typed: bool) -> pa.DataType | None:
    """The type of an attribute; None where it has things in it that are no values (lists, records, bytes)."""
    kind = column.type
    if pa.types.is_dictionary(kind):
        return WORD if is_text(kind.value_type) else None
    if pa.types.is_timestamp(kind) or pa.types.is_date(kind):
        return INSTANT
    if pa.types.is_integer(kind):
        return pa.int64()
    if pa.types.is_floating(kind) or pa.types.is_decimal(kind):
        return pa.float64()
    if pa.types.is_boolean(kind):
        return kind
    if not is_text(kind) and not pa.types.is_null(kind):
        return None
    return _words(column) if typed else _of_texts(column)


def _of_texts(column: pa.ChunkedArray) -> pa.DataType:
    there = pc.cast(column.drop_null(), pa.string()).combine_chunks()
    if not len(there):
        return WORD
    if pc.all(pc.is_in(there, pa.array(["true", "false"]))).as_py():
        return pa.bool_()
    if numbers.are_whole(there):
        return pa.int64()
    if numbers.are_numbers(there):
        return pa.float64()
    if pc.all(pc.match_substring_regex(there, SIGNS, ignore_case=True)).as_py() and are_times(column):
        return INSTANT
    return _words(column)


def _words(column: pa.ChunkedArray) -> pa.DataType:
    """Words that come back, or texts of which most are different."""
    different = unique_share(column)
    return pa.string() if different > 0.5 and different * len(column) > MANY else WORD
