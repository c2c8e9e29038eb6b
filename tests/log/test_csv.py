"""Logs in files of separated values, as organisations export them."""

from __future__ import annotations

import gzip
from pathlib import Path

import pyarrow as pa
import pytest

from loper.log.table import INSTANT, WORD, BadLog, table_of
from tests.log.reading import read, rows, said

DUTCH = (
    "Zaaknummer;Activiteit;Datum;Kanaal;Bedrag\r\n"
    "Z1;Melding;31-12-2025 14:05:06;web;1.234,50\r\n"
    "Z1;Brief;3-1-2026 9:05;post;12,5\r\n"
    "Z2;Melding;12 mrt 2025 14:00;telefoon;\r\n"
)


def test_a_dutch_export_needs_nothing_said(tmp_path: Path) -> None:
    reading = read(tmp_path, DUTCH)
    assert reading.columns.names == {
        "case": "Zaaknummer",
        "activity": "Activiteit",
        "time": "Datum",
        "channel": "Kanaal",
    }
    assert reading.columns.guessed == {"case", "activity", "time", "channel"}
    assert rows(reading, "case", "activity", "time", "seq", "channel", "Bedrag") == [
        ("Z1", "Melding", "2025-12-31T13:05:06", 2, "web", 1234.5),
        ("Z1", "Brief", "2026-01-03T08:05:00", 3, "post", 12.5),
        ("Z2", "Melding", "2025-03-12T13:00:00", 4, "telefoon", None),
    ]
    assert reading.rejects.count == 0 and reading.rejects.values == 0


def test_every_batch_has_the_columns_of_the_schema(tmp_path: Path) -> None:
    reading = read(tmp_path, DUTCH)
    assert [(one.name, one.type) for one in reading.schema] == [
        ("case", pa.string()), ("activity", WORD), ("time", INSTANT), ("seq", pa.int64()), ("channel", WORD),
        ("Bedrag", pa.float64()),
    ]  # fmt: skip
    assert all(batch.schema == reading.schema for batch in reading.batches())


@pytest.mark.parametrize("coded", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "cp1252"])
def test_the_encoding_is_seen(tmp_path: Path, coded: str) -> None:
    text = "case;activity;time\n1;café à Velsen;2025-01-01 10:00\n2;naïef;2025-01-13 10:00\n"
    reading = read(tmp_path, text, coded=coded)
    assert rows(reading, "case", "activity") == [("1", "café à Velsen"), ("2", "naïef")]


def test_lines_of_another_encoding_in_the_end_are_read_and_counted(tmp_path: Path) -> None:
    line = "1;café;2025-01-13 10:00\n"
    content = b"case;activity;time\n" + line.encode() * 3 + line.encode("cp1252") * 2
    reading = read(tmp_path, content)
    assert {activity for (activity,) in rows(reading, "activity")} == {"café"}
    assert said(reading)["mixed"] == 2


@pytest.mark.parametrize("sign", [",", ";", "\t", "|"])
def test_the_separator_is_seen(tmp_path: Path, sign: str) -> None:
    lines = [["case", "activity", "time"], ["1", '"a, b; c|\td"', "2025-01-13 10:00"], ["2", "x", "2025-01-13 11:00"]]
    reading = read(tmp_path, "\n".join(sign.join(line) for line in lines))
    assert rows(reading, "case", "activity") == [("1", "a, b; c|\td"), ("2", "x")]


def test_a_line_that_names_the_separator_is_no_header(tmp_path: Path) -> None:
    reading = read(tmp_path, "sep=|\ncase|activity|time\n1|a|2025-01-13 10:00\n")
    assert rows(reading, "case", "seq") == [("1", 3)]


def test_rows_that_cannot_be_read_are_counted_and_kept_with_their_reason(tmp_path: Path) -> None:
    reading = read(
        tmp_path,
        "case;activity;time;channel\n"
        "1;a;2025-01-13 10:00;web\n"
        "1;b;2025-13-13 10:00;web\n"
        ";c;2025-01-13 10:00;web\n"
        "1;d;2025-01-13;10:00;web\n"
        "\n"
        "1;e;2025-01-13 11:00;web\n"
        "1;f;2025-01-",
    )
    assert rows(reading, "activity", "seq") == [("a", 2), ("e", 7)]
    kept = sorted((one.row, one.column, one.value, one.why) for one in reading.rejects.rows)
    assert kept == [
        (3, "time", "2025-13-13 10:00", "not a time"),
        (4, "case", "", "case is empty"),
        (5, "", "1;d;2025-01-13;10:00;web", "5 columns where the header has 4"),
        (8, "", "1;f;2025-01-", "3 columns where the header has 4"),
    ]
    assert reading.rejects.count == 4
    assert said(reading)["empty"] == 1
    table_of(reading)
    assert reading.rejects.count == 4  # read again: not counted twice


def test_a_value_that_is_no_number_is_left_away_and_its_row_stays(tmp_path: Path) -> None:
    content = "case,activity,time,score\n" + "1,a,2025-01-13 10:00,7\n" * 100_000 + "1,b,2025-01-14 10:00,seven\n"
    content += "1,a,2025-01-13 10:00,7\n" * 100_000
    reading = read(tmp_path, content, names={"score": "score"})
    table = table_of(reading)
    assert table.num_rows == 200_001 and table["score"].null_count == 1
    (rejected,) = reading.rejects.rows
    assert (rejected.row, rejected.value, rejected.whole) == (100_002, "seven", False)
    assert (reading.rejects.count, reading.rejects.values) == (0, 1)


def test_rows_of_another_lifecycle_are_left_out_and_not_rejected(tmp_path: Path) -> None:
    reading = read(
        tmp_path,
        "case:concept:name,concept:name,time:timestamp,lifecycle:transition\n"
        "1,A,2025-01-01T00:00:00+01:00,complete\n1,B,never,start\n1,C,2025-01-02T00:00:00Z,complete\n",
        lifecycle=("lifecycle:transition", "complete"),
    )
    assert rows(reading, "activity", "time", "lifecycle") == [
        ("A", "2024-12-31T23:00:00", "complete"),
        ("C", "2025-01-02T00:00:00", "complete"),
    ]
    assert (reading.rejects.count, reading.rejects.left_out) == (0, 1)


def test_wrong_names_are_all_said_at_once_with_the_nearest_and_what_there_is(tmp_path: Path) -> None:
    with pytest.raises(BadLog) as bad:
        read(tmp_path, DUTCH, names={"case": "Zaaknumer", "activty": "Activiteit"}, lifecycle=("state", "complete"))
    said = bad.value.problems
    assert "'Zaaknumer'" in said[0] and "did you mean 'Zaaknummer'?" in said[0]
    assert "'activty'" in said[1] and "did you mean 'activity'?" in said[1]
    assert "'state'" in said[2]
    assert said[3].endswith("'Zaaknummer', 'Activiteit', 'Datum', 'Kanaal', 'Bedrag'")


def test_what_cannot_be_guessed_is_asked_for(tmp_path: Path) -> None:
    with pytest.raises(BadLog, match=r"activity=.*\n.*'x', 'y', 'tijdstip'"):
        read(tmp_path, "x,y,tijdstip\n1,2,2025-01-13 10:00\n")


def test_a_column_that_is_called_time_but_has_none_in_it_is_not_the_time(tmp_path: Path) -> None:
    reading = read(tmp_path, "case,activity,time,datum\n1,a,12 min,2025-01-13 10:00\n")
    assert reading.columns.names["time"] == "datum"
    assert rows(reading, "time (2)") == [("12 min",)]


def test_what_is_different_in_every_row_is_not_the_case(tmp_path: Path) -> None:
    reading = read(
        tmp_path, "ticket,zaak,stap,tijd\n" + "".join(f"{n},{n % 3},a,2025-01-13 10:0{n}\n" for n in range(9))
    )
    assert reading.columns.names["case"] == "zaak"


def test_a_date_and_its_hours_may_stand_apart(tmp_path: Path) -> None:
    reading = read(tmp_path, "zaak,stap,datum,tijd\n1,x,31-12-2025,14:05\n1,y,31-12-2025,\n")
    assert reading.columns.names["time"] == "datum + tijd"
    assert rows(reading, "activity", "time") == [("x", "2025-12-31T13:05:00"), ("y", "2025-12-30T23:00:00")]


def test_two_columns_of_one_name_are_both_kept(tmp_path: Path) -> None:
    reading = read(tmp_path, "case,activity,time,note,note,\n1,a,2025-01-13 10:00,x,y,z\n")
    assert rows(reading, "note", "note (2)", "column 6") == [("x", "y", "z")]
    assert "doubled" in said(reading)


@pytest.mark.parametrize("content", ["", "\n\n", "\ufeff"])
def test_an_empty_file_is_said_to_be_empty(tmp_path: Path, content: str) -> None:
    with pytest.raises(BadLog, match="is empty"):
        read(tmp_path, content)


def test_a_header_alone_is_a_log_without_contacts(tmp_path: Path) -> None:
    reading = read(tmp_path, "case,activity,time")
    assert table_of(reading).num_rows == 0


def test_the_month_is_first_where_one_date_proves_it_however_far_on(tmp_path: Path) -> None:
    lines = "1;a;3/4/2025 10:00\n" * 200_000 + "1;b;3/14/2025 10:00\n" + "1;a;3/4/2025 10:00\n" * 200_000
    reading = read(tmp_path, "case;activity;time\n" + lines)
    assert rows(reading, "time")[0] == ("2025-03-04T09:00:00",)
    assert reading.rejects.count == 0 and "days" not in said(reading)


def test_dates_that_prove_nothing_are_read_day_first_and_that_is_said(tmp_path: Path) -> None:
    reading = read(tmp_path, "case;activity;time\n1;a;3/4/2025 10:00\n")
    assert rows(reading, "time") == [("2025-04-03T08:00:00",)]
    assert "days" in said(reading)


def test_an_hour_that_was_not_and_an_hour_that_was_twice_are_counted(tmp_path: Path) -> None:
    reading = read(
        tmp_path, "case;activity;time\n1;a;30-03-2025 02:30\n1;b;26-10-2025 02:30\n1;c;26-10-2025 02:30+0100\n"
    )
    assert rows(reading, "time") == [("2025-03-30T01:30:00",), ("2025-10-26T00:30:00",), ("2025-10-26T01:30:00",)]
    assert (said(reading)["gap"], said(reading)["overlap"]) == (1, 1)


def test_a_packed_file_is_read_and_a_half_one_is_said_to_be_cut_off(tmp_path: Path) -> None:
    whole = gzip.compress(
        ("case,activity,time\n" + "".join(f"{n},a,2025-01-13 10:00\n" for n in range(99_999))).encode()
    )
    assert table_of(read(tmp_path, whole, name="log.csv.gz")).num_rows == 99_999
    with pytest.raises(BadLog, match="it was cut off"):
        table_of(read(tmp_path, whole[:-9000], name="half.csv.gz"))


def test_a_quote_that_is_never_closed_rejects_what_it_swallows(tmp_path: Path) -> None:
    reading = read(tmp_path, 'case,activity,time\n1,a,2025-01-13 10:00\n2,"b,2025-01-13 10:00\n3,c,2025-01-13 10:00\n')
    assert rows(reading, "case") == [("1",)]
    (rejected,) = reading.rejects.rows
    assert rejected.row == 3 and "a quote that is not closed" in rejected.why


def test_a_quote_that_swallows_more_than_fits_says_where(tmp_path: Path) -> None:
    line = "1,a,2025-01-13 10:00\n"
    reading = read(tmp_path, "case,activity,time\n" + line * 9 + '2,"b,2025-01-13 10:00\n' + line * 600_000)
    with pytest.raises(BadLog, match=r"after row 1?0?: a row is longer than 4,000,000 bytes: is there a quote"):
        table_of(reading)


def test_a_name_with_a_line_break_in_quotes_is_one_value(tmp_path: Path) -> None:
    reading = read(tmp_path, 'case,activity,time\n1,"two\nlines",2025-01-13 10:00\n2,b,2025-01-13 10:00\n')
    assert rows(reading, "activity", "seq") == [("two\nlines", 2), ("b", 3)]


def test_what_is_no_log_says_so(tmp_path: Path) -> None:
    with pytest.raises(BadLog, match="workbook"):
        read(tmp_path, b"PK\x03\x04....", name="log.xlsx")
    with pytest.raises(BadLog, match="does not exist"):
        from loper.log.open import open_log
        from tests.log.reading import AMSTERDAM

        open_log(tmp_path / "none.csv", zone=AMSTERDAM)


def test_columns_can_be_said_not_to_be_there(tmp_path: Path) -> None:
    reading = read(tmp_path, DUTCH, names={"channel": ""})
    assert "channel" not in reading.columns.names
    assert rows(reading, "Kanaal")[0] == ("web",)


def test_a_column_of_the_case_is_called_so(tmp_path: Path) -> None:
    reading = read(tmp_path, DUTCH, names={"case:segment": "Kanaal"})
    assert rows(reading, "case:segment")[0] == ("web",)


def test_a_column_that_is_called_time_and_has_none_is_named(tmp_path: Path) -> None:
    with pytest.raises(
        BadLog, match="'tijd' is called as the time is called, but there are no times in it \\('straks'\\)"
    ):
        read(tmp_path, "zaak,stap,tijd\n1,a,straks\n")


def test_of_very_many_rejected_rows_the_first_are_kept_and_all_are_counted(tmp_path: Path) -> None:
    content = "case,activity,time\n" + "1,a,never\n" * 60_000 + "1,a,\n" * 60_000
    reading = read(tmp_path, content, names={"time": "time"})
    assert table_of(reading).num_rows == 0
    assert (reading.rejects.count, len(reading.rejects.rows)) == (120_000, 10_000)
    assert reading.rejects.reasons == {"not a time": 60_000, "time is empty": 60_000}
    assert [one.row for one in reading.rejects.rows] == list(range(2, 10_002))


@pytest.mark.parametrize("name", ["log.csv", "log.csv.gz"])
def test_progress_comes_to_the_size_of_the_file(tmp_path: Path, name: str) -> None:
    content = ("case,activity,time\n" + "1,a,2025-01-13 10:00\n" * 400_000).encode()
    reading = read(tmp_path, gzip.compress(content) if name.endswith("gz") else content, name=name)
    heard: list[int] = []
    list(reading.batches(heard.append))
    assert heard == sorted(heard) and heard[-1] == reading.size


def test_a_column_of_times_is_the_time_where_no_name_says_so_and_it_is_the_only_one(tmp_path: Path) -> None:
    reading = read(tmp_path, "case,activity,wanneer\n1,a,31-12-2025 14:05\n")
    assert reading.columns.names["time"] == "wanneer" and "time" in reading.columns.guessed
    with pytest.raises(BadLog, match="says it is the time"):
        read(tmp_path, "case,activity,wanneer,tot\n1,a,31-12-2025 14:05,31-12-2025 14:06\n")
