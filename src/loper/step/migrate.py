"""An open case goes over to a newer version of its journey (language, rule 13).

The case begins anew from where it stood: the event `case.moved` keeps the state with the names of the new version, and
later folds start from it. Events dated before the move count as at it. What is overdue is never sent by a move.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from loper.define.model import Journey, OnEvent
from loper.step.case import SYSTEM, Case, Effect, Event, Moment, Pending, State, Step
from loper.step.codec import dump_state, load_state
from loper.step.deadline import CAMPAIGN, passed
from loper.step.fold import Fold, renamed
from loper.step.index import MOVED
from loper.step.moments import candidates
from loper.step.step import settle


@dataclass(frozen=True, slots=True)
class Moved:
    """What a move to the new version would change for one case: moments that come, and moments that go."""

    case: str
    stage: str
    comes: tuple[Moment, ...] = ()
    goes: tuple[Moment, ...] = ()


def unmapped(old: Journey, new: Journey, stages: Iterable[str]) -> list[str]:
    """The occupied stages of the old version that the new one has no place for: an error to publish with."""
    mapping = new.replaces.stages if new.replaces is not None else {}
    return sorted({stage for stage in stages if stage in old.stages and mapping.get(stage, stage) not in new.stages})


def preview(old: Journey, new: Journey, case: Case, now: datetime) -> Moved:
    """What the move would do, without doing it."""
    after = migrate(old, new, case, now).case
    before = {c.moment.key: c.moment for c in candidates(old, case.state)}
    later = {c.moment.key: c.moment for c in candidates(new, after.state)}
    return Moved(
        case=case.key,
        stage=after.state.stage or "",
        comes=tuple(moment for key, moment in later.items() if key not in before),
        goes=tuple(moment for key, moment in before.items() if key not in later),
    )


def migrate(old: Journey, new: Journey, case: Case, now: datetime) -> Step:
    """The case on the new version. Raises ValueError where its stage has no place there (see `unmapped`)."""
    now = now if case.now is None else max(now, case.now)
    if case.state.stage is not None and unmapped(old, new, [case.state.stage]):
        raise ValueError(f"stage '{case.state.stage}' has no place in version {new.version}")
    names = new.replaces.touchpoints if new.replaces is not None else {}
    kept = {k: m for k, m in case.state.queued.items() if names.get(m.touchpoint, m.touchpoint) == m.touchpoint}
    kept = {key: moment for key, moment in kept.items() if moment.touchpoint in new.touchpoints}
    waiting = {renamed(one.moment.key, names) for one in candidates(old, case.state) if one.moment.due <= now}
    state = _silenced(new, _renamed(old, new, replace(case.state, queued=kept), names, now), waiting, now)
    event = Event(
        type=MOVED,
        time=now,
        source=SYSTEM,
        id=f"moved/{case.version}/{new.version}",
        data={"from": case.version, "to": new.version, "state": dump_state(state)},
        emitter="system",
        received=now,
    )
    history = None if case.history is None else (*case.history, event)
    moved = replace(case, version=new.version, now=now, history=history)
    told = (
        Effect(kind="accepted", at=now, stage=state.stage, event=event, round=state.round),
        Effect(kind="move", at=now, stage=state.stage, event=event, round=state.round),
    )
    withdrawn = [
        Effect(kind="withdrawn", at=now, stage=state.stage, moment=moment, why="moved to a new version")
        for key, moment in case.state.queued.items()
        if key not in kept
    ]
    return settle(new, moved, state, (*told, *withdrawn), now)


def _renamed(old: Journey, new: Journey, state: State, names: Mapping[str, str], now: datetime) -> State:
    """The state with the names of the new version; its facts read by the new types."""
    stages = new.replaces.stages if new.replaces is not None else {}
    stage = None if state.stage is None else stages.get(state.stage, state.stage)
    pending = [found for one in state.pending if (found := _anchored(old, new, one, names)) is not None]
    typed = load_state(dump_state(replace(state, pending=())), new)
    return replace(
        typed,
        stage=stage,
        begun=now,
        ended=state.into is not None or (stage is not None and new.stages[stage].final),
        pending=tuple(pending),
        over=frozenset(renamed(key, names) for key in state.over),
    )


def _anchored(old: Journey, new: Journey, pending: Pending, names: Mapping[str, str]) -> Pending | None:
    """A pending moment under its new name; None where the new touchpoint does not hang on the same event."""
    touchpoint = new.touchpoints.get(names.get(pending.touchpoint, pending.touchpoint))
    anchor = old.touchpoints[pending.touchpoint].when[pending.anchor]
    if touchpoint is None or not isinstance(anchor, OnEvent):
        return None
    for number, other in enumerate(touchpoint.when):
        if isinstance(other, OnEvent) and other.event == anchor.event:
            return replace(pending, touchpoint=touchpoint.name, anchor=number)
    return None


def _silenced(new: Journey, state: State, waiting: Collection[str], now: datetime) -> State:
    """The state in which nothing is sent because of the move: what is due now and was not before (`waiting`) is over;
    a deadline that has passed under the new version alone goes by in silence.
    """
    fold = Fold(new, state)
    while late := {
        one.moment.key
        for one in candidates(new, fold)
        if one.moment.due <= now and one.moment.key not in waiting and one.moment.key not in fold.queued
    }:
        fold.over |= late
        fold.drop_over()
    deadline = fold.deadline()
    if deadline is not None and deadline.at <= now and deadline.identity != CAMPAIGN:
        fold.overdue.add(passed(fold.visit, deadline.identity))
    return fold.state()
