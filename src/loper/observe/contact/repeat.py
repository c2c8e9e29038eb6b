"""Repeat contact: the customer had to come back for the same thing within some days."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from loper.define.model import Journey
from loper.log.table import BadLog
from loper.observe.answer import Answer
from loper.observe.contact import kernels_follow
from loper.observe.contact.follow import DAY, By
from loper.observe.contact.incoming import named, onward, said, without
from loper.observe.laid.layout import Ints, Words
from loper.observe.result import Result, design_effect, wilson
from loper.observe.words import Say

if TYPE_CHECKING:
    from loper.observe.log import Log

NAMED = ("reason", "channel", "activity")


CENTURY = 36_525  # days; more is a mistake


@dataclass(frozen=True, kw_only=True)
class Group:
    """The contacts with one word: how many of them were followed by another one about the same thing."""

    what: str  # reason, channel or activity
    name: str
    contacts: int
    repeated: int
    rate: Result


@dataclass(frozen=True, kw_only=True)
class Repeats(Answer):
    """Contacts of customers that were followed by another one of the same customer about the same thing within `days`.

    A contact counts only when the log goes on for `days` after it: of later ones nobody knows yet. Contacts of one
    customer hang together, so the intervals are as wide as the customers that they come from allow.
    """

    days: float
    contacts: int  # from customers, seen long enough
    repeated: int
    too_late: int  # not seen long enough
    rate: Result
    resolved: Result  # first-contact resolution: of first contacts, the share after which none came
    by: By  # what made contacts belong together: customer and reason, customer, or case
    told_by: str  # what said that a contact was the customer's: see `loper.observe.contact.incoming`
    groups: tuple[Group, ...] = ()  # by reason, by channel, by activity; within each the most repeated first
    activities: tuple[str, ...] = ()  # the only ones that were counted, where they were named
    foreseen: tuple[str, ...] = ()  # steps that the design asks for: to take one is not to come back

    def of(self, what: str) -> tuple[Group, ...]:
        """Those of one kind: reason, channel or activity."""
        return tuple(one for one in self.groups if one.what == what)

    def rows(self) -> Sequence[dict[str, Any]]:
        whole = Group(what="all", name="", contacts=self.contacts, repeated=self.repeated, rate=self.rate)
        return [
            {
                "what": one.what,
                "name": one.name,
                "days": self.days,
                "contacts": one.contacts,
                "repeated": one.repeated,
                "rate": one.rate.estimate,
                "low": one.rate.low,
                "high": one.rate.high,
            }
            for one in (whole, *self.groups)
        ]

    def cases_of(self, log: Log, what: str = "", name: str = "") -> Log:
        """The cases with a contact that was repeated: all of them, or those of one group."""
        state, _ = _states(log, self.days, self.by, self.activities, self.foreseen)
        column = _column(log, what) if what else None
        code = column.code(name) if column else -1
        codes = column.codes if column else log.layout.activity
        if what and code < 0:
            raise BadLog([f"no {what} “{name}” in this log"])
        return log.only(kernels_follow.cases_in(log.layout.offsets, codes, code, state, 3))

    def summary(self, language: str = "en") -> str:
        say, days = Say(language), f"{self.days:g}"
        if not self.contacts:
            return say(
                "No contact was followed for {days} days, so repeat contact cannot be told.",
                "Geen enkel contact is {days} dagen gevolgd; herhaald contact is niet te zeggen.",
                days=days,
            )
        text = [
            say(
                "After {rate} of {contacts} contacts ({low} to {high}) the customer was there again for the same thing"
                " within {days} days.",
                "Na {rate} van {contacts} contacten ({low} tot {high}) was de klant er binnen {days} dagen weer voor"
                " hetzelfde.",
                rate=say.share(self.rate.estimate),
                contacts=self.contacts,
                low=say.share(self.rate.low),
                high=say.share(self.rate.high),
                days=days,
            ),
            say(
                "Of first contacts {part} were enough.",
                "Van de eerste contacten was {part} meteen genoeg.",
                part=say.share(self.resolved.estimate),
            ),
        ]
        often = next((self.of(what)[0] for what in NAMED if len(self.of(what)) > 1), None)
        if often and often.rate.low > self.rate.high:
            text.append(
                say(
                    "Most often after “{name}”: {part} ({low} to {high}).",
                    "Het vaakst na “{name}”: {part} ({low} tot {high}).",
                    name=often.name,
                    part=say.share(often.rate.estimate),
                    low=say.share(often.rate.low),
                    high=say.share(often.rate.high),
                )
            )
        if self.foreseen:
            text.append(
                say(
                    "Steps that the design asks for do not count as coming back.",
                    "Stappen die bij het ontwerp horen, tellen niet als terugkomen.",
                )
            )
        text.append(said(self.told_by, say))
        return " ".join(filter(None, text))


def repeats_of(
    log: Log,
    *,
    days: float = 7,
    by: By | None = None,
    activities: Collection[str] = (),
    journey: Journey | None = None,
) -> Repeats:
    """`by`: what makes contacts belong together; the narrowest that the log can tell, unless said. `activities`: the
    only ones that are customers' contacts; else as `incoming.py` finds them. `journey`: the design, of which
    a step (a time is chosen after the report) is no coming back. BadLog for what is not there.
    """
    if not 0 < days <= CENTURY:
        raise BadLog([f"days: {days:g} is no length of time; write how many days, such as 7"])
    follow, layout, rows = log.follow, log.layout, log.rows
    by = by or follow.best()
    needed = {"customer and reason": ("customer", "reason"), "customer": ("customer",), "case": ()}
    missing = [one for one in needed.get(by, ()) if layout.words(one) is None]
    if by not in needed:
        raise BadLog([f"by: “{by}” is not one of {', '.join(needed)}"])
    if missing:
        raise BadLog([f"by {by}: this log has no {one}" for one in missing])
    foreseen = tuple(onward(journey, layout.activities)) if journey else ()
    state, begun = _states(log, days, by, activities, foreseen)
    counts = kernels_follow.by_code(layout.offsets, layout.activity, len(layout.activities), state, rows)
    late, none, came = (int(one) for one in counts.sum(0)[1:])
    effect = _effect(log, state, came, none + came, by)
    first = kernels_follow.firsts(layout.offsets, begun, state, rows)
    incoming = named(layout, activities) if activities else follow.incoming
    return Repeats(
        days=days,
        contacts=none + came,
        repeated=came,
        too_late=late,
        rate=wilson(came, none + came, effect=effect),
        resolved=wilson(int(first[2]), int(first[2] + first[3]), effect=effect),
        by=by,
        told_by=incoming.by,
        groups=tuple(group for what in NAMED for group in groups_of(log, what, state, effect)),
        activities=tuple(activities),
        foreseen=foreseen,
    )


def _states(log: Log, days: float, by: By, activities: Collection[str], foreseen: Collection[str]) -> tuple[Ints, Ints]:
    """Of each contact of the whole log what became of it, and whether it was the first about its thing."""
    follow, time, within = log.follow, log.layout.time, round(days * DAY)
    incoming = named(log.layout, activities) if activities else follow.incoming
    after = follow.after(incoming, by)
    begun = kernels_follow.begun(time, incoming.coming, after, within)
    if foreseen:
        after = follow.after(without(log.layout, incoming, foreseen), by)
    return kernels_follow.states(time, incoming.coming, after, within, follow.known(within)), begun


def _effect(log: Log, state: Ints, came: int, contacts: int, by: By) -> float:
    """The design effect of contacts that come from the same customers, over all; the parts are taken to have it too."""
    layout = log.layout
    order, bounds = log.follow.by_case if by == "case" else log.follow.by_customer
    selected = np.zeros(0, np.bool_) if log.keep is None else np.repeat(log.keep, layout.lengths)
    squares, customers = kernels_follow.squares(order, bounds, state, selected, came / max(1, contacts))
    return design_effect(came, contacts, squares, customers)


def groups_of(log: Log, what: str, state: Ints, effect: float = 1) -> list[Group]:
    """Of each reason, channel or activity how many contacts are in state 2 or 3, and how many in 3; the most first."""
    column = _column(log, what)
    if column is None:
        return []
    counts = kernels_follow.by_code(log.layout.offsets, column.codes, len(column.values), state, log.rows)
    groups = [
        Group(what=what, name=name, contacts=none + came, repeated=came, rate=wilson(came, none + came, effect=effect))
        for name, (_, _, none, came) in zip(column.values, counts.tolist(), strict=False)
        if none + came
    ]
    return sorted(groups, key=lambda one: -one.rate.low)


def _column(log: Log, what: str) -> Words | None:
    return (
        Words(codes=log.layout.activity, values=log.layout.activities) if what == "activity" else log.layout.words(what)
    )
