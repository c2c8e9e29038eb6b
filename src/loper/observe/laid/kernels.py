"""The loops over millions of contacts, compiled: plain arrays in, plain arrays out, nothing of journeys in them.

They are compiled at their first use and kept on disk; they let go of Python's lock. `rows` are the cases to look at.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from loper.observe.laid.layout import Ints
from loper.observe.laid.loops import loop


def in_order(case: Ints, cases: int, time: NDArray[np.int64], seq: Ints) -> tuple[Ints | None, NDArray[np.int64]]:
    """The rows in order of (case, time, seq), or None where they are already, and where each case begins.

    `case` are numbers from 0 in order of first appearance.
    """
    offsets = np.zeros(cases + 1, np.int64)
    good, grown = _ordered(case, time, seq, offsets)
    if good:
        return None, offsets
    order = np.empty(len(case), np.int32 if len(case) < 2**31 else np.int64)
    _placed(case, offsets, order)
    if not grown:  # in a log that is in order of time, the rows of a case are so too
        _sorted(offsets, order, time, seq)
    return order, offsets


@loop
def _ordered(case: Any, time: Any, seq: Any, offsets: Any) -> Any:
    """Counts each case into `offsets`; says whether the rows are in order of (case, time, seq), and of (time, seq)."""
    good = grown = True
    last = -1
    for i in range(len(case)):
        c = case[i]
        offsets[c + 1] += 1
        back = i > 0 and (time[i] < time[i - 1] or (time[i] == time[i - 1] and seq[i] < seq[i - 1]))
        grown &= not back
        good &= c > last or (c == last and not back)
        last = c
    for c in range(len(offsets) - 1):
        offsets[c + 1] += offsets[c]
    return good, grown


@loop
def _placed(case: Any, offsets: Any, order: Any) -> None:
    """Rows by case, those of one case in the order in which they came (a counting sort)."""
    free = offsets[:-1].copy()
    for i in range(len(case)):
        c = case[i]
        order[free[c]] = i
        free[c] += 1


@loop
def _sorted(offsets: Any, order: Any, time: Any, seq: Any) -> None:
    """The rows of each case by (time, seq)."""
    for c in range(len(offsets) - 1):
        low, high = offsets[c], offsets[c + 1]
        if high - low > 64:
            rows = order[low:high].copy()
            rows = rows[np.argsort(seq[rows], kind="mergesort")]
            order[low:high] = rows[np.argsort(time[rows], kind="mergesort")]
            continue
        for i in range(low + 1, high):
            row = order[i]
            t, s = time[row], seq[row]
            j = i - 1
            while j >= low and (time[order[j]] > t or (time[order[j]] == t and seq[order[j]] > s)):
                order[j + 1] = order[j]
                j -= 1
            order[j + 1] = row


@loop
def take(values: Any, order: Any) -> Any:
    """values[order]"""
    out = np.empty(len(order), values.dtype)
    for i in range(len(order)):
        out[i] = values[order[i]]
    return out


@loop
def visits(offsets: Any, activity: Any, activities: int, rows: Any) -> Any:
    """Of each activity: contacts, cases that have it, that begin with it, that end with it. [4, activities]"""
    out = np.zeros((4, activities), np.int64)
    seen = np.full(activities, -1, np.int64)
    for r in range(len(rows)):
        low, high = offsets[rows[r]], offsets[rows[r] + 1]
        out[2, activity[low]] += 1
        out[3, activity[high - 1]] += 1
        for i in range(low, high):
            a = activity[i]
            out[0, a] += 1
            if seen[a] != r:
                seen[a] = r
                out[1, a] += 1
    return out


@loop
def pairs(offsets: Any, activity: Any, activities: int) -> Any:
    """Which activity follows which at once, anywhere: [activities * activities], 1 or 0."""
    out = np.zeros(activities * activities, np.int8)
    for c in range(len(offsets) - 1):
        for i in range(offsets[c] + 1, offsets[c + 1]):
            out[np.int64(activity[i - 1]) * activities + activity[i]] = 1
    return out


@loop
def numbered(offsets: Any, activity: Any, activities: int, number: Any) -> Any:
    """The number of the pair that each contact ends; -1 where a case begins."""
    out = np.empty(len(activity), np.int32)
    for c in range(len(offsets) - 1):
        out[offsets[c]] = -1
        for i in range(offsets[c] + 1, offsets[c + 1]):
            out[i] = number[np.int64(activity[i - 1]) * activities + activity[i]]
    return out


@loop
def tallied(offsets: Any, codes: Any, size: int, rows: Any) -> Any:
    """How often each code stands at the contacts of these cases; codes below 0 are passed over."""
    out = np.zeros(size, np.int64)
    for r in range(len(rows)):
        for i in range(offsets[rows[r]], offsets[rows[r] + 1]):
            if codes[i] >= 0:
                out[codes[i]] += 1
    return out


@loop
def waits(offsets: Any, step: Any, time: Any, starts: Any) -> Any:
    """The waits of all steps, microseconds, and the case of each; those of one pair together, from `starts[pair]`."""
    free = starts.copy()
    wait, case = np.empty(starts[-1], np.int64), np.empty(starts[-1], np.int32)
    for c in range(len(offsets) - 1):
        for i in range(offsets[c] + 1, offsets[c + 1]):
            k = step[i]
            wait[free[k]] = time[i] - time[i - 1]
            case[free[k]] = c
            free[k] += 1
    return wait, case


@loop
def walked(starts: Any, waits: Any, case: Any, keep: Any, counts: Any, q: float) -> Any:
    """The quantile `q` of the waits of each pair in the `counts` cases to keep; `waits` of a pair are"
    " sorted."""
    out = np.full(len(counts), np.nan)
    for k in range(len(counts)):
        if counts[k] == 0:
            continue
        place = q * (counts[k] - 1)
        low = np.int64(place)
        seen = -1
        for i in range(starts[k], starts[k + 1]):
            if keep[case[i]]:
                seen += 1
                if seen == low:
                    out[k] = waits[i]
                    if place == low:
                        break
                elif seen == low + 1:
                    out[k] += (place - low) * (waits[i] - out[k])
                    break
    return out


@loop
def hashed(offsets: Any, codes: Any, rows: Any, salt: Any) -> Any:
    """A number of 64 bits for the words of each case in their order."""
    out = np.empty(len(rows), np.uint64)
    for r in range(len(rows)):
        c = rows[r]
        h = np.uint64(salt) * np.uint64(0xD6E8FEB86659FD93)
        for i in range(offsets[c], offsets[c + 1]):
            h ^= np.uint64(codes[i] + 1)
            h *= np.uint64(0x9E3779B97F4A7C15)
            h ^= h >> np.uint64(29)
        out[r] = h
    return out


@loop
def same(offsets: Any, codes: Any, rows: Any, group: Any, example: Any) -> bool:
    """Whether each case has the very words of the example of its group."""
    for r in range(len(rows)):
        c, e = rows[r], example[group[r]]
        if offsets[c + 1] - offsets[c] != offsets[e + 1] - offsets[e]:
            return False
        for i in range(offsets[c + 1] - offsets[c]):
            if codes[offsets[c] + i] != codes[offsets[e] + i]:
                return False
    return True


@loop
def repeated(offsets: Any, activity: Any, activities: int, rows: Any) -> Any:
    """Cases in which anything is repeated; of each activity: cases in which it is, repetitions, those at once."""
    out = np.zeros((3, activities), np.int64)
    seen, counted = np.full(activities, -1, np.int64), np.full(activities, -1, np.int64)
    cases = 0
    for r in range(len(rows)):
        again = False
        low = offsets[rows[r]]
        for i in range(low, offsets[rows[r] + 1]):
            a = activity[i]
            if seen[a] == r:
                again = True
                out[1, a] += 1
                out[2, a] += activity[i - 1] == a
                if counted[a] != r:
                    counted[a] = r
                    out[0, a] += 1
            seen[a] = r
        cases += again
    return cases, out


@loop
def returned(offsets: Any, step: Any, back: Any, rows: Any) -> Any:
    """Of each pair: how often the next step goes straight back, and in how many cases; `back` is the pair that does."""
    counts, cases, last = np.zeros(len(back), np.int64), np.zeros(len(back), np.int64), np.full(len(back), -1, np.int64)
    for r in range(len(rows)):
        for i in range(offsets[rows[r]] + 2, offsets[rows[r] + 1]):
            k = step[i - 1]
            if back[k] >= 0 and step[i] == back[k]:
                counts[k] += 1
                if last[k] != r:
                    last[k] = r
                    cases[k] += 1
    return counts, cases


@loop
def has(offsets: Any, codes: Any, wanted: Any, rows: Any) -> Any:
    """Whether each of these cases has a contact with one of the wanted codes."""
    out = np.zeros(len(rows), np.bool_)
    for r in range(len(rows)):
        for i in range(offsets[rows[r]], offsets[rows[r] + 1]):
            for code in wanted:
                if codes[i] == code:
                    out[r] = True
    return out


@loop
def switched(offsets: Any, codes: Any, size: int, rows: Any) -> Any:
    """How often a contact by one channel was followed by one by another, [size, size], and in how many cases the
    channel changed; what has no channel is passed over."""
    out = np.zeros((size, size), np.int64)
    cases = 0
    for r in range(len(rows)):
        last = -1
        changed = False
        for i in range(offsets[rows[r]], offsets[rows[r] + 1]):
            if codes[i] >= 0:
                if last >= 0:
                    out[last, codes[i]] += 1
                    changed |= last != codes[i]
                last = codes[i]
        cases += changed
    return out, cases


@loop
def cases_with(offsets: Any, codes: Any, size: int, rows: Any) -> Any:
    """How many of these cases have each code."""
    out, seen = np.zeros(size, np.int64), np.full(size, -1, np.int64)
    for r in range(len(rows)):
        for i in range(offsets[rows[r]], offsets[rows[r] + 1]):
            a = codes[i]
            if a >= 0 and seen[a] != r:
                seen[a] = r
                out[a] += 1
    return out


@loop
def ends_of(offsets: Any, codes: Any, rows: Any) -> Any:
    """The first and the last code of each case that is there; -1 where there is none. [rows, 2]"""
    out = np.full((len(rows), 2), -1, np.int64)
    for r in range(len(rows)):
        for i in range(offsets[rows[r]], offsets[rows[r] + 1]):
            if codes[i] >= 0:
                if out[r, 0] < 0:
                    out[r, 0] = codes[i]
                out[r, 1] = codes[i]
    return out


@loop
def tied(offsets: Any, time: Any, rows: Any) -> Any:
    """Contacts at the very time of another one of their case, and cases that have such contacts."""
    contacts = cases = 0
    for r in range(len(rows)):
        low, high = offsets[rows[r]], offsets[rows[r] + 1]
        found = 0
        for i in range(low, high):
            if (i > low and time[i] == time[i - 1]) or (i + 1 < high and time[i] == time[i + 1]):
                found += 1
        contacts += found
        cases += found > 0
    return contacts, cases


@loop
def again(offsets: Any, codes: Any, code: int, rows: Any) -> Any:
    """Those of the cases that have this code more than once."""
    out = np.empty(len(rows), np.int64)
    found = 0
    for r in range(len(rows)):
        count = 0
        for i in range(offsets[rows[r]], offsets[rows[r] + 1]):
            count += codes[i] == code
        if count > 1:
            out[found] = rows[r]
            found += 1
    return out[:found]


@loop
def passages(offsets: Any, codes: Any, size: int, time: Any, rows: Any) -> Any:
    """Each change of code within a case: the pair (from * size + to), how long the first one had lasted, and the place
    of the case in `rows`.

    Contacts without a code leave it as it was.
    """
    count = 0
    for r in range(len(rows)):
        count += offsets[rows[r] + 1] - offsets[rows[r]]
    pair, wait, who = np.empty(count, np.int64), np.empty(count, np.int64), np.empty(count, np.int64)
    found = 0
    for r in range(len(rows)):
        here, since = -1, np.int64(0)
        for i in range(offsets[rows[r]], offsets[rows[r] + 1]):
            code = codes[i]
            if code >= 0 and code != here:
                if here >= 0:
                    pair[found], wait[found], who[found] = np.int64(here) * size + code, time[i] - since, r
                    found += 1
                here, since = code, time[i]
    return pair[:found], wait[:found], who[:found]


@loop
def mean_of_each(offsets: Any, values: Any, rows: Any) -> Any:
    """The mean of the values at the contacts of each of these cases; not-a-number where there are none."""
    out = np.full(len(rows), np.nan)
    for r in range(len(rows)):
        total, n = 0.0, 0
        for i in range(offsets[rows[r]], offsets[rows[r] + 1]):
            if values[i] == values[i]:
                total += values[i]
                n += 1
        if n:
            out[r] = total / n
    return out
