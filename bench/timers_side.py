"""Loper's side of bench/timers.py: so many timers that come due in one second, while pages are asked for.

    python bench/timers_side.py TIMERS timer|mailing PORT

`loper serve` and `loper work` run as they do in an installation, on the real clock. Pages are asked for 20
times a second, first while nothing is due, then while the timers are worked off. Prints one line of JSON.
"""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from http.cookiejar import CookieJar
from pathlib import Path
from typing import Any
from urllib.request import HTTPCookieProcessor, OpenerDirector, build_opener

from loper_side import HandClock, publish, set_up
from measure import cpu_of, peak_memory, quantile
from three import event

LOPER = str(Path(sys.executable).with_name("loper"))
QUIET = 10.0
"""Seconds for which the pages are asked for while nothing is due."""
PAUSE = 1 / 20
WITHIN = timedelta(minutes=2)


def main(count: int, journey: str, port: int) -> None:
    os.environ |= {"LOPER_SMTP_HOST": "127.0.0.1", "LOPER_SMTP_PORT": str(port), "LOPER_SMTP_TLS": "no"}
    os.environ |= {"LOPER_BRAND_SENDER": "reparatie@voorbeeldwonen.example"}
    set_up()
    publish(journey)
    due = datetime.now(UTC) + timedelta(seconds=25 + count / 400)  # when all are written, and the pages were asked for
    path = fill(count, journey, due - WITHIN)
    with server() as address, worker() as process:
        pages = Pages(address, path)
        left = (due - datetime.now(UTC)).total_seconds()
        assert left > QUIET + 1, f"the machine is too slow: filling ended {left:.0f} s before the timers"
        time.sleep(left - QUIET - 1)
        idle = pages.watch(lambda: datetime.now(UTC) >= due - timedelta(seconds=1))
        time.sleep(max(0.0, (due - datetime.now(UTC)).total_seconds()))
        cpu, ends = cpu_of(process.pid), dict[str, float]()
        busy = pages.watch(lambda: drained(due, ends, journey == "mailing"))
        cpu = cpu_of(process.pid) - cpu
        figures = {
            "timers": ends["timers"],
            "mails": ends.get("mails", 0.0),
            "cpu": cpu,
            "memory": peak_memory(process.pid),
        }
    for name, found in (("idle", idle), ("busy", busy)):
        figures |= {f"{name}50": quantile(found, 0.5) * 1000, f"{name}99": quantile(found, 0.99) * 1000}
    print(json.dumps({**figures, "asked": len(busy), "wall": ends["timers"], "database": 0.0}))


def fill(count: int, journey: str, begun: datetime) -> str:
    """The cases, of which all are due within one second; gives the path of a customer's page, by a link."""
    from loper.run.deliver import deliver
    from loper.server.actions.links import make_link
    from loper.server.queries.journeys import Journeys
    from loper.server.records.customers import ContactAddress, Customer
    from loper.server.records.store import SqlStore

    now, journeys, clock = datetime.now(UTC), Journeys(), HandClock()
    store = SqlStore(journeys)
    type = "set" if journey == "timer" else "wound"
    keys = [f"case-{number:07d}" for number in range(count)]
    people = Customer.objects.bulk_create(
        [Customer(key=f"customer-{key}", name="Jo van der Velden", language="en", created=now) for key in keys]
    )
    ContactAddress.objects.bulk_create(
        [ContactAddress(customer=one, channel="email", value=f"{one.key}@example.nl", created=now) for one in people]
    )
    for first in range(0, count, 250):
        told = []
        for number in range(first, min(first + 250, count)):
            clock.at = begun + timedelta(seconds=number / count)
            told.append(event(keys[number], type, "customer", {"about": "Een kraan"}, clock))
        clock.at = datetime.now(UTC)
        assert all(one.result == "accepted" for one in deliver(store, journeys, told, clock))
    address = make_link(purpose="case", customer=f"customer-{keys[0]}", case=keys[0])
    return "/" + address.split("/", 3)[3]


def drained(due: datetime, ends: dict[str, float], mails: bool) -> bool:
    """Whether everything that was due has happened; when, is written down."""
    from loper.server.records.runtime import Case, Outbox

    since = (datetime.now(UTC) - due).total_seconds()
    if "timers" not in ends and since > 1 and not Case.objects.filter(stage="running").exists():
        ends["timers"] = since
    if mails and "timers" in ends and "mails" not in ends and not Outbox.objects.exclude(status="sent").exists():
        ends["mails"] = since
    return "timers" in ends and ("mails" in ends or not mails)


class Pages:
    """A customer's browser, and a monitor that asks for /healthz."""

    def __init__(self, address: str, path: str) -> None:
        self.address = address
        self.browser: OpenerDirector = build_opener(HTTPCookieProcessor(CookieJar()))
        with self.browser.open(address + path) as answer:
            page = answer.url
            assert "case" in page, page
        self.pages = [page, f"{address}/healthz"]
        for one in self.pages * 3:  # templates are read once
            self.ask(one)

    def ask(self, page: str) -> float:
        start = time.perf_counter()
        with self.browser.open(page) as answer:
            assert answer.status == 200 and answer.read()
        return time.perf_counter() - start

    def watch(self, over: Callable[[], bool]) -> list[float]:
        """Seconds of each answer, until it is over. A page and /healthz are asked for by two at once, so that an
        answer that takes long does not hold up the next question.
        """
        found: list[float] = []
        stop = threading.Event()

        def asking(page: str) -> None:
            while not stop.is_set():
                start = time.perf_counter()
                found.append(self.ask(page))
                stop.wait(max(0.0, 2 * PAUSE - (time.perf_counter() - start)))

        threads = [threading.Thread(target=asking, args=(page,)) for page in self.pages]
        for thread in threads:
            thread.start()
        while not over():
            time.sleep(0.1)
        stop.set()
        for thread in threads:
            thread.join()
        return found


@contextmanager
def server() -> Iterator[str]:
    command = [LOPER, "serve", "--host", "127.0.0.1", "--port", "0"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True) as process:
        try:
            assert process.stdout is not None
            found = re.search(r"http://\S+", process.stdout.readline())
            assert found is not None
            yield found.group()
        finally:
            process.terminate()


@contextmanager
def worker() -> Iterator[Any]:
    with subprocess.Popen([LOPER, "work"], stderr=subprocess.DEVNULL) as process:
        try:
            yield process
        finally:
            process.terminate()


if __name__ == "__main__":
    main(int(sys.argv[1]), sys.argv[2], int(sys.argv[3]))
