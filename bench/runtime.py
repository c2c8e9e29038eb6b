"""The runtime beside DBOS: cases of three transitions, each written with its journal, its log and its outbox row.

    tools/postgres.sh .venv/bin/python bench/runtime.py [--rounds 5] [--cases 3000] [--peer-cases 300] [--only NAME ...]

The peer runs in `.venv-bench`, which tools/bench.sh makes.
"""

from __future__ import annotations

import argparse

from measure import figure, load, middle, table
from rounds import HERE, OURS, PEER, Contestant, play, ratios


def contestants(cases: int, peer_cases: int) -> dict[str, Contestant]:
    """By name. `events` is what the others are compared with."""
    three, dbos = str(HERE / "three.py"), str(HERE / "peers" / "dbos_three.py")

    def loper(title: str, journey: str, batch: int, amount: int = cases, sqlite: bool = False) -> Contestant:
        return Contestant(title, (OURS, three, str(amount), journey, str(batch)), amount, sqlite)

    def peer(title: str, how: str) -> Contestant:
        return Contestant(title, (PEER, dbos, str(peer_cases), how), peer_cases)

    return {
        "events": loper("Loper, batches of 250 events", "visit", 250),
        "ticks": loper("Loper, two of three by the clock", "clockwork", 250),
        "sqlite": loper("Loper on SQLite, batches of 250", "visit", 250, sqlite=True),
        "repair": loper("Loper, examples/repair (5 transitions)", "repair", 250),
        "few": loper("Loper, batches of 10 events", "visit", 10, cases // 3),
        "single": loper("Loper, one event a transaction", "visit", 1, peer_cases),
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
    asked = contestants(given.cases, given.peer_cases)
    asked = {name: one for name, one in asked.items() if not given.only or name in given.only}
    found = play(asked, given.rounds)
    rows = []
    for name, one in asked.items():
        runs, wall = [each[name] for each in found], middle([each[name]["wall"] for each in found])
        times = ratios(found, name, "events", asked)
        rows.append(
            [
                one.title,
                figure(middle([run["cpu"] for run in runs]) / one.amount * 1000),
                "-" if one.sqlite else figure(middle([run["database"] for run in runs]) / one.amount * 1000),
                figure((5 if name == "repair" else 3) * one.amount / wall),
                figure(max(run["memory"] for run in runs)),
                f"{middle(times):.1f} ({min(times):.1f}-{max(times):.1f})" if times else "",
            ]
        )
    table(
        f"Cases of three transitions, one worker; medians of {given.rounds} rounds, {load()}",
        ["", "CPU ms/case", "PostgreSQL ms/case", "transitions/s", "peak MB", "CPU, Loper = 1"],
        rows,
    )


if __name__ == "__main__":
    main()
