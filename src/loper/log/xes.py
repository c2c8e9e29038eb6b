"""XES (IEEE 1849), the standard form of event logs: `.xes`, and `.xes.gz`.

A trace is a case; its attributes become columns `case:...`. A file is read as a stream, to its end before the first
row is handed out: only then are all its columns known, and the half of a broken file is never taken for a log. What
was read is kept where it is no more than a million events; of a larger file the rows are read again.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import tzinfo
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc

from loper.log.table import CASE_ATTRIBUTE, INSTANT, WORD, BadLog
from loper.log.typed import Arrays, Chunk, Progress, Seen, Typed, as_declared, typed
from loper.log.xml_stream import parse

TYPES = {
    "string": WORD, "id": pa.string(), "date": INSTANT, "int": pa.int64(), "float": pa.float64(), "boolean": pa.bool_(),
}  # fmt: skip
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

_ROWS = 16_384
_KEPT = 1_000_000


@dataclass(kw_only=True)
class Contents:
    """What a file was found to have; complete when it has been read to its end."""

    events: dict[str, set[str]] = field(default_factory=dict)  # key -> the XES types it was seen with
    traces: dict[str, set[str]] = field(default_factory=dict)
    defaults: dict[str, str] = field(default_factory=dict)  # of events and, with `case:`, of traces
    classifiers: dict[str, list[str]] = field(default_factory=dict)  # name -> keys
    nested: int = 0
    late: int = 0
    strays: int = 0

    def fields(self) -> dict[str, pa.DataType]:
        """The columns that an import can choose from, those of cases first."""
        found = {CASE_ATTRIBUTE + key: _type(kinds) for key, kinds in self.traces.items()}
        found |= {key: _type(kinds) for key, kinds in self.events.items()}
        return {CASE: pa.string()} | found | {CASE: pa.string()} | dict.fromkeys(self.made_of_events(), WORD)

    def made_of_events(self) -> dict[str, list[str]]:
        """The classifiers of which events have all the keys."""
        return {
            name: keys
            for name, keys in self.classifiers.items()
            if keys and name not in self.events and all(key in self.events for key in keys)
        }

    def seen(self) -> list[Seen]:
        return [
            Seen(
                kind="nested", text="attributes within attributes (or lists of them) were left out", count=self.nested
            ),
            Seen(
                kind="late",
                text="attributes of cases come after events: events long before them may lack them",
                count=self.late,
            ),
            Seen(kind="stray", text="events lie outside a case and were left out", count=self.strays),
        ]


def read(
    path: Path,
    *,
    names: Mapping[str, str],
    lifecycle: tuple[str, str] | None,
    zone: tzinfo,
    on_progress: Progress = None,
) -> Typed:
    """The log in an XES file. A column is an attribute's key, with `case:` before it where it is one of a trace.

    A classifier of the file can be named as a column too. `on_progress` hears how many bytes have been read: this reads
    the whole file. Raises BadLog.
    """
    found = Contents()
    kept: list[Arrays] = []
    rows = 0
    for arrays in _stream(path, found, on_progress):
        rows += len(arrays[CASE])
        kept = [*kept, arrays] if rows <= _KEPT else []

    def chunks(on_progress: Progress) -> Iterator[Chunk]:
        for arrays in kept if rows <= _KEPT else _stream(path, Contents(), on_progress):
            yield Chunk(arrays=_whole(arrays, found))
        if on_progress:
            on_progress(path.stat().st_size)

    return typed(
        fields=found.fields(),
        names=names,
        usual=USUAL,
        lifecycle=lifecycle,
        zone=zone,
        size=path.stat().st_size,
        chunks=chunks,
        seen=found.seen(),
        hidden=found.made_of_events(),
    )


def _type(kinds: set[str]) -> pa.DataType:
    if kinds == {"int", "float"}:
        return TYPES["float"]
    return TYPES[next(iter(kinds))] if len(kinds) == 1 else WORD


def _whole(arrays: Arrays, found: Contents) -> Arrays:
    """With the columns that others of the file have, the defaults, and what its classifiers make of it."""
    rows = len(arrays[CASE])
    kinds = found.fields()
    out: Arrays = {}
    for name in (CASE, *(CASE_ATTRIBUTE + key for key in found.traces), *found.events):
        array = arrays.get(name, pa.nulls(rows, pa.string()))
        default = found.defaults.get(name)
        out[name] = as_declared(array if default is None else pc.fill_null(array, default), kinds[name])
    for name, keys in found.made_of_events().items():
        out[name] = pc.binary_join_element_wise(*(pc.cast(out[key], pa.string()) for key in keys), "+")
    return out


def _stream(path: Path, found: Contents, on_progress: Progress) -> Iterator[Arrays]:
    """The rows of a file, some at a time, as the texts that they are; what else it has is told to `found`."""
    events: list[dict[str, str]] = []
    owners: list[int] = []  # of each event: the index of its trace
    traces: list[dict[str, str]] = []
    event: dict[str, str] | None = None
    trace: dict[str, str] | None = None
    scope = ""
    begun = numbered = 0
    known: dict[str, str] = {}  # of events, key -> type: what was seen before costs no more than a look here
    known_of_traces: dict[str, str] = {}
    started = 0
    ended: list[str] = []  # filled by `append`, the fastest handler that there is; the depth is what is left

    def start(tag: str, attributes: dict[str, str]) -> None:
        nonlocal started, event, begun
        started += 1
        depth = started - len(ended)
        if depth == 4 and event is not None:
            key = attributes.get("key")
            if key is not None and (known.get(key) == tag or see(found.events, known, key, tag)):
                event[key] = attributes.get("value", "")
        elif depth == 3 and trace is not None:
            event = None
            key = attributes.get("key")
            if tag == "event":
                event = {}
                begun = 1
                events.append(event)
                owners.append(len(traces) - 1)
            elif key is not None and (known_of_traces.get(key) == tag or see(found.traces, known_of_traces, key, tag)):
                found.late += begun
                trace[key] = attributes.get("value", "")
        elif depth == 3 and scope:
            declare(tag, attributes)
        elif depth == 2:
            open_scope(tag, attributes)
        elif depth == 1 and tag != "log":
            raise BadLog([f"{path.name}: this is no XES: it begins with <{tag}>, expected <log>"])
        elif depth > 3 and trace is not None:
            found.nested += "key" in attributes

    def see(among: dict[str, set[str]], known: dict[str, str], key: str, tag: str) -> bool:
        """Whether this is an attribute that a column can hold; its type is noted."""
        if tag in TYPES:
            known[key] = tag
            among.setdefault(key, set()).add(tag)
            return True
        found.nested += 1
        return False

    def open_scope(tag: str, attributes: dict[str, str]) -> None:
        nonlocal trace, event, scope, begun, numbered
        trace = event = None
        begun = 0
        scope = ""
        if tag == "trace":
            numbered += 1
            trace = {"concept:name": f"#{numbered}"}  # until it says its own
            traces.append(trace)
        elif tag == "global":
            scope = attributes.get("scope", "")
        elif tag == "classifier" and attributes.get("scope", "event") == "event":
            keys = re.findall(r"'([^']*)'|(\S+)", attributes.get("keys", ""))
            found.classifiers[attributes.get("name", "")] = [quoted or plain for quoted, plain in keys]
        elif tag == "event":
            found.strays += 1
        elif tag in ("event-types", "object-types"):
            raise BadLog([f"{path.name}: this is OCEL 2.0 in XML, which is not read: export it as JSON or SQLite"])

    def declare(tag: str, attributes: dict[str, str]) -> None:
        key, value = attributes.get("key"), attributes.get("value", "")
        if key is not None and tag in TYPES and scope in ("event", "trace"):
            see(found.events if scope == "event" else found.traces, {}, key, tag)
            if tag in ("string", "id") and value not in UNSAID:
                found.defaults[key if scope == "event" else CASE_ATTRIBUTE + key] = value

    for _ in parse(path, start, ended.append, on_progress=on_progress):
        started -= len(ended)
        ended.clear()
        if len(events) > _ROWS:
            half = events.pop(), owners.pop()  # it may go on
            yield _arrays(events, owners, traces, found)
            events[:], owners[:], traces[:] = [half[0]], [0], [traces[half[1]], *traces[half[1] + 1 :]]
    yield _arrays(events, owners, traces, found)


def _arrays(events: list[dict[str, str]], owners: list[int], traces: list[dict[str, str]], found: Contents) -> Arrays:
    of = pa.array(owners, pa.int32())
    arrays: Arrays = {}
    for key in ("concept:name", *found.traces):
        arrays[CASE_ATTRIBUTE + key] = pa.array([trace.get(key) for trace in traces], pa.string()).take(of)
    for key in found.events:
        arrays[key] = pa.array([event.get(key) for event in events], pa.string())
    return arrays
