"""Loops that compare cases as words of activities, and choose those that stand for the others."""

from __future__ import annotations

from typing import Any

import numpy as np

from loper.observe.laid.loops import loop


@loop
def edits(words: Any, a: int, m: int, b: int, n: int, rows: Any) -> Any:
    """How many contacts must be left out, put in, changed or swapped with their neighbour to make of the `m` words from
    place `a` the `n` from `b`: the optimal string alignment distance (Damerau 1964). `rows`: room for three rows."""
    one, two, three = rows[0], rows[1], rows[2]
    for j in range(n + 1):
        two[j] = j
    for i in range(1, m + 1):
        three[0] = i
        for j in range(1, n + 1):
            same = words[a + i - 1] == words[b + j - 1]
            best = min(two[j] + 1, three[j - 1] + 1, two[j - 1] + (0 if same else 1))
            if i > 1 and j > 1 and words[a + i - 1] == words[b + j - 2] and words[a + i - 2] == words[b + j - 1]:
                best = min(best, one[j - 2] + 1)
            three[j] = best
        one, two, three = two, three, one
    return two[n]


@loop
def apart(offsets: Any, words: Any, cases: Any, longest: int) -> Any:
    """The edits between each two of these cases, as a part of the longer of both, 0 to 1; of a case the first `longest`
    contacts count. [cases, cases]"""
    out = np.zeros((len(cases), len(cases)), np.float32)
    rows = np.empty((3, longest + 1), np.int32)
    for x in range(len(cases)):
        a = offsets[cases[x]]
        m = min(longest, offsets[cases[x] + 1] - a)
        for y in range(x):
            b = offsets[cases[y]]
            n = min(longest, offsets[cases[y] + 1] - b)
            out[x, y] = out[y, x] = edits(words, a, m, b, n, rows) / max(m, n)
    return out


@loop
def nearest(offsets: Any, words: Any, cases: Any, medoids: Any, longest: int) -> Any:
    """Of each case which of the medoids (cases) is nearest, of equals the first, and how far apart they are."""
    which, far = np.zeros(len(cases), np.int32), np.full(len(cases), 2.0)
    rows = np.empty((3, longest + 1), np.int32)
    for x in range(len(cases)):
        a = offsets[cases[x]]
        m = min(longest, offsets[cases[x] + 1] - a)
        for k in range(len(medoids)):
            b = offsets[medoids[k]]
            n = min(longest, offsets[medoids[k] + 1] - b)
            if abs(m - n) / max(m, n) >= far[x]:
                continue
            found = edits(words, a, m, b, n, rows) / max(m, n)
            if found < far[x]:
                which[x], far[x] = k, found
    return which, far


@loop
def medoids(apart: Any, weights: Any, k: int, most: int) -> Any:
    """The `k` of these that lie nearest to all, each weighted: chosen one by one (BUILD), then swapped for better ones
    while there are any, at most `most` times (FastPAM1; Schubert & Rousseeuw 2021, algorithm 2)."""
    n = len(weights)
    chosen = np.empty(k, np.int64)
    near, taken = np.full(n, np.inf), np.zeros(n, np.bool_)
    for c in range(k):
        best, at = np.inf, -1
        for x in range(n):
            if taken[x]:
                continue
            total = 0.0
            for o in range(n):
                total += weights[o] * min(near[o], apart[o, x])
            if total < best:
                best, at = total, x
        chosen[c], taken[at] = at, True
        for o in range(n):
            near[o] = min(near[o], apart[o, at])
    first, second, of = np.empty(n), np.empty(n), np.empty(n, np.int64)
    change, removed = np.empty(k), np.empty(k)
    for _ in range(most):
        removed[:] = 0
        for o in range(n):
            first[o] = second[o] = np.inf
            for c in range(k):
                d = apart[o, chosen[c]]
                if d < first[o]:
                    second[o] = first[o]
                    first[o], of[o] = d, c
                elif d < second[o]:
                    second[o] = d
            if k > 1:
                removed[of[o]] += weights[o] * (second[o] - first[o])
        best, at, out = -1e-9, -1, -1
        for x in range(n):
            gain = 0.0
            change[:] = removed
            for o in range(n):
                d = apart[o, x]
                if d < first[o]:
                    gain += weights[o] * (d - first[o])
                    if k > 1:
                        change[of[o]] += weights[o] * (first[o] - second[o])
                elif k == 1:
                    gain += weights[o] * (d - first[o])
                elif d < second[o]:
                    change[of[o]] += weights[o] * (d - second[o])
            for c in range(k):
                if gain + (change[c] if k > 1 else 0.0) < best:
                    best, at, out = gain + (change[c] if k > 1 else 0.0), x, c
        if at < 0:
            break
        chosen[out] = at
    return chosen


@loop
def waits_of(offsets: Any, time: Any, cases: Any, longest: int) -> Any:
    """The waits between the first contacts of cases that have equally many, microseconds. [cases, contacts - 1]"""
    length = min(longest, offsets[cases[0] + 1] - offsets[cases[0]])
    out = np.empty((len(cases), length - 1), np.int64)
    for r in range(len(cases)):
        low = offsets[cases[r]]
        for i in range(length - 1):
            out[r, i] = time[low + i + 1] - time[low + i]
    return out
