"""OCEL 2.0: one of its types of objects is the case, and what is written is read back."""

import json
import sqlite3
from datetime import UTC
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from hypothesis import given, settings

from loper.log import ocel, ocel_write
from loper.log.table import BadLog, Reading, table_of
from tests.log.every_column import SCHEMA, logs, told

WITH_VISITS = SCHEMA.append(pa.field("appointment", pa.string()))

ORDERS: dict[str, Any] = {
    "eventTypes": [
        {"name": "place order", "attributes": [{"name": "items", "type": "integer"},
                                               {"name": "channel", "type": "string"}]},
        {"name": "send parcel", "attributes": [{"name": "weight", "type": "float"},
                                               {"name": "order", "type": "string"}]},
    ],
    "objectTypes": [
        {"name": "order", "attributes": [{"name": "price", "type": "float"}, {"name": "rush", "type": "boolean"}]},
        {"name": "parcel", "attributes": []},
        {"name": "Klant", "attributes": []},
    ],
    "objects": [
        {"id": "o1", "type": "order", "attributes": [
            {"name": "price", "time": "2026-01-02T00:00:00Z", "value": 9.5},
            {"name": "price", "time": "1970-01-01T00:00:00Z", "value": 8},
            {"name": "rush", "time": "1970-01-01T00:00:00Z", "value": True}]},
        {"id": "o2", "type": "order"},
        {"id": "p1", "type": "parcel", "attributes": [], "relationships": [{"objectId": "o1", "qualifier": "of"}]},
        {"id": "k1", "type": "Klant"},
    ],
    "events": [
        {"id": "e1", "type": "place order", "time": "2026-01-01T09:00:00+01:00",
         "attributes": [{"name": "items", "value": 3}, {"name": "channel", "value": "web"}],
         "relationships": [{"objectId": "o1", "qualifier": "order"}, {"objectId": "k1", "qualifier": "by"}]},
        {"id": "e2", "type": "place order", "time": "2026-01-01T10:00:00",
         "attributes": [{"name": "items", "value": "many"}],
         "relationships": [{"objectId": "o2", "qualifier": "order"}]},
        {"id": "e3", "type": "send parcel", "time": "2026-01-03T10:00:00Z",
         "attributes": [{"name": "weight", "value": 2}],
         "relationships": [{"objectId": "o1", "qualifier": ""}, {"objectId": "o2", "qualifier": ""},
                           {"objectId": "p1", "qualifier": ""}, {"objectId": "gone", "qualifier": ""}]},
        {"id": "e4", "type": "send parcel", "time": "2026-01-04T10:00:00Z",
         "relationships": [{"objectId": "p1", "qualifier": ""}]},
    ],
}  # fmt: skip


def opened(path: Path, names: dict[str, str] | None = None, **more: str) -> Reading:
    return ocel.read(path, names=names or {}, lifecycle=None, zone=UTC, **more)


def written(folder: Path, what: Any, name: str = "log.json") -> Path:
    path = folder / name
    path.write_bytes(what if isinstance(what, bytes) else json.dumps(what).encode())
    return path


def test_an_event_about_two_cases_is_in_both_and_one_about_none_is_left_out(tmp_path: Path) -> None:
    reading = opened(written(tmp_path, ORDERS), object_type="order")
    rows = table_of(reading).to_pylist()
    assert [(row["case"], row["activity"], row["time"].isoformat()[:16]) for row in rows] == [
        ("o1", "place order", "2026-01-01T08:00"), ("o2", "place order", "2026-01-01T10:00"),
        ("o1", "send parcel", "2026-01-03T10:00"), ("o2", "send parcel", "2026-01-03T10:00"),
    ]  # fmt: skip
    assert [row["customer"] for row in rows] == ["k1", None, None, None]
    assert [row["channel"] for row in rows] == ["web", None, None, None]
    assert [row["items"] for row in rows] == [3, None, None, None]
    assert [row["parcel"] for row in rows] == [None, None, "p1", "p1"]
    assert [row["case:price"] for row in rows] == [9.5, None, 9.5, None]
    assert [row["case:rush"] for row in rows] == [True, None, True, None]
    assert said(reading) == [
        "1 events are about no order and were left out",
        "1 events are about more than one order: they are in each of them",
        "1 times an event is about an object that the file does not have",
        "1 of order changed on the way: the attributes are those it had last",
    ]


def said(reading: Any) -> list[str]:
    return [note.text for note in reading.rejects.notes]


def test_the_case_is_the_type_nearest_to_a_journey_else_the_one_with_most_events(tmp_path: Path) -> None:
    assert opened(written(tmp_path, ORDERS)).columns.names["case"] == "object:order"
    zaak = json.loads(json.dumps(ORDERS).replace('"Klant"', '"Zaak"'))
    assert opened(written(tmp_path, zaak)).columns.names["case"] == "Zaak"
    with pytest.raises(BadLog) as refused:
        opened(written(tmp_path, ORDERS), names={"case": "orders"})
    assert refused.value.problems == [
        "log.json: no type of object is called 'orders'; did you mean 'order'?",
        "There are: order (3 events), parcel (2 events), Klant (1 events)",
    ]


@pytest.mark.parametrize(
    ("name", "data", "says"),
    [
        ("half.json", json.dumps(ORDERS).encode()[:-90], "this is no whole JSON"),
        ("old.json", {"ocel:global-log": {}}, "it lacks the lists eventTypes, objectTypes, events, objects"),
        ("list.json", [], "this is no OCEL 2.0"),
        ("bare.json", {**ORDERS, "events": [{"id": "e1"}, {"type": "x"}]}, "events, number 2: it lacks id"),
        ("odd.json", {**ORDERS, "objects": [{"id": "o", "type": "order", "attributes": [3]}]}, "objects, number 1"),
        ("latin.json", b'{"a": "\xe9"}', "no JSON in UTF-8"),
        ("half.sqlite", b"SQLite format 3\0" + b"\1" * 600, "the database cannot be read"),
        ("none.json", {**ORDERS, "objectTypes": []}, "it has no types of objects"),
    ],
)
def test_what_is_no_ocel_is_refused(tmp_path: Path, name: str, data: Any, says: str) -> None:
    with pytest.raises(BadLog) as refused:
        opened(written(tmp_path, data, name))
    assert says in str(refused.value)


def test_a_database_without_its_tables_is_refused(tmp_path: Path) -> None:
    with sqlite3.connect(tmp_path / "other.db") as base:
        base.execute("CREATE TABLE event (ocel_id TEXT)")
    with pytest.raises(BadLog, match="lacks the tables object, event_map_type, object_map_type, event_object"):
        opened(tmp_path / "other.db")


@pytest.mark.parametrize("name", ["log.sqlite", "log.jsonocel", "log.json.gz"])
@settings(max_examples=40)
@given(log=logs(WITH_VISITS))
def test_what_is_written_is_read_back(tmp_path_factory: pytest.TempPathFactory, name: str, log: pa.Table) -> None:
    path = tmp_path_factory.mktemp("ocel") / name
    ocel_write.write(log.to_batches(), log.schema, path)
    reading = opened(path)
    assert told(table_of(reading)) == told(log)
    assert not reading.rejects.reasons and not reading.rejects.notes


def test_ids_that_two_types_share_are_written_with_their_type(tmp_path: Path) -> None:
    schema = pa.schema([("case", pa.string()), ("activity", pa.string()), ("time", pa.timestamp("us", tz="UTC")),
                        ("seq", pa.int64()), ("customer", pa.string())])  # fmt: skip
    log = pa.Table.from_pylist([{"case": "7", "activity": "Call", "time": 0, "seq": 1, "customer": "7"}], schema)
    ocel_write.write(log.to_batches(), schema, tmp_path / "log.json")
    whole = json.loads((tmp_path / "log.json").read_text())
    assert [one["id"] for one in whole["objects"]] == ["customer journey:7", "customer:7"]
    assert told(table_of(opened(tmp_path / "log.json"))) == told(log)


def test_columns_that_differ_in_capitals_only_are_refused(tmp_path: Path) -> None:
    schema = pa.schema([("case", pa.string()), ("team", pa.string()), ("Team", pa.string()), ("OCEL_id", pa.string())])
    with pytest.raises(BadLog) as refused:
        ocel_write.write([], schema, tmp_path / "log.db")
    assert refused.value.problems == [
        "log.db: 'team' and 'Team' would be one column in it; rename one",
        "log.db: 'OCEL_id' and 'ocel_id' would be one column in it; rename one",
    ]
