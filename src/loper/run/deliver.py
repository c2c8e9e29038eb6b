"""Events in: durable when this returns, each at most once, whatever the order in which they come (language, rule 2)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from loper.run.cloudevents import Told
from loper.run.ports import Clock, Journeys
from loper.run.store import Conflict, Letter, Store
from loper.run.work import Work
from loper.step import Case

WAITS = timedelta(days=30)
"""How long events wait for a case that is not there."""

TRIES = 5


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one event: all but `refused` are durable."""

    told: Told
    result: Literal["accepted", "duplicate", "waiting", "refused"]
    why: str = ""

    @property
    def refused(self) -> bool:
        return self.result == "refused"

    @property
    def duplicate(self) -> bool:
        return self.result == "duplicate"


def deliver(store: Store, journeys: Journeys, events: Sequence[Told], clock: Clock) -> list[Outcome]:
    """Take these events in, in this order, in one transaction, and let happen what they make due.

    Gives an outcome for each. Events of cases that are not there wait for them; those of a case that was set aside too.
    """
    for attempt in range(TRIES):
        try:
            return _deliver(store, journeys, events, clock.now())
        except Conflict:
            if attempt == TRIES - 1:
                raise
    raise AssertionError  # pragma: no cover


def _deliver(store: Store, journeys: Journeys, events: Sequence[Told], now: datetime) -> list[Outcome]:
    with store.unit() as unit:
        work = Work(unit, journeys, now)
        work.load(told.case for told in events)
        known = unit.known(events)
        outcomes = []
        for told in events:
            identity = (told.case, told.event.source, told.event.id)
            if identity in known:
                outcomes.append(Outcome(told, "duplicate"))
                continue
            outcome = take(work, told)
            if outcome.result != "refused":
                known.add(identity)
            outcomes.append(outcome)
        settle(work)
        work.write()
        return outcomes


def take(work: Work, told: Told) -> Outcome:
    """One event into its case; a begin event makes the case, any other waits for it."""
    if told.case not in work.stored:
        work.load([told.case])
    stored = work.stored.get(told.case)
    begins = False
    if stored is None:
        case = _new_case(work, told)
        if isinstance(case, str):
            return Outcome(told, "refused", case)
        if case is None:
            work.changes.waiting.append(told)
            return Outcome(told, "waiting")
        work.begin(case)
        begins = True
    elif stored.set_aside or told.case in work.failed:
        work.changes.waiting.append(told)
        return Outcome(told, "waiting", stored.set_aside)
    result = work.event(told.case, told.event)
    if result is None:
        work.changes.waiting.append(told)
        return Outcome(told, "waiting", work.failed[told.case])
    first = result.effects[0] if result.effects else None
    if first is not None and first.kind == "refused":
        if begins:
            del work.stored[told.case]
            work.touched.discard(told.case)
        return Outcome(told, "refused", first.why)
    if first is not None and first.kind == "duplicate":
        return Outcome(told, "duplicate")
    if begins:
        _catch_up(work, told.case)
    _failed(work, told)
    return Outcome(told, "accepted")


def _new_case(work: Work, told: Told) -> Case | str | None:
    """The case that this event begins; None where it begins none; a text where it cannot be told which."""
    names = [told.journey] if told.journey else list(work.journeys.begun_by(told.event.type))
    if not names:
        return None
    if len(names) > 1:
        return f"journeys {', '.join(sorted(names))} begin with '{told.event.type}': say which ('journey')"
    try:
        journey = work.journeys.for_new(names[0], told.case)
    except LookupError as wrong:
        return str(wrong)
    if told.event.type not in journey.begins:
        return None
    return Case(
        key=told.case,
        journey=journey.name,
        version=journey.version,
        customer=told.customer or told.case,
        history=None,
    )


def _catch_up(work: Work, key: str) -> None:
    """Take in what came before the case did."""
    for waiting in work.unit.waiting([key]).get(key, ()):
        work.event(key, waiting.event)
    work.changes.arrived.append(key)


def _failed(work: Work, told: Told) -> None:
    """A message that bounced: the same moment goes on by the next channel."""
    name, _, what = told.event.type.rpartition(".")
    if what != "failed" or not told.event.data.get("permanent"):
        return
    letter: Letter | None = work.unit.find_letter(told.case, str(told.event.data.get("moment", "")))
    if letter is None or letter.status != "sent" or letter.moment.touchpoint != name:
        return
    letter.tried |= {letter.channel}
    letter.status, letter.again, letter.not_before = "queued", True, work.now
    work.unit.settle([letter])


def settle(work: Work) -> None:
    """What cases send each other, then a tick for every case that changed: of one instant, events first."""
    while True:
        while work.queue:
            take(work, work.queue.popleft())
        due = [
            key
            for key in sorted(work.touched)
            if key not in work.failed and (wake := work.stored[key].case.state.wake) is not None and wake <= work.now
        ]
        if not due:
            return
        for key in due:
            work.tick(key)


def release(store: Store, journeys: Journeys, key: str, clock: Clock) -> None:
    """Go on with a case that was set aside, and take in what came for it meanwhile."""
    now = clock.now()
    with store.unit() as unit:
        unit.set_aside(key, "")
        work = Work(unit, journeys, now)
        work.load([key])
        if key in work.stored:
            work.stored[key].set_aside = ""
            _catch_up(work, key)
            work.tick(key)
            settle(work)
        work.write()
