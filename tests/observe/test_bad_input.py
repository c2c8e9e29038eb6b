"""What is no log, or half of one: a clear word about it, whatever it is."""

from __future__ import annotations

import bz2
import gzip
import lzma
import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from loper.log.table import BadLog
from loper.observe.laid import steps
from loper.observe.read import read_log
from tests.observe.conftest import log_of

HEADER = "case,activity,time\n"
GOOD = HEADER + "1,a,2025-01-01 10:00\n1,b,2025-01-02 10:00\n2,a,2025-01-03 10:00\n"
EVENT = '<event><string key="concept:name" value="a"/></event>'
TABLE = pa.table({"case": ["1", "1", "2"], "activity": ["a", "b", "a"], "time": [datetime(2025, 1, 1)] * 3})


def parquet(table: pa.Table) -> bytes:
    sink = pa.BufferOutputStream()
    pq.write_table(table, sink)
    return bytes(sink.getvalue())


WHOLE = parquet(TABLE)

NONE: tuple[tuple[str, bytes, str], ...] = (
    ("log.csv", b"", "is empty"),
    ("log.csv", b"\n\n\n", "is empty"),
    ("log.csv", b"\0" * 5000, "nothing but zeros"),
    ("log.csv", b"x" * 200_000, "first row cannot be read"),
    ("log.csv", (HEADER + '1,"' + "x" * 12_000_000 + '",2025-01-01\n').encode(), "quote that is not closed"),
    ("log.csv.gz", gzip.compress((HEADER + '1,"' + "x" * 90_000_000).encode(), 1), "quote that is not closed"),
    ("log.csv", b"%PDF-1.4\n", "a document"),
    ("log.csv", b"<!DOCTYPE html><html>404</html>", "a web page"),
    ("log.xes", b"<html>404</html>", "a web page"),
    ("log.xlsx", b"PK\x03\x04rest", "a workbook"),
    ("log.csv.bz2", bz2.compress(GOOD.encode()), "unpack it"),
    ("log.csv.xz", lzma.compress(GOOD.encode()), "unpack it"),
    ("log.csv.gz", gzip.compress(gzip.compress(GOOD.encode())), "packed twice"),
    ("log.csv.gz", gzip.compress(GOOD.encode() * 1000)[:-30], "fetch it again"),
    ("log.xes", b"<log><trace><event></log>", "line 1, column 22: the XML is not whole"),
    ("log.xes", b'<?xml version="1.0" encoding="klingon"?><log/>', "save it as UTF-8"),
    ("log.xes", b'<!DOCTYPE l [<!ENTITY a "aa">]><log>&a;</log>', "refused"),
    ("log.xes", f"<log><trace>{EVENT}</trace></log>".encode(), "no column has a name that says it is the time"),
    ("log.json", b"[" * 100_000, "no whole JSON"),
    ("log.json", b"null", "no OCEL 2.0"),
    ("log.sqlite", b"SQLite format 3\0" + b"x" * 100, "cannot be read"),
    ("log.parquet", WHOLE[: len(WHOLE) // 2], "no whole Parquet file"),
    ("log.parquet", WHOLE[:10] + b"\xff" * 60 + WHOLE[70:], "no whole Parquet file"),
    (
        "log.parquet",
        parquet(pa.table({"case": [[1]], "activity": ["a"], "time": [datetime(2025, 1, 1)]})),
        "lists, records or bytes",
    ),
    ("log.parquet", parquet(pa.table([["1"], ["2"]], names=["case", "case"])), "2 columns that are called 'case'"),
)


@pytest.mark.parametrize(("name", "content", "said"), NONE)
def test_what_is_no_log_is_said(tmp_path: Path, name: str, content: bytes, said: str) -> None:
    (tmp_path / name).write_bytes(content)
    with pytest.raises(BadLog, match=said) as bad:
        read_log(tmp_path / name)
    assert all(len(problem) < 1000 for problem in bad.value.problems)


def test_all_wrong_names_are_said_at_once_with_the_nearest_there_is(tmp_path: Path) -> None:
    path = tmp_path / "log.csv"
    path.write_text("zaaknummer,activiteit,tijdstip,kanaal\n1,a,2025-01-01,web\n")
    with pytest.raises(BadLog) as bad:
        read_log(path, case="zaaknumer", time="tijdstp", channel="?")
    assert bad.value.problems == [
        "there is no column 'zaaknumer' (for the case): did you mean 'zaaknummer'?",
        "there is no column 'tijdstp' (for the time): did you mean 'tijdstip'?",
        "there is no column '?' (for the channel)",
        "the columns there are: 'zaaknummer', 'activiteit', 'tijdstip', 'kanaal'",
    ]
    with pytest.raises(BadLog, match="'Europe/Amsterdm' is no time zone: did you mean 'Europe/Amsterdam'"):
        read_log(path, zone="Europe/Amsterdm")
    with pytest.raises(BadLog, match="no time zone"):
        read_log(path, zone="../../etc/passwd")


def test_what_can_be_read_once_only_is_refused_and_does_not_hang(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    for path in (tmp_path / "pipe", Path("/dev/zero"), Path("/dev/null")):
        with pytest.raises(BadLog, match="save what comes out of it"):
            read_log(path)
    for path in (tmp_path, tmp_path / "nowhere.csv", tmp_path / "nul\0.csv", tmp_path / ("x" * 5000)):
        with pytest.raises(BadLog):
            read_log(path)


def test_a_file_that_may_not_be_read() -> None:
    with tempfile.TemporaryDirectory() as folder:
        Path(folder).chmod(0o755)
        path = Path(folder) / "log.csv"
        path.write_text(GOOD)
        assert read_log(path).contacts, "and everything it takes is imported"
        path.chmod(0)
        with _nobody(), pytest.raises(BadLog, match="ask for the right to read it"):
            read_log(path)


@contextmanager
def _nobody() -> Iterator[None]:
    """To root nothing is forbidden: for a while, be somebody to whom it is."""
    if os.geteuid():
        yield
        return
    os.seteuid(65534)
    try:
        yield
    finally:
        os.seteuid(0)


def test_half_a_file_in_a_folder_is_said_by_its_name(tmp_path: Path) -> None:
    (tmp_path / "1.parquet").write_bytes(WHOLE)
    (tmp_path / "2.parquet").write_bytes(WHOLE[:200])
    with pytest.raises(BadLog, match=r"2\.parquet is no whole"):
        read_log(tmp_path)


def test_numbers_too_large_to_be_times_are_counted(tmp_path: Path) -> None:
    times = [2**62, -(2**62), 1_750_000_000]
    (tmp_path / "log.parquet").write_bytes(
        parquet(pa.table({"case": ["1", "2", "3"], "activity": ["a", "b", "c"], "time": times}))
    )
    log = read_log(tmp_path / "log.parquet", time="time")
    assert log.reading is not None
    assert log.contacts + log.reading.rejects.count == 3 and log.reading.rejects.reasons["not a time"] >= 1


def test_times_of_every_age_and_all_at_once(tmp_path: Path) -> None:
    path = tmp_path / "log.csv"
    path.write_text(HEADER + "1,a,0001-01-01\n1,b,9999-12-31 23:59\n2,a,0000-00-00\n2,a,99999-01-01\n")
    log = read_log(path)
    assert log.contacts == 2 and log.reading is not None and log.reading.rejects.reasons == {"not a time": 2}
    assert log.map().summary() and log.throughput().summary()
    path.write_text(HEADER + "".join(f"{number % 50},{'abc'[number % 3]},2025-01-01\n" for number in range(900)))
    same = read_log(path)
    assert (len(same), same.ties()["cases"], same.variants().count) == (50, 50, 3)


def test_a_table_of_twenty_thousand_columns(tmp_path: Path) -> None:
    names = ",".join(f"x{number}" for number in range(20_000))
    (tmp_path / "log.csv").write_text(f"case,activity,time,{names}\n1,a,2025-01-01{',' * 20_000}\n")
    assert read_log(tmp_path / "log.csv").contacts == 1


def test_names_of_ten_thousand_characters_and_with_zeros_in_them(tmp_path: Path) -> None:
    path = tmp_path / "log.csv"
    path.write_text(HEADER + "".join(f"{n // 5},{'x' * 10_000}{n % 5},2025-01-01\n" for n in range(200)))
    assert len(read_log(path).layout.activities) == 5
    path.write_bytes(HEADER.encode() + b"1,a\0b,2025-01-01\n")
    assert read_log(path).layout.activities[0] == "a\0b"


def test_a_map_of_very_many_ways_says_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    rows = [(f"{n // 7}", "abcdefg"[n * n % 7 if n % 3 else n % 7], float(n % 11)) for n in range(2000)]
    few = log_of(*rows)
    maps = few.map(), few.only(few.rows % 2 == 0).map()
    monkeypatch.setattr(steps, "MANY", 3)
    many = log_of(*rows)
    assert (many.map(), many.only(many.rows % 2 == 0).map()) == maps
    again = log_of(*rows)
    assert again.only(again.rows % 2 == 0).map() == maps[1]
