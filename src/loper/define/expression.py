"""Expressions: what a guard, an `if` or a decision table asks of the facts (language, rule 15).

    problem == 'leak' and not (urgent) or appointment.start > now
    problem in ['leak', 'gas']        appointment is set        photo is not set

A comparison with an unset fact is false, whichever way it is turned. Evaluation is total: a comparison of
values that cannot be compared is false, too.
"""

from __future__ import annotations

import operator
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, tzinfo
from decimal import Decimal
from typing import Any

Values = Mapping[str, Any]
"""Facts by name; a composite fact is a mapping or has attributes."""

LONGEST_NUMBER = 20


class ExpressionError(ValueError):
    """An expression that cannot be read: `column` counts from 0 in its text."""

    def __init__(self, message: str, column: int) -> None:
        super().__init__(message)
        self.column = column


@dataclass(frozen=True, slots=True)
class Name:
    path: str
    column: int = field(default=0, compare=False)


@dataclass(frozen=True, slots=True)
class Literal:
    value: Any


@dataclass(frozen=True, slots=True)
class Compare:
    op: str
    left: Node
    right: Node


@dataclass(frozen=True, slots=True)
class IsSet:
    name: Name
    negated: bool


@dataclass(frozen=True, slots=True)
class Not:
    node: Node


@dataclass(frozen=True, slots=True)
class Both:
    op: str  # "and" | "or"
    left: Node
    right: Node


@dataclass(frozen=True, slots=True)
class Many:
    items: tuple[Node, ...]


Node = Name | Literal | Compare | IsSet | Not | Both | Many


@dataclass(frozen=True, slots=True)
class Expression:
    """A parsed expression; two are equal when their texts mean the same tree."""

    text: str = field(compare=False)
    root: Node

    def __call__(self, facts: Values, now: datetime) -> bool:
        """Whether it holds for these facts at this time; days are those of the zone of `now`. Never raises."""
        return _truth(_value(self.root, facts, now))

    def names(self) -> tuple[Name, ...]:
        """The facts it names, in order (`now` is not one)."""
        return tuple(_names(self.root))

    def __str__(self) -> str:
        return self.text


def lookup(facts: Values, path: str) -> Any:
    """The value at `appointment.start`, or None where any part of it is unset."""
    value: Any = facts
    for part in path.split("."):
        value = value.get(part) if isinstance(value, Mapping) else getattr(value, part, None)
        if value is None:
            return None
    return value


def parse_expression(text: str) -> Expression:
    """Read an expression; raises ExpressionError with the column of the trouble."""
    if len(text) > 1000:
        raise ExpressionError("an expression of at most 1,000 characters was expected", 0)
    parser = _Parser(_tokens(text), len(text))
    root = parser.either()
    kind, word, column = parser.peek()
    if kind != "end":
        raise ExpressionError(f"'{word}' was not expected here", column)
    return Expression(text, root)


# -- evaluation -------------------------------------------------------------------------------------------------

_OPS: Mapping[str, Callable[[Any, Any], bool]] = {
    "==": operator.eq,
    "!=": operator.ne,
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}


def _value(node: Node, facts: Values, now: datetime) -> Any:
    match node:
        case Literal(value):
            return value
        case Name(path):
            return now if path == "now" else lookup(facts, path)
        case IsSet(name, negated):
            return (_value(name, facts, now) is None) == negated
        case Not(inner):
            return not _truth(_value(inner, facts, now))
        case Both("and", left, right):
            return _truth(_value(left, facts, now)) and _truth(_value(right, facts, now))
        case Both(_, left, right):
            return _truth(_value(left, facts, now)) or _truth(_value(right, facts, now))
        case Many(items):
            return [_value(item, facts, now) for item in items]
        case Compare(op, left, right):
            return _compare(op, _value(left, facts, now), _value(right, facts, now), now.tzinfo)
    raise AssertionError(node)  # pragma: no cover - the union above is whole


def _compare(op: str, left: Any, right: Any, zone: tzinfo | None) -> bool:
    if left is None or right is None:
        return False
    if op == "in":
        items = right if isinstance(right, list | tuple) else [right]
        return any(_compare("==", left, item, zone) for item in items)
    left, right = _alike(left, right, zone)
    try:
        return bool(_OPS[op](left, right))
    except TypeError:
        return False


def _alike(left: Any, right: Any, zone: tzinfo | None) -> tuple[Any, Any]:
    """Bring a date beside a time (its day in this zone), and a number beside money, to one type."""
    if isinstance(left, datetime) and isinstance(right, date) and not isinstance(right, datetime):
        return left.astimezone(zone).date(), right
    if isinstance(right, datetime) and isinstance(left, date) and not isinstance(left, datetime):
        return left, right.astimezone(zone).date()
    if isinstance(left, Decimal) and isinstance(right, float):
        return left, Decimal(str(right))
    if isinstance(right, Decimal) and isinstance(left, float):
        return Decimal(str(left)), right
    return left, right


def _truth(value: Any) -> bool:
    return bool(value)


def _names(node: Node) -> list[Name]:
    match node:
        case Name(path):
            return [] if path == "now" else [node]
        case IsSet(name):
            return [name]
        case Not(inner):
            return _names(inner)
        case Both(_, left, right) | Compare(_, left, right):
            return _names(left) + _names(right)
        case Many(items):
            return [name for item in items for name in _names(item)]
    return []


# -- reading ----------------------------------------------------------------------------------------------------

_TOKEN = re.compile(
    r"""\s*(?:
      (?P<number>-?[0-9]+(?:\.[0-9]+)?)
    | (?P<string>'[^']*'|"[^"]*")
    | (?P<op>==|!=|<=|>=|<|>|\(|\)|\[|\]|,)
    | (?P<word>[^\W\d]\w*(?:\.[^\W\d]\w*)*)
    )""",
    re.VERBOSE,
)

Token = tuple[str, str, int]


def _tokens(text: str) -> list[Token]:
    found: list[Token] = []
    position = 0
    end = len(text.rstrip())
    while position < end:
        match = _TOKEN.match(text, position)
        if match is None:
            column = position + len(text[position:]) - len(text[position:].lstrip())
            raise ExpressionError(f"'{text[column]}' cannot be read; strings stand between quotes", column)
        kind = match.lastgroup or ""
        found.append((kind, match.group(kind), match.start(kind)))
        position = match.end()
    return found


class _Parser:
    """Recursive descent: or < and < not < comparison < value."""

    MAX_DEPTH = 50

    def __init__(self, tokens: list[Token], length: int) -> None:
        self.tokens = tokens
        self.at = 0
        self.length = length
        self.depth = 0

    def peek(self) -> Token:
        return self.tokens[self.at] if self.at < len(self.tokens) else ("end", "the end", self.length)

    def take(self) -> Token:
        token = self.peek()
        self.at += 1
        return token

    def word(self, *words: str) -> bool:
        kind, word, _ = self.peek()
        if kind == "word" and word in words:
            self.at += 1
            return True
        return False

    def either(self) -> Node:
        self.depth += 1
        if self.depth > self.MAX_DEPTH:
            raise ExpressionError("an expression less deeply nested was expected", self.peek()[2])
        node = self.both()
        while self.word("or"):
            node = Both("or", node, self.both())
        self.depth -= 1
        return node

    def both(self) -> Node:
        node = self.negation()
        while self.word("and"):
            node = Both("and", node, self.negation())
        return node

    def negation(self) -> Node:
        negations = 0
        while self.word("not"):
            negations += 1
        node = self.comparison()
        return Not(node) if negations % 2 else node

    def comparison(self) -> Node:
        left = self.value()
        kind, word, column = self.peek()
        if kind == "op" and word in _OPS:
            self.take()
            return Compare(word, left, self.value())
        if self.word("in"):
            return Compare("in", left, self.value())
        if self.word("is"):
            negated = self.word("not")
            if not self.word("set"):
                raise ExpressionError("'is set' or 'is not set' was expected", column)
            if not isinstance(left, Name):
                raise ExpressionError("only a fact can be set", column)
            return IsSet(left, negated)
        return left

    def value(self) -> Node:
        kind, word, column = self.take()
        if kind == "number":
            if len(word) > LONGEST_NUMBER:
                raise ExpressionError(f"a number of at most {LONGEST_NUMBER} digits was expected", column)
            return Literal(float(word) if "." in word else int(word))
        if kind == "string":
            return Literal(word[1:-1])
        if kind == "word" and word in ("true", "false"):
            return Literal(word == "true")
        if kind == "word" and word not in ("and", "or", "not", "in", "is", "set"):
            return Name(word, column)
        if word == "(" and kind == "op":
            node = self.either()
            self.close(")")
            return node
        if word == "[" and kind == "op":
            items: list[Node] = []
            if self.peek()[1] != "]":
                items.append(self.value())
                while self.peek()[:2] == ("op", ","):
                    self.take()
                    items.append(self.value())
            self.close("]")
            return Many(tuple(items))
        raise ExpressionError(f"a fact or a value was expected, not {word!r}", column)

    def close(self, bracket: str) -> None:
        _, word, column = self.take()
        if word != bracket:
            raise ExpressionError(f"'{bracket}' was expected, not {word!r}", column)
