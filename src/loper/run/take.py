"""Events into their cases, and what cases send each other, inside one unit."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from loper.run.cloudevents import Told
from loper.run.store import Poisoned, Stored, identity
from loper.run.work import Work
from loper.step import Case

logger = logging.getLogger("loper.run")

ROUNDS = 100
"""A case that is ticked so often in one unit goes round for ever."""


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


def take(work: Work, events: Sequence[Told]) -> list[Outcome]:
    """These events into their cases, in this order; each is there at most once, however often it is told."""
    work.load(told.case for told in events)
    known = work.unit.known(events)
    outcomes = []
    for told in events:
        if identity(told) in known or identity(told) in work.taken:
            outcomes.append(Outcome(told, "duplicate"))
        else:
            outcomes.append(_take(work, told))
    return outcomes


def _take(work: Work, told: Told) -> Outcome:
    """One event into its case; a begin event makes the case, any other waits for it."""
    stored = work.stored.get(told.case)
    if stored is None:
        case = _new_case(work, told)
        if isinstance(case, str):
            return Outcome(told, "refused", case)
        if case is None:
            work.wait(told)
            return Outcome(told, "waiting")
        stored = Stored(case)
        work.add(stored)
    fresh = stored.new
    step = work.event(told.case, told.event)
    if step is None:
        return Outcome(told, "waiting", stored.set_aside)
    first = step.effects[0] if step.effects else None
    if first is not None and first.kind == "refused":
        if fresh:
            del work.stored[told.case]
            work.touched.pop(told.case, None)
        return Outcome(told, "refused", first.why)
    if first is not None and first.kind == "duplicate":
        return Outcome(told, "duplicate")
    if fresh:
        catch_up(work, told.case)
    _bounced(work, told)
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
    )


def catch_up(work: Work, key: str) -> None:
    """Take in what came before the case did, or while it was set aside."""
    before = {one: told for one, told in work.changes.waiting.items() if told.case == key}
    early = work.early.get(key)
    if early is None:  # it was there, but set aside
        early = work.unit.waiting([key]).get(key, ())
    waiting = {identity(told): told for told in early} | before
    for one in before:
        del work.changes.waiting[one]
    known = work.unit.known(list(waiting.values()))
    for told in waiting.values():
        if identity(told) not in known and identity(told) not in work.taken:
            work.event(key, told.event)
            _bounced(work, told)
    if early:
        work.changes.arrived.append(key)


def _bounced(work: Work, told: Told) -> None:
    """A message that failed after the provider had taken it: the same moment goes on by the next channel."""
    event = told.event
    name, _, what = event.type.rpartition(".")
    if what != "failed":
        return
    letter = work.unit.find_letter(told.case, str(event.data.get("moment", "")))
    if letter is None or letter.moment.touchpoint != name or letter.status not in ("sent", "handing"):
        return
    if event.data.get("channel", letter.channel) != letter.channel:
        return  # it went on by another channel since
    letter.tried |= {letter.channel}
    if letter.status == "sent":  # else the worker that hands it over finds that it has bounced already
        letter.status, letter.again, letter.not_before, letter.why = "queued", True, work.now, ""
    work.changes.letters.append(letter)


def settle(work: Work) -> None:
    """What cases send each other, then a tick for every case that changed: of one instant, events first."""
    rounds: dict[str, int] = {}
    while True:
        while work.queue:
            sent = list(work.queue)
            work.queue.clear()
            for outcome in take(work, sent):
                if outcome.refused:
                    told = outcome.told
                    logger.error("case %s refused %s from another case: %s", told.case, told.event.type, outcome.why)
        due = [key for key in sorted(work.touched) if _due(work, key)]
        if not due:
            return
        for key in due:
            rounds[key] = rounds.get(key, 0) + 1
            if rounds[key] > ROUNDS:
                raise Poisoned("it goes round for ever", case=key)
            work.tick(key)


def _due(work: Work, key: str) -> bool:
    stored = work.stored[key]
    wake = stored.case.state.wake
    return not stored.set_aside and wake is not None and wake <= work.now
