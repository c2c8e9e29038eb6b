"""Other troubles than a kill, on real processes: each ends in the same sum, in which nothing may be lost.

python -m tests.faults.trouble drops       the mail server takes mails and loses its answers
python -m tests.faults.trouble full        the disk is full, and then it is not (SQLite)
tools/postgres.sh python -m tests.faults.trouble restart      PostgreSQL falls and comes back, again and again
"""

from __future__ import annotations

import os
import random
import resource
import shlex
import subprocess
import sys
import threading
import time

from tests.faults.house import House, customers, new_house
from tests.faults.load import Load, Tally, count, quiet

JOURNEYS = 120


def begun(house: House, spread: float, journeys: int = JOURNEYS) -> tuple[Load, threading.Thread]:
    """Journeys are being told, to pages and workers that are there."""
    customers(journeys)
    house.wait_until_at_work()
    load = Load(house, journeys, seed=7, whole=False)
    load.prepare()
    threading.Thread(target=load.let_begin_within, args=(spread,), daemon=True).start()
    running = threading.Thread(target=load.run)
    running.start()
    return load, running


def rested(house: House, load: Load, running: threading.Thread) -> Tally:
    """All was told, all went: the sum."""
    running.join()
    if load.failed:
        raise AssertionError(f"{load.failed[:3]}\n{house.logs()[-3000:]}")
    quiet(180, lambda: house.logs()[-3000:])
    return count(load, house)


def drops() -> Tally:
    """Every fifth mail is taken, and the line breaks before we hear so."""
    with new_house(drops=5) as house:
        load, running = begun(house, 8)
        running.join()
        time.sleep(5)
        house.sink.drops = 0  # else each of the repeated ones may be dropped again, and this never ends
        tally = rested(house, load, running)
        print(f"  answers of the mail server that were lost: {house.sink.dropped}")
        if not house.sink.dropped or tally.unknown < house.sink.dropped:
            tally.wrong.append(f"{house.sink.dropped} answers were lost, {tally.unknown} unknown outcomes recorded")
        return tally


def restart() -> Tally:
    """PostgreSQL is stopped at once (as by a crash) and started again, six times, while journeys go on."""
    control = shlex.split(os.environ["LOPER_PG_CTL"])
    with new_house() as house:
        load, running = begun(house, 20)
        chance = random.Random(3)
        for mode in ("immediate", "fast", "immediate", "immediate", "fast", "immediate"):
            time.sleep(chance.uniform(1, 3))
            subprocess.run([*control, "restart", "-m", mode, "-w"], check=True, cwd="/", stdout=subprocess.DEVNULL)
        tally = rested(house, load, running)
        answers = ", ".join(f"{times} x {name}" for name, times in sorted(house.counts.items()))
        print(f"  PostgreSQL restarted 6 times; requests that had to be repeated: {answers}")
        tally.wrong += [
            f"{one.name} did not outlive it" for one in house.processes if one.process and one.process.poll()
        ]
        return tally


def full() -> Tally:
    """No file may grow beyond where it is: as on a full disk. Later it may again."""
    with new_house() as house:
        load, running = begun(house, 25)
        time.sleep(1)
        # Of the database itself: its WAL begins again from its first byte, and would not meet a limit of its own size.
        largest = (house.folder / "loper.sqlite3").stat().st_size + 50_000
        _with_limit(house, largest)
        end = time.monotonic() + 60
        while house.counts.get("answers 503", 0) < 20 and time.monotonic() < end:
            time.sleep(0.1)
        time.sleep(3)  # the worker meets it too
        refused = house.counts.get("answers 503", 0)
        _with_limit(house, resource.RLIM_INFINITY)
        tally = rested(house, load, running)
        said = "disk" in house.logs()
        print(f"  requests refused while the disk was full: {refused}")
        if not refused or not said:
            tally.wrong.append("the full disk was not noticed")
        return tally


def _with_limit(house: House, most: int) -> None:
    """Pages and worker begin again, in a world where a file has at most so many bytes."""
    for process in house.processes:
        process.kill()
        process.limit = lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (most, resource.RLIM_INFINITY))
        process.start()


def main() -> int:
    name = sys.argv[1] if len(sys.argv) > 1 else ""
    if name not in ("drops", "restart", "full"):
        print(__doc__, file=sys.stderr)
        return 2
    tally: Tally = globals()[name]()
    print(tally.table(), flush=True)
    if not tally.sound:
        print(tally.trouble(), file=sys.stderr)
    return 0 if tally.sound else 1


if __name__ == "__main__":
    sys.exit(main())
