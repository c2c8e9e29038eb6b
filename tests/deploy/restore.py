"""A backup under load, a crash, a restore, and everything told again: nothing is sent twice, nothing is forgotten.

    python -m tests.deploy.restore --journeys 300 --seconds 120                       (on SQLite)
    tools/postgres.sh python -m tests.deploy.restore --journeys 300 --seconds 120

Exit code 1 when a mail came twice, or one that did not come is not on the list of a person.
"""

from __future__ import annotations

import argparse
import os
import random
import signal
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from tests.deploy.installation import SECRET, Host, Source, event, table, until
from tests.deploy.sink import Sink

LATE = timedelta(seconds=50)
"""Events come this much after their time: a message so long as a minute after one is due soon."""

RESTORED = "may have gone before the restore"


def host(name: str, folder: Path, database: str, sink: Sink) -> Host:
    """A machine with an installation on this database."""
    home = folder / name
    home.mkdir()
    return Host(
        name,
        folder,
        {
            "LOPER_DATA": str(home),
            "LOPER_DATABASE": database or f"sqlite:///{home / 'loper.sqlite3'}",
            "LOPER_SECRET_KEY": SECRET,
            "LOPER_SMTP_HOST": "127.0.0.1",
            "LOPER_SMTP_PORT": str(sink.port),
            "LOPER_SMTP_TLS": "no",
            "LOPER_SMTP_TIMEOUT": "4",
            "LOPER_HOLD": "10",
            "LOPER_HOSTS": "127.0.0.1",
        },
    )


def live(source: Source, first: int, count: int, seconds: float) -> None:
    """Begin so many journeys, spread over so many seconds: asked, planned, done."""
    chance = random.Random(first)
    plan = []
    for number in range(first, first + count):
        at = chance.uniform(0, seconds * 0.8)
        for wait, type in ((0.0, "asked"), (1.0, "planned"), (seconds * 0.15, "done")):
            plan.append((at + wait, f"c{number:04}", type))
    begin = time.monotonic()
    for at, case, type in sorted(plan):
        time.sleep(max(0.0, begin + at - time.monotonic()))
        now = datetime.now(UTC)
        start = now + timedelta(days=9)
        visit = {"start": start.isoformat(), "end": (start + timedelta(hours=2)).isoformat()}
        source.tell([event(case, type, now - LATE, **({"visit": visit} if type == "planned" else {}))])


def workers(at: Host, count: int) -> None:
    for number in range(count):
        at.start(f"worker-{number}", "work")


def again(database: str) -> str:
    """The address of a second, empty database on the same server."""
    if not database:
        return ""
    import psycopg

    with psycopg.connect(database, autocommit=True) as connection:
        connection.execute("CREATE DATABASE afterwards")
    return database.replace("/loper?", "/afterwards?")


def quiet(at: Host, source: Source, seconds: float, everything: bool) -> None:
    """Wait until nothing is left to do (`everything`: nor ever comes)."""
    found: dict[str, Any] = {}

    def still() -> bool:
        found.update(at.look())
        left = [row for row in found["letters"] if row["status"] in ("queued", "handing")]
        cases = {case for case, _ in source.told}
        whole = len(found["cases"]) == len(cases) and (not everything or found["asleep"] == len(cases))
        return not left and not found["waking"] and whole

    until(still, seconds, lambda: f"\n{found}\n{at.log('worker-0')[-2000:]}", every=1)


def judge(
    found: Mapping[str, Any], taken: Mapping[str, int], source: Source, before: Mapping[str, int], rested: float
) -> list[str]:
    """Everything that must not be. `rested`: when there was nothing left to do; what came due since may wait."""
    wrong = [f"{mail} came {times} times" for mail, times in taken.items() if times > 1]
    letters = {row["mail"]: row for row in found["letters"]}
    wrong += [f"a mail that no letter is about: {mail}" for mail in taken if mail not in letters and mail not in before]
    listed = {(case, name, occasion) for case, name, occasion, why in found["tasks"] if why == RESTORED}
    noted = {(case, name, occasion) for case, name, occasion, _ in found["unknown"]}
    for mail, row in letters.items():
        one = (row["case"], row["touchpoint"], row["occasion"])
        if row["status"] == "sent" and not taken.get(mail):
            wrong.append(f"lost: {one}")
        elif row["status"] == "unknown" and one not in listed and row["kind"] == "service":
            wrong.append(f"unknown, and nobody's task: {one}")
        elif row["status"] == "unknown" and one not in noted:
            wrong.append(f"unknown, and not in the log: {one}")
        elif row["status"] not in ("sent", "unknown", "withdrawn") and row["due"] < rested:
            wrong.append(f"{row['status']}: {one}")
        if before.get(mail) and row["status"] == "sent" and row["due"] > found["restored"][0]:
            wrong.append(f"went before it was due: {one}")
    there = set(map(tuple, found["events"]))
    wrong += [f"event lost: {one}" for one in source.told if one not in there]
    wrong += [f"{key} is in {stage} {aside}" for key, stage, aside in found["cases"] if stage != "closed" or aside]
    wrong += [f"happened {n} times: {one}" for one, n in Counter(map(tuple, found["happened"])).items() if n > 1]
    return wrong


def main() -> int:
    given = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    given.add_argument("--journeys", type=int, default=300)
    given.add_argument("--seconds", type=float, default=120, help="over which they are spread")
    given.add_argument("--quick", action="store_true", help="do not wait for what comes a minute later")
    arguments = given.parse_args()
    database = os.environ.get("LOPER_DATABASE", "")
    count, sink = (2 if database else 1), Sink()
    sink.start()
    with tempfile.TemporaryDirectory(prefix="loper-restore-") as name:
        folder = Path(name)
        old = host("before", folder, database, sink)
        new = host("after", folder, again(database), sink)
        try:
            return run(
                old, new, sink, arguments, count, "PostgreSQL, two workers" if database else "SQLite, one worker"
            )
        finally:
            old.stop_all()
            new.stop_all()
            sink.stop()


def run(old: Host, new: Host, sink: Sink, arguments: argparse.Namespace, count: int, kind: str) -> int:
    journeys, seconds = arguments.journeys, arguments.seconds
    source = Source(old.set_up(journeys + 10), "127.0.0.1", old.serve())
    workers(old, count)
    load = threading.Thread(target=live, args=(source, 0, journeys, seconds))
    load.start()
    time.sleep(seconds * 0.4)
    begin = time.monotonic()
    backup = old.loper("backup", str(old.folder / "backups")).strip()
    took, saved = time.monotonic() - begin, len(source.told)
    at_backup = sum(sink.taken.values())
    load.join()
    old.stop_all(signal.SIGKILL)
    time.sleep(1)  # what was on its way to the mail server is there now
    before = Counter(sink.taken)

    print(new.loper("restore", backup), flush=True)
    assert (mode := Path(backup).stat().st_mode & 0o777) == 0o600, oct(mode)
    source.port = new.serve()
    events = list(source.told.values())
    results = Counter(one for n in range(0, len(events), 50) for one in source.tell(events[n : n + 50]))
    workers(new, count)
    live(source, journeys, 10, 4)
    quiet(new, source, 240, everything=not arguments.quick)
    rested = time.time() - 1
    ends = [new.stop(name) for name in list(new.running)]
    found = new.look()
    wrong = judge(found, sink.taken, source, before, rested)
    if any(ends):
        wrong.append(f"stopped with {ends}: {new.log('worker-0')[-500:]}")
    unknown = [row for row in found["letters"] if row["status"] == "unknown"]
    mark, letters = found["restored"][0], {row["mail"] for row in found["letters"] if row["status"] != "withdrawn"}
    figures = {
        "journeys, events told": f"{journeys}, {len(source.told)}",
        "seconds that the backup took, under load": f"{took:.1f}",
        "events in the backup, at most": saved,
        "mails that had gone when it began": at_backup,
        "mails that had gone when everything was killed": sum(before.values()),
        "events that were new to the restored database": results["accepted"],
        "events that it knew": results["duplicate"],
        "messages due before the restore, recorded as unknown": len(unknown),
        "  of which are tasks for a person": sum(row["kind"] == "service" for row in unknown),
        "  of which had gone": sum(bool(before.get(row["mail"])) for row in unknown),
        "  of which had not": sum(not before.get(row["mail"]) for row in unknown),
        "mails that had gone, whose moment is past after the replay": sum(mail not in letters for mail in before),
        "messages due after the restore, sent": sum(
            r["status"] == "sent" and r["due"] > mark for r in found["letters"]
        ),
        "mails that came twice": sum(times > 1 for times in sink.taken.values()),
        "anything that must not be": len(wrong),
    }
    print(f"{kind}\n{table(figures)}", flush=True)
    print("\n".join(wrong[:20]), file=sys.stderr)
    proved = figures["  of which had gone"] and figures["messages due after the restore, sent"]
    return 1 if wrong or not proved else 0


if __name__ == "__main__":
    sys.exit(main())
