"""Logs from files of separated values, a block at a time."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import tzinfo
from pathlib import Path

import pyarrow as pa

from loper.log import separated
from loper.log.calls_columns import are_calls
from loper.log.fields import fields_of, settled
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
    maker = Maker(fields=settled(fields, source.column, rejects), zone=zone, rejects=rejects, only=only)
    return CsvReading(
        source=source, columns=columns, rejects=rejects, schema=maker.schema, size=path.stat().st_size, maker=maker
    )
