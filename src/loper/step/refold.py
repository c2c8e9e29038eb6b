"""The fold of a case from its first event on: for an event that comes late, and for one that is taken out."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from loper.define.model import Journey
from loper.step.case import SYSTEM, Case, Event, State
from loper.step.codec import load_state
from loper.step.fold import LAST, Entry, Fold, happened
from loper.step.index import ENDED, MOVED, OVERDUE, RETRACTED


def refold(journey: Journey, case: Case, history: Iterable[Event]) -> Fold:
    """The fold of these events from the beginning. What happened, and what is queued, stays so."""
    events = list(history)
    retracted = frozenset(f"{e.data['source']}#{e.data['id']}" for e in events if e.type == RETRACTED)
    live = [e for e in events if e.type != RETRACTED and (e.source == SYSTEM or e.key not in retracted)]
    over = {key for e in events if (key := happened(e, journey)) is not None}
    moves = [number for number, e in enumerate(events) if e.type == MOVED and e.source == SYSTEM]
    if moves:
        # A case that was moved to this version goes on from where it stood; what came before the move is in there.
        base = events[moves[-1]]
        state = load_state(base.data["state"], journey)
        folded = {id(e) for e in events[: moves[-1] + 1]}
        fold = Fold(journey, replace(state, over=state.over | over, queued=case.state.queued, retracted=retracted))
        fold.begun = base.time
        rest = [e for e in live if id(e) not in folded]
    else:
        fold = Fold(journey, State(over=frozenset(over), queued=case.state.queued, retracted=retracted))
        begins = [e for e in live if e.type in journey.begins]
        if not begins:
            return fold
        first = min(begins, key=lambda e: e.order)
        fold.begin(first, case.inherited)
        rest = [e for e in live if e is not first]
    for event in sorted(rest, key=lambda e: e.order):
        fold.take(event)
    return fold


def again(journey: Journey, case: Case, event: Event) -> tuple[Fold, list[Entry]]:
    """The case folded again with one more event, as far as it had come; and the entries that are news."""
    history = case.history or ()
    old, new = refold(journey, case, history), refold(journey, case, (*history, event))
    last = case.state.last
    if last is not None:
        for fold in (old, new):
            fold.pass_deadlines(last[0], inclusive=last >= (last[0], 0, LAST, 0, ""))
    known = {_form(entry) for entry in old.entries}
    return new, [entry for entry in new.entries if _form(entry) not in known]


def _form(entry: Entry) -> tuple[object, ...]:
    """What makes an entry news: a deadline by stage and time, any other event by whether it was expected."""
    if entry.event.source == SYSTEM and entry.event.type in (OVERDUE, ENDED):
        return (entry.event.type, entry.before, entry.at)
    return (entry.event.key, entry.kind == "unexpected")
