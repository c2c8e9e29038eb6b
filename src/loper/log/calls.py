"""Call records of a telephone exchange as contacts, so that the phone is in the log too.

One row a call or one row a leg, in separated values or Parquet, or the `queue_log` of Asterisk. Customers become codes
made with a key: no number comes into the log. All legs of a call must be known before it is one, so call records are
read into memory whole; contacts come out in the order in which the calls came in.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import tzinfo
from itertools import islice
from pathlib import Path
from typing import Any, NamedTuple

import pyarrow as pa

from loper.log import calls_asterisk, csv, parquet, separated
from loper.log.calls_columns import call_columns
from loper.log.calls_fold import Contact, Leg, contacts
from loper.log.calls_legs import legs_of
from loper.log.calls_numbers import INNER, OUTSIDE, digits_of, international
from loper.log.fields import settled
from loper.log.private import code_of
from loper.log.rows import Maker
from loper.log.table import INSTANT, NEEDED, WORD, BadLog, Columns, Reading, Rejects

ROWS = 100_000  # contacts in a batch
MIN_KEY = 16  # bytes

SCHEMA = pa.schema(
    [
        *(pa.field(name, kind, nullable=False) for name, kind in NEEDED.items()),
        *(pa.field(name, WORD) for name in ("channel", "direction", "initiator", "outcome", "reason", "queue", "to")),
        pa.field("customer", pa.string()),
        pa.field("end", INSTANT),
        pa.field("wait_s", pa.float64()),
        pa.field("call", pa.string()),
    ]
)


class Side(NamedTuple):
    """Whose call it is, and whether they made it."""

    number: str
    inbound: bool


@dataclass(kw_only=True)
class CallReading:
    """Call records, opened; see `loper.log.table.Reading`."""

    columns: Columns
    rejects: Rejects
    size: int
    key: bytes
    country: str
    legs: Callable[[Callable[[int], None] | None], Iterable[Leg]]
    customers: Mapping[str, str] = field(default_factory=dict)
    schema: pa.Schema = SCHEMA

    def batches(self, on_progress: Callable[[int], None] | None = None) -> Iterator[pa.RecordBatch]:
        """The contacts; may be asked for again."""
        self.rejects.forget()
        calls: dict[str, list[Leg]] = defaultdict(list)
        for leg in self.legs(on_progress):
            calls[leg.call].append(leg)
        found: list[Contact] = []
        sides: dict[str, Side] = {}
        inner = withheld = 0
        for call, legs in calls.items():
            legs.sort(key=lambda leg: (leg.offered, leg.row))
            lengths = [len(digits_of(leg.number)) for leg in legs]
            if 0 < max(lengths) <= INNER:
                inner += len(legs)
                continue
            withheld += max(lengths) == 0
            number = next((leg.number for leg, long in zip(legs, lengths, strict=True) if long > INNER), "")
            sides[call] = Side(number, legs[0].inbound)
            found += contacts(legs)
        self.rejects.left_out += inner
        if inner:
            self.rejects.note("inner", "rows of calls within the house were left out", count=inner)
        if withheld:
            said = "calls had no number: each of them is a customer of its own"
            self.rejects.note("withheld", said, count=withheld)
        found.sort(key=lambda one: (one.time, one.leg.row))
        yield from self._batches(found, sides)

    def _batches(self, found: list[Contact], sides: Mapping[str, Side]) -> Iterator[pa.RecordBatch]:
        codes: dict[str, str | None] = {}
        rows = (self._row(seq, one, sides[one.leg.call], codes) for seq, one in enumerate(found, 1))
        while some := list(islice(rows, ROWS)):
            yield pa.RecordBatch.from_pylist(some, schema=SCHEMA)

    def _row(self, seq: int, one: Contact, side: Side, codes: dict[str, str | None]) -> dict[str, Any]:
        if side.number not in codes:
            codes[side.number] = self._customer(side.number)
        customer, leg = codes[side.number], one.leg
        return {
            "case": customer or f"call {leg.call}", "activity": one.activity, "time": one.time, "seq": seq,
            "channel": "phone", "direction": "in" if side.inbound else "out",
            "initiator": "customer" if side.inbound else "agent", "outcome": one.outcome or None,
            "reason": leg.reason or None, "queue": _place(leg.queue), "to": _place(one.to), "customer": customer,
            "end": one.end, "wait_s": one.wait, "call": leg.call,
        }  # fmt: skip

    def _customer(self, number: str) -> str | None:
        """A reference for this number: the one that the caller gave, else a code; None where there is no number."""
        whole = international(number, self.country)
        if not whole:
            return None
        return self.customers.get(whole) or code_of(whole, self.key)


def read(
    path: Path, *, names: Mapping[str, str], lifecycle: tuple[str, str] | None, zone: tzinfo, key: bytes = b"",
    customers: Mapping[str, str] | None = None, country: str = "31", encoding: str | None = None,
    separator: str | None = None,
) -> CallReading:  # fmt: skip
    """Call records, opened.

    `key`: a secret of at least 16 bytes, the same every time, with which numbers become codes. `customers`: whose
    number it is, number -> reference, where that is known. `country`: of numbers that begin with one 0.
    Raises BadLog with all that is wrong.
    """
    if len(key) < MIN_KEY:
        raise BadLog([f"call records have telephone numbers: a key of at least {MIN_KEY} bytes is needed to make codes "
                      "of them (key=...), the same one every time, kept secret"])  # fmt: skip
    if lifecycle is not None:
        raise BadLog(["calls have no lifecycle: every row is a call or a leg of one"])
    columns, rejects, legs = _source(path, names, zone, encoding, separator)
    known = {international(number, country): customer for number, customer in (customers or {}).items()}
    return CallReading(
        columns=columns, rejects=rejects, size=path.stat().st_size, key=key, country=country, legs=legs, customers=known
    )


def _source(
    path: Path, names: Mapping[str, str], zone: tzinfo, encoding: str | None, separator: str | None
) -> tuple[Columns, Rejects, Callable[[Callable[[int], None] | None], Iterable[Leg]]]:
    rejects = Rejects()
    if path.is_file() and calls_asterisk.is_queue_log(path):
        return Columns(names={}), rejects, lambda heard: calls_asterisk.queue_log(path, rejects, heard)
    inner: Reading
    if path.is_dir() or path.suffix in (".parquet", ".pq"):
        files = parquet.files_of(path)
        columns, fields = call_columns(parquet.sample_of(files), names)
        fields = settled(fields, lambda name: parquet.column_of(files, name), rejects)
        maker = Maker(fields=fields, zone=zone, rejects=rejects, needed={"offered": INSTANT, "seq": pa.int64()})
        inner = parquet.ParquetReading(
            files=files, columns=columns, rejects=rejects, schema=maker.schema, maker=maker,
            size=sum(file.size for file in files),
        )  # fmt: skip
    else:
        source = separated.look(path, encoding=encoding, separator=separator)
        headers = calls_asterisk.headers_of(source.header.names)
        if headers:
            source = separated.look(path, encoding=encoding, separator=separator, headers=headers)
        columns, fields = call_columns(source.sample, names)
        source.note(rejects)
        fields = settled(fields, source.column, rejects)
        maker = Maker(fields=fields, zone=zone, rejects=rejects, needed={"offered": INSTANT, "seq": pa.int64()})
        inner = csv.CsvReading(
            source=source, columns=columns, rejects=rejects, schema=maker.schema, size=path.stat().st_size, maker=maker
        )
    return columns, rejects, lambda heard: legs_of(inner, heard)


def _place(name: str) -> str | None:
    """A queue or where a call went to; a number of somebody's own is no more than `outside`."""
    return ("outside" if len(digits_of(name)) >= OUTSIDE else name) or None
