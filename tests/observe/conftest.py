"""Logs to ask questions of: small ones written out in the test, and the real one of a municipality where it lies."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest

from loper.log.table import INSTANT, KNOWN, NEEDED
from loper.observe.log import Log
from loper.observe.read import read_log

RECEIPT = Path(__file__).parent.parent.parent.parent / "shared" / "data" / "receipt" / "receipt.xes.gz"
MONDAY = datetime(2026, 3, 2, 9, tzinfo=UTC)


def log_of(*rows: Sequence[Any], columns: str = "case activity hours") -> Log:
    """Rows as one reads them: `hours` is the time in hours after a Monday morning; other columns are as the log's."""
    return Log.of(table(*rows, columns=columns))


def table(*rows: Sequence[Any], columns: str = "case activity hours") -> pa.Table:
    found: dict[str, pa.Array] = {}
    for name, values in zip(columns.split(), zip(*rows, strict=True) if rows else [[]] * 9, strict=False):
        if name == "hours":
            found["time"] = pa.array([MONDAY + timedelta(hours=one) for one in values], INSTANT)
        else:
            kind = (dict(NEEDED) | dict(KNOWN)).get(name, pa.string())
            found[name] = (
                pa.array(list(values), pa.string()).cast(kind)
                if pa.types.is_dictionary(kind)
                else pa.array(list(values), kind)
            )
    return pa.table(found | {"seq": pa.array(range(len(rows)), pa.int64())})


def story(*cases: str, gap: float = 24) -> Log:
    """Cases written as their activities: `story("abc", "ab")`; a letter is an activity, a day lies between two."""
    return log_of(
        *(
            (f"case {number}", letter, place * gap)
            for number, one in enumerate(cases, 1)
            for place, letter in enumerate(one)
        )
    )


@pytest.fixture(scope="session")
def receipt() -> Log:
    if not RECEIPT.exists():
        pytest.skip(f"the receipt log is not at {RECEIPT.name}: it may not be part of the product, so it is not here")
    return read_log(RECEIPT)
