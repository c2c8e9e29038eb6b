"""A log as separated values: a text stays a text, in quotes, and none is one that a spreadsheet would run."""

from __future__ import annotations

import gzip
from collections.abc import Iterable
from pathlib import Path
from typing import IO, cast

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as arrow

from loper.log.table import Rejects

_RUNS = r"^('*[=+\-@\t\r])"
_GUARDED = r"^'('*[=+\-@\t\r])"


def write(batches: Iterable[pa.RecordBatch], schema: pa.Schema, path: Path) -> None:
    """Writes the log; with tabs where the name ends in .tsv, packed where it ends in .gz.

    Times are in UTC. A text that begins as a formula does (= + - @, a tab or a return) has an apostrophe before it; the
    reader takes it away again.
    """
    separator = "\t" if ".tsv" in path.suffixes else ","
    names = guarded(pa.array(schema.names, pa.string())).to_pylist()
    plain = pa.schema([pa.field(name, _plain(field.type)) for name, field in zip(names, schema, strict=True)])
    with _opened(path) as file, arrow.CSVWriter(file, plain, write_options=_options(separator)) as writer:
        for batch in batches:
            columns = [
                guarded(column).cast(field.type) if pa.types.is_string(field.type) else column
                for column, field in zip(batch.columns, plain, strict=True)
            ]
            writer.write_batch(pa.RecordBatch.from_arrays(columns, schema=plain))


def write_rejects(rejects: Rejects, path: Path) -> None:
    """What was not read, for whoever can mend it: row, column, value, why; by row."""
    rows = sorted(rejects.rows, key=lambda one: one.row)
    table = pa.table(
        {
            "row": pa.array([one.row for one in rows], pa.int64()),
            "column": guarded(pa.array([one.column for one in rows], pa.string())),
            "value": guarded(pa.array([one.value for one in rows], pa.string())),
            "why": pa.array([one.why for one in rows], pa.string()),
            "row is there": pa.array([not one.whole for one in rows], pa.bool_()),
        }
    )
    arrow.write_csv(table, path, _options(","))


def guarded(texts: pa.Array) -> pa.Array:
    """Texts that no spreadsheet runs (OWASP, CSV Injection); a word's texts are changed once a word."""
    if pa.types.is_dictionary(texts.type):
        return pa.DictionaryArray.from_arrays(texts.indices, guarded(texts.dictionary))
    return pc.replace_substring_regex(texts, _RUNS, r"'\1") if _any(texts, _RUNS) else texts


def unguarded(texts: pa.Array) -> pa.Array:
    """The same texts without what `guarded` put before them."""
    if pa.types.is_dictionary(texts.type):
        return pa.DictionaryArray.from_arrays(texts.indices, unguarded(texts.dictionary))
    if not pc.any(pc.starts_with(texts, "'")).as_py():
        return texts
    return pc.replace_substring_regex(texts, _GUARDED, r"\1")


def _any(texts: pa.Array, pattern: str) -> bool:
    return pc.any(pc.match_substring_regex(texts, pattern)).as_py() is True


def _plain(kind: pa.DataType) -> pa.DataType:
    return pa.string() if pa.types.is_dictionary(kind) else kind


def _options(separator: str) -> arrow.WriteOptions:
    return arrow.WriteOptions(delimiter=separator, quoting_style="needed")


def _opened(path: Path) -> IO[bytes]:
    return cast("IO[bytes]", gzip.open(path, "wb", compresslevel=6)) if path.suffix == ".gz" else path.open("wb")
