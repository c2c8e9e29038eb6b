"""XES: what stands in a file is in the table, and of a broken file nothing is."""

import gzip
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

import pyarrow as pa
import pytest
from hypothesis import given

from loper.log import xes, xes_write, xml_stream
from loper.log.table import NEEDED, BadLog, Reading, table_of
from tests.log.every_column import logs, told

NOW = datetime(2026, 1, 5, 9, tzinfo=UTC)
BARE = pa.schema(NEEDED.items())

HEAD = '<?xml version="1.0" encoding="UTF-8"?>\n<log xes.version="1.0" xmlns="http://www.xes-standard.org/">\n'
LOG = (
    HEAD
    + """
  <extension name="Concept" prefix="concept" uri="http://www.xes-standard.org/concept.xesext"/>
  <global scope="event"><string key="concept:name" value="UNKNOWN"/><string key="team" value="front"/></global>
  <classifier name="Step" keys="concept:name 'lifecycle:transition'"/>
  <string key="concept:name" value="a log"/>
  <trace>
    <string key="concept:name" value="C1"/><string key="channel" value="web"/><int key="homes" value="12"/>
    <event><string key="concept:name" value="Report"/><date key="time:timestamp" value="2026-01-05T09:00:00.250+01:00"/>
      <string key="lifecycle:transition" value="complete"/><float key="cost" value="1.5"/>
      <boolean key="urgent" value="true"/></event>
    <event><string key="concept:name" value="Visit"><string key="by" value="R"/></string>
      <date key="time:timestamp" value="2026-01-06T10:00:00"/><string key="lifecycle:transition" value="start"/>
      <string key="team" value="back"/></event>
  </trace>
  <trace><event><string key="concept:name" value="Report"/>
    <date key="time:timestamp" value="2026-01-05T08:00:00Z"/></event></trace>
</log>"""
)


def opened(path: Path, names: dict[str, str] | None = None, lifecycle: tuple[str, str] | None = None) -> Reading:
    return xes.read(path, names=names or {}, lifecycle=lifecycle, zone=UTC)


def written(folder: Path, text: str | bytes, name: str = "log.xes") -> Path:
    path = folder / name
    path.write_bytes(text.encode() if isinstance(text, str) else text)
    return path


def test_a_trace_is_a_case_and_its_attributes_are_columns(tmp_path: Path) -> None:
    reading = opened(written(tmp_path, LOG))
    table = table_of(reading)
    assert table["case"].to_pylist() == ["C1", "C1", "#2"]
    assert table["activity"].to_pylist() == ["Report", "Visit", "Report"]
    assert [at.isoformat() for at in table["time"].to_pylist()] == [
        "2026-01-05T08:00:00.250000+00:00", "2026-01-06T10:00:00+00:00", "2026-01-05T08:00:00+00:00",
    ]  # fmt: skip
    assert table["seq"].to_pylist() == [1, 2, 3]
    assert table["channel"].to_pylist() == ["web", "web", None]
    assert table["case:homes"].to_pylist() == [12, 12, None]
    assert table["cost"].to_pylist() == [1.5, None, None]
    assert table["urgent"].to_pylist() == [True, None, None]
    assert table["team"].to_pylist() == ["front", "back", "front"]
    assert reading.columns.names["channel"] == "case:channel"
    assert [note.text for note in reading.rejects.notes] == [
        "1 attributes within attributes (or lists of them) were left out"
    ]


def test_a_classifier_can_be_the_activity(tmp_path: Path) -> None:
    complete = ("lifecycle:transition", "complete")
    reading = opened(written(tmp_path, LOG), names={"activity": "Step"}, lifecycle=complete)
    assert table_of(reading)["activity"].to_pylist() == ["Report+complete"]
    assert reading.rejects.left_out == 2


def test_gz_a_byte_order_mark_and_a_prefix_are_read(tmp_path: Path) -> None:
    plain = table_of(opened(written(tmp_path, LOG)))
    prefixed = LOG.replace("xmlns=", "xmlns:x=").replace("</", "</x:").replace("<", "<x:").replace("<x:/x:", "</x:")
    prefixed = prefixed.replace("<x:?xml", "<?xml")
    for name, data in {
        "log.xes.gz": gzip.compress(LOG.encode()),
        "bom.xes": b"\xef\xbb\xbf" + LOG.encode(),
        "utf16.xes": LOG.replace("UTF-8", "UTF-16").encode("utf-16"),
        "prefix.xes": prefixed.encode(),
    }.items():
        assert table_of(opened(written(tmp_path, data, name))) == plain, name


@pytest.mark.parametrize(
    ("name", "data", "says"),
    [
        ("half.xes", LOG[: LOG.index("</trace>")].encode(), "line 16, column 3: the XML is not whole here"),
        ("half.xes.gz", gzip.compress(LOG.encode())[:-30], "the compressed file breaks off"),
        ("bomb.xes", b'<!DOCTYPE log [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;&a;">]><log>&b;</log>', "refused"),
        ("ocel.xml", b"<log><object-types/></log>", "this is OCEL 2.0 in XML, which is not read"),
        ("other.xes", b"<html><body/></html>", "this is no XES"),
        ("empty.xes", b"", "the XML is not whole here (no element found)"),
    ],
)
def test_of_a_broken_file_nothing_is_taken(tmp_path: Path, name: str, data: bytes, says: str) -> None:
    with pytest.raises(BadLog) as refused:
        opened(written(tmp_path, data, name))
    assert says in str(refused.value)


def test_wrong_names_are_all_told_with_what_there_is(tmp_path: Path) -> None:
    with pytest.raises(BadLog) as refused:
        opened(written(tmp_path, LOG), names={"channel": "case:chanel", "colour": "x", "time": "timestamp"})
    said = "\n".join(refused.value.problems)
    for expected in ("'case:chanel'", "case:channel", "'colour'", "'x'", "'timestamp'", "time:timestamp", "'Step'"):
        assert expected in said


def test_an_event_without_activity_or_time_is_told(tmp_path: Path) -> None:
    bad = LOG.replace('<string key="concept:name" value="Visit">', '<string key="concept:nome" value="Visit">')
    bad = bad.replace("2026-01-05T08:00:00Z", "yesterday")
    reading = opened(written(tmp_path, bad))
    assert table_of(reading)["activity"].to_pylist() == ["Report"]
    assert [(r.row, r.why, r.column, r.value) for r in reading.rejects.rows] == [
        (2, "activity is empty", "concept:name", ""),
        (3, "not a time", "time:timestamp", "yesterday"),
    ]


def test_a_log_without_events_is_an_empty_table(tmp_path: Path) -> None:
    keys = '<string key="concept:name" value=""/><date key="time:timestamp" value=""/>'
    text = f'{HEAD}<global scope="event">{keys}</global></log>'
    table = table_of(opened(written(tmp_path, text)))
    assert table.num_rows == 0 and table.schema.field("time").type == pa.timestamp("us", tz="UTC")


@given(log=logs())
def test_what_is_written_is_read_back(tmp_path_factory: pytest.TempPathFactory, log: pa.Table) -> None:
    path = tmp_path_factory.mktemp("xes") / "log.xes.gz"
    xes_write.write(log.to_batches(), log.schema, path)
    reading = opened(path)
    assert told(table_of(reading)) == told(log)
    assert not reading.rejects.reasons and not reading.rejects.notes


def test_what_xml_cannot_hold_becomes_a_mark(tmp_path: Path) -> None:
    log = pa.Table.from_pylist([{"case": "\x00", "activity": "\ufffe", "time": NOW, "seq": 1}], BARE)
    xes_write.write(log.to_batches(), BARE, tmp_path / "log.xes")
    assert [*told(table_of(opened(tmp_path / "log.xes")))[0].values()][:2] == ["\ufffd", "\ufffd"]


def test_two_columns_that_would_be_one_attribute_are_refused(tmp_path: Path) -> None:
    schema = BARE.append(pa.field("concept:name", pa.string()))
    with pytest.raises(BadLog, match="two columns would both be the attribute 'concept:name'; rename one"):
        xes_write.write([], schema, tmp_path / "log.xes")


@pytest.mark.parametrize("kept", [0, 1_000_000])
def test_rows_handed_out_in_parts_are_the_same_rows(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, kept: int) -> None:
    path = written(tmp_path, LOG)
    whole = table_of(opened(path))
    monkeypatch.setattr(xes, "parse", partial(xml_stream.parse, chunk=7))
    monkeypatch.setattr(xes, "_ROWS", 1)
    monkeypatch.setattr(xes, "_KEPT", kept)
    reading = opened(path)
    assert [batch.num_rows for batch in reading.batches()] == [1, 1, 1]
    assert table_of(reading).to_pylist() == whole.to_pylist()


def test_a_key_of_several_types_is_what_holds_them_all(tmp_path: Path) -> None:
    """Whole numbers and others are numbers, numbers and words are words; what is not of its type is told."""

    def event(number: int, *attributes: str) -> str:
        time = f'<date key="time:timestamp" value="2026-01-0{number}T09:00:00.123456789+01:00"/>'
        return f'<event><string key="concept:name" value="A"/>{time}{"".join(attributes)}</event>'

    events = [
        event(1, '<int key="n" value="1"/>', '<int key="w" value="1"/>', '<int key="bad" value="one"/>'),
        event(2, '<float key="n" value="2.5"/>', '<string key="w" value="two"/>', '<int key="bad" value="7"/>'),
        event(3, '<float key="n" value="INF"/>', '<boolean key="yes" value="true"/>', '<list key="l"><values/></list>'),
    ]
    reading = opened(written(tmp_path, f"{HEAD}<trace>{''.join(events)}</trace></log>"))
    table = table_of(reading)
    assert table["n"].to_pylist() == [1.0, 2.5, float("inf")]
    assert table["w"].to_pylist() == ["1", "two", None]
    assert table["bad"].to_pylist() == [None, 7, None]
    assert table["yes"].to_pylist() == [None, None, True]
    assert [(one.row, one.column, one.value, one.whole) for one in reading.rejects.rows] == [(1, "bad", "one", False)]
    assert [note.count for note in reading.rejects.notes] == [1]


def test_events_and_attributes_that_are_out_of_place_are_counted(tmp_path: Path) -> None:
    one = (
        '<event><string key="concept:name" value="A"/><date key="time:timestamp" value="2026-01-01T09:00:00Z"/></event>'
    )
    text = f'{HEAD}{one}<trace>{one}<string key="late" value="x"/>{one}</trace></log>'
    reading = opened(written(tmp_path, text))
    table = table_of(reading)
    assert table["case:late"].to_pylist() == ["x", "x"]
    assert {note.kind: note.count for note in reading.rejects.notes} == {"late": 1, "stray": 1}
