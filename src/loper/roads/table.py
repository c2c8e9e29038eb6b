"""A table of travel times out of the answers of a route server, asked in parts that it allows."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Sequence

import numpy as np

from loper.plan.model import Place, Seconds
from loper.plan.travel import DOORS, Crow, kilometres
from loper.roads.ask import Trouble

logger = logging.getLogger("loper.roads")

Row = list[float | None]
"""Seconds of driving; None where there is no way by road."""

LONGEST = 7 * 24 * 3600  # seconds; nobody drives longer
PART = 0.2  # seconds of patience more for each part of a large table


class NoWay(Exception):
    """The server knows no road at one of the places: it cannot answer this part, and nothing is wrong with it."""


def table(
    origins: Sequence[Place],
    destinations: Sequence[Place],
    *,
    sizes: Callable[[int, int], tuple[int, int]],
    patience: float,
    ask: Callable[[Sequence[Place], Sequence[Place], float], list[Row]],
) -> Seconds:
    """Door to door, shape (origins, destinations). `sizes` says how large a part may be; `ask` answers one until a
    time.

    Where there is no way by road, or no road at all, it is the straight line that counts. ValueError on a coordinate
    that is none.
    """
    starts, ends = list(dict.fromkeys(origins)), list(dict.fromkeys(destinations))
    kilometres((*starts, *ends), ())  # it looks at them all: a place that is none is our mistake, not the server's
    result: Seconds = np.zeros((len(starts), len(ends)), dtype=np.int64)
    if starts and ends:
        high, wide = sizes(len(starts), len(ends))
        corners = [(row, column) for row in range(0, len(starts), high) for column in range(0, len(ends), wide)]
        until = time.monotonic() + patience + PART * (len(corners) - 1)
        for row, column in corners:
            some, others = starts[row : row + high], ends[column : column + wide]
            try:
                part = _seconds(ask(some, others, until), some, others)
            except NoWay as wrong:
                logger.info(
                    "no road at one of %d places (%s): for these straight lines", len(some) + len(others), wrong
                )
                part = Crow().seconds(some, others)
            result[row : row + high, column : column + wide] = part
    row_of, column_of = ({place: at for at, place in enumerate(places)} for places in (starts, ends))
    at = np.ix_([row_of[place] for place in origins], [column_of[place] for place in destinations])
    whole: Seconds = result[at]
    return whole


def rows_of(found: object, high: int, wide: int) -> list[Row]:
    """The rows of an answer, if they are numbers and as many as were asked for; else Trouble."""
    if not isinstance(found, list) or len(found) != high:
        raise Trouble("the answer has not as many rows as were asked for")
    rows: list[Row] = []
    for row in found:
        if not isinstance(row, list) or len(row) != wide:
            raise Trouble("the answer has not as many times in a row as were asked for")
        if not all(value is None or _is_time(value) for value in row):
            raise Trouble("the answer holds something that is no travel time")
        rows.append([None if value is None else float(value) for value in row])
    return rows


def _is_time(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and 0 <= value <= LONGEST  # nan is not


def _seconds(rows: list[Row], origins: Sequence[Place], destinations: Sequence[Place]) -> Seconds:
    driving = np.array(rows, dtype=np.float64)
    other = np.array([[start != end for end in destinations] for start in origins])
    if np.isnan(driving).any():
        straight = Crow().seconds(origins, destinations)
        driving = np.where(np.isnan(driving), straight - DOORS, driving)
    whole: Seconds = np.where(other, np.rint(driving) + DOORS, 0).astype(np.int64)
    return whole
