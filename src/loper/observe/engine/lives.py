"""The part of each case that counts, up to where it is over, asked of an engine: as `kernels_waits` counts in memory.

Waits are counted on the same grid. It is reckoned in whole numbers (an edge is a whole number of 64ths of a second), so
that no engine's logarithm can put a wait in the bin beside its own.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from loper.define.model import Journey
from loper.observe.engine.contacts import Contacts
from loper.observe.laid.layout import Bools, Ints
from loper.observe.stuck.ends import journey_ends, likely_ends, places_of
from loper.observe.stuck.stuck import collapse
from loper.observe.stuck.survival import kaplan_meier
from loper.observe.way.kernels_waits import BINS

PART = 15_625
"""Microseconds in a 64th of a second."""


class Lives:
    """`ends`: activities at which a case is over, `stages`: stages in which it is. With `at_first` it is over after the
    first such contact, else only its very last contact can be its end."""

    def __init__(
        self, contacts: Contacts, ends: Collection[str], stages: Collection[str] = (), *, at_first: bool
    ) -> None:
        self.contacts, self.ibis = contacts, contacts.ibis
        self.activities = contacts.words("activity")
        self._ends, self._stages, self._at_first = list(ends), list(stages), at_first

    @cached_property
    def now(self) -> int:
        """When the whole log ends."""
        return self.contacts.number(self.contacts.whole.table.time.max())

    @cached_property
    def table(self) -> Any:
        """The contacts of the lives; of each also the place of its case's last one (`until`), whether the case came to
        an `ended` there, and whether it is that `last` one."""
        t, ibis = self.contacts.table, self.ibis
        over = t.activity.isin(self._ends) if self._ends else ibis.literal(False)
        if self._stages:
            over = over | t.stage.isin(self._stages).fill_null(False)
        t = t.mutate(over=over)
        cases = t.group_by("case").agg(
            size=t.place.max(),
            first_end=ibis.ifelse(t.over, t.place, ibis.null("int64")).min()
            if self._at_first
            else ibis.ifelse(t.over, t.place, ibis.null("int64")).max(),
            born=ibis.ifelse(t.place == 0, t.seq, ibis.null("int64")).max(),
            quiet_since=t.time.max(),
        )
        ended = cases.first_end.notnull() if self._at_first else (cases.first_end == cases["size"]).fill_null(False)
        cases = cases.mutate(until=ibis.ifelse(ended, cases.first_end, cases["size"]), ended=ended)
        cases = cases.select("case", "until", "ended", "born", "quiet_since")
        live = t.select("case", "activity", "time", "seq", "place", "before", "wait").inner_join(cases, "case")
        live = live.filter(live.place <= live.until)
        return self.contacts.engine.hold(live.mutate(last=live.place == live.until))

    def by_activity(self, table: Any, value: Any) -> NDArray[np.int64]:
        """A number for each activity of the log: `value` over its rows."""
        found = np.zeros(len(self.activities), np.int64)
        rank = self.contacts.rank("activity")
        for row in self.contacts.rows(table.group_by("activity").agg(n=value)):
            found[rank[row["activity"]]] = row["n"]
        return found

    @cached_property
    def ended(self) -> NDArray[np.int64]:
        """Of each activity: the cases that ended there."""
        last = self.table.filter(self.table.last & self.table.ended)
        return self.by_activity(last, self.ibis._.count())

    @cached_property
    def standing_at(self) -> NDArray[np.int64]:
        """Of each activity: the cases that did not end, and of which it was the last contact."""
        last = self.table.filter(self.table.last & ~self.table.ended)
        return self.by_activity(last, self.ibis._.count())

    def stays(self, groups: Ints, size: int) -> NDArray[np.int64]:
        """As `kernels_waits.stays`."""
        t, found = self.table, np.zeros((2, size, BINS), np.int64)
        went, stand = t.filter(t.place > 0), t.filter(t.last & ~t.ended)
        asked = (
            went.select(activity=went.before, bin=self._bin(went.wait)),
            stand.select(activity=stand.activity, bin=self._bin(self.now - stand.time)),
        )
        rank = self.contacts.rank("activity")
        for which, one in enumerate(asked):
            for row in self.contacts.counted(one, "activity", "bin"):
                group = groups[rank[row["activity"]]]
                if group >= 0:
                    found[which, group, int(row["bin"])] += row["n"]
        return found

    def standing(self, limits: NDArray[np.int64]) -> NDArray[np.int64]:
        """As `kernels_waits.standing`, without which cases they are."""
        t = self.table.filter(~(self.table.last & self.table.ended))
        came = t.group_by("case", "activity").agg(time=t.time.max(), stands=(t.last & ~t.ended).max())
        known = [(came.activity == name, int(limit)) for name, limit in zip(self.activities, limits, strict=True)]
        limit = self.ibis.cases(*known, else_=int(np.iinfo(np.int64).max)) if known else self.ibis.literal(0)
        came = came.mutate(long=(self.now - came.time) >= limit)
        one = self.ibis.ifelse
        found = came.group_by("activity").agg(
            came=came.count(),
            seen=one(came.long, 1, 0).sum(),
            stopped=one(came.stands & came.long, 1, 0).sum(),
            open=one(came.stands & ~came.long, 1, 0).sum(),
        )
        out, rank = np.zeros((4, len(self.activities)), np.int64), self.contacts.rank("activity")
        for row in self.contacts.rows(found):
            out[:, rank[row["activity"]]] = row["came"], row["seen"], row["stopped"], row["open"]
        return out

    def _bin(self, micros: Any) -> Any:
        """The bin of a wait, on the grid of `kernels_waits`."""
        parts = ((micros - micros % PART) / PART).round().cast("int64")
        power = ((parts + 0.5).log2().floor() - 6).cast("int64")
        within = (parts / self.ibis.literal(2.0).pow(power)).floor().cast("int64") - 64
        place = power * 64 + within + 1
        place = self.ibis.ifelse(place > BINS - 1, BINS - 1, place)
        return self.ibis.ifelse(parts < 64, 0, place)


@dataclass(frozen=True, kw_only=True)
class Over:
    """Where cases are over (as `loper.observe.stuck.ends.Ends`), and the lives that they lived until then."""

    lives: Lives
    codes: Bools
    by: Literal["caller", "journey", "guess"]
    activities: tuple[str, ...]
    without: tuple[str, ...]


def over_of(contacts: Contacts, ends: Collection[str] | None, journey: Journey | None) -> Over:
    """Of the selected cases; kept, as one question after another asks it. BadLog for an activity that the log does not
    have."""
    key = (
        None if ends is None else tuple(ends),
        None if ends is not None else journey and (journey.name, journey.version),
    )
    if key not in contacts.overs:
        contacts.overs[key] = _over_of(contacts, ends, journey)
    found: Over = contacts.overs[key]
    return found


def _over_of(contacts: Contacts, ends: Collection[str] | None, journey: Journey | None) -> Over:
    names = contacts.words("activity")
    codes, stages = np.zeros(len(names), np.bool_), list[str]()
    by: Literal["caller", "journey", "guess"] = "guess"
    if ends is not None:
        by = "caller"
        codes[places_of(names, ends)] = True
    elif journey is not None:
        by = "journey"
        codes, stages = journey_ends(journey, names, contacts.words("stage") if "stage" in contacts.has else None)
    else:
        codes = guessed(contacts.whole)
    given = tuple(names[int(a)] for a in np.flatnonzero(codes))
    lives = Lives(contacts, given, stages, at_first=by != "guess")
    activities = tuple(names[int(a)] for a in np.flatnonzero(lives.ended)) if stages else given
    return Over(lives=lives, codes=codes, by=by, activities=activities, without=() if by == "guess" else given)


def guessed(whole: Contacts) -> Bools:
    """As `loper.observe.stuck.ends.guess`."""
    if whole.guess is None:
        lives = Lives(whole, (), at_first=False)
        t = whole.table
        cases, last = lives.by_activity(t, t.case.nunique()), lives.standing_at
        whole.guess = likely_ends(cases, last, lives.stays) if len(cases) else np.zeros(0, np.bool_)
    return whole.guess


def patience_of(whole: Contacts) -> float:
    """As `loper.observe.stuck.stuck.patience`."""
    if whole.patience is None:
        if not whole.count[1]:
            return float("inf")
        over = over_of(whole, None, None)
        stays = over.lives.stays(np.where(over.codes, -1, 0), 1)
        whole.patience = collapse(kaplan_meier(stays[0, 0], stays[1, 0]))
    return whole.patience
