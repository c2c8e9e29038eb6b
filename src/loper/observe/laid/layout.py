"""A log laid out for questions: the contacts of a case together, in order of (time, seq), every word a small number.

Made once, at import; then each question is a loop over whole numbers. The contacts of case `c` are the places
`offsets[c]` up to `offsets[c + 1]` of `activity`, `time` and `seq`; a case without contacts does not exist.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

Ints = NDArray[Any]
Bools = NDArray[np.bool_]
Floats = NDArray[np.float64]

NONE = -1
"""The code of a word that is not there."""

NO_TIME = np.iinfo(np.int64).min
"""The instant that is not there."""


@dataclass(frozen=True, kw_only=True, eq=False)
class Words:
    """A column of words: `codes` point into `values`; NONE where there is none."""

    codes: Ints
    values: Sequence[str]

    def code(self, word: str) -> int:
        """The number of a word; NONE when the log does not have it."""
        return self._codes.get(word, NONE)

    def at(self, place: int) -> str | None:
        code = int(self.codes[place])
        return None if code == NONE else self.values[code]

    @cached_property
    def _codes(self) -> dict[str, int]:
        return {word: code for code, word in enumerate(self.values)}


@dataclass(frozen=True, kw_only=True, eq=False)
class Numbers:
    """A column of numbers; not-a-number where there is none. Instants are microseconds, NO_TIME where there is none."""

    values: NDArray[Any]

    def at(self, place: int) -> float | None:
        value = self.values[place]
        return None if value != value or value == NO_TIME else value.item()


Column = Words | Numbers


class Names(Sequence[str]):
    """A long list of names that lies in one block of memory."""

    def __init__(self, array: pa.Array) -> None:
        self.array = array

    def __len__(self) -> int:
        return len(self.array)

    def __getitem__(self, place: Any) -> Any:
        return self.array[place].as_py() if not isinstance(place, slice) else self.array[place].to_pylist()


@dataclass(frozen=True, kw_only=True, eq=False)
class Layout:
    offsets: NDArray[np.int64]  # [cases + 1]
    activity: Ints  # [contacts] codes into `activities`
    time: NDArray[np.int64]  # [contacts] microseconds UTC
    seq: Ints  # [contacts] the row in what was read
    cases: Sequence[str]  # [cases]
    activities: Sequence[str]
    contacts: Mapping[str, Column] = field(default_factory=dict)  # what else is known of a contact
    attributes: Mapping[str, Column] = field(default_factory=dict)  # what is known of a case

    def __len__(self) -> int:
        """How many contacts there are."""
        return len(self.activity)

    @property
    def count(self) -> int:
        """How many cases there are."""
        return len(self.offsets) - 1

    @cached_property
    def first(self) -> NDArray[np.int64]:
        """When each case began, microseconds."""
        return self.time[self.offsets[:-1]]

    @cached_property
    def last(self) -> NDArray[np.int64]:
        """When the last contact of each case was, microseconds."""
        return self.time[self.offsets[1:] - 1]

    @cached_property
    def lengths(self) -> NDArray[np.int64]:
        """How many contacts each case has."""
        return np.diff(self.offsets)

    def words(self, name: str) -> Words | None:
        """A column of words of the contacts, where the log has it."""
        found = self.contacts.get(name)
        return found if isinstance(found, Words) else None
