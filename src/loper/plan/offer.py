"""Which blocks a customer can have: each with who comes, when we would begin and the extra travel, or why not.

Cheapest insertion, exact: every gap of every route of every day, with the jobs there in the order they have and the
pauses wherever they fit. Extra travel is the way there and on, less the way that is not made any more (Campbell &
Savelsbergh 2004, Decision support for consumer direct grocery initiatives, section 4).
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from loper.plan.board import ALWAYS, Board, Columns, Gaps, done_by
from loper.plan.model import Job, Offered, PartnerBlock, Seconds, Span, Travel, Why
from loper.plan.optimise_day import cannot, since, takes
from loper.plan.schedule import seconds

REASONS: tuple[Why, ...] = ("past", "skill", "material", "area", "people", "hours", "far", "full")
"""The nearest to yes last."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Rules:
    """suits: a block that costs so much more than the cheapest still lies well for the routes.
    own_first: rather an own technician with so much extra travel than a co-maker.
    """

    suits: timedelta = timedelta(minutes=10)
    own_first: timedelta = timedelta(minutes=30)


USUAL = Rules()


class Found(NamedTuple):
    """The cheapest way to do it: extra seconds, begin (since 1970), who, and who comes along."""

    extra: int
    begin: int
    technician: str
    second: str = ""


def offer(
    board: Board,
    job: Job,
    blocks: Sequence[Span],
    travel: Travel,
    now: datetime,
    *,
    notice: timedelta = timedelta(hours=1),
    technicians: Collection[str] = (),
    rules: Rules = USUAL,
) -> tuple[Offered, ...]:
    """Every block, in this order, and then the blocks of co-makers that are none of these and can be had.

    `technicians`: these alone (keys); empty: everybody.
    """
    able = (
        one
        for one in board.partners
        if takes(one, job) and one.span.start > now + notice and (not technicians or one.partner in technicians)
    )
    partners = sorted(able, key=lambda one: (one.span, one.partner))
    days: dict[date, _Day | None] = {}
    found: list[Offered] = []
    used: set[Span] = set()
    for block in blocks:
        theirs = [one for one in partners if block.start <= one.span.start and one.span.end <= block.end]
        used.add(block)
        if block.start <= now + notice:
            found.append(Offered(span=block, why="past"))
            continue
        day = block.start.date()
        if day not in days:
            columns = board.of_day(day)
            days[day] = None if columns is None else _Day.of(columns, job, travel, technicians)
        best = _best(days[day], job, block, theirs, rules)
        used.add(best.span)
        found.append(best)
    found += [_partner(one) for span, one in _by_span(partners).items() if span not in used]
    return _marked(found, rules)


def _best(day: _Day | None, job: Job, block: Span, partners: Sequence[PartnerBlock], rules: Rules) -> Offered:
    own = day.cheapest(block) if day is not None else None
    if partners and (own is None or own.extra > rules.own_first.total_seconds()):
        return _partner(partners[0])
    if own is not None:
        return Offered(
            span=block,
            technician=own.technician,
            second=own.second,
            planned=datetime.fromtimestamp(own.begin, UTC),
            extra=timedelta(seconds=own.extra),
        )
    return Offered(span=block, why=day.why(block) if day is not None else "hours")


def _partner(one: PartnerBlock) -> Offered:
    return Offered(span=one.span, technician=one.partner, planned=one.span.start, partner=True)


def _by_span(partners: Iterable[PartnerBlock]) -> dict[Span, PartnerBlock]:
    found: dict[Span, PartnerBlock] = {}
    for one in partners:
        found.setdefault(one.span, one)
    return found


def _marked(found: Sequence[Offered], rules: Rules) -> tuple[Offered, ...]:
    """Those that lie well for the routes are marked."""
    own = [one.extra for one in found if one.free and not one.partner]
    if not own:
        return tuple(found)
    most = min(own) + rules.suits
    return tuple(
        replace(one, suits=True) if one.free and not one.partner and one.extra <= most else one for one in found
    )


@dataclass(frozen=True, slots=True)
class _Day:
    """The gaps of a day for one job: between which moments it could begin in each, at which extra travel."""

    columns: Columns
    job: Job
    cannot: tuple[Why | None, ...]  # by route
    lasts: Seconds  # by route
    low: Seconds  # (gaps, sets)
    high: Seconds  # (gaps, sets)
    extra: Seconds  # (gaps,)
    there: Seconds  # (routes,): the way from where the day begins
    home: Seconds  # (routes,): the way to where it ends

    @staticmethod
    def of(columns: Columns, job: Job, travel: Travel, technicians: Collection[str]) -> _Day:
        routes = columns.routes
        no = tuple(
            "skill" if technicians and one.shift.technician not in technicians else cannot(one.shift, job)
            for one in routes
        )
        lasts = np.array([seconds(job, one.shift.technician) for one in routes], dtype=np.int64)
        to = travel.seconds(columns.places, [job.place])[:, 0]
        back = travel.seconds([job.place], columns.places)[0]
        way, onward = to[columns.before], np.where(columns.after < 0, 0, back[columns.after])
        high = done_by(columns.by, columns.pauses, onward) - lasts[columns.route][:, None]
        able = np.array([one is None for one in no])[columns.route]
        first = np.flatnonzero(np.diff(columns.route, prepend=-1))
        last = np.append(first[1:], len(columns.route)) - 1
        return _Day(
            columns=columns,
            job=job,
            cannot=no,
            lasts=lasts,
            low=np.where(able[:, None], columns.free + way[:, None], ALWAYS),
            high=high,
            extra=way + onward - columns.saved,
            there=way[first],
            home=onward[last],
        )

    def cheapest(self, block: Span) -> Found | None:
        """The least extra travel, then the earliest begin, then the technician; None where there is no room."""
        low, high = self._within(block)
        gap, taken = np.nonzero(low <= high)
        if not len(gap):
            return None
        if self.job.people > 1:
            return self._two(gap, low[gap, taken], high[gap, taken])
        extra, begin = self.extra[gap], low[gap, taken]
        one = np.lexsort((self.columns.route[gap], begin, extra))[0]
        return Found(int(extra[one]), int(begin[one]), self._who(gap[one]))

    def _within(self, block: Span) -> tuple[Seconds, Seconds]:
        return np.maximum(self.low, since(block.start)), np.minimum(self.high, int(block.end.timestamp()))

    def _who(self, gap: int | np.int64) -> str:
        return str(self.columns.routes[self.columns.route[gap]].shift.technician)

    def _two(self, gap: NDArray[np.int64], low: Seconds, high: Seconds) -> Found | None:
        """Two routes with room from the same moment on: the cheapest together."""
        extra, route = self.extra[gap], self.columns.route[gap]
        begin = np.maximum(low[:, None], low[None])
        fits = (begin <= np.minimum(high[:, None], high[None])) & (route[:, None] < route[None])
        if not fits.any():
            return None
        a, b = np.nonzero(fits)
        together = extra[a] + extra[b]
        one = np.lexsort((route[b], route[a], begin[a, b], together))[0]
        return Found(int(together[one]), int(begin[a[one], b[one]]), self._who(gap[a[one]]), self._who(gap[b[one]]))

    def why(self, block: Span) -> Why:
        """What stands in the way of the technician who is nearest to it."""
        reasons: list[Why] = []
        for number, one in enumerate(self.columns.routes):
            reasons.append(self._why(number, one, block))
            if reasons[-1] == REASONS[-1] and self.job.people == 1:
                return REASONS[-1]  # nobody can be nearer
        able = sum(one is None for one in self.cannot)
        if self.job.people > 1 and able == 1:
            reasons = ["people" if one in ("hours", "far", "full") else one for one in reasons]
        return max(reasons, key=REASONS.index, default="hours")

    def _why(self, number: int, route: Gaps, block: Span) -> Why:
        reason = self.cannot[number]
        if reason is not None:
            return reason
        shift, lasts = route.shift, timedelta(seconds=int(self.lasts[number]))
        if max(block.start, shift.start) > min(block.end, shift.end - lasts):
            return "hours"
        begin = max(since(shift.start) + int(self.there[number]), since(block.start))
        late = begin > int(block.end.timestamp())
        if late or begin + int(self.lasts[number]) + int(self.home[number]) > int(shift.end.timestamp()):
            return "far"
        return "full"
