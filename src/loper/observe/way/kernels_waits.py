"""Loops over the waits of a log, on a grid that is fine near zero and coarse far away.

A time falls into one of 64 equal bins between each two powers of two seconds, so that a bin is at most 1.6 % wide;
what is shorter than a second is one bin. The grid stands in the bits of a float: no logarithm is taken.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from loper.observe.laid.layout import Floats
from loper.observe.laid.loops import loop

BINS = 64 * 34 + 1
"""Up to 2 ** 34 seconds, some five hundred years; what is longer is in the last bin."""


def edges() -> Floats:
    """Where each bin begins, in seconds, and where the last one ends. [BINS + 1]"""
    place = np.arange(BINS)
    return np.concatenate([[0.0], 2.0 ** (place // 64) * (1 + place % 64 / 64)])


@loop
def bin_of(micros: Any) -> Any:
    """The bin of a wait in microseconds; one below zero (times that run backwards) does not occur in a layout."""
    if micros < 1_000_000:
        return 0
    return min((np.float64(micros / 1e6).view(np.int64) >> 46) - (1023 << 6) + 1, BINS - 1)


@loop
def lives(offsets: Any, activity: Any, rows: Any, ends: Any, over: Any, at_first: bool) -> Any:
    """Where the part of each case that counts is over, and whether it came to an end.

    `ends[activity]` says which activities are an end; `over` says the same of each contact (or is empty). With
    `at_first` a case is over after the first of them, else only its very last contact can be its end.
    """
    until, ended = np.empty(len(rows), np.int64), np.zeros(len(rows), np.bool_)
    for r in range(len(rows)):
        low, high = offsets[rows[r]], offsets[rows[r] + 1]
        until[r] = high
        for i in range(low if at_first else high - 1, high):
            if ends[activity[i]] or (len(over) and over[i]):
                until[r], ended[r] = i + 1, True
                break
    return until, ended


@loop
def stays(
    offsets: Any, activity: Any, number: Any, size: int, time: Any, rows: Any, until: Any, ended: Any, now: int
) -> Any:
    """Of each group of activities and bin of waiting: how many went on after it, and how many stand there since. [2,
    size, bins]; `number` is the group of an activity, -1: none; `now` is when the log ends."""
    out = np.zeros((2, size, BINS), np.int32)
    for r in range(len(rows)):
        low, high = offsets[rows[r]], until[r]
        for i in range(low, high - 1):
            g = number[activity[i]]
            if g >= 0:
                out[0, g, bin_of(time[i + 1] - time[i])] += 1
        if not ended[r]:
            g = number[activity[high - 1]]
            if g >= 0:
                out[1, g, bin_of(now - time[high - 1])] += 1
    return out


@loop
def standing(
    offsets: Any, activity: Any, activities: int, time: Any, rows: Any, until: Any, ended: Any, now: int, after: Any
) -> Any:
    """Of each activity: cases that came, that were seen long enough, and that stand there for at least / less than
    `after[activity]` microseconds [4, activities]; and where each case stands for that long (-1: nowhere)."""
    out = np.zeros((4, activities), np.int64)
    stuck = np.full(len(rows), -1, np.int64)
    seen = np.full(activities, -1, np.int64)
    for r in range(len(rows)):
        low, high = offsets[rows[r]], until[r]
        if not ended[r]:
            a = activity[high - 1]
            if now - time[high - 1] >= after[a]:
                out[2, a] += 1
                stuck[r] = a
            else:
                out[3, a] += 1
        for i in range(high - 1, low - 1, -1):
            a = activity[i]
            if ended[r] and i == high - 1:
                continue
            if seen[a] != r:
                seen[a] = r
                out[0, a] += 1
                out[1, a] += now - time[i] >= after[a]
    return out, stuck


@loop
def binned(offsets: Any, codes: Any, number: Any, back: int, time: Any, rows: Any, size: int) -> Any:
    """The waits of each group by bin, [size, bins]. The group of the wait that contact `i` ends is
    `number[codes[i - back]]`; below 0 it is none."""
    out = np.zeros((size, BINS), np.int32)
    for r in range(len(rows)):
        for i in range(offsets[rows[r]] + 1, offsets[rows[r] + 1]):
            g = number[codes[i - back]]
            if g >= 0:
                out[g, bin_of(time[i] - time[i - 1])] += 1
    return out


@loop
def gathered(offsets: Any, codes: Any, number: Any, back: int, time: Any, rows: Any, cell: Any, starts: Any) -> Any:
    """The waits, microseconds, of the cells (group, bin) that `cell` numbers from 0 on; those of a cell together."""
    free = starts.copy()
    out = np.empty(starts[-1], np.int64)
    for r in range(len(rows)):
        for i in range(offsets[rows[r]] + 1, offsets[rows[r] + 1]):
            g = number[codes[i - back]]
            if g >= 0:
                wait = time[i] - time[i - 1]
                k = cell[g, bin_of(wait)]
                if k >= 0:
                    out[free[k]] = wait
                    free[k] += 1
    return out


@loop
def waited(offsets: Any, codes: Any, number: Any, back: int, time: Any, rows: Any, size: int) -> Any:
    """Of each group: the sum over cases of the seconds `x` waited in it; of x², of x times all seconds `w` of the case
    [3, size]; and the sums of w and of w²."""
    out, sums = np.zeros((3, size)), np.zeros(2)
    of_case = np.zeros(size)
    for r in range(len(rows)):
        low, high = offsets[rows[r]], offsets[rows[r] + 1]
        whole = (time[high - 1] - time[low]) / 1e6
        sums[0] += whole
        sums[1] += whole * whole
        for i in range(low + 1, high):
            g = number[codes[i - back]]
            if g >= 0:
                of_case[g] += (time[i] - time[i - 1]) / 1e6
        for i in range(low + 1, high):
            g = number[codes[i - back]]
            if g >= 0 and of_case[g]:
                x = of_case[g]
                out[0, g] += x
                out[1, g] += x * x
                out[2, g] += x * whole
                of_case[g] = 0
    return out, sums
