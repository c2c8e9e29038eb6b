"""Columns that are not wanted: whatever a log is read from, the others come as they would without."""

from __future__ import annotations

from datetime import UTC
from pathlib import Path

import pyarrow as pa
import pytest

from loper.log.open import open_log
from loper.log.table import CASE_ATTRIBUTE, INSTANT, WORD, table_of
from loper.log.write import write_log

TABLE = pa.table(
    {
        "case": pa.array(["x", "x", "y"]),
        "activity": pa.array(["a", "b", "a"]).cast(WORD),
        "time": pa.array([0, 60_000_000, 120_000_000], INSTANT),
        "seq": pa.array([0, 1, 2], pa.int64()),
        "channel": pa.array(["web", None, "phone"]).cast(WORD),
        "customer": pa.array(["K1", "K1", "K2"]),
        "colour": pa.array(["red", "blue", None]),
        CASE_ATTRIBUTE + "segment": pa.array(["owner", "owner", "tenant"]),
    }
)


@pytest.mark.parametrize(
    "name", ["log.csv", "log.parquet", "log.xes", "log.xes.gz", "log.jsonl", "log.cjml", "log.json"]
)
def test_what_is_left_out_is_not_there_and_the_rest_is_as_it_was(tmp_path: Path, name: str) -> None:
    write_log(TABLE, tmp_path / name)
    whole = open_log(tmp_path / name, zone=UTC)
    out = [one for one in whole.schema.names if one in ("channel", "colour", "case:segment")]
    assert out
    part = open_log(tmp_path / name, zone=UTC, leave_out=[*out, "case", "nothing of that name"])
    assert table_of(part).equals(table_of(whole).drop_columns(out))
    assert "channel" not in part.columns.names
