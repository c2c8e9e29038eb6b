"""XES (IEEE 1849), the standard form of event logs: `.xes`, and `.xes.gz`.

A file is read twice, as a stream: first for its columns and for whether it is whole, so that the half of a broken file
is never taken for a log; then for its rows. A trace is a case; its attributes become columns `case:...`.
"""

from __future__ import annotations

import gzip
import re
import zlib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, tzinfo
from pathlib import Path
from typing import Any, BinaryIO, cast
from xml.parsers import expat

import pyarrow as pa
import pyarrow.compute as pc

from loper.log.table import CASE_ATTRIBUTE, INSTANT, WORD, BadLog
from loper.log.typed import Arrays, Progress, Typed, typed

TYPES = {
    "string": WORD, "id": pa.string(), "date": INSTANT, "int": pa.int64(), "float": pa.float64(), "boolean": pa.bool_(),
}  # fmt: skip
NESTING = ("list", "container")
USUAL = {
    "case": ("case:concept:name",),
    "activity": ("concept:name",),
    "time": ("time:timestamp",),
    "lifecycle": ("lifecycle:transition",),
    "channel": ("channel", "kanaal", "case:channel", "case:kanaal"),
    "customer": ("customer", "klant", "case:customer", "case:klant"),
    "reason": ("reason", "reden", "case:reason", "case:reden"),
    "journey": ("journey", "case:journey"),
    "version": ("version", "case:version"),
}
CASE = "case:concept:name"
UNSAID = {"", "UNKNOWN", "__INVALID__"}
"""What programs write as a default of nothing: a gap stays a gap."""

_ROWS = 65_536
_CHUNK = 1 << 18


@dataclass(kw_only=True)
class Contents:
    """What a file says of itself, and which attributes it was found to have."""

    events: dict[str, set[str]] = field(default_factory=dict)  # key -> the XES types it was seen with
    traces: dict[str, set[str]] = field(default_factory=dict)
    defaults: dict[str, str] = field(default_factory=dict)  # of events and, with `case:`, of traces
    classifiers: dict[str, list[str]] = field(default_factory=dict)  # name -> keys
    nested: int = 0
    late: int = 0
    strays: int = 0

    def fields(self) -> dict[str, pa.DataType]:
        """The columns that an import can choose from, traces first."""
        found = {CASE: pa.string()} | {CASE_ATTRIBUTE + key: _type(kinds) for key, kinds in self.traces.items()}
        found[CASE] = pa.string()
        return found | {key: _type(kinds) for key, kinds in self.events.items()} | dict.fromkeys(self.classifiers, WORD)

    def notes(self) -> list[str]:
        said = []
        if self.nested:
            said.append(f"{self.nested} attributes within attributes were left out")
        if self.late:
            said.append(f"{self.late} attributes of cases come after events: they hold for the events after them only")
        if self.strays:
            said.append(f"{self.strays} events lie outside a case and were left out")
        return said


def read(
    path: Path,
    *,
    names: Mapping[str, str] | None = None,
    lifecycle: tuple[str, str] | None = None,
    zone: tzinfo = UTC,
) -> Typed:
    """The log in an XES file. A column is an attribute's key, with `case:` before it where it is one of a trace.

    A classifier of the file can be named as a column too. Raises BadLog.
    """
    found = _contents(path)
    return typed(
        path=path,
        fields=found.fields(),
        names=names or {},
        usual=USUAL,
        lifecycle=lifecycle,
        zone=zone,
        size=path.stat().st_size,
        chunks=lambda on_progress: _chunks(path, found, on_progress),
        notes=found.notes(),
        hidden=found.classifiers,
    )


def _type(kinds: set[str]) -> pa.DataType:
    if kinds == {"int", "float"}:
        return TYPES["float"]
    return TYPES[next(iter(kinds))] if len(kinds) == 1 else WORD


def _contents(path: Path) -> Contents:
    """The first reading: the columns, and whether the file is whole."""
    found = Contents()
    scope = ""
    depth = 0
    seen: dict[str, dict[str, set[str]]] = {"trace": found.traces, "event": found.events}
    begun = False

    def start(tag: str, attributes: dict[str, str]) -> None:
        nonlocal depth, scope, begun
        depth += 1
        if depth == 4 and scope == "event":
            _see(found.events, tag, attributes)
        elif depth == 3 and scope == "trace":
            if tag == "event":
                scope, begun = "event", True
            else:
                found.late += begun
                _see(found.traces, tag, attributes)
        elif depth == 3 and scope.startswith("global "):
            of = scope.removeprefix("global ")
            _see(seen[of], tag, attributes)
            value = attributes.get("value", "")
            if tag in ("string", "id") and value not in UNSAID and "key" in attributes:
                found.defaults[(CASE_ATTRIBUTE if of == "trace" else "") + attributes["key"]] = value
        elif depth == 2:
            begun = False
            scope = tag
            if tag == "global" and attributes.get("scope") in seen:
                scope = f"global {attributes['scope']}"
            elif tag == "classifier" and attributes.get("scope", "event") == "event":
                keys = re.findall(r"'([^']*)'|(\S+)", attributes.get("keys", ""))
                found.classifiers[attributes.get("name", "")] = [quoted or plain for quoted, plain in keys]
            elif tag == "event":
                found.strays += 1
        elif depth == 1 and tag != "log":
            raise BadLog([f"{path.name}: this is no XES: it begins with <{tag}>, expected <log>"])
        elif scope in ("event", "trace", "global event", "global trace"):
            found.nested += "key" in attributes

    def _see(into: dict[str, set[str]], tag: str, attributes: dict[str, str]) -> None:
        key = attributes.get("key")
        if tag in TYPES and key is not None:
            into.setdefault(key, set()).add(tag)
        elif tag in NESTING:
            found.nested += 1

    def end(_tag: str) -> None:
        nonlocal depth, scope
        depth -= 1
        if depth == 2 and scope == "event":
            scope = "trace"

    for _ in _parse(path, start, end, None):
        pass
    # A classifier can only be made of what events have.
    found.classifiers = {
        name: keys
        for name, keys in found.classifiers.items()
        if keys and name not in found.events and all(key in found.events for key in keys)
    }
    return found


def _chunks(path: Path, found: Contents, on_progress: Progress) -> Iterator[Arrays]:
    """The second reading: the rows, some at a time."""
    nowhere: dict[str, str] = {}  # for what is neither of a trace nor of an event
    events: list[dict[str, str]] = []
    owners: list[int] = []  # of each event: the index of its trace
    traces: list[dict[str, str]] = []
    trace = event = nowhere
    depth = number = 0

    def start(tag: str, attributes: dict[str, str]) -> None:
        nonlocal depth, trace, event, number
        depth += 1
        if depth == 4:
            if tag in TYPES and "value" in attributes:
                event[attributes.get("key", "")] = attributes["value"]
        elif depth == 3:
            event = nowhere
            if tag == "event" and trace is not nowhere:
                event = {}
                events.append(event)
                owners.append(len(traces) - 1)
            elif tag in TYPES and "value" in attributes:
                trace[attributes.get("key", "")] = attributes["value"]
        elif depth == 2:
            trace = event = nowhere
            if tag == "trace":
                number += 1
                trace = {"concept:name": f"#{number}"}  # until it says its own
                traces.append(trace)

    def end(_tag: str) -> None:
        nonlocal depth
        depth -= 1

    for _ in _parse(path, start, end, on_progress):
        nowhere.clear()
        if len(events) >= _ROWS:
            yield _arrays(events, owners, traces, found)
            events.clear()
            owners.clear()
            del traces[:-1]
    yield _arrays(events, owners, traces, found)


def _arrays(events: list[dict[str, str]], owners: list[int], traces: list[dict[str, str]], found: Contents) -> Arrays:
    """The columns as the texts that they are: their types come later, so that what cannot be read can be told."""
    of = pa.array(owners, pa.int32())
    arrays: Arrays = {}
    for key in ("concept:name", *found.traces):
        default = found.defaults.get(CASE_ATTRIBUTE + key)
        arrays[CASE_ATTRIBUTE + key] = pa.array([trace.get(key, default) for trace in traces], pa.string()).take(of)
    for key in found.events:
        default = found.defaults.get(key)
        arrays[key] = pa.array([event.get(key, default) for event in events], pa.string())
    for name, keys in found.classifiers.items():
        arrays[name] = pc.binary_join_element_wise(*(arrays[key] for key in keys), "+")
    return arrays


def _parse(
    path: Path,
    start: Callable[[str, dict[str, str]], None],
    end: Callable[[str], None],
    on_progress: Progress,
) -> Iterator[None]:
    """Runs through the file, handing out control after each part of it. Raises BadLog where it is no whole XML."""

    def refuse(*_: Any) -> None:
        raise BadLog(
            [f"{path.name}: line {parser.CurrentLineNumber}: a document type or entity, which no XES has: refused; "
             "export the log without it"]
        )  # fmt: skip

    parser = expat.ParserCreate()
    parser.StartDoctypeDeclHandler = parser.EntityDeclHandler = refuse
    parser.StartElementHandler = _without_prefix(parser, start)
    parser.EndElementHandler = end
    with path.open("rb") as file:
        packed = file.peek(2)[:2] == b"\x1f\x8b"
        stream = cast(BinaryIO, gzip.GzipFile(fileobj=file) if packed else file)
        try:
            while chunk := stream.read(_CHUNK):
                parser.Parse(chunk, False)
                if on_progress:
                    on_progress(file.tell())
                yield
            parser.Parse(b"", True)
        except expat.ExpatError as error:
            raise BadLog(
                [f"{path.name}: line {error.lineno}, column {error.offset + 1}: the XML is not whole here "
                 f"({expat.ErrorString(error.code)}); nothing of it was taken; export it again, or mend that place"]
            ) from None  # fmt: skip
        except (EOFError, zlib.error, gzip.BadGzipFile) as error:
            raise BadLog(
                [f"{path.name}: the compressed file breaks off or is damaged ({error}); nothing of it was taken; "
                 "fetch it again"]
            ) from None  # fmt: skip


def _without_prefix(
    parser: expat.XMLParserType, start: Callable[[str, dict[str, str]], None]
) -> Callable[[str, dict[str, str]], None]:
    """`start`, for the few files that write a prefix before every element (<xes:log>)."""

    def first(tag: str, attributes: dict[str, str]) -> None:
        prefixed = ":" in tag
        parser.StartElementHandler = bare if prefixed else start
        (bare if prefixed else start)(tag, attributes)

    def bare(tag: str, attributes: dict[str, str]) -> None:
        start(tag.rpartition(":")[2], attributes)

    return first
