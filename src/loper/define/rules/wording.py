"""Words: those of the customer, not those of the organisation; the same in every journey; and its own principles."""

from __future__ import annotations

import re
from collections.abc import Iterator

from loper.define.model import Journey, Touchpoint
from loper.define.organisation import Principle
from loper.define.rules.look import Found, Look

INSIDE = frozenset(
    [
        "afdeling",
        "backoffice",
        "frontoffice",
        "office",
        "helpdesk",
        "servicedesk",
        "kcc",
        "klantcontactcentrum",
        "administratie",
        "boekhouding",
        "facturatie",
        "financien",
        "planning",
        "planbord",
        "dispatch",
        "techniek",
        "beheer",
        "vastgoed",
        "sap",
        "crm",
        "erp",
        "erps",
        "ticket",
        "ticketing",
        "werkbon",
        "werkorder",
        "workorder",
        "dossier",
        "zaaksysteem",
        "workflow",
        "queue",
        "wachtrij",
        "batch",
        "interface",
        "mutatie",
        "toegewezen",
        "assigned",
        "intake",
        "triage",
        "tier1",
        "tier2",
        "eerstelijns",
        "tweedelijns",
        "escalatie",
        "escalation",
        "department",
        "processing",
        "verwerking",
        "system",
        "systeem",
        "finance",
        "accounting",
        "callcenter",
        "callcentre",
    ]
)
"""Departments, systems, and what goes on in them."""


def inside_out(look: Look) -> Iterator[Found]:
    """A stage is where the customer is. Named after a department it shows how the organisation is cut up."""
    for name, stage in look.journey.stages.items():
        words = re.findall(r"[^\W_]+", " ".join([name, *stage.title.values()]).lower())
        found = sorted(INSIDE & set(words))
        if found:
            yield Found(
                f"stages.{name}",
                f"it is named after the organisation: {', '.join(found)}",
                "name it after what the customer sees or waits for",
            )


def inconsistent(look: Look) -> Iterator[Found]:
    """One organisation, one voice: the same moment must not be named, promised or signed differently elsewhere."""
    for other in look.others:
        if other.name != look.journey.name:
            yield from _facts(look.journey, other)
            yield from _stages(look.journey, other)
            yield from _touchpoints(look.journey, other)
            yield from _signatures(look.journey, other)


def _facts(journey: Journey, other: Journey) -> Iterator[Found]:
    for name, kind in journey.facts.items():
        theirs = other.facts.get(name)
        if theirs is not None and theirs != kind:
            yield Found(
                f"facts.{name}",
                f"in journey '{other.name}' the fact '{name}' is something else",
                "give both the same type, or one of them another name",
            )


def _stages(journey: Journey, other: Journey) -> Iterator[Found]:
    for name, stage in journey.stages.items():
        theirs = other.stages.get(name)
        for language, title in stage.title.items() if theirs is not None else ():
            if theirs is not None and theirs.title.get(language, title) != title:
                yield Found(
                    f"stages.{name}",
                    f"in journey '{other.name}' it is called '{theirs.title[language]}'",
                    "use one name for the same stage",
                )


def _touchpoints(journey: Journey, other: Journey) -> Iterator[Found]:
    for name, touchpoint in journey.touchpoints.items():
        theirs = other.touchpoints.get(name)
        if theirs is None:
            continue
        for what in ("kind", "attention", "by", "channels"):
            if getattr(theirs, what) != getattr(touchpoint, what):
                yield Found(
                    f"touchpoints.{name}",
                    f"in journey '{other.name}' its {what} differs",
                    "make the two alike, or give one of them another name",
                )


def _signatures(journey: Journey, other: Journey) -> Iterator[Found]:
    ours, theirs = signatures(journey), signatures(other)
    for language in ours.keys() & theirs.keys():
        for text, place in ours[language].items():
            if text not in theirs[language]:
                signed = _short(next(iter(theirs[language])))
                yield Found(
                    place,
                    f"it is signed '{_short(text)}', and journey '{other.name}' is signed '{signed}'",
                    "sign all messages alike, by a shared block",
                )


def signatures(journey: Journey) -> dict[str, dict[str, str]]:
    """Language -> how e-mails and letters end -> one place where they do."""
    found: dict[str, dict[str, str]] = {}
    for (name, channel, language), source in journey.texts.items():
        if channel in ("email", "letter"):
            last = re.split(r"\n\s*\n", source.strip())[-1]
            found.setdefault(language, {}).setdefault(" ".join(last.split()), f"touchpoints.{name.partition('+')[0]}")
    return found


def principle(look: Look) -> Iterator[Found]:
    """A design principle that nobody enforces is a poster on a wall."""
    for rule in look.organisation.principles if look.organisation is not None else ():
        for touchpoint in look.touchpoints:
            if _forbids(rule, look.journey, touchpoint):
                yield Found(
                    f"touchpoints.{touchpoint.name}",
                    f"the principle '{rule.name}' forbids it: {rule.because}",
                    "change the touchpoint, or talk about the principle",
                )


def _forbids(rule: Principle, journey: Journey, touchpoint: Touchpoint) -> bool:
    """Whether the touchpoint is all that the principle names."""
    by = "person" if touchpoint.for_person else "machine"
    texts = [source for (name, _, _), source in journey.texts.items() if name.partition("+")[0] == touchpoint.name]
    word = re.compile(rf"\b{re.escape(rule.word)}\b", re.IGNORECASE) if rule.word else None
    checks = [
        (rule.kind, touchpoint.kind == rule.kind),
        (rule.channel, rule.channel in touchpoint.channels),
        (rule.attention, touchpoint.attention == rule.attention),
        (rule.by, by == rule.by),
        (rule.word, word is not None and any(word.search(text) for text in texts)),
    ]
    return any(asked for asked, _ in checks) and all(holds for asked, holds in checks if asked)


def _short(text: str) -> str:
    return text if len(text) <= 60 else text[:57] + "..."
