"""Names made numbers: the same name the same number, in order of first appearance, whatever they look like."""

from __future__ import annotations

import pyarrow as pa
from hypothesis import given, settings
from hypothesis import strategies as st

from loper.observe import coding
from loper.observe.coding import coded


@given(
    st.lists(
        st.lists(st.one_of(st.none(), st.text(max_size=12), st.sampled_from(["a", "aa", ""])), max_size=30), max_size=5
    )
)
@settings(max_examples=200, deadline=None)
def test_numbers_lead_back_to_the_names(chunks: list[list[str | None]]) -> None:
    column = pa.chunked_array([pa.array(chunk, pa.string()) for chunk in chunks], pa.string())
    codes, names = coded(column)
    known = names.to_pylist()
    assert [None if code < 0 else known[code] for code in codes] == column.to_pylist()
    assert known == list(dict.fromkeys(name for name in column.to_pylist() if name is not None))


def test_a_part_of_a_column_and_a_table_that_grows(monkeypatch) -> None:
    monkeypatch.setattr(coding, "PORTION", 700)
    names = pa.array([f"case {i % 9_001}" for i in range(30_000)])
    codes, known = coded(pa.chunked_array([names.slice(5, 10_000), names.slice(10_005, 19_990)]))
    assert known.to_pylist() == [f"case {i % 9_001}" for i in range(5, 9_006)]
    assert [known[int(code)].as_py() for code in codes[-50:]] == [f"case {i % 9_001}" for i in range(29_945, 29_995)]
