"""A log as a table: one row a contact, the same columns whatever it was read from.

Order is (case, time, seq) everywhere: `seq` is the number of the row in what was read, so that equal times always
answer alike. Times are instants, in whole microseconds UTC. A column not named here is an attribute: of the case when
its name begins with `case:`, else of the contact.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Protocol

import pyarrow as pa

WORD = pa.dictionary(pa.int32(), pa.string())
INSTANT = pa.timestamp("us", tz="UTC")

NEEDED: Mapping[str, pa.DataType] = {"case": pa.string(), "activity": WORD, "time": INSTANT, "seq": pa.int64()}
"""What every row has; none of them is ever null."""

KNOWN: Mapping[str, pa.DataType] = {
    "customer": pa.string(),  # a reference, never a name
    "channel": WORD,
    "reason": WORD,  # why the customer is there: the same one for contacts about one thing
    "kind": WORD,  # event, message, task, move, ... as in `Touch.kind`
    "direction": WORD,  # in, out, or null
    "initiator": WORD,
    "lifecycle": WORD,  # start, complete, schedule, ...
    "outcome": WORD,
    "journey": WORD,
    "version": WORD,
    "stage": WORD,
    "round": pa.int64(),
    "end": INSTANT,  # when a contact that lasts was over
    "score": pa.float64(),  # what the customer said of it
    "cause": pa.string(),
}
"""What observe knows the meaning of, where a log has it; may be null."""

CASE_ATTRIBUTE = "case:"


@dataclass(frozen=True, kw_only=True)
class Columns:
    """Which column of a source is what: our name -> theirs. Theirs that are not in it stay attributes."""

    names: Mapping[str, str]
    guessed: frozenset[str] = frozenset()  # of ours: which of them nobody named
    left_out: frozenset[str] = frozenset()  # of theirs


@dataclass(frozen=True, kw_only=True)
class Rejected:
    """A row that could not be read: nothing is dropped silently."""

    row: int  # from 1, as a spreadsheet counts them; of an XES or JSON file: the number of the event
    why: str
    column: str = ""
    value: str = ""
    whole: bool = True  # else the row is there, without this value


@dataclass(frozen=True, kw_only=True)
class Note:
    """What was decided or seen while reading, which whoever looks at the answers should know."""

    kind: str  # encoding, separator, days, gap, overlap, ...: what a page translates by
    text: str
    column: str = ""
    count: int = 0


@dataclass(kw_only=True)
class Rejects:
    """What was not read: all of it is counted, the first `most` of it kept."""

    most: int = 10_000
    rows: list[Rejected] = field(default_factory=list)
    count: int = 0  # rows
    values: int = 0  # of rows that are there without them
    left_out: int = 0  # rows that the caller did not ask for (another lifecycle), and empty ones
    reasons: dict[str, int] = field(default_factory=dict)
    notes: list[Note] = field(default_factory=list)

    def add(self, rejected: Rejected) -> None:
        self.tell(rejected.why, 1, whole=rejected.whole)
        if self.room:
            self.rows.append(rejected)

    def tell(self, why: str, count: int, *, whole: bool = True) -> None:
        """So many more, of which no more is kept than their number."""
        if whole:
            self.count += count
        else:
            self.values += count
        self.reasons[why] = self.reasons.get(why, 0) + count

    @property
    def room(self) -> int:
        """How many more are kept."""
        return max(0, self.most - len(self.rows))

    def forget(self) -> None:
        """As before the first row: what was decided before it stays."""
        self.rows, self.reasons = [], {}
        self.count = self.values = self.left_out = 0
        self.notes = [note for note in self.notes if not note.count]

    def note(self, kind: str, text: str, *, column: str = "", count: int = 0) -> None:
        """Say something once: a second note of this kind about this column adds to the count of the first."""
        for at, old in enumerate(self.notes):
            if (old.kind, old.column) == (kind, column):
                self.notes[at] = replace(old, count=old.count + count)
                return
        self.notes.append(Note(kind=kind, text=text, column=column, count=count))


class Reading(Protocol):
    """A source opened for reading: it can be larger than memory, so it comes in batches.

    Every batch has the columns of `schema`: all of NEEDED, those of KNOWN that the source has, its attributes.
    `rejects` is complete when the batches have been read to their end.
    """

    schema: pa.Schema
    columns: Columns
    rejects: Rejects
    size: int  # bytes, for a bar of progress

    def batches(self, on_progress: Callable[[int], None] | None = None) -> Iterator[pa.RecordBatch]:
        """The rows; `on_progress` hears how many bytes of the source have been read."""
        ...


def table_of(reading: Reading) -> pa.Table:
    """All of it in memory."""
    return pa.Table.from_batches(reading.batches(), schema=reading.schema)


class BadLog(ValueError):
    """A source that cannot be read; `problems` has all that is wrong with it, each with the way out."""

    def __init__(self, problems: list[str]) -> None:
        super().__init__("\n".join(problems))
        self.problems = problems
