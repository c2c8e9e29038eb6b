"""Purposes, and how long things are kept. An organisation sets the days (`loper privacy`); the clocks stay."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from django.utils.translation import gettext_noop as _

PURPOSES = {
    "serve": _("to carry out what the customer asked for"),
    "reach": _("to reach the customer in the way they want"),
    "visit": _("to come to the right home, prepared, at the right time"),
    "listen": _("to hear from customers how it went, and to do better"),
    "wish": _("to do what the customer agreed to, and to be able to show it"),
    "answer": _("to be able to answer for what was done"),
    "secure": _("to keep out who has no business here"),
    "staff": _("to let those who work here do their work"),
    "run": _("to keep the system going; says nothing of anybody"),
}


class Clock(StrEnum):
    """From when the days of a rule count."""

    CUSTOMER = "customer"  # since they are a customer no more and no case of theirs is open
    CASE = "case"  # since the case ended
    ROW = "row"  # since the time that the register names of the table
    NEVER = "never"  # it is kept


@dataclass(frozen=True, kw_only=True, slots=True)
class Rule:
    """How long something is kept: `days` after its clock began."""

    clock: Clock
    days: int = 0
    why: str = ""


RULES = {
    "customer": Rule(clock=Clock.CUSTOMER, days=730, why=_("after they left: questions about the last bill")),
    "case": Rule(clock=Clock.CASE, days=730, why=_("after the case ended: complaints and guarantees")),
    "pictures": Rule(clock=Clock.CASE, days=365, why=_("after the case ended: guarantees")),
    "survey": Rule(clock=Clock.CASE, days=365, why=_("after the case ended: it compares with the year before")),
    "home": Rule(clock=Clock.NEVER, why=_("of the home, not of who lives there")),
    "proof": Rule(clock=Clock.CUSTOMER, days=1825, why=_("after they left: what was agreed may have to be shown")),
    "draft": Rule(clock=Clock.ROW, days=14, why=_("a form that was never sent in")),
    "link": Rule(clock=Clock.ROW, days=30, why=_("a link after it expired")),
    "code": Rule(clock=Clock.ROW, days=1, why=_("a code after it expired")),
    "place": Rule(clock=Clock.ROW, days=1, why=_("where somebody was")),
    "waiting": Rule(clock=Clock.ROW, days=30, why=_("what came before its case did")),
    "learned": Rule(clock=Clock.ROW, days=730, why=_("what plans learn from")),
    "attempt": Rule(clock=Clock.ROW, days=90, why=_("who tried to get in")),
    "session": Rule(clock=Clock.ROW, days=0, why=_("as long as somebody is signed in")),
    "log": Rule(clock=Clock.ROW, days=365, why=_("a log that was brought in")),
    "file": Rule(clock=Clock.ROW, days=30, why=_("a file that was brought in or asked for")),
    "backup": Rule(clock=Clock.ROW, days=35, why=_("a backup")),
    "looks": Rule(clock=Clock.ROW, days=1825, why=_("who looked at whom")),
    "staff": Rule(clock=Clock.NEVER, why=_("as long as somebody works here")),
    "journal": Rule(clock=Clock.NEVER, why=_("what happened, by reference: it only grows, and names nobody")),
    "always": Rule(clock=Clock.NEVER, why=_("says nothing of anybody")),
}
