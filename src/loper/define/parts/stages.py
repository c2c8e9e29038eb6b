"""Stages and moves."""

from __future__ import annotations

from typing import Any

from loper.define.model import BUILT_IN_OFFERS, Move, Offer, Stage
from loper.define.names import Names
from loper.define.parts.texts import texts
from loper.define.problem import nearest
from loper.define.shape import Part
from loper.define.tree import Word
from loper.define.typecheck import checked


def stage(name: Word, part: Part, names: Names) -> Stage:
    final = "final" in part and bool(part["final"].value)
    if final:
        for key in ("within", "until"):
            if key in part.keys_at:
                names.report.add(part.keys_at[key], f"'{name}' is final, so it has no deadline", f"take '{key}' away")
    elif not {"within", "until"} & part.keys_at.keys():
        names.report.add(
            name,
            f"stage '{name}' has no deadline: what if nothing happens?",
            "add 'within: 1 working day' or 'until: FACT', or 'final: true'",
        )
    return Stage(
        name=str(name),
        title=texts(part.get("title"), names),
        says=texts(part.get("says"), names),
        on=moves(part.get("on"), names),
        within=part["within"].value if "within" in part else None,
        until=names.time_path(part["until"]) if "until" in part else None,
        offers=offers(part.get("offers"), names),
        final=final,
    )


def moves(read: dict[Word, Any] | None, names: Names) -> dict[str, tuple[Move, ...]]:
    """Event -> where it leads; of guarded moves the first that holds."""
    found = {}
    for event, to in (read or {}).items():
        made = _moves(to, names)
        if names.event(event) is not None:
            found[str(event)] = made
    return found


def _moves(to: Any, names: Names) -> tuple[Move, ...]:
    if isinstance(to, Word):
        known = names.stage(to)
        return () if known is None else (Move(known),)
    rows: list[Part] = [to] if isinstance(to, Part) else to
    made = []
    for number, row in enumerate(rows):
        known = names.stage(row.get("to"))
        guard = checked(row.get("if"), names.facts, names.report)
        if "if" not in row.keys_at and number < len(rows) - 1:
            names.report.add(row.at, "moves after this one are never made: it has no 'if'", "put it last")
        if known is not None:
            made.append(Move(known, guard))
    return tuple(made)


def offers(read: list[Any] | None, names: Names) -> tuple[Offer, ...]:
    """Dialogues by name, and built-in actions with the event that they emit."""
    found: list[Offer] = []
    for one in read or []:
        pairs = [(one, None)] if isinstance(one, Word) else list(one.items())
        for name, event in pairs:
            offer = _offer(name, event, names)
            if offer is not None and any(known.name == offer.name for known in found):
                names.report.add(name, f"'{name}' is offered twice", "keep one of the two")
            elif offer is not None:
                found.append(offer)
    return tuple(found)


def _offer(name: Word, event: Word | None, names: Names) -> Offer | None:
    if event is not None:
        if name not in BUILT_IN_OFFERS:
            hint = nearest(name, BUILT_IN_OFFERS) or f"built in: {', '.join(BUILT_IN_OFFERS)}"
            names.report.add(name, f"'{name}' is not a built-in offer, so it cannot be bound to an event", hint)
            return None
        known = names.event(event)
        return None if known is None else Offer(str(name), known)
    if name in names.dialogues:
        return Offer(str(name))
    if name not in BUILT_IN_OFFERS:
        known_offers = [*names.dialogues, *BUILT_IN_OFFERS]
        hint = nearest(name, known_offers) or f"offers: {', '.join(known_offers)}"
        names.report.add(name, f"'{name}' is not a dialogue and not a built-in offer", hint)
        return None
    emits = BUILT_IN_OFFERS[name]
    if emits not in names.declared:
        names.report.add(
            name,
            f"offer '{name}' emits event '{emits}', which is not declared",
            f"declare '{emits}', or bind another: {{{name}: EVENT}}",
        )
        return None
    return Offer(str(name), emits)
