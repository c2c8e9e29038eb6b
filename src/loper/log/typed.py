"""Sources that name and type their own columns (XES, OCEL, CJML, CloudEvents) as the one table of contacts.

Such a reader yields its columns as Arrow arrays under their own names; this is all that is the same for each of them:
which column is what, what a row must have, which rows are left out, and the order of reading as `seq`.
"""

from __future__ import annotations

import difflib
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, tzinfo
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from loper.log.table import INSTANT, KNOWN, NEEDED, WORD, BadLog, Columns, Rejected, Rejects

Progress = Callable[[int], None] | None
Arrays = dict[str, pa.Array]

OURS = ("case", "activity", "time", *KNOWN)
"""What a column of a source can be; `seq` is counted, never read."""

_LACKS = {"case": "it has no case", "activity": "it has no activity", "time": "it has no time"}
_UNREADABLE = "its time cannot be read"


@dataclass(kw_only=True)
class Typed:
    """A `Reading` of such a source. `notes` has what a reader of the log should know of how it was read."""

    schema: pa.Schema
    columns: Columns
    size: int
    chunks: Callable[[Progress], Iterator[Arrays]]
    zone: tzinfo
    lifecycle: tuple[str, str] | None = None
    rejects: Rejects = field(default_factory=Rejects)
    notes: list[str] = field(default_factory=list)
    left_out: int = 0  # rows of another lifecycle than was asked for
    unread: dict[str, int] = field(default_factory=dict)  # column -> values that are not of its type: null in the table

    def batches(self, on_progress: Progress = None) -> Iterator[pa.RecordBatch]:
        self.rejects = Rejects(most=self.rejects.most)
        self.left_out = 0
        self.unread = {}
        first = 1
        for arrays in self.chunks(on_progress):
            rows = len(next(iter(arrays.values())))
            yield self._batch(arrays, first, rows)
            first += rows

    def _batch(self, arrays: Arrays, first: int, rows: int) -> pa.RecordBatch:
        from_theirs = dict(self.columns.names)
        taken = set(from_theirs.values())
        from_theirs |= {attribute(their): their for their in arrays if their not in taken | self.columns.left_out}
        out: Arrays = {"seq": pa.array(range(first, first + rows), pa.int64())}
        for name, their in from_theirs.items():
            out[name] = readable(arrays[their], self.schema.field(name).type, self.zone)
            lost = out[name].null_count - arrays[their].null_count
            if lost and name != "time":
                self.unread[their] = self.unread.get(their, 0) + lost
        keep = self._of_lifecycle(arrays, rows)
        for our, lacks in _LACKS.items():
            keep = self._having(our, lacks, out[our], arrays[from_theirs[our]], keep, first)
        batch = pa.RecordBatch.from_arrays([out[name] for name in self.schema.names], schema=self.schema)
        return batch if pc.all(keep).as_py() else batch.filter(keep)

    def _of_lifecycle(self, arrays: Arrays, rows: int) -> pa.Array:
        if not self.lifecycle:
            return pa.repeat(pa.scalar(True), rows)
        column, value = self.lifecycle
        keep = pc.fill_null(pc.equal(readable(arrays[column], pa.string(), self.zone), value), False)
        self.left_out += pc.sum(pc.invert(keep)).as_py() or 0
        return keep

    def _having(self, our: str, lacks: str, array: pa.Array, source: pa.Array, keep: pa.Array, first: int) -> pa.Array:
        """`keep` without the rows that lack `our`, which are told to `rejects`."""
        has = array.is_valid() if our == "time" else pc.fill_null(pc.greater(pc.binary_length(_plain(array)), 0), False)
        for index in pc.indices_nonzero(pc.and_(keep, pc.invert(has))).to_pylist():
            said = source[index].as_py()
            why = _UNREADABLE if our == "time" and said not in (None, "") else lacks
            self.rejects.add(
                Rejected(row=first + index, why=why, column=self.columns.names[our], value=str(said or "")[:200])
            )
        return pc.and_(keep, has)


def typed(
    *,
    path: Path,
    fields: Mapping[str, pa.DataType],
    names: Mapping[str, str],
    usual: Mapping[str, Sequence[str]],
    lifecycle: tuple[str, str] | None,
    zone: tzinfo,
    size: int,
    chunks: Callable[[Progress], Iterator[Arrays]],
    notes: Iterable[str] = (),
    hidden: Iterable[str] = (),
) -> Typed:
    """The reading of a source with the columns `fields`: `names` as the caller gave them, the rest guessed by `usual`.

    `usual` has, for one of ours, the names that it usually goes by, the likeliest first. `hidden` are columns that
    are there to be named but are no attribute when they are not.
    Raises BadLog with all that is wrong with the names.
    """
    columns = choose(path=path, theirs=fields, names=names, usual=usual, lifecycle=lifecycle, hidden=hidden)
    schema: dict[str, pa.DataType] = {**NEEDED}
    schema |= {our: KNOWN[our] for our in columns.names if our in KNOWN}
    mapped = set(columns.names.values()) | columns.left_out
    schema |= {attribute(their): kind for their, kind in fields.items() if their not in mapped}
    return Typed(
        schema=pa.schema(schema.items()), columns=columns, size=size, chunks=chunks, zone=zone, lifecycle=lifecycle,
        notes=list(notes),
    )  # fmt: skip


def choose(
    *,
    path: Path,
    theirs: Iterable[str],
    names: Mapping[str, str],
    usual: Mapping[str, Sequence[str]],
    lifecycle: tuple[str, str] | None,
    hidden: Iterable[str] = (),
) -> Columns:
    """Which column is what. Raises BadLog with all wrong names, the nearest right ones, and what there is."""
    there = list(theirs)
    folded = {name.casefold(): name for name in reversed(there)}
    problems = [
        f"{path.name}: {our!r} is not something that a log has; it knows {', '.join(OURS)}"
        for our in names
        if our not in OURS
    ]
    asked = {f"the column for {our}": name for our, name in names.items() if our in OURS}
    if lifecycle:
        asked["the lifecycle"] = lifecycle[0]
    wrong = {what: name for what, name in asked.items() if name not in there}
    problems += [f"{path.name}: {of}: there is no column {name!r}{_near(name, there)}" for of, name in wrong.items()]
    chosen = {our: name for our, name in names.items() if our in OURS and name in there}
    guessed = set()
    for our in OURS:
        if our in names:
            continue
        for guess in (*usual.get(our, ()), our):
            name = folded.get(guess.casefold())
            if name is not None and name not in chosen.values():
                chosen[our] = name
                guessed.add(our)
                break
    lacking = [our for our in ("case", "activity", "time") if our not in chosen and our not in names]
    problems += [f"{path.name}: no column looks like the {our}; name it" for our in lacking]
    if problems:
        raise BadLog([*problems, f"{path.name} has these columns: {', '.join(there) or 'none'}"])
    unused = {name for name in hidden if name not in chosen.values()}
    return Columns(names=chosen, guessed=frozenset(guessed), left_out=frozenset(unused))


def attribute(name: str) -> str:
    """The name of an attribute in the table: its own, unless that is the name of something the table knows."""
    return f"source:{name}" if name in NEEDED or name in KNOWN else name


def readable(array: pa.Array, kind: pa.DataType, zone: tzinfo) -> pa.Array:
    """`array` as `kind`; what cannot be read as that is null."""
    if array.type == kind:
        return array
    if pa.types.is_timestamp(kind):
        return instants(_plain(array), zone)
    try:
        return _plain(array).dictionary_encode() if kind == WORD else _plain(array).cast(kind)
    except pa.ArrowInvalid:
        return pa.array([_one(value, kind) for value in array.to_pylist()], kind)


def instants(array: pa.Array, zone: tzinfo) -> pa.Array:
    """Times in ISO 8601 as instants; one without an offset is a time of `zone`. What cannot be read is null."""
    if pa.types.is_timestamp(array.type):
        if array.type.tz is not None:
            return array.cast(INSTANT, safe=False)
        local = array.cast(pa.timestamp("us"), safe=False).to_pylist()
        return pa.array([at and at.replace(tzinfo=zone) for at in local], INSTANT)
    if pa.types.is_null(array.type):
        return pa.nulls(len(array), INSTANT)
    try:  # all with an offset, as they should be: a thousand times faster
        return array.cast(INSTANT)
    except (pa.ArrowInvalid, pa.ArrowNotImplementedError):
        return pa.array([_instant(value, zone) for value in array.to_pylist()], INSTANT)


def _instant(value: Any, zone: tzinfo) -> datetime | None:
    if not isinstance(value, str):
        return None
    try:
        at = datetime.fromisoformat(value.strip())
        return (at if at.tzinfo else at.replace(tzinfo=zone)).astimezone(UTC)
    except (ValueError, OverflowError):
        return None


def _one(value: Any, kind: pa.DataType) -> Any:
    try:
        return None if value is None else pa.scalar(value).cast(kind).as_py()
    except (pa.ArrowInvalid, pa.ArrowTypeError):
        return None


def _plain(array: pa.Array) -> pa.Array:
    return array.dictionary_decode() if isinstance(array, pa.DictionaryArray) else array


def _near(name: str, there: Sequence[str]) -> str:
    near = difflib.get_close_matches(name, there, n=1, cutoff=0.5)
    return f"; did you mean {near[0]!r}?" if near else ""
