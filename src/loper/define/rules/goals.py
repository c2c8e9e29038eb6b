"""Two sides, one journey; and no wow while the basics fail."""

from __future__ import annotations

import operator
from collections.abc import Callable, Iterator, Mapping

from loper.define.model import OnEvent, Target
from loper.define.rules.look import Found, Look

_OPS: Mapping[str, Callable[[float, float], bool]] = {
    ">=": operator.ge,
    "<=": operator.le,
    ">": operator.gt,
    "<": operator.lt,
    "==": operator.eq,
}


def one_sided(look: Look) -> Iterator[Found]:
    """A journey is right when the goals of customer and organisation are both met; one alone pushes the other aside."""
    goal = look.journey.goal
    if not goal.customer:
        yield Found("goal", "it does not say what the customer wants to reach", "add 'customer: {nl: ...}' to the goal")
    if not goal.organisation:
        yield Found(
            "goal",
            "it does not say what the organisation wants to reach",
            "add 'organisation: [MEASURE >= 85%]' to the goal",
        )


def not_measured(look: Look) -> Iterator[Found]:
    """Who asks only the happy ones learns nothing; and a goal that nothing measures is a wish."""
    for name, stage in look.journey.stages.items():
        if not stage.final or name not in look.reachable:
            continue
        entries = {e for s in look.open_stages(final=True) for e, to in look.moves(s).items() if name in to}
        unasked = sorted(event for event in entries if not _asked_after(look, event, name))
        if unasked:
            yield Found(
                f"stages.{name}",
                f"who ends here by {', '.join(unasked)} is asked nothing",
                f"add a survey 'when: 2 hours after {unasked[0]}'",
            )
    asked = {name for touchpoint in look.touchpoints for name in touchpoint.asks}
    if look.journey.goal.feeling and "feeling" not in asked:
        yield Found("goal.feeling", "nobody asks the customer for the feeling", "add 'feeling' to 'asks' of the survey")
    used = {target.measure for target in look.journey.goal.organisation}
    if look.journey.goal.customer and not used:
        yield Found("goal", "no measure says whether the goal is met", "add measures, and 'organisation: [...]'")


def _asked_after(look: Look, event: str, stage: str) -> bool:
    """Whether a survey follows this event, directly or by a message of which it waits for the sending."""
    events, grown = {event}, True
    while grown:
        sent = {
            f"{t.name}.sent"
            for t in look.touchpoints
            if any(isinstance(a, OnEvent) and a.event in events for a in t.when)
        }
        grown = not sent <= events
        events |= sent
    return any(
        touchpoint.asks and (touchpoint.in_ is None or stage in touchpoint.in_)
        for touchpoint in look.touchpoints
        if any(isinstance(a, OnEvent) and a.event in events for a in touchpoint.when)
    )


def wow_too_soon(look: Look) -> Iterator[Found]:
    """A surprise on top of a promise that was not kept makes people angry: first the basics."""
    missed = [target for target in look.journey.goal.organisation if not _met(target, look.measured or {})]
    for touchpoint in look.touchpoints:
        if touchpoint.attention == "grab" and missed:
            known = ", ".join(f"{t.text} (now {look.measured[t.measure]:g})" for t in missed if look.measured)
            yield Found(
                f"touchpoints.{touchpoint.name}",
                f"it grabs attention while the basics are not met: {known}",
                "first meet the goals, then surprise",
            )


def _met(target: Target, measured: Mapping[str, float]) -> bool:
    """Whether the log says that the goal is met; what was not measured is not held against it."""
    value = measured.get(target.measure)
    return value is None or _OPS[target.op](value, target.value)
