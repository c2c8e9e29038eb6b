"""The systemd units of the guide: sound, closed off, and their commands really run."""

from __future__ import annotations

import re
import shlex
import shutil
import signal
import subprocess
import time
import urllib.request
from pathlib import Path

import pytest

from tests.deploy.installation import LOPER, ROOT, Host, until
from tests.deploy.sink import Sink

UNITS = ROOT / "deploy/systemd"
SERVICES = ("loper-web.service", "loper-work@1.service", "loper-backup.service")
ENVIRONMENT = ROOT / "deploy/loper.env"


@pytest.fixture
def units(tmp_path: Path) -> Path:
    """The units as installed, but with the command where it is here."""
    folder = Path(shutil.copytree(UNITS, tmp_path / "units"))
    for path in folder.glob("*.service"):
        path.write_text(path.read_text().replace("/opt/loper/.venv/bin/loper", LOPER))
    shutil.copy(folder / "loper-work@.service", folder / "loper-work@1.service")
    return folder


def analyze(folder: Path, *arguments: str) -> str:
    if shutil.which("systemd-analyze") is None:
        pytest.fail("systemd-analyze is not here: tools/system.sh installs it")
    done = subprocess.run(["systemd-analyze", *arguments], cwd=folder, capture_output=True, text=True)
    return done.stdout + done.stderr


def settings(**others: str) -> dict[str, str]:
    """The example of the environment, read as systemd reads it."""
    lines = (line for line in ENVIRONMENT.read_text().splitlines() if line and not line.startswith("#"))
    return {**dict(line.split("=", 1) for line in lines), **others}


def command(unit: str) -> list[str]:
    """The arguments of this unit's command, after `loper`."""
    found = re.search(r"^ExecStart=/opt/loper/\.venv/bin/loper (.+)$", (UNITS / unit).read_text(), re.MULTILINE)
    assert found, unit
    return shlex.split(found[1])


def test_systemd_finds_nothing_wrong(units: Path) -> None:
    assert analyze(units, "verify", *(f"./{path.name}" for path in units.glob("*.*") if path.is_file())) == ""


def test_it_would_find_what_is_wrong(units: Path) -> None:
    path = units / "loper-web.service"
    path.write_text(path.read_text().replace("RestartSec", "RestartSecs"))
    assert "RestartSecs" in analyze(units, "verify", "./loper-web.service")


@pytest.mark.parametrize("unit", SERVICES)
def test_each_unit_has_little_of_the_machine(units: Path, unit: str) -> None:
    said = analyze(units, "security", "--offline=true", f"./{unit}")
    exposure = re.search(r"Overall exposure level for \S+: ([\d.]+)", said)
    assert exposure and float(exposure[1]) <= 1.5, said


def test_every_setting_of_the_example_is_one() -> None:
    known = (ROOT / "src/loper/server/settings.py").read_text()
    named = re.findall(r"^#?(LOPER_\w+)=", ENVIRONMENT.read_text(), re.MULTILINE)
    assert len(named) > 10
    for name in named:
        assert f'"{name.removeprefix("LOPER_")}"' in known, name


def test_the_commands_of_the_units_run_and_stop_when_asked(tmp_path: Path) -> None:
    sink = Sink()
    sink.start()
    data = tmp_path / "data"
    own = settings(
        LOPER_DATA=str(data),
        LOPER_DATABASE=f"sqlite:///{data}/loper.sqlite3",
        LOPER_SMTP_HOST="127.0.0.1",
        LOPER_SMTP_PORT=str(sink.port),
        LOPER_SMTP_TLS="no",
    )
    host = Host("machine", tmp_path, own)
    web = command("loper-web.service")
    web[web.index("--port") + 1] = "0"
    backup = command("loper-backup.service")
    backup[1] = str(tmp_path / "backups")
    try:
        host.start("work", *command("loper-work@.service"))
        until(lambda: "at work" in host.log("work"), 60)
        host.start("web", *web)
        until(lambda: "answers on" in host.log("web"), 60)
        address = host.log("web").split("answers on ")[1].split()[0]
        with urllib.request.urlopen(f"{address}/healthz") as answer:
            assert answer.status == 200
        assert host.loper(*backup).strip().endswith(".sqlite3")
        begin = time.monotonic()
        assert [host.stop("web", signal.SIGTERM), host.stop("work", signal.SIGTERM)] == [0, 0]
        assert time.monotonic() - begin < 25
    finally:
        host.stop_all()
        sink.stop()
