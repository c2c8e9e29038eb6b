"""Cases that belong together: a child and its parent, and the case that another was merged into (language, rule 12)."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import datetime

from loper.define.model import Journey
from loper.step.case import SYSTEM, Case, Effect, Event
from loper.step.facts import plain, told
from loper.step.fold import Entry, Fold, short
from loper.step.index import MERGED, RETRACTED, index

LONGEST_KEY = 200


def child_key(case: Case, event: Event) -> str:
    """The parent's key and the event's id; hashed where that is longer than a key may be."""
    key = f"{case.key}/{event.id}"
    return key if len(key) <= LONGEST_KEY else f"{case.key[:150]}/{hashlib.sha256(key.encode()).hexdigest()[:40]}"


def source_of(case: Case) -> str:
    """The source of the events that a case sends to its parent or child."""
    return f"{SYSTEM}/{case.key}"


def asked(journey: Journey, case: Case, history: Iterable[Event], fold: Fold, entry: Entry) -> Iterator[Effect]:
    """What an event asks beyond its own case: a child, a person for a reply, the case that this one was merged into."""
    event = entry.event
    if event.type in journey.opens and entry.kind != "unexpected":
        tells = {**{name: plain(value) for name, value in fold.facts.items()}, **event.data}
        begin = Event(type=event.type, time=event.time, source=source_of(case), id=short(event.key), data=tells)
        child = journey.opens[event.type]
        yield Effect(kind="open", at=entry.at, event=begin, key=child_key(case, event), journey=child)
    if event.type.endswith(".replied") and event.type not in index(journey).named:
        yield Effect(kind="task", at=entry.at, stage=entry.stage, event=event, why="reply", round=fold.round)
    if event.type == MERGED:
        into = str(event.data["into"])
        for later in history:
            if later.order > event.order and later.source != SYSTEM:
                yield Effect(kind="forward", at=later.time, event=later, key=into)


def taken_back(journey: Journey, case: Case, fold: Fold, event: Event, target: Event | None) -> Iterator[Effect]:
    """What a retraction asks beyond its own case: of a child that its event began, of the case it was sent on to."""
    if target is not None and target.type in journey.opens:
        yield _retraction(case, event, target.key, child_key(case, target))
    if fold.into is not None and not any(entry.event is target for entry in fold.entries):
        yield Effect(kind="forward", at=event.time, event=event, key=fold.into)


def _retraction(case: Case, event: Event, key: str, to: str) -> Effect:
    data = {"source": source_of(case), "id": short(key)}
    back = Event(type=RETRACTED, time=event.time, source=source_of(case), id=short(event.key), data=data)
    return Effect(kind="forward", at=event.time, event=back, key=to)


def tells_parent(journey: Journey, case: Case, fold: Fold, now: datetime) -> Iterator[Effect]:
    """A child that ended says so to its parent; one that turns out not to have ended takes that back."""
    before = case.state
    if case.parent is None or before.ended == fold.ended:
        return
    source, id = source_of(case), f"ended/{short(fold.entry if fold.ended else before.entry)}"
    if fold.ended and fold.into is None:
        data = {"stage": fold.stage, "case": case.key}
        event = Event(
            type=f"{journey.name}.ended", time=fold.entered or now, source=source, id=id, data=data, emitter="system"
        )
        yield Effect(kind="forward", at=event.time, event=event, key=case.parent)
    elif before.ended and before.into is None:
        event = Event(
            type=RETRACTED, time=now, source=source, id=f"{id}/not", data={"source": source, "id": id}, emitter="system"
        )
        yield Effect(kind="forward", at=now, event=event, key=case.parent)


def born(journey: Journey, parent: Case, effect: Effect) -> tuple[Case, Event]:
    """The child that an `open` effect asks for, on this version of its journey, and the event that begins it."""
    begin = effect.event
    if begin is None:
        raise ValueError("an effect of kind 'open' was expected")
    type = begin.type if begin.type in journey.begins else next(iter(journey.begins))
    shared = told(journey, tuple(journey.facts), begin.data)
    data = {name: value for name, value in begin.data.items() if name in shared or name not in journey.facts}
    case = Case(
        key=effect.key,
        journey=journey.name,
        version=journey.version,
        customer=parent.customer,
        parent=parent.key,
        inherited={name: plain(value) for name, value in shared.items()},
    )
    return case, replace(begin, type=type, data=data)
