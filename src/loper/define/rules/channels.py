"""Is every function there on every channel, and does a switch lose nothing?"""

from __future__ import annotations

import re
from collections.abc import Iterator

from loper.define.rules.flow import emitted
from loper.define.rules.look import Found, Look

BY_PHONE = "call.asked"
"""Who asks to be called does so on a screen; on the phone there is no need to."""


def closed_channel(look: Look) -> Iterator[Found]:
    """Not everybody is online, and not everybody can call: what can be done one way must be possible the other way."""
    for event, places in _offered(look).items():
        declared = look.journey.events.get(event)
        if declared is None or event == BY_PHONE:
            continue
        for role, channel in (("customer", "on a screen"), ("agent", "by phone")):
            if role not in declared.from_:
                yield Found(
                    places[0],
                    f"it cannot be done {channel}: '{event}' may not be said by {role}",
                    f"add {role} to 'from' of '{event}'",
                )
    for dialogue in look.journey.dialogues.values():
        for question in dialogue.questions.values():
            if question.kind in ("image", "file") and not question.optional:
                yield Found(
                    f"dialogues.{dialogue.name}",
                    f"'{question.name}' must be a file, and a caller cannot give one",
                    "add 'optional: true' to the question",
                )
    yield from _unsaid(look)


def _offered(look: Look) -> dict[str, list[str]]:
    """Event -> the places that offer it."""
    found: dict[str, list[str]] = {}
    for stage in look.journey.stages.values():
        for offer in stage.offers:
            if offer.event is not None:
                found.setdefault(offer.event, []).append(f"stages.{stage.name}")
    for touchpoint in look.touchpoints:
        for offer in touchpoint.offers:
            if offer.event is not None:
                found.setdefault(emitted(look.journey, offer), []).append(f"touchpoints.{touchpoint.name}")
    return found


def _unsaid(look: Look) -> Iterator[Found]:
    """An offer of a touchpoint that the text of some channel does not mention."""
    for (name, channel, language), source in look.journey.texts.items():
        touchpoint = look.journey.touchpoints[name.partition("+")[0]]
        for offer in touchpoint.offers:
            ways = rf"links\.({re.escape(offer.name)}|status)\b|organisation\.phone\b|render '(contact|call)"
            if not re.search(ways, source):
                yield Found(
                    f"touchpoints.{touchpoint.name}",
                    f"its text for {channel} ({language}) does not say how to '{offer.name}'",
                    f"name links.{offer.name}, links.status or organisation.phone in it",
                )


def lost_on_switch(look: Look) -> Iterator[Found]:
    """Who began on the web and then calls must not begin again: what was filled in lies in front of the agent."""
    for dialogue in look.journey.dialogues.values():
        declared = look.journey.events.get(dialogue.emits)
        if declared is None:
            continue
        for role, who in (("customer", "the customer"), ("agent", "the agent")):
            if role not in declared.from_:
                yield Found(
                    f"dialogues.{dialogue.name}",
                    f"{who} cannot finish it: '{dialogue.emits}' may not be said by {role}",
                    f"add {role} to 'from' of '{dialogue.emits}'",
                )
