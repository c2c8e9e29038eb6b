"""A section of a page or of a report: what it is about, a picture, words, and a table in which each number leads on."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from loper.draw.ink import RED
from loper.observe.answer import Answer
from loper.observe.filter import Filter
from loper.observe.result import Result
from loper.observe.words import Say


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
class Choice:
    """Something to choose on a page: (value, words) each."""

    name: str
    title: str
    options: tuple[tuple[str, str], ...]
    chosen: str = ""


@dataclass(frozen=True, kw_only=True)
class Section:
    """`words` stand under the picture; `note`: how it was reckoned, what it does not say; `data` is for export.

    `draw` gives the picture as SVG, upright for a phone when it is given True.
    """

    key: str
    title: str
    words: str
    draw: Callable[[bool], str] | None = None
    heads: tuple[Head, ...] = ()
    rows: tuple[tuple[Cell, ...], ...] = ()
    more: int = 0  # rows that are there and not shown
    note: str = ""
    data: Sequence[Mapping[str, Any]] = ()


def nowhere(filter: Filter) -> str:
    """A report in a file leads to no cases."""
    return ""


QUOTED = re.compile("“([^”]+)”")
NUMBER = "#"
"""As the third word of a heading: numbers stand under it."""


@dataclass(frozen=True, kw_only=True)
class Context:
    """What a page knows beside the log: its language, how to lead to the cases of a filter, what is asked.

    `names` says what activities are called, where a design knows; `asked` has the choices of the page (`days`,
    `activity`, ...) as its address gives them; `options` what the organisation says of itself: its hours, its rates.
    """

    language: str = "nl"
    link: Callable[[Filter], str] = nowhere
    names: Mapping[str, str] = field(default_factory=dict)
    asked: Mapping[str, str] = field(default_factory=dict)
    zone: str = "Europe/Amsterdam"
    colour: str = RED  # of the pictures
    options: Mapping[str, Any] = field(default_factory=dict)

    @property
    def say(self) -> Say:
        return Say(self.language)

    def label(self, activity: str | None) -> str:
        """What an activity is called."""
        return self.names.get(activity or "", activity or "")

    def named(self, text: str) -> str:
        """A sentence with the activities between its quotes called by their names."""
        return QUOTED.sub(lambda found: f"“{self.label(found[1])}”", text) if self.names else text

    def number_asked(self, name: str, otherwise: float, least: float, most: float) -> float:
        """A number that the page was asked with; what is none, or is beyond all sense, counts as not said."""
        try:
            value = float(self.asked.get(name, otherwise))
        except ValueError:
            return otherwise
        return value if least <= value <= most else otherwise

    def drawing(self, draw: Callable[..., str], fact: Callable[[], Any], **more: Any) -> Callable[[bool], str]:
        """A picture of a fact that is made when it is drawn, in this language and colour."""
        return lambda upright: draw(fact(), language=self.language, colour=self.colour, vertical=upright, **more)

    def cell(self, value: Any, filter: Filter | None = None, part: float | None = None) -> Cell:
        """A number or a word, leading to its cases where a filter tells which they are."""
        text = self.say.number(value) if isinstance(value, int) else str(value)
        href = self.link(filter) if filter is not None and value not in (0, "") else ""
        return Cell(text=text, href=href, part=part)

    def share(self, result: Result, filter: Filter | None = None) -> Cell:
        """A share with the interval that it lies in."""
        say = self.say
        text = f"{say.share(result.estimate)} ({say.share(result.low)}–{say.share(result.high)})" if result.n else "–"
        return Cell(text=text, href=self.link(filter) if filter is not None else "")

    def section(
        self,
        key: str,
        title: tuple[str, str],
        words: str,
        heads: Iterable[tuple[str, ...]] = (),
        rows: Iterable[Iterable[Cell | str | int]] = (),
        answer: Answer | None = None,
        **more: Any,
    ) -> Section:
        """Put together: `heads` are (English, Dutch) or with NUMBER; cells may be plain words and numbers."""
        say = self.say
        return Section(
            key=key,
            title=say(*title),
            words=self.named(words),
            heads=tuple(Head(text=say(head[0], head[1]), number=NUMBER in head[2:]) for head in heads),
            rows=tuple(tuple(one if isinstance(one, Cell) else self.cell(one) for one in row) for row in rows),
            data=more.pop("data", answer.rows() if answer else ()),
            **more,
        )
