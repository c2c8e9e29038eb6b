"""Repeat contact: the customer had to come back for the same thing within some days."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from loper.observe.answer import Answer
from loper.observe.result import Result, wilson
from loper.observe.words import Say

if TYPE_CHECKING:
    from loper.observe.log import Log

DAY = 86_400_000_000


@dataclass(frozen=True, kw_only=True)
class Repeats(Answer):
    """Contacts of customers that were followed by another one of the same customer about the same thing within `days`.

    A contact counts only when the log goes on for `days` after it: of later ones nobody knows yet.
    """

    days: float
    contacts: int  # from customers, seen long enough
    repeated: int
    too_late: int  # not seen long enough
    rate: Result
    resolved: Result  # first-contact resolution: of first contacts, the share after which none came
    by: str  # what made contacts belong together: customer and reason, customer, or case

    def rows(self) -> Sequence[dict[str, Any]]:
        return [{"days": self.days, "contacts": self.contacts, "repeated": self.repeated, "rate": self.rate.estimate}]

    def summary(self, language: str = "en") -> str:
        say, days = Say(language), f"{self.days:g}"
        if not self.contacts:
            return say(
                "No contact was followed for {days} days, so repeat contact cannot be told.",
                "Geen enkel contact is {days} dagen gevolgd; herhaald contact is niet te zeggen.",
                days=days,
            )
        return say(
            "After {rate} of {contacts} contacts ({low} to {high}) the customer was there again for the same thing"
            " within {days} days.",
            "Na {rate} van {contacts} contacten ({low} tot {high}) was de klant er binnen {days} dagen weer voor"
            " hetzelfde.",
            rate=say.share(self.rate.estimate),
            contacts=self.contacts,
            low=say.share(self.rate.low),
            high=say.share(self.rate.high),
            days=days,
        )


def repeats_of(log: Log, *, days: float = 7) -> Repeats:
    """Contacts from customers are those whose direction is `in`; where the log does not know, all of them."""
    layout = log.layout
    places = _places(log)
    direction = layout.words("direction")
    if direction is not None:
        places = places[direction.codes[places] == direction.code("in")]
    owner, by = _owner(log, places)
    order = np.lexsort((layout.seq[places], layout.time[places], owner))
    owner, time = owner[order], layout.time[places][order]
    again = np.zeros(len(order), np.bool_)
    again[:-1] = (owner[1:] == owner[:-1]) & (time[1:] - time[:-1] <= days * DAY)
    first = np.ones(len(order), np.bool_)
    first[1:] = ~again[:-1]
    end = int(layout.time.max()) if len(layout) else 0
    seen = time + days * DAY <= end
    seen |= again  # what did come back is known, however near the end
    counted, back = int(seen.sum()), int((again & seen).sum())
    firsts = int((first & seen).sum())
    return Repeats(
        days=days,
        contacts=counted,
        repeated=back,
        too_late=len(order) - counted,
        rate=wilson(back, counted),
        resolved=wilson(int((first & seen & ~again).sum()), firsts),
        by=by,
    )


def _places(log: Log) -> np.ndarray:
    """Where the contacts of the selected cases are."""
    if log.keep is None:
        return np.arange(len(log.layout))
    return np.flatnonzero(np.repeat(log.keep, log.layout.lengths))


def _owner(log: Log, places: np.ndarray) -> tuple[np.ndarray, str]:
    """A number for what contacts are about: the customer and the reason, where the log has them, else the case."""
    layout = log.layout
    customer, reason = layout.words("customer"), layout.words("reason")
    case = np.repeat(np.arange(layout.count), layout.lengths)[places]
    if customer is None:
        return case, "case"
    who = customer.codes[places].astype(np.int64)
    who = np.where(who < 0, -1 - case, who)  # of whom nobody knows who it is, the case is all there is
    if reason is None:
        return who, "customer"
    return who * (len(reason.values) + 1) + reason.codes[places] + 1, "customer and reason"
