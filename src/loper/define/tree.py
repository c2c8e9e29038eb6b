"""A YAML text as a neutral tree in which every word knows its line and column, and stays a word.

`on`, `no` and `1:30` are text here. The tree is plain Python (dict, list, str) with positions, made from PyYAML's
*events*, so that nothing is ever constructed from a tag. Size and depth are capped while streaming; aliases,
anchors and tags are refused. Every trouble becomes a Problem with a way out.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import yaml
from yaml import events

from loper.define.problem import Problem

MOST_BYTES = 512 * 1024
MOST_DEPTH = 20
MOST_ENTRIES = 1000
MOST_PROBLEMS = 100

_Loader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


class Word(str):
    """A scalar: its text, where it stands (from 1), and what the reader made of it (`value`)."""

    __slots__ = ("column", "line", "quoted", "value")
    line: int
    column: int
    quoted: bool
    value: Any


class Items(list["Node"]):
    """A list, with its place."""

    line: int = 1
    column: int = 1


class Table(dict[Word, "Node"]):
    """A mapping, with its place; the places of its keys are in the keys."""

    line: int = 1
    column: int = 1


Node = Word | Items | Table


def word(text: str, line: int = 1, column: int = 1, quoted: bool = False) -> Word:
    made = Word(text)
    made.line, made.column, made.quoted, made.value = line, column, quoted, None
    return made


class Full(Exception):
    """There are a hundred problems in the report: nobody reads more, so reading stops."""


class Report:
    """Collects what is wrong with one file; raises Full where one more than a hundred would come in."""

    def __init__(self, file: str) -> None:
        self.file = file
        self.problems: list[Problem] = []

    def add(self, at: Node | None, message: str, hint: str = "", *, shift: int = 0) -> None:
        """Something is wrong at this node (`shift` characters into it)."""
        line, column = (1, 1) if at is None else (at.line, at.column)
        if shift and isinstance(at, Word):
            column += shift + at.quoted
        problem = Problem(self.file, line, column, message, hint)
        if problem not in self.problems:
            if len(self.problems) >= MOST_PROBLEMS:
                raise Full
            self.problems.append(problem)


class _Stop(Exception):
    """The text cannot be read any further; the report says why."""


def read_yaml(text: str, report: Report) -> Table | None:
    """The mapping that the text holds; None, with problems in the report, where it holds none."""
    try:
        if len(text.encode("utf-8")) > MOST_BYTES:
            report.add(None, f"the file is larger than {MOST_BYTES // 1024} kB", "split the journey in parts")
            return None
        return _document(yaml.parse(text, Loader=_Loader), report)
    except (_Stop, Full):
        return None
    except UnicodeEncodeError:
        report.add(None, "the file has characters that do not exist in Unicode", "save it as UTF-8")
    except yaml.MarkedYAMLError as wrong:
        mark = wrong.problem_mark or wrong.context_mark
        at = word("", mark.line + 1, mark.column + 1) if mark else None
        report.add(at, f"this is not YAML: {wrong.problem or wrong.context}", _way_out(str(wrong.problem)))
    except yaml.YAMLError as wrong:
        report.add(
            None, f"this is not YAML: {str(wrong).splitlines()[0]}", "save it as UTF-8, without control characters"
        )
    return None


def _way_out(problem: str) -> str:
    if "mapping values are not allowed" in problem:
        return "put a text with ': ' in it between quotes"
    if "cannot start any token" in problem:
        return "indent with spaces, and put a text that begins with a sign such as @, % or ` between quotes"
    if "did not find expected" in problem:
        return "a bracket, a quote or an indent does not match; put a text with [ ] { } or , in it between quotes"
    return "look at quotes, brackets and indents, here and on the line before"


def _document(stream: Iterator[Any], report: Report) -> Table | None:
    root: Node | None = None
    documents = 0
    for event in stream:
        if isinstance(event, events.DocumentStartEvent):
            documents += 1
            if documents > 1:
                _refuse(event, report, "a second document begins here", "keep one journey a file; take the '---' away")
        elif isinstance(event, events.NodeEvent):
            root = _node(event, stream, report, 1)
    if isinstance(root, Table):
        return root
    if root is None or root == "":
        report.add(None, "the file is empty", "begin with 'journey: name'")
    else:
        report.add(root, "a mapping was expected", "write lines like 'journey: name'")
    return None


def _node(event: Any, stream: Iterator[Any], report: Report, depth: int) -> Node:
    if isinstance(event, events.AliasEvent):
        _refuse(event, report, f"an alias (*{event.anchor}) is not allowed", "write the value out")
    if event.anchor is not None:
        _refuse(event, report, f"an anchor (&{event.anchor}) is not allowed", "take it away")
    if event.tag is not None and event.tag != "!":
        _refuse(event, report, f"a tag ({event.tag}) is not allowed", "take it away; all values are plain text")
    if isinstance(event, events.ScalarEvent):
        return _word(event)
    if depth > MOST_DEPTH:
        _refuse(event, report, f"more than {MOST_DEPTH} levels deep", "a journey needs no more than eight")
    if isinstance(event, events.SequenceStartEvent):
        items: Items = _placed(Items(), event)
        for inner in stream:
            if isinstance(inner, events.SequenceEndEvent):
                break
            items.append(_node(inner, stream, report, depth + 1))
            if len(items) > MOST_ENTRIES:
                _refuse(inner, report, f"a list of more than {MOST_ENTRIES}", "split the file, or leave some out")
        return items
    return _table(event, stream, report, depth)


def _table(event: Any, stream: Iterator[Any], report: Report, depth: int) -> Table:
    table: Table = _placed(Table(), event)
    lines: dict[str, int] = {}
    for inner in stream:
        if isinstance(inner, events.MappingEndEvent):
            break
        key = _node(inner, stream, report, depth + 1)
        value = _node(next(stream), stream, report, depth + 1)
        if not isinstance(key, Word):
            report.add(key, "a key must be a word", "put a text with brackets between quotes")
        elif key in table:
            report.add(key, f"'{key[:40]}' is here twice (first on line {lines[key]})", "keep one of the two")
        else:
            table[key] = value
            lines[key] = key.line
        if len(table) > MOST_ENTRIES:
            _refuse(inner, report, f"a mapping of more than {MOST_ENTRIES}", "split the file, or leave some out")
    return table


def _placed(made: Any, event: Any) -> Any:
    made.line, made.column = event.start_mark.line + 1, event.start_mark.column + 1
    return made


def _word(event: Any) -> Word:
    mark = event.start_mark
    return word(event.value, mark.line + 1, mark.column + 1, event.style in ("'", '"'))


def _refuse(event: Any, report: Report, message: str, hint: str) -> None:
    report.add(word("", event.start_mark.line + 1, event.start_mark.column + 1), message, hint)
    raise _Stop
