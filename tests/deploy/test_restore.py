"""Backup and restore as an administrator does them, and everything that can be wrong with either."""

from __future__ import annotations

import os
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.deploy.installation import ROOT, SECRET, VISIT, Host

QUICK = [sys.executable, "-m", "tests.deploy.restore", "--journeys", "30", "--seconds", "8", "--quick"]
POSTGRES = str(ROOT / "tools/postgres.sh")


@pytest.fixture(scope="module")
def host(tmp_path_factory: pytest.TempPathFactory) -> Host:
    """An installation on SQLite, with its journey: its backup is taken again and again, and changes nothing."""
    host = fresh(tmp_path_factory.mktemp("host"), "first")
    host.loper("journey", "publish", str(VISIT))
    return host


@pytest.fixture
def backup(host: Host, tmp_path: Path, made: Path) -> Path:
    """A copy of its backup, to spoil."""
    return Path(shutil.copy2(made, tmp_path))


@pytest.fixture(scope="module")
def made(host: Host) -> Path:
    return Path(host.loper("backup", str(host.folder / "made")).strip())


def fresh(folder: Path, name: str) -> Host:
    """A machine on which nothing is yet."""
    return Host(name, folder, {"LOPER_DATA": str(folder / name), "LOPER_SECRET_KEY": SECRET})


def files(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir()) if folder.is_dir() else []


def database(folder: Path) -> list[str]:
    """What of a database lies here; a worker's lock is none."""
    return [name for name in files(folder) if name.startswith("loper.sqlite3") and not name.endswith(".worker")]


@contextmanager
def small_disk(path: Path, kilobytes: int) -> Iterator[None]:
    """A disk of its own, that is soon full."""
    if os.geteuid() != 0:
        pytest.fail("only root can mount a small disk; run the tests as root, as CI does: sudo make test")
    path.mkdir()
    subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={kilobytes}k", "tmpfs", str(path)], check=True)
    try:
        yield
    finally:
        subprocess.run(["umount", str(path)], check=True)


@pytest.mark.parametrize("with_", [[], [POSTGRES]], ids=["sqlite", "postgresql"])
def test_after_a_backup_under_load_and_a_restore_nothing_is_sent_twice(with_: list[str]) -> None:
    clean = {name: value for name, value in os.environ.items() if not name.startswith(("LOPER_", "DJANGO_"))}
    done = subprocess.run([*with_, *QUICK], cwd=ROOT, env=clean, capture_output=True, text=True, timeout=200)
    assert done.returncode == 0, done.stdout + done.stderr


def test_a_backup_is_for_its_owner_alone_and_old_ones_go(host: Host, tmp_path: Path) -> None:
    folder = tmp_path / "backups"
    folder.mkdir()
    for stamp in ("20250101T000000Z", "20250102T000000Z"):
        (folder / f"loper-{stamp}.sqlite3").touch()
    (folder / "notes.txt").touch()
    made = Path(host.loper("backup", str(folder), "--keep", "2").strip())
    assert files(folder) == [".lock", "loper-20250102T000000Z.sqlite3", made.name, "notes.txt"]
    assert made.stat().st_mode & 0o777 == 0o600
    with sqlite3.connect(made) as connection:
        assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        assert connection.execute("SELECT count(*) FROM journey_version").fetchone() == (1,)


def test_a_full_disk_keeps_no_half_backup_and_says_what_to_do(host: Host, tmp_path: Path) -> None:
    with small_disk(tmp_path / "disk", 128):
        said = host.loper("backup", str(tmp_path / "disk/backups"), code=1)
        assert files(tmp_path / "disk/backups") == [".lock"]
    assert "nothing was kept" in said and "full" in said and "Make room" in said


def test_a_full_disk_puts_no_half_database_back(backup: Path, tmp_path: Path) -> None:
    with small_disk(tmp_path / "disk", 128):
        there = Host("second", tmp_path, {"LOPER_DATA": str(tmp_path / "disk/data"), "LOPER_SECRET_KEY": SECRET})
        said = there.loper("restore", str(backup), code=1)
        assert database(tmp_path / "disk/data") == []
    assert "nothing was put back" in said and "Make room" in said


def test_what_a_killed_backup_left_half_is_thrown_away_by_the_next(host: Host, tmp_path: Path) -> None:
    folder = tmp_path / "backups"
    folder.mkdir()
    (folder / "loper-20250101T000000Z.sqlite3.half").write_bytes(b"half")
    made = host.loper("backup", str(folder)).strip()
    assert files(folder) == [".lock", Path(made).name]


def test_a_restored_database_has_everything_and_is_marked(backup: Path, tmp_path: Path) -> None:
    second = fresh(tmp_path, "second")
    assert "not sent by itself" in second.loper("restore", str(backup))
    assert len(second.look()["restored"]) == 1
    assert "visit" in second.loper("manage", "dumpdata", "records.journeyversion")
    assert (tmp_path / "second/loper.sqlite3").stat().st_mode & 0o777 == 0o600
    assert [name for name in files(tmp_path / "second") if "half" in name] == []
    assert "not empty" in second.loper("restore", str(backup), code=1)


def test_the_old_workers_may_have_stopped_earlier(backup: Path, tmp_path: Path) -> None:
    second = fresh(tmp_path, "second")
    assert "2025-03-01 08:00 UTC" in second.loper("restore", str(backup), "--stopped", "2025-03-01T09:00:00+01:00")
    assert second.look()["restored"] == [1740816000.0]


def test_a_database_put_back_by_other_means_is_marked_too(host: Host) -> None:
    host.loper("restore", "--mark")
    assert len(host.look()["restored"]) == 1


@pytest.mark.parametrize("arguments", [["restore"], ["restore", "x", "--mark"]])
def test_restore_wants_a_file_or_a_mark(host: Host, arguments: list[str]) -> None:
    assert "name a FILE" in host.loper(*arguments, code=2)


def test_times_that_cannot_be_are_refused_before_anything_is_put_back(backup: Path, tmp_path: Path) -> None:
    second = fresh(tmp_path, "second")
    for time, why in (
        ("soon", "not a time"),
        ("2025-03-01T09:00:00", "no offset"),
        ("2125-03-01T09:00:00Z", "to come"),
    ):
        assert why in second.loper("restore", str(backup), "--stopped", time, code=1)
    assert "loper.sqlite3" not in files(tmp_path / "second")


def damaged(path: Path) -> None:
    content = bytearray(path.read_bytes())
    content[20_000:400_000] = bytes(380_000)
    path.write_bytes(content)


def foreign(path: Path) -> None:
    path.unlink()
    with sqlite3.connect(path) as connection:
        connection.execute("CREATE TABLE music (title TEXT)")


def newer(path: Path) -> None:
    with sqlite3.connect(path) as connection:
        connection.execute("INSERT INTO django_migrations (app, name, applied) VALUES ('records', '9999_x', '2030')")


WRONG = {
    "damaged": (damaged, "is damaged"),
    "cut off": (lambda path: os.truncate(path, 300_000), "is damaged"),
    "foreign": (foreign, "not one of Loper"),
    "newer": (newer, "newer Loper (it knows 9999_x)"),
    "text": (lambda path: path.write_text("hello"), "not a backup of Loper"),
    "empty": (lambda path: os.truncate(path, 0), "not a backup of Loper"),
    "gone": (lambda path: path.unlink(), "No such file"),
    "a dump": (
        lambda path: path.write_bytes(b"PGDMP and more"),
        "a backup of PostgreSQL, and LOPER_DATABASE names SQLite",
    ),
}


@pytest.mark.parametrize("what", WRONG)
def test_a_wrong_file_is_refused_with_the_reason_and_changes_nothing(backup: Path, tmp_path: Path, what: str) -> None:
    change, why = WRONG[what]
    change(backup)
    second = fresh(tmp_path, "second")
    assert why in second.loper("restore", str(backup), code=1)
    assert database(tmp_path / "second") == []


def test_the_log_of_an_earlier_database_is_not_played_into_the_restored_one(backup: Path, tmp_path: Path) -> None:
    (tmp_path / "second").mkdir()
    shutil.copyfile(backup, tmp_path / "second/loper.sqlite3-wal")
    assert "move it away" in fresh(tmp_path, "second").loper("restore", str(backup), code=1)


def test_nothing_is_put_back_under_a_worker(backup: Path, tmp_path: Path) -> None:
    import fcntl

    (tmp_path / "second").mkdir()
    with (tmp_path / "second/loper.sqlite3.worker").open("a") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        assert "Another worker" in fresh(tmp_path, "second").loper("restore", str(backup), code=1)


def test_a_database_without_tables_has_nothing_to_keep(tmp_path: Path) -> None:
    there = fresh(tmp_path, "empty")
    assert "nothing to keep" in there.loper("backup", str(tmp_path / "backups"), code=1)
    assert files(tmp_path / "backups") == [".lock"]
