"""An upgrade with cases under way: stopped in the middle of a batch, tables of an older version, all started again.

    python -m tests.deploy.upgrade                       (on SQLite)
    tools/postgres.sh python -m tests.deploy.upgrade

Exit code 1 when a message is lost or doubled, or its outcome is unknown.
"""

from __future__ import annotations

import os
import sys
import tempfile
import time
from collections import Counter
from datetime import UTC, datetime, timedelta
from pathlib import Path

from tests.deploy.installation import Host, Source, event, table, until
from tests.deploy.restore import host
from tests.deploy.sink import Sink

CASES = 100
OLDER = "0006"
"""The tables as they were before: the way an upgrade finds them."""


def tell(source: Source, type: str, cases: range) -> None:
    now = datetime.now(UTC)
    visit = {"start": (now + timedelta(days=9)).isoformat(), "end": (now + timedelta(days=9, hours=2)).isoformat()}
    data = {"visit": visit} if type == "planned" else {}
    source.tell([event(f"c{n:04}", type, now, **data) for n in cases])


def run(at: Host, sink: Sink, workers: int) -> int:
    source = Source(at.set_up(CASES), "127.0.0.1", at.serve())
    names = [f"work-{n}" for n in range(workers)]
    for name in names:
        at.start(name, "work")
    until(lambda: all("at work" in at.log(name) for name in names), 60)
    tell(source, "asked", range(CASES))
    until(lambda: sum(sink.taken.values()) > 5, 60)
    begin = time.monotonic()
    ends = [at.stop(name) for name in names]
    stopping = time.monotonic() - begin
    went = sum(sink.taken.values())
    left = Counter(row["status"] for row in at.look()["letters"])
    tell(source, "planned", range(CASES))  # the pages still take events in while no worker runs
    ends.append(at.stop("web"))

    at.loper("manage", "migrate", "records", OLDER, "--verbosity", "0")
    begin = time.monotonic()
    at.loper("manage", "migrate", "--verbosity", "0")
    migrating = time.monotonic() - begin
    source.port = at.serve()
    for name in names:
        at.start(name, "work")
    tell(source, "done", range(CASES // 2))
    until(lambda: not [r for r in at.look()["letters"] if r["status"] in ("queued", "handing")], 120, every=1)
    ends += [at.stop(name) for name in [*names, "web"]]

    found = at.look()
    sent = [row for row in found["letters"] if row["status"] == "sent"]
    wrong = [f"{row['case']} {row['touchpoint']} is {row['status']}" for row in found["letters"]
             if row["status"] not in ("sent", "withdrawn")]  # fmt: skip
    wrong += [f"lost: {row['case']} {row['touchpoint']}" for row in sent if not sink.taken[row["mail"]]]
    wrong += [f"{mail} came {times} times" for mail, times in sink.taken.items() if times != 1]
    wrong += [f"outcome unknown: {one}" for one in found["unknown"]]
    wrong += [f"a process ended with {end}" for end in ends if end]
    wrong += ["a letter was left in somebody's hands"] if left["handing"] else []
    figures = {
        "messages that had gone when the workers were stopped": went,
        "  that waited": left["queued"],
        "  that were left in somebody's hands": left["handing"],
        "seconds until the workers had stopped": f"{stopping:.1f}",
        "seconds that migrating took": f"{migrating:.1f}",
        "messages that went in all": len(sent),
        "mails that the mail server took": sum(sink.taken.values()),
        "anything that must not be": len(wrong),
    }
    print(table(figures), flush=True)
    print("\n".join(wrong[:20]), file=sys.stderr)
    return 1 if wrong or not left["queued"] else 0


def main() -> int:
    database = os.environ.get("LOPER_DATABASE", "")
    sink = Sink(slow=0.5)
    sink.start()
    with tempfile.TemporaryDirectory(prefix="loper-upgrade-") as folder:
        at = host("machine", Path(folder), database, sink)
        try:
            return run(at, sink, 2 if database else 1)
        finally:
            at.stop_all()
            sink.stop()


if __name__ == "__main__":
    sys.exit(main())
