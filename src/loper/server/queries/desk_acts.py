"""What somebody who works here can do for a customer now: what the journey takes, from whom, and their role allows."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from loper.define.model import BUILT_IN_OFFERS, Journey
from loper.server.permissions import Actor
from loper.server.queries.cases import CaseView

BOOK, CANCEL, WITHDRAW, CALL = "appointment.made", "appointment.cancelled", "case.withdrawn", "call.asked"
DUTY = "duty.sent"  # has a page of its own, which knows who is on duty


@dataclass(frozen=True, kw_only=True, slots=True)
class Acts:
    """What can be done with a case. `dialogues` and `events` by name."""

    book: bool = False
    cancel: bool = False
    withdraw: bool = False
    call: bool = False
    note: bool = False
    retract: bool = False
    link: bool = False
    dialogues: tuple[str, ...] = ()
    events: tuple[str, ...] = ()  # of the journey itself, that lead on from here


def acts(view: CaseView, actor: Actor) -> Acts:
    """What this person can do with this case."""
    journey, going = view.journey, not view.ended
    withdrawal = view.offers_event("withdraw") or WITHDRAW
    dialogues = _dialogues(view, actor)
    emitted = {journey.dialogues[name].emits for name in dialogues}
    return Acts(
        book=going and actor.may("case.book") and _says(journey, booking(view), actor, "case.book"),
        cancel=view.appointment is not None and _says(journey, CANCEL, actor, "case.book"),
        withdraw=going and _says(journey, withdrawal, actor, "case.withdraw"),
        call=actor.may("case.ask_call") and (view.offers_event("call_me") or CALL) in journey.events,
        note=actor.may("case.note"),
        retract=actor.may("case.retract"),
        link=actor.may("link.send"),
        dialogues=dialogues,
        events=tuple(_events(view, actor, {withdrawal, *emitted})),
    )


def booking(view: CaseView) -> str:
    """The event by which this case books or moves its appointment."""
    return view.offers_event("book") or view.offers_event("reschedule") or BOOK


def _says(journey: Journey, event: str, actor: Actor, permission: str) -> bool:
    """Whether the journey takes this event from the role in which this person would say it."""
    declared = journey.events.get(event)
    return declared is not None and actor.may(permission) and actor.role_for(permission) in declared.from_


def _dialogues(view: CaseView, actor: Actor) -> tuple[str, ...]:
    """The dialogues that this stage offers, as an agent may hold them."""
    if not actor.may("case.report"):
        return ()
    role = actor.role_for("case.report")
    found = []
    for offer in view.offers:
        dialogue = view.journey.dialogues.get(offer.name)
        declared = view.journey.events.get(dialogue.emits) if dialogue else None
        if declared is not None and role in declared.from_:
            found.append(offer.name)
    return tuple(found)


def _events(view: CaseView, actor: Actor, known: Collection[str]) -> list[str]:
    """The events that lead on from this stage and that nothing else on the page says already."""
    stage = view.stage
    if stage is None or not actor.may("case.tell"):
        return []
    names = list(dict.fromkeys((*stage.on, *(() if stage.final else view.journey.on))))
    special = {booking(view), CANCEL, DUTY, *known, *BUILT_IN_OFFERS.values()}
    return [name for name in names if name not in special and speaker(view.journey, name, actor)]


def speaker(journey: Journey, event: str, actor: Actor) -> str:
    """The role in which this person may say this event of the journey; empty when in none."""
    declared = journey.events.get(event)
    if declared is None or not actor.may("case.tell"):
        return ""
    return next((role for role in ("agent", "planner") if role in actor.roles and role in declared.from_), "")
