"""Errors in what people write: where, what, what was expected, the nearest name; all of them at once."""

from __future__ import annotations

import difflib
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import islice

MOST_NAMES = 2000
"""Of more names the nearest is not looked for: it would take too long."""


@dataclass(frozen=True, slots=True, order=True)
class Problem:
    """One thing wrong, at file:line:column (from 1)."""

    file: str
    line: int
    column: int
    message: str
    hint: str = ""

    def __str__(self) -> str:
        hint = f" ({self.hint})" if self.hint else ""
        return f"{self.file}:{self.line}:{self.column}: {self.message}{hint}"


class Problems(ValueError):
    """Everything that is wrong with a file, in the order of its lines."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = tuple(sorted(problems))
        super().__init__("\n".join(map(str, self.problems)))


def nearest(name: str, known: Iterable[str]) -> str:
    """A hint with the known name nearest to this one; empty where none is near."""
    close = difflib.get_close_matches(name[:80], list(islice(known, MOST_NAMES)), n=1, cutoff=0.6)
    return f"did you mean '{close[0]}'?" if close else ""
