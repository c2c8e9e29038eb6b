"""Mails a second, from the outbox to a mail server on this machine, beside django-post_office and the plain library.

tools/postgres.sh .venv/bin/python bench/smtp.py [--rounds 3] [--mails 1000]
"""

from __future__ import annotations

import argparse
import os
import subprocess
import tempfile
from pathlib import Path

from measure import figure, load, middle, table
from rounds import HERE, OURS, PEER, Contestant, play, ratios
from sink import sink


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--mails", type=int, default=1000)
    given = parser.parse_args()
    mails, count = str(HERE / "mails.py"), given.mails
    with sink() as server, tempfile.TemporaryDirectory() as folder:
        port, sample = str(server.port), f"{folder}/sample.eml"
        light = {**os.environ, "LOPER_DATABASE": f"sqlite:///{folder}/sample.sqlite3", "LOPER_DATA": folder}
        subprocess.run([OURS, mails, "1", "1", port, sample], check=True, env=light)
        asked = {
            **{
                f"loper{n}": Contestant(
                    f"Loper, {n} thread{'s' * (n > 1)}", (OURS, mails, str(count), str(n), port), count
                )
                for n in (1, 4, 8)
            },
            **{
                f"office{n}": Contestant(
                    f"django-post_office, {n} thread{'s' * (n > 1)}",
                    (PEER, str(HERE / "peers" / "office.py"), str(count), str(n), port, sample),
                    count,
                )
                for n in (1, 8)
            },
            "plain": Contestant(
                "smtplib alone: no queue, no record",
                (OURS, str(HERE / "peers" / "plain.py"), str(count), port, sample),
                count,
            ),
        }
        found = play(asked, given.rounds)
        took = server.count()
        size = len(Path(sample).read_bytes())
    warm = 40 * given.rounds * sum(name != "plain" for name in asked)
    assert took["mails"] == count * given.rounds * len(asked) + warm, took
    rows = []
    for name, one in asked.items():
        runs = [each[name] for each in found]
        times = ratios(found, name, "loper1", asked)
        rows.append(
            [
                one.title,
                figure(one.amount / middle([run["wall"] for run in runs])),
                figure(middle([run["cpu"] for run in runs]) / one.amount * 1000),
                figure(middle([run["database"] for run in runs]) / one.amount * 1000),
                figure(max(run["memory"] for run in runs)),
                f"{middle(times):.2f}",
            ]
        )
    table(
        f"Mails of {size / 1000:.0f} kB to a mail server on this machine; medians of {given.rounds} rounds, {load()}",
        ["", "mails/s", "CPU ms/mail", "PostgreSQL ms/mail", "peak MB", "CPU, Loper = 1"],
        rows,
    )


if __name__ == "__main__":
    main()
