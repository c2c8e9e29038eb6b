"""CloudEvents, a JSON object a line: the subject is the case, and one bad line does not spoil the others."""

import gzip
import json
from datetime import UTC
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from hypothesis import given

from loper.log import cloudevents, cloudevents_write
from loper.log.table import BadLog, Reading, table_of
from tests.log.every_column import logs, told

REPORT = {"specversion": "1.0", "id": "4711", "source": "erp.example.nl", "type": "job.reported", "subject": "R-1",
          "time": "2026-09-01T09:00:00+02:00", "emitter": "planner", "customer": "K-1",
          "data": {"problem": "leak", "channel": "web", "rooms": [1], "type": "inside", "urgent": True}}  # fmt: skip
VISIT = {"specversion": "1.0", "id": "1", "source": "erp.example.nl", "type": "visit.done", "subject": "R-1",
         "time": "2026-09-02T09:00:00Z", "data": {"minutes": 30, "due": "2026-09-03T00:00:00Z"}}  # fmt: skip


def lines(*events: Any) -> bytes:
    return "\n".join(one if isinstance(one, str) else json.dumps(one) for one in events).encode()


def opened(folder: Path, content: bytes, name: str = "log.jsonl", names: dict[str, str] | None = None) -> Reading:
    path = folder / name
    path.write_bytes(content)
    return cloudevents.read(path, names=names or {}, lifecycle=None, zone=UTC)


def test_an_event_of_the_api_is_a_contact(tmp_path: Path) -> None:
    reading = opened(tmp_path, lines(REPORT, VISIT))
    assert told(table_of(reading)) == [
        {"case": "R-1", "activity": "job.reported", "time": at("2026-09-01T07:00"), "customer": "K-1",
         "initiator": "planner", "channel": "web", "problem": "leak", "data.type": "inside", "urgent": True},
        {"case": "R-1", "activity": "visit.done", "time": at("2026-09-02T09:00"), "minutes": 30,
         "due": at("2026-09-03T00:00")},
    ]  # fmt: skip
    assert [note.text for note in reading.rejects.notes] == ["1 lists and objects within `data` were left out"]
    assert reading.columns.left_out == {"specversion", "id", "source"}


def at(text: str) -> Any:
    return pa.scalar(text).cast(pa.timestamp("us", tz="UTC"), safe=False).as_py() if "Z" in text else at(text + ":00Z")


def test_a_bad_line_is_told_with_its_number_and_the_others_are_read(tmp_path: Path) -> None:
    no_time = {name: value for name, value in VISIT.items() if name != "time"}
    reading = opened(tmp_path, lines(REPORT, "", "oops", "[1]", no_time, VISIT, json.dumps(VISIT)[:40]))
    table = table_of(reading)
    assert table["seq"].to_pylist() == [1, 6]
    assert sorted((one.row, one.why) for one in reading.rejects.rows) == [
        (3, "not JSON: Expecting value"), (4, "not a JSON object"), (5, "time is empty"),
        (7, "not JSON: Unterminated string starting at"),
    ]  # fmt: skip


def test_a_batch_gz_and_other_encodings_are_read(tmp_path: Path) -> None:
    expected = told(table_of(opened(tmp_path, lines(REPORT, VISIT))))
    for name, content in {
        "batch.json": json.dumps([REPORT, VISIT], indent=1).encode(),
        "log.jsonl.gz": gzip.compress(lines(REPORT, VISIT)),
        "bom.ndjson": b"\xef\xbb\xbf" + lines(REPORT, VISIT),
        "wide.jsonl": lines(REPORT, VISIT).decode().encode("utf-16"),
    }.items():
        assert told(table_of(opened(tmp_path, content, name))) == expected, name


def test_json_lines_with_other_names_are_read_when_these_are_said(tmp_path: Path) -> None:
    row = {"zaaknummer": 7, "stap": "Bellen", "wanneer": "2026-01-05T09:00:00Z", "kanaal": "telefoon"}
    reading = opened(tmp_path, lines(row), names={"time": "wanneer"})
    assert told(table_of(reading)) == [
        {"case": "7", "activity": "Bellen", "time": at("2026-01-05T09:00"), "channel": "telefoon"}
    ]


@pytest.mark.parametrize(
    ("name", "content", "says"),
    [
        ("half.jsonl.gz", gzip.compress(lines(REPORT, VISIT))[:-12], "the packed file breaks off"),
        ("half.json", json.dumps([REPORT, VISIT]).encode()[:-9], "the list of events is no whole JSON"),
        ("words.jsonl", b"hello\nworld\n", "none of its 2 lines is a JSON object"),
        ("empty.jsonl", b"", "none of its 0 lines is a JSON object"),
        ("other.jsonl", b'{"a": 1}', "'a'"),
    ],
)
def test_what_has_no_events_is_refused(tmp_path: Path, name: str, content: bytes, says: str) -> None:
    with pytest.raises(BadLog) as refused:
        opened(tmp_path, content, name)
    assert says in str(refused.value)


@pytest.mark.parametrize("kept", [0, 1_000_000])
@given(log=logs())
def test_what_is_written_is_read_back(tmp_path_factory: pytest.TempPathFactory, kept: int, log: pa.Table) -> None:
    path = tmp_path_factory.mktemp("events") / "log.jsonl.gz"
    cloudevents_write.write(log.to_batches(), log.schema, path)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(cloudevents, "_ROWS", 5)
        patch.setattr(cloudevents, "_KEPT", kept)
        reading = cloudevents.read(path, names={}, lifecycle=None, zone=UTC)
        assert told(table_of(reading)) == told(log)
        assert not reading.rejects.reasons and not reading.rejects.notes
