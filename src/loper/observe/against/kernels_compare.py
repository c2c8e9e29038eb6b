"""The loops of a comparison: what a case comes to, case by case."""

from __future__ import annotations

from typing import Any

import numpy as np

from loper.observe.laid.loops import loop


@loop
def switches_of_each(offsets: Any, codes: Any, rows: Any) -> Any:
    """How often the channel changed in each of these cases; contacts without one are passed over, and a case without
    any is not-a-number."""
    out = np.full(len(rows), np.nan)
    for r in range(len(rows)):
        last = -1
        for i in range(offsets[rows[r]], offsets[rows[r] + 1]):
            if codes[i] >= 0:
                if last < 0:
                    out[r] = 0
                elif codes[i] != last:
                    out[r] += 1
                last = codes[i]
    return out


@loop
def came_back(order: Any, owner: Any, first: Any, last: Any, within: int, end: int) -> Any:
    """Whether another case of the same owner began after each was over, and within so long: 1 or 0, not-a-number where
    the log ends too soon after it to tell (though one came: else late cases would seem to come back more) or the case
    has no owner (below 0). `order` is by (owner, first)."""
    out = np.full(len(owner), np.nan)
    n = len(order)
    for p in range(n):
        c = order[p]
        if owner[c] < 0:
            continue
        q = p + 1
        while q < n and owner[order[q]] == owner[c] and first[order[q]] <= last[c]:
            q += 1
        if last[c] + within <= end:
            out[c] = q < n and owner[order[q]] == owner[c] and first[order[q]] - last[c] <= within
    return out
