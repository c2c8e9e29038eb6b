"""A file of rows, whatever it was written in: CSV in any encoding, or the first sheet of an Excel file.

Excel is read as it was saved: no formula is worked out. A file that unpacks to more than it should is refused first.
"""

from __future__ import annotations

import zipfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Any

from loper.log import separated
from loper.log.table import BadLog, Rejects

MOST_UNPACKED = 1_500_000_000
SAMPLE = 300
ZIP, OLE = b"PK\x03\x04", b"\xd0\xcf\x11\xe0"


class BadSheet(ValueError):
    """A file that cannot be read; the message says why and what to do."""


@dataclass(frozen=True, slots=True)
class Row:
    """A row as it stands in the file: its number there, and its cells as text (empty: nothing)."""

    number: int
    cells: tuple[str, ...]


@dataclass(kw_only=True)
class Sheet:
    """A file, looked at. `ragged`: rows that could not be taken apart, filled while the rows are read."""

    path: Path
    columns: tuple[str, ...]
    sample: tuple[tuple[str, ...], ...]
    said: tuple[str, ...] = ()
    ragged: list[tuple[int, str, str]] = field(default_factory=list)  # number, why, how it stood

    def rows(self) -> Iterator[Row]:
        """Every row, in order; may be asked for again."""
        raise NotImplementedError


def open_sheet(path: Path) -> Sheet:
    """A file, looked at. Raises BadSheet where it is no file of rows."""
    if not path.is_file() or not path.stat().st_size:
        raise BadSheet(f"{path.name} is empty: a row with the names of the columns was expected, and a row for each")
    with path.open("rb") as file:
        start = file.read(4096)
    head = start[:4]
    if head in (ZIP, OLE):
        return Excel.look(path, head)
    odd = sum(byte < 32 and byte not in b"\t\r\n\f" for byte in start if byte)  # no NUL: UTF-16 has many
    if odd > len(start) / 100:
        raise BadSheet(f"{path.name} is no file of text, nor of Excel: send an export as CSV or as .xlsx")
    return Text.look(path)


@dataclass(kw_only=True)
class Text(Sheet):
    """A file of separated values."""

    source: separated.Separated

    @staticmethod
    def look(path: Path) -> Text:
        try:
            source = separated.look(path)
        except BadLog as bad:
            raise BadSheet("; ".join(bad.problems).replace("a row a contact", "a row for each")) from None
        if len(source.header.names) < 2:
            raise BadSheet(
                f"{path.name}: only one column was found ('{source.header.names[0][:40]}'); columns are kept apart by ;"
                " or , or a tab"
            )
        notes = Rejects()
        source.note(notes)
        sample = zip(*(column.to_pylist() for column in source.sample.columns), strict=True)
        return Text(
            path=path,
            columns=tuple(source.header.names),
            sample=tuple(tuple(cell or "" for cell in row) for row, _n in zip(sample, range(SAMPLE), strict=False)),
            said=tuple(note.text for note in notes.notes),
            source=source,
        )

    def rows(self) -> Iterator[Row]:
        self.ragged.clear()
        rejects = Rejects()
        seen = 0
        try:
            for block in self.source.blocks(rejects):
                columns = [column.to_pylist() for column in block.texts.columns]
                for number, cells in zip(block.rows.tolist(), zip(*columns, strict=True), strict=True):
                    yield Row(number, tuple((cell or "").strip() for cell in cells))
                self.ragged += [(one.row, one.why, one.value) for one in rejects.rows[seen:]]
                seen = len(rejects.rows)
        except BadLog as bad:
            raise BadSheet("; ".join(bad.problems)) from None
        self.ragged += [(one.row, one.why, one.value) for one in rejects.rows[seen:]]


@dataclass(kw_only=True)
class Excel(Sheet):
    """The first sheet with something in it."""

    first: int  # the row after the one with the names
    table: Any

    @staticmethod
    def look(path: Path, head: bytes) -> Excel:
        from python_calamine import CalamineError, CalamineWorkbook

        if head == ZIP:
            _unpacks_well(path)
        try:
            book = CalamineWorkbook.from_path(path)
            found = [(name, book.get_sheet_by_name(name)) for name in book.sheet_names]
        except (CalamineError, ValueError, OSError) as wrong:
            raise BadSheet(f"{path.name} cannot be read as an Excel file ({wrong}): save it again, or as CSV") from None
        filled = [(name, sheet) for name, sheet in found if sheet.height > 1 and sheet.width > 1]
        if not filled:
            raise BadSheet(f"{path.name}: none of its sheets has rows: is everything in another file?")
        name, sheet = filled[0]
        first, names = _names(sheet)
        said = [f"sheet '{name}' was read"]
        said += [f"sheet '{other}' was not read" for other, _sheet in filled[1:]]
        columns = _told_apart(names)
        said += [f"more than one column is called '{one}'" for one in set(names) if one and names.count(one) > 1]
        made = Excel(path=path, columns=columns, sample=(), said=tuple(said), first=first, table=sheet)
        made.sample = tuple(row.cells for row, _n in zip(made.rows(), range(SAMPLE), strict=False))
        return made

    def rows(self) -> Iterator[Row]:
        width = len(self.columns)
        for number, cells in enumerate(self.table.iter_rows(), 1):
            if number > self.first:
                texts = tuple(_text(cell) for cell in cells[:width])
                if any(texts):
                    yield Row(number, texts + ("",) * (width - len(texts)))


def _names(sheet: Any) -> tuple[int, tuple[str, ...]]:
    """The first row with two names or more, and where it stands: above it there may be a title."""
    for number, cells in enumerate(sheet.iter_rows(), 1):
        names = tuple(_text(cell) for cell in cells)
        if sum(bool(one) for one in names) >= 2:
            return number, names
    return 0, ()


def _unpacks_well(path: Path) -> None:
    """Refuse a packed file that was made to hurt, and one that is no Excel file."""
    try:
        with zipfile.ZipFile(path) as packed:
            parts = packed.infolist()
    except (zipfile.BadZipFile, OSError) as wrong:
        raise BadSheet(f"{path.name} is cut off or damaged ({wrong}): fetch it again") from None
    if not any(part.filename.lower().startswith(("xl/", "content.xml")) for part in parts):
        raise BadSheet(f"{path.name} is a packed file, not an Excel file: unpack it first")
    size = sum(part.file_size for part in parts)
    if size > MOST_UNPACKED or (size > 50_000_000 and size > 300 * path.stat().st_size):
        raise BadSheet(f"{path.name} would unpack to {size:,} bytes, which is more than an export has: send it as CSV")


def _told_apart(names: tuple[str, ...]) -> tuple[str, ...]:
    """Names of columns, each once; one without a name gets its number."""
    seen: dict[str, int] = {}
    found = []
    for number, name in enumerate(names, 1):
        name = name or f"column {number}"
        seen[name] = seen.get(name, 0) + 1
        found.append(name if seen[name] == 1 else f"{name} ({seen[name]})")
    return tuple(found)


def _text(cell: Any) -> str:
    """A cell of Excel as a person reads it."""
    if cell is None:
        return ""
    if isinstance(cell, bool):
        return "ja" if cell else "nee"
    if isinstance(cell, float):
        return str(int(cell)) if cell.is_integer() and abs(cell) < 1e15 else repr(cell)
    if isinstance(cell, datetime):
        return cell.date().isoformat() if cell.time() == time() else cell.isoformat(sep=" ", timespec="minutes")
    if isinstance(cell, date | time | timedelta):
        return str(cell)
    return " ".join(str(cell).split())
