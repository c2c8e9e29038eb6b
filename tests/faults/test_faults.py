"""Real processes, killed and starved: nothing is lost, and what is doubled is recorded. In full: `make faults`."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent.parent
POSTGRESQL = os.environ.get("LOPER_DATABASE", "").startswith("postgres")
TROUBLES = {
    "kills": ["tests.faults.kills", "--kills", "12", "--journeys", "120", "--pause", "1.5"],
    "drops": ["tests.faults.trouble", "drops"],
    **({"restart": ["tests.faults.trouble", "restart"]} if POSTGRESQL else {"full": ["tests.faults.trouble", "full"]}),
}
"""They mostly wait, so they run beside each other; while PostgreSQL is restarted nothing can start: that comes last."""

pytestmark = [pytest.mark.faults, pytest.mark.timeout(420)]


def _begin(trouble: str) -> subprocess.Popen[str]:
    environment = {name: value for name, value in os.environ.items() if name != "LOPER_DATA"}
    command = [sys.executable, "-m", *TROUBLES[trouble]]
    return subprocess.Popen(
        command, cwd=ROOT, env=environment, text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT
    )


@pytest.fixture(scope="module")
def running() -> Iterator[dict[str, subprocess.Popen[str]]]:
    processes = {name: _begin(name) for name in TROUBLES if name != "restart"}
    yield processes
    for process in processes.values():
        process.kill()
        process.communicate()


@pytest.mark.parametrize("trouble", TROUBLES)
def test_nothing_is_lost_and_every_double_is_explained(
    running: dict[str, subprocess.Popen[str]], trouble: str, capsys: pytest.CaptureFixture[str]
) -> None:
    if trouble not in running:
        running[trouble] = _begin(trouble)
    said, _ = running[trouble].communicate(timeout=400)
    with capsys.disabled():
        print(f"\n{said.rstrip()}")
    assert running[trouble].returncode == 0, said
