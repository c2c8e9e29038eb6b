"""Names made numbers: the same name the same number, in order of first appearance, whatever they look like."""

from __future__ import annotations

import pyarrow as pa
from hypothesis import given, settings
from hypothesis import strategies as st

from loper.observe.laid.coding import Coder

names = st.one_of(st.none(), st.text(max_size=12), st.sampled_from(["a", "aa", ""]))


@given(st.lists(st.lists(names, max_size=30), max_size=5))
@settings(max_examples=200, deadline=None)
def test_numbers_lead_back_to_the_names(portions: list[list[str | None]]) -> None:
    coder = Coder()
    codes = [[int(code) for code in coder.take(pa.array(portion, pa.string()))] for portion in portions]
    known = coder.names().to_pylist()
    assert [[None if code < 0 else known[code] for code in some] for some in codes] == portions
    assert known == list(dict.fromkeys(name for portion in portions for name in portion if name is not None))


def test_a_part_of_an_array_and_a_table_that_grows() -> None:
    whole, coder = pa.array([f"case {i % 9_001}" for i in range(30_000)]), Coder()
    found = [code for low in range(5, 30_000, 701) for code in coder.take(whole.slice(low, 701))]
    known = coder.names().to_pylist()
    assert known == [f"case {i % 9_001}" for i in range(5, 9_006)]
    assert [known[code] for code in found] == whole.to_pylist()[5:]
