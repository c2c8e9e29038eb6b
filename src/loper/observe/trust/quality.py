"""How good a log is: what was seen when it was read and laid out, what it does to answers, and what to do about it."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, tzinfo
from typing import TYPE_CHECKING, Any

import numpy as np

from loper.log.table import Rejects
from loper.observe.answer import Answer
from loper.observe.trust.quality_checks import Finding, clock, copies, edges, order, seen, silences, times, words
from loper.observe.trust.quality_words import TEXTS
from loper.observe.words import Say

if TYPE_CHECKING:
    from loper.observe.log import Log

REASONS = 3
EXAMPLES = 5


@dataclass(frozen=True, kw_only=True)
class Quality(Answer):
    """Findings, those that concern most of the log first; what was looked for and not found is not among them."""

    cases: int
    contacts: int
    findings: tuple[Finding, ...]
    notes: tuple[str, ...] = ()  # of the reader

    def rows(self) -> Sequence[dict[str, Any]]:
        return [
            {
                "finding": one.kind,
                "count": one.count,
                "of": one.of,
                "share": one.share,
                "seen": self.said(one)[0],
                "does": self.said(one)[1],
                "todo": self.said(one)[2],
            }
            for one in self.findings
        ]

    def finding(self, kind: str) -> Finding | None:
        return next((one for one in self.findings if one.kind == kind), None)

    def cases_of(self, log: Log, kind: str) -> Log:
        """The cases behind a finding, where it is about some; else none."""
        keep = np.zeros(log.layout.count, np.bool_)
        found = self.finding(kind)
        if found is not None and found.rows is not None:
            keep[found.rows] = True
        if found is not None and found.filter is not None:
            keep |= found.filter.cases(log.whole)
        return log.only(keep)

    def said(self, one: Finding, language: str = "en") -> tuple[str, str, str]:
        """What was seen, what it does to answers, what to do."""
        say = Say(language)
        values = {
            "count": say.number(one.count),
            "of": say.number(one.of),
            "cases": say.number(one.cases),
            "about": say.listed(list(one.about)),
        }
        what, does, todo = (say(*text, **values) for text in TEXTS[one.kind])
        return what, does, todo

    def summary(self, language: str = "en") -> str:
        say = Say(language)
        if not self.findings:
            return say(
                "{contacts} contacts in {cases} cases; nothing found that makes answers doubtful.",
                "{contacts} contacten in {cases} zaken; niets gevonden dat antwoorden onzeker maakt.",
                contacts=self.contacts,
                cases=self.cases,
            )
        begin = say(
            "{contacts} contacts in {cases} cases; {count} things to know.",
            "{contacts} contacten in {cases} zaken; {count} dingen om te weten.",
            contacts=self.contacts,
            cases=self.cases,
            count=len(self.findings),
        )
        told = [self.said(one, language)[0] + "." for one in self.findings[:3]]
        return " ".join([begin, *told])


def quality_of(
    log: Log,
    *,
    rejects: Rejects | None = None,
    now: datetime | None = None,
    zone: tzinfo = UTC,
    channels: Collection[str] = (),
) -> Quality:
    """What is to be known of a log before one believes its answers.

    `rejects` are what the reader left out. `now`: without it nobody can say what lies in the future. Days and hours are
    those of `zone`. `channels` are the channels that there are; not given: a list of usual words.
    """
    it = seen(log, zone)
    found = [*_read(rejects, it.contacts)]
    if it.contacts:
        found += [*times(it, now), *order(it), *copies(it), *silences(it), *clock(it), *edges(it), *words(it, channels)]
    return Quality(
        cases=len(log),
        contacts=it.contacts,
        findings=tuple(sorted((one for one in found if one.count), key=lambda one: -one.share)),
        notes=tuple(note.text for note in rejects.notes) if rejects else (),
    )


def _read(rejects: Rejects | None, contacts: int) -> Sequence[Finding]:
    if rejects is None:
        return []
    whole = contacts + rejects.count + rejects.left_out
    reasons = {True: dict[str, int](), False: dict[str, int]()}
    for row in rejects.rows:
        reasons[row.whole][row.why] = reasons[row.whole].get(row.why, 0) + 1

    def most(whole: bool) -> tuple[str, ...]:
        return tuple(sorted(reasons[whole], key=lambda why: -reasons[whole][why])[:REASONS])

    return [
        Finding(kind="rejected", count=rejects.count, of=whole, about=most(True)),
        Finding(kind="values", count=rejects.values, of=whole, about=most(False)),
        Finding(kind="empty", count=rejects.left_out, of=whole),
    ]
