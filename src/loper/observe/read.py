"""From a file to a log that one can ask questions of."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from loper.log.open import open_log
from loper.log.table import Reading
from loper.observe import build
from loper.observe.log import Log

ZONE = "Europe/Amsterdam"
"""Of times that say none, unless the caller says another."""


def read_log(
    path: str | Path,
    *,
    case: str | None = None,
    activity: str | None = None,
    time: str | None = None,
    channel: str | None = None,
    customer: str | None = None,
    lifecycle: tuple[str, str] | None = None,
    names: Mapping[str, str] | None = None,
    zone: str = ZONE,
    on_progress: Callable[[int], None] | None = None,
    **more: Any,
) -> Log:
    """A log of contacts from a CSV, Parquet, XES, OCEL 2.0, CJML or CloudEvents file, or a folder of Parquet files.

    `case`, `activity`, `time`, `channel`, `customer`: the columns of the file that hold them; what is not named is
    guessed from names and contents (`log.reading.columns` says how it was understood). `names` does the same for every
    other column that `loper.log.table` knows. `lifecycle`: a column and the value of it to keep, such as
    ("lifecycle:transition", "complete"). `on_progress` hears how many bytes have been read.

    Raises BadLog with all that is wrong. Rows that cannot be read are counted and kept: `log.reading.rejects`.
    """
    own = {"case": case, "activity": activity, "time": time, "channel": channel, "customer": customer}
    wanted = {name: theirs for name, theirs in own.items() if theirs is not None} | dict(names or {})
    reading = open_log(path, names=wanted, lifecycle=lifecycle, zone=ZoneInfo(zone), **more)
    return laid_out(reading, on_progress)


def laid_out(reading: Reading, on_progress: Callable[[int], None] | None = None) -> Log:
    """A reading, read to its end and laid out."""
    log = Log(build.laid_out(reading.batches(on_progress), reading.schema))
    log.reading = reading
    return log
