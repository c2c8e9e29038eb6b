"""The files of OCEL 2.0: an SQLite database, or JSON."""

from __future__ import annotations

from pathlib import Path

from loper.log import ocel_json, ocel_sqlite
from loper.log.ocel_model import Ocel

MAGIC = b"SQLite format 3\0"


def load(path: Path) -> Ocel:
    """What is in the file: by its content, not its name. Raises BadLog where it is no OCEL 2.0."""
    with path.open("rb") as file:
        is_sqlite = file.read(len(MAGIC)) == MAGIC
    return ocel_sqlite.load(path) if is_sqlite else ocel_json.load(path)


def save(ocel: Ocel, path: Path) -> None:
    """As SQLite or as JSON (packed where the name ends in .gz), by the name of the file."""
    if path.suffix in (".sqlite", ".sqlite3", ".db"):
        ocel_sqlite.save(ocel, path)
    else:
        ocel_json.save(ocel, path)
