"""Loops over times of the week and over calls."""

from __future__ import annotations

from typing import Any

import numpy as np

from loper.observe.laid.loops import loop

HOUR = 3_600_000_000
MINUTE = 60_000_000


@loop
def hours_of_week(time: Any, counted: Any, since: Any, shift: Any, minutes: Any, free: Any, first: int) -> Any:
    """Of each contact the hour of the week by the clock, from Monday 00:00, and whether it was open: 2 yes, 3 no; 0
    where it does not count.

    `shift` (microseconds) is added to times from `since` on; `free` are days on which nobody is there, from `first`.
    """
    hour, state = np.zeros(len(time), np.int16), np.zeros(len(time), np.int8)
    k = 0
    for i in range(len(time)):
        if not counted[i]:
            continue
        while k + 1 < len(since) and time[i] >= since[k + 1]:
            k += 1
        while k > 0 and time[i] < since[k]:
            k -= 1
        minute = (time[i] + shift[k]) // MINUTE
        day = minute // 1_440
        of_week = ((day + 3) % 7) * 1_440 + minute % 1_440
        hour[i] = of_week // 60
        state[i] = 2 if minutes[of_week] and not free[day - first] else 3
    return hour, state


@loop
def transfers(offsets: Any, call: Any, transfer: Any) -> Any:
    """Of each call how many transfers came after it and before the next one of its case."""
    out = np.zeros(len(call), np.int64)
    for c in range(len(offsets) - 1):
        last = -1
        for i in range(offsets[c], offsets[c + 1]):
            if call[i]:
                last = i
            elif transfer[i] and last >= 0:
                out[last] += 1
    return out
