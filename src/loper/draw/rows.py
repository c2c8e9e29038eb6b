"""Which station stands in which row and column: the main line first, then side tracks near where they branch off."""

from __future__ import annotations

from math import ceil

from loper.draw.layout import Sketch

FEWEST = 3

Rows = list[list[str | None]]


def rows_of(sketch: Sketch) -> Rows:
    """The stations in rows, all with the same number of columns (None: nothing there)."""
    count = ceil(len(sketch.main) / sketch.most)
    per_row = ceil(len(sketch.main) / count)
    columns = max(per_row, FEWEST)
    rows = [_filled(sketch.main[i : i + per_row], columns) for i in range(0, len(sketch.main), per_row)]
    at = {name: c for row in rows for c, name in enumerate(row) if name}
    sides: Rows = []
    for name in sketch.side:
        near = [at[arc.source] for arc in sketch.arcs if arc.target == name and arc.source in at]
        last = (len(sketch.main) - 1) % per_row  # an ending of every stage lies below the good ending
        r, c = _free(sides, columns, min(min(near) + 1 if near else last, columns - 1))
        sides[r][c] = name
        at[name] = c
    rows += sides
    rows += [_filled(sketch.lost[i : i + columns], columns) for i in range(0, len(sketch.lost), columns)]
    for name in sketch.apart:  # where least is written
        weights = [sum(sketch.weights.get(row[c] or "", 0) for row in rows) for c in range(columns)]
        rows.append([None] * columns)
        rows[-1][weights.index(min(weights))] = name
    return rows


def _filled(names: tuple[str, ...], columns: int) -> list[str | None]:
    return [*names, *[None] * (columns - len(names))]


def _free(rows: Rows, columns: int, wish: int) -> tuple[int, int]:
    """The first free place from the wished column on, in the first row that has one; else a new row."""
    for r, row in enumerate(rows):
        for c in range(wish, columns):
            if row[c] is None:
                return r, c
    rows.append([None] * columns)
    return len(rows) - 1, wish
