"""The command line, called as people call it, and in this process for the many small cases."""

from __future__ import annotations

import json
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from loper.cli import main

ROOT = Path(__file__).parents[2]
LOPER = Path(sys.executable).parent / "loper"


@dataclass(frozen=True)
class Said:
    """What a command gave: exit code, standard output, standard error."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        return json.loads(self.out)


def loper(*words: str | Path, stdin: str | None = None, folder: Path = ROOT) -> Said:
    """The real command in a process of its own."""
    done = subprocess.run(
        [LOPER, *map(str, words)], input=stdin, capture_output=True, text=True, cwd=folder, timeout=60, check=False
    )
    return Said(done.returncode, done.stdout, done.stderr)


def called(capsys: pytest.CaptureFixture[str], *words: str | Path) -> Said:
    """The command in this process."""
    try:
        code = main([str(word) for word in words])
    except SystemExit as left:  # argparse
        code = int(left.code or 0)
    out, err = capsys.readouterr()
    return Said(code, out, err)
