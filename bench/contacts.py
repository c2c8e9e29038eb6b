"""A seeded log of contacts, as large as wanted, written in pieces so that it never needs to fit in memory.

    python bench/contacts.py 10_000_000 contacts.parquet

Thirty activities in a loosely ordered chain with detours and returns, six channels that customers mostly stay on, gaps
of minutes to weeks, one case in a thousand very long, and times in whole minutes, so that some are equal. The rows are
in order of time, as a log that grew would have them, so nothing about a case stands together.
"""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

ACTIVITIES, CHANNELS = 30, ("web", "e-mail", "phone", "chat", "desk", "letter")
SEGMENTS = ("tenant", "owner", "student", "senior")
PER_CASE = 10 / 1.5
PIECE = 1_500_000  # cases made at a time
START = np.datetime64("2026-01-01T00:00:00", "us")


def write(events: int, path: Path, seed: int = 7) -> None:
    """About `events` contacts in `events` / 6.7 cases; the pieces follow each other in time."""
    names = pa.array([f"activity {i:02}" for i in range(ACTIVITIES)])
    writer = None
    cases = round(events / PER_CASE)
    for number, first in enumerate(range(0, cases, PIECE)):
        table = piece(np.random.default_rng([seed, number]), first, min(PIECE, cases - first), names)
        writer = writer or pq.ParquetWriter(path, table.schema, compression="zstd")
        writer.write_table(table, row_group_size=1_000_000)
    assert writer is not None
    writer.close()


def piece(rng: np.random.Generator, first: int, cases: int, names: pa.Array) -> pa.Table:
    lengths = 1 + rng.geometric(1 / (PER_CASE - 1), cases)
    lengths[rng.random(cases) < 0.001] += 60
    total, case = int(lengths.sum()), np.repeat(np.arange(cases), lengths)
    starts = np.cumsum(lengths) - lengths
    place = np.arange(total) - np.repeat(starts, lengths)
    detour = rng.random(total)
    step = np.where(detour < 0.78, place, np.where(detour < 0.9, place // 2, rng.integers(0, ACTIVITIES, total)))
    activity = np.where(place == 0, rng.choice(4, total, p=[0.7, 0.2, 0.07, 0.03]), step % ACTIVITIES)
    home = rng.choice(len(CHANNELS), cases, p=[0.45, 0.2, 0.2, 0.08, 0.04, 0.03])
    channel = np.where(rng.random(total) < 0.85, np.repeat(home, lengths), rng.integers(0, len(CHANNELS), total))
    gap = np.exp(rng.normal(6 + activity % 5 * 0.6, 1.4)).astype(np.int64)  # minutes
    gap[place == 0] = 0
    run = np.cumsum(gap)
    begun = rng.integers(0, 365 * 24 * 60, cases) + first // PIECE * 365 * 24 * 60
    minutes = np.repeat(begun, lengths) + run - np.repeat(run[starts], lengths)
    order = np.argsort(minutes, kind="stable")
    words = lambda codes, values: pa.DictionaryArray.from_arrays(pa.array(codes[order].astype(np.int8)), values)  # noqa: E731
    digits = np.char.add("R-", np.char.zfill(np.arange(first, first + cases).astype("U9"), 9))
    customer = rng.integers(0, max(1, cases // 2), cases) + first
    return pa.table(
        {
            "case": pa.array(digits).take(pa.array(case[order])),
            "activity": words(activity, names),
            "time": pa.array(START + minutes[order].astype("timedelta64[m]"), pa.timestamp("us", "UTC")),
            "channel": words(channel, pa.array(CHANNELS)),
            "customer": pa.array(np.char.add("K-", customer.astype("U9"))).take(pa.array(case[order])),
            "case:segment": words(np.repeat(rng.integers(0, 4, cases), lengths), pa.array(SEGMENTS)),
        }
    )


if __name__ == "__main__":
    write(int(sys.argv[1]), Path(sys.argv[2]))
