"""Loops that count how cases go from state to state until their outcome."""

from __future__ import annotations

from typing import Any

import numpy as np

from loper.observe.laid.loops import loop


@loop
def flows(
    offsets: Any,
    activity: Any,
    rows: Any,
    until: Any,
    number: Any,
    states: int,
    outcome: Any,
    size: int,
    group: Any,
    groups: int,
) -> Any:
    """Steps from each state, or from the beginning (the last row), to each state or outcome: [groups, states + 1,
    states + outcomes]. `number` gives an activity its state (-1: passed over), `outcome` a case its own (-1: left
    out), `group` a case its group."""
    out = np.zeros((groups, states + 1, states + size), np.int32)
    for r in range(len(rows)):
        if outcome[r] < 0:
            continue
        g, at = group[r], states
        for i in range(offsets[rows[r]], until[r]):
            s = number[activity[i]]
            if s >= 0:
                out[g, at, s] += 1
                at = s
        out[g, at, states + outcome[r]] += 1
    return out


@loop
def came_to(
    offsets: Any, activity: Any, rows: Any, until: Any, number: Any, states: int, outcome: Any, size: int
) -> Any:
    """Cases that came to each state, by their outcome. [states, outcomes]"""
    out = np.zeros((states, size), np.int64)
    seen = np.full(states, -1, np.int64)
    for r in range(len(rows)):
        if outcome[r] < 0:
            continue
        for i in range(offsets[rows[r]], until[r]):
            s = number[activity[i]]
            if s >= 0 and seen[s] != r:
                seen[s] = r
                out[s, outcome[r]] += 1
    return out
