"""Logs that hypothesis makes: small, and as odd as a log can be."""

from __future__ import annotations

from typing import Any

import pyarrow as pa
from hypothesis import strategies as st

from loper.log.table import INSTANT, KNOWN, NEEDED, WORD

TEXTS = st.text(st.characters(exclude_categories=("Cs",), exclude_characters="\x00"), max_size=12)
NAMES = TEXTS.filter(lambda text: text != "")
INSTANTS = st.integers(-(10**15), 4 * 10**15)  # 1938 to 2096
SAYING = st.text("abcdefgh=+-@'\"\n;, é", min_size=1, max_size=12).map(lambda text: f"{text}x")
"""Texts that are neither numbers nor times nor nothing."""

VALUES: dict[pa.DataType, st.SearchStrategy[Any]] = {
    pa.string(): TEXTS,
    WORD: TEXTS,
    INSTANT: INSTANTS,
    pa.int64(): st.integers(-(10**14), 10**14),
    pa.float64(): st.floats(allow_nan=False, allow_infinity=False),
}


@st.composite
def tables(draw: st.DrawFn, attributes: st.SearchStrategy[Any] = SAYING) -> pa.Table:
    """A log: the columns that every log has, some of those it may have, an attribute of the contact and of the case."""
    count = draw(st.integers(0, 12))
    columns: dict[str, pa.Array] = {
        "case": _column(draw, NAMES, pa.string(), count),
        "activity": _column(draw, NAMES, WORD, count),
        "time": _column(draw, INSTANTS, INSTANT, count),
        "seq": pa.array(draw(st.lists(st.integers(0, 10**12), min_size=count, max_size=count)), pa.int64()),
    }
    for name in draw(st.sets(st.sampled_from(sorted(KNOWN)))):
        columns[name] = _column(draw, st.none() | VALUES[KNOWN[name]], KNOWN[name], count)
    for name in draw(st.sets(st.sampled_from(["klant", "case:segment", "=1+1", 'a "b", c', "bedrag"]))):
        columns[name] = _column(draw, st.none() | attributes, WORD, count)
    schema = [pa.field(name, column.type, nullable=name not in NEEDED) for name, column in columns.items()]
    return pa.table(list(columns.values()), schema=pa.schema(schema))


def _column(draw: st.DrawFn, values: st.SearchStrategy[Any], kind: pa.DataType, count: int) -> pa.Array:
    given = draw(st.lists(values, min_size=count, max_size=count))
    if kind == WORD:
        return pa.array(given, pa.string()).dictionary_encode()
    return pa.array(given, pa.int64()).view(INSTANT) if kind == INSTANT else pa.array(given, kind)


def plain(table: pa.Table) -> dict[str, list[Any]]:
    """By column, words as texts: what must be the same after writing and reading."""
    return {name: table[name].to_pylist() for name in sorted(table.column_names)}
