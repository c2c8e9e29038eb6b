"""Loops over cases that follow them along steps in a given order."""

from __future__ import annotations

from typing import Any

import numpy as np

from loper.observe.laid.loops import loop


@loop
def reached(offsets: Any, activity: Any, rows: Any, steps: Any) -> Any:
    """Of each case: how many of the steps it had, one after the other; the activity that followed on the last of them
    (another one where there is one; -1: nothing did); and whether a later one of the steps came after that."""
    far, following = np.zeros(len(rows), np.int32), np.full(len(rows), -1, np.int32)
    skipped = np.zeros(len(rows), np.bool_)
    for r in range(len(rows)):
        low, high = offsets[rows[r]], offsets[rows[r] + 1]
        k, at = 0, low - 1
        for i in range(low, high):
            if k < len(steps) and activity[i] == steps[k]:
                k += 1
                at = i
        far[r] = k
        for i in range(at + 1, high):
            if following[r] < 0 or (k and following[r] == steps[k - 1]):
                following[r] = activity[i]
            for j in range(k + 1, len(steps)):
                if activity[i] == steps[j]:
                    skipped[r] = True
    return far, following, skipped


@loop
def before(offsets: Any, activity: Any, rows: Any, number: Any, size: int) -> Any:
    """In how many cases the first of one activity came before the first of another, [size, size]; `number` gives each
    activity its place in the table, -1 where it has none."""
    out = np.zeros((size, size), np.int64)
    seen = np.full(size, -1, np.int64)
    found = np.empty(size, np.int64)
    for r in range(len(rows)):
        n = 0
        for i in range(offsets[rows[r]], offsets[rows[r] + 1]):
            a = number[activity[i]]
            if a >= 0 and seen[a] != r:
                seen[a] = r
                for j in range(n):
                    out[found[j], a] += 1
                found[n] = a
                n += 1
    return out
