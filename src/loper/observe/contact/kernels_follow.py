"""Loops over the contacts of a customer, whatever case they are in. `order` are contacts by (customer, time, seq)."""

from __future__ import annotations

from typing import Any

import numpy as np

from loper.observe.laid.loops import loop


@loop
def owners(offsets: Any, customer: Any, customers: int) -> Any:
    """Of each contact the number of its customer; of whom nobody knows who it is, the case is all there is."""
    out = np.empty(len(customer), np.int32)
    for c in range(len(offsets) - 1):
        for i in range(offsets[c], offsets[c + 1]):
            out[i] = customer[i] if customer[i] >= 0 else customers + c
    return out


@loop
def came_after(order: Any, bounds: Any, coming: Any, reason: Any, reasons: int) -> Any:
    """Of each contact the place of the next one that its customer made: about anything, and about the same reason;
    -1 where there is none. [2, contacts]"""
    out = np.empty((2, len(order)), np.int32)
    last, known = np.full(reasons + 1, -1, np.int64), np.full(reasons + 1, -1, np.int64)
    for c in range(len(bounds) - 1):
        after = -1
        for i in range(bounds[c + 1] - 1, bounds[c] - 1, -1):
            p = order[i]
            r = reason[p] + 1
            out[0, p] = after
            out[1, p] = last[r] if known[r] == c else -1
            if coming[p]:
                after = last[r] = p
                known[r] = c
    return out


@loop
def called_after(order: Any, bounds: Any, sent: Any, calls: Any) -> Any:
    """Of each contact that was sent the place of the customer's next call before anything else was sent; else -1."""
    out = np.full(len(order), -1, np.int32)
    for c in range(len(bounds) - 1):
        after = -1
        for i in range(bounds[c + 1] - 1, bounds[c] - 1, -1):
            p = order[i]
            if sent[p]:
                out[p] = after
                after = -1
            if calls[p]:
                after = p
    return out


@loop
def states(time: Any, counted: Any, after: Any, within: int, known: int) -> Any:
    """Of each contact: 0 does not count, 1 too late to know, 2 none came within that time, 3 one did.

    What is later than `known` is too late, also where one came: to keep only those would make the share too high.
    """
    out = np.zeros(len(counted), np.int8)
    for i in range(len(counted)):
        if counted[i]:
            if time[i] > known:
                out[i] = 1
            else:
                out[i] = 3 if after[i] >= 0 and time[after[i]] - time[i] <= within else 2
    return out


@loop
def begun(time: Any, counted: Any, after: Any, within: int) -> Any:
    """Of each contact whether none of the same thing came within that time before it."""
    out = np.ones(len(counted), np.bool_)
    for i in range(len(counted)):
        if counted[i] and after[i] >= 0 and time[after[i]] - time[i] <= within:
            out[after[i]] = False
    return out


@loop
def by_code(offsets: Any, codes: Any, size: int, state: Any, rows: Any) -> Any:
    """How many contacts of these cases have each code and state; what has no code is in the last row. [size + 1, 4]"""
    out = np.zeros((size + 1, 4), np.int64)
    for r in range(len(rows)):
        for i in range(offsets[rows[r]], offsets[rows[r] + 1]):
            out[codes[i] if codes[i] >= 0 else size, state[i]] += 1
    return out


@loop
def firsts(offsets: Any, begun: Any, state: Any, rows: Any) -> Any:
    """How many contacts that begin something have each state. [4]"""
    out = np.zeros(4, np.int64)
    for r in range(len(rows)):
        for i in range(offsets[rows[r]], offsets[rows[r] + 1]):
            if begun[i]:
                out[state[i]] += 1
    return out


@loop
def cases_in(offsets: Any, codes: Any, code: int, state: Any, wanted: int) -> Any:
    """Whether each case has a contact in this state, with this code (any, below 0)."""
    out = np.zeros(len(offsets) - 1, np.bool_)
    for c in range(len(out)):
        for i in range(offsets[c], offsets[c + 1]):
            if state[i] == wanted and (code < 0 or codes[i] == code):
                out[c] = True
                break
    return out


@loop
def squares(order: Any, bounds: Any, state: Any, selected: Any, share: float) -> Any:
    """Over the customers who have contacts in state 2 or 3 that are selected (all, where `selected` is empty): the sum
    of (those in state 3 - share * both)^2, and how many customers those are."""
    total, customers = 0.0, 0
    for c in range(len(bounds) - 1):
        n = came = 0
        for i in range(bounds[c], bounds[c + 1]):
            p = order[i]
            if state[p] >= 2 and (len(selected) == 0 or selected[p]):
                n += 1
                came += state[p] == 3
        if n:
            customers += 1
            total += (came - share * n) ** 2
    return total, customers
