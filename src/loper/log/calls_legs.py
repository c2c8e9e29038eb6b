"""Rows of call records as legs: when it was answered and when it was over, from what the exchange says of it."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from loper.log.calls_columns import CLOSED, is_yes, result_of, seconds_of
from loper.log.calls_fold import SECOND, Leg, Result
from loper.log.table import Reading

INNER = 5  # digits: a number so short is one of the house
TALKING = re.compile(r"^(queue|dial|appqueue|)$", re.I)
"""Of an Asterisk, what a caller does with a person; the rest (a menu, a message) is answered by nobody."""


def legs_of(reading: Reading, on_progress: Callable[[int], None] | None) -> Iterator[Leg]:
    """A leg a row of what was read, which has the columns of `calls_columns`."""
    for batch in reading.batches(on_progress):
        columns = {name: _plain(batch.column(name)) for name in batch.schema.names}
        names = list(columns)
        for values in zip(*columns.values(), strict=True):
            yield _leg(dict(zip(names, values, strict=True)))


def _plain(column: pa.Array) -> list[Any]:
    """Times as microseconds, the rest as texts."""
    kind = pa.int64() if pa.types.is_timestamp(column.type) else column.type
    values: list[Any] = pc.cast(column, kind).to_pylist()
    return values


def _leg(row: Mapping[str, Any]) -> Leg:
    def text(name: str) -> str:
        return str(row.get(name) or "").strip()

    offered, ended = row["offered"], row.get("ended")
    wait, talk, duration = (seconds_of(text(name)) for name in ("wait", "talk", "duration"))
    if wait is None and duration is not None and talk is not None:
        wait = duration - talk
    result = _result(row, text, talk)
    answered = _answered(row.get("answered"), offered, ended, wait, talk) if result == "answered" else None
    if ended is None:
        ended = _ended(offered, answered, wait, talk, duration)
    queue = text("data").split(",")[0] if text("app").lower() == "queue" else text("queue")
    inbound, number = _side(text("direction"), text("caller"), text("called"))
    return Leg(
        row=row["seq"], call=text("call") or f"row {row['seq']}", number=number, offered=offered, result=result,
        answered=answered, ended=ended, inbound=inbound, queue=queue, agent=_peer(text("agent")),
        to=text("to") if is_yes(text("to")) else "", reason=text("reason"),
    )  # fmt: skip


def _result(row: Mapping[str, Any], text: Callable[[str], str], talk: float | None) -> Result:
    if CLOSED.search(text("context")) or CLOSED.search(text("queue")):
        said: Result | None = "closed"
    else:
        said = result_of(text("result")) if text("result") else None
    if said == "answered" and "app" in row and not (TALKING.match(text("app")) and text("agent")):
        return "abandoned"  # in the menu
    if said is not None:
        return said
    if is_yes(text("abandoned")):
        return "abandoned"
    there = row.get("answered")
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
    outbound = bool(re.match(r"(out|uit)", direction, re.I))
    if not direction and _inner(caller) and called and not _inner(called):
        outbound = True
    return not outbound, called if outbound else caller


def _inner(number: str) -> bool:
    return 0 < len(re.sub(r"\D", "", number)) <= INNER


def _peer(channel: str) -> str:
    """Who it was, without the number that an exchange gives each use of a line (`PJSIP/204-000001a3`)."""
    return re.sub(r"-[0-9a-f]{6,}(;\d)?$", "", channel)
