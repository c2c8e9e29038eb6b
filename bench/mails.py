"""Loper's side of bench/smtp.py: so many letters in the outbox, sent by so many threads to an SMTP server.

    python bench/mails.py MAILS THREADS PORT [SAMPLE]

Every letter is the confirmation of a report in examples/repair: its text is filled in, its link is made, its case is
told that it went. With SAMPLE one mail is written to that file instead, for the peers to send. Prints one line of JSON.
"""

from __future__ import annotations

import json
import os
import sys
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from loper_side import HandClock, measured, publish, set_up
from measure import peak_memory
from three import event, scripts

HOUR = timedelta(hours=12)


def main(count: int, threads: int, port: int, sample: str) -> None:
    os.environ |= {"LOPER_SMTP_HOST": "127.0.0.1", "LOPER_SMTP_PORT": str(port), "LOPER_SMTP_TLS": "no"}
    os.environ |= {"LOPER_BRAND_SENDER": "reparatie@voorbeeldwonen.example"}
    set_up()
    publish("repair")
    clock = HandClock(at=datetime.combine(datetime.now(UTC).date(), datetime.min.time(), UTC) + HOUR)
    with ThreadPoolExecutor(threads) as pool:
        box = outbox(clock, pool if threads > 1 else None)
        if sample:
            box.channels = {"email": Keeper()}
            report("sample", 1, clock)
            send(box)
            Path(sample).write_bytes(box.channels["email"].kept)
            return
        report("warm", 40, clock)
        send(box)
        report("case", count, clock)
        spent = measured(lambda: send(box))
        check(count)
        box.close()
    print(json.dumps({"cpu": spent.cpu, "wall": spent.wall, "database": spent.database, "memory": peak_memory()}))


def outbox(clock: HandClock, pool: ThreadPoolExecutor | None) -> Any:
    """The worker's own, with a clock at noon: there are hours at which nobody is written to."""
    from loper.server.post import Channels
    from loper.server.worker import outbox

    box = outbox({"email": Channels()()["email"]})
    box.clock, box.pool = clock, pool
    return box


def report(prefix: str, count: int, clock: HandClock) -> None:
    """So many customers who report something: a letter each in the outbox."""
    from loper.run.deliver import deliver
    from loper.server.queries.journeys import Journeys
    from loper.server.records.customers import ContactAddress, Customer
    from loper.server.records.store import SqlStore

    keys = [f"{prefix}-{number:07d}" for number in range(count)]
    customers = Customer.objects.bulk_create(
        [Customer(key=f"customer-{key}", name="Jo van der Velden", created=clock.now()) for key in keys]
    )
    ContactAddress.objects.bulk_create(
        [
            ContactAddress(customer=one, channel="email", value=f"{one.key}@example.nl", created=clock.now())
            for one in customers
        ]
    )
    journeys = Journeys()
    store, (type, emitter, data) = SqlStore(journeys), scripts(clock)["repair"][0]
    for start in range(0, count, 250):
        told = [event(key, type, emitter, data, clock) for key in keys[start : start + 250]]
        deliver(store, journeys, told, clock)


def send(box: Any) -> None:
    while box.sweep(200):
        pass


def check(count: int) -> None:
    """Every letter went, and its case knows."""
    from loper.server.records.runtime import Event, Outbox

    assert Outbox.objects.filter(case__startswith="case-", status="sent").count() == count
    assert Event.objects.filter(case__startswith="case-", type="received.sent").count() == count


class Keeper:
    """A channel that keeps the mail as it would go."""

    name, idempotent, kept = "email", False, b""

    def send(self, message: Any) -> Any:
        from loper.channels.email.message import compose
        from loper.run.ports import Receipt
        from loper.server.post import email_settings

        self.kept = compose(message, email_settings(), datetime.now(UTC)).content
        return Receipt("sent")

    def close(self) -> None: ...


if __name__ == "__main__":
    main(int(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3]), sys.argv[4] if len(sys.argv) > 4 else "")
