"""Logs in Parquet, as Loper and others write them."""

from __future__ import annotations

from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from loper.log.open import open_log
from loper.log.parquet import ParquetReading
from loper.log.table import INSTANT, WORD, BadLog, Reading, table_of
from tests.log.reading import AMSTERDAM, rows, said

NOON = datetime(2025, 7, 1, 12, tzinfo=UTC)


def opened(path: Path, **more: Any) -> Reading:
    return open_log(path, zone=AMSTERDAM, **more)


def made(path: Path, **columns: Any) -> Path:
    given = {"case": ["1", "2"], "activity": ["a", "b"], "time": [NOON, NOON]} | columns
    path.parent.mkdir(parents=True, exist_ok=True)
    pq.write_table(pa.table(given), path)
    return path


@pytest.mark.parametrize("unit", ["s", "ms", "us", "ns"])
@pytest.mark.parametrize("zone", [None, "UTC", "America/New_York"])
def test_times_of_any_unit_and_zone_are_instants(tmp_path: Path, unit: str, zone: str | None) -> None:
    times = pa.array([NOON.replace(tzinfo=None)] * 2, pa.timestamp("us")).cast(pa.timestamp(unit))
    times = times if zone is None else times.cast(pa.timestamp(unit, zone))
    there = rows(opened(made(tmp_path / "log.parquet", time=times)), "time")
    assert there == [("2025-07-01T10:00:00" if zone is None else "2025-07-01T12:00:00",)] * 2


@pytest.mark.parametrize(
    ("times", "read"),
    [
        (["1-7-2025 14:00", "31-7-2025 14:00"], "2025-07-01T12:00:00"),
        ([1751371200, 1751371200], "2025-07-01T12:00:00"),
        ([1751371200000, 1751371200000], "2025-07-01T12:00:00"),
        ([45839.5, 45839.5], "2025-07-01T10:00:00"),
        ([date(2025, 7, 1), date(2025, 7, 1)], "2025-06-30T22:00:00"),
        (pa.array(["1-7-2025 14:00", "31-7-2025"]).dictionary_encode(), "2025-07-01T12:00:00"),
    ],
)
def test_times_in_texts_numbers_and_dates_are_instants(tmp_path: Path, times: Any, read: str) -> None:
    assert rows(opened(made(tmp_path / "log.parquet", time=times)), "time")[0] == (read,)


def test_words_are_words_from_the_file_on(tmp_path: Path) -> None:
    reading = opened(made(tmp_path / "log.parquet", channel=["web", "phone"], segment=["x", "y"]))
    assert isinstance(reading, ParquetReading)
    (raw,) = reading._raw(reading.files[0])
    assert [raw.schema.field(name).type for name in ("activity", "channel", "segment")] == [WORD] * 3
    assert raw.schema.field("case").type == pa.string()


def test_a_text_in_parquet_stays_a_text(tmp_path: Path) -> None:
    table = table_of(
        opened(made(tmp_path / "log.parquet", segment=["007", "8"], amount=[1.5, None], sure=[True, None]))
    )
    assert table["segment"].to_pylist() == ["007", "8"]
    assert (table.schema.field("amount").type, table.schema.field("sure").type) == (pa.float64(), pa.bool_())


def test_a_folder_is_read_in_the_order_of_the_names_and_numbered_through(tmp_path: Path) -> None:
    made(tmp_path / "b.parquet", activity=["third", "fourth"])
    made(tmp_path / "a.parquet", activity=["first", "second"])
    (tmp_path / "_SUCCESS").write_text("")
    assert rows(opened(tmp_path), "activity", "seq") == [("first", 1), ("second", 2), ("third", 3), ("fourth", 4)]


def test_what_the_names_of_folders_say_are_columns(tmp_path: Path) -> None:
    made(tmp_path / "channel=phone" / "1.parquet")
    made(tmp_path / "channel=web" / "1.parquet", activity=["c", "d"])
    reading = opened(tmp_path)
    assert reading.columns.names["channel"] == "channel"
    assert rows(reading, "activity", "channel") == [("a", "phone"), ("b", "phone"), ("c", "web"), ("d", "web")]


def test_files_may_differ_in_their_columns_and_types(tmp_path: Path) -> None:
    made(tmp_path / "1.parquet", case=[1, 2], score=[7, 8])
    made(tmp_path / "2.parquet", case=["3", "4"], channel=["web", None])
    made(tmp_path / "3.parquet", case=[5.0, 6.0], score=[7.5, None])
    assert rows(opened(tmp_path), "case", "score", "channel") == [
        ("1", 7.0, None), ("2", 8.0, None), ("3", None, "web"), ("4", None, None), ("5", 7.5, None), ("6", None, None),
    ]  # fmt: skip


def test_rows_without_what_every_row_has_are_rejected(tmp_path: Path) -> None:
    reading = opened(made(tmp_path / "log.parquet", case=["1", None], time=[None, NOON]))
    assert table_of(reading).num_rows == 0
    assert [(one.row, one.why) for one in reading.rejects.rows] == [(1, "time is empty"), (2, "case is empty")]


def test_things_that_are_no_values_are_left_out_and_that_is_said(tmp_path: Path) -> None:
    reading = opened(made(tmp_path / "log.parquet", items=[[1], [2]]))
    assert reading.columns.left_out == {"items"}
    assert [note.column for note in reading.rejects.notes if note.kind == "left_out"] == ["items"]
    assert "items" not in table_of(reading).column_names


def test_the_number_of_a_row_is_kept_when_a_log_is_read_again(tmp_path: Path) -> None:
    assert rows(opened(made(tmp_path / "log.parquet", seq=[70, 71])), "seq") == [(70,), (71,)]


def test_all_files_that_cannot_be_read_are_named_at_once(tmp_path: Path) -> None:
    whole = made(tmp_path / "1.parquet").read_bytes()
    (tmp_path / "2.parquet").write_bytes(whole[:-100])
    (tmp_path / "3.parquet").write_bytes(b"")
    with pytest.raises(BadLog) as bad:
        opened(tmp_path)
    assert [one.split()[0] for one in bad.value.problems] == ["2.parquet", "3.parquet"]


def test_a_folder_with_no_parquet_says_so(tmp_path: Path) -> None:
    with pytest.raises(BadLog, match="without Parquet"):
        opened(tmp_path)


def test_wrong_names_are_all_said(tmp_path: Path) -> None:
    path = made(tmp_path / "log.parquet")
    with pytest.raises(BadLog, match=r"'Case'.*\n.*'tim'.*did you mean 'time'\?\nthe columns there are: 'case'"):
        opened(path, names={"case": "Case", "time": "tim"})


def test_progress_comes_to_the_size_of_all_files(tmp_path: Path) -> None:
    for number in range(3):
        made(tmp_path / f"{number}.parquet")
    heard: list[int] = []
    reading = opened(tmp_path)
    list(reading.batches(heard.append))
    assert heard == sorted(heard) and heard[-1] == reading.size


def test_rows_that_were_not_asked_for_are_left_out(tmp_path: Path) -> None:
    path = made(tmp_path / "log.parquet", lifecycle=["start", "complete"])
    reading = opened(path, lifecycle=("lifecycle", "complete"))
    assert rows(reading, "activity") == [("b",)] and reading.rejects.left_out == 1


def test_an_empty_file_is_a_log_without_contacts(tmp_path: Path) -> None:
    empty = pa.schema([("case", pa.string()), ("activity", WORD), ("time", INSTANT), ("seq", pa.int64())])
    pq.write_table(empty.empty_table(), tmp_path / "log.parquet")
    assert table_of(opened(tmp_path / "log.parquet")).num_rows == 0


def test_a_reference_that_became_a_number_is_the_same_whatever_stands_beside_it(tmp_path: Path) -> None:
    assert rows(opened(made(tmp_path / "log.parquet", case=[5.0, 6.5])), "case") == [("5",), ("6.5",)]


def test_a_round_that_is_not_whole_is_left_away_and_counted(tmp_path: Path) -> None:
    reading = opened(made(tmp_path / "log.parquet", round=[1.0, 1.5]), names={"round": "round"})
    assert rows(reading, "round") == [(1,), (None,)]
    assert [(one.row, one.why) for one in reading.rejects.rows] == [(2, "not a whole number")]


def test_a_column_of_another_type_than_it_is_said_to_be_is_counted(tmp_path: Path) -> None:
    reading = opened(
        made(tmp_path / "log.parquet", day=[NOON, NOON], sure=[True, False]), names={"score": "day", "end": "sure"}
    )
    assert rows(reading, "score", "end") == [(None, None)] * 2
    assert reading.rejects.values == 4


def test_a_list_cannot_be_the_case(tmp_path: Path) -> None:
    with pytest.raises(BadLog, match=r"'items' \(for the case\) has things in it that are no values"):
        opened(made(tmp_path / "log.parquet", items=[[1], [2]]), names={"case": "items"})


def test_one_date_of_another_file_proves_that_the_month_is_first(tmp_path: Path) -> None:
    made(tmp_path / "1.parquet", time=["3/4/2025", "3/5/2025"])
    made(tmp_path / "2.parquet", time=["3/14/2025", "3/4/2025"])
    made(tmp_path / "3.parquet", time=["3/4/2025", "3/4/2025"])
    assert rows(opened(tmp_path), "time")[0] == ("2025-03-03T23:00:00",)
    alone = opened(tmp_path / "3.parquet")
    assert rows(alone, "time")[0] == ("2025-04-02T22:00:00",) and "days" in said(alone)
