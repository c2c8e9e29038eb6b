"""A state as JSON and back, for a store to keep beside the case. Facts are typed again by the journey's own types."""

from __future__ import annotations

import json
from datetime import datetime
from typing import Any

from loper.define.model import Journey
from loper.step.case import Moment, OrderKey, Pending, State
from loper.step.facts import FactError, plain, typed

_ENCODER = json.JSONEncoder(separators=(",", ":"), default=plain, check_circular=False)


def dump_state(state: State) -> str:
    """The state as one line of JSON; what is empty is left out."""
    document: dict[str, Any] = {
        "stage": state.stage,
        "round": state.round,
        "visit": state.visit,
        "entered": state.entered,
        "entry": state.entry,
        "facts": state.facts,
        "ended": state.ended,
        "into": state.into,
        "position": state.position,
        "last": state.last,
        "at": state.at,
        "begun": state.begun,
        "pending": [
            (p.touchpoint, p.anchor, p.occasion, p.time, p.at, p.visit, p.judged, p.repeat) for p in state.pending
        ],
        "over": sorted(state.over),
        "queued": [(m.touchpoint, m.occasion, m.due, m.limit) for m in state.queued.values()],
        "touched": state.touched,
        "since": state.since,
        "seen": state.seen,
        "overdue": sorted(state.overdue),
        "retracted": sorted(state.retracted),
        "said": state.said,
        "wake": state.wake,
        "stalled": state.stalled,
    }
    return _ENCODER.encode({k: v for k, v in document.items() if v})


def load_state(text: str, journey: Journey) -> State:
    """The state from its JSON; a fact that this journey cannot read is left out."""
    document = json.loads(text)
    queued = [Moment(t, o, _time(due), _when(limit)) for t, o, due, limit in document.get("queued", ())]
    return State(
        stage=document.get("stage"),
        round=document.get("round", 1),
        visit=document.get("visit", 0),
        entered=_when(document.get("entered")),
        entry=document.get("entry", ""),
        facts=_facts(document.get("facts", {}), journey),
        ended=document.get("ended", False),
        into=document.get("into"),
        position=document.get("position", 0),
        last=_order(document.get("last")),
        at=_when(document.get("at")),
        begun=_when(document.get("begun")),
        pending=tuple(
            Pending(t, anchor, o, _time(time), at, visit, judged, repeat)
            for t, anchor, o, time, at, visit, judged, repeat in document.get("pending", ())
        ),
        over=frozenset(document.get("over", ())),
        queued={moment.key: moment for moment in queued},
        touched=document.get("touched", {}),
        since={path: (position, _time(taken)) for path, (position, taken) in document.get("since", {}).items()},
        seen=document.get("seen", {}),
        overdue=frozenset(document.get("overdue", ())),
        retracted=frozenset(document.get("retracted", ())),
        said=_when(document.get("said")),
        wake=_when(document.get("wake")),
        stalled=document.get("stalled", False),
    )


def _facts(raw: dict[str, Any], journey: Journey) -> dict[str, Any]:
    found = {}
    for name, value in raw.items():
        kind = journey.facts.get(name)
        if kind is not None:
            try:
                found[name] = typed(kind, value)
            except FactError:
                continue
    return found


def _order(raw: list[Any] | None) -> OrderKey | None:
    return None if raw is None else (_time(raw[0]), raw[1], raw[2], raw[3], raw[4])


def _time(text: str) -> datetime:
    return datetime.fromisoformat(text)


def _when(text: str | None) -> datetime | None:
    return None if text is None else datetime.fromisoformat(text)
