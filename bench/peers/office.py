"""The peer: django-post_office, a mail queue in the database, one process, on the database that LOPER_DATABASE names.

    python bench/peers/office.py MAILS THREADS PORT SAMPLE

Each mail has the text and the HTML of SAMPLE as a template with the customer's name and two links to fill in. Prints
one line of JSON.
"""

from __future__ import annotations

import json
import logging
import os
import sys
import time
from email import message_from_bytes, policy
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import django
from django.conf import settings

sys.path.insert(0, str(Path(__file__).parent.parent))
from measure import cpu_of_server, parent_of, peak_memory

COUNT, THREADS, PORT, SAMPLE = int(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3]), Path(sys.argv[4])


def set_up() -> None:
    url = urlsplit(os.environ["LOPER_DATABASE"])
    settings.configure(
        INSTALLED_APPS=["django.contrib.contenttypes", "post_office"],
        DATABASES={
            "default": {
                "ENGINE": "django.db.backends.postgresql",
                "NAME": url.path[1:],
                "USER": url.username or "",
                "HOST": dict(parse_qsl(url.query)).get("host", url.hostname or ""),
            }
        },
        DEFAULT_AUTO_FIELD="django.db.models.BigAutoField",
        EMAIL_BACKEND="post_office.EmailBackend",
        EMAIL_HOST="127.0.0.1",
        EMAIL_PORT=PORT,
        USE_TZ=True,
        TEMPLATES=[{"BACKEND": "django.template.backends.django.DjangoTemplates"}],
        POST_OFFICE={"THREADS_PER_PROCESS": THREADS, "BATCH_SIZE": 200, "LOG_LEVEL": 1, "BATCH_DELIVERY_TIMEOUT": 600},
    )
    django.setup()
    logging.disable(logging.INFO)
    from django.core.management import call_command

    call_command("migrate", verbosity=0)


def template() -> Any:
    """What Loper sent, with holes where the customer comes in."""
    from post_office.models import EmailTemplate

    mail = message_from_bytes(SAMPLE.read_bytes(), policy=policy.default)
    text, html = (mail.get_body((kind,)).get_content() for kind in ("plain", "html"))  # type: ignore[union-attr]
    return EmailTemplate.objects.create(
        name="received", subject=mail["Subject"], content=_holes(text), html_content=_holes(html)
    )


def _holes(source: str) -> str:
    source = source.replace("{%", "{ %").replace("{{", "{ {").replace("{#", "{ #")
    return source.replace("Jo van der Velden", "{{ name }}")


def queue(count: int, found: Any) -> None:
    from post_office import mail

    mail.send_many(
        [
            {
                "recipients": f"customer-{number}@example.nl",
                "sender": "Voorbeeld Wonen <reparatie@voorbeeldwonen.example>",
                "template": found,
                "context": {"name": "Jo van der Velden"},
                "render_on_delivery": True,
            }
            for number in range(count)
        ]
    )


def send() -> None:
    from post_office.mail import get_queued, send_queued

    while get_queued():
        send_queued(processes=1)


def main() -> None:
    set_up()
    from django.db import connection
    from post_office.models import STATUS, Email

    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        postmaster = parent_of(cursor.fetchone()[0])
    found = template()
    queue(40, found)
    send()
    queue(COUNT, found)
    database, cpu, start = cpu_of_server(postmaster), time.process_time(), time.perf_counter()
    send()
    spent = {"cpu": time.process_time() - cpu, "wall": time.perf_counter() - start}
    spent["database"] = cpu_of_server(postmaster) - database
    assert Email.objects.filter(status=STATUS.sent).count() == COUNT + 40
    print(json.dumps({**spent, "memory": peak_memory()}))


main()
