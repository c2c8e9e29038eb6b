"""All that is known of one person with so many events, as a ZIP; beside it the plainest peer: dumpdata's way, each row as JSON.

python -m bench.access_export --events 10000          (in a database of its own; tools/postgres.sh for PostgreSQL)
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import tempfile
import time
from datetime import UTC, datetime, timedelta


def main() -> None:
    asked = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    asked.add_argument("--events", type=int, default=10_000)
    events = asked.parse_args().events
    with tempfile.TemporaryDirectory() as folder:
        os.environ |= {"LOPER_DATA": folder, "DJANGO_SETTINGS_MODULE": "loper.server.settings"}
        import django

        django.setup()
        from django.core import serializers
        from django.core.management import call_command

        from loper.server.actions.privacy import access
        from loper.server.permissions import Actor
        from loper.server.queries.privacy import person, personal, rows_of
        from loper.server.records.customers import Customer
        from loper.server.records.runtime import Case, Event, EventData, Touch

        call_command("migrate", verbosity=0)
        begin = datetime(2026, 1, 1, tzinfo=UTC)
        Customer.objects.create(key="c", name="Jo Jansen", created=begin)
        Case.objects.create(key="k", journey="repair", version="v", customer="c", state="{}", begun=begin)
        at = [begin + timedelta(minutes=number) for number in range(events)]
        Event.objects.bulk_create(
            Event(case="k", number=n, source="erp", ident=f"e{n}", type="said", time=t, received=t)
            for n, t in enumerate(at)
        )
        EventData.objects.bulk_create(
            EventData(case="k", number=n, data=json.dumps({"text": f"bericht {n}", "room": "keuken"}))
            for n in range(events)
        )
        Touch.objects.bulk_create(
            Touch(
                case="k", seq=n, round=1, journey="repair", version="v", activity="said", kind="event", at=t, recorded=t
            )
            for n, t in enumerate(at)
        )
        row = access.ask(actor=Actor(roles=frozenset({"privacy"})), customer="c")
        started, cpu = time.monotonic(), time.process_time()
        size = access.make(row)
        ours, ours_cpu = time.monotonic() - started, time.process_time() - cpu
        started = time.monotonic()
        plain = sum(len(serializers.serialize("json", rows_of(table, person("c")))) for table in personal())
        peer = time.monotonic() - started
        memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        print(
            f"{events:,} events, {events:,} touches: ZIP of {size:,} bytes in {ours:.2f} s ({ours_cpu:.2f} s CPU), peak {memory:.0f} MB"
        )
        print(f"plain serializer, the same rows, JSON of {plain:,} bytes: {peer:.2f} s; ratio {peer / ours:.1f}")


if __name__ == "__main__":
    main()
