"""A log as Parquet: read again, it is the same table without any reckoning."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as arrow

GROUP = 524_288  # rows written at a time


def write(batches: Iterable[pa.RecordBatch], schema: pa.Schema, path: Path) -> None:
    """Writes the log, in groups of rows; what comes in small batches is put together first."""
    with arrow.ParquetWriter(path, schema, compression="zstd", write_statistics=True) as writer:
        for group in _groups(batches):
            writer.write_table(pa.Table.from_batches(group, schema).unify_dictionaries(), row_group_size=GROUP)


def _groups(batches: Iterable[pa.RecordBatch]) -> Iterator[list[pa.RecordBatch]]:
    group: list[pa.RecordBatch] = []
    for batch in batches:
        group.append(batch)
        if sum(map(len, group)) >= GROUP:
            yield group
            group = []
    if group:
        yield group
