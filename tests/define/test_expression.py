"""Expressions (language, rule 15): what a guard, an `if` and a decision table can ask of the facts."""

import re
from datetime import UTC, date, datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from loper.define.expression import ExpressionError, lookup, parse_expression
from loper.step import Appointment

NOW = datetime(2026, 9, 1, 12, tzinfo=UTC)
LATER = datetime(2026, 9, 3, 8, tzinfo=UTC)
FACTS = {
    "color": "red",
    "flag": True,
    "off": False,
    "size": 3,
    "cost": Decimal("12.50"),
    "day": date(2026, 9, 2),
    "at": LATER,
    "block": Appointment(LATER, LATER, None),
    "text": "and now",
}


def holds(text: str) -> bool:
    return parse_expression(text)(FACTS, NOW)


@pytest.mark.parametrize(
    "text",
    [
        "color == 'red'",
        'color == "red"',
        "color != 'blue'",
        "size > 2 and size >= 3 and size < 4 and size <= 3",
        "cost == 12.5",
        "cost > 12",
        "size == 3.0",
        "flag",
        "flag == true",
        "not off",
        "off == false",
        "day > now",
        "day == day",
        "at > now",
        "now < block.start",
        "block is set",
        "block.technician is not set",
        "nothing is not set",
        "color in ['blue', 'red']",
        "size in [1, 2, 3]",
        "at > day",
        "text == 'and now'",
        "color == 'red' or nothing == 1",
        "not (color == 'blue' or off)",
        "not not flag",
        "(flag)",
        "off and off or flag",
        "flag or off and off",
        "size == -3 or size == 3",
        "color=='red'and flag",
    ],
)
def test_what_holds(text):
    assert holds(text)


@pytest.mark.parametrize(
    "text",
    [
        "color == 'blue'",
        "nothing",
        "block.technician == 't1'",
        "color in []",
        "color in ['Red']",
        "not flag",
        "size == '3'",
        "color > 3",
        "block == 'x'",
        "flag and off",
        "day < now",
    ],
)
def test_what_does_not_hold(text):
    assert not holds(text)


@pytest.mark.parametrize("op", ["==", "!=", "<", "<=", ">", ">=", "in"])
def test_a_comparison_with_an_unset_fact_is_false_whichever_way_it_is_turned(op):
    right = "[1, 'x']" if op == "in" else "1"
    assert not holds(f"nothing {op} {right}")
    assert not holds(f"1 {op} {'[nothing]' if op == 'in' else 'nothing'}")
    assert not holds(f"nothing {op} {'[nothing]' if op == 'in' else 'nothing'}")
    assert holds(f"not nothing {op} {right}")


@pytest.mark.parametrize(
    ("text", "column", "message"),
    [
        ("", 0, "a fact or a value was expected, not 'the end'"),
        ("a ==", 4, "a fact or a value was expected, not 'the end'"),
        ("a b", 2, "'b' was not expected here"),
        ("a == 'x", 5, "''' cannot be read; strings stand between quotes"),
        ("a = 1", 2, "'=' cannot be read"),
        ("(a", 2, "')' was expected, not 'the end'"),
        ("a in [1, 2", 10, "']' was expected"),
        ("a is", 2, "'is set' or 'is not set' was expected"),
        ("1 is set", 2, "only a fact can be set"),
        ("and", 0, "a fact or a value was expected, not 'and'"),
        ("a == 1 == 2", 7, "'==' was not expected here"),
        ("(" * 60 + "a" + ")" * 60, 50, "less deeply nested"),
        ("a == " + "1" * 30, 5, "at most 20 digits"),
        ("a" * 1001, 0, "at most 1,000 characters"),
    ],
)
def test_what_cannot_be_read_says_where(text, column, message):
    with pytest.raises(ExpressionError, match=re.escape(message)) as wrong:
        parse_expression(text)
    assert wrong.value.column == column


def test_a_day_beside_a_time_is_that_of_the_zone_of_now():
    just_after_midnight = datetime(2026, 9, 2, 0, 30, tzinfo=ZoneInfo("Europe/Amsterdam"))
    today = parse_expression("day == now")
    assert today({"day": date(2026, 9, 2)}, just_after_midnight)
    assert not today({"day": date(2026, 9, 2)}, just_after_midnight.astimezone(UTC))
    assert parse_expression("at == day")(
        {"day": date(2026, 9, 2), "at": just_after_midnight.astimezone(UTC)}, just_after_midnight
    )


def test_two_texts_that_mean_the_same_are_equal_and_names_are_in_order():
    one = parse_expression("a == 1 and b.c > now")
    assert one == parse_expression("(a==1) and  b.c>now") and str(one) == "a == 1 and b.c > now"
    assert [name.path for name in one.names()] == ["a", "b.c"]


def test_lookup_stops_where_something_is_not_set():
    assert lookup({"a": {"b": None}}, "a.b.c") is None and lookup(FACTS, "block.start") == LATER


values = st.sampled_from([*FACTS.values(), None, "x", 0, 2.5])


@given(values, values)
def test_less_and_more_are_each_others_mirror(left, right):
    facts = {name: value for name, value in (("l", left), ("r", right)) if value is not None}
    for one, other in (("<", ">"), ("<=", ">="), ("==", "==")):
        assert parse_expression(f"l {one} r")(facts, NOW) == parse_expression(f"r {other} l")(facts, NOW)
    if left is not None and right is not None:
        same, different = (parse_expression(f"l {op} r")(facts, NOW) for op in ("==", "!="))
        assert same != different
