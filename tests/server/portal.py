"""A customer's browser: opens links, answers questions, and looks at what a page says. And an attacker's eyes."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from urllib.parse import urlsplit

from django.db import connection
from django.http import HttpResponse
from django.test import Client
from django.test.utils import CaptureQueriesContext
from PIL import Image

from loper.server.actions.links import make_link
from loper.server.records.links import Link
from loper.server.records.runtime import Case, Event

LEAK = {"problem": "leak", "severity": "drips", "room": "kitchen", "story": "Het drupt.", "photo": "", "at_home": "any"}
"""The answers of a report, in the order of the questions."""

JO = {"postcode": "1234 AB", "house_number": "12", "name": "Jo Jansen", "email": "j.jansen@example.nl", "phone": ""}


def path_of(url: str) -> str:
    """The address of a link as a browser asks for it."""
    parts = urlsplit(url)
    return parts.path + (f"?{parts.query}" if parts.query else "")


def link_to(key: str, purpose: str = Link.CASE, **more: Any) -> str:
    """The link of a message about this case."""
    owner = Case.objects.get(key=key).customer
    return path_of(make_link(purpose=purpose, customer=owner, case=key, **more))


def opened(key: str, client: Client | None = None, **more: Any) -> Client:
    """A browser in which the customer opened the link of a message about this case."""
    client = client or Client()
    client.get(link_to(key, **more))
    return client


def text_of(response: HttpResponse) -> str:
    """What a page says, without its marks."""
    content = response.content.decode()
    main = content[content.index("<main") : content.index("</main>")]
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", main)).strip()


def answered(client: Client, answers: dict[str, Any], **first: str) -> str:
    """The address where a dialogue stands after these answers were given, one a page."""
    page = "/report/repair/report"
    for name, answer in answers.items():
        if not page.endswith(("/report", f"/{name}")):
            raise AssertionError(f"asked at {page}, answered {name}")
        response = client.post(page, {"answer": answer})
        assert response.status_code == 302, text_of(response)
        page = client.get(response.headers["Location"]).headers["Location"]
    return page


def reported(client: Client, answers: dict[str, Any] | None = None, **contact: str) -> str:
    """The key of a case that this browser reported from the first question to the last page."""
    page = answered(client, answers or LEAK)
    response = client.post(page, {**JO, **contact})
    assert response.status_code == 302, text_of(response)
    return response.headers["Location"].split("/")[2]


def told(key: str, type: str) -> int:
    """How often this happened in the case."""
    return Event.objects.filter(case=key, type=type).count()


@contextmanager
def nothing_changes() -> Iterator[None]:
    """No row of any table is written meanwhile."""
    with CaptureQueriesContext(
        connection,
    ) as seen:
        yield
    written = [
        query["sql"]
        for query in seen
        if not query["sql"].lstrip().upper().startswith(("SELECT", "SAVEPOINT", "RELEASE"))
    ]
    assert not written, written


def picture(width: int = 640, height: int = 480, form: str = "JPEG", **more: Any) -> io.BytesIO:
    """A photo as a telephone makes it."""
    out = io.BytesIO()
    Image.new("RGB", (width, height), (120, 140, 160)).save(out, form, **more)
    out.seek(0)
    out.name = f"photo.{form.lower()}"
    return out
