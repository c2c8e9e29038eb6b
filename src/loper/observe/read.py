"""From a file to a log that one can ask questions of."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping
from pathlib import Path
from typing import Any

import pyarrow as pa

from loper.log.open import open_log, unread
from loper.log.table import BadLog, Reading
from loper.log.zones import zone_of
from loper.observe.laid import build
from loper.observe.laid.threads import ahead
from loper.observe.log import Log

ZONE = "Europe/Amsterdam"
"""Of times that say none, unless the caller says another."""

TOO_LARGE = (
    "there is not memory enough for it; leave out columns that you do not need (leave_out=...), those first in which "
    "most rows differ, or write it as Parquet (--to log.parquet) and ask that where it lies (--engine duckdb)"
)


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
    leave_out: Collection[str] = (),
    on_progress: Callable[[int], None] | None = None,
    **more: Any,
) -> Log:
    """A log of contacts from a CSV, Parquet, XES, OCEL 2.0, CJML or CloudEvents file, or a folder of Parquet files.

    `case`, `activity`, `time`, `channel`, `customer`: the columns of the file that hold them; what is not named is
    guessed from names and contents (`log.reading.columns` says how it was understood). `names` does the same for every
    other column that `loper.log.table` knows. `lifecycle`: a column and the value of it to keep, such as
    ("lifecycle:transition", "complete"). `leave_out`: columns that are not wanted.
    `on_progress` hears how many bytes have been read.

    Raises BadLog with all that is wrong. Rows that cannot be read are counted and kept: `log.reading.rejects`.
    """
    own = {"case": case, "activity": activity, "time": time, "channel": channel, "customer": customer}
    wanted = {name: theirs for name, theirs in own.items() if theirs is not None} | dict(names or {})
    reading = open_log(path, names=wanted, lifecycle=lifecycle, zone=zone_of(zone), leave_out=leave_out, **more)
    try:
        return laid_out(reading, on_progress)
    except OSError as error:
        raise BadLog([unread(Path(path), error)]) from error
    except MemoryError:
        raise BadLog([f"{path}: {TOO_LARGE}"]) from None


def laid_out(reading: Reading, on_progress: Callable[[int], None] | None = None) -> Log:
    """A reading, read to its end and laid out; `on_progress` is called by who calls, not by the thread that reads."""
    log = Log(build.laid_out(_told(reading, on_progress or (lambda read: None)), reading.schema))
    log.reading = reading
    return log


def _told(reading: Reading, on_progress: Callable[[int], None]) -> Iterator[pa.RecordBatch]:
    read = [0]
    for batch in ahead(reading.batches(lambda far: read.__setitem__(0, far))):
        on_progress(read[0])
        yield batch
    on_progress(read[0])
