"""Every form of a log goes through the one door, in and out, whatever the file is called."""

import json
import sqlite3
from datetime import UTC
from pathlib import Path

import pyarrow as pa
import pytest

from loper.log.open import ENDINGS, kind_of, open_log
from loper.log.table import BadLog, table_of
from loper.log.write import write_log
from tests.log.every_column import SCHEMA, told

ROW = {"case": "C1", "activity": "Call", "time": 0, "seq": 1, "customer": "K-1", "channel": "phone", "round": 2}
NAMES = {
    "log.xes": "xes", "log.xes.gz": "xes", "log.sqlite": "ocel", "log.db": "ocel", "log.jsonocel": "ocel",
    "log.json": "ocel", "log.jsonocel.gz": "ocel", "log.cjml": "cjml", "log.jsonl": "cloudevents",
    "log.ndjson.gz": "cloudevents",
}  # fmt: skip


@pytest.mark.parametrize(("name", "kind"), NAMES.items())
def test_a_log_is_known_by_what_is_in_it(tmp_path: Path, name: str, kind: str) -> None:
    log = pa.Table.from_pylist([ROW], SCHEMA)
    write_log(log, tmp_path / name)
    other = tmp_path / "what is this"
    other.write_bytes((tmp_path / name).read_bytes())
    assert kind_of(tmp_path / name) == kind_of(other) == kind
    assert told(table_of(open_log(other, zone=UTC))) == told(log)


def test_json_is_told_apart_by_what_it_is(tmp_path: Path) -> None:
    event = {
        "specversion": "1.0",
        "id": "1",
        "source": "x",
        "type": "Call",
        "subject": "C1",
        "time": "2026-01-01T00:00:00Z",
    }
    for name, text in {
        "lines.json": json.dumps(event) + "\n" + json.dumps(event),
        "list.json": json.dumps([event, event], indent=2),
    }.items():
        (tmp_path / name).write_text(text)
        assert table_of(open_log(tmp_path / name, zone=UTC)).num_rows == 2
    long = {"events": [{"id": "e", "x": "y" * 5000}], "eventTypes": [], "objectTypes": [], "objects": []}
    (tmp_path / "late.json").write_text(json.dumps(long, indent=1))
    with pytest.raises(BadLog, match="events, number 1: it lacks type"):
        open_log(tmp_path / "late.json", zone=UTC)


def test_what_goes_wrong_leaves_the_file_that_was_there(tmp_path: Path) -> None:
    (tmp_path / "log.db").write_bytes(b"before")
    log = pa.Table.from_pylist([ROW], SCHEMA).append_column("Team", pa.array(["x"]))
    with pytest.raises(BadLog, match="would be one column"):
        write_log(log, tmp_path / "log.db")
    assert (tmp_path / "log.db").read_bytes() == b"before"
    assert [path.name for path in tmp_path.iterdir()] == ["log.db"]


def test_a_case_of_many_contacts_and_equal_times_keep_their_order(tmp_path: Path) -> None:
    rows = [{"case": "C1", "activity": f"step {number % 300}", "time": 0, "seq": number} for number in range(1, 20_001)]
    log = pa.Table.from_pylist(rows, SCHEMA)
    for name in ("log.xes", "log.jsonl", "log.db", "log.cjml"):
        write_log(log, tmp_path / name)
        assert table_of(open_log(tmp_path / name, zone=UTC))["activity"].to_pylist() == [
            row["activity"] for row in rows
        ]
    with sqlite3.connect(tmp_path / "log.db") as base:
        assert base.execute("SELECT count(*) FROM event_map_type").fetchone() == (300,)


def test_a_bar_of_progress_comes_to_its_end(tmp_path: Path) -> None:
    for name in ("log.xes.gz", "log.jsonl", "log.db", "log.cjml"):
        write_log(pa.Table.from_pylist([ROW], SCHEMA), tmp_path / name)
        heard: list[int] = []
        reading = open_log(tmp_path / name, zone=UTC)
        list(reading.batches(heard.append))
        assert heard[-1] == reading.size == (tmp_path / name).stat().st_size


def test_the_page_of_forms_has_every_ending(tmp_path: Path) -> None:
    page = (Path(__file__).parents[2] / "docs/reference/formats.md").read_text()
    forms = [end for end, kind in ENDINGS.items() if kind in ("xes", "ocel", "cjml", "cloudevents")]
    assert forms and [end for end in forms if f"`{end}`" not in page] == []
