"""What a completed journey asked of the customer: contacts, and how many reminders it took."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from loper.define.model import Journey
from loper.log.table import BadLog
from loper.observe.answer import Answer
from loper.observe.contact import kernels_failure
from loper.observe.contact.incoming import said
from loper.observe.result import Result, mean, wilson
from loper.observe.stuck.ends import ends_of
from loper.observe.words import Say

if TYPE_CHECKING:
    from loper.observe.log import Log

REMINDER = ("reminder", "remind", "herinner", "aanmaning", "rappel")
"""Parts of the words of a message that reminds, in small letters."""


@dataclass(frozen=True, kw_only=True)
class Reminded:
    """The cases that got so many reminders, and how many of them were completed."""

    reminders: int
    cases: int
    completed: int
    share: Result


@dataclass(frozen=True, kw_only=True)
class Effort(Answer):
    """Means over the completed cases. That a share is higher with more reminders does not mean that they did it."""

    population: int
    completed: int
    share: Result  # of all cases
    contacts: Result  # of the customer in a completed case
    all_contacts: Result  # of either side
    reminders: Result  # in a completed case
    reminded: tuple[Reminded, ...]
    ends: tuple[str, ...]  # by which a case is complete
    ends_by: str  # caller, journey, or guess
    messages: tuple[str, ...]  # activities that count as reminders
    told_by: str

    def rows(self) -> Sequence[dict[str, Any]]:
        return [
            {
                "reminders": one.reminders,
                "cases": one.cases,
                "completed": one.completed,
                "share": one.share.estimate,
                "low": one.share.low,
                "high": one.share.high,
            }
            for one in self.reminded
        ]

    def summary(self, language: str = "en") -> str:
        say = Say(language)
        if not self.ends:
            return say(
                "The log does not show by what a case is complete; name those activities.",
                "Uit het logboek blijkt niet waarmee een zaak is afgerond; noem die activiteiten.",
            )
        if not self.completed:
            return say("No case is complete.", "Geen enkele zaak is afgerond.")
        text = [
            say(
                "{completed} of {population} cases were completed ({part}). On average that took the customer"
                " {contacts} contacts ({low} to {high})",
                "{completed} van {population} zaken zijn afgerond ({part}). Gemiddeld kostte dat de klant {contacts}"
                " contacten ({low} tot {high})",
                completed=self.completed,
                population=self.population,
                part=say.share(self.share.estimate),
                contacts=say.number(self.contacts.estimate, 1),
                low=say.number(self.contacts.low, 1),
                high=say.number(self.contacts.high, 1),
            )
            + (
                say(
                    ", and {reminders} reminders ({low} to {high}).",
                    ", en {reminders} herinneringen ({low} tot {high}).",
                    reminders=say.number(self.reminders.estimate, 2),
                    low=say.number(max(0, self.reminders.low), 2),
                    high=say.number(self.reminders.high, 2),
                )
                if self.messages
                else "."
            )
        ]
        if self.ends_by == "guess":
            text.append(
                say(
                    "What completes a case was guessed: {ends}.",
                    "Waarmee een zaak is afgerond, is geschat: {ends}.",
                    ends=say.listed([f"“{one}”" for one in self.ends]),
                )
            )
        return " ".join(filter(None, [*text, said(self.told_by, say)]))


def effort_of(
    log: Log,
    *,
    ends: Collection[str] = (),
    journey: Journey | None = None,
    reminders: Collection[str] = (),
    most: int = 3,
) -> Effort:
    """`ends`, `journey`: by what a case is complete (`loper.observe.stuck.ends`). `reminders`: activities that remind;
    else messages of which the name, or the title in the journey, says so. `most`: so many and more are one row.
    """
    layout, rows = log.layout, log.rows
    wrong = [one for one in reminders if one not in layout.activities]
    if wrong:
        raise BadLog([f"reminders: no activity “{one}” in this log" for one in wrong])
    found = ends_of(log, ends or None, journey)
    done = found.ended
    messages = tuple(reminders) or _reminders(log, journey)
    lut = np.array([one in messages for one in layout.activities], np.bool_)
    is_reminder = lut[layout.activity] if len(lut) else np.zeros(0, np.bool_)
    kind = layout.words("kind")
    if kind is not None and "message" in kind.values:
        is_reminder &= kind.codes == kind.code("message")
    got = kernels_failure.counted(layout.offsets, is_reminder, rows)
    contacts = kernels_failure.counted(layout.offsets, log.follow.incoming.coming, rows)
    count = int(done.sum())
    table = []
    for number in range(most + 1 if messages else 0):
        those = got == number if number < most else got >= most
        cases, good = int(those.sum()), int((those & done).sum())
        if cases:
            table.append(Reminded(reminders=number, cases=cases, completed=good, share=wilson(good, cases)))
    return Effort(
        population=len(log),
        completed=count,
        share=wilson(count, len(log)),
        contacts=mean(contacts[done]),
        all_contacts=mean(layout.lengths[rows][done]),
        reminders=mean(got[done]),
        reminded=tuple(table),
        ends=found.activities,
        ends_by=found.by,
        messages=messages,
        told_by=log.follow.incoming.by,
    )


def _reminders(log: Log, journey: Journey | None) -> tuple[str, ...]:
    """Activities that remind, by their own name or by the titles of the touchpoint that they are."""
    titles = {name: one.title.values() for name, one in journey.touchpoints.items()} if journey else {}
    return tuple(
        one
        for one in log.layout.activities
        if any(word in text.casefold() for text in (one, *titles.get(one, ())) for word in REMINDER)
    )
