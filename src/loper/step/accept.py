"""May this event come in? Undeclared types, emitters outside `from` and mistyped facts are refused whole (rule 2)."""

from __future__ import annotations

from loper.define.model import Journey
from loper.define.problem import nearest
from loper.step.case import SYSTEM, Event
from loper.step.facts import FactError, in_time, typed
from loper.step.index import ENDED, MERGED, MOVED, OVERDUE, RETRACTED, index

_TOUCHPOINT_EMITTERS = {
    "answered": frozenset({"customer", "agent"}),
    "replied": frozenset({"customer", "agent"}),
    "delivered": frozenset({"system"}),
    "failed": frozenset({"system"}),
}


def refusal(journey: Journey, event: Event) -> str:
    """Why the event may not come in: every reason, with what was expected; empty when it may."""
    if event.source == SYSTEM:
        return ""
    reasons = [] if in_time(event.time) else [f"time: '{event.time.isoformat()}' lies outside the years 1900 to 2300"]
    declared = journey.events.get(event.type)
    allowed: frozenset[str] | None
    if declared is not None:
        allowed = declared.from_
        for name in declared.sets:
            value = event.data.get(name)
            if value is not None:
                try:
                    typed(journey.facts[name], value)
                except FactError as wrong:
                    reasons.append(f"{name}: {wrong}")
    else:
        allowed, unknown = _built_in(journey, event)
        reasons += unknown
    if event.emitter is not None and allowed is not None and event.emitter not in allowed:
        reasons.append(
            f"'{event.type}' may be said by {', '.join(sorted(allowed)) or 'nobody'}, not by {event.emitter}"
        )
    return "; ".join(reasons)


def _built_in(journey: Journey, event: Event) -> tuple[frozenset[str] | None, list[str]]:
    """Who may say a built-in event (None: anyone), and what is wrong with it."""
    kind = event.type
    touchpoint = index(journey).touchpoint_of.get(kind)
    if touchpoint is not None:
        what = kind.rpartition(".")[2]
        if what in ("sent", "skipped"):
            return None, [f"'{kind}' comes from the runtime itself, not from outside"]
        return _TOUCHPOINT_EMITTERS[what], []
    if kind == RETRACTED:
        return None, _texts(event, "source", "id")
    if kind == MERGED:
        return frozenset({"agent", "director", "system"}), _texts(event, "into")
    if kind in (OVERDUE, ENDED, MOVED):
        return None, [f"'{kind}' follows from the journey itself and cannot be sent"]
    if kind.endswith(".ended") and kind.removesuffix(".ended") in journey.opens.values():
        return frozenset({"system"}), []
    hint = nearest(kind, [*journey.events, *index(journey).touchpoint_of])
    return None, [f"event '{kind}' is not declared in journey '{journey.name}'" + (f", {hint}" if hint else "")]


def _texts(event: Event, *names: str) -> list[str]:
    return [f"{name}: a text was expected" for name in names if not isinstance(event.data.get(name), str)]
