"""A million cases that wait: what a sweep with nothing to do takes, and how much memory the worker has.

    tools/postgres.sh .venv/bin/python bench/waiting.py [--cases 1000000] [--peer-cases 1000]

Beside it: workflows of DBOS that wait for a message, each a coroutine.
"""

from __future__ import annotations

import argparse

from measure import figure, load, table
from rounds import HERE, OURS, PEER, Contestant, play


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--cases", type=int, default=1_000_000)
    parser.add_argument("--peer-cases", type=int, default=1000)
    given = parser.parse_args()
    ours = (OURS, str(HERE / "waiting_side.py"), str(given.cases))
    peer = (PEER, str(HERE / "peers" / "dbos_waiting.py"), str(given.peer_cases))
    asked = {
        "postgresql": Contestant("PostgreSQL", ours, given.cases),
        "sqlite": Contestant("SQLite", ours, given.cases, sqlite=True),
        "dbos": Contestant("DBOS", peer, given.peer_cases),
    }
    found = play(asked, 1)[0]
    table(
        f"{given.cases:,} cases that wait, a sweep with nothing to do ({load()})",
        ["", "sweep ms (median)", "p99 ms", "worker peak MB", "% of a core, idle", "disk MB", "filled in s"],
        [
            [one.title, *(figure(found[name][key]) for key in ("sweep", "worst", "memory", "core", "mb", "fill"))]
            for name, one in asked.items()
            if name != "dbos"
        ],
    )
    there = found["dbos"]
    worker = found["postgresql"]["memory"]
    table(
        "Memory of the process that waits",
        ["", "waiting", "peak MB", "KB a case", "% of a core, idle"],
        [
            [
                "Loper",
                f"{given.cases:,}",
                figure(worker),
                figure(worker * 1024 / given.cases),
                figure(found["postgresql"]["core"]),
            ],
            ["DBOS", f"{given.peer_cases:,}", figure(there["memory"]), figure(there["each"]), figure(there["core"])],
        ],
    )


if __name__ == "__main__":
    main()
