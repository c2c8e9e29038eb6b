"""Types of expressions: a comparison that can never hold is an error, with the nearest value that exists."""

from __future__ import annotations

from collections.abc import Mapping

from loper.define.expression import Both, Compare, Expression, IsSet, Literal, Many, Name, Node, Not
from loper.define.model import FactType
from loper.define.problem import nearest
from loper.define.tree import Report, Word

_NUMBERS = ("number", "minutes", "money")
_TIMES = ("time", "date")
_TEXTS = ("text", "place", "file")


def checked(word: Word | None, scope: Mapping[str, FactType], report: Report) -> Expression | None:
    """The expression of this word, its names and types checked against the facts in scope."""
    if word is None or not isinstance(word.value, Expression):
        return None
    _Check(word, scope, report).truth(word.value.root)
    return word.value


class _Check:
    def __init__(self, word: Word, scope: Mapping[str, FactType], report: Report) -> None:
        self.word, self.scope, self.report = word, scope, report

    def truth(self, node: Node) -> None:
        """A node that must be true or false."""
        match node:
            case Not(inner):
                self.truth(inner)
            case Both(_, left, right):
                self.truth(left)
                self.truth(right)
            case Compare():
                self.compare(node)
            case IsSet(name):
                self.type_of(name)
            case Name(path, column):
                kind = self.type_of(node)
                if kind is not None and kind.kind != "boolean":
                    self.wrong(
                        f"'{path}' is {_a(kind)}, not true or false", column, f"write '{path} is set', or compare it"
                    )
            case Literal(bool()):
                pass
            case Literal(value):
                self.wrong(f"{value!r} is not true or false", self.where(value), "compare it with a fact")
            case Many():
                self.wrong("a list is not true or false", 0, "write: fact in [one, two]")

    def compare(self, node: Compare) -> None:
        left = self.type_of(node.left)
        if node.op == "in":
            if not isinstance(node.right, Many):
                self.wrong("'in' needs a list", 0, "write: fact in ['one', 'two']")
                return
            for item in node.right.items:
                self.alike(node.left, left, item, self.type_of(item))
            return
        self.alike(node.left, left, node.right, self.type_of(node.right))
        for side, kind in ((node.left, left), (node.right, self.type_of(node.right))):
            if node.op not in ("==", "!=") and kind is not None and kind.kind in ("choice", "boolean", "place", "file"):
                self.wrong(f"{_a(kind)} has no order, so '{node.op}' says nothing", _column(side), "use == or in")
                return

    def alike(self, left: Node, left_kind: FactType | None, right: Node, right_kind: FactType | None) -> None:
        """Two sides that are compared must be of one kind, and a choice must have the value."""
        if left_kind is None or right_kind is None:
            return
        for kind, side in ((left_kind, left), (right_kind, right)):
            if kind.kind == "appointment":
                self.wrong("an appointment as a whole cannot be compared", _column(side), "write appointment.start")
                return
        for (kind, node), (_, other) in (
            ((left_kind, left), (right_kind, right)),
            ((right_kind, right), (left_kind, left)),
        ):
            if kind.kind == "choice" and isinstance(node, Name) and isinstance(other, Literal):
                if other.value not in kind.options:
                    value = str(other.value)
                    hint = nearest(value, kind.options) or f"one of: {', '.join(kind.options)}"
                    self.wrong(f"{node.path} is never {other.value!r}", self.where(other.value), hint)
                return
        if _group(left_kind) != _group(right_kind):
            self.wrong(
                f"{_a(left_kind)} is compared with {_a(right_kind)}, which never holds",
                max(_column(left), _column(right)),
                "compare values of one type",
            )

    def type_of(self, node: Node) -> FactType | None:
        """The type of a value; None where it is not known (and then reported)."""
        match node:
            case Name("now"):
                return FactType("time")
            case Name(path, column):
                return self.name(path, column)
            case Literal(bool()):
                return FactType("boolean")
            case Literal(str()):
                return FactType("text")
            case Literal():
                return FactType("number")
            case Many():
                self.wrong("a list can only stand after 'in'", 0, "write: fact in ['one', 'two']")
                return None
        self.truth(node)
        return FactType("boolean")

    def name(self, path: str, column: int) -> FactType | None:
        name, _, part = path.partition(".")
        kind = self.scope.get(name)
        if kind is not None and part:
            kind = kind.fields.get(part)
        if kind is None:
            known = [*self.scope, *(f"{n}.{p}" for n, k in self.scope.items() for p in k.fields)]
            hint = (
                nearest(path, known) or f"known here: {', '.join(known[:8]) or 'nothing'}; a text stands between quotes"
            )
            self.wrong(f"fact '{path}' is not declared", column, hint)
        return kind

    def where(self, value: object) -> int:
        """Where a literal stands in the text."""
        found = [self.word.find(form) for form in (f"'{value}'", f'"{value}"', str(value))]
        return next((place for place in found if place >= 0), 0)

    def wrong(self, message: str, column: int, hint: str) -> None:
        self.report.add(self.word, message, hint, shift=column)


def _column(node: Node) -> int:
    return node.column if isinstance(node, Name) else 0


def _group(kind: FactType) -> str:
    if kind.kind in _NUMBERS:
        return "number"
    if kind.kind in _TIMES:
        return "time"
    return "text" if kind.kind in _TEXTS or kind.kind == "choice" else kind.kind


def _a(kind: FactType) -> str:
    return {"choice": "a choice", "minutes": "a number of minutes", "money": "an amount", "time": "a time"}.get(
        kind.kind, f"a {kind.kind}"
    )
