"""Does the customer hear what they need to hear, is a person in reach, and is it not too much?"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

from loper.define.model import Duration, OnEvent, Stage, Touchpoint, Unit
from loper.define.organisation import Cap
from loper.define.rules.flow import emitted
from loper.define.rules.look import Found, Look

OVERDUE = "stage.overdue"
MOST_QUESTIONS = 4

_LONG = {
    Unit.MINUTES: timedelta(minutes=1),
    Unit.HOURS: timedelta(hours=1),
    Unit.DAYS: timedelta(days=1),
    Unit.WEEKS: timedelta(weeks=1),
    Unit.WORKING_DAYS: timedelta(days=1),
}


def silence(look: Look) -> Iterator[Found]:
    """Silence feels like being forgotten: a report that echoes, a wait that is explained, bad news that is told."""
    for event in look.journey.begins:
        if event != "audience.joined" and not _speaks(look, event):
            yield Found(
                f"begins.{event}", f"who starts with '{event}' hears nothing back", f"add a touchpoint 'when: {event}'"
            )
    for stage in look.open_stages():
        if not _heard_when_overdue(look, stage):
            yield Found(
                f"stages.{stage.name}",
                "when nothing happens here, the customer hears nothing and nobody acts",
                f"add a touchpoint 'when: {OVERDUE}' that may happen in '{stage.name}'",
            )
    for event in bad_news(look):
        if not _speaks(look, event):
            yield Found(
                f"events.{event}",
                f"'{event}' is bad news, and no message tells it",
                f"add a touchpoint 'when: {event}'",
            )


def _speaks(look: Look, event: str) -> bool:
    return any(touchpoint.channels or touchpoint.for_person for touchpoint in look.at_once(event))


def _heard_when_overdue(look: Look, stage: Stage) -> bool:
    here = {stage.name, *look.moves(stage).get(OVERDUE, ())}
    return any(
        look.anchors(touchpoint, OVERDUE) and (touchpoint.in_ is None or touchpoint.in_ & here)
        for touchpoint in look.touchpoints
    )


def bad_news(look: Look) -> list[str]:
    """Events that start another round, or take a fact away and lead back to an earlier stage."""
    order = {name: number for number, name in enumerate(look.journey.stages)}
    found = [event for event in look.journey.events if event in look.journey.again]
    for event, declared in look.journey.events.items():
        back = any(
            order[to] < order[stage.name]
            for stage in look.open_stages()
            for to in look.moves(stage).get(event, ())
            if to in order
        )
        if declared.clears and back and event not in found:
            found.append(event)
    return found


def no_person(look: Look) -> Iterator[Found]:
    """A person is always in reach: who gets stuck with a machine and finds nobody, leaves or writes a complaint."""
    for stage in look.open_stages():
        if not any(_person_behind(look, stage, emitted(look.journey, offer)) for offer in stage.offers):
            yield Found(
                f"stages.{stage.name}",
                "the customer cannot reach a person from here",
                "offer 'call_me', and add a touchpoint 'when: call.asked' with 'by: {person: agent}'",
            )


def _person_behind(look: Look, stage: Stage, event: str) -> bool:
    return look.takes(stage, event) and any(
        touchpoint.for_person and (touchpoint.in_ is None or stage.name in touchpoint.in_)
        for touchpoint in look.touchpoints
        if look.anchors(touchpoint, event)
    )


def too_much(look: Look) -> Iterator[Found]:
    """Every message costs attention; who gets too many reads none of them."""
    for event in {anchor.event: 0 for t in look.touchpoints for anchor in t.when if isinstance(anchor, OnEvent)}:
        together = [t for t in look.at_once(event) if not t.for_person and t.channels]
        clashing = [t for t in together if any(_overlap(t, other) for other in together if other is not t)]
        if clashing:
            names = ", ".join(t.name for t in clashing)
            yield Found(
                f"touchpoints.{clashing[-1].name}",
                f"'{event}' gives {len(clashing)} at once: {names}",
                "make one message of them, or keep them apart by 'in' or 'if'",
            )
    for touchpoint in look.touchpoints:
        if _follows_itself(look, touchpoint):
            yield Found(
                f"touchpoints.{touchpoint.name}",
                "it follows from itself, again and again",
                "write 'every' and 'most', so that one sees how often it comes",
            )
        if len(touchpoint.asks) > MOST_QUESTIONS:
            yield Found(
                f"touchpoints.{touchpoint.name}",
                f"it asks {len(touchpoint.asks)} questions",
                f"ask at most {MOST_QUESTIONS}",
            )
        for cap in look.organisation.policy.caps if look.organisation is not None else ():
            if cap.kind == touchpoint.kind and not touchpoint.for_person:
                yield from _over(look, touchpoint, cap)


def _follows_itself(look: Look, touchpoint: Touchpoint) -> bool:
    seen, todo = set[str](), [touchpoint]
    while todo:
        for anchor in todo.pop().when:
            name, _, what = anchor.event.rpartition(".") if isinstance(anchor, OnEvent) else ("", "", "")
            if what in ("sent", "skipped", "failed") and name not in seen and name in look.journey.touchpoints:
                seen.add(name)
                todo.append(look.journey.touchpoints[name])
    return touchpoint.name in seen


def _over(look: Look, touchpoint: Touchpoint, cap: Cap) -> Iterator[Found]:
    """More of one kind than the organisation allows: by repeats, or by messages that follow on each other."""
    place = f"touchpoints.{touchpoint.name}"
    allowed = f"the organisation allows {cap.most} messages of kind {cap.kind} in {cap.per.days or cap.per}"
    allowed += " days" if cap.per.days else ""
    if touchpoint.every is not None:
        repeats = int(cap.per / length(touchpoint.every)) + 1
        if touchpoint.most is not None:
            repeats = min(repeats, touchpoint.most)
        if repeats > cap.most:
            yield Found(place, f"it goes up to {repeats} times, and {allowed}", "make 'every' longer or 'most' lower")
    chain, span = [touchpoint.name], timedelta(0)
    while (before := _before(look, look.journey.touchpoints[chain[-1]])) is not None and before[0] not in chain:
        chain.append(before[0])
        span += before[1]
        if span < cap.per and len(chain) > cap.most:
            yield Found(
                place,
                f"it follows {' and '.join(chain[1:])} within {span.days} days, and {allowed}",
                "leave it out, or let it come later",
            )
            return


def _before(look: Look, touchpoint: Touchpoint) -> tuple[str, timedelta] | None:
    """The touchpoint of the same kind that this one follows, and how long after it."""
    for anchor in touchpoint.when:
        if isinstance(anchor, OnEvent) and anchor.event.endswith(".sent"):
            before = look.journey.touchpoints.get(anchor.event.removesuffix(".sent"))
            if before is not None and before.kind == touchpoint.kind:
                return before.name, length(anchor.shift) if anchor.shift else timedelta(0)
    return None


def _overlap(one: Touchpoint, other: Touchpoint) -> bool:
    """Whether both can go in one stage; two with a different `if` are taken to exclude each other."""
    stages = one.in_ is None or other.in_ is None or bool(one.in_ & other.in_)
    return stages and (one.if_ is None or other.if_ is None or one.if_ == other.if_)


def length(duration: Duration) -> timedelta:
    """About how long a duration is; at least a minute."""
    return max(duration.amount * _LONG[duration.unit], timedelta(minutes=1))
