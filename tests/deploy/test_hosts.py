"""Machines against one database, and one of them cut off; tests/deploy/hosts.py does more of it, and prints figures."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

from tests.deploy.installation import ROOT


def test_a_machine_cut_off_while_it_hands_over_loses_nothing_and_settles_nothing_late() -> None:
    if os.geteuid() != 0:
        pytest.fail("only root can make network namespaces; run the tests as root, as CI does: sudo make test")
    clean = {name: value for name, value in os.environ.items() if not name.startswith(("LOPER_", "DJANGO_", "PG"))}
    command = [
        sys.executable,
        "-m",
        "tests.deploy.hosts",
        "--journeys",
        "48",
        "--seconds",
        "16",
        "--hold",
        "5",
        "--quick",
    ]
    done = subprocess.run(command, cwd=ROOT, env=clean, capture_output=True, text=True, timeout=280)
    assert done.returncode == 0, done.stdout + done.stderr
