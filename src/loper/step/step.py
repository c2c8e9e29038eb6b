"""What happens next: one pure function (language, "What it means, exactly").

    step(journey, case, input, now) -> Step(case, effects)

An event is taken into the fold and nothing more: what it makes due waits for the next tick, so that of one instant
all events come first (rule 11). A tick passes the deadlines up to now and lets the moments happen that are due: a
task is opened, a message is queued. No clock, no database, no chance.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime, timedelta

from loper.define.model import Journey
from loper.step.accept import refusal
from loper.step.case import (
    SYSTEM,
    Case,
    Effect,
    EffectKind,
    Event,
    HistoryNeeded,
    Moment,
    Skip,
    State,
    Step,
    Tick,
    Verdict,
    Wait,
)
from loper.step.facts import plain, told
from loper.step.fold import Entry, Fold, refold
from loper.step.index import ENDED, MERGED, OVERDUE, RETRACTED, index
from loper.step.moments import Candidate, candidates, goes, superseded, verdict

AHEAD = timedelta(minutes=5)
"""An event dated further ahead than this is accepted with the time of its receipt (rule 2)."""


def step(journey: Journey, case: Case, input: Event | Tick, now: datetime) -> Step:
    """The case after this input at this time, and what the world must do or know about it. Total: it never raises,
    but for HistoryNeeded where the case came without the events that it takes to fold it again.
    """
    now = now if case.now is None else max(now, case.now)
    case = replace(case, now=now)
    return _tick(journey, case, now) if isinstance(input, Tick) else _take(journey, case, input, now)


def sent(case: Case, moment: Moment, channel: str, now: datetime) -> Event:
    """T.sent: the moment happened, by this channel (empty: a task was opened)."""
    return _came(case.state, moment, "sent", now, {"channel": channel} if channel else {})


def skipped(case: Case, moment: Moment, why: str, now: datetime) -> Event:
    """T.skipped: the moment will not happen."""
    return _came(case.state, moment, "skipped", now, {"why": why})


def _came(state: State, moment: Moment, what: str, now: datetime, data: dict[str, str]) -> Event:
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
    known = case.history
    if known is not None and any(old.source == event.source and old.id == event.id for old in known):
        return Step(case, (Effect(kind="duplicate", at=now, stage=case.state.stage, event=event),))
    why = refusal(journey, event) or _out_of_season(journey, case, event, now)
    if why:
        return Step(case, (Effect(kind="refused", at=now, stage=case.state.stage, event=event, why=why),))
    event = replace(event, received=now, time=now if event.time > now + AHEAD else event.time)
    before = case.state
    accepted = Effect(kind="accepted", at=event.time, stage=before.stage, event=event, round=before.round)
    after, effects = _fold(journey, case, event)
    case = replace(case, history=None if known is None else (*known, event))
    return settle(journey, case, after, (accepted, *effects), now)


def _out_of_season(journey: Journey, case: Case, event: Event, now: datetime) -> str:
    """Why a campaign does not begin now; empty where it does."""
    if journey.runs is None or event.type not in journey.begins or case.state.stage is not None:
        return ""
    start, end = journey.runs
    if start <= min(event.time, now) < end:
        return ""
    return f"journey '{journey.name}' runs from {start.isoformat()} to {end.isoformat()}"


def _fold(journey: Journey, case: Case, event: Event) -> tuple[State, list[Effect]]:
    """The state with this event in it, and what it did."""
    state = case.state
    if event.type == RETRACTED:
        return _retract(journey, case, event)
    if event.key in state.retracted:
        return state, [Effect(kind="retracted", at=event.time, stage=state.stage, event=event, round=state.round)]
    if state.stage is not None and state.last is not None and event.order > state.last and event.type != MERGED:
        fold = Fold(journey, state)
        fold.take(event)
    else:
        fold = refold(journey, case, (*_history(case), event))
    after = fold.state()
    effects = _overdue(state, fold, after)
    entry = next((entry for entry in fold.entries if entry.event is event), None)
    if entry is None:
        effects.append(_not_folded(after, event))
    else:
        effects.append(Effect(kind=entry.kind, at=entry.at, stage=entry.stage, event=event, round=after.round))
        effects += _asked(journey, case, after, entry)
    return after, effects


def _not_folded(after: State, event: Event) -> Effect:
    """An event that does not count here: of a case that was merged, or that has not begun."""
    if after.into is not None:
        return Effect(kind="forward", at=event.time, event=event, key=after.into)
    return Effect(kind="noted", at=event.time, event=event, why="the case has not begun")


def _asked(journey: Journey, case: Case, after: State, entry: Entry) -> list[Effect]:
    """What an event asks beyond its own case: a child, a person for a reply, the case that this one was merged into."""
    event = entry.event
    effects: list[Effect] = []
    if event.type in journey.opens and entry.kind != "unexpected":
        told = {**{name: plain(value) for name, value in after.facts.items()}, **event.data}
        begin = Event(type=event.type, time=event.time, source=_source(case), id=event.key, data=told)
        effects.append(
            Effect(kind="open", at=entry.at, event=begin, key=child_key(case, event), journey=journey.opens[event.type])
        )
    if event.type.endswith(".replied") and event.type not in index(journey).named:
        effects.append(Effect(kind="task", at=entry.at, stage=entry.stage, event=event, why="reply", round=after.round))
    if event.type == MERGED:
        later = (old for old in _history(case) if old.order > event.order and old.source != SYSTEM)
        effects += [Effect(kind="forward", at=old.time, event=old, key=str(event.data["into"])) for old in later]
    return effects


def _retract(journey: Journey, case: Case, event: Event) -> tuple[State, list[Effect]]:
    """Take the event that is named out of the fold; what came of it stays."""
    history = _history(case)
    key = f"{event.data['source']}#{event.data['id']}"
    target = next((old for old in history if old.key == key and old.source != SYSTEM), None)
    fold = refold(journey, case, (*history, event))
    after = fold.state()
    effects = _overdue(case.state, fold, after)
    effects.append(Effect(kind="retracted", at=event.time, stage=after.stage, event=target or event, round=after.round))
    if target is not None and target.type in journey.opens:
        data = {"source": _source(case), "id": target.key}
        child = Event(type=RETRACTED, time=event.time, source=_source(case), id=event.key, data=data)
        effects.append(Effect(kind="forward", at=event.time, event=child, key=child_key(case, target)))
    return after, effects


def _history(case: Case) -> tuple[Event, ...]:
    if case.history is None:
        raise HistoryNeeded(case.key)
    return case.history


def _source(case: Case) -> str:
    """The source of the events that a case sends to its parent or child."""
    return f"{SYSTEM}/{case.key}"


def child_key(case: Case, event: Event) -> str:
    """The parent's key and the event's id; hashed where that is longer than a key may be."""
    key = f"{case.key}/{event.id}"
    return key if len(key) <= 200 else f"{case.key[:150]}/{hashlib.sha256(key.encode()).hexdigest()[:40]}"


def _overdue(before: State, fold: Fold, after: State) -> list[Effect]:
    """The deadlines that this fold found passed and that were not told before, each with the move it made."""
    effects: list[Effect] = []
    for entry in fold.entries:
        if entry.event.source == SYSTEM and entry.event.type in (OVERDUE, ENDED):
            mark = "runs" if entry.event.type == ENDED else f"{entry.before}@{entry.at.isoformat()}"
            if mark in before.overdue:
                continue
            kind: EffectKind = "overdue" if entry.event.type == OVERDUE else entry.kind
            effects.append(Effect(kind=kind, at=entry.at, stage=entry.before, event=entry.event, round=after.round))
            if kind == "overdue" and entry.kind == "move":
                effects.append(
                    Effect(kind="move", at=entry.at, stage=entry.stage, event=entry.event, round=after.round)
                )
    return effects


# -- a tick --------------------------------------------------------------------------------------------------------


def _tick(journey: Journey, case: Case, now: datetime) -> Step:
    state, effects = case.state, list[Effect]()
    accepted: list[Event] = []

    def fold(event: Event | None) -> None:
        nonlocal state
        one = Fold(journey, state)
        if event is None:
            one.pass_deadlines(now, inclusive=True)
        else:
            accepted.append(event)
            effects.append(Effect(kind="accepted", at=now, stage=state.stage, event=event, round=state.round))
            one.take(event)
        before, state = state, one.state()
        effects.extend(_overdue(before, one, state))
        moves = (entry for entry in one.entries if entry.event is event and entry.kind == "move")
        effects.extend(
            Effect(kind="move", at=entry.at, stage=entry.stage, event=event, round=state.round) for entry in moves
        )

    fold(None)
    while (found := _next_due(journey, case, state, now)) is not None:
        candidate, answer = found
        moment = candidate.moment
        stage, round = state.stage, state.round
        if isinstance(answer, Skip):
            effects.append(Effect(kind="skip", at=now, stage=stage, moment=moment, why=answer.why, round=round))
            fold(_came(state, moment, "skipped", now, {"why": answer.why}))
        elif candidate.touchpoint.for_person:
            effects.append(Effect(kind="task", at=now, stage=stage, moment=moment, round=round))
            fold(_came(state, moment, "sent", now, {}))
        else:
            effects.append(Effect(kind="message", at=now, stage=stage, moment=moment, round=round))
            state = replace(state, queued={**state.queued, moment.key: moment})
        fold(None)
    if case.history is not None:
        case = replace(case, history=(*case.history, *accepted))
    return settle(journey, case, state, effects, now, ticked=True)


def _next_due(journey: Journey, case: Case, state: State, now: datetime) -> tuple[Candidate, Verdict] | None:
    """The next moment that happens or is skipped now: those on time first, then late ones (rule 11)."""
    due = [c for c in candidates(journey, state) if c.moment.due <= now and c.moment.key not in state.queued]
    due.sort(key=lambda c: (c.moment.due < now, c.moment.due, c.touchpoint.order, c.moment.key))
    for candidate in due:
        answer = verdict(journey, case, state, candidate, now)
        if not isinstance(answer, Wait):
            return candidate, answer
    return None


# -- after either --------------------------------------------------------------------------------------------------


def settle(
    journey: Journey, case: Case, state: State, effects: Iterable[Effect], now: datetime, *, ticked: bool = False
) -> Step:
    """What holds after every step: queued moments that are no longer so are withdrawn, the next waking is known, a case
    with nothing more to come is stalled, and the parent of one that ended is told.
    """
    before = case.state
    effects = list(effects)
    alive = {candidate.moment.key: candidate for candidate in candidates(journey, state)}
    for key, moment in state.queued.items():
        if key not in alive:
            why = "superseded" if _overtaken(journey, state, moment) else "no longer so"
            effects.append(
                Effect(kind="withdrawn", at=now, stage=state.stage, moment=moment, why=why, round=state.round)
            )
    queued = {key: moment for key, moment in state.queued.items() if key in alive}
    comes = [goes(journey, candidate, now) for key, candidate in alive.items() if key not in queued]
    deadline = Fold(journey, state).deadline()
    if deadline is not None:
        comes.append(deadline[0])
    wake = min(comes, default=None)
    idle = state.stage is not None and not state.ended and wake is None and not queued
    stalled = idle and (ticked or before.stalled)
    if stalled and not before.stalled:
        effects.append(Effect(kind="stalled", at=now, stage=state.stage, round=state.round))
    if idle and not stalled:
        wake = now  # the next tick says that it is stalled
    if state.ended and not before.ended:
        effects.append(Effect(kind="ended", at=state.at or now, stage=state.stage, round=state.round))
        if case.parent is not None and state.into is None:
            effects.append(_to_parent(journey, case, state, now))
    state = replace(state, queued=queued, wake=wake, stalled=stalled)
    return Step(replace(case, state=state), tuple(effects))


def _overtaken(journey: Journey, state: State, moment: Moment) -> bool:
    return any(
        pending.touchpoint == moment.touchpoint and superseded(journey, state, pending) for pending in state.pending
    )


def _to_parent(journey: Journey, case: Case, state: State, now: datetime) -> Effect:
    event = Event(
        type=f"{journey.name}.ended",
        time=state.entered or now,
        source=_source(case),
        id=f"ended/{state.visit}",
        data={"stage": state.stage, "case": case.key},
        emitter="system",
    )
    return Effect(kind="forward", at=event.time, event=event, key=case.parent or "")


def born(journey: Journey, parent: Case, effect: Effect) -> tuple[Case, Event]:
    """The child that an `open` effect asks for, on this version of its journey, and the event that begins it."""
    asked = effect.event
    if asked is None:
        raise ValueError("an effect of kind 'open' was expected")
    type = asked.type if asked.type in journey.begins else next(iter(journey.begins))
    shared = told(journey, tuple(journey.facts), asked.data)
    data = {name: value for name, value in asked.data.items() if name in shared or name not in journey.facts}
    case = Case(
        key=effect.key,
        journey=journey.name,
        version=journey.version,
        customer=parent.customer,
        parent=parent.key,
        inherited={name: plain(value) for name, value in shared.items()},
    )
    return case, replace(asked, type=type, data=data)
