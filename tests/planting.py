"""Words planted in every field of a customer that can hold one, and the search for them in the bytes of files."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import connection, models
from django.db.models import fields as kinds

from loper.server import clock
from loper.server.queries.privacy import Person, model_of, personal, rows_of
from loper.server.records.register import Erase, Kind, Of, Table

ROOM = 12
"""Letters that a field must have room for to hold a planted word."""


def plant(who: Person) -> dict[str, str]:
    """A word of its own in every field that an erase empties or takes along; `table.field` -> the word.

    A table that has no row of this person gets one.
    """
    planted: dict[str, str] = {}
    for table in sorted(personal(), key=lambda one: -len(one.paths)):
        if table.erase == Erase.STANDS:
            continue
        if not rows_of(table, who).exists():
            assert row_for(table, who) is not None
        model = model_of(table)
        for name in table.names(Kind.PERSON, Kind.HIDDEN, Kind.STAFF):
            if table.erase == Erase.EMPTY and name in table.names(Kind.STAFF):
                continue
            field = model._meta.get_field(name)
            word = f"q{len(planted):03d}x{abs(hash((table.model, name))) % 10**6:06d}z"
            value = holding(field, word)
            if value is not None and name not in {path.lookup for path in table.paths}:
                first = rows_of(table, who).order_by("pk").values_list("pk", flat=True)[0]
                model._default_manager.filter(pk=first).update(**{name: value})
                planted[f"{table.model}.{name}"] = word
    return planted


def holding(field: Any, word: str) -> Any:
    """A value of this field with the word in it; None where it has no room."""
    if field.is_relation or field.choices or field.primary_key:
        return None
    if isinstance(field, kinds.json.JSONField):
        return [word] if isinstance(field.get_default(), list) else {"word": word}
    if isinstance(field, models.BinaryField):
        return word.encode()
    if isinstance(field, models.TextField):
        return json.dumps({"facts": {"word": word}, "ended": True}) if field.name in ("state", "data") else word
    if isinstance(field, models.CharField) and (field.max_length or 0) >= ROOM:
        return word
    return None


def row_for(table: Table, who: Person) -> Any:
    """A row of this table that is this person's, made of what its fields ask for."""
    model = model_of(table)
    given: dict[str, Any] = {}
    for path in table.paths:
        keys = who.keys(path.of)
        if not keys:
            continue
        first, _under, rest = path.lookup.partition("__")
        field = model._meta.get_field(first.removesuffix("_id"))
        if not field.is_relation:
            given[field.name] = keys[0]
        elif path.of == Of.HOME:
            given[field.attname] = keys[0]
        else:
            other = field.related_model._default_manager
            found = other.filter(**{rest: keys[0]}).first()
            given[field.name] = found or other.create(**{**needed(field.related_model, {rest}), rest: keys[0]})
            break
    return model._default_manager.create(**{**needed(model, given.keys()), **given})


def needed(model: Any, given: Any) -> dict[str, Any]:
    """Values for the fields that must have one."""
    found: dict[str, Any] = {}
    for field in model._meta.concrete_fields:
        if field.name in given or field.has_default() or field.null or field.primary_key or field.blank:
            continue
        if field.is_relation:
            other = field.related_model._default_manager.first()
            found[field.name] = other or field.related_model._default_manager.create(**needed(field.related_model, ()))
        elif isinstance(field, models.DateTimeField):
            found[field.name] = clock.now() - timedelta(days=1)
        elif isinstance(field, models.DateField):
            found[field.name] = clock.today()
        elif isinstance(field, models.IntegerField | models.FloatField):
            found[field.name] = 1
        elif isinstance(field, models.BooleanField):
            found[field.name] = False
        elif isinstance(field, models.BinaryField):
            found[field.name] = b"x"
        else:
            found[field.name] = f"x{model.__name__[:8]}"[: field.max_length or 10]
    return found


def places() -> list[Path]:
    """Where the bytes of this installation lie: its data, and the files of its database."""
    found = [Path(settings.DATA)]
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SHOW data_directory")
            found.append(Path(cursor.fetchone()[0]))
    else:
        found.append(Path(str(connection.settings_dict["NAME"])).parent)
    return found


def files() -> Iterator[Path]:
    for place in {one.resolve() for one in places()}:
        yield from (path for path in place.rglob("*") if path.is_file() and "static" not in path.parts)


def found_in_files(words: dict[str, str]) -> dict[str, list[str]]:
    """`table.field` -> the files in which its word stands."""
    hits: dict[str, list[str]] = {}
    for path in files():
        try:
            content = path.read_bytes()
        except OSError:
            continue
        for name, word in words.items():
            if word.encode() in content:
                hits.setdefault(name, []).append(path.name)
    return hits


def to_disk() -> None:
    """What the database holds stands in its files; what its log held is gone from it."""
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute("SELECT pg_switch_wal()")
            cursor.execute("CHECKPOINT")
            cursor.execute("SELECT pg_switch_wal()")
            cursor.execute("CHECKPOINT")
        else:
            cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")
