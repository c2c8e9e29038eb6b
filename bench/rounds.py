"""Rounds of contestants: each in a process and a database of its own, one after the other, on the same PostgreSQL."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from measure import load

HERE = Path(__file__).parent
OURS = sys.executable
PEER = str(HERE.parent / ".venv-bench" / "bin" / "python")

Figures = dict[str, float]


@dataclass(frozen=True)
class Contestant:
    """`amount` is how many cases, mails or timers it does; `command` prints what that took as one line of JSON."""

    title: str
    command: tuple[str, ...]
    amount: int
    sqlite: bool = False


def play(contestants: dict[str, Contestant], rounds: int) -> list[dict[str, Figures]]:
    """The figures of each contestant in each round."""
    if not Path(PEER).exists():
        sys.exit(f"{PEER} is not there; tools/bench.sh makes it")
    url = os.environ.get("LOPER_DATABASE", "")
    if "/loper?" not in url:
        sys.exit("run me by tools/postgres.sh")
    with tempfile.TemporaryDirectory() as folder:  # the model of every database: Loper's tables and journeys
        model = [OURS, str(HERE / "three.py"), "0", "visit", "1"]
        subprocess.run(model, check=True, env={**os.environ, "LOPER_DATA": folder})
    found = []
    for number in range(rounds):
        found.append({name: _run(one, url) for name, one in contestants.items()})
        print(f"round {number + 1} of {rounds}: {load()}", file=sys.stderr)
    return found


def _run(one: Contestant, url: str) -> Figures:
    with tempfile.TemporaryDirectory() as folder, _copy(url) as copy:
        database = f"sqlite:///{folder}/bench.sqlite3" if one.sqlite else copy
        given = {**os.environ, "LOPER_DATABASE": database, "LOPER_DATA": folder}
        done = subprocess.run(one.command, env=given, capture_output=True, text=True)
        if done.returncode:
            sys.exit(f"{one.title}: {done.stderr[-3000:]}")
        figures: Figures = json.loads(done.stdout.splitlines()[-1])
        return figures


@contextmanager
def _copy(url: str) -> Iterator[str]:
    """A database like that of `url`, gone afterwards."""
    import psycopg

    with psycopg.connect(url.replace("/loper?", "/postgres?"), autocommit=True) as connection:
        connection.execute("CREATE DATABASE bench TEMPLATE loper")
        connection.execute("CHECKPOINT")
        try:
            yield url.replace("/loper?", "/bench?")
        finally:
            connection.execute("DROP DATABASE bench WITH (FORCE)")


def ratios(
    found: Sequence[dict[str, Figures]], name: str, base: str, contestants: dict[str, Contestant]
) -> list[float]:
    """How much more CPU one thing costs than with `base`, round by round."""
    each = contestants[name].amount, contestants[base].amount
    return [run[name]["cpu"] / each[0] / (run[base]["cpu"] / each[1]) for run in found if base in run]
