"""Kill worker and pages at random moments while journeys go on, and count what is lost and what is doubled.

    python -m tests.faults.kills --kills 200 --journeys 2000                  (on SQLite)
    tools/postgres.sh python -m tests.faults.kills --kills 200 --journeys 2000

Exit code 1 when anything is lost, or doubled without a recorded unknown outcome.
"""

from __future__ import annotations

import argparse
import random
import sys
import threading
import time
from dataclasses import dataclass

from tests.faults.house import House, customers, new_house
from tests.faults.load import Load, Tally, count, quiet


@dataclass
class Result:
    tally: Tally
    kills: dict[str, int]
    seconds: float
    answers: dict[str, int]
    doubled: int

    def __str__(self) -> str:
        killed = ", ".join(f"{count} x {name}" for name, count in sorted(self.kills.items()))
        answers = ", ".join(f"{count} x {name}" for name, count in sorted(self.answers.items())) or "none"
        return (
            f"  {'killed (SIGKILL)':<36}{sum(self.kills.values()):>8}   {killed}\n"
            f"{self.tally.table()}\n"
            f"  {'told again, and found known':<36}{self.doubled:>8}\n"
            f"  requests that had to be repeated: {answers}\n"
            f"  {self.seconds:.0f} seconds"
        )


def kill(house: House, load: Load, kills: int, seed: int, pause: float) -> Result:
    """Let the load run while processes are killed and started again; then let it come to rest, and count."""
    chance, killed = random.Random(seed), dict[str, int]()
    begin = time.monotonic()
    running = threading.Thread(target=load.run)
    running.start()
    for done in range(kills):
        load.let_begin((done + 1) / kills)
        time.sleep(chance.expovariate(1 / pause))
        process = chance.choice(house.processes)
        if chance.random() < 0.8:  # most are killed at work, some while they start
            house.wait_until_at_work(process)
            time.sleep(chance.uniform(0, pause))
        process.kill()
        killed[process.name] = killed.get(process.name, 0) + 1
        process.start()
    running.join()
    if load.failed:
        raise AssertionError(f"{load.failed[:3]}\n{house.logs()[-3000:]}")
    quiet(240, lambda: house.logs()[-3000:])
    tally = count(load, house)
    return Result(tally, killed, time.monotonic() - begin, dict(house.counts), load.doubled)


def main() -> int:
    given = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    given.add_argument("--kills", type=int, default=200)
    given.add_argument("--journeys", type=int, default=2000)
    given.add_argument(
        "--pause", type=float, default=1.5, help="seconds from one kill to the next, at least, on average"
    )
    given.add_argument("--seed", type=int, default=1)
    given.add_argument("--drops", type=int, default=0, help="the answer to every so many-th mail is lost")
    arguments = given.parse_args()
    with new_house(drops=arguments.drops) as house:
        customers(arguments.journeys)
        load = Load(house, arguments.journeys, arguments.seed)
        load.prepare()
        result = kill(house, load, arguments.kills, arguments.seed, arguments.pause)
        postgresql = house.postgresql
    kind = "PostgreSQL, two workers" if postgresql else "SQLite, one worker"
    print(f"{arguments.journeys} journeys on {kind}, seed {arguments.seed}\n{result}", flush=True)
    if not result.tally.sound:
        print(result.tally.trouble(), file=sys.stderr)
    return 0 if result.tally.sound else 1


if __name__ == "__main__":
    sys.exit(main())
