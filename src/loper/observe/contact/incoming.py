"""Which contacts the customer made and which the organisation did: by what the log says, else by its words.

Logs say it in many ways or not at all; every answer that counts customers' contacts says which of them it went by.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np

from loper.define.model import Journey
from loper.log.table import BadLog
from loper.observe.laid.layout import Bools, Layout, Words
from loper.observe.words import Say

By = Literal["named", "direction", "initiator", "kind", "activity", "rest", "nothing"]
Side = Literal["in", "out", ""]

IN = frozenset("in inbound incoming inkomend inkomende".split())
OUT = frozenset("out outbound outgoing uitgaand uitgaande uit".split())

CUSTOMER = frozenset(
    "customer client consumer citizen resident tenant patient member caller passenger user"
    " klant cliënt burger inwoner bewoner huurder patiënt lid beller reiziger gebruiker aanvrager".split()
)
ORGANISATION = frozenset(
    "agent technician planner director system employee staff medewerker monteur vakman systeem organisatie"
    " organisation organization company".split()
)
KINDS_IN = frozenset(("event", "unexpected", "call", "question", "complaint", "vraag", "klacht", "oproep"))
KINDS_OUT = frozenset(("message", "bericht", "mailing", "letter", "brief"))

SAYS_IN = CUSTOMER | frozenset(
    "call calls called calling phones phoned asks asked question questions complaint complains complained reports"
    " reported replies replied inbound incoming chats chatted mails mailed chaser"
    " belt belde gebeld vraagt vroeg vraag klacht klaagt klaagde melding meldt meldde gemeld antwoordt reageert"
    " mailt mailde inkomend navraag statusvraag terugbelverzoek".split()
)
SAYS_OUT = frozenset(
    "sent send sends letter invitation invite reminder confirmation notification notice mailing newsletter outbound"
    " outgoing push"
    " verstuurd verstuur verzonden verzend gestuurd brief uitnodiging herinnering bevestiging ontvangstbevestiging"
    " aankondiging notificatie nieuwsbrief uitgaand afspraakbrief afspraakbevestiging".split()
)
"""Of an activity's words the first that is in one of the two lists decides: “customer calls about letter” is theirs."""

RECEIVED = frozenset("received ontvangen binnen binnengekomen".split())
"""A letter that is received is the customer's."""


@dataclass(frozen=True, kw_only=True, eq=False)
class Incoming:
    """`coming`: of each contact of the whole log, whether the customer made it; `sent`: whether the organisation did.
    A contact can be neither: a step inside, or one of which nothing is known."""

    coming: Bools
    sent: Bools
    by: By


def said(by: str, say: Say) -> str:
    """What it went by, in a sentence; empty where the log, or who asked, says it outright."""
    sentences = {
        "initiator": (
            "Who made a contact was read from its initiator.",
            "Wie het contact zocht, is gelezen uit de initiator.",
        ),
        "kind": (
            "Who made a contact was read from its kind.",
            "Wie het contact zocht, is gelezen uit het soort contact.",
        ),
        "activity": (
            "Who made a contact was read from the words of its activity.",
            "Wie het contact zocht, is gelezen uit de naam van de activiteit.",
        ),
        "rest": (
            "The log does not say which contacts the customer made; all but the messages are counted as theirs.",
            "Het logboek zegt niet wie het contact zocht; alles behalve berichten telt als contact van de klant.",
        ),
        "nothing": (
            "The log does not say who made a contact; all are counted as the customer's.",
            "Het logboek zegt niet wie het contact zocht; alles telt als contact van de klant.",
        ),
    }
    return say(*sentences[by]) if by in sentences else ""


def incoming_of(layout: Layout) -> Incoming:
    """By the first that tells: direction, initiator, kind, words of the activities; else all but messages count."""
    columns = {name: layout.words(name) for name in ("direction", "initiator", "kind")}
    columns["activity"] = Words(codes=layout.activity, values=layout.activities)
    by, name, sides = told_by(lambda name: None if (found := columns[name]) is None else found.values)
    column = columns[name]
    assert column is not None  # noqa: S101 - it was just found there
    sent = _where(column, sides, "out")
    return Incoming(coming=~sent if by in ("rest", "nothing") else _where(column, sides, "in"), sent=sent, by=by)


def told_by(values: Callable[[str], Sequence[str] | None]) -> tuple[By, str, list[Side]]:
    """What says whose a contact is, the column that does, and the side of each of its words. `values` gives the words
    of a column, None where the log has no such column."""
    readings: tuple[tuple[By, Callable[[str], Side]], ...] = (
        ("direction", _listed(IN, OUT)),
        ("initiator", _listed(CUSTOMER, ORGANISATION)),
        ("kind", _listed(KINDS_IN, KINDS_OUT)),
        ("activity", side_of),
    )
    sides: list[Side] = []
    for by, side in readings:
        sides = [side(value) for value in values(by) or ()]
        if "in" in sides:
            return by, by, sides
    return "rest" if "out" in sides else "nothing", "activity", sides


def named(layout: Layout, activities: Collection[str]) -> Incoming:
    """The customer's contacts are those with one of these activities. BadLog where the log does not have one."""
    wanted = set(activities)
    missing = sorted(wanted - set(layout.activities))
    if missing:
        there = ", ".join(layout.activities[:20])
        raise BadLog([f"no activity “{one}” in this log; there are: {there}" for one in missing])
    lut = np.array([one in wanted for one in layout.activities], np.bool_)
    coming = lut[layout.activity]
    return Incoming(coming=coming, sent=incoming_of(layout).sent & ~coming, by="named")


def onward(journey: Journey, activities: Sequence[str]) -> list[str]:
    """The activities of a log by which the design lets a case go on from where it is."""
    moves = {event for stage in journey.stages.values() for event in stage.on} | {*journey.on}
    return [one for one in activities if one in moves]


def without(layout: Layout, incoming: Incoming, activities: Collection[str]) -> Incoming:
    """The same, but that contacts with these activities do not count as the customer's."""
    if not activities:
        return incoming
    lut = np.array([one not in activities for one in layout.activities], np.bool_)
    return Incoming(coming=incoming.coming & lut[layout.activity], sent=incoming.sent, by=incoming.by)


def side_of(activity: str) -> Side:
    """Whose an activity is by its words: the first word that is in a list decides."""
    words = re.findall(r"[^\W\d_]+", activity.casefold())
    for word in words:
        if word in SAYS_IN:
            return "in"
        if word in SAYS_OUT:
            return "out" if RECEIVED.isdisjoint(words) else "in"
    return ""


def _listed(ours: Collection[str], theirs: Collection[str]) -> Callable[[str], Side]:
    def side(value: str) -> Side:
        word = value.strip().casefold()
        return "in" if word in ours else "out" if word in theirs else ""

    return side


def _where(column: Words, sides: list[Side], side: Side) -> Bools:
    """Contacts whose word is on this side; the last place of the table is for those without a word."""
    found: Bools = np.array([*(one == side for one in sides), False], np.bool_)[column.codes]
    return found
