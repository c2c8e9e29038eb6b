"""The door: whatever is put before it, there is a log or a clear word about why not."""

from __future__ import annotations

import gc
import weakref
from pathlib import Path

import pyarrow as pa
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from loper.log import separated
from loper.log.open import READERS, kind_of, open_log
from loper.log.table import NEEDED, BadLog, Reading, table_of
from tests.log.reading import AMSTERDAM, read

same_folder = settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
CELLS = st.sampled_from(
    [
        "",
        "1",
        "x",
        "2025-01-13",
        "13-1-2025 10:00",
        '"',
        '"q"',
        "=1",
        "é",
        "\ufeff",
        "99999999999",
        "1,5",
        "NULL",
        "\x00",
        "a b",
    ]
)
ENDS = st.sampled_from(["\n", "\r\n", "\r", "\n\n", ""])
HEADERS = st.permutations(["case", "activity", "time", "channel", "bedrag"])


def counted(reading: Reading) -> int:
    """Rows that came, were rejected or left out; every batch is as the schema says."""
    rows = 0
    for batch in reading.batches():
        assert batch.schema == reading.schema
        batch.validate(full=True)
        assert all(batch.column(name).null_count == 0 for name in NEEDED)
        rows += batch.num_rows
    return rows + reading.rejects.count + reading.rejects.left_out


@same_folder
@given(
    headers=HEADERS,
    lines=st.lists(st.lists(CELLS, min_size=1, max_size=6), max_size=12),
    sign=st.sampled_from(",;\t|"),
    end=ENDS,
)
def test_no_table_of_odd_cells_is_too_odd(
    tmp_path: Path, headers: list[str], lines: list[list[str]], sign: str, end: str
) -> None:
    text = (end or "\n").join(sign.join(line) for line in [headers, *lines]) + end
    try:
        reading = read(tmp_path, text, separator=sign)
        counted(reading)
    except BadLog as bad:
        assert bad.problems and all(bad.problems)


@same_folder
@given(content=st.binary(max_size=300), name=st.sampled_from(["log.csv", "log.parquet", "log.xes", "log.gz", "log"]))
def test_no_bytes_are_too_odd(tmp_path: Path, content: bytes, name: str) -> None:
    try:
        counted(read(tmp_path, content, name=name))
    except BadLog as bad:
        assert bad.problems and all(bad.problems)


@same_folder
@given(
    st.lists(
        st.sampled_from(["1,a,2025-01-13 10:00", "1,a", ",a,2025-01-13", "1,,x", "", ",,", "1,a,x,y"]), max_size=40
    )
)
def test_no_row_is_dropped_silently(tmp_path: Path, lines: list[str]) -> None:
    text = "case,activity,time\n" + "".join(f"{line}\n" for line in lines)
    reading = read(tmp_path, text, names={"time": "time"})
    assert counted(reading) == len(lines)
    numbers = [one.row for one in reading.rejects.rows] + table_of(reading)["seq"].to_pylist()
    assert len(set(numbers)) == len(numbers) and set(numbers) <= set(range(2, len(lines) + 2))


PIECES = st.sampled_from(
    ["1,a,2025-01-13", '1,"two\nlines",2025-01-13', "1,a", "1,a,b,c", "", ",,", "1,a,never", ",a,2025-01-13"]
)


@same_folder
@given(lines=st.lists(PIECES, max_size=60), block=st.integers(40, 200))
def test_a_row_has_its_number_wherever_blocks_are_cut(tmp_path: Path, lines: list[str], block: int) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(separated, "BLOCK", block)
        text = "case,activity,time\n" + "".join(f"{line}\n" for line in lines)
        reading = read(tmp_path, text, names={"time": "time"}, separator=",")
        read_ = dict(zip(*[table_of(reading)[name].to_pylist() for name in ("seq", "activity")], strict=True))
    expected = {
        number: "two\nlines" if "two" in line else "a"
        for number, line in enumerate(lines, 2)
        if line in ("1,a,2025-01-13", '1,"two\nlines",2025-01-13')
    }
    assert read_ == expected
    bad = {number for number, line in enumerate(lines, 2) if line in ("1,a", "1,a,b,c", "1,a,never", ",a,2025-01-13")}
    assert {one.row for one in reading.rejects.rows} == bad


def test_a_log_larger_than_what_is_held_streams_through(tmp_path: Path) -> None:
    line = (
        "Zaak {0};Melding {1} van een lekkage in de badkamer op de eerste verdieping;13-01-2025 10:{1:02d};telefoon\n"
    )
    text = "zaak;activiteit;datum;kanaal\n" + "".join(line.format(n // 5, n % 60) for n in range(300_000))
    reading = read(tmp_path, text)
    held: list[weakref.ref[object]] = []
    most = rows = batches = 0
    before = pa.total_allocated_bytes()
    peak = 0
    for batch in reading.batches():
        rows, batches = rows + batch.num_rows, batches + 1
        held = [one for one in held if one() is not None] + [weakref.ref(batch)]
        most = max(most, len(held))
        peak = max(peak, pa.total_allocated_bytes() - before)
        assert [value.as_py() for value in (batch["seq"][0], batch["case"][0])] == [
            rows - batch.num_rows + 2,
            f"Zaak {(rows - batch.num_rows) // 5}",
        ]
        del batch
        gc.collect()
    assert rows == 300_000 and batches >= 6
    assert most <= 2  # the one before may live until the next is there
    assert peak < len(text)  # the whole of it is never in memory


def test_what_a_file_is_is_seen_from_what_is_in_it(tmp_path: Path) -> None:
    def kind(content: bytes, name: str) -> str:
        (tmp_path / name).write_bytes(content)
        return kind_of(tmp_path / name)

    assert kind(b"PAR1....", "a.csv") == "parquet"
    assert kind(b"SQLite format 3\x00...", "a.parquet") == "ocel"
    assert kind(b'<?xml version="1.0"?><log xes.version="1.0">', "a.xml") == "xes"
    assert kind(b'\xef\xbb\xbf {"objectTypes": []}', "a.json") == "ocel"
    assert kind(b'{"specversion": "1.0"}', "a.jsonl") == "cloudevents"
    assert kind(b"case,activity,time", "a") == "csv"
    assert kind(b"1736760000|1736759999.1|repairs|NONE|ENTERQUEUE||0612345678|1", "b") == "calls"


def test_a_kind_that_is_not_there_is_said(tmp_path: Path) -> None:
    with pytest.raises(BadLog, match=", ".join(READERS)):
        read(tmp_path, "x", kind="xlsx")
    with pytest.raises(BadLog, match="does not exist"):
        open_log(tmp_path / "none", zone=AMSTERDAM)


def test_all_times_equal_is_a_log_in_the_order_of_its_rows(tmp_path: Path) -> None:
    reading = read(tmp_path, "case,activity,time\n" + "".join(f"1,a{n},2025-01-13 10:00\n" for n in range(50)))
    table = table_of(reading).sort_by([("case", "ascending"), ("time", "ascending"), ("seq", "ascending")])
    assert table["activity"].to_pylist() == [f"a{n}" for n in range(50)]
