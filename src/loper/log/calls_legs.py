"""Rows of call records as legs: when it was answered and when it was over, from what the exchange says of it."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from functools import lru_cache
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from loper.log.calls_columns import NAMES, is_closed, is_yes, result_of, seconds_of
from loper.log.calls_fold import SECOND, Leg, Result
from loper.log.calls_numbers import INNER, digits_of
from loper.log.table import Reading

OUT = re.compile(r"out|uit", re.I)
TALKING = re.compile(r"^(queue|dial|appqueue|)$", re.I)
"""Of an Asterisk, what a caller does with a person; the rest (a menu, a message) is answered by nobody."""

_NOTHING = {name: None if name in ("answered", "ended", "app") else "" for name in NAMES}
"""What a row has of columns that are not there."""


def legs_of(reading: Reading, on_progress: Callable[[int], None] | None) -> Iterator[Leg]:
    """A leg a row of what was read, which has the columns of `calls_columns`."""
    for batch in reading.batches(on_progress):
        columns = {name: _plain(batch.column(name)) for name in batch.schema.names}
        names = list(columns)
        for values in zip(*columns.values(), strict=True):
            yield _leg({**_NOTHING, **dict(zip(names, values, strict=True))})


def _plain(column: pa.Array) -> list[Any]:
    """Times as microseconds; the rest as texts, empty where there is nothing."""
    if pa.types.is_timestamp(column.type) or pa.types.is_integer(column.type):
        values: list[Any] = pc.cast(column, pa.int64()).to_pylist()
        return values
    words = pc.dictionary_encode(pc.fill_null(pc.cast(column, pa.string()), ""))
    texts = [text.strip() for text in words.dictionary.to_pylist()]
    return [texts[place] for place in words.indices.to_pylist()]


def _leg(row: Mapping[str, Any]) -> Leg:
    offered, ended = row["offered"], row["ended"]
    wait, talk, duration = seconds_of(row["wait"]), seconds_of(row["talk"]), seconds_of(row["duration"])
    if wait is None and duration is not None and talk is not None:
        wait = duration - talk
    result = _result(row, talk)
    answered = _answered(row["answered"], offered, ended, wait, talk) if result == "answered" else None
    if ended is None:
        ended = _ended(offered, answered, wait, talk, duration)
    queue = row["data"].split(",")[0] if row["app"] and row["app"].lower() == "queue" else row["queue"]
    inbound, number = _side(row["direction"], row["caller"], row["called"])
    return Leg(
        row=row["seq"], call=row["call"] or f"row {row['seq']}", number=number, offered=offered, result=result,
        answered=answered, ended=ended, inbound=inbound, queue=queue, agent=_peer(row["agent"]),
        to=row["to"] if is_yes(row["to"]) else "", reason=row["reason"],
    )  # fmt: skip


def _result(row: Mapping[str, Any], talk: float | None) -> Result:
    if is_closed(row["context"]) or is_closed(row["queue"]):
        said: Result | None = "closed"
    else:
        said = result_of(row["result"])
    if said == "answered" and row["app"] is not None and not (TALKING.match(row["app"]) and row["agent"]):
        return "abandoned"  # in the menu
    if said is not None:
        return said
    if is_yes(row["abandoned"]):
        return "abandoned"
    there = row["answered"]
    yes = is_yes(there) if isinstance(there, str) else there is not None
    return "answered" if yes or talk else "abandoned"


def _answered(said: Any, offered: int, ended: int | None, wait: float | None, talk: float | None) -> int | None:
    if isinstance(said, int):
        return said
    if wait is not None:
        return offered + round(wait * SECOND)
    return max(offered, ended - round(talk * SECOND)) if ended is not None and talk is not None else None


def _ended(
    offered: int, answered: int | None, wait: float | None, talk: float | None, duration: float | None
) -> int | None:
    if duration is not None:
        return offered + round(duration * SECOND)
    if answered is not None:
        return None if talk is None else answered + round(talk * SECOND)
    return None if wait is None else offered + round(wait * SECOND)


def _side(direction: str, caller: str, called: str) -> tuple[bool, str]:
    """Whether the customer called, and their number: by what the row says, else by which of the two is of the house."""
    outbound = OUT.match(direction) is not None
    if not direction and _inner(caller) and called and not _inner(called):
        outbound = True
    return not outbound, called if outbound else caller


def _inner(number: str) -> bool:
    return 0 < len(digits_of(number)) <= INNER


@lru_cache(10_000)
def _peer(channel: str) -> str:
    """Who it was, without the number that an exchange gives each use of a line (`PJSIP/204-000001a3`)."""
    return re.sub(r"-[0-9a-f]{6,}(;\d)?$", "", channel)
