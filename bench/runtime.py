"""The runtime beside DBOS: cases of three transitions, each written with its journal, its log and its outbox row.

    tools/postgres.sh .venv/bin/python bench/runtime.py [--rounds 5] [--cases 3000] [--peer-cases 300]

Every round runs each contestant in a process and a database of its own, one after the other, on the same PostgreSQL.
The peer runs in `.venv-bench` (tools/bench.sh makes it).
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from measure import figure, load, middle, table

HERE = Path(__file__).parent
PEER = HERE.parent / ".venv-bench" / "bin" / "python"


@dataclass(frozen=True)
class Contestant:
    title: str
    command: tuple[str, ...]
    cases: int
    transitions: int = 3
    sqlite: bool = False


def contestants(cases: int, peer_cases: int) -> dict[str, Contestant]:
    """By name. `events` is what the others are compared with."""
    three, dbos = str(HERE / "three.py"), str(HERE / "peers" / "dbos_three.py")

    def loper(title: str, *words: str, cases: int = cases, transitions: int = 3, sqlite: bool = False) -> Contestant:
        return Contestant(title, (sys.executable, three, str(cases), *words), cases, transitions, sqlite)

    def peer(title: str, how: str) -> Contestant:
        return Contestant(title, (str(PEER), dbos, str(peer_cases), how), peer_cases)

    return {
        "events": loper("Loper, events in batches of 250", "visit", "250"),
        "ticks": loper("Loper, two of three by the clock", "clockwork", "250"),
        "few": loper("Loper, events in batches of 10", "visit", "10", cases=cases // 3),
        "single": loper("Loper, one event a transaction", "visit", "1", cases=peer_cases),
        "repair": loper("Loper, examples/repair (5 transitions)", "repair", "250", transitions=5),
        "sqlite": loper("Loper on SQLite, batches of 250", "visit", "250", sqlite=True),
        "transactions": peer("DBOS, each step a transaction", "transactions"),
        "steps": peer("DBOS, plain steps (may repeat)", "steps"),
        "empty": peer("DBOS, steps that write nothing", "empty"),
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--cases", type=int, default=3000)
    parser.add_argument("--peer-cases", type=int, default=300)
    parser.add_argument("--only", nargs="*", default=[])
    given = parser.parse_args()
    found = contestants(given.cases, given.peer_cases)
    asked = {name: one for name, one in found.items() if not given.only or name in given.only}
    if not PEER.exists():
        sys.exit(f"{PEER} is not there; tools/bench.sh makes it")
    rounds: list[dict[str, dict[str, float]]] = []
    with template() as server:
        for number in range(given.rounds):
            rounds.append({name: run(one, server) for name, one in asked.items()})
            print(f"round {number + 1} of {given.rounds}: {load()}", file=sys.stderr)
    show(asked, rounds)


def show(asked: dict[str, Contestant], rounds: list[dict[str, dict[str, float]]]) -> None:
    rows = []
    for name, one in asked.items():
        runs = [each[name] for each in rounds]
        wall = middle([run["wall"] for run in runs])
        ratios = [
            run[name]["cpu"] / one.cases / (run["events"]["cpu"] / asked["events"].cases)
            for run in rounds
            if "events" in run
        ]
        rows.append(
            [
                one.title,
                figure(middle([run["cpu"] for run in runs]) / one.cases * 1000),
                figure(middle([run["database"] for run in runs]) / one.cases * 1000) if not one.sqlite else "",
                figure(one.cases / wall),
                figure(one.cases * one.transitions / wall),
                figure(max(run["memory"] for run in runs)),
                f"{middle(ratios):.1f} ({min(ratios):.1f}-{max(ratios):.1f})" if ratios else "",
            ]
        )
    table(
        f"Cases of three transitions, one worker each; medians of {len(rounds)} rounds ({load()})",
        ["", "CPU ms/case", "PostgreSQL ms/case", "cases/s", "transitions/s", "peak MB", "CPU x Loper's"],
        rows,
    )


def run(one: Contestant, server: Server) -> dict[str, float]:
    """One contestant, in a database of its own."""
    with tempfile.TemporaryDirectory() as folder, server.copy() as url:
        given = {
            **os.environ,
            "LOPER_DATABASE": f"sqlite:///{folder}/bench.sqlite3" if one.sqlite else url,
            "LOPER_DATA": folder,
        }
        done = subprocess.run(one.command, env=given, capture_output=True, text=True)
        if done.returncode:
            sys.exit(f"{one.title}: {done.stderr[-2000:]}")
        found: dict[str, float] = json.loads(done.stdout.splitlines()[-1])
        return found


@dataclass
class Server:
    """The PostgreSQL that LOPER_DATABASE names; its database is the model of each new one."""

    url: str

    @contextmanager
    def copy(self) -> Iterator[str]:
        import psycopg

        with psycopg.connect(self.url.replace("/loper?", "/postgres?"), autocommit=True) as connection:
            connection.execute("CREATE DATABASE bench TEMPLATE loper")
            connection.execute("CHECKPOINT")
            try:
                yield self.url.replace("/loper?", "/bench?")
            finally:
                connection.execute("DROP DATABASE bench WITH (FORCE)")


@contextmanager
def template() -> Iterator[Server]:
    """A database with Loper's tables and the journeys of this bench."""
    url = os.environ.get("LOPER_DATABASE", "")
    if "/loper?" not in url:
        sys.exit("run me by tools/postgres.sh")
    with tempfile.TemporaryDirectory() as folder:
        subprocess.run(
            [sys.executable, str(HERE / "three.py"), "0", "visit", "1"],
            check=True,
            env={**os.environ, "LOPER_DATA": folder},
        )
        yield Server(url)


if __name__ == "__main__":
    main()
