"""Three machines against one PostgreSQL, one of them cut off while it hands messages over; then the database itself.

    python -m tests.deploy.hosts --journeys 400 --seconds 100            (as root)

web (pages, API and a worker), far (a worker), db, and a mail server: network namespaces on two networks. Exit code 1
when an event or a message is lost, or one is doubled without a recorded unknown outcome.
"""

from __future__ import annotations

import argparse
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.deploy.database import Database
from tests.deploy.installation import SECRET, Host, Source, table, until
from tests.deploy.network import Network, apart
from tests.deploy.restore import live

REFUSED = "taken over by another worker"


@dataclass
class World:
    """The machines, and what the mail server took, by whom."""

    folder: Path
    hold: int = 10  # LOPER_HOLD: so soon another worker takes over what a silent one held
    network: Network = field(default_factory=Network)
    hosts: dict[str, Host] = field(default_factory=dict)
    sink: subprocess.Popen[bytes] | None = None

    def open(self) -> None:
        self.folder.chmod(0o755)  # PostgreSQL runs as another user
        self.database = Database(self.folder / "db", "10.77.1.2", self.network.machine("db", 2, ["inside"]))
        self.database.start()
        self._mail()
        for number, name in ((3, "web"), (4, "far")):
            there = self.network.machine(name, number, ["inside", "outside"])
            self.hosts[name] = Host(name, self.folder, self._settings(name), there)

    def _mail(self) -> None:
        there = self.network.machine("mail", 5, ["outside"])
        (self.folder / "mails").touch()
        with (self.folder / "mail.log").open("ab") as log:
            command = [sys.executable, "-m", "tests.deploy.sink", "10.77.2.5", "25", str(self.folder / "mails"), "0.3"]
            self.sink = subprocess.Popen([*there, *command], stdout=log, stderr=log)

    def _settings(self, name: str) -> dict[str, str]:
        return {
            **self.database.settings,
            "LOPER_DATA": str(self.folder / name),
            "LOPER_SECRET_KEY": SECRET,
            "LOPER_HOSTS": "10.77.2.3",
            "LOPER_SMTP_HOST": "10.77.2.5",
            "LOPER_SMTP_TLS": "no",
            "LOPER_SMTP_TIMEOUT": str(self.hold * 0.4),
            "LOPER_HOLD": str(self.hold),
        }

    def mails(self) -> list[list[str]]:
        """Each mail that was taken: its Message-ID, and the address it came from."""
        return [line.split() for line in (self.folder / "mails").read_text().splitlines()]

    def handing(self, address: str) -> Callable[[], bool]:
        """Whether a mail has come from there since now: it is being answered at this moment."""
        before = sum(peer == address for _, peer in self.mails())
        return lambda: sum(peer == address for _, peer in self.mails()) > before

    def close(self) -> None:
        for host in self.hosts.values():
            host.stop_all()
        if self.sink is not None:
            self.sink.kill()
            self.sink.wait()
        self.database.stop()
        self.network.close()


@dataclass
class Silence:
    """How long at most nothing came from an address while somebody looked."""

    world: World
    address: str
    longest: float = 0.0

    def during(self, seconds: float) -> None:
        end, last, seen = time.monotonic() + seconds, time.monotonic(), 0
        while time.monotonic() < end:
            now = sum(peer == self.address for _, peer in self.world.mails())
            if now != seen:
                last, seen = time.monotonic(), now
            self.longest = max(self.longest, time.monotonic() - last)
            time.sleep(0.1)


def troubles(world: World, seconds: float, quick: bool) -> dict[str, float]:
    """Cut and mend: far from the database while it hands over; far from everything; everybody from the database."""
    network, quiet = world.network, {}
    time.sleep(seconds * 0.1)
    for name, cables in (("database", ["inside"]), ("everything", ["inside", "outside"])):
        until(world.handing("10.77.2.4"), 60)
        silence = Silence(world, "10.77.2.3")
        for cable in cables:
            network.cut("far", cable)
        silence.during(2 * world.hold)
        for cable in cables:
            network.mend("far", cable)
        quiet[name] = silence.longest
        if quick:
            return quiet
        time.sleep(5)
    quiet["database, within a claim"] = stuck(world)
    network.cut("db", "inside")
    time.sleep(world.hold + 5)
    network.mend("db", "inside")
    return quiet


def stuck(world: World) -> float:
    """Cut far off while it holds the lock of claims: how long is web silent, until the database gives far up?"""
    far, silence = world.hosts["far"], Silence(world, "10.77.2.3")
    code = "import time; from django.db import connection, transaction; transaction.atomic().__enter__();"
    code += (
        "connection.cursor().execute('SELECT pg_advisory_xact_lock(1, 0)'); print('held', flush=True); time.sleep(99)"
    )
    far.start("holder", "manage", "shell", "-c", code)
    until(lambda: "held" in far.log("holder"), 30)
    world.network.cut("far", "inside")
    silence.during(45)
    world.network.mend("far", "inside")
    far.stop("holder", signal.SIGKILL)
    return silence.longest


def rest(world: World, source: Source, seconds: float, quick: bool) -> None:
    """Wait until all is done; unless `quick`, surveys and what follows them too."""

    def done() -> bool:
        found = world.hosts["web"].look()
        left = [row for row in found["letters"] if row["status"] in ("queued", "handing")]
        whole = len(found["cases"]) == len({case for case, _ in source.told})
        return not left and not found["waking"] and whole and (quick or found["asleep"] == len(found["cases"]))

    until(done, seconds, lambda: "\n".join(host.log("worker")[-2000:] for host in world.hosts.values()), every=1)


def judge(
    found: dict[str, Any], mails: list[list[str]], source: Source, rested: float
) -> tuple[dict[str, object], list[str]]:
    """The figures, and everything that must not be. What came due after `rested` may wait."""
    taken = Counter(identity for identity, _ in mails)
    unknown = Counter((case, name, cause) for case, name, cause, _ in found["unknown"])
    there = Counter(map(tuple, found["events"]))
    wrong = [f"event lost: {one}" for one in source.told if one not in there]
    wrong += [f"event double: {one}" for one, n in there.items() if n > 1]
    doubles = 0
    for row in found["letters"]:
        one = (row["case"], row["touchpoint"], row["occasion"])
        times = taken.pop(row["mail"], 0)
        doubles += max(0, times - 1)
        if row["status"] == "sent" and not times:
            wrong.append(f"message lost: {one}")
        elif row["status"] not in ("sent", "withdrawn") and row["due"] < rested:
            wrong.append(f"{row['status']}: {one}")
        if times - (row["status"] == "sent") > unknown[one]:
            wrong.append(f"came {times} times, {unknown[one]} outcomes unknown: {one}")
    wrong += [f"a mail that no letter is about: {mail}" for mail in taken]
    for what in ("went", "happened"):
        wrong += [f"{what} {n} times: {one}" for one, n in Counter(map(tuple, found[what])).items() if n > 1]
    wrong += [f"{key} is in {stage} {aside}" for key, stage, aside in found["cases"] if stage != "closed" or aside]
    figures: dict[str, object] = {
        "events told and answered 2xx": len(source.told),
        "  requests that had to be repeated": source.repeated,
        "  events lost": sum(one.startswith("event lost") for one in wrong),
        "messages that went": sum(row["status"] == "sent" for row in found["letters"]),
        "  messages lost": sum(one.startswith("message lost") for one in wrong),
        "mails that the mail server took": len(mails),
        "  from web": sum(peer == "10.77.2.3" for _, peer in mails),
        "  from far": sum(peer == "10.77.2.4" for _, peer in mails),
        "  doubles": doubles,
        "outcomes recorded as unknown": sum(unknown.values()),
        "  doubles without such a record": sum(one.startswith("came") for one in wrong),
    }
    return figures, wrong


def run(world: World, journeys: int, seconds: float, quick: bool) -> int:
    web, far = world.hosts["web"], world.hosts["far"]
    token = web.set_up(journeys)
    source = Source(token, "10.77.2.3", web.serve("10.77.2.3", 8000))
    for host in (web, far):
        host.start("worker", "work")
    part = journeys // 4
    loads = [threading.Thread(target=live, args=(source, n * part, part, seconds)) for n in range(4)]
    for load in loads:
        load.start()
    quiet = troubles(world, seconds, quick)
    for load in loads:
        load.join()
    rest(world, source, 300, quick)
    rested = time.time() - 1
    refused = sum(line.count(REFUSED) for line in far.log("worker").splitlines())
    ends = [host.stop(name) for host in (web, far) for name in list(host.running)]
    figures, wrong = judge(web.look(), world.mails(), source, rested)
    if any(ends):
        wrong.append(f"stopped with {ends}")
    figures["late settles of far that were refused"] = refused
    figures |= {f"longest silence of web while far is cut from {k} (s)": f"{v:.1f}" for k, v in quiet.items()}
    figures["anything else that must not be"] = len(wrong)
    print(
        f"{journeys} journeys, three machines, PostgreSQL over TLS, hold {world.hold} s\n{table(figures)}", flush=True
    )
    print("\n".join(wrong[:20]), file=sys.stderr)
    return 1 if wrong or not figures["outcomes recorded as unknown"] else 0


def main() -> int:
    given = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    given.add_argument("--journeys", type=int, default=400)
    given.add_argument("--seconds", type=float, default=100)
    given.add_argument("--hold", type=int, default=10, help="LOPER_HOLD, seconds")
    given.add_argument("--quick", action="store_true", help="only the first cut, and no waiting for what comes later")
    arguments = given.parse_args()
    apart()
    with tempfile.TemporaryDirectory(prefix="loper-hosts-") as folder:
        world = World(Path(folder), arguments.hold)
        try:
            world.open()
            return run(world, arguments.journeys, arguments.seconds, arguments.quick)
        finally:
            world.close()


if __name__ == "__main__":
    sys.exit(main())
