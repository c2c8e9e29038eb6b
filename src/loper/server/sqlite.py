"""A sound SQLite in place of Python's own.

Releases before 3.51.3 can corrupt a WAL that two connections write to, and Debian 12 has 3.40.1. `pysqlite3` brings a
fixed one; it takes the place of `sqlite3` before Django's backend looks for it.
"""

from __future__ import annotations

import sys

FIXED = ((3, 51, 3), (3, 50, 7), (3, 44, 6))
"""The first sound release of each line of SQLite."""


def sound(version: tuple[int, ...]) -> bool:
    """Whether this release may have two writers on one WAL."""
    if version >= FIXED[0]:
        return True
    return any(version[:2] == fixed[:2] and version >= fixed for fixed in FIXED)


def install() -> None:
    """Put the sound SQLite in place; where it cannot be had, Python's own stays and `sound` tells."""
    try:
        import pysqlite3
        from pysqlite3 import dbapi2
    except ImportError:
        return
    sys.modules["sqlite3"] = pysqlite3
    sys.modules["sqlite3.dbapi2"] = dbapi2


install()
