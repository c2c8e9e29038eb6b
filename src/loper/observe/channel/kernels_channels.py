"""Loops over the channels of a case; contacts without a channel (code -1) are passed over."""

from __future__ import annotations

from typing import Any

import numpy as np

from loper.observe.laid.loops import loop


@loop
def switch_keys(offsets: Any, codes: Any, size: int, activity: Any, activities: int, rows: Any, count: int) -> Any:
    """Of each of the `count` switches of these cases: (from * size + to) * activities + the activity just before it."""
    out = np.empty(count, np.int64)
    n = 0
    for r in range(len(rows)):
        last = -1
        for i in range(offsets[rows[r]], offsets[rows[r] + 1]):
            if codes[i] >= 0:
                if last >= 0 and last != codes[i]:
                    out[n] = (np.int64(last) * size + codes[i]) * activities + activity[i - 1]
                    n += 1
                last = codes[i]
    return out


@loop
def has_switch(offsets: Any, codes: Any, source: int, target: int, activity: Any, after: int, rows: Any) -> Any:
    """Whether each of these cases changes from one channel to the other (any, below 0), after this activity (any)."""
    out = np.zeros(len(rows), np.bool_)
    for r in range(len(rows)):
        last = -1
        for i in range(offsets[rows[r]], offsets[rows[r] + 1]):
            if codes[i] >= 0:
                if last >= 0 and last != codes[i]:
                    fits = (source < 0 or last == source) and (target < 0 or codes[i] == target)
                    out[r] |= fits and (after < 0 or activity[i - 1] == after)
                last = codes[i]
    return out


@loop
def left_digital(offsets: Any, codes: Any, digital: Any, activity: Any, rows: Any) -> Any:
    """Of each case: its first channel, its last one, and of the first step from a digital channel to another one the
    channel that it went to and the activity just before it; -1 where there is none. [rows, 4]"""
    out = np.full((len(rows), 4), -1, np.int64)
    for r in range(len(rows)):
        last = -1
        for i in range(offsets[rows[r]], offsets[rows[r] + 1]):
            code = codes[i]
            if code >= 0:
                if last < 0:
                    out[r, 0] = code
                elif digital[last] and not digital[code] and out[r, 2] < 0:
                    out[r, 2] = code
                    out[r, 3] = activity[i - 1]
                out[r, 1] = last = code
    return out


@loop
def first_known(offsets: Any, codes: Any, rows: Any) -> Any:
    """The first code of each case that is there; -1 where there is none."""
    out = np.full(len(rows), -1, np.int64)
    for r in range(len(rows)):
        for i in range(offsets[rows[r]], offsets[rows[r] + 1]):
            if codes[i] >= 0:
                out[r] = codes[i]
                break
    return out
