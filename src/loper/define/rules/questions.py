"""Do we ask what we know already?"""

from __future__ import annotations

from collections.abc import Iterator

from loper.define.expression import IsSet
from loper.define.model import Dialogue, Journey, Question
from loper.define.rules.look import Found, Look

KNOWN = frozenset(
    [
        "name",
        "naam",
        "first_name",
        "voornaam",
        "last_name",
        "achternaam",
        "address",
        "adres",
        "postcode",
        "postal_code",
        "house_number",
        "huisnummer",
        "city",
        "woonplaats",
        "email",
        "phone",
        "telefoon",
        "birth_date",
        "geboortedatum",
        "customer_number",
        "klantnummer",
        "tenant_number",
        "huurdernummer",
        "contract_number",
        "contractnummer",
    ]
)
"""What every customer database has."""


def asks_twice(look: Look) -> Iterator[Found]:
    """Nothing says 'we do not know you' as loudly as a question that was answered before."""
    before = _told_at_the_start(look.journey)
    inherited = _of_parents(look)
    for dialogue in look.journey.dialogues.values():
        begins = dialogue.emits in look.journey.begins
        for question in dialogue.questions.values():
            why = _why(question, dialogue, before if not begins else {}, inherited if begins else {})
            if why:
                yield Found(
                    f"dialogues.{dialogue.name}",
                    why,
                    f"take '{question.name}' out, or add 'if: {question.name} is not set'",
                )
    for touchpoint in look.touchpoints:
        for asked in touchpoint.asks:
            if asked in before:
                yield Found(
                    f"touchpoints.{touchpoint.name}",
                    f"it asks '{asked}', which {before[asked]} told already",
                    f"take '{asked}' out of 'asks'",
                )


def _why(question: Question, dialogue: Dialogue, before: dict[str, str], inherited: dict[str, str]) -> str:
    if question.if_ is not None and _asks_whether_set(question):
        return ""
    if question.name in before:
        return f"it asks '{question.name}', which {before[question.name]} told already"
    if question.name in inherited:
        return f"it asks '{question.name}', which comes along from journey '{inherited[question.name]}'"
    if question.name.lower() in KNOWN or question.kind in ("phone", "email"):
        return f"it asks '{question.name}', which the organisation knows of its customers"
    return ""


def _asks_whether_set(question: Question) -> bool:
    root = question.if_.root if question.if_ is not None else None
    return isinstance(root, IsSet) and root.negated and root.name.path == question.name


def _told_at_the_start(journey: Journey) -> dict[str, str]:
    """Facts and answers that every case has from its beginning."""
    found: dict[str, str] = {}
    for dialogue in journey.dialogues.values():
        if dialogue.emits in journey.begins:
            found |= {name: f"dialogue '{dialogue.name}'" for name, q in dialogue.questions.items() if not q.optional}
    for event in journey.begins:
        declared = journey.events.get(event)
        if declared is not None and len(journey.begins) == 1:
            found |= dict.fromkeys(declared.sets, f"event '{event}'")
    return found


def _of_parents(look: Look) -> dict[str, str]:
    """Facts that a parent journey copies to this one."""
    parents = [other for other in look.others if look.journey.name in other.opens.values()]
    return {name: parent.name for parent in parents for name in parent.facts if name in look.journey.facts}
