"""`loper convert`: from one form into another, and what is wrong said."""

from __future__ import annotations

from pathlib import Path

import pytest

from loper.cli.main import main
from loper.observe.read import read_log

CSV = """Zaaknummer;Gebeurtenis;Tijdstip;Kanaal;Klantnummer
Z1;melding;01-03-2026 09:00;web;K-17
Z1;bezoek;02-03-2026 10:30;;K-17
Z2;melding;02-03-2026 11:00;telefoon;K-18
Z2;melding;gisteren;telefoon;K-18
"""


@pytest.mark.parametrize(
    "name", ["log.xes.gz", "log.parquet", "log.jsonl", "log.cjml", "log.json", "log.sqlite", "log.csv"]
)
def test_a_log_is_the_same_in_every_form(tmp_path: Path, name: str, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "in.csv").write_text(CSV)
    rejects = tmp_path / "rejects.csv"
    assert main(["convert", str(tmp_path / "in.csv"), str(tmp_path / name), "--rejects", str(rejects)]) == 0
    assert "1 rows could not be read" in capsys.readouterr().err
    assert "gisteren" in rejects.read_text("utf-8-sig")
    log = read_log(tmp_path / name)
    assert (len(log), log.contacts) == (2, 3)
    assert [one["activity"] for one in log.case("Z1")] == ["melding", "bezoek"]
    assert {one.channel for one in log.channels().shares} == {"web", "telefoon"}


def test_customers_become_the_same_codes_with_the_same_key(tmp_path: Path) -> None:
    (tmp_path / "in.csv").write_text(CSV)
    words = ["convert", str(tmp_path / "in.csv"), "", "--codes", "--key", str(tmp_path / "key")]
    found = []
    for name in ("one.csv", "two.csv"):
        words[2] = str(tmp_path / name)
        assert main(words) == 0
        found.append((tmp_path / name).read_text("utf-8-sig"))
    assert found[0] == found[1] and "K-17" not in found[0]
    assert (tmp_path / "key").stat().st_mode & 0o077 == 0


def test_what_is_wrong_is_said_and_nothing_is_written(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "in.csv").write_text(CSV)
    for output, more, said in (
        ("log.doc", [], "does not say what to write"),
        ("log.xes", ["--column", "case=Zaak"], "no column 'Zaak'"),
        ("log.xes", ["--column", "case"], "write OURS=THEIRS"),
        ("log.xes", ["--zone", "Mars/Olympus"], "Mars/Olympus"),
    ):
        assert main(["convert", str(tmp_path / "in.csv"), str(tmp_path / output), *more]) == 1
        assert said in capsys.readouterr().err
        assert not (tmp_path / output).exists()
    assert main(["convert", str(tmp_path / "nothing.csv"), str(tmp_path / "log.xes")]) == 1
