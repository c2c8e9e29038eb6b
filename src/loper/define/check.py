"""The red-carpet check: what makes a journey hard on the people who walk it.

Errors are for the reader (read.py); a finding is about a journey that can run, and could be better. Each rule is a
small function that says why it matters; docs/reference/rules.md has them all.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass

from loper.define.model import Journey
from loper.define.organisation import Organisation
from loper.define.rules import RULES, channels, flow, goals, hearing, ownership, questions, reading, wording
from loper.define.rules.look import Found, Look

Rule = Callable[[Look], Iterable[Found]]

BY_NAME: Mapping[str, Rule] = {
    "no-owner": ownership.no_owner,
    "no-outside-eye": ownership.no_outside_eye,
    "too-abstract": ownership.too_abstract,
    "dead-end": flow.dead_end,
    "silence": hearing.silence,
    "closed-channel": channels.closed_channel,
    "lost-on-switch": channels.lost_on_switch,
    "asks-twice": questions.asks_twice,
    "no-person": hearing.no_person,
    "not-measured": goals.not_measured,
    "one-sided": goals.one_sided,
    "inside-out": wording.inside_out,
    "wow-too-soon": goals.wow_too_soon,
    "too-much": hearing.too_much,
    "hard-to-read": reading.hard_to_read,
    "inconsistent": wording.inconsistent,
    "principle": wording.principle,
}


@dataclass(frozen=True, kw_only=True, slots=True)
class Finding:
    """One finding of one rule: where, why it matters, and the way out. `accepted` is the reason given in the file."""

    rule: str
    place: str
    why: str
    way_out: str
    line: int | None = None
    accepted: str | None = None


def check(
    journey: Journey,
    measured: Mapping[str, float] | None = None,
    organisation: Organisation | None = None,
    others: Sequence[Journey] = (),
    signed: Collection[str] | None = None,
) -> list[Finding]:
    """All findings, in the order of the rules; accepted ones are among them, with their reason.

    `measured` is what a log says of the measures (a share is between 0 and 1), `others` are the organisation's other
    journeys, `signed` the versions that somebody from outside signed. What is not given is not judged.
    """
    look = Look(journey, organisation, tuple(others), measured, signed)
    return [_finding(journey, rule, found) for rule in RULES for found in dict.fromkeys(BY_NAME[rule](look))]


def _finding(journey: Journey, rule: str, found: Found) -> Finding:
    return Finding(
        rule=rule,
        place=found.place,
        why=found.why,
        way_out=found.way_out,
        line=journey.places.get(found.place, journey.places.get("journey")),
        accepted=_accepted(journey, rule, found.place),
    )


def _accepted(journey: Journey, rule: str, place: str) -> str | None:
    """The reason given nearest to the place: at the touchpoint or dialogue, else for the journey."""
    part, _, name = place.partition(".")
    own = None
    if part == "touchpoints" and name in journey.touchpoints:
        own = journey.touchpoints[name].accepts.get(rule)
    elif part == "dialogues" and name in journey.dialogues:
        own = journey.dialogues[name].accepts.get(rule)
    return own if own is not None else journey.accepts.get(rule)
