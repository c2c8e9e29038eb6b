"""Timers that all come due in one second, worked off while the pages are asked for 20 times a second.

    tools/postgres.sh .venv/bin/python bench/timers.py [--timers 10000] [--peer-timers 500]

Beside it: workflows of DBOS that were enqueued with a delay.
"""

from __future__ import annotations

import argparse

from measure import figure, load, table
from rounds import HERE, OURS, PEER, Contestant, play
from sink import sink


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--timers", type=int, default=10_000)
    parser.add_argument("--peer-timers", type=int, default=500)
    given = parser.parse_args()
    count, side = given.timers, str(HERE / "timers_side.py")
    with sink() as server:
        port = str(server.port)
        asked = {
            "timer": Contestant("Loper on PostgreSQL", (OURS, side, str(count), "timer", port), count),
            "mailing": Contestant(
                "Loper on PostgreSQL, with a mail each", (OURS, side, str(count), "mailing", port), count
            ),
            "sqlite": Contestant("Loper on SQLite", (OURS, side, str(count), "timer", port), count, sqlite=True),
            "dbos": Contestant(
                "DBOS, delayed workflows of one step",
                (PEER, str(HERE / "peers" / "dbos_timers.py"), str(given.peer_timers)),
                given.peer_timers,
            ),
        }
        found = play(asked, 1)[0]
        assert server.count()["mails"] == count, server.count()
    table(
        f"Timers that come due in one second, until the last has happened ({load()})",
        ["", "timers", "seconds", "timers/s", "mails gone after s", "CPU ms each", "peak MB"],
        [
            [
                one.title,
                f"{one.amount:,}",
                figure(found[name]["timers"]),
                figure(one.amount / found[name]["timers"]),
                figure(found[name]["mails"]) if found[name].get("mails") else "-",
                figure(found[name]["cpu"] / one.amount * 1000),
                figure(found[name]["memory"]),
            ]
            for name, one in asked.items()
        ],
    )
    table(
        "A customer's page and /healthz meanwhile, milliseconds",
        ["", "idle p50", "idle p99", "busy p50", "busy p99", "answers while busy"],
        [
            [
                one.title,
                *(figure(found[name][key]) for key in ("idle50", "idle99", "busy50", "busy99")),
                f"{found[name]['asked']:.0f}",
            ]
            for name, one in asked.items()
            if name != "dbos"
        ],
    )


if __name__ == "__main__":
    main()
