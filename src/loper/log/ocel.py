"""OCEL 2.0, in which an event is about several objects: read by choosing which of them is the case."""

from __future__ import annotations

import difflib
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, tzinfo
from pathlib import Path
from typing import Any

import pyarrow as pa

from loper.log.ocel_files import load
from loper.log.ocel_model import Happening, Ocel
from loper.log.table import CASE_ATTRIBUTE, WORD, BadLog
from loper.log.typed import Arrays, Chunk, Progress, Seen, Typed, typed

CASE_TYPE = "customer journey"
LIKE_A_CASE = (CASE_TYPE, "customerjourney", "journey", "klantreis", "case", "zaak", "dossier")
"""Types of objects that are a case where nobody says which, the likeliest first; else the one with most events."""

ID, TYPE, TIME = "ocel_id", "ocel_type", "ocel_time"

_CHUNK = 65_536


@dataclass(frozen=True, kw_only=True)
class Flat:
    """How the objects of a file lie in columns."""

    case: str  # type
    columns: Mapping[str, str]  # type -> column
    fields: Mapping[str, pa.DataType]
    bare: Mapping[str, str]  # object id -> how it is called within its type


def read(
    path: Path,
    *,
    names: Mapping[str, str],
    lifecycle: tuple[str, str] | None,
    zone: tzinfo = UTC,
    object_type: str = "",
) -> Typed:
    """The events of an OCEL 2.0 file, for each case that they are about.

    `object_type` (or `names["case"]`) is the type of objects that are the cases. Every other type is a column with the
    object that the event is about, several with a `;` between them; attributes of a case are columns `case:...` with
    the value that they had last. An event about two cases is in both; one about none is left out: the notes count them.
    A time without an offset is UTC, as the programs have it that write this format, whatever `zone` says.
    Raises BadLog.
    """
    ocel = load(path)
    said = dict(names)
    case = _case(path, ocel, object_type or said.pop("case", ""))
    said.pop("case", None)
    flat = _flat(ocel, case)
    return typed(
        fields=flat.fields,
        names={"case": flat.columns[case], **said},
        usual={"activity": (TYPE,), "time": (TIME,), "customer": _like(flat, ("customer", "klant"))},
        lifecycle=lifecycle,
        zone=UTC,
        size=path.stat().st_size,
        chunks=lambda on_progress: _chunks(path, ocel, flat, on_progress),
        seen=_seen(ocel, case),
        hidden=[ID],
    )


def _case(path: Path, ocel: Ocel, asked: str) -> str:
    """The type that is the case. Raises BadLog with all there are."""
    events = Counter(type for event in ocel.events for type in {_type_of(ocel, id) for id, _ in event.about})
    there = {type: events[type] for type in ocel.object_types}
    listed = ", ".join(f"{type} ({count} events)" for type, count in sorted(there.items(), key=lambda one: -one[1]))
    if asked:
        if asked in there:
            return asked
        near = difflib.get_close_matches(asked, there, n=1, cutoff=0.5)
        meant = f"; did you mean {near[0]!r}?" if near else ""
        raise BadLog([f"{path.name}: no type of object is called {asked!r}{meant}", f"There are: {listed or 'none'}"])
    if not there:
        raise BadLog([f"{path.name}: it has no types of objects, so there is nothing that could be the case"])
    by_name = {type.casefold(): type for type in there}
    for guess in LIKE_A_CASE:
        if guess in by_name:
            return by_name[guess]
    return max(there, key=lambda type: there[type])


def _type_of(ocel: Ocel, id: str) -> str:
    thing = ocel.objects.get(id)
    return thing.type if thing else ""


def _flat(ocel: Ocel, case: str) -> Flat:
    attributes: dict[str, pa.DataType] = {}
    for kinds in ocel.event_types.values():
        for key, kind in kinds.items():
            attributes[key] = _both(attributes.get(key, kind), kind)
    own = {ID: pa.string(), TYPE: WORD, TIME: pa.string()}
    columns = {type: type for type in ocel.object_types}
    for type in ocel.object_types:
        if type in attributes or type in own:
            columns[type] = f"object:{type}"
    fields = {columns[case]: pa.string()} | own
    fields |= {column: pa.string() for column in columns.values()}
    fields |= {CASE_ATTRIBUTE + key: kind for key, kind in ocel.object_types[case].items()}
    fields |= {f"event:{key}" if key in own else key: kind for key, kind in attributes.items()}
    return Flat(case=case, columns=columns, fields=fields, bare=_bare(ocel))


def _both(one: pa.DataType, other: pa.DataType) -> pa.DataType:
    if one == other:
        return one
    return pa.float64() if {one, other} == {pa.int64(), pa.float64()} else WORD


def _bare(ocel: Ocel) -> dict[str, str]:
    """Ids without their type, where all of the type are written `type:id` so as to be unique in the file."""
    by_type: dict[str, list[str]] = {}
    for id, thing in ocel.objects.items():
        by_type.setdefault(thing.type, []).append(id)
    bare = {id: id for id in ocel.objects}
    for type, ids in by_type.items():
        if all(id.startswith(f"{type}:") and id != f"{type}:" for id in ids):
            bare |= {id: id.removeprefix(f"{type}:") for id in ids}
    return bare


def _like(flat: Flat, names: tuple[str, ...]) -> list[str]:
    return [*(column for type, column in flat.columns.items() if type.casefold() in names), *names]


def _seen(ocel: Ocel, case: str) -> list[Seen]:
    counts = [sum(_type_of(ocel, id) == case for id in {id for id, _ in event.about}) for event in ocel.events]
    unknown = sum(id not in ocel.objects for event in ocel.events for id, _ in event.about)
    changed = sum(thing.changed for thing in ocel.objects.values() if thing.type == case)
    said = {
        "no case": (f"events are about no {case} and were left out", sum(not count for count in counts)),
        "cases": (
            f"events are about more than one {case}: they are in each of them",
            sum(count > 1 for count in counts),
        ),
        "gone": ("times an event is about an object that the file does not have", unknown),
        "changed": (f"of {case} changed on the way: the attributes are those it had last", changed),
    }
    return [Seen(kind=kind, text=text, count=count) for kind, (text, count) in said.items()]


def _chunks(path: Path, ocel: Ocel, flat: Flat, on_progress: Progress) -> Iterator[Chunk]:
    found: list[dict[str, Any]] = []
    for event in ocel.events:
        found += _rows_of(ocel, flat, event)
        if len(found) >= _CHUNK:
            yield Chunk(arrays=_arrays(found, flat))
            found = []
    yield Chunk(arrays=_arrays(found, flat))
    if on_progress:
        on_progress(path.stat().st_size)


def _rows_of(ocel: Ocel, flat: Flat, event: Happening) -> Iterator[dict[str, Any]]:
    """The event once for each case that it is about."""
    about: dict[str, list[str]] = {}
    for id in dict.fromkeys(id for id, _ in event.about):
        if id in ocel.objects:
            about.setdefault(ocel.objects[id].type, []).append(id)
    row = {f"event:{key}" if key in (ID, TYPE, TIME) else key: value for key, value in event.values.items()}
    row |= {ID: event.id, TYPE: event.type, TIME: event.time}
    row |= {
        flat.columns[type]: ";".join(flat.bare[id] for id in ids) for type, ids in about.items() if type in flat.columns
    }
    for id in about.get(flat.case, ()):
        its = {CASE_ATTRIBUTE + key: value for key, value in ocel.objects[id].values.items()}
        yield {**row, **its, flat.columns[flat.case]: flat.bare[id]}


def _arrays(found: list[dict[str, Any]], flat: Flat) -> Arrays:
    return {name: _array([row.get(name) for row in found], kind) for name, kind in flat.fields.items()}


def _array(values: list[Any], kind: pa.DataType) -> pa.Array:
    """In the declared type where all values are of it, else as the texts that they are."""
    if kind == pa.bool_():
        values = [bool(value) if value in (0, 1) else value for value in values]
    try:
        if kind in (pa.int64(), pa.float64(), pa.bool_()):
            return pa.array(values, kind)
    except (pa.ArrowInvalid, pa.ArrowTypeError, OverflowError):
        pass
    return pa.array([None if value is None else str(value) for value in values], pa.string())
