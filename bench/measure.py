"""What a bench measures with: CPU of processes, the highest memory, medians, and tables side by side."""

from __future__ import annotations

import os
import statistics
from collections.abc import Sequence
from pathlib import Path

TICK = os.sysconf("SC_CLK_TCK")


def cpu_of(pid: int | str, reaped: bool = False) -> float:
    """Seconds of CPU that a process used, with its threads; with those of its children that have ended, if asked."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return sum(int(one) for one in fields[11 : 15 if reaped else 13]) / TICK


def parent_of(pid: int | str) -> int:
    return int(Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[1])


def cpu_of_server(postmaster: int) -> float:
    """Seconds of CPU that a PostgreSQL server used: its first process, those that live now, those that have ended."""
    total = cpu_of(postmaster, reaped=True)
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                if parent_of(entry.name) == postmaster:
                    total += cpu_of(entry.name)
            except (FileNotFoundError, ProcessLookupError):
                continue  # it ended meanwhile
    return total


def peak_memory(pid: int | str = "self") -> float:
    """The most memory that a process ever had at once, in MB (VmHWM)."""
    return _status(pid, "VmHWM")


def memory(pid: int | str = "self") -> float:
    """The memory that a process has now, in MB (VmRSS)."""
    return _status(pid, "VmRSS")


def _status(pid: int | str, name: str) -> float:
    for line in Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith(f"{name}:"):
            return int(line.split()[1]) / 1024
    return 0.0


def load() -> str:
    """How busy the machine is: a figure is worth less on a busy one."""
    return f"{os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}"


def quantile(values: Sequence[float], share: float) -> float:
    """The value below which this share of them lies (the nearest one)."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, round(share * (len(ordered) - 1)))]


def middle(values: Sequence[float]) -> float:
    return statistics.median(values)


def table(title: str, head: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    """Print a table: the first column is words, the others are figures."""
    widths = [max(len(row[at]) for row in [head, *rows]) for at in range(len(head))]
    print(f"\n{title}")
    for row in [head, ["-" * width for width in widths], *rows]:
        cells = [
            cell.ljust(width) if at == 0 else cell.rjust(width)
            for at, (cell, width) in enumerate(zip(row, widths, strict=True))
        ]
        print("  " + "  ".join(cells).rstrip())


def figure(value: float) -> str:
    """A number with three digits that count."""
    if value >= 100:
        return f"{value:,.0f}"
    return f"{value:.1f}" if value >= 10 else f"{value:.2f}" if value >= 1 else f"{value:.3f}"
