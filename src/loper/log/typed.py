"""Sources that name and type their own columns (XES, OCEL, CJML, CloudEvents) as the one table of contacts.

Such a reader yields its columns as Arrow arrays under their own names, in its own types or as texts; here it is decided
which column is what, by what the format says and else as for every other source.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import tzinfo

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from loper.log.fields import fields_of
from loper.log.rows import Maker
from loper.log.table import BadLog, Columns, Rejected, Rejects

Progress = Callable[[int], None] | None
Arrays = dict[str, pa.Array]


@dataclass(frozen=True, kw_only=True)
class Chunk:
    """Rows of a source: its columns, the number of each row (absent: one after the other), and what was no row."""

    arrays: Arrays
    numbers: NDArray[np.int64] | None = None
    rejected: Sequence[Rejected] = ()


@dataclass(frozen=True, kw_only=True)
class Seen:
    """What of a source did not fit in the table: `{count} {text}` says it."""

    kind: str
    text: str
    count: int


@dataclass(kw_only=True)
class Typed:
    """Such a source, opened; see `loper.log.table.Reading`."""

    schema: pa.Schema
    columns: Columns
    rejects: Rejects
    size: int
    maker: Maker
    chunks: Callable[[Progress], Iterator[Chunk]]
    seen: Sequence[Seen]

    def batches(self, on_progress: Progress = None) -> Iterator[pa.RecordBatch]:
        """The rows; may be asked for again, from the start."""
        self.rejects.forget()
        self.tell()
        first = 1
        for chunk in self.chunks(on_progress):
            for rejected in chunk.rejected:
                self.rejects.add(rejected)
            raw = pa.RecordBatch.from_pydict(chunk.arrays)
            numbers = np.arange(first, first + raw.num_rows, dtype=np.int64) if chunk.numbers is None else chunk.numbers
            batch = self.maker.batch(raw, numbers)
            first += raw.num_rows
            if batch.num_rows:
                yield batch

    def tell(self) -> None:
        for one in self.seen:
            if one.count:
                self.rejects.note(one.kind, f"{one.count} {one.text}", count=one.count)


def typed(
    *,
    fields: Mapping[str, pa.DataType],
    names: Mapping[str, str],
    usual: Mapping[str, Sequence[str]],
    lifecycle: tuple[str, str] | None,
    zone: tzinfo,
    size: int,
    chunks: Callable[[Progress], Iterator[Chunk]],
    seen: Iterable[Seen] = (),
    hidden: Iterable[str] = (),
) -> Typed:
    """The reading of a source with the columns `fields`: `names` as the caller gave them, the rest guessed.

    `usual` has, for one of ours, the names that it goes by in this format, the likeliest first; they go before what is
    guessed from the names as of any source. `hidden` are columns that can be named, and are no attribute when they are
    not. Raises BadLog with all that is wrong with the names.
    """
    asked = {*names.values(), *([lifecycle[0]] if lifecycle else [])}
    shy = [name for name in hidden if name not in asked]
    open_ = {name: kind for name, kind in fields.items() if name not in shy}
    known = {**_known(open_, names, usual), **names}
    sample = pa.schema(open_.items()).empty_table()
    try:
        columns, made, only = fields_of(sample, known, lifecycle, typed=True)
    except BadLog as bad:
        more = [f"and, where they are named: {', '.join(repr(name) for name in shy)}"] if shy else []
        raise BadLog([*bad.problems, *more]) from None
    columns = Columns(
        names=columns.names, guessed=columns.guessed | (known.keys() - names.keys()), left_out=columns.left_out | {*shy}
    )
    rejects = Rejects()
    maker = Maker(fields=made, zone=zone, rejects=rejects, only=only)
    reading = Typed(
        schema=maker.schema, columns=columns, rejects=rejects, size=size, maker=maker, chunks=chunks, seen=list(seen)
    )
    reading.tell()
    return reading


def _known(theirs: Iterable[str], names: Mapping[str, str], usual: Mapping[str, Sequence[str]]) -> dict[str, str]:
    """By the names that the format has for them."""
    folded = {name.casefold(): name for name in theirs}
    taken = set(names.values())
    found: dict[str, str] = {}
    for our, guesses in usual.items():
        free = (folded[guess.casefold()] for guess in guesses if guess.casefold() in folded)
        name = next((one for one in free if one not in taken), None)
        if our not in names and name is not None:
            found[our] = name
            taken.add(name)
    return found


def as_declared(array: pa.Array, kind: pa.DataType) -> pa.Array:
    """In its type where all of it is of that type; else as it is, so that what is not can be told."""
    try:
        return array.cast(kind)
    except (pa.ArrowInvalid, pa.ArrowNotImplementedError):
        return array
