"""Files of text as UTF-8, whatever they were written in, and how the columns in them are kept apart."""

from __future__ import annotations

import codecs
import csv
import gzip
import io
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import IO, cast

HEAD = 400_000  # bytes of the beginning that are looked at
SPOT, SPOTS = 32_000, 12  # and of places further on, so that what is only in the end is known at the start
SEPARATORS = ";\t,|"
MOST_LINES = 200
LONGEST = 16_000_000  # bytes without the end of a line, as of a packed file that was made to hurt

BOMS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)


@dataclass(frozen=True, slots=True)
class Looked:
    """What a file looks like: how it is encoded, its beginning, and lines from further on."""

    encoding: str
    head: str
    whole: bool  # the head is all there is
    further: str


def look(path: Path, encoding: str | None = None) -> Looked:
    """The beginning of a file and some of the rest, as text. gzip is read through."""
    with opened(path) as file:
        raw = file.read(HEAD + 1)
    whole, raw = len(raw) <= HEAD, raw[:HEAD]
    known = encoding or encoding_of(raw)
    head = _decoded(raw, known)
    if not whole:
        head = head[: head.rfind("\n") + 1] or head
    return Looked(known, head, whole, "" if whole or is_gzip(path) else _further(path, known))


def is_gzip(path: Path) -> bool:
    """By what is in it, not by its name."""
    with path.open("rb") as file:
        return file.read(2) == b"\x1f\x8b"


def opened(path: Path) -> IO[bytes]:
    """The bytes of a file, unpacked."""
    return cast("IO[bytes]", gzip.open(path)) if is_gzip(path) else path.open("rb")


def encoding_of(raw: bytes) -> str:
    """utf-8 (with bytes of cp1252 among it, perhaps), utf-16 with or without its mark, or cp1252."""
    for bom, name in BOMS:
        if raw.startswith(bom):
            return name
    if raw[1:200:2].count(0) > len(raw[:200]) // 4:
        return "utf-16-le"
    if raw[:200:2].count(0) > len(raw[:200]) // 4:
        return "utf-16-be"
    utf8 = other = 0
    for line in raw.splitlines()[:-1] or [raw]:
        if line.isascii():
            continue
        try:
            line.decode()
            utf8 += 1
        except UnicodeDecodeError:
            other += 1
    return "cp1252" if other > utf8 else "utf-8"


def _decoded(raw: bytes, encoding: str) -> str:
    if encoding == "utf-8":
        return "".join(_line(line) for line in raw.splitlines(keepends=True)).removeprefix("\ufeff")
    return codecs.getincrementaldecoder(encoding)("replace").decode(raw)


def _line(raw: bytes) -> str:
    try:
        return raw.decode()
    except UnicodeDecodeError:
        return raw.decode("cp1252", "replace")


def _further(path: Path, encoding: str) -> str:
    """Whole lines from places between the beginning and the end."""
    if encoding.startswith(("utf-16", "utf-32")):
        return ""
    size, found = path.stat().st_size, []
    with path.open("rb") as file:
        for number in range(1, SPOTS + 1):
            file.seek(max(HEAD, (size - SPOT) * number // SPOTS))
            raw = file.read(SPOT)
            found.append(raw[raw.find(b"\n") + 1 : raw.rfind(b"\n") + 1])
    return _decoded(b"".join(found), encoding)


class Utf8(io.RawIOBase):
    """A file as UTF-8, from a character of it on, whole lines at a time.

    Lines of a file in UTF-8 that are not (an export put together of two) are read as cp1252, and counted in `odd`.
    """

    def __init__(self, path: Path, encoding: str, skip: int = 0) -> None:
        super().__init__()
        self.odd = 0
        self._file = opened(path)
        self._under = self._file.fileobj if isinstance(self._file, gzip.GzipFile) else self._file
        self._decoder = None if encoding == "utf-8" else codecs.getincrementaldecoder(encoding)("replace")
        self._rest, self._ready, self._at = b"", b"", 0
        self._skip(skip)

    def _skip(self, characters: int) -> None:
        """Past the header: it is always within the first piece that is looked at."""
        first = b""
        while len(text := first.decode()) < characters + 1 and (more := self._next(HEAD)):
            first += more
        self._ready = text.removeprefix("\ufeff")[characters:].encode()

    def readable(self) -> bool:
        return True

    def close(self) -> None:
        self._file.close()
        super().close()

    @property
    def consumed(self) -> int:
        """Bytes of the file that have been read."""
        return self._under.tell() if not self._file.closed and self._under is not None else 0

    def readinto(self, buffer: object) -> int:
        view = memoryview(buffer).cast("B")  # type: ignore[arg-type]
        while self._at >= len(self._ready):
            self._ready, self._at = self._next(max(len(view), 65_536)), 0
            if not self._ready:
                return 0
        piece = self._ready[self._at : self._at + len(view)]
        self._at += len(piece)
        view[: len(piece)] = piece
        return len(piece)

    def _next(self, size: int) -> bytes:
        """The next piece as UTF-8; empty at the end."""
        while True:
            raw = self._file.read(size)
            if self._decoder is not None:
                text = self._decoder.decode(raw, not raw)
                if text or not raw:
                    return text.encode()
                continue
            piece, self._rest = self._rest + raw, b""
            if raw:
                cut = piece.rfind(b"\n") + 1
                piece, self._rest = piece[:cut], piece[cut:]
                if not piece:
                    if len(self._rest) < LONGEST:
                        continue
                    piece, self._rest = self._rest, b""  # no row is that long: whoever reads it says so
            return self._mended(piece)

    def _mended(self, piece: bytes) -> bytes:
        try:
            piece.decode()
            return piece
        except UnicodeDecodeError:
            lines = []
            for line in piece.splitlines(keepends=True):
                text = _line(line)
                lines.append(text.encode())
                self.odd += lines[-1] != line
            return b"".join(lines)


@dataclass(frozen=True, slots=True)
class Header:
    """The names of the columns, and where the rows begin."""

    names: tuple[str, ...]
    doubled: tuple[str, ...]  # names that more than one column had
    characters: int  # of the text before the first row
    rows: int  # before the first row of contacts, the header among them


def separator_of(text: str) -> str:
    """What keeps columns apart: the sign that cuts most lines in as many pieces as the first one, and in the most."""
    said = re.match(r"sep=(.)\r?\n", text)
    if said:
        return said[1]

    def score(sign: str) -> tuple[float, int]:
        rows = list(islice(rows_of(text, sign), MOST_LINES))
        widths = Counter(len(row) for row in rows)
        first = len(rows[0]) if rows else 1
        return (widths[first] / len(rows), first) if first > 1 else (0.0, 0)

    return max(SEPARATORS, key=score)


def header_of(text: str, separator: str) -> Header | None:
    """The first row with something in it; None where there is none."""
    lines = io.StringIO(text, newline="")
    reader = csv.reader(iter(lines.readline, ""), delimiter=separator)
    for number, row in enumerate(reader, 1):
        if not any(cell.strip() for cell in row) or (number == 1 and text.startswith("sep=")):
            continue
        names: list[str] = []
        doubled = []
        for place, cell in enumerate(row, 1):
            name = re.sub(r"^'('*[=+\-@\t\r])", r"\1", cell.strip(" ")) or f"column {place}"
            if name in names:
                doubled.append(name)
                name = next(free for n in range(2, place + 2) if (free := f"{name} ({n})") not in names)
            names.append(name)
        return Header(tuple(names), tuple(dict.fromkeys(doubled)), lines.tell(), number)
    return None


def rows_of(text: str, separator: str) -> Iterator[list[str]]:
    """The rows of a text that are not empty, until one that cannot be read."""
    try:
        yield from filter(None, csv.reader(io.StringIO(text, newline=""), delimiter=separator))
    except csv.Error:
        return
