"""Logs from files of separated values, a block at a time."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import tzinfo
from pathlib import Path

import pyarrow as pa

from loper.log import separated, times
from loper.log.calls_columns import are_calls
from loper.log.cells import Field
from loper.log.fields import fields_of
from loper.log.rows import Maker
from loper.log.separated import Separated
from loper.log.table import BadLog, Columns, Rejects


@dataclass(kw_only=True)
class CsvReading:
    """A file of separated values, opened; see `loper.log.table.Reading`."""

    source: Separated
    columns: Columns
    rejects: Rejects
    schema: pa.Schema
    size: int
    maker: Maker

    def batches(self, on_progress: Callable[[int], None] | None = None) -> Iterator[pa.RecordBatch]:
        """The rows; may be asked for again, from the start."""
        self.rejects.forget()
        words = {one.source for one in self.maker.fields if pa.types.is_dictionary(one.kind)}
        for block in self.source.blocks(self.rejects, words=words):
            batch = self.maker.batch(block.texts, block.rows)
            if batch.num_rows:
                yield batch
            if on_progress is not None:
                on_progress(block.consumed)


def read(
    path: Path, *, names: Mapping[str, str], lifecycle: tuple[str, str] | None, zone: tzinfo,
    encoding: str | None = None, separator: str | None = None,
) -> CsvReading:  # fmt: skip
    """A file of separated values, opened. Raises BadLog with all that is wrong with its columns."""
    source = separated.look(path, encoding=encoding, separator=separator)
    try:
        columns, fields, only = fields_of(source.sample, names, lifecycle)
    except BadLog as bad:
        if are_calls(source.sample):
            bad.problems.append("these look like call records of a telephone exchange: read them as calls (kind=calls)")
        raise BadLog(bad.problems) from None
    rejects = Rejects()
    source.note(rejects)
    maker = Maker(fields=settled(source, fields, rejects), zone=zone, rejects=rejects, only=only)
    return CsvReading(
        source=source, columns=columns, rejects=rejects, schema=maker.schema, size=path.stat().st_size, maker=maker
    )


def settled(source: Separated, fields: list[Field], rejects: Rejects) -> list[Field]:
    """The same fields; where nothing in the sample says what comes first in a date, the day or the month, the whole
    file is looked through for one that does."""
    return [_settled(source, one, rejects) if one.doubtful else one for one in fields]


def _settled(source: Separated, one: Field, rejects: Rejects) -> Field:
    for block in source.blocks(Rejects(), only=[one.source]):
        seen = times.parse(block.texts.column(0))
        if seen.first_over or seen.second_over:
            return replace(one, day_first=seen.first_over >= seen.second_over, doubtful=False)
    said = "every date could have the day or the month first (3-4-2025): read with the day first"
    rejects.note("days", said, column=one.source)
    return one
