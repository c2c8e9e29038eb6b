"""Where cases get stuck: after which contact they stop for ever, and from when on hardly anybody goes on.

Cases that are still open when the log ends have not been seen for long enough: they count as watched until then and no
longer (Kaplan & Meier 1958), so that a case of yesterday is under way, not stuck.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
from numpy.typing import NDArray

from loper.define.model import Journey
from loper.observe.answer import Answer
from loper.observe.filter import Filter, instant
from loper.observe.laid.layout import Ints
from loper.observe.result import Result, wilson
from loper.observe.stuck.ends import CROWD, LEAST, ends_of
from loper.observe.stuck.survival import Curve, kaplan_meier
from loper.observe.way import kernels_waits
from loper.observe.words import Say

if TYPE_CHECKING:
    from loper.observe.log import Log

RARE = 0.05
"""Going on has collapsed when at most this share of those still there goes on, and of those who go on at all at most
this share is still to do so."""


@dataclass(frozen=True, kw_only=True)
class Stay(Answer):
    """What became of the cases that came to one activity: came = went_on + stopped + under_way.

    `stopped` have stood there for `after_s` or longer, `under_way` for less. `share` is of the cases that were last
    there at least `after_s` before the log ends, as of later ones nobody knows yet. `usual` is the median of the shares
    of the other activities, and `more` the share less that, at a level that holds for all activities at once
    (Bonferroni). Of those who stand there for `after_s`, `on_after` still go on. `own`: going on collapses here after
    that time; else it is the one of the whole log, or longer than 99 % of those who went on here waited.
    """

    activity: str
    came: int
    went_on: int
    stopped: int
    under_way: int
    share: Result
    usual: float
    more: Result
    after_s: float  # infinite where going on does not collapse within what was seen
    own: bool
    on_after: Result
    filter: Filter  # that selects these (and, where the log's stages say what is over, ended ones that look alike)
    curve: Curve = field(compare=False, repr=False)  # of each time a case stood here, how long until the next contact
    numbers: NDArray[np.int64] = field(compare=False, repr=False)  # of exactly the cases that stopped, in the whole log

    @property
    def stands_out(self) -> bool:
        """Whether surely more stop here than usual, by half as much again at least."""
        return self.stopped >= LEAST and self.more.low > self.usual / 2

    def rows(self) -> Sequence[dict[str, Any]]:
        return [
            {
                "activity": self.activity,
                "came": self.came,
                "went_on": self.went_on,
                "stopped": self.stopped,
                "under_way": self.under_way,
                "share": self.share.estimate,
                "low": self.share.low,
                "high": self.share.high,
                "after_s": self.after_s if np.isfinite(self.after_s) else None,
                "stands_out": self.stands_out,
            }
        ]

    def summary(self, language: str = "en") -> str:
        say = Say(language)
        if not self.stopped:
            return say(
                "After “{activity}” nobody stopped, of {came} cases.",
                "Na “{activity}” stopte niemand, van {came} zaken.",
                activity=self.activity,
                came=self.came,
            )
        text = say(
            "Of {came} cases {stopped} stopped after “{activity}” ({share}; {low} to {high}).",
            "Van {came} zaken stopten er {stopped} na “{activity}” ({share}; {low} tot {high}).",
            came=self.came,
            stopped=self.stopped,
            activity=self.activity,
            share=say.share(self.share.estimate),
            low=say.share(self.share.low),
            high=say.share(self.share.high),
        )
        after, on = say.lasting(self.after_s), self.on_after.estimate
        if on >= 0.0005:
            text += say(
                " Of those without a next contact for {after} only {on} still go on.",
                " Van wie {after} geen nieuw contact had, gaat nog maar {on} verder.",
                after=after,
                on=say.share(on),
            )
        else:
            text += say(
                " Nobody without a next contact for {after} went on.",
                " Wie {after} geen nieuw contact had, ging nooit meer verder.",
                after=after,
            )
        if self.stands_out:
            text += say(
                " After other contacts mostly {usual} stop for good.",
                " Na andere contacten stopt meestal {usual} voorgoed.",
                usual=say.share(self.usual),
            )
        return text


@dataclass(frozen=True, kw_only=True)
class Stuck(Answer):
    """`stays` in order of the cases that stopped there (of more than CROWD activities: those at which most cases
    stand; the others are in the sums). Cases are ended, stopped or under way, or (where no time can be
    told after which nobody goes on) under way for ever."""

    cases: int
    ended: int
    stopped: int
    under_way: int
    ends: tuple[str, ...]
    ends_by: Literal["caller", "journey", "guess"]
    stays: tuple[Stay, ...]

    @property
    def points(self) -> tuple[Stay, ...]:
        """The stuck points: where surely more stop than elsewhere."""
        return tuple(one for one in self.stays if one.stands_out)

    def rows(self) -> Sequence[dict[str, Any]]:
        return [row for one in self.stays for row in one.rows()]

    def summary(self, language: str = "en") -> str:
        say = Say(language)
        if not self.cases:
            return say("There are no cases.", "Er zijn geen zaken.")
        text = [
            say(
                "Of {cases} cases {ended} came to an end, {stopped} stopped on the way and {open} are under way.",
                "Van {cases} zaken kwamen er {ended} aan hun eind, {stopped} bleven onderweg steken en"
                " {open} lopen nog.",
                cases=self.cases,
                ended=self.ended,
                stopped=self.stopped,
                open=self.under_way,
            )
        ]
        text += [one.summary(language) for one in (self.points or self.stays)[:3] if one.stopped]
        if self.ends_by == "guess":
            listed = say.listed([f"“{one}”" for one in self.ends])
            text.append(
                say("Taken for an end, as a guess: {ends}.", "Als eind is aangenomen, een gok: {ends}.", ends=listed)
                if self.ends
                else say("No contact looks like an end.", "Geen enkel contact lijkt een eind.")
            )
        return " ".join(text)


def stuck_of(log: Log, *, ends: Collection[str] | None = None, journey: Journey | None = None) -> Stuck:
    """Stuck points of the selected cases. `ends`: the activities at which a case is over; else those of `journey`; else
    they are guessed from the whole log. BadLog for an activity that the log does not have."""
    layout, rows, size = log.layout, log.rows, len(log.layout.activities)
    over = ends_of(log, ends, journey)
    now = int(layout.time.max()) if len(layout) else 0
    life = (layout.time, rows, over.until, over.ended, now)
    at = np.zeros(0, np.int64)

    def stays(groups: Ints, count: int) -> Ints:
        found: Ints = kernels_waits.stays(layout.offsets, layout.activity, groups, count, *life)
        return found

    def standing(limits: Ints) -> Ints:
        nonlocal at
        table, at = kernels_waits.standing(layout.offsets, layout.activity, size, *life, limits)
        found: Ints = table
        return found

    return judged(
        Counts(
            activities=layout.activities,
            now=now,
            cases=len(rows),
            ended=int(over.ended.sum()),
            codes=over.codes,
            ends=over.activities,
            by=over.by,
            without=over.without,
            standing_at=np.bincount(layout.activity[over.until[~over.ended] - 1], minlength=size),
            stays=stays,
            standing=standing,
        ),
        lambda a: rows[at == a],
    )


@dataclass(frozen=True, kw_only=True, eq=False)
class Counts:
    """All that stuck points are reckoned from, counted in memory or by an engine. `stays` and `standing` count as the
    loops of these names in `kernels_waits` do."""

    activities: Sequence[str]
    now: int  # when the log ends, microseconds
    cases: int
    ended: int
    codes: NDArray[np.bool_]  # [activities] which are an end
    ends: tuple[str, ...]
    by: Literal["caller", "journey", "guess"]
    without: tuple[str, ...]
    standing_at: Ints  # [activities] of the cases that did not end, how many stand there
    stays: Callable[[Ints, int], Ints]
    standing: Callable[[Ints], Ints]


def judged(counts: Counts, numbers: Callable[[int], NDArray[np.int64]]) -> Stuck:
    """Stuck points of what was counted; `numbers` gives the cases that stand at an activity, where they can be had."""
    size, now = len(counts.activities), counts.now
    groups, chosen = _groups(counts)
    stays = counts.stays(groups, len(chosen) + 1)
    whole = kaplan_meier(*stays.sum(axis=1))
    general = collapse(whole)
    both = {int(a): (stays[0, g], stays[1, g]) for g, a in enumerate(chosen) if stays[:, g].any()}
    curves = {a: kaplan_meier(*one) for a, one in both.items()}
    own = {a: collapse(curve) for a, curve in curves.items() if min(one.sum() for one in both[a]) >= LEAST}
    own = {a: seconds for a, seconds in own.items() if np.isfinite(seconds)}
    after = {a: own[a] if a in own else max(general, nearly_all(curve)) for a, curve in curves.items()}
    limits = np.full(size, micros_of(general))
    limits[list(after)] = [micros_of(seconds) for seconds in after.values()]
    came, seen, stopped, under_way = counts.standing(limits)
    shares = {a: stopped[a] / seen[a] for a in curves if seen[a] >= LEAST}
    level = 1 - 0.05 / max(1, len(curves))
    found = []
    for a in sorted(curves, key=lambda a: (-stopped[a], -came[a])):
        here = (int(stopped[a]), int(seen[a]))
        curve = curves[a] if a in own else whole
        stay_on = curve.between(after[a], curve.seen_s(LEAST))
        usual = float(np.median([share for b, share in shares.items() if b != a] or [0.0]))
        activity = counts.activities[a]
        found.append(
            Stay(
                activity=activity,
                came=int(came[a]),
                went_on=int(came[a] - stopped[a] - under_way[a]),
                stopped=here[0],
                under_way=int(under_way[a]),
                share=wilson(*here),
                usual=usual,
                more=wilson(*here, level).less(usual),
                after_s=after[a],
                own=a in own,
                on_after=stay_on.others,
                filter=Filter(
                    ends=(activity,),
                    without=counts.without,
                    quiet_since=instant(now) - timedelta(microseconds=int(limits[a]))
                    if np.isfinite(after[a])
                    else instant(0),
                ),
                curve=curves[a],
                numbers=numbers(a),
            )
        )
    return Stuck(
        cases=counts.cases,
        ended=counts.ended,
        stopped=int(stopped.sum()),
        under_way=int(under_way.sum()),
        ends=counts.ends,
        ends_by=counts.by,
        stays=tuple(found),
    )


def patience(log: Log) -> float:
    """After how many seconds going on collapses in the whole log, whatever the activity; infinite where it does not."""
    whole = log.whole
    layout = whole.layout
    if not len(layout):
        return float("inf")
    over = ends_of(whole)
    number = np.where(over.codes, -1, 0)
    given = (layout.offsets, layout.activity, number, 1, layout.time, whole.rows, over.until, over.ended)
    stays = kernels_waits.stays(*given, int(layout.time.max()))
    return collapse(kaplan_meier(stays[0, 0], stays[1, 0]))


def _groups(counts: Counts) -> tuple[Ints, Ints]:
    """A group for each activity at which the most cases stand, one more for all others (none for an end); and which
    activity each group is."""
    standing = np.where(counts.codes, -1, counts.standing_at)
    chosen = np.argsort(-standing, kind="stable")[: min(CROWD, int((standing >= 0).sum()))]
    groups = np.where(counts.codes, -1, len(chosen))
    groups[chosen] = np.arange(len(chosen))
    return groups, chosen


def micros_of(seconds: float) -> int:
    return round(seconds * 1e6) if np.isfinite(seconds) else int(np.iinfo(np.int64).max)


def nearly_all(curve: Curve, share: float = 0.99) -> float:
    """The seconds within which that share of those who go on had done so."""
    running = np.cumsum(curve.went_on)
    return float(curve.time_s[np.searchsorted(running, share * running[-1])]) if len(running) and running[-1] else 0.0


def collapse(curve: Curve) -> float:
    """After how many seconds going on collapses: from then on at most RARE of those still there go on, nearly all who
    go on have done so, and people were watched for at least as long again. Infinite when there is no such time."""
    longest = curve.seen_s(LEAST)
    if not longest:
        return float("inf")
    at_last = curve.at(longest).estimate
    to_come = curve.survival - at_last
    good = (to_come <= RARE * curve.survival) & (to_come <= RARE * (1 - at_last)) & (curve.time_s * 2 <= longest)
    return float(curve.time_s[np.argmax(good)]) if good.any() else float("inf")
