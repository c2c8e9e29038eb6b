"""Shapes: what may stand where in a file. One table reads the file *and* gives its JSON Schema.

A shape reads a node of the tree and reports what does not fit. Scalars stay words (with their place); what a
parser made of one is in its `value`. What could not be read is left out, so that reading goes on to the next.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

from loper.define.problem import nearest
from loper.define.tree import Items, Node, Report, Table, Word

Schema = dict[str, Any]


class Wrong(ValueError):
    """A word that is not what was expected; `column` counts from 0 inside it."""

    def __init__(self, message: str, hint: str = "", column: int = 0) -> None:
        super().__init__(message)
        self.hint = hint
        self.column = column


class Shape(Protocol):
    @property
    def what(self) -> str: ...  # "a duration": in errors
    def read(self, node: Node, report: Report) -> Any: ...  # None: it could not be read
    def schema(self) -> Schema: ...


@dataclass(frozen=True)
class Scalar:
    """One word. `pattern` is for the schema and is checked first; `parse` makes its value and may raise Wrong."""

    what: str
    parse: Callable[[str], Any] = str
    pattern: str | None = None
    types: tuple[str, ...] = ("string", "number", "boolean")
    longest: int = 10_000

    def read(self, node: Node, report: Report) -> Word | None:
        if not isinstance(node, Word):
            report.add(node, f"{self.what} was expected, not {_name(node)}")
            return None
        if not node.strip():
            report.add(node, f"{self.what} was expected, and here is nothing")
            return None
        if len(node) > self.longest:
            report.add(node, f"{self.what} of at most {self.longest} characters was expected")
            return None
        try:
            node.value = self.parse(node)
        except Wrong as wrong:
            report.add(node, str(wrong), wrong.hint, shift=wrong.column)
            return None
        return node

    def schema(self) -> Schema:
        types: Any = list(self.types) if len(self.types) > 1 else self.types[0]
        made: Schema = {"type": types, "minLength": 1}
        return {**made, "pattern": self.pattern} if self.pattern else made


def matching(what: str, pattern: str, hint: str = "") -> Scalar:
    """A word of this pattern."""
    compiled = re.compile(pattern)

    def parse(text: str) -> str:
        if not compiled.fullmatch(text):
            raise Wrong(f"{what} was expected, not '{text[:40]}'", hint)
        return text

    return Scalar(what, parse, f"^(?:{pattern})$", ("string",), 100)


def one_of(what: str, options: tuple[str, ...]) -> Scalar:
    """One of these words."""

    def parse(text: str) -> str:
        if text not in options:
            raise Wrong(f"{what} was expected ({', '.join(options)}), not '{text[:40]}'", nearest(text, options))
        return text

    return Scalar(what, parse, f"^(?:{'|'.join(options)})$", ("string",))


def _flag(text: str) -> bool:
    if text not in ("true", "false"):
        raise Wrong(f"true or false was expected, not '{text[:40]}'")
    return text == "true"


@dataclass(frozen=True)
class Flag:
    what: str = "true or false"

    def read(self, node: Node, report: Report) -> Word | None:
        return Scalar(self.what, _flag).read(node, report)

    def schema(self) -> Schema:
        return {"enum": [True, False, "true", "false"]}


@dataclass(frozen=True)
class Many:
    """A list of what the shape reads; with `or_one` a single one will do as well."""

    item: Shape
    or_one: bool = False
    empty: bool = False

    @property
    def what(self) -> str:
        return f"a list, each of it {self.item.what}"

    def read(self, node: Node, report: Report) -> list[Any] | None:
        if not isinstance(node, Items):
            if self.or_one:
                one = self.item.read(node, report)
                return [] if one is None else [one]
            report.add(node, f"a list was expected, not {_name(node)}", "write [one, two]")
            return None
        if not node and not self.empty:
            report.add(node, "a list with something in it was expected", "fill it, or take the key away")
            return None
        return [one for one in (self.item.read(item, report) for item in node) if one is not None]

    def schema(self) -> Schema:
        many: Schema = {"type": "array", "items": self.item.schema()}
        if not self.empty:
            many["minItems"] = 1
        return {"anyOf": [self.item.schema(), many]} if self.or_one else many


@dataclass(frozen=True)
class Map:
    """Names of one's own choosing, each with a value."""

    key: Scalar
    value: Shape
    empty: bool = True

    @property
    def what(self) -> str:
        return f"a mapping of {self.key.what} to {self.value.what}"

    def read(self, node: Node, report: Report) -> dict[Word, Any] | None:
        if not isinstance(node, Table):
            report.add(node, f"{self.what} was expected, not {_name(node)}")
            return None
        if not node and not self.empty:
            report.add(node, f"{self.what} was expected, with something in it")
        read = {key: (self.key.read(key, report), self.value.read(value, report)) for key, value in node.items()}
        return {key: value for key, (name, value) in read.items() if name is not None and value is not None}

    def schema(self) -> Schema:
        made: Schema = {"type": "object", "additionalProperties": self.value.schema()}
        if self.key.pattern:
            made["propertyNames"] = {"pattern": self.key.pattern}
        if not self.empty:
            made["minProperties"] = 1
        return made


class Part(dict[str, Any]):
    """What a record read: key -> value, where it stands (`at`), and the words of its keys."""

    at: Node
    keys_at: dict[str, Word]


@dataclass(frozen=True)
class Key:
    shape: Shape
    help: str = ""
    required: bool = False


@dataclass(frozen=True)
class Record:
    """Known keys, each with its shape; other keys are errors, unless `rest` says what they are."""

    what: str
    keys: Mapping[str, Key]
    rest: Shape | None = None

    def read(self, node: Node, report: Report) -> Part | None:
        if not isinstance(node, Table):
            report.add(node, f"{self.what} was expected ({', '.join(self.keys)}), not {_name(node)}")
            return None
        part = Part()
        part.at, part.keys_at = node, {}
        for word, value in node.items():
            key = self.keys.get(word)
            shape = key.shape if key is not None else self.rest
            if shape is None:
                hint = nearest(word, self.keys) or f"known here: {', '.join(self.keys)}"
                report.add(word, f"'{word[:40]}' is not a key of {self.what}", hint)
                continue
            part.keys_at[word] = word
            read = shape.read(value, report)
            if read is not None:
                part[str(word)] = read
        for name, key in self.keys.items():
            if key.required and name not in node:
                report.add(node, f"{self.what} needs '{name}': {key.help or key.shape.what}")
        return part

    def schema(self) -> Schema:
        properties = {}
        for name, key in self.keys.items():
            inner = key.shape.schema()
            properties[name] = {"description": key.help, **inner} if key.help else inner
        made: Schema = {"type": "object", "properties": properties}
        required = [name for name, key in self.keys.items() if key.required]
        if required:
            made["required"] = required
        made["additionalProperties"] = self.rest.schema() if self.rest is not None else False
        return made


@dataclass(frozen=True)
class Either:
    """A word, a list or a mapping: which of them it is decides which shape reads it."""

    what: str
    word: Shape | None = None
    items: Shape | None = None
    table: Shape | None = None
    all: tuple[Shape, ...] = field(init=False)

    def __post_init__(self) -> None:
        found = tuple(shape for shape in (self.word, self.items, self.table) if shape is not None)
        object.__setattr__(self, "all", found)

    def read(self, node: Node, report: Report) -> Any:
        shape = self.word if isinstance(node, Word) else self.items if isinstance(node, Items) else self.table
        if shape is None:
            report.add(node, f"{self.what} was expected, not {_name(node)}")
            return None
        return shape.read(node, report)

    def schema(self) -> Schema:
        return {"anyOf": [shape.schema() for shape in self.all]}


def _name(node: Node) -> str:
    if isinstance(node, Table):
        return "a mapping"
    if isinstance(node, Items):
        return "a list"
    return f"'{node[:40]}'" if node else "nothing"
