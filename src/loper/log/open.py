"""The one door to a log: which reader it needs is seen from what is in it, and else from its name."""

from __future__ import annotations

import gzip
import importlib
import json
import re
import zlib
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import replace
from datetime import tzinfo
from pathlib import Path
from typing import cast

import pyarrow as pa

from loper.log.calls_asterisk import QUEUE_LINE
from loper.log.table import NEEDED, BadLog, Reading

READERS: Mapping[str, str] = {
    "csv": "loper.log.csv",
    "parquet": "loper.log.parquet",
    "xes": "loper.log.xes",
    "ocel": "loper.log.ocel",
    "cjml": "loper.log.cjml",
    "cloudevents": "loper.log.cloudevents",
    "calls": "loper.log.calls",
}
"""Kind -> module with `read(path, *, names, lifecycle, zone, ...) -> Reading`; brought in when it is asked for."""

ENDINGS: Mapping[str, str] = {
    ".csv": "csv", ".tsv": "csv", ".tab": "csv", ".txt": "csv",
    ".parquet": "parquet", ".pq": "parquet",
    ".xes": "xes",
    ".sqlite": "ocel", ".sqlite3": "ocel", ".db": "ocel", ".jsonocel": "ocel", ".json": "ocel",
    ".cjml": "cjml",
    ".jsonl": "cloudevents", ".ndjson": "cloudevents",
}  # fmt: skip
"""The end of a name (before `.gz`) -> kind."""

HEAD = 4096

NO_LOGS: tuple[tuple[re.Pattern[bytes], str], ...] = (
    (re.compile(rb"PK\x03\x04|\xd0\xcf\x11\xe0"), "a workbook or an archive: save the sheet as CSV, or unpack it"),
    (re.compile(rb"BZh\d1AY&SY|\xfd7zXZ|\x28\xb5\x2f\xfd|7z\xbc\xaf|Rar!"), "packed in a way unknown here: unpack it"),
    (re.compile(rb"\x1f\x8b"), "packed twice: unpack it once"),
    (re.compile(rb"%PDF-"), "a document: ask for its rows as CSV where it was made"),
    (re.compile(rb"\s*<(!doctype\s+)?html", re.I), "a web page, perhaps to sign in at: fetch the log itself"),
    (re.compile(rb"\x00{16}"), "nothing but zeros where it begins: fetch it again"),
)
"""How a file begins that is no log; what it is, and what to do."""


def open_log(
    path: str | Path, *, names: Mapping[str, str] | None = None, lifecycle: tuple[str, str] | None = None,
    zone: tzinfo, kind: str | None = None, leave_out: Collection[str] = (), **more: object,
) -> Reading:  # fmt: skip
    """A log, opened for reading.

    `names`: our columns -> those of the source, where they are not to be guessed (`{"case": "Zaaknummer"}`); an empty
    one says that there is none. `lifecycle`: a column and a value, like ("lifecycle:transition", "complete"): rows with
    another value are left out. `leave_out`: columns of the log that are not wanted. `zone`: of times that have
    none. `kind`: one of READERS, where it is not to be seen from the source. `more` goes to the reader (`encoding`,
    `separator`, `object_type`, ...).

    Raises BadLog with all that is wrong.
    """
    path = Path(path)
    found = kind or kind_of(path)
    if found not in READERS:
        raise BadLog([f"{found} is no kind of log; there are {', '.join(READERS)}"])
    _check(path)
    reader = importlib.import_module(READERS[found])
    try:
        opened = cast(Reading, reader.read(path, names=dict(names or {}), lifecycle=lifecycle, zone=zone, **more))
    except OSError as error:
        raise BadLog([unread(path, error)]) from error
    return without(opened, leave_out)


def without(reading: Reading, names: Collection[str]) -> Reading:
    """A reading without these of its columns, which are then not read at all where its kind allows that."""
    out = {name for name in names if name in reading.schema.names and name not in NEEDED}
    if not out:
        return reading
    reading.schema = pa.schema([field for field in reading.schema if field.name not in out])
    ours = {ours: theirs for ours, theirs in reading.columns.names.items() if ours not in out}
    theirs = frozenset(reading.columns.names.get(name, name) for name in out)
    reading.columns = replace(reading.columns, names=ours, left_out=reading.columns.left_out | theirs)
    maker = getattr(reading, "maker", None)
    if maker is None:
        return Chosen(reading)
    maker.fields = [field for field in maker.fields if field.name not in out]
    return reading


class Chosen:
    """A reading whose batches have the columns of its schema and no others."""

    def __init__(self, reading: Reading) -> None:
        self.reading = reading
        self.schema, self.columns, self.rejects, self.size = (
            reading.schema, reading.columns, reading.rejects, reading.size,
        )  # fmt: skip

    def batches(self, on_progress: Callable[[int], None] | None = None) -> Iterator[pa.RecordBatch]:
        for batch in self.reading.batches(on_progress):
            yield batch.select(self.schema.names)


def kind_of(path: Path) -> str:
    """The kind of log that a file or folder is; raises BadLog where it is none."""
    _check(path)
    try:
        if path.is_dir():
            if any(path.rglob("*.parquet")):
                return "parquet"
            raise BadLog([f"{path} is a folder without Parquet files: name the file that the log is in"])
        head = _head(path)
    except OSError as error:
        raise BadLog([unread(path, error)]) from error
    start = head.lstrip(b"\xef\xbb\xbf \t\r\n")
    for begins, said in NO_LOGS:
        if begins.match(head):
            raise BadLog([f"{path.name} is {said}"])
    if head.startswith(b"PAR1"):
        return "parquet"
    if head.startswith(b"SQLite format 3\x00"):
        return "ocel"
    if start.startswith(b"<"):
        return "xes" if b"<log" in head else "cjml" if b"cjml" in head.lower() else _by_name(path, "xes")
    if start.startswith(b"["):
        return "cloudevents"
    if start.startswith(b"{"):
        if any(word in head for word in (b'"objectTypes"', b'"eventTypes"', b'"ocel')):
            return "ocel"
        return "cloudevents" if _is_json(start.splitlines()[0]) else _by_name(path, "cloudevents")
    if QUEUE_LINE.match(head):
        return "calls"
    return _by_name(path, "csv")


def _check(path: Path) -> None:
    """Raises BadLog where there is nothing, or something that can be read only once: a log is looked at first."""
    try:
        there, plain = path.exists(), path.is_file() or path.is_dir()
    except (OSError, ValueError) as error:
        raise BadLog([unread(path, error)]) from error
    if not there:
        raise BadLog([f"{path} does not exist: is the name right, seen from {Path.cwd()}?"])
    if not plain:
        raise BadLog([f"{path} is a pipe or a device: save what comes out of it as a file, and read that"])


def unread(path: Path, error: Exception) -> str:
    """What to say where the system does not let a file be read."""
    what = "ask for the right to read it" if isinstance(error, PermissionError) else "is it whole, and is its disk?"
    return f"{path} cannot be read ({getattr(error, 'strerror', None) or error}): {what}"


def _is_json(line: bytes) -> bool:
    try:
        json.loads(line)
    except (ValueError, RecursionError):
        return False
    return True


def _by_name(path: Path, otherwise: str) -> str:
    """By the end of the name; `otherwise` where that says nothing."""
    ends = [end.lower() for end in path.suffixes if end.lower() != ".gz"]
    return ENDINGS.get(ends[-1], otherwise) if ends else otherwise


def _head(path: Path) -> bytes:
    with path.open("rb") as file:
        head = file.read(HEAD)
    if not head.startswith(b"\x1f\x8b"):
        return head
    try:
        with gzip.open(path) as unpacked:
            return unpacked.read(HEAD)
    except (EOFError, OSError, zlib.error) as error:
        raise BadLog([f"{path.name} cannot be unpacked ({error}): fetch it again"]) from error
