"""The loops that cut a customer's stream of contacts: gaps as cells, and journeys as numbers."""

from __future__ import annotations

from typing import Any

import numpy as np

from loper.observe.laid.loops import loop


@loop
def filled(offsets: Any, codes: Any) -> Any:
    """Codes of each customer's contacts in order; where one is missing (below 0) that of the contact before it, or else
    of the first after it that has one."""
    out = codes.copy()
    for c in range(len(offsets) - 1):
        low, high = offsets[c], offsets[c + 1]
        last = -1
        for i in range(low, high):
            if out[i] < 0:
                out[i] = last
            else:
                if last < 0:
                    for j in range(low, i):
                        out[j] = out[i]
                last = out[i]
    return out


@loop
def cells(offsets: Any, time: Any, activity: Any, channel: Any, activities: int, edges: Any) -> Any:
    """Of each contact the cell of the gap before it: how long, the activity on both sides, whether the channel changed;
    -1 where a stream begins. `edges` are the bounds of the classes of gaps, microseconds."""
    out = np.empty(len(time), np.int32)
    for s in range(len(offsets) - 1):
        out[offsets[s]] = -1
        for i in range(offsets[s] + 1, offsets[s + 1]):
            gap = time[i] - time[i - 1]
            low, high = 0, len(edges)
            while low < high:
                middle = (low + high) // 2
                if edges[middle] <= gap:
                    low = middle + 1
                else:
                    high = middle
            switched = channel[i] >= 0 and channel[i - 1] >= 0 and channel[i] != channel[i - 1]
            out[i] = ((low * activities + activity[i - 1]) * activities + activity[i]) * 2 + switched
    return out


@loop
def counted(cell: Any, group: Any, groups: int, size: int) -> Any:
    """How many gaps of each group lie in each cell. [groups, size]"""
    out = np.zeros((groups, size), np.int64)
    for i in range(len(cell)):
        if cell[i] >= 0:
            out[group[i], cell[i]] += 1
    return out


@loop
def chances(cell: Any, group: Any, table: Any, sure: Any) -> Any:
    """Of each contact the chance that a journey begins with it: that of its cell, 1 where a stream begins or `sure`."""
    out = np.ones(len(cell))
    for i in range(len(cell)):
        if cell[i] >= 0 and not sure[i]:
            out[i] = table[group[i], cell[i]]
    return out


@loop
def journeys(chance: Any, threshold: float) -> Any:
    """The number of the journey of each contact, from 0: a new one where the chance is the threshold or more."""
    out = np.empty(len(chance), np.int32)
    number = -1
    for i in range(len(chance)):
        if chance[i] >= threshold:
            number += 1
        out[i] = number
    return out


@loop
def placed(owner: Any, order: Any, owners: int) -> Any:
    """Journeys of each owner numbered from 1 in this order of all journeys."""
    seen = np.zeros(owners, np.int64)
    out = np.empty(len(owner), np.int64)
    for place in order:
        seen[owner[place]] += 1
        out[place] = seen[owner[place]]
    return out
