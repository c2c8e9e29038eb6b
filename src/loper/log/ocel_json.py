"""OCEL 2.0 as JSON."""

from __future__ import annotations

import gzip
import json
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import pyarrow as pa

from loper.log.ocel_model import ALWAYS, Happening, Ocel, Thing, Types, plain
from loper.log.table import INSTANT, WORD, BadLog

_JSON: Mapping[str, pa.DataType] = {
    "string": WORD, "time": INSTANT, "integer": pa.int64(), "float": pa.float64(), "boolean": pa.bool_(),
}  # fmt: skip


def load(path: Path) -> Ocel:
    raw = path.read_bytes()
    try:
        found = json.loads(gzip.decompress(raw) if raw[:2] == b"\x1f\x8b" else raw.removeprefix(b"\xef\xbb\xbf"))
    except (EOFError, gzip.BadGzipFile) as error:
        raise BadLog([f"{path.name}: the packed file breaks off or is damaged ({error}); fetch it again"]) from None
    except json.JSONDecodeError as error:
        where = f"line {error.lineno}, column {error.colno}"
        raise BadLog([f"{path.name}: {where}: this is no whole JSON ({error.msg}); export it again"]) from None
    except (UnicodeDecodeError, RecursionError):
        raise BadLog([f"{path.name}: this is no JSON in UTF-8; export it again"]) from None
    problems = _shape(path, found)
    if problems:
        raise BadLog(problems)
    ocel = Ocel(event_types=_declared(found["eventTypes"]), object_types=_declared(found["objectTypes"]))
    for one in found["objects"]:
        thing = Thing(type=str(one["type"]))
        for said in sorted(one.get("attributes") or [], key=lambda said: str(said.get("time", ""))):
            thing.changed |= said["name"] in thing.values
            thing.values[said["name"]] = said.get("value")
        ocel.objects[str(one["id"])] = thing
        ocel.links += [(str(one["id"]), *link) for link in _related(one)]
    for one in found["events"]:
        values = {said["name"]: said.get("value") for said in one.get("attributes") or []}
        ocel.events.append(
            Happening(
                id=str(one["id"]), type=str(one["type"]), time=one.get("time"), values=values, about=_related(one)
            )
        )
    return ocel


def _shape(path: Path, found: Any) -> list[str]:
    """What is wrong with the frame of it, so that the reading can be plain."""
    parts = ("eventTypes", "objectTypes", "events", "objects")
    if not isinstance(found, dict) or not all(isinstance(found.get(part), list) for part in parts):
        lacks = [part for part in parts if not isinstance(found, dict) or not isinstance(found.get(part), list)]
        return [
            f"{path.name}: this is no OCEL 2.0: it lacks the lists {', '.join(lacks)} "
            "(OCEL 1.0 begins with ocel:global-log: convert it to 2.0 first)"
        ]
    problems = []
    for part, needs in (("eventTypes", ["name"]), ("objectTypes", ["name"]), ("events", _NEEDS), ("objects", _NEEDS)):
        for number, one in enumerate(found[part], 1):
            lacking = [key for key in needs if not isinstance(one, dict) or key not in one]
            if lacking:
                problems.append(f"{path.name}: {part}, number {number}: it lacks {' and '.join(lacking)}")
            elif not all(_is_list_of(one.get(key), need) for key, need in _LISTS[part]):
                problems.append(
                    f"{path.name}: {part}, number {number}: its attributes or relationships are no list of them"
                )
    return problems if len(problems) <= 20 else [*problems[:20], f"and {len(problems) - 20} more"]


_NEEDS = ["id", "type"]
_LISTS = {
    "eventTypes": [("attributes", "name")],
    "objectTypes": [("attributes", "name")],
    "events": [("attributes", "name"), ("relationships", "objectId")],
    "objects": [("attributes", "name"), ("relationships", "objectId")],
}


def _is_list_of(value: Any, need: str) -> bool:
    return value is None or (isinstance(value, list) and all(isinstance(one, dict) and need in one for one in value))


def _declared(types: list[dict[str, Any]]) -> Types:
    return {
        str(one["name"]): {
            str(said["name"]): _JSON.get(str(said.get("type")), WORD) for said in one.get("attributes") or []
        }
        for one in types
    }


def _related(one: dict[str, Any]) -> list[tuple[str, str]]:
    return [(str(link["objectId"]), str(link.get("qualifier", ""))) for link in one.get("relationships") or []]


def save(ocel: Ocel, path: Path) -> None:
    named = {kind: name for name, kind in _JSON.items()}

    def types(of: Types) -> list[dict[str, Any]]:
        return [
            {"name": name, "attributes": [{"name": key, "type": named[kind]} for key, kind in attributes.items()]}
            for name, attributes in of.items()
        ]

    def relationships(links: Iterable[tuple[str, str]]) -> list[dict[str, str]]:
        return [{"objectId": other, "qualifier": qualifier} for other, qualifier in links]

    links: dict[str, list[tuple[str, str]]] = {}
    for one, other, qualifier in ocel.links:
        links.setdefault(one, []).append((other, qualifier))
    whole = {
        "objectTypes": types(ocel.object_types),
        "eventTypes": types(ocel.event_types),
        "objects": [
            {
                "id": id,
                "type": thing.type,
                "attributes": [
                    {"name": key, "time": ALWAYS, "value": plain(value)} for key, value in thing.values.items()
                ],
                "relationships": relationships(links.get(id, ())),
            }
            for id, thing in ocel.objects.items()
        ],
        "events": [
            {
                "id": event.id,
                "type": event.type,
                "time": plain(event.time),
                "attributes": [{"name": key, "value": plain(value)} for key, value in event.values.items()],
                "relationships": relationships(event.about),
            }
            for event in ocel.events
        ],
    }
    lists = (f"{json.dumps(name)}: [\n{_lines(items)}\n]" for name, items in whole.items())
    text = "{\n" + ",\n".join(lists) + "\n}\n"
    path.write_bytes(gzip.compress(text.encode()) if path.suffix == ".gz" else text.encode())


def _lines(items: list[dict[str, Any]]) -> str:
    """One a line: to be read by people too, and written without the slow indenting."""
    return ",\n".join(json.dumps(item, ensure_ascii=False) for item in items)
