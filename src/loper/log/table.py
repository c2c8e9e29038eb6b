"""A log as a table: one row a contact, the same columns whatever it was read from.

Order is (case, time, seq) everywhere: `seq` is the number of the row in what was read, so that equal times always
answer alike. Times are instants, in whole microseconds UTC. A column not named here is an attribute: of the case when
its name begins with `case:`, else of the contact.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
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

    row: int  # from 1, as an editor counts them; of an XES or JSON file: the number of the event
    why: str
    column: str = ""
    value: str = ""


@dataclass(kw_only=True)
class Rejects:
    """The rows that could not be read: all are counted, the first `most` of them kept."""

    most: int = 10_000
    rows: list[Rejected] = field(default_factory=list)
    count: int = 0
    reasons: dict[str, int] = field(default_factory=dict)

    def add(self, rejected: Rejected) -> None:
        self.count += 1
        self.reasons[rejected.why] = self.reasons.get(rejected.why, 0) + 1
        if len(self.rows) < self.most:
            self.rows.append(rejected)


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
