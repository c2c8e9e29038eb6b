"""What is written down is what is read back."""

from __future__ import annotations

import csv
from pathlib import Path

import pyarrow as pa
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from loper.log.csv_write import guarded, unguarded, write_rejects
from loper.log.open import open_log
from loper.log.table import BadLog, Rejected, Rejects, table_of
from loper.log.write import write_log
from tests.log.logs import plain, tables
from tests.log.reading import AMSTERDAM, read

same_folder = settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)


@same_folder
@given(table=tables(), name=st.sampled_from(["log.csv", "log.tsv", "log.csv.gz"]))
def test_separated_values_come_back_as_they_went(tmp_path: Path, table: pa.Table, name: str) -> None:
    write_log(table, tmp_path / name)
    reading = open_log(tmp_path / name, zone=AMSTERDAM)
    back = table_of(reading)
    assert reading.rejects.rows == []
    assert plain(back) == plain(table)


@same_folder
@given(table=tables(attributes=st.text(max_size=9)))
def test_parquet_comes_back_as_it_went_types_and_all(tmp_path: Path, table: pa.Table) -> None:
    write_log(table, tmp_path / "log.parquet")
    reading = open_log(tmp_path / "log.parquet", zone=AMSTERDAM)
    back = table_of(reading)
    assert plain(back) == plain(table)
    assert {one.name: one.type for one in back.schema} == {one.name: one.type for one in table.schema}


def test_a_reading_is_written_a_batch_at_a_time(tmp_path: Path) -> None:
    reading = read(tmp_path, "case,activity,time\n" + "1,a,2025-01-13 10:00\n" * 300_000)
    write_log(reading, tmp_path / "log.parquet")
    back = table_of(open_log(tmp_path / "log.parquet", zone=AMSTERDAM))
    assert back.num_rows == 300_000 and back["seq"][299_999].as_py() == 300_001


@given(st.text("=+-@\t\r' a", max_size=8))
def test_no_text_is_run_by_a_spreadsheet_and_every_text_comes_back(text: str) -> None:
    there = guarded(pa.array([text]))
    assert not there[0].as_py().startswith(("=", "+", "-", "@", "\t", "\r"))
    assert unguarded(there)[0].as_py() == text


def test_a_formula_is_not_in_the_file(tmp_path: Path) -> None:
    reading = read(tmp_path, "case,activity,time\n1,=1+1,2025-01-13 10:00\n")
    write_log(reading, tmp_path / "out.csv")
    assert '"\'=1+1"' in (tmp_path / "out.csv").read_text()


def test_what_goes_wrong_on_the_way_leaves_what_was_there(tmp_path: Path) -> None:
    (tmp_path / "log.csv").write_text("before")

    class Broken:
        schema = pa.schema([("case", pa.string())])

        def batches(self) -> object:
            yield pa.record_batch([pa.array(["1"])], schema=self.schema)
            raise BadLog(["cut off"])

    with pytest.raises(BadLog):
        write_log(Broken(), tmp_path / "log.csv")  # type: ignore[arg-type]
    assert (tmp_path / "log.csv").read_text() == "before"
    assert [one.name for one in tmp_path.iterdir()] == ["log.csv"]


def test_a_name_that_says_nothing_is_asked_about(tmp_path: Path) -> None:
    with pytest.raises(BadLog, match=r"log\.xlsx.*\.csv.*\.parquet"):
        write_log(pa.table({"case": ["1"]}), tmp_path / "log.xlsx")


def test_what_was_rejected_can_be_mended_by_somebody_else(tmp_path: Path) -> None:
    rejects = Rejects()
    rejects.add(Rejected(row=9, why="not a time", column="Datum", value="=gisteren()"))
    rejects.add(Rejected(row=2, why="not a number", column="score", value="hoog", whole=False))
    write_rejects(rejects, tmp_path / "rejected.csv")
    with (tmp_path / "rejected.csv").open(newline="") as file:
        assert list(csv.reader(file)) == [
            ["row", "column", "value", "why", "row is there"],
            ["2", "score", "hoog", "not a number", "true"],
            ["9", "Datum", "'=gisteren()", "not a time", "false"],
        ]
