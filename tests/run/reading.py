"""What a store has in it, read past its port: for tests only."""

from __future__ import annotations

from typing import Any

from loper.log.touch import Touch
from loper.run.memory import MemoryStore
from loper.run.store import Chore, Letter, Store


def letters(store: Store) -> list[Letter]:
    if isinstance(store, MemoryStore):
        return list(store.data.letters)
    with store.unit() as unit:
        found: Any = unit
        from loper.server.records import sql

        found.cursor.execute(f"SELECT {sql.LETTER} FROM outbox ORDER BY id")
        return [found._letter(row) for row in found.cursor.fetchall()]


def touches(store: Store) -> list[Touch]:
    if isinstance(store, MemoryStore):
        return list(store.data.touches)
    from loper.server.records.runtime import Touch as Row

    names = list(Touch.__dataclass_fields__)
    rows = Row.objects.order_by("recorded", "case", "seq").values(*names)
    return [Touch(**row) for row in rows]


def chores(store: Store) -> list[Chore]:
    if isinstance(store, MemoryStore):
        return list(store.data.chores)
    from loper.server.records.runtime import Task

    names = ("case", "customer", "touchpoint", "occasion", "who", "why")
    return [Chore(at=row.pop("opened"), **row) for row in Task.objects.order_by("pk").values(*names, "opened")]


def events(store: Store, case: str) -> list[str]:
    """The types of a case's accepted events, in order of arrival."""
    with store.unit() as unit:
        return [event.type for event in unit.history(case)]


def waiting(store: Store) -> list[str]:
    """The keys of cases for which something waits."""
    if isinstance(store, MemoryStore):
        return [told.case for _, told in store.data.waiting]
    from loper.server.records.runtime import Waiting

    return list(Waiting.objects.order_by("pk").values_list("case", flat=True))


def beats(store: Store) -> list[tuple[str, float]]:
    """Each worker that was heard of, and how far it was behind then (seconds)."""
    if isinstance(store, MemoryStore):
        return [(name, lag) for name, (_, lag) in store.data.beats.items()]
    from loper.server.records.runtime import Heartbeat

    return list(Heartbeat.objects.order_by("name").values_list("name", "lag"))
