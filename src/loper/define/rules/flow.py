"""Can everybody get to an end, and does everything that is drawn ever happen?"""

from __future__ import annotations

from collections.abc import Iterator

from loper.define.model import Journey, Offer, OnEvent, OnFact, Touchpoint
from loper.define.rules.look import Found, Look

ENDED = "journey.ended"


def dead_end(look: Look) -> Iterator[Found]:
    """Who cannot get to an end is stuck; what never happens, or an offer that nobody takes up, is a broken promise."""
    yield from _stages(look)
    for touchpoint in look.touchpoints:
        for why, way_out in _never(look, touchpoint):
            yield Found(f"touchpoints.{touchpoint.name}", why, way_out)
    yield from _offers(look)


def _stages(look: Look) -> Iterator[Found]:
    ends = _can_end(look)
    for name, stage in look.journey.stages.items():
        if name not in ends:
            yield Found(
                f"stages.{name}", "from here no final stage can be reached", "add a move that leads on to an end"
            )
        if name not in look.reachable:
            yield Found(
                f"stages.{name}", "nobody ever comes here", "add a move that leads here, or take the stage away"
            )
        elif look.journey.runs is not None and not stage.final and ENDED not in look.moves(stage):
            yield Found(
                f"stages.{name}",
                "when the campaign is over, the customer stays here",
                f"add '{ENDED}: STAGE' to 'on' of the journey",
            )


def _can_end(look: Look) -> set[str]:
    """Stages from which a final one can be reached."""
    leads_to: dict[str, list[str]] = {}
    for stage in look.journey.stages.values():
        for targets in look.moves(stage).values():
            for to in targets:
                leads_to.setdefault(to, []).append(stage.name)
    todo = [name for name, stage in look.journey.stages.items() if stage.final]
    ends = set(todo)
    while todo:
        for before in leads_to.get(todo.pop(), ()):
            if before not in ends:
                ends.add(before)
                todo.append(before)
    return ends


def _never(look: Look, touchpoint: Touchpoint) -> Iterator[tuple[str, str]]:
    """Why a touchpoint, or one of its times, can never be due."""
    seen: set[str] = set()
    for anchor in touchpoint.when:
        hangs_on = anchor.event if isinstance(anchor, OnEvent) else f"{anchor.path} {'before' if anchor.before else ''}"
        if hangs_on in seen:
            yield (
                f"two of its times hang on '{hangs_on.strip()}', and it happens once for each, so the later never does",
                "make two touchpoints of it, or keep one of the times",
            )
        seen.add(hangs_on)
        if isinstance(anchor, OnFact) and not _is_set(look.journey, anchor.path):
            yield f"no event sets '{anchor.path}', so it is never due", "add it to 'sets' of the event that tells it"
        if isinstance(anchor, OnEvent) and touchpoint.in_ is not None and not touchpoint.in_ & look.after(anchor.event):
            yield (
                f"after '{anchor.event}' the customer is never in {', '.join(sorted(touchpoint.in_))}",
                "look at 'in', or at the moves of that event",
            )
    if touchpoint.in_ is not None and not touchpoint.in_ & look.reachable:
        yield "nobody ever comes in the stages of its 'in'", "look at the moves that should lead there"
    if touchpoint.variants and all(name == "none" or not share for name, share in touchpoint.variants.items()):
        yield "all its customers get the variant 'none', so nobody gets it", "give another variant a share"


def _is_set(journey: Journey, path: str) -> bool:
    name = path.partition(".")[0]
    return any(name in event.sets for event in journey.events.values())


def _offers(look: Look) -> Iterator[Found]:
    for stage in look.open_stages(final=True):
        for offer in stage.offers:
            event = emitted(look.journey, offer)
            if not look.takes(stage, event):
                yield Found(
                    f"stages.{stage.name}",
                    f"it offers '{offer.name}', and nothing happens here with its event '{event}'",
                    f"add '{event}' to 'on' of the stage, or take the offer away",
                )
    for touchpoint in look.touchpoints:
        stages = [s for s in look.open_stages(final=True) if touchpoint.in_ is None or s.name in touchpoint.in_]
        for offer in touchpoint.offers:
            event = emitted(look.journey, offer)
            if not any(look.takes(stage, event) for stage in stages):
                yield Found(
                    f"touchpoints.{touchpoint.name}",
                    f"it offers '{offer.name}', and no stage takes its event '{event}'",
                    f"add '{event}' to 'on' of a stage, or take the offer away",
                )


def emitted(journey: Journey, offer: Offer) -> str:
    """The event that an offer comes to."""
    return offer.event or journey.dialogues[offer.name].emits
