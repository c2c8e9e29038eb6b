"""Which column is which field: by how it is called, held against what stands in it."""

from __future__ import annotations

import re
from collections.abc import Mapping

from loper.intake.clean import Wrong, column_of_bsns
from loper.intake.kinds import Field, Kind
from loper.intake.sheet import Sheet


def guess(kind: Kind, sheet: Sheet) -> dict[str, str]:
    """Field -> column, as far as it can be told. No column serves twice; a column of BSNs serves never."""
    free = [one for one in sheet.columns if one not in refused(sheet)]
    wishes = sorted(
        (
            (-score, number, field.name, column)
            for number, field in enumerate(kind.fields)
            for column in free
            if (score := _fits(field, column, _cells(sheet, column))) > 0
        ),
    )
    found: dict[str, str] = {}
    for _score, _number, name, column in wishes:
        if name not in found and column not in found.values():
            found[name] = column
    return {field.name: found[field.name] for field in kind.fields if field.name in found}


def refused(sheet: Sheet) -> tuple[str, ...]:
    """Columns that hold burgerservicenummers: they are never read."""
    return tuple(one for one in sheet.columns if column_of_bsns(one, _cells(sheet, one)))


def wrong(kind: Kind, mapping: Mapping[str, str], sheet: Sheet) -> list[tuple[str, str]]:
    """(field, reason) of all that is wrong with a mapping: needed, no_column, twice, bsn, unknown."""
    problems = [(name, "needed") for name in kind.needed if not mapping.get(name)]
    never = refused(sheet)
    names = {one.name for one in kind.fields}
    for name, column in mapping.items():
        if name not in names:
            problems.append((name, "unknown"))
        elif column and column not in sheet.columns:
            problems.append((name, "no_column"))
        elif column in never:
            problems.append((name, "bsn"))
        elif column and sum(one == column for one in mapping.values()) > 1:
            problems.append((name, "twice"))
    return problems


def _cells(sheet: Sheet, column: str) -> list[str]:
    at = sheet.columns.index(column)
    return [row[at] for row in sheet.sample]


def _fits(field: Field, column: str, cells: list[str]) -> float:
    """How well a column suits a field: the name, and the share of values that can be read as it."""
    plain = _plain(column)
    name = 0.0
    for place, word in enumerate(field.words):
        known = _plain(word)
        if plain == known:
            name = max(name, 10 - place * 0.1)
        elif len(known) > 2 and (plain.startswith(known) or plain.endswith(known)):
            name = max(name, 6 - place * 0.1)
        elif len(known) > 3 and known in plain:
            name = max(name, 4 - place * 0.1)
    if not name:
        return 0
    filled = [cell for cell in cells if cell.strip()][:100]
    good = sum(_reads(field, cell) for cell in filled)
    if not filled:
        return name
    return name * (0.5 + 0.5 * good / len(filled)) if good else 0


def _reads(field: Field, cell: str) -> bool:
    try:
        field.read(cell)
    except Wrong:
        return False
    return True


def _plain(text: str) -> str:
    return re.sub(r"[^a-z0-9]", "", text.lower().replace("ë", "e").replace("é", "e"))
