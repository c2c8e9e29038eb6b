"""What happens next: one pure function (language, "What it means, exactly").

    step(journey, case, input, now) -> Step(case, effects)

An event is taken into the fold and nothing more: what it makes due waits for the next tick, so that of one instant
all events come first (rule 11). A tick passes the deadlines up to now and lets the moments happen that are due: a
task is opened, a message is queued. No clock, no database, no chance.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from loper.define.model import Journey
from loper.step.accept import refusal
from loper.step.case import SYSTEM, Case, Effect, Event, HistoryNeeded, Moment, Skip, State, Step, Tick, Verdict, Wait
from loper.step.family import asked, taken_back, tells_parent
from loper.step.fold import Entry, Fold
from loper.step.index import ENDED, MERGED, OVERDUE, RETRACTED
from loper.step.moments import Candidate, Reckoned, Standing, candidates, goes, superseded, verdict
from loper.step.refold import again

AHEAD = timedelta(minutes=5)
"""An event dated further ahead than this is accepted with the time of its receipt (rule 2)."""


def step(journey: Journey, case: Case, input: Event | Tick, now: datetime) -> Step:
    """The case after this input at this time, and what the world must do or know about it. Total: it never raises,
    but for HistoryNeeded where the case came without the events that it takes to fold it again.
    """
    now = now if case.now is None else max(now, case.now)
    return _tick(journey, case, now) if isinstance(input, Tick) else _take(journey, case, input, now)


def sent(case: Case, moment: Moment, channel: str, now: datetime) -> Event:
    """T.sent: the moment happened, by this channel (empty: a task was opened)."""
    return _came(case.state, moment, "sent", now, {"channel": channel} if channel else {})


def skipped(case: Case, moment: Moment, why: str, now: datetime) -> Event:
    """T.skipped: the moment will not happen."""
    return _came(case.state, moment, "skipped", now, {"why": why})


def failed(case: Case, moment: Moment, channel: str, now: datetime) -> Event:
    """T.failed: this channel could not take the message, and never will; the moment goes on by another."""
    came = _came(case.state, moment, "failed", now, {"channel": channel})
    return replace(came, id=f"{came.id}:{channel}", data={**came.data, "permanent": True})


def _came(state: Standing, moment: Moment, what: str, now: datetime, data: dict[str, str]) -> Event:
    """It stands last in its case: after events dated a little ahead, and after what came of this instant already."""
    at = max(now, state.at or now)
    last = state.last
    sequence = last[3] + 1 if last is not None and last[:2] == (at, 1) else 1
    return Event(
        type=f"{moment.touchpoint}.{what}",
        time=at,
        source=SYSTEM,
        id=f"{moment.key}:{what}",
        sequence=sequence,
        data={"moment": moment.key, **data},
        emitter="system",
        received=now,
    )


# -- an event ----------------------------------------------------------------------------------------------------


def _take(journey: Journey, case: Case, event: Event, now: datetime) -> Step:
    state, known = case.state, case.history
    if known is not None and any(old.id == event.id and old.source == event.source for old in known):
        return Step(replace(case, now=now), (Effect(kind="duplicate", at=now, stage=state.stage, event=event),))
    why = refusal(journey, event) or _out_of_season(journey, case, event, now)
    if why:
        return Step(replace(case, now=now), (Effect(kind="refused", at=now, stage=state.stage, event=event, why=why),))
    event = _received(event, now)
    accepted = Effect(kind="accepted", at=event.time, stage=state.stage, event=event, round=state.round)
    fold, effects = _fold(journey, case, event)
    history = None if known is None else (*known, event)
    return _settled(journey, case, fold, [accepted, *effects], now, history)


def _received(event: Event, now: datetime) -> Event:
    """The event as it is kept (spelt out: `replace` looks every field up by name, and this is done for every event)."""
    return Event(
        type=event.type,
        time=(now if event.time > now + AHEAD else event.time).astimezone(UTC),
        source=event.source,
        id=event.id,
        data=event.data,
        sequence=event.sequence,
        emitter=event.emitter,
        received=now,
    )


def _out_of_season(journey: Journey, case: Case, event: Event, now: datetime) -> str:
    """Why a campaign does not begin now; empty where it does."""
    if journey.runs is None or event.type not in journey.begins or case.state.stage is not None:
        return ""
    start, end = journey.runs
    if start <= min(event.time, now) < end:
        return ""
    return f"journey '{journey.name}' runs from {start.isoformat()} to {end.isoformat()}"


def _fold(journey: Journey, case: Case, event: Event) -> tuple[Fold, Iterable[Effect]]:
    """The case with this event in it, and what it did."""
    state = case.state
    if event.type == RETRACTED:
        return _retract(journey, case, event)
    if event.key in state.retracted:
        gone = Effect(kind="retracted", at=event.time, stage=state.stage, event=event, round=state.round)
        return Fold(journey, state), (gone,)
    if state.stage is not None and state.last is not None and event.order > state.last and event.type != MERGED:
        fold = Fold(journey, state)
        fold.take(event)
        return fold, _news(journey, case, fold, fold.entries, event)
    fold, entries = again(journey, _whole(case), event)
    return fold, _news(journey, case, fold, entries, event)


def _whole(case: Case) -> Case:
    """The case with its history; raises HistoryNeeded where it came without."""
    if case.history is None:
        raise HistoryNeeded(case.key)
    return case


def _news(journey: Journey, case: Case, fold: Fold, entries: Sequence[Entry], event: Event) -> Iterator[Effect]:
    """What the world hears of new entries: deadlines that passed, what became of this event, and what they ask."""
    for entry in entries:
        if entry.event is event:
            yield Effect(kind=entry.kind, at=entry.at, stage=entry.stage, event=event, round=fold.round)
        yield from _by_itself(entry, fold.round)
        yield from asked(journey, case, case.history or (), fold, entry)
    if not any(entry.event is event for entry in entries):  # it does not count here
        if fold.into is not None:
            yield Effect(kind="forward", at=event.time, event=event, key=fold.into)
        else:
            yield Effect(kind="noted", at=event.time, event=event, why="the case has not begun")


def _retract(journey: Journey, case: Case, event: Event) -> tuple[Fold, Iterable[Effect]]:
    """Take the event that is named out of the fold; what came of it stays."""
    key = f"{event.data['source']}#{event.data['id']}"
    target = next((old for old in _whole(case).history or () if old.key == key and old.source != SYSTEM), None)
    fold, entries = again(journey, case, event)
    effects: list[Effect] = []
    for entry in entries:
        effects += _by_itself(entry, fold.round)
        effects += asked(journey, case, case.history or (), fold, entry)
    effects.append(Effect(kind="retracted", at=event.time, stage=fold.stage, event=target or event, round=fold.round))
    effects += taken_back(journey, case, fold, event, target)
    return fold, effects


def _by_itself(entry: Entry, round: int) -> Iterator[Effect]:
    """A deadline that passed, or the end of a campaign, with the move that it made."""
    event = entry.event
    if event.source == SYSTEM and event.type == OVERDUE:
        yield Effect(kind="overdue", at=entry.at, stage=entry.before, event=event, round=round)
        if entry.kind == "move":
            yield Effect(kind="move", at=entry.at, stage=entry.stage, event=event, round=round)
    elif event.source == SYSTEM and event.type == ENDED:
        yield Effect(kind=entry.kind, at=entry.at, stage=entry.stage, event=event, round=round)


# -- a tick --------------------------------------------------------------------------------------------------------


def _tick(journey: Journey, case: Case, now: datetime) -> Step:
    fold, effects, accepted = Fold(journey, case.state), list[Effect](), list[Event]()
    fold.pass_deadlines(now, inclusive=True)
    for entry in fold.entries:
        effects += _by_itself(entry, fold.round)
    before = case.state.reckoned
    fresh = before is None or before.journey is not journey or fold.entries
    found: list[Candidate] = candidates(journey, fold) if fresh else before.found
    while (due := _next_due(journey, case, fold, found, now)) is not None:
        candidate, answer = due
        moment, stage, round = candidate.moment, fold.stage, fold.round
        if isinstance(answer, Skip):
            effects.append(Effect(kind="skip", at=now, stage=stage, moment=moment, why=answer.why, round=round))
            event = _came(fold, moment, "skipped", now, {"why": answer.why})
        elif candidate.touchpoint.for_person:
            effects.append(Effect(kind="task", at=now, stage=stage, moment=moment, round=round))
            event = _came(fold, moment, "sent", now, {})
        else:
            effects.append(Effect(kind="message", at=now, stage=stage, moment=moment, round=round))
            fold.queued[moment.key] = moment
            continue
        accepted.append(event)
        effects.append(Effect(kind="accepted", at=now, stage=stage, event=event, round=round))
        effects += _came_of(fold, event, now)
        found = candidates(journey, fold)
    history = None if case.history is None else (*case.history, *accepted)
    return _settled(journey, case, fold, effects, now, history, found=found, ticked=True)


def _came_of(fold: Fold, event: Event, now: datetime) -> Iterator[Effect]:
    """What an event of the runtime itself led to: a move, and the deadlines of where that led."""
    first = len(fold.entries)
    fold.take(event)
    fold.pass_deadlines(now, inclusive=True)
    for entry in fold.entries[first:]:
        if entry.event is event and entry.kind == "move":
            yield Effect(kind="move", at=entry.at, stage=entry.stage, event=event, round=fold.round)
        yield from _by_itself(entry, fold.round)


def _next_due(
    journey: Journey, case: Case, fold: Fold, found: Iterable[Candidate], now: datetime
) -> tuple[Candidate, Verdict] | None:
    """The next moment that happens or is skipped now: those on time first, then late ones (rule 11)."""
    due = [c for c in found if c.moment.due <= now and c.moment.key not in fold.queued]
    due.sort(key=lambda c: (c.moment.due < now, c.moment.due, c.touchpoint.order, c.moment.key))
    for candidate in due:
        answer = verdict(journey, case, fold, candidate, now)
        if not isinstance(answer, Wait):
            return candidate, answer
    return None


# -- after either --------------------------------------------------------------------------------------------------


def settle(journey: Journey, case: Case, state: State, effects: Iterable[Effect], now: datetime) -> Step:
    """The case in this state instead of its own, with what holds after every step."""
    return _settled(journey, case, Fold(journey, state), list(effects), now, case.history)


def _settled(
    journey: Journey,
    case: Case,
    fold: Fold,
    effects: list[Effect],
    now: datetime,
    history: tuple[Event, ...] | None,
    *,
    found: list[Candidate] | None = None,
    ticked: bool = False,
) -> Step:
    """What holds after every step: queued moments that are no longer so are withdrawn, the next waking is known, a case
    with nothing more to come is stalled, and the parent of one that ended is told.
    """
    before = case.state
    if found is None:
        found = candidates(journey, fold)
    alive = {one.moment.key: one for one in found}
    for key, moment in list(fold.queued.items()):
        if key not in alive:
            why = "superseded" if _overtaken(journey, fold, moment) else "no longer so"
            effects.append(Effect(kind="withdrawn", at=now, stage=fold.stage, moment=moment, why=why, round=fold.round))
            del fold.queued[key]
    comes = [goes(journey, candidate, now) for key, candidate in alive.items() if key not in fold.queued]
    deadline = fold.deadline()
    if deadline is not None:
        comes.append(deadline.at)
    wake = min(comes, default=None)
    idle = fold.stage is not None and not fold.ended and wake is None and not fold.queued
    stalled = idle and (ticked or before.stalled)
    if stalled and not before.stalled:
        effects.append(Effect(kind="stalled", at=now, stage=fold.stage, round=fold.round))
    if idle and not stalled:
        wake = now  # the next tick says that it is stalled
    if fold.ended and not before.ended:
        effects.append(Effect(kind="ended", at=fold.at or now, stage=fold.stage, round=fold.round))
    effects += tells_parent(journey, case, fold, now)
    state = fold.state(wake=wake, stalled=stalled)
    object.__setattr__(state, "reckoned", Reckoned(journey, found, deadline))
    return Step(_left(case, now, state, history), tuple(effects))


def _left(case: Case, now: datetime, state: State, history: tuple[Event, ...] | None) -> Case:
    """The case as a step left it."""
    return Case(
        key=case.key,
        journey=case.journey,
        version=case.version,
        customer=case.customer,
        parent=case.parent,
        inherited=case.inherited,
        now=now,
        state=state,
        history=history,
    )


def _overtaken(journey: Journey, fold: Fold, moment: Moment) -> bool:
    return any(
        pending.touchpoint == moment.touchpoint and superseded(journey, fold, pending) for pending in fold.pending
    )
