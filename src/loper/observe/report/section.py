"""A section of a page or of a report: what it is about, a picture, words, and a table in which each number leads on."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from loper.observe.filter import Filter
from loper.observe.words import Say

if TYPE_CHECKING:
    from loper.define.model import Journey
    from loper.observe.log import Log


@dataclass(frozen=True, kw_only=True)
class Cell:
    """What a cell says; `href` leads to the cases behind it; `part` (0 to 1) is drawn as a bar."""

    text: str
    href: str = ""
    part: float | None = None


@dataclass(frozen=True, kw_only=True)
class Head:
    text: str
    number: bool = False


@dataclass(frozen=True, kw_only=True)
class Row:
    cells: tuple[Cell, ...]


@dataclass(frozen=True, kw_only=True)
class Section:
    """`words` stand under the picture; `note`: how it was reckoned, what it does not say; `data` is for export."""

    key: str
    title: str
    words: str
    picture: Callable[[], str] | None = None  # draws the SVG
    narrow: Callable[[], str] | None = None  # the same for a phone
    heads: tuple[Head, ...] = ()
    rows: tuple[Row, ...] = ()
    more: int = 0  # rows that are there and not shown
    note: str = ""
    data: Sequence[Mapping[str, Any]] = ()


def nowhere(filter: Filter) -> str:
    """A report in a file leads to no cases."""
    return ""


@dataclass(frozen=True, kw_only=True)
class Context:
    """What a page knows beside the log: its language, how to lead to the cases of a filter, the design, what is asked.

    `asked` has the choices of the page, by name (`days`, `activity`, ...), as its address gives them.
    """

    language: str = "nl"
    link: Callable[[Filter], str] = nowhere
    journey: Journey | None = None
    ends: tuple[str, ...] = ()  # the activities with which a case is over; else guessed
    asked: Mapping[str, str] = field(default_factory=dict)
    other: Log | None = None  # what a comparison compares with
    zone: str = "Europe/Amsterdam"
    settings: Mapping[str, Any] = field(default_factory=dict)  # rates of the organisation, opening hours, ...

    @property
    def say(self) -> Say:
        return Say(self.language)

    def cell(self, value: Any, filter: Filter | None = None, part: float | None = None) -> Cell:
        """A number or a word, leading to its cases where a filter tells which they are."""
        text = self.say.number(value) if isinstance(value, int) else str(value)
        return Cell(text=text, href=self.link(filter) if filter is not None else "", part=part)
