"""Loops for what a case asked of its customer."""

from __future__ import annotations

from typing import Any

import numpy as np

from loper.observe.laid.loops import loop


@loop
def counted(offsets: Any, wanted: Any, rows: Any) -> Any:
    """How many wanted contacts each of these cases has."""
    out = np.zeros(len(rows), np.int64)
    for r in range(len(rows)):
        for i in range(offsets[rows[r]], offsets[rows[r] + 1]):
            out[r] += wanted[i]
    return out


@loop
def summed(offsets: Any, amounts: Any, rows: Any) -> Any:
    """The sum of the amounts of the contacts of each of these cases."""
    out = np.zeros(len(rows), np.float64)
    for r in range(len(rows)):
        for i in range(offsets[rows[r]], offsets[rows[r] + 1]):
            out[r] += amounts[i]
    return out


@loop
def why(
    coming: Any,
    by_activity: Any,
    activity: Any,
    by_reason: Any,
    reason: Any,
    by_kind: Any,
    kind: Any,
    begun: Any,
    again: int,
    none: int,
) -> Any:
    """Of each contact of a customer the number of the first ground that holds, from its words or because it came again;
    `none` where none holds, -1 where the contact is not the customer's."""
    out = np.full(len(coming), -1, np.int16)
    for i in range(len(coming)):
        if coming[i]:
            found = min(by_activity[activity[i]], by_reason[reason[i]], by_kind[kind[i]])
            if not begun[i]:
                found = min(found, again)
            out[i] = min(found, none)
    return out
