"""A file of separated values as batches of texts, each row with its number, however large it is."""

from __future__ import annotations

import csv
import zlib
from bisect import bisect_left, insort
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.csv as arrow
from numpy.typing import NDArray

from loper.log import text
from loper.log.csv_write import unguarded
from loper.log.table import WORD, BadLog, Rejected, Rejects

BLOCK = 4_000_000  # bytes; what is in memory at a time is some of these
NOTHING = ["", "NULL", "null", "\\N", "NaN", "nan", "N/A", "n/a", "#N/A", "(null)"]
"""What stands for nothing, unless it is quoted."""


class Block(NamedTuple):
    """Rows as they stand in the file, their numbers, and how many bytes of the file have been read."""

    texts: pa.RecordBatch
    rows: NDArray[np.int64]
    consumed: int


@dataclass(kw_only=True)
class Separated:
    """A file of separated values, looked at."""

    path: Path
    encoding: str
    separator: str
    header: text.Header
    sample: pa.Table  # rows of the beginning and of further on, as texts
    _skipped: list[int] = field(default_factory=list)

    def blocks(
        self, rejects: Rejects, *, words: Collection[str] = (), only: list[str] | None = None
    ) -> Iterator[Block]:
        """The file from its first row on; `words`: the columns that come as words, `only`: the columns that come.

        Rows with more or fewer columns than the header go to `rejects`. Raises BadLog where the file cannot be read on.
        """
        self._skipped.clear()
        at = self.header.rows + 1

        def ragged(row: arrow.InvalidRow) -> str:
            number = (row.number or 0) + self.header.rows
            insort(self._skipped, number)
            rejects.add(Rejected(row=number, why=_why(row), value=row.text[:200]))
            return "skip"

        with text.Utf8(self.path, self.encoding, self.header.characters) as file:
            try:
                for batch in arrow.open_csv(
                    file,
                    arrow.ReadOptions(column_names=list(self.header.names), use_threads=False, block_size=BLOCK),
                    arrow.ParseOptions(
                        delimiter=self.separator, newlines_in_values=True, ignore_empty_lines=False,
                        invalid_row_handler=ragged,
                    ),
                    arrow.ConvertOptions(
                        column_types={name: WORD if name in words else pa.string() for name in self.header.names},
                        include_columns=only, strings_can_be_null=True, quoted_strings_can_be_null=False,
                        null_values=NOTHING, check_utf8=False,
                    ),
                ):  # fmt: skip
                    rows, at = self._rows(batch.num_rows, at)
                    plain = [unguarded(column) for column in batch.columns]
                    yield Block(pa.RecordBatch.from_arrays(plain, names=batch.schema.names), rows, file.consumed)
            except (pa.ArrowInvalid, EOFError, OSError, zlib.error) as error:
                if str(error) != "Empty CSV file":
                    raise BadLog([f"{self.path.name}, after row {at - 1}: {_said(error)}"]) from error
            if file.odd:
                rejects.note("mixed", "lines that are not UTF-8 were read as cp1252", count=file.odd)

    def column(self, name: str) -> Iterator[pa.Array]:
        """The texts of one column, a block at a time."""
        return (block.texts.column(0) for block in self.blocks(Rejects(), only=[name]))

    def _rows(self, count: int, at: int) -> tuple[NDArray[np.int64], int]:
        """The numbers of the next rows that were not skipped, and the number after them."""
        until = at + count + len(self._skipped)
        numbers = np.setdiff1d(np.arange(at, until), np.array(self._skipped, np.int64), assume_unique=True)[:count]
        after = int(numbers[-1]) + 1 if count else at
        del self._skipped[: bisect_left(self._skipped, after)]
        return numbers, after

    def note(self, rejects: Rejects) -> None:
        """What was decided before the first row."""
        rejects.note("encoding", f"read as {self.encoding}")
        rejects.note("separator", f"columns apart by {self.separator!r}")
        for name in self.header.doubled:
            said = f"more than one column is called '{name}': the second is '{name} (2)'"
            rejects.note("doubled", said, column=name)


def look(
    path: Path, *, encoding: str | None = None, separator: str | None = None, headers: Sequence[str] = ()
) -> Separated:  # fmt: skip
    """A file, looked at; `headers`: the names of the columns of a file that has no row with them.

    Raises BadLog where there is nothing in it, or nothing that can be unpacked.
    """
    try:
        looked = text.look(path, encoding)
    except (EOFError, OSError, zlib.error) as error:
        raise BadLog([f"{path.name}: {_said(error)}"]) from error
    separator = separator or text.separator_of(looked.head)
    try:
        header = text.Header(tuple(headers), (), 0, 0) if headers else text.header_of(looked.head, separator)
    except csv.Error as error:
        raise BadLog(
            [f"{path.name}: its first row cannot be read ({error}): is there a quote that is not closed?"]
        ) from None
    if header is None or not looked.head.strip():
        raise BadLog([f"{path.name} is empty: a row with the names of the columns was expected, and a row a contact"])
    return Separated(
        path=path, encoding=looked.encoding, separator=separator, header=header,
        sample=_sample(looked, header, separator),
    )  # fmt: skip


def _sample(looked: text.Looked, header: text.Header, separator: str) -> pa.Table:
    width = len(header.names)
    parts = (looked.head[header.characters :], looked.further)
    rows = [row for part in parts for row in text.rows_of(part, separator) if len(row) == width]
    columns = zip(*rows, strict=True) if rows else [()] * width
    given = [pa.array([None if cell in NOTHING else cell for cell in column], pa.string()) for column in columns]
    return pa.table(given, names=list(header.names))


def _why(row: arrow.InvalidRow) -> str:
    why = f"{row.actual_columns} columns where the header has {row.expected_columns}"
    return f"{why} (is there a quote that is not closed?)" if "\n" in row.text else why


def _said(error: BaseException) -> str:
    if "straddling" in str(error):
        return f"a row is longer than {BLOCK:,} bytes: is there a quote that is not closed? Close it at the source"
    if isinstance(error, pa.ArrowInvalid):
        return f"it cannot be read as separated values: {error}"
    return f"what was packed cannot be unpacked to its end ({error}): it was cut off or changed; fetch it again"
