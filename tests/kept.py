"""The world made once in a run, and put back row by row after: making it was a third of what tests of the server cost.

What is put back is what was made: the same rows of the same tables, read before they were undone. Only where somebody
else's rows that it refers to (the groups of roles) are no longer those, it is made anew.
"""

from __future__ import annotations

from collections.abc import Callable
from copy import deepcopy
from dataclasses import replace
from typing import Any

from django.db import connection

from tests.worlds import Time, World

Rows = dict[str, tuple[list[str], list[tuple[Any, ...]]]]

_kept: dict[Any, tuple[World, Rows]] = {}


def world_of(make: Callable[[Time], World], time: Time) -> World:
    """The world at this time, in the transaction that is open."""
    if time.at != Time().at:
        return make(time)
    before = _rows()
    refers_to = tuple(before["auth_group"][1])
    if any(rows for name, (_, rows) in before.items() if name not in STANDING):
        return make(time)  # something is there already: nobody knows what it would change
    if refers_to not in _kept:
        world = make(time)
        made = {
            name: (columns, [row for row in rows if row not in before[name][1]])
            for name, (columns, rows) in _rows().items()
        }
        _kept[refers_to] = deepcopy(world), {name: rows for name, rows in made.items() if rows[1]}
        return world
    world, made = _kept[refers_to]
    quote = connection.ops.quote_name
    with connection.cursor() as cursor:
        for name, (columns, rows) in made.items():
            into, values = ", ".join(map(quote, columns)), ", ".join(["%s"] * len(columns))
            cursor.executemany(f"INSERT INTO {quote(name)} ({into}) VALUES ({values})", rows)
    return replace(deepcopy(world), time=time)


STANDING = {"auth_group", "auth_permission", "django_content_type", "django_migrations", "auth_group_permissions"}
"""What is there before anything is made: by migrations, and by Django itself."""


def _rows() -> Rows:
    found: Rows = {}
    with connection.cursor() as cursor:
        for name in connection.introspection.django_table_names(only_existing=True):
            cursor.execute(f"SELECT * FROM {connection.ops.quote_name(name)}")
            found[name] = [one[0] for one in cursor.description], cursor.fetchall()
    return found
