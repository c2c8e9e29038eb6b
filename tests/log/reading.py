"""A source written down and read, as the tests of readers do it."""

from __future__ import annotations

from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from loper.log.open import open_log
from loper.log.table import Reading, table_of

AMSTERDAM = ZoneInfo("Europe/Amsterdam")


def read(folder: Path, content: str | bytes, *, name: str = "log.csv", coded: str = "utf-8", **more: Any) -> Reading:
    """The source opened; `coded`: how the text is put into bytes."""
    path = folder / name
    path.write_bytes(content if isinstance(content, bytes) else content.encode(coded))
    return open_log(path, **{"zone": AMSTERDAM, **more})


def rows(reading: Reading, *columns: str) -> list[tuple[Any, ...]]:
    """The values of these columns, times as texts in UTC."""
    table = table_of(reading).select(list(columns))
    return [tuple(_plain(value) for value in row.values()) for row in table.to_pylist()]


def _plain(value: Any) -> Any:
    return value.isoformat().removesuffix("+00:00") if hasattr(value, "isoformat") else value


def said(reading: Reading) -> dict[str, int]:
    """Notes by kind, with their counts."""
    return {note.kind: note.count for note in reading.rejects.notes}
