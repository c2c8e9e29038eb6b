"""Logs from Parquet: one file, or a folder of them, read in the order of their names."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import tzinfo
from functools import cached_property
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as arrow

from loper.log.columns import parts
from loper.log.fields import fields_of, settled
from loper.log.rows import Maker
from loper.log.table import BadLog, Columns, Rejects

ROWS = 262_144  # at a time
LOOKED_AT = 10_000  # rows of the first and the last file, to see what is in texts


@dataclass(frozen=True, kw_only=True)
class File:
    """A file of the log; `folders`: what the names of the folders it is in say (`channel=web/`)."""

    path: Path
    schema: pa.Schema
    rows: int
    folders: Mapping[str, str]

    @cached_property
    def size(self) -> int:
        """Bytes."""
        return self.path.stat().st_size


@dataclass(kw_only=True)
class ParquetReading:
    """Files of Parquet, opened; see `loper.log.table.Reading`."""

    files: list[File]
    columns: Columns
    rejects: Rejects
    schema: pa.Schema
    size: int
    maker: Maker

    def batches(self, on_progress: Callable[[int], None] | None = None) -> Iterator[pa.RecordBatch]:
        """The rows; may be asked for again, from the start."""
        self.rejects.forget()
        at, read = 1, 0
        for file in self.files:
            first = at
            for raw in self._raw(file):
                batch = self.maker.batch(raw, np.arange(at, at + raw.num_rows, dtype=np.int64))
                at += raw.num_rows
                if batch.num_rows:
                    yield batch
                if on_progress is not None:
                    on_progress(read + file.size * (at - first) // file.rows)
            read += file.size

    def _raw(self, file: File) -> Iterator[pa.RecordBatch]:
        """Batches with every column that is asked for: words as words, null where this file has no such column."""
        wanted = {name for one in self.maker.fields for name in (one.source, one.beside) if name}
        wanted |= {self.maker.only.column} if self.maker.only else set()
        words = [one.source for one in self.maker.fields if pa.types.is_dictionary(one.kind)]
        there = [name for name in file.schema.names if name in wanted]
        try:
            with arrow.ParquetFile(file.path, read_dictionary=[name for name in words if name in there]) as source:
                for batch in source.iter_batches(ROWS, columns=there):
                    yield _with(batch, file, wanted)
        except (pa.ArrowException, OSError) as error:
            raise BadLog([_broken(file.path, error)]) from error


def read(
    path: Path, *, names: Mapping[str, str], lifecycle: tuple[str, str] | None, zone: tzinfo
) -> ParquetReading:  # fmt: skip
    """A file or a folder of Parquet, opened. Raises BadLog with all that is wrong with files and columns."""
    files = files_of(path)
    columns, fields, only = fields_of(sample_of(files), names, lifecycle, typed=True)
    rejects = Rejects()
    fields = settled(fields, lambda name: column_of(files, name), rejects)
    maker = Maker(fields=fields, zone=zone, rejects=rejects, only=only)
    sources = {part for source in columns.names.values() for part in parts(source, _names(files))}
    for name in sorted(columns.left_out - sources):
        rejects.note("left_out", f"'{name}' has things in it that are no values", column=name)
    return ParquetReading(
        files=files, columns=columns, rejects=rejects, schema=maker.schema, size=sum(file.size for file in files),
        maker=maker,
    )  # fmt: skip


def files_of(path: Path) -> list[File]:
    """The files in the order of their names; raises BadLog with every one that cannot be read."""
    paths = sorted(one for one in path.rglob("*.parquet") if one.is_file()) if path.is_dir() else [path]
    found, problems = [], []
    for one in paths:
        folders = dict(part.split("=", 1) for part in one.relative_to(path).parts[:-1] if "=" in part)
        try:
            with arrow.ParquetFile(one) as file:
                found.append(
                    File(path=one, schema=file.schema_arrow, rows=max(file.metadata.num_rows, 1), folders=folders)
                )
        except (pa.ArrowException, OSError) as error:
            problems.append(_broken(one, error))
    problems += [problem for file in found for problem in _doubled(file)]
    if problems:
        raise BadLog(problems)
    return found


def _broken(path: Path, error: BaseException) -> str:
    return f"{path.name} is no whole Parquet file ({str(error).splitlines()[0]}): fetch or write it again"


def _doubled(file: File) -> Iterator[str]:
    """Parquet allows it, and nobody can tell such columns apart."""
    for name, count in Counter(file.schema.names).items():
        if count > 1:
            yield f"{file.path.name} has {count} columns that are called '{name}': write it with a name for each"


def _names(files: list[File]) -> list[str]:
    return list(dict.fromkeys(name for file in files for name in (*file.schema.names, *file.folders)))


def sample_of(files: list[File]) -> pa.Table:
    """Rows of the first and the last file; a column that is of one type here and of another there is a text."""
    tables = []
    for file in dict.fromkeys((files[0].path, files[-1].path)):
        try:
            with arrow.ParquetFile(file) as source:
                tables.append(pa.Table.from_batches([*_first(source)], schema=source.schema_arrow))
        except (pa.ArrowException, OSError) as error:
            raise BadLog([_broken(file, error)]) from error
    columns = {}
    for name in _names(files):
        kind = _kind(name, files)
        pieces = [_cast(table[name], kind) for table in tables if name in table.column_names]
        columns[name] = pa.chunked_array([chunk for piece in pieces for chunk in piece.chunks], kind)
    rows = max(map(len, columns.values()), default=0)
    return pa.table({name: _as_long(column, rows) for name, column in columns.items()})


def column_of(files: list[File], name: str) -> Iterator[pa.Array]:
    """The texts of one column, a batch at a time."""
    for file in files:
        if name in file.schema.names:
            try:
                with arrow.ParquetFile(file.path) as source:
                    for batch in source.iter_batches(ROWS, columns=[name]):
                        yield batch.column(0).cast(pa.string())
            except (pa.ArrowException, OSError) as error:
                raise BadLog([_broken(file.path, error)]) from error


def _first(source: arrow.ParquetFile) -> Iterator[pa.RecordBatch]:
    for batch in source.iter_batches(LOOKED_AT):
        yield batch
        return


def _kind(name: str, files: list[File]) -> pa.DataType:
    """The type that holds a column of all files."""
    kinds = {file.schema.field(name).type for file in files if name in file.schema.names}
    if any(name in file.folders for file in files):
        kinds.add(pa.string())
    try:
        schemas = [pa.schema([pa.field(name, kind)]) for kind in sorted(kinds, key=str)]
        return pa.unify_schemas(schemas, promote_options="permissive").field(name).type
    except pa.ArrowException:
        return pa.string()


def _cast(column: pa.ChunkedArray, kind: pa.DataType) -> pa.ChunkedArray:
    return column if column.type == kind else column.cast(kind, safe=False)


def _as_long(column: pa.ChunkedArray, rows: int) -> pa.ChunkedArray:
    if len(column) == rows:
        return column
    return pa.chunked_array([*column.chunks, pa.nulls(rows - len(column), column.type)], column.type)


def _with(batch: pa.RecordBatch, file: File, wanted: set[str]) -> pa.RecordBatch:
    """The batch with what its folders say, and nulls for what it has no column of."""
    names, columns = list(batch.schema.names), list(batch.columns)
    for name in sorted(wanted - set(names)):
        value = pa.scalar(file.folders.get(name), pa.string())
        names.append(name)
        columns.append(pa.repeat(value, batch.num_rows))
    return pa.RecordBatch.from_arrays(columns, names=names)
