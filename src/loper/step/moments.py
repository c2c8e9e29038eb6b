"""The moments of a case as it stands: which there are, when they are due, and whether they may still happen.

All of it is a function of the state, so a moved appointment moves its reminder by itself (language, rules 4 to 9).
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import chain

from loper.define.expression import lookup
from loper.define.model import Duration, Journey, OnFact, Touchpoint, Unit
from loper.step.case import Case, Go, Moment, Pending, Skip, State, Verdict, Wait, Withdraw
from loper.step.deadline import Deadline, as_instant
from loper.step.fold import Fold, occasion
from loper.step.index import index
from loper.step.when import due, opens, shift

COVERED = timedelta(hours=4)
"""A late *before* moment is covered by another message of its case that went less than this before (rule 6)."""

Standing = State | Fold
"""A case as it stands: frozen, or under way. Both have the same names."""

USUAL_LATE = Duration(1, Unit.DAYS)
PUNCTUAL = timedelta(minutes=1)
"""`late: never` still leaves a machine the minute it is due in."""
SENDING = timedelta(minutes=15)
"""How long after `between` has closed a message may still go that was queued while it was open: a queue takes time."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """A moment that is not over and whose stage and event hold; `judged` is what `if` said at its event."""

    touchpoint: Touchpoint
    moment: Moment
    following: datetime | None = None  # when the next repeat of `every` is due
    judged: bool = True
    late_at_intake: bool = False  # a *before* moment that was late when its event was taken in


@dataclass(frozen=True, slots=True, eq=False)
class Reckoned:
    """What may come of a state. It follows from journey and state alone, and a tick comes right after most events: kept
    beside the state in memory, it is not reckoned twice. A store never sees it, and `replace` leaves it behind.
    """

    journey: Journey
    found: list[Candidate]
    deadline: Deadline | None

    def __deepcopy__(self, memo: object) -> Reckoned:
        return self


def candidates(journey: Journey, state: Standing) -> list[Candidate]:
    """Every moment that may still come, queued ones too; of `every` only the next repeat that is not over.

    Of two times of a touchpoint that come to the same moment, the first to be due is it.
    """
    if state.stage is None or state.into is not None:
        return []
    found: dict[str, Candidate] = {}
    of_events = (_of_event(journey, state, pending) for pending in state.pending)
    of_facts = (_of_fact(journey, state, touchpoint, anchor) for touchpoint, _, anchor in index(journey).by_fact)
    for one in chain(of_events, of_facts):
        if one is not None:
            other = found.setdefault(one.moment.key, one)
            if one.moment.due < other.moment.due:
                found[one.moment.key] = one
    return list(found.values())


def superseded(journey: Journey, state: Standing, pending: Pending) -> bool:
    """Whether a message about an event was overtaken: a later event set or cleared a fact that it sets (rule 9).

    Only a touchpoint `when: EVENT` tells of the event; one that comes so long *after* it stands by itself.
    """
    touchpoint = journey.touchpoints[pending.touchpoint]
    anchor = touchpoint.when[pending.anchor]
    if isinstance(anchor, OnFact) or anchor.shift is not None:
        return False
    declared = journey.events.get(anchor.event)
    return declared is not None and any(state.touched.get(fact, 0) > pending.at for fact in declared.sets)


def _of_event(journey: Journey, state: Standing, pending: Pending) -> Candidate | None:
    touchpoint = journey.touchpoints[pending.touchpoint]
    anchor = touchpoint.when[pending.anchor]
    if isinstance(anchor, OnFact) or superseded(journey, state, pending):
        return None
    row = _Row(journey, touchpoint, pending.time, anchor.shift, 1)
    moment = row.moment(pending.occasion, pending.repeat)
    if moment.key in state.over:
        return None
    return Candidate(touchpoint, moment, row.following(pending.repeat), pending.judged)


def _of_fact(journey: Journey, state: Standing, touchpoint: Touchpoint, anchor: OnFact) -> Candidate | None:
    asleep = state.ended if touchpoint.in_ is None else state.stage not in touchpoint.in_
    value = None if asleep else as_instant(lookup(state.facts, anchor.path), journey)
    if value is None:
        return None
    position, taken = state.since.get(anchor.path, (0, None))
    if any(state.seen.get(event, 0) > position for event in touchpoint.unless):
        return None
    base = value.isoformat()
    repeat = 0
    while f"{touchpoint.name}/{occasion(base, repeat)}" in state.over:
        repeat += 1
        if touchpoint.every is None or (touchpoint.most is not None and repeat >= touchpoint.most):
            return None
    row = _Row(journey, touchpoint, value, anchor.shift, -1 if anchor.before else 1)
    moment = row.moment(base, repeat)
    if repeat and touchpoint.late is None and anchor.before and moment.due >= value:
        return None  # repeats of a *before* moment end where it could only be late
    late = anchor.before and taken is not None and moment.due < taken
    return Candidate(touchpoint, moment, row.following(repeat), late_at_intake=late)


@dataclass(frozen=True, slots=True)
class _Row:
    """The moments of one anchor: the first, and the repeats of `every` after it."""

    journey: Journey
    touchpoint: Touchpoint
    at: datetime
    by: Duration | None
    sign: int

    def due(self, repeat: int) -> datetime:
        return due(
            self.at,
            zone=self.journey.timezone,
            calendar=self.journey.calendar,
            by=self.by,
            sign=self.sign,
            every=self.touchpoint.every,
            repeat=repeat,
            window=self.touchpoint.between,
        )

    def following(self, repeat: int) -> datetime | None:
        most = self.touchpoint.most
        if self.touchpoint.every is None or (most is not None and repeat + 1 >= most):
            return None
        return self.due(repeat + 1)

    def moment(self, base: str, repeat: int) -> Moment:
        when = self.due(repeat)
        return Moment(self.touchpoint.name, occasion(base, repeat), when, self.limit(when))

    def limit(self, when: datetime) -> datetime | None:
        match self.touchpoint.late:
            case None if self.sign < 0:
                return self.at.astimezone(UTC)
            case None:
                return shift(when, USUAL_LATE, self.journey.timezone, self.journey.calendar)
            case "never":
                return when + PUNCTUAL
            case "always":
                return None
            case by:
                return shift(when, by, self.journey.timezone, self.journey.calendar)


def goes(journey: Journey, candidate: Candidate, now: datetime) -> datetime:
    """When it is settled whether it goes, asked now: when due; if that is past, when `between` next allows, but at
    once where that would be too late.
    """
    moment = candidate.moment
    if moment.due >= now:
        return moment.due
    at = opens(now, candidate.touchpoint.between, journey.timezone)
    return now if moment.limit is not None and at >= moment.limit else at


def verdict(
    journey: Journey, case: Case, state: Standing, candidate: Candidate, now: datetime, *, queued: bool = False
) -> Verdict:
    """May this due moment happen now, as far as its case goes? Go has no channel yet: that is for `may` to say."""
    touchpoint, moment = candidate.touchpoint, candidate.moment
    condition = touchpoint.if_
    if not candidate.judged or (condition and not condition(state.facts, now.astimezone(journey.timezone))):
        return Skip("if")
    if variant(touchpoint, case.customer) == "none":
        return Skip("variant")
    if moment.due > now:
        return Wait(moment.due, "not due yet")
    at = now if moment.due == now else opens(now, touchpoint.between, journey.timezone)
    if queued and at > now and opens(now - SENDING, touchpoint.between, journey.timezone) == now - SENDING:
        at = now
    if moment.limit is not None and at >= moment.limit:
        return Skip("late")
    if candidate.following is not None and candidate.following <= now and moment.due < now:
        return Skip("late")  # of several late repeats only the last
    if at > now:
        return Wait(at, "between")
    if candidate.late_at_intake and state.said is not None and now - state.said < COVERED:
        return Skip("covered")
    return Go("")


def ready(journey: Journey, case: Case, key: str, now: datetime) -> Verdict:
    """May this queued moment still happen (rules 6, 7 and 9)? Asked again right before it is handed to a channel."""
    state = case.state
    if key in state.over:
        return Withdraw("over")
    found = next((c for c in candidates(journey, state) if c.moment.key == key), None)
    if found is None:
        return Withdraw("no longer so")
    return verdict(journey, case, state, found, now, queued=True)


def variant(touchpoint: Touchpoint, customer: str) -> str:
    """The variant of a touchpoint that this customer gets, always the same one; `none` gets no message.

    A share of customers by the first 8 bytes of sha256(touchpoint, NUL, customer), so that trials of different
    touchpoints do not go together.
    """
    total = sum(touchpoint.variants.values())
    if total <= 0:
        return ""
    digest = hashlib.sha256(f"{touchpoint.name}\0{customer}".encode()).digest()
    place = int.from_bytes(digest[:8]) % total
    for name, share in touchpoint.variants.items():
        place -= share
        if place < 0:
            return name
    raise AssertionError  # pragma: no cover - the shares add up to the total
