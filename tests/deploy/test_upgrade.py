"""An upgrade as the guide has it: nothing lost, nothing doubled, no outcome unknown."""

from __future__ import annotations

import os
import subprocess
import sys

from tests.deploy.installation import ROOT


def test_an_upgrade_in_the_middle_of_a_batch_loses_and_doubles_nothing() -> None:
    clean = {name: value for name, value in os.environ.items() if not name.startswith(("LOPER_", "DJANGO_"))}
    command = [str(ROOT / "tools/postgres.sh"), sys.executable, "-m", "tests.deploy.upgrade"]
    done = subprocess.run(command, cwd=ROOT, env=clean, capture_output=True, text=True, timeout=280)
    assert done.returncode == 0, done.stdout + done.stderr
