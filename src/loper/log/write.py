"""A log written down, in the form that the name of the file asks for."""

from __future__ import annotations

import importlib
from collections.abc import Mapping
from pathlib import Path

import pyarrow as pa

from loper.log.open import ENDINGS
from loper.log.table import BadLog, Reading

WRITERS: Mapping[str, str] = {
    "csv": "loper.log.csv_write",
    "parquet": "loper.log.parquet_write",
    "xes": "loper.log.xes_write",
    "ocel": "loper.log.ocel_write",
    "cjml": "loper.log.cjml_write",
    "cloudevents": "loper.log.cloudevents_write",
}
"""Kind -> module with `write(batches, schema, path)`; brought in when it is asked for."""


def write_log(log: pa.Table | Reading, path: str | Path, *, kind: str | None = None) -> None:
    """Writes a log; a reading goes through a batch at a time. `kind`: one of WRITERS, where the name does not say it.

    The file is there when all of it is: what goes wrong on the way leaves what was there before. Raises BadLog where
    the name says nothing, or a log cannot be written in that form.
    """
    path = Path(path)
    ends = [end.lower() for end in path.suffixes if end.lower() != ".gz"]
    found = kind or (ENDINGS.get(ends[-1]) if ends else None)
    if found is None or found not in WRITERS:
        known = ", ".join(end for end, one in ENDINGS.items() if one in WRITERS)
        raise BadLog([f"{path.name}: the end of the name does not say what to write; there are {known}"])
    batches = log.to_batches() if isinstance(log, pa.Table) else log.batches()
    under_way = path.with_name(f".under-way-{path.name}")
    try:
        importlib.import_module(WRITERS[found]).write(batches, log.schema, under_way)
        under_way.replace(path)
    finally:
        under_way.unlink(missing_ok=True)
