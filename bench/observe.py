"""A log of contacts asked a battery of questions, beside PM4Py, plain DuckDB and Polars: same file, same answers.

    tools/bench.sh observe                          ten million contacts
    tools/bench.sh observe --contacts 1000000       fewer
    tools/bench.sh observe --contacts 1000000 --sides loper duckdb ibis spark      the engines beside it
    tools/bench.sh observe --growth 1 3 10 30       Loper alone, at so many millions
    tools/bench.sh observe --large 100              a log that is put in order outside memory, at so many millions

Each side runs in a process of its own, one after the other, the rounds interleaved; medians, and the ratio to Loper.
The answers are held together before anything is printed: a side that answers otherwise stops the bench.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from contacts import write
from measure import figure, load, middle, table

HERE = Path(__file__).resolve().parent
OURS, PEERS = HERE.parent / ".venv/bin/python", HERE.parent / ".venv-bench/bin/python"
SIDES = ("loper", "duckdb", "polars", "pm4py")
ENGINES = ("ibis", "spark")
"""Loper's own other ways, for a log larger than a machine: by Ibis on DuckDB, and on a Spark of this machine."""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--contacts", type=int, default=10_000_000)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--sides", nargs="*", default=list(SIDES), choices=SIDES + ENGINES)
    parser.add_argument("--growth", nargs="*", type=float, default=[])
    parser.add_argument("--large", type=float, default=0)
    parser.add_argument("--folder", type=Path, default=None, help="where logs are written (default: a temporary one)")
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as temporary:
        folder = asked.folder or Path(temporary)
        if asked.large:
            large(_log(folder, asked.large), asked.large)
        elif asked.growth:
            growth(folder, asked.growth)
        else:
            beside(_log(folder, asked.contacts / 1e6), asked.sides, asked.rounds)


def _log(folder: Path, millions: float) -> Path:
    path = folder / f"contacts-{millions:g}m.parquet"
    if not path.exists():
        write(round(millions * 1e6), path)
    return path


def _run(side: str, path: Path) -> dict[str, Any]:
    python = OURS if side in ("loper", *ENGINES) else PEERS
    done = subprocess.run(
        [python, HERE / "peers/log_battery.py", side, path], capture_output=True, text=True, cwd=HERE.parent
    )
    if done.returncode:
        sys.exit(f"{side}: {done.stderr[-2000:]}")
    found: dict[str, Any] = json.loads(done.stdout.strip().splitlines()[-1])
    return found


def beside(path: Path, sides: Sequence[str], rounds: int) -> None:
    print(f"{path.stem}: {path.stat().st_size / 1e6:.0f} MB of Parquet; {load()}")
    _run("loper", path)  # compiles what was not compiled before: `make setup` does that on a machine of one's own
    runs: dict[str, list[dict[str, Any]]] = {side: [] for side in sides}
    for number in range(rounds):
        for side in sides:
            if side in ("pm4py", "spark") and number:
                continue  # once: it takes minutes
            runs[side].append(_run(side, path))
    for side in sides:
        _alike(runs["loper"][0], runs[side][0])
    ours = {what: middle([run[what] for run in runs["loper"]]) for what in ("seconds", "cpu", "peak_mb")}
    rows = []
    for side in sides:
        found = {what: middle([run[what] for run in runs[side]]) for what in ours}
        rows.append(
            [
                side,
                figure(found["seconds"]),
                figure(found["cpu"]),
                figure(found["peak_mb"]),
                f"{found['seconds'] / ours['seconds']:.1f}",
                f"{found['cpu'] / ours['cpu']:.1f}",
            ]
        )
    table("The battery from Parquet", ["", "seconds", "CPU s", "peak MB", "x time", "x CPU"], rows)
    if "loper" in sides:
        redraws = sorted(one for run in runs["loper"] for one in run["redraw_s"])
        half, worst = (f"{1000 * one:.0f} ms" for one in (middle(redraws), redraws[-1]))
        print(f"\nA filter and a map drawn anew: {half}, the slowest of {len(redraws)} {worst}")
    print("All sides give the same answers.")


def _alike(ours: dict[str, Any], theirs: dict[str, Any]) -> None:
    for question in ("arcs", "variants", "throughput", "rework", "switches", "funnel"):
        if theirs[question] is not None and not _same(ours[question], theirs[question]):
            sys.exit(f"{theirs['side']} answers otherwise: {question}")


def _same(one: Any, other: Any) -> bool:
    if isinstance(one, dict):
        return one.keys() == other.keys() and all(_same(one[key], other[key]) for key in one)
    if isinstance(one, list):
        return len(one) >= len(other) > 0 and all(map(_same, one, other))
    return bool(abs(one - other) <= 1e-6 * max(1.0, abs(one)))


def growth(folder: Path, millions: Sequence[float]) -> None:
    rows = []
    for size in millions:
        path = _log(folder, size)
        runs = [_run("loper", path) for _ in range(3)]
        redraw = middle([one for run in runs for one in run["redraw_s"]])
        seconds, cpu, peak = (middle([run[what] for run in runs]) for what in ("seconds", "cpu", "peak_mb"))
        rows.append(
            [f"{size:g} M", figure(seconds), figure(cpu), figure(peak), f"{seconds / size:.3f}", f"{1000 * redraw:.0f}"]
        )
    head = ["contacts", "seconds", "CPU s", "peak MB", "s per M", "redraw ms"]
    table(f"Growth of the battery ({load()})", head, rows)


def large(path: Path, millions: float) -> None:
    """A log laid out as it is read, on disk, and asked from there; the memory is that of the process at its highest."""
    print(f"{path.stem}: {path.stat().st_size / 1e6:.0f} MB of Parquet; {load()}")
    done = subprocess.run([OURS, HERE / "peers/log_large.py", path], capture_output=True, text=True, cwd=HERE.parent)
    if done.returncode:
        sys.exit(done.stderr[-2000:])
    found = json.loads(done.stdout.strip().splitlines()[-1])
    rows = [
        [what, *(figure(one) for one in found[what])] for what in ("laid out and saved", "opened", "battery", "redraw")
    ]
    table(f"{millions:g} million contacts", ["", "seconds", "CPU s", "peak MB"], rows)


if __name__ == "__main__":
    main()
