"""Who answers for it, who looked at it from outside, and is it there at all?"""

from __future__ import annotations

from collections.abc import Iterator

from loper.define.model import Journey, Touchpoint
from loper.define.rules.look import Found, Look


def no_owner(look: Look) -> Iterator[Found]:
    """A journey without a director belongs to every department, so to none; the same holds for each touchpoint."""
    if not look.journey.owner:
        yield Found("journey", "nobody answers for this journey as a whole", "add 'owner: NAME', the journey director")
    for touchpoint in look.touchpoints:
        if not touchpoint.owner:
            yield Found(f"touchpoints.{touchpoint.name}", "nobody answers for this moment", "add 'owner: NAME'")


def no_outside_eye(look: Look) -> Iterator[Found]:
    """Who made a journey cannot see any more what is unclear in it: somebody from outside must have read it."""
    if look.signed is not None and look.journey.version not in look.signed:
        yield Found(
            "journey",
            "nobody outside the team has looked at this version and its texts",
            "ask the tenant panel or a guest reviewer to read it and sign it",
        )


def too_abstract(look: Look) -> Iterator[Found]:
    """A contact moment without its real text is a wish: nobody knows what the customer will read."""
    for touchpoint in look.touchpoints:
        place = f"touchpoints.{touchpoint.name}"
        if not touchpoint.need:
            yield Found(place, "it does not say which question of the customer it answers", "add 'need: {nl: ...}'")
        if touchpoint.attention is None:
            yield Found(
                place, "it does not say whether it spares or grabs the customer's attention", "add 'attention: spare'"
            )
        missing = missing_texts(look.journey, touchpoint)
        if missing:
            shown = ", ".join(missing[:6]) + (" ..." if len(missing) > 6 else "")
            yield Found(place, f"its real text is not there: {shown}", "write these files beside the journey")


def missing_texts(journey: Journey, touchpoint: Touchpoint) -> list[str]:
    """The text files that a touchpoint lacks. A variant without a text of its own has that of its touchpoint."""
    variants = [variant for variant in touchpoint.variants if variant != "none"] or [""]
    missing: list[str] = []
    if touchpoint.for_person:
        return missing
    for channel in touchpoint.channels:
        for language in journey.languages:
            if (touchpoint.name, channel, language) in journey.texts:
                continue
            for variant in variants:
                name = f"{touchpoint.name}+{variant}" if variant else touchpoint.name
                if (name, channel, language) not in journey.texts:
                    missing.append(f"{touchpoint.name}.{channel}.{language}.liquid")
                    break
    return missing
