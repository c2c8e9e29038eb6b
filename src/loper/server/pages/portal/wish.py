"""The free times in the order in which a customer wants to see them: those of their own wish first."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import time

from loper.server.queries.offers import Choice, Day
from loper.server.records.agenda import Slot

NOON = time(12)
SHOWN = 4
"""So many days are seen at once; the others are one tap further."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Times:
    """What is seen at once, and the rest. `wish`: morning or afternoon, where they said so; `none`: nothing is free
    then. `marked`: some times suit the routes better than others.
    """

    first: Sequence[Day]
    more: Sequence[Day]
    wish: str
    none: bool
    marked: bool


def in_order(days: Sequence[Day], wish: object) -> Times:
    """All of these times, each once; what the customer said of when they are home decides what is seen at once."""
    wanted = wish if wish in ("morning", "afternoon") else ""
    fits = {choice.slot for day in days for choice in day.choices if not wanted or _is(choice, wanted)}
    first = _only(days, fits)[:SHOWN]
    none = bool(wanted and days and not first)
    if none:
        first = list(days[:SHOWN])
    seen = {choice.slot for day in first for choice in day.choices}
    every = [choice for day in days for choice in day.choices]
    suits = sum(choice.suits for choice in every)
    return Times(
        first=first,
        more=_only(days, {choice.slot for choice in every} - seen),
        wish=str(wanted),
        none=none,
        marked=0 < suits < len(every),
    )


def _is(choice: Choice, wish: str) -> bool:
    return (choice.start.time() < NOON) == (wish == "morning")


def _only(days: Iterable[Day], slots: set[Slot]) -> list[Day]:
    kept = [Day(day.day, tuple(choice for choice in day.choices if choice.slot in slots)) for day in days]
    return [day for day in kept if day.choices]
