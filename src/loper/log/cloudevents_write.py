"""A log as CloudEvents 1.0, a JSON object a line: subject the case, type the activity, the rest in `data`."""

from __future__ import annotations

import gzip
import json
import math
from collections.abc import Iterable
from datetime import datetime
from pathlib import Path
from typing import Any

import pyarrow as pa

from loper.log.cases import rows

EXTENSIONS = ("customer", "journey")
"""Beside the data, as `POST /api/events` has them."""

SOURCE = "loper"


def write(batches: Iterable[pa.RecordBatch], schema: pa.Schema, path: Path) -> None:
    """Writes the log in the order that it has, some rows at a time in memory; packed where the name ends in .gz.

    The id of an event is its `seq`. What is empty is not written.
    """
    names = [name for name in schema.names if name not in ("case", "activity", "time", "seq", *EXTENSIONS)]
    extensions = [name for name in EXTENSIONS if name in schema.names]
    with gzip.open(path, "wt", encoding="utf-8") if path.suffix == ".gz" else path.open("w", encoding="utf-8") as file:
        for batch in batches:
            for row in rows(pa.Table.from_batches([batch])):
                event = {"specversion": "1.0", "id": str(row["seq"]), "source": SOURCE, "type": row["activity"]}
                event |= {"subject": row["case"], "time": row["time"].isoformat()}
                event |= {name: row[name] for name in extensions if row[name] is not None}
                data = {name: _plain(row[name]) for name in names if row[name] is not None}
                file.write(
                    json.dumps({**event, "datacontenttype": "application/json", "data": data}, ensure_ascii=False)
                )
                file.write("\n")


def _plain(value: Any) -> Any:
    if isinstance(value, float) and not math.isfinite(value):
        return str(value)
    return value if isinstance(value, bool | int | float | str) else _text(value)


def _text(value: Any) -> str:
    return value.isoformat() if isinstance(value, datetime) else str(value)
