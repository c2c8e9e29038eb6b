"""Run in the environment of an installation: makes customers, or prints as JSON what its database holds.

python -m tests.deploy.look [--customers N]
"""

from __future__ import annotations

import json
import os
import sys
from typing import Any

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "loper.server.settings")


def main() -> None:
    import django

    django.setup()
    if sys.argv[1:2] == ["--customers"]:
        make_customers(int(sys.argv[2]))
    else:
        json.dump(look(), sys.stdout)


def make_customers(count: int) -> None:
    """So many customers, k0000 and on, each with an address."""
    from loper.server import clock
    from loper.server.records.customers import ContactAddress, Customer

    now = clock.now()
    people = [Customer(key=f"k{n:04}", name=f"Klant {n}", created=now) for n in range(count)]
    Customer.objects.bulk_create(people)
    ContactAddress.objects.bulk_create(
        [ContactAddress(customer=one, channel="email", value=f"{one.key}@example.nl", created=now) for one in people]
    )


def look() -> dict[str, Any]:
    """Letters with the Message-ID that their mail has, outcomes unknown, tasks, events, cases, workers."""
    from loper.channels.email.identity import message_id, token_of
    from loper.run.judge import message_key
    from loper.server import clock
    from loper.server.post import email_settings
    from loper.server.records.restored import Restored
    from loper.server.records.runtime import Case, Event, Heartbeat, Outbox, Task, Touch

    mail = email_settings()

    def identity(case: str, touchpoint: str, occasion: str) -> str:
        key = message_key(case, f"{touchpoint}/{occasion}", "email")
        return message_id(token_of(key, mail.secret), mail.domain)

    names = ("case", "touchpoint", "occasion", "status", "kind")
    letters = [
        {**dict(zip(names, row, strict=True)), "due": due.timestamp(), "mail": identity(*row[:3])}
        for *row, due in Outbox.objects.order_by("id").values_list(*names, "due")
    ]
    return {
        "letters": letters,
        "unknown": list(Touch.objects.filter(kind="unknown").values_list("case", "activity", "cause", "outcome")),
        "went": list(Touch.objects.filter(kind="message").values_list("case", "activity", "cause")),
        "tasks": list(Task.objects.values_list("case", "touchpoint", "occasion", "why")),
        "events": list(Event.objects.exclude(source="loper").values_list("case", "ident")),
        "happened": list(Event.objects.filter(source="loper").values_list("case", "ident")),
        "cases": list(Case.objects.values_list("key", "stage", "set_aside")),
        "waking": Case.objects.filter(wake__lte=clock.now(), set_aside="").count(),
        "asleep": Case.objects.filter(wake=None).count(),
        "workers": list(Heartbeat.objects.values_list("name", flat=True)),
        "restored": [row.timestamp() for row in Restored.objects.values_list("until", flat=True)],
    }


if __name__ == "__main__":
    main()
