"""Logs from files of separated values, a block at a time, however large they are."""

from __future__ import annotations

import csv
import io
from bisect import bisect_left, insort
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import tzinfo
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.csv as arrow
from numpy.typing import NDArray

from loper.log import text, times
from loper.log.csv_write import unguarded
from loper.log.fields import fields_of
from loper.log.rows import Field, Maker
from loper.log.table import BadLog, Columns, Rejected, Rejects

BLOCK = 4_000_000  # bytes; what is in memory at a time is some of these
NOTHING = ["", "NULL", "null", "\\N", "NaN", "nan", "N/A", "n/a", "#N/A", "(null)"]
"""What stands for nothing, unless it is quoted."""


@dataclass(kw_only=True)
class CsvReading:
    """A file of separated values, opened; see `loper.log.table.Reading`."""

    path: Path
    columns: Columns
    rejects: Rejects
    schema: pa.Schema
    size: int
    looked: text.Looked
    header: text.Header
    separator: str
    maker: Maker
    _skipped: list[int] = field(default_factory=list)

    def batches(self, on_progress: Callable[[int], None] | None = None) -> Iterator[pa.RecordBatch]:
        """The rows; may be asked for again, from the start."""
        self.rejects.forget()
        at = self.header.rows + 1
        for raw, consumed in self._raw():
            rows, at = self._rows_of(raw.num_rows, at)
            batch = self.maker.batch(raw, rows)
            if batch.num_rows:
                yield batch
            if on_progress is not None:
                on_progress(consumed)

    def _raw(self, only: list[str] | None = None) -> Iterator[tuple[pa.RecordBatch, int]]:
        """Batches of texts as they stand there, and how many bytes of the file were read."""
        self._skipped.clear()
        words = {one.source for one in self.maker.fields if pa.types.is_dictionary(one.kind)}
        kinds = {
            name: pa.dictionary(pa.int32(), pa.string()) if name in words else pa.string() for name in self.header.names
        }
        with text.Utf8(self.path, self.looked.encoding, self.header.characters) as file:
            try:
                reader = arrow.open_csv(
                    file,
                    arrow.ReadOptions(column_names=list(self.header.names), use_threads=False, block_size=BLOCK),
                    arrow.ParseOptions(
                        delimiter=self.separator, newlines_in_values=True, ignore_empty_lines=False,
                        invalid_row_handler=self._ragged,
                    ),
                    arrow.ConvertOptions(
                        column_types=kinds, include_columns=only, strings_can_be_null=True, null_values=NOTHING,
                        quoted_strings_can_be_null=False, check_utf8=False,
                    ),
                )  # fmt: skip
                for batch in reader:
                    plain = [unguarded(column) for column in batch.columns]
                    yield pa.RecordBatch.from_arrays(plain, names=batch.schema.names), file.consumed
            except (pa.ArrowInvalid, EOFError, OSError) as error:
                if str(error) != "Empty CSV file":
                    raise BadLog([f"{self.path.name}: {_said(error)}"]) from error
            if file.odd:
                self.rejects.note("mixed", "lines that are not UTF-8 were read as cp1252", count=file.odd)

    def _ragged(self, row: arrow.InvalidRow) -> str:
        """A row with more or fewer columns than the header."""
        number = (row.number or 0) + self.header.rows
        insort(self._skipped, number)
        why = f"{row.actual_columns} columns where the header has {row.expected_columns}"
        if "\n" in row.text:
            why += " (is there a quote that is not closed?)"
        self.rejects.add(Rejected(row=number, why=why, value=row.text[:200]))
        return "skip"

    def _rows_of(self, count: int, at: int) -> tuple[NDArray[np.int64], int]:
        """The numbers of the next rows that were not skipped, and the number after them."""
        until = at + count + len(self._skipped)
        numbers = np.setdiff1d(np.arange(at, until), np.array(self._skipped, np.int64), assume_unique=True)[:count]
        after = int(numbers[-1]) + 1 if count else at
        del self._skipped[: bisect_left(self._skipped, after)]
        return numbers, after

    def settle_days(self) -> None:
        """Look through the whole file where nothing so far says what comes first in a date, the day or the month."""
        for place, one in enumerate(self.maker.fields):
            if one.doubtful and not self._settled(place, one):
                said = "every date could have the day or the month first (3-4-2025): read with the day first"
                self.rejects.note("days", said, column=one.source)
        self.rejects.forget()

    def _settled(self, place: int, one: Field) -> bool:
        for raw, _ in self._raw([one.source]):
            seen = times.parse(raw.column(0))
            if seen.first_over or seen.second_over:
                self.maker.fields[place] = replace(one, day_first=seen.first_over >= seen.second_over, doubtful=False)
                return True
        return False


def read(
    path: Path, *, names: Mapping[str, str], lifecycle: tuple[str, str] | None, zone: tzinfo,
    encoding: str | None = None, separator: str | None = None,
) -> CsvReading:  # fmt: skip
    """A file of separated values, opened. Raises BadLog with all that is wrong with its columns."""
    looked = text.look(path, encoding)
    separator = separator or text.separator_of(looked.head)
    header = text.header_of(looked.head, separator)
    if header is None:
        raise BadLog([f"{path.name} is empty: a row with the names of the columns was expected, and a row a contact"])
    rejects = Rejects()
    columns, fields, only = fields_of(_sample(looked, header, separator), names, lifecycle)
    maker = Maker(fields=fields, zone=zone, rejects=rejects, only=only)
    reading = CsvReading(
        path=path, columns=columns, rejects=rejects, schema=maker.schema, size=path.stat().st_size, looked=looked,
        header=header, separator=separator, maker=maker,
    )  # fmt: skip
    _note(reading)
    reading.settle_days()
    return reading


def _note(reading: CsvReading) -> None:
    """What was decided before the first row."""
    rejects, header = reading.rejects, reading.header
    rejects.note("encoding", f"read as {reading.looked.encoding}")
    rejects.note("separator", f"columns apart by {reading.separator!r}")
    for name in header.doubled:
        rejects.note("doubled", f"more than one column is called '{name}': the second is '{name} (2)'", column=name)


def _sample(looked: text.Looked, header: text.Header, separator: str) -> pa.Table:
    """Rows of the beginning and of further on, as texts."""
    width, rows = len(header.names), []
    for part in (looked.head[header.characters :], looked.further):
        try:
            rows += [row for row in csv.reader(io.StringIO(part, newline=""), delimiter=separator) if len(row) == width]
        except csv.Error:
            continue
    columns = zip(*rows, strict=True) if rows else [()] * width
    given = [pa.array([None if cell in NOTHING else cell for cell in column], pa.string()) for column in columns]
    return pa.table(given, names=list(header.names))


def _said(error: BaseException) -> str:
    if isinstance(error, EOFError):
        return "the file ends in the middle of what was packed: it was cut off; fetch it again"
    return f"it cannot be read as separated values: {error}"
