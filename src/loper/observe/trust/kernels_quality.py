"""The loops of the quality report."""

from __future__ import annotations

from typing import Any

import numpy as np

from loper.observe.laid.loops import loop


@loop
def repeated_at_once(offsets: Any, activity: Any, time: Any, rows: Any) -> Any:
    """Whether each contact has another one of its case with the same activity at the same time; other cases: no."""
    out = np.zeros(len(activity), np.bool_)
    for r in range(len(rows)):
        low, high = offsets[rows[r]], offsets[rows[r] + 1]
        i = low
        while i < high:
            j = i + 1
            while j < high and time[j] == time[i]:
                j += 1
            for one in range(i, j):
                for other in range(i, one):
                    if activity[one] == activity[other]:
                        out[one] = out[other] = True
                        break
            i = j
    return out


@loop
def backwards(offsets: Any, seq: Any, rows: Any) -> Any:
    """How many contacts of these cases stand, in what was read, before the one that they followed; and of how many
    cases."""
    contacts = cases = 0
    for r in range(len(rows)):
        found = 0
        for i in range(offsets[rows[r]] + 1, offsets[rows[r] + 1]):
            found += seq[i] < seq[i - 1]
        contacts += found
        cases += found > 0
    return contacts, cases
