"""All that we know of a customer, given out (GDPR art. 15 and 20): a ZIP with JSON for machines, a page for people, and
the files. The worker makes it, table by table; it lies below LOPER_EXPORTS for a month, for its owner and who asked.
"""

from __future__ import annotations

import json
import shutil
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db.models import Q
from django.template.loader import render_to_string
from django.utils import translation
from django.utils.timezone import localtime

from loper.server import clock
from loper.server.actions.privacy.looks import looked
from loper.server.permissions import Actor, demand
from loper.server.queries.organisation import brand
from loper.server.queries.privacy import Person, person, personal, rows_of
from loper.server.queries.privacy_words import title_of, word_of
from loper.server.records.privacy import AccessExport
from loper.server.records.register import PURPOSES, RULES, Kind, Table

DEAD = timedelta(minutes=30)
SHOWN = 200
"""Rows of a table on the page for people; all of them are in the JSON."""

ENDINGS = {"image/jpeg": ".jpg", "image/png": ".png", "image/webp": ".webp", "application/pdf": ".pdf"}


def ask(*, actor: Actor, customer: str, language: str = "nl") -> AccessExport:
    """Ask for all that is known of a customer, for who may; a customer asks for their own. LookupError: nobody."""
    if actor.customer != customer or actor.cases is None:
        demand(actor, "privacy.export")
        looked(actor=actor, customer=customer, page="export")
    person(customer)
    open_ones = AccessExport.objects.filter(customer=customer, state__in=(AccessExport.WAITING, AccessExport.MAKING))
    found = open_ones.first()
    if found is not None:
        return found
    by = "" if actor.customer == customer else actor.name[:150]
    return AccessExport.objects.create(customer=customer, language=language, by=by, asked=clock.now())


def make_next() -> bool:
    """Make one that waits, to its end; gives whether there was one."""
    now = clock.now()
    dead = Q(state=AccessExport.MAKING, asked__lt=now - DEAD)
    row = AccessExport.objects.filter(Q(state=AccessExport.WAITING) | dead).order_by("asked").first()
    if row is None or not AccessExport.objects.filter(pk=row.pk, state=row.state).update(state=AccessExport.MAKING):
        return False
    mine = AccessExport.objects.filter(pk=row.pk)
    try:
        size = make(row)
    except LookupError:
        mine.update(state=AccessExport.FAILED, said="nobody")
    except Exception:
        mine.update(state=AccessExport.FAILED, said="error")
        raise
    else:
        mine.update(state=AccessExport.READY, made=clock.now(), size=size)
    return True


def file_of(row: AccessExport) -> Path:
    """Where it lies."""
    return Path(settings.LOPER_EXPORTS) / str(row.pk) / "data.zip"


def make(row: AccessExport) -> int:
    """Write it; gives its size in bytes. What is half is never seen."""
    target = file_of(row)
    target.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    half = target.with_suffix(".half")
    who, tables = person(row.customer), list(personal())
    AccessExport.objects.filter(pk=row.pk).update(total=len(tables), done=0)
    with translation.override(row.language), zipfile.ZipFile(half, "w", zipfile.ZIP_DEFLATED) as out:
        sections = []
        told: dict[str, Any] = {"made": clock.now().isoformat(), "tables": {}}
        for number, table in enumerate(tables, 1):
            rows = list(_rows(table, who, out))
            if rows:
                told["tables"][table.model] = rows
                sections.append(_section(table, rows))
            AccessExport.objects.filter(pk=row.pk).update(done=number)
        out.writestr("data.json", json.dumps(told, ensure_ascii=False, indent=1))
        context = {"brand": brand(), "sections": sections, "made": clock.now(), "language": row.language}
        out.writestr("index.html", render_to_string("privacy/access_export.html", context))
    half.chmod(0o600)
    half.rename(target)
    return target.stat().st_size


def _rows(table: Table, who: Person, out: zipfile.ZipFile) -> Iterator[dict[str, Any]]:
    """The rows of a table as plain values; what is a file goes into the ZIP, and its name stands in its place."""
    names = table.names(Kind.PERSON, Kind.TRACE)
    if not names:
        return
    for number, row in enumerate(rows_of(table, who).order_by("pk").iterator(chunk_size=2000), 1):
        found: dict[str, Any] = {}
        for name in names:
            value = getattr(row, name)
            if isinstance(value, bytes | memoryview):
                content = bytes(value)
                ending = ENDINGS.get(getattr(row, "content_type", "image/jpeg"), ".bin")
                value = f"files/{table.model.partition('.')[2].lower()}-{number}-{name}{ending}" if content else None
                if value:
                    out.writestr(zipfile.ZipInfo(value), content)
            found[name] = _plain(value)
        yield found


def _plain(value: Any) -> Any:
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, str) and value[:1] in "{[":
        try:
            return json.loads(value)
        except ValueError:
            return value
    if value is None or isinstance(value, str | int | float | bool | list | dict):
        return value
    return str(value)


def _section(table: Table, rows: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """A table for people: its title, what it is for, how long it is kept, its rows in words."""
    names = [name for name in rows[0] if any(row[name] not in (None, "", [], {}) for row in rows)]
    return {
        "title": title_of(table.model),
        "purpose": translation.gettext(PURPOSES[table.purpose]),
        "keep": translation.gettext(RULES[table.keep].why),
        "columns": [word_of(name) for name in names],
        "rows": [[_said(row[name]) for name in names] for row in rows[:SHOWN]],
        "more": max(0, len(rows) - SHOWN),
    }


def _said(value: Any) -> str:
    """A value in words."""
    if value is None or value in ("", [], {}):
        return ""
    if isinstance(value, bool):
        return translation.gettext("yes") if value else translation.gettext("no")
    if isinstance(value, dict):
        return "; ".join(f"{word_of(str(name))}: {_said(one)}" for name, one in value.items() if one not in (None, ""))
    if isinstance(value, list):
        return ", ".join(_said(one) for one in value)
    text = str(value)
    try:
        at = datetime.fromisoformat(text) if len(text) > 18 and text[4:5] == "-" else None
    except ValueError:
        at = None
    return f"{localtime(at):%d-%m-%Y %H:%M}" if at is not None and at.tzinfo else text


def put_away(row: AccessExport) -> None:
    """The file and its row go."""
    shutil.rmtree(file_of(row).parent, ignore_errors=True)
    row.delete()
