"""Numbers as they are written here and elsewhere."""

from __future__ import annotations

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from loper.log.numbers import are_numbers, are_whole, decimal_of, parse


@pytest.mark.parametrize(
    ("texts", "found"),
    [
        (["1.234,56", "12,5", "7"], [1234.56, 12.5, 7.0]),
        (["1,234.56", "12.5", "7"], [1234.56, 12.5, 7.0]),
        (["1,234", "2,500,000"], [1234.0, 2500000.0]),
        (["12,50", "1.234"], [12.5, 1234.0]),
        (["-3,5", "+4,25"], [-3.5, 4.25]),
        (["1e3", "0.5"], [1000.0, 0.5]),
        ([" 8 ", "9"], [8.0, 9.0]),
    ],
)
def test_a_column_says_what_its_signs_mean(texts: list[str], found: list[float]) -> None:
    array = pa.array(texts)
    assert are_numbers(array)
    assert parse(array, decimal_of(array)).to_pylist() == found


@pytest.mark.parametrize("text", ["007", "1234567890123456", "06-12345678", "1.2.3", "12,34,5", "abc", "1 234", ""])
def test_what_only_looks_like_a_number_stays_a_text(text: str) -> None:
    assert not are_numbers(pa.array([text]))
    assert not are_whole(pa.array([text]))


def test_what_is_no_number_is_nothing_and_its_neighbours_stay() -> None:
    assert parse(pa.array(["1.5", "x", None, "2.5"])).to_pylist() == [1.5, None, None, 2.5]
    assert parse(pa.array(["1,5", "x", None, "2,5"]), ",").to_pylist() == [1.5, None, None, 2.5]


@given(st.lists(st.floats(-1e12, 1e12).map(lambda value: round(value, 2)), min_size=1))
def test_dutch_amounts_come_back(values: list[float]) -> None:
    texts = [f"{value:,.2f}".translate(str.maketrans(",.", ".,")) for value in values]
    assert parse(pa.array(texts), ",").to_pylist() == values
