"""Logs that hypothesis makes up: every column that the table knows, attributes of contacts and of cases, ties, gaps."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pyarrow as pa
from hypothesis import strategies as st

from loper.log.table import INSTANT, KNOWN, NEEDED, WORD

ATTRIBUTES = {
    "team": WORD, "homes": pa.int64(), "cost": pa.float64(), "urgent": pa.bool_(), "due": INSTANT,
    "case:kind of home": WORD, "case:year": pa.int64(),
}  # fmt: skip
SCHEMA = pa.schema({**NEEDED, **KNOWN, **ATTRIBUTES}.items())

words = st.text(
    st.characters(exclude_categories=["Cs", "Cc", "Cn"], include_characters="\n\t<>&\"'"), min_size=1, max_size=8
)
times = st.datetimes(datetime(1990, 1, 1), datetime(2060, 1, 1)).map(lambda at: at.replace(tzinfo=UTC))


def values(kind: pa.DataType) -> st.SearchStrategy[Any]:
    if kind == INSTANT:
        return times
    if kind == pa.int64():
        return st.integers(-(2**63), 2**63 - 1)
    if kind == pa.float64():
        return st.floats(allow_nan=False, allow_infinity=False)
    return st.booleans() if kind == pa.bool_() else words


OF_COLUMN = {
    "direction": st.sampled_from(["in", "out"]),
    "initiator": st.sampled_from(["customer", "agent", "system"]) | words,
    "customer": st.sampled_from(["K-1", "K-2", "customer"]) | words,
    "stage": st.sampled_from(["report", "visit"]) | words,
}
"""What a reader makes something of."""


@st.composite
def logs(draw: st.DrawFn, schema: pa.Schema = SCHEMA) -> pa.Table:
    """At most a dozen contacts of at most four cases."""
    cases = draw(st.lists(words, min_size=1, max_size=4, unique=True))
    of_case = [f for f in schema if f.name.startswith("case:")]
    of_cases = {case: {f.name: draw(st.none() | values(f.type)) for f in of_case} for case in cases}
    moments = draw(st.lists(times, min_size=1, max_size=3))  # few, so that there are ties
    rows = []
    for seq in range(1, draw(st.integers(1, 12)) + 1):
        case = draw(st.sampled_from(cases))
        row = {"case": case, "activity": draw(words), "time": draw(st.sampled_from(moments)), "seq": seq}
        row |= {f.name: draw(st.none() | OF_COLUMN.get(f.name, values(f.type))) for f in schema if f.name not in row}
        rows.append(row | of_cases[case])
    return pa.Table.from_pylist(rows, schema)


def told(table: pa.Table) -> list[dict[str, Any]]:
    """What a log says, whatever the form: its rows in order, without what nobody filled in; `seq` only orders."""
    keys = [("case", "ascending"), ("time", "ascending"), ("seq", "ascending")]
    rows = table.sort_by(keys).drop_columns(["seq"]).to_pylist()
    return [{name: value for name, value in row.items() if value is not None} for row in rows]
