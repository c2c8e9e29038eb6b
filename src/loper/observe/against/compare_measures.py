"""What each case comes to, as a comparison looks at it: how long it took, where it ended, how many contacts it had."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from loper.log.table import BadLog
from loper.observe.against import kernels_compare
from loper.observe.against.difference import Kind, Values
from loper.observe.filter import Filter
from loper.observe.laid import kernels
from loper.observe.laid.layout import Numbers, Words

if TYPE_CHECKING:
    from loper.observe.log import Log

DAY = 86_400_000_000
USUAL_ENDS = 3


@dataclass(frozen=True, kw_only=True)
class Measure:
    """`values`: one of each case of the whole log, not-a-number where it is unknown or was not asked for."""

    name: str  # throughput, ends, contacts, switches, came back, score
    kind: Kind
    values: Values
    about: str = ""  # of `ends`: the activity
    filter: Filter | None = None  # that selects the cases that are counted

    @property
    def key(self) -> str:
        return f"{self.name}: {self.about}" if self.about else self.name


def measures_of(log: Log, rows: NDArray[np.int64], *, ends: Sequence[str], days: float) -> list[Measure]:
    """All that this log can tell of these cases. Where no `ends` are given, the three activities at which most end."""
    layout, whole = log.layout, log.layout.count

    def each(values: NDArray[np.float64]) -> Values:
        out = np.full(whole, np.nan)
        out[rows] = values
        return out

    found = [Measure(name="throughput", kind="median", values=each((layout.last[rows] - layout.first[rows]) / 1e6))]
    last = layout.activity[layout.offsets[rows + 1] - 1]
    for code in _ends(log, last, ends):
        activity = layout.activities[code]
        values = each((last == code).astype(np.float64))
        found.append(Measure(name="ends", kind="share", values=values, about=activity, filter=Filter(ends=(activity,))))
    found.append(Measure(name="contacts", kind="mean", values=each(layout.lengths[rows].astype(np.float64))))
    channel = layout.words("channel")
    if channel is not None:
        values = kernels_compare.switches_of_each(layout.offsets, channel.codes, rows)
        found.append(Measure(name="switches", kind="mean", values=each(values)))
    owner = _customers(log)
    if owner is not None:
        order = np.lexsort((layout.first, owner))
        end = int(layout.time.max()) if len(layout) else 0
        back = kernels_compare.came_back(order, owner, layout.first, layout.last, int(days * DAY), end)
        found.append(Measure(name="came back", kind="share", values=each(back[rows])))
    score = layout.contacts.get("score")
    if isinstance(score, Numbers) and score.values.dtype == np.float64:
        values = kernels.mean_of_each(layout.offsets, score.values, rows)
        found.append(Measure(name="score", kind="mean", values=each(values)))
    return found


def _ends(log: Log, last: NDArray[np.int64], wanted: Sequence[str]) -> list[int]:
    names = log.layout.activities
    if wanted:
        Filter(ends=tuple(wanted)).cases(log.whole)  # says what is not there
        code = {name: at for at, name in enumerate(names)}
        return [code[one] for one in dict.fromkeys(wanted)]
    counts = np.bincount(last, minlength=len(names))
    return [int(one) for one in np.argsort(-counts, kind="stable")[:USUAL_ENDS] if counts[one]]


def _customers(log: Log) -> NDArray[np.int64] | None:
    """The customer of each case, by the first contact; with the reason, where the log knows it; -1: unknown."""
    who, why = _first(log, "customer"), _first(log, "reason")
    if who is None:
        return None
    owner = who.codes.astype(np.int64)
    if why is None:
        return owner
    return np.where(owner < 0, -1, owner * (len(why.values) + 1) + why.codes + 1)


def _first(log: Log, name: str) -> Words | None:
    """A column of words by the case: that of the case, else of its first contact."""
    own = log.layout.attributes.get(name)
    if isinstance(own, Words):
        return own
    column = log.layout.words(name)
    return None if column is None else Words(codes=column.codes[log.layout.offsets[:-1]], values=column.values)


def compositions(log: Log, wanted: Sequence[str] | None) -> Mapping[str, Words]:
    """What cases can be made up of: the channel and the reason of the first contact, and the attributes of the case
    that have at most fifty words; or those that are wanted. BadLog for one that is not there."""
    if wanted is None:
        short = [
            name for name, one in log.layout.attributes.items() if isinstance(one, Words) and len(one.values) <= 50
        ]
        found = {name: _first(log, name) for name in dict.fromkeys(("channel", "reason", *short))}
        return {name: one for name, one in found.items() if one is not None and len(one.values) <= 50}
    found = {name: _first(log, name) for name in wanted}
    missing = [name for name, one in found.items() if one is None]
    if missing:
        there = sorted({*log.layout.attributes, *log.layout.contacts})
        raise BadLog([f"by: this log has no words “{name}”; there are: {', '.join(there)}" for name in missing])
    return {name: one for name, one in found.items() if one is not None}


def strata_of(columns: Mapping[str, Words], count: int) -> NDArray[np.int64]:
    """One number for all the words of each case together."""
    joined = np.zeros(count, np.int64)
    for one in columns.values():
        joined = joined * (len(one.values) + 1) + one.codes + 1
    found: NDArray[np.int64] = np.unique(joined, return_inverse=True)[1]
    return found
