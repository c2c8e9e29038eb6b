"""The register of processing (GDPR art. 30), as code: every table, every field, every kind of file.

A test holds it against the tables that there are. To add a field: name it here, in the file of its subject.
"""

from __future__ import annotations

from loper.server.records.register import customers, dialogues, files, imports, out, runtime, staff, visits
from loper.server.records.register.entry import Basis, Erase, Kind, Of, Path, Pile, Table
from loper.server.records.register.rules import PURPOSES, RULES, Clock, Rule

TABLES: dict[str, Table] = {
    one.model: one for part in (customers, visits, dialogues, imports, runtime, staff, out) for one in part.TABLES
}
"""Every table by its model (`records.Customer`)."""

PILES: tuple[Pile, ...] = files.PILES

__all__ = [
    "PILES", "PURPOSES", "RULES", "TABLES", "Basis", "Clock", "Erase", "Kind", "Of", "Path", "Pile", "Rule", "Table",
]  # fmt: skip
