"""What a log should not bring along: customers become codes, and columns that hold personal data stay out.

A log that others bring may have names, addresses and numbers in it. Observing needs none of them: only that two
contacts are of the same customer.
"""

from __future__ import annotations

import hashlib
import hmac
import re
from collections.abc import Callable, Iterator, Mapping

import pyarrow as pa
import pyarrow.compute as pc

from loper.log.table import KNOWN, NEEDED, Columns, Reading, Rejects

PATTERNS: Mapping[str, re.Pattern[str]] = {
    "e-mail": re.compile(r"[^\s@]+@[^\s@]+\.[a-z]{2,}", re.I),
    "phone": re.compile(r"(?<!\d)(?:\+31|0031|0)[\s-]?[1-9](?:[\s-]?\d){8}(?!\d)"),
    "iban": re.compile(r"\b[A-Z]{2}\d{2}\s?[A-Z]{4}(?:\s?\d){10}\b"),
    "postcode": re.compile(r"\b[1-9]\d{3}\s?[A-Z]{2}\b"),
    "bsn": re.compile(r"(?<!\d)\d{9}(?!\d)"),
}
ENOUGH = 0.02
"""A column of which this share of the values looks personal is left out unless somebody says otherwise."""


def looks_personal(sample: pa.Table) -> dict[str, str]:
    """Columns of a log's table that seem to hold personal data, and what kind; `sample` has some of its rows."""
    found: dict[str, str] = {}
    for name in sample.column_names:
        column = sample[name]
        if name in NEEDED or not (pa.types.is_string(column.type) or pa.types.is_dictionary(column.type)):
            continue
        values = [one for one in pc.unique(pc.cast(column, pa.string())).to_pylist() if one]
        for kind, pattern in PATTERNS.items():
            hits = sum(1 for one in values if pattern.search(one) and (kind != "bsn" or eleven(one)))
            if values and hits >= max(1, ENOUGH * len(values)):
                found[name] = kind
                break
    return found


def eleven(text: str) -> bool:
    """Whether a number of nine digits in it passes the test that every BSN passes."""
    digits = re.sub(r"\D", "", text)
    return (
        len(digits) == 9
        and sum(int(d) * w for d, w in zip(digits, (9, 8, 7, 6, 5, 4, 3, 2, -1), strict=True)) % 11 == 0
    )


def code_of(customer: str, key: bytes) -> str:
    """The same code for the same customer; who it is cannot be told from it without the key."""
    return f"K{hmac.new(key, customer.encode(), hashlib.sha256).hexdigest()[:15]}"


class Private:
    """A reading whose customers are codes made with `key`."""

    def __init__(self, reading: Reading, *, key: bytes) -> None:
        self.reading, self.key = reading, key
        self.schema: pa.Schema = reading.schema
        self.columns: Columns = reading.columns
        self.rejects: Rejects = reading.rejects
        self.size = reading.size
        self._codes: dict[str, str] = {}

    def batches(self, on_progress: Callable[[int], None] | None = None) -> Iterator[pa.RecordBatch]:
        for batch in self.reading.batches(on_progress):
            columns = [self._safe(name, batch.column(name)) for name in self.schema.names]
            yield pa.RecordBatch.from_arrays(columns, schema=self.schema)

    def _safe(self, name: str, column: pa.Array) -> pa.Array:
        if name != "customer":
            return column
        encoded = pc.dictionary_encode(column.cast(KNOWN["customer"]))
        codes = pa.array([self._code(one) for one in encoded.dictionary.to_pylist()], pa.string())
        return codes.take(encoded.indices)

    def _code(self, customer: str) -> str:
        if customer not in self._codes:
            self._codes[customer] = code_of(customer, self.key)
        return self._codes[customer]
