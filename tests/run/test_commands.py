"""The commands that set an installation up and run it, as processes of their own."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import urllib.request
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parent.parent.parent
LOPER = [sys.executable, "-c", "import sys; from loper.cli import main; sys.exit(main())"]


@pytest.fixture
def house(tmp_path: Path) -> dict[str, str]:
    """The environment of an installation with nothing in it, on SQLite."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith("LOPER_")}
    environment.pop("DJANGO_SETTINGS_MODULE", None)
    return {**environment, "LOPER_DATA": str(tmp_path), "PYTHONWARNINGS": "ignore", "PYTHONPATH": str(ROOT / "src")}


def run(house: dict[str, str], *arguments: str, **more: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [*LOPER, *arguments],
        env={**house, **more},
        capture_output=True,
        text=True,
        timeout=60,
        stdin=subprocess.DEVNULL,
    )


def start(house: dict[str, str], *arguments: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [*LOPER, *arguments],
        env=house,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        stdin=subprocess.DEVNULL,
    )


def test_an_installation_is_set_up_from_the_command_line(house: dict[str, str]) -> None:
    made = run(house, "user", "add", "arie", "--email", "arie@example.nl", "--role", "agent")
    assert made.returncode == 0 and "shown only now" in made.stdout
    again = run(house, "user", "add", "arie", "--email", "arie@example.nl", "--role", "agent")
    assert (again.returncode, again.stdout) == (1, "") and "arie" in again.stderr
    short = run(house, "user", "add", "sam", "--email", "sam@example.nl", "--role", "technician", LOPER_PASSWORD="kort")
    assert short.returncode == 1 and "10" in short.stderr
    token = run(house, "source", "add", "erp.example.nl", "--role", "planner").stdout.splitlines()[-1]
    assert len(token) >= 32
    assert run(house, "source", "add", "loper", "--role", "planner").returncode == 1
    assert "erp.example.nl\tplanner\topen" in run(house, "source", "list").stdout
    assert run(house, "source", "stop", "erp.example.nl").returncode == 0
    assert run(house, "source", "stop", "nobody").returncode == 1
    assert run(house, "organisation", "publish", str(ROOT / "examples/organisation.yaml")).returncode == 0
    assert "complaint is published" in run(house, "journey", "publish", str(ROOT / "examples/complaint")).stdout
    wrong = run(house, "journey", "publish", str(ROOT / "docs"))
    assert wrong.returncode == 1 and "Traceback" not in wrong.stderr


def test_pages_and_worker_start_and_stop_when_asked(house: dict[str, str]) -> None:
    process = start(house, "serve", "--port", "0", "--with-worker")
    try:
        address = process.stdout.readline().split()[-1]  # type: ignore[union-attr]
        with urllib.request.urlopen(f"{address}/healthz", timeout=20) as answer:
            assert answer.status == 200
        second = run(house, "work")
        assert second.returncode == 1
        assert "SQLite takes one" in second.stderr and "Traceback" not in second.stderr
        process.send_signal(signal.SIGTERM)
        assert process.wait(20) == 0
        assert "Traceback" not in process.stderr.read()  # type: ignore[union-attr]
    finally:
        process.kill()
        process.communicate()
    assert run(house, "work", "--once").returncode == 0  # the lock went with the process


def test_a_worker_stops_when_asked(house: dict[str, str]) -> None:
    process = start(house, "work")
    try:
        for line in process.stderr:  # type: ignore[union-attr]
            if "at work" in line:
                break
        process.send_signal(signal.SIGTERM)
        assert process.wait(20) == 0
    finally:
        process.kill()
        process.communicate()


@pytest.mark.parametrize(
    ("setting", "said"),
    [
        ({"LOPER_HOLD": "20"}, "LOPER_HOLD"),
        ({"LOPER_SMTP_USER": "me", "LOPER_SMTP_HOST": "mail.example.nl"}, "tls"),
        ({"LOPER_SMS_URL": "ftp://x"}, "url"),
        ({"LOPER_DATABASE": "mysql://x/y"}, "LOPER_DATABASE"),
        ({"LOPER_DATABASE": "postgresql://nobody@127.0.0.1:1/none"}, "the database does not answer"),
    ],
)
def test_settings_that_are_wrong_are_named_in_a_sentence(house: dict[str, str], setting: Any, said: str) -> None:
    found = run(house, "work", **setting)
    assert found.returncode == 1
    assert said in found.stderr.splitlines()[-1]


def test_an_sqlite_that_can_corrupt_its_file_is_refused(house: dict[str, str], tmp_path: Path) -> None:
    """Python's own SQLite on this machine may be such a one; here it says that it is."""
    (tmp_path / "sitecustomize.py").write_text(
        "import sqlite3, sys\nsqlite3.sqlite_version_info = (3, 40, 1)\nsqlite3.sqlite_version = '3.40.1'\n"
        "sys.modules['pysqlite3'] = None\n"
    )
    path = f"{tmp_path}:{ROOT / 'src'}"
    for command in (("work",), ("serve", "--port", "0"), ("source", "list")):
        found = run(house, *command, PYTHONPATH=path)
        assert found.returncode == 1
        assert "SQLite 3.40.1" in found.stderr and "PostgreSQL" in found.stderr
