"""Failure demand: contacts that come because something was not done, or not done right (Seddon, "Freedom from Command
and Control", 2003). Known by the design that did not foresee them, by their words, or because the customer came again.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
from numpy.typing import NDArray

from loper.define.model import Journey
from loper.log.table import BadLog
from loper.observe.against.conform_design import known, names
from loper.observe.answer import Answer
from loper.observe.contact import kernels_failure, kernels_follow
from loper.observe.contact.follow import DAY
from loper.observe.contact.incoming import onward, said
from loper.observe.contact.repeat import Group, groups_of
from loper.observe.laid import kernels
from loper.observe.laid.layout import Ints, Words
from loper.observe.result import Result, wilson
from loper.observe.words import Say

if TYPE_CHECKING:
    from loper.observe.log import Log

Ground = Literal["complaint", "status question", "chaser", "unexpected", "not in the design", "repeat"]
GROUNDS: tuple[Ground, ...] = (
    "complaint", "status question", "chaser", "unexpected", "not in the design", "repeat",
)  # fmt: skip
"""A contact counts once, for the first of these that holds."""

SAID: Mapping[Ground, tuple[str, str]] = {
    "complaint": ("complaints", "klachten"),
    "status question": ("questions how it stands", "vragen hoe het ervoor staat"),
    "chaser": ("customers who had to ask again", "klanten die nog eens moesten vragen"),
    "unexpected": ("contacts at a moment that the design does not expect", "contacten op een onverwacht moment"),
    "not in the design": ("contacts that the design does not have", "contacten die het ontwerp niet kent"),
    "repeat": ("the same thing again", "opnieuw hetzelfde"),
}

FAILURE_WORDS: Mapping[Ground, tuple[str, ...]] = {
    "complaint": ("complain", "dissatisf", "klacht", "klaagt", "klaagde", "ontevreden", "beklag"),
    "status question": (
        *("status", "progress", "where is", "where's", "when will", "when does", "how far", "track"),
        *(
            "voortgang",
            "stand van zaken",
            "hoe staat",
            "hoe ver",
            "waar blijft",
            "wanneer komt",
            "navraag",
            "informeert",
        ),
    ),
    "chaser": (
        *("chaser", "chasing", "still not", "still no", "not yet", "second time", "once more", "escalat"),
        *(
            "nogmaals",
            "nog niet",
            "nog steeds",
            "nog geen",
            "alweer",
            "tweede keer",
            "herhaalvraag",
            "herhaald",
            "rappel",
        ),
        *("geen reactie", "no answer received", "no response"),
    ),
}
"""Parts of the words of an activity or a reason, in small letters."""


@dataclass(frozen=True, kw_only=True)
class Why:
    ground: Ground
    contacts: int
    share: Result  # of all contacts of customers
    rows: NDArray[np.int64] = field(compare=False, repr=False)  # the numbers of the cases in the whole log


@dataclass(frozen=True, kw_only=True)
class FailureDemand(Answer):
    """Contacts of customers that a well-run journey would have spared them; the commonest ground first."""

    contacts: int
    failure: int
    share: Result
    grounds: tuple[Why, ...]
    groups: tuple[Group, ...]  # by channel and by activity: `repeated` are those that are failure demand
    days: float
    journey: str  # of the design that they were held against; empty: none was given
    told_by: str
    guessed: tuple[str, ...] = ()  # activities that were taken for a part of the design by their name

    def rows(self) -> Sequence[dict[str, Any]]:
        return [
            {
                "ground": one.ground,
                "contacts": one.contacts,
                "share": one.share.estimate,
                "low": one.share.low,
                "high": one.share.high,
            }
            for one in self.grounds
        ]

    def cost(self, rates: Mapping[str, float]) -> tuple[float, int]:
        """What they cost at the organisation's own rates per contact by channel, and how many contacts have no rate.

        BadLog for a rate of a channel that has no contacts here.
        """
        channels = {one.name: one.repeated for one in self.groups if one.what == "channel"}
        wrong = sorted(set(rates) - set(channels))
        if wrong:
            there = ", ".join(channels) or "none"
            raise BadLog([f"rates: no contacts by channel “{one}”; there are: {there}" for one in wrong])
        amount = sum(rate * channels[name] for name, rate in rates.items())
        return amount, self.failure - sum(channels[name] for name in rates)

    def summary(self, language: str = "en") -> str:
        say = Say(language)
        if not self.contacts:
            return say("The log has no contacts of customers.", "Het logboek heeft geen contacten van klanten.")
        told = [
            f"{SAID[one.ground][language.startswith('nl')]} ({say.number(one.contacts)})" for one in self.grounds[:3]
        ]
        text = [
            say(
                "{failure} of {contacts} contacts of customers ({part}; {low} to {high}) look avoidable.",
                "{failure} van {contacts} contacten van klanten ({part}; {low} tot {high}) lijken vermijdbaar.",
                failure=self.failure,
                contacts=self.contacts,
                part=say.share(self.share.estimate),
                low=say.share(self.share.low),
                high=say.share(self.share.high),
            ),
            say("Most of them: {told}.", "Vooral: {told}.", told=say.listed(told)) if told else "",
            ""
            if self.journey
            else say(
                "No design was given, so words and repetition tell.",
                "Er is geen ontwerp gegeven; woorden en herhaling zijn gebruikt.",
            ),
            said(self.told_by, say),
        ]
        return " ".join(filter(None, text))

    def cases_of(self, log: Log, ground: Ground) -> Log:
        """The cases with a contact for this reason, as a log of their own."""
        keep = np.zeros(log.layout.count, np.bool_)
        for one in self.grounds:
            if one.ground == ground:
                keep[one.rows] = True
        return log.only(keep)


def failure_demand_of(
    log: Log,
    *,
    journey: Journey | None = None,
    mapping: Mapping[str, str] | None = None,
    days: float = 7,
    words: Mapping[Ground, Collection[str]] = FAILURE_WORDS,
) -> FailureDemand:
    """Where the log does not tell customers' contacts from steps inside, that something came again is no ground.

    `journey`: what it does not know, or did not expect then (kind “unexpected”), no design foresaw; `mapping` names
    activities of a foreign log as in `conform`. `days`: so soon after another contact about the same thing it is a
    repeat. `words`: by which complaints, status questions and chasers are known.
    """
    layout, rows = log.layout, log.rows
    found, told_by, guessed = _grounds(log, journey, mapping, days, words)
    none = len(GROUNDS)
    state = np.where(found < 0, 0, np.where(found == none, 2, 3)).astype(np.int8)
    counts = kernels_follow.by_code(layout.offsets, found, none + 1, state, rows)[: none + 1].sum(1)
    contacts, failure = int(counts.sum()), int(counts[:none].sum())
    grounds = [
        Why(ground=ground, contacts=int(count), share=wilson(int(count), contacts), rows=_cases(log, found, number))
        for number, (ground, count) in enumerate(zip(GROUNDS, counts, strict=False))
        if count
    ]
    return FailureDemand(
        contacts=contacts,
        failure=failure,
        share=wilson(failure, contacts),
        grounds=tuple(sorted(grounds, key=lambda one: -one.contacts)),
        groups=tuple(group for what in ("channel", "activity") for group in groups_of(log, what, state)),
        days=days,
        journey=journey.name if journey else "",
        told_by=told_by,
        guessed=guessed,
    )


def _grounds(
    log: Log,
    journey: Journey | None,
    mapping: Mapping[str, str] | None,
    days: float,
    words: Mapping[Ground, Collection[str]],
) -> tuple[Ints, str, tuple[str, ...]]:
    """Of each contact of the whole log the number of its ground; len(GROUNDS): none; -1: not a customer's."""
    layout, follow, none = log.layout, log.follow, len(GROUNDS)
    by_activity = _by_words(layout.activities, words)
    guessed: tuple[str, ...] = ()
    if journey:
        like, guesses = names(journey, layout.activities, mapping)
        guessed = tuple(sorted(guesses))
        foreign = np.array(
            [not (known(journey, one) or one in journey.touchpoints or one in like) for one in layout.activities]
            + [False]
        )
        by_activity = np.minimum(by_activity, np.where(foreign, GROUNDS.index("not in the design"), none))
    reason, kind = (layout.words(name) or Words(codes=_nothing(len(layout)), values=()) for name in ("reason", "kind"))
    by_kind = [GROUNDS.index("unexpected") if one == "unexpected" else none for one in kind.values]
    within, coming = round(days * DAY), follow.incoming.coming
    after = follow.after(follow.incoming, follow.best())
    begun = kernels_follow.begun(layout.time, coming, after, within)
    if follow.incoming.by in ("rest", "nothing"):
        begun[:] = True
    if journey:  # a step of the way is no repetition of the one before it
        begun |= np.isin(layout.activity, [layout.activities.index(one) for one in onward(journey, layout.activities)])
    found: Ints = kernels_failure.why(
        coming,
        by_activity.astype(np.int16),
        layout.activity,
        _by_words(reason.values, words).astype(np.int16),
        reason.codes,
        np.array([*by_kind, none], np.int16),
        kind.codes,
        begun,
        GROUNDS.index("repeat"),
        none,
    )
    if journey and (column := layout.words("journey")) is not None and journey.name in column.values:
        found[column.codes != column.code(journey.name)] = -1  # of other journeys this design says nothing
    return found, follow.incoming.by, guessed


def _cases(log: Log, found: Ints, ground: int) -> NDArray[np.int64]:
    """The selected cases with a contact for this reason."""
    has = kernels.has(log.layout.offsets, found, np.array([ground]), log.rows)
    rows: NDArray[np.int64] = log.rows[has]
    return rows


def _nothing(contacts: int) -> Ints:
    return np.full(contacts, -1, np.int16)


def _by_words(texts: Sequence[str], words: Mapping[Ground, Collection[str]]) -> NDArray[np.int64]:
    """Of each text the first ground of which a word is in it; one place more for what has none."""
    found = []
    for text in texts:
        plain = text.casefold().replace("_", " ").replace(".", " ")
        found.append(
            min(
                (GROUNDS.index(one) for one, parts in words.items() if any(part in plain for part in parts)),
                default=len(GROUNDS),
            )
        )
    return np.array([*found, len(GROUNDS)], np.int64)
