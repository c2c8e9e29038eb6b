"""CloudEvents 1.0 as JSON lines, or as the list of a batch; any JSON lines of which the columns are named are read too.

The subject is the case, the type the activity. The other context attributes are columns under their own name, and so
are the members of `data`. A line that is no JSON object is rejected, with its number; the others are read.
"""

from __future__ import annotations

import gzip
import io
import json
import re
import zlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import tzinfo
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa

from loper.log import text
from loper.log.table import INSTANT, WORD, BadLog, Rejected
from loper.log.typed import Arrays, Chunk, Progress, Seen, Typed, as_declared, typed

USUAL = {"case": ("subject",), "activity": ("type",), "time": ("time",), "initiator": ("emitter", "initiator")}
ENVELOPE = ("specversion", "id", "source", "datacontenttype", "dataschema")
"""Of every event, and of no use in a log unless somebody names it."""

CONTEXT = {*ENVELOPE, "subject", "type", "time"}
"""A member of `data` that is called like one of these is the column `data.NAME`."""

_MOMENT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)")
_ROWS = 16_384
_KEPT = 1_000_000


@dataclass(kw_only=True)
class Contents:
    """What the events were found to have: of each column what is in it, in the order in which they were seen."""

    kinds: dict[str, set[str]] = field(default_factory=dict)  # column -> bool, int, float, time, text
    texts: set[str] = field(default_factory=set)
    nested: int = 0

    def add(self, name: str, kind: str) -> None:
        self.kinds.setdefault(name, set()).add(kind)
        if kind == "text":
            self.texts.add(name)

    def fields(self) -> dict[str, pa.DataType]:
        return {name: _type(kinds) for name, kinds in self.kinds.items()}


def read(
    path: Path,
    *,
    names: Mapping[str, str],
    lifecycle: tuple[str, str] | None,
    zone: tzinfo,
    on_progress: Progress = None,
) -> Typed:
    """The events of a file, in its order: `seq` is the number of the line. Raises BadLog.

    The file is read to its end first, for only then are all its columns known; what was read is kept where it is no
    more than a million events, of a larger file the rows are read again. `on_progress` hears how many bytes have been
    read.
    """
    found = Contents()
    kept: list[Chunk] = []
    rows = rejected = 0
    for chunk in _stream(path, found, on_progress):
        rows += len(chunk.numbers) if chunk.numbers is not None else 0
        rejected += len(chunk.rejected)
        kept = [*kept, chunk] if rows <= _KEPT else []
    if not rows:
        raise BadLog([f"{path.name}: none of its {rejected} lines is a JSON object: a line an event was expected"])
    kinds = found.fields()

    def chunks(on_progress: Progress) -> Iterator[Chunk]:
        for chunk in kept if rows <= _KEPT else _stream(path, Contents(), on_progress):
            yield Chunk(arrays=_whole(chunk, kinds), numbers=chunk.numbers, rejected=chunk.rejected)
        if on_progress:
            on_progress(path.stat().st_size)

    return typed(
        fields=kinds,
        names=names,
        usual=USUAL,
        lifecycle=lifecycle,
        zone=zone,
        size=path.stat().st_size,
        chunks=chunks,
        seen=[Seen(kind="nested", text="lists and objects within `data` were left out", count=found.nested)],
        hidden=[name for name in ENVELOPE if name in kinds],
    )


def _type(kinds: set[str]) -> pa.DataType:
    simple = {"bool": pa.bool_(), "int": pa.int64(), "float": pa.float64(), "time": INSTANT}
    if kinds == {"int", "float"}:
        return pa.float64()
    return simple.get(next(iter(kinds)), WORD) if len(kinds) == 1 else WORD


def _whole(chunk: Chunk, kinds: Mapping[str, pa.DataType]) -> Arrays:
    """With the columns that other events of the file have."""
    rows = 0 if chunk.numbers is None else len(chunk.numbers)
    return {
        name: as_declared(chunk.arrays[name], kind) if name in chunk.arrays else pa.nulls(rows, kind)
        for name, kind in kinds.items()
    }


def _stream(path: Path, found: Contents, on_progress: Progress) -> Iterator[Chunk]:
    rows: list[dict[str, Any]] = []
    numbers: list[int] = []
    rejected: list[Rejected] = []

    def chunk() -> Chunk:
        names = [name for name in found.kinds if any(name in row for row in rows)]
        arrays = {name: _array([row.get(name) for row in rows]) for name in names}
        return Chunk(arrays=arrays, numbers=np.array(numbers, np.int64), rejected=list(rejected))

    for number, event in _events(path, on_progress):
        if isinstance(event, Rejected):
            rejected.append(event)
            continue
        rows.append(_row(event, found))
        numbers.append(number)
        if len(rows) >= _ROWS:
            yield chunk()
            for done in (rows, numbers, rejected):
                done.clear()
    yield chunk()


def _row(event: dict[str, Any], found: Contents) -> dict[str, Any]:
    """The event as columns; it is changed into them."""
    data = event.get("data")
    if isinstance(data, dict):
        del event["data"]
        for name, value in data.items():
            event[f"data.{name}" if name in CONTEXT or name in event else name] = value
    out = []
    for name, value in event.items():
        if isinstance(value, str):
            if name not in found.texts:  # what has been a text is one, whatever comes
                found.add(name, "time" if _MOMENT.fullmatch(value) else "text")
        elif isinstance(value, dict | list):
            found.nested += 1
            out.append(name)
        elif value is None:
            out.append(name)
        else:
            found.add(name, type(value).__name__)
    for name in out:
        del event[name]
    return event


def _array(values: list[Any]) -> pa.Array:
    """In one type where they are of one type; else as texts."""
    try:
        return pa.array(values)
    except (pa.ArrowInvalid, pa.ArrowTypeError, OverflowError):
        pass
    return pa.array([v if v is None or isinstance(v, str) else json.dumps(v) for v in values], pa.string())


def _events(path: Path, on_progress: Progress) -> Iterator[tuple[int, dict[str, Any] | Rejected]]:
    """Each event or what is none, with its number: of its line, or of its place in the list of a batch."""
    try:
        looked = text.look(path)
        file = text.Utf8(path, looked.encoding)
        with file, io.BufferedReader(file, 1 << 18) as lines:
            if looked.head.lstrip("\ufeff \t\r\n").startswith("["):
                yield from _batch(path, lines.read())
                return
            for number, line in enumerate(lines, 1):
                if line.isspace():
                    continue
                yield number, _event(number, line)
                if on_progress and number % 4096 == 0:
                    on_progress(file.consumed)
    except (EOFError, zlib.error, gzip.BadGzipFile) as error:
        why = (
            f"{path.name}: the packed file breaks off or is damaged ({error}); nothing of it was taken; fetch it again"
        )
        raise BadLog([why]) from None


def _event(number: int, line: bytes | str) -> dict[str, Any] | Rejected:
    try:
        event = json.loads(line)
    except RecursionError:
        return Rejected(row=number, why="nested too deep", value=_shown(line))
    except ValueError as wrong:
        return Rejected(row=number, why=f"not JSON: {getattr(wrong, 'msg', 'not UTF-8')}", value=_shown(line))
    return event if isinstance(event, dict) else Rejected(row=number, why="not a JSON object", value=_shown(line))


def _shown(line: bytes | str) -> str:
    return (line if isinstance(line, str) else line.decode(errors="replace")).strip()[:200]


def _batch(path: Path, whole: bytes) -> Iterator[tuple[int, dict[str, Any] | Rejected]]:
    try:
        events = json.loads(whole)
    except (ValueError, RecursionError) as wrong:
        where = f"line {wrong.lineno}, column {wrong.colno}: " if isinstance(wrong, json.JSONDecodeError) else ""
        why = f"{path.name}: {where}the list of events is no whole JSON; nothing of it was taken; export it again"
        raise BadLog([why]) from None
    for number, event in enumerate(events, 1):
        fits = isinstance(event, dict)
        yield number, event if fits else Rejected(row=number, why="not a JSON object", value=str(event)[:200])
