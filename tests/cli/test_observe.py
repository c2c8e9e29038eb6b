"""`loper observe`: the log in words and as JSON, and what is wrong said in a way that helps."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from loper.cli.main import main

CSV = """Zaaknummer;Gebeurtenis;Tijdstip;Kanaal;Klantnummer
Z1;melding;01-03-2026 09:00;web;K-17
Z1;bezoek;02-03-2026 10:30;web;K-17
Z2;melding;02-03-2026 11:00;telefoon;K-18
Z2;melding;gisteren;telefoon;K-18
;;;;
"""
CALLS = """start,src,dst,uniqueid,billsec,duration,disposition
2025-01-01 10:00,0612345678,0201234567,u1,40,60,ANSWERED
2025-01-20 11:00,0612345678,0201234567,u2,0,20,NO ANSWER
"""


@pytest.fixture
def log(tmp_path: Path) -> str:
    (tmp_path / "log.csv").write_text(CSV)
    return str(tmp_path / "log.csv")


def test_what_was_not_read_is_said_in_words_and_as_figures(log: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["observe", log]) == 0
    said = capsys.readouterr().out
    assert "Not read: 1 rows" in said and "row 5: Tijdstip “gisteren”" in said and "1 rows were left out" in said
    assert "case = “Zaaknummer”" in said
    assert main(["observe", log, "--language", "nl"]) == 0
    assert "Niet gelezen: 1 rijen" in capsys.readouterr().out
    assert main(["observe", log, "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert (found["cases"], found["events"]) == (2, 3)
    assert found["rejected"]["reasons"] == {"not a time": 1} and found["rejected"]["left_out"] == 1
    assert "encoding" in {note["kind"] for note in found["rejected"]["notes"]}


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (["--case", "Zaaknumer", "--time", "Tijdstp"], 1, "did you mean 'Zaaknummer'?"),
        (["--case", "Zaaknumer", "--time", "Tijdstp"], 1, "did you mean 'Tijdstip'?"),
        (["--column", "reson=Kanaal"], 1, "did you mean 'reason'"),
        (["--column", "reason"], 1, "write OURS=THEIRS"),
        (["--lifecycle", "Kanaal"], 1, "write COLUMN=VALUE"),
        (["--lifecycle", "Kanal=web"], 1, "no column 'Kanal'"),
        (["--lifecycle", "Kanaal=mail"], 1, "no row has 'mail' in 'Kanaal'"),
        (["--zone", "Mars/Base"], 1, "no time zone"),
        (["--kind", "klals"], 1, "there are csv, parquet"),
        (["--kind", "calls"], 1, "--column caller=COLUMN"),
        (["--days", "-3"], 2, "no number of days"),
        (["--days", "nan"], 2, "no number of days"),
        (["--days", "1e300"], 2, "no number of days"),
        (["--language", "fr"], 2, "invalid choice"),
    ],
)
def test_a_wrong_word_is_said_and_nothing_else(
    log: str, words: list[str], code: int, said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    try:
        found = main(["observe", log, "--json", *words])
    except SystemExit as stopped:
        found = int(stopped.code or 0)
    out, err = capsys.readouterr()
    assert (found, out) == (code, "")
    assert said in err


def test_rows_of_which_none_can_be_read_are_no_log(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "log.csv"
    path.write_text("case,activity,time\n,a,2025-01-01\n1,,2025-01-01\n")
    assert main(["observe", str(path)]) == 1
    assert "not one row that can be read" in capsys.readouterr().err
    path.write_text("case,activity,time\n")
    assert main(["observe", str(path), "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["events"] == 0


def test_call_records_have_the_same_codes_with_the_same_key(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "calls.csv").write_text(CALLS)
    assert main(["observe", str(tmp_path / "calls.csv")]) == 1
    assert "--kind calls" in capsys.readouterr().err
    found = []
    for name, key in (("1.csv", "key"), ("2.csv", "key"), ("3.csv", "other")):
        words = ["--kind", "calls", "--key", str(tmp_path / key), "--to", str(tmp_path / name)]
        assert main(["observe", str(tmp_path / "calls.csv"), *words]) == 0
        found.append((tmp_path / name).read_text("utf-8-sig"))
    assert found[0] == found[1] != found[2] and "612345678" not in found[0]
    assert capsys.readouterr().err.count("a new key") == 2
    assert (tmp_path / "key").stat().st_mode & 0o077 == 0
    (tmp_path / "short").write_text("abc")
    assert main(["observe", str(tmp_path / "calls.csv"), "--kind", "calls", "--key", str(tmp_path / "short")]) == 1
    assert "at least 16" in capsys.readouterr().err


def _started(*words: str) -> subprocess.Popen[str]:
    command = [sys.executable, "-c", "import sys; from loper.cli.main import main; sys.exit(main())", *words]
    return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def test_nobody_listens_to_the_end(log: str) -> None:
    started = _started("observe", log, "--json")
    assert started.stdout is not None and started.stderr is not None
    started.stdout.close()
    assert (started.stderr.read(), started.wait()) == ("", 1)


def test_stopped_while_it_reads(tmp_path: Path) -> None:
    path = tmp_path / "log.csv"
    path.write_text("case,activity,time\n" + "".join(f"{number},a,2025-01-01\n" for number in range(4_000_000)))
    started = _started("observe", str(path))
    open_files = Path(f"/proc/{started.pid}/fd")
    if not open_files.exists():
        pytest.skip("what a process reads is not to be seen here")
    while started.poll() is None and not any(_is(one, path) for one in open_files.iterdir()):
        time.sleep(0.01)
    started.send_signal(signal.SIGINT)
    _, said = started.communicate()
    assert (started.returncode, said) == (130, "")


def _is(link: Path, path: Path) -> bool:
    try:
        return link.readlink() == path
    except OSError:
        return False


def test_an_empty_name_and_a_full_disk_are_said(log: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as left:
        main(["observe", " "])
    assert left.value.code == 2 and "it is empty" in capsys.readouterr().err
    with Path("/dev/full").open("w") as full:
        done = subprocess.run(
            [str(Path(sys.executable).with_name("loper")), "observe", log, "--json"],
            stdout=full,
            stderr=subprocess.PIPE,
            text=True,
            check=False,
        )
    assert done.returncode == 1 and "the disk is full" in done.stderr and "Traceback" not in done.stderr
