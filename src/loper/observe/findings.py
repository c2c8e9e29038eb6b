"""What stands out in a log: the first page that somebody reads who never saw it.

First what is more than elsewhere, then what is much by itself; of each the most cases first.

Nothing new is reckoned here: each finding is the strongest part of the answer to one question, kept only where that
answer says that it is more than chance or usual, and leads to that question and to the cases behind it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from loper.observe import behind
from loper.observe.answer import Answer
from loper.observe.contact.incoming import incoming_of, onward
from loper.observe.filter import Filter
from loper.observe.words import Say

if TYPE_CHECKING:
    from loper.observe.log import Log

OFTEN = 0.10
"""What has no comparison of its own is worth a finding from this share of the cases on."""

MOST_OF_ONE = 3
"""So many findings at most of one question."""


@dataclass(frozen=True, kw_only=True)
class Sentence:
    """In both languages; values that are floating are shares."""

    en: str
    nl: str
    values: Mapping[str, int | str | float]

    @classmethod
    def of(cls, en: str, nl: str, **values: int | str | float) -> Sentence:
        return cls(en=en, nl=nl, values=values)

    def said(self, language: str) -> str:
        say = Say(language)
        shown = {name: say.share(one) if isinstance(one, float) else one for name, one in self.values.items()}
        return say(self.en, self.nl, **shown)


@dataclass(frozen=True, kw_only=True)
class Finding:
    """`cases`: about so many are touched, or are so many more than usual (`excess`); `question`: the key of the page
    that says more; `words` in a language."""

    question: str
    cases: int
    title: Sentence
    words: Callable[[str], str]
    filter: Filter | None = None
    excess: bool = False  # more than elsewhere, and not by chance: these come first


@dataclass(frozen=True, kw_only=True)
class Findings(Answer):
    cases: int
    found: tuple[Finding, ...]

    def rows(self) -> Sequence[dict[str, Any]]:
        return [{"question": one.question, "cases": one.cases, "finding": one.title.said("en")} for one in self.found]

    def summary(self, language: str = "en") -> str:
        say = Say(language)
        if not self.found:
            return say("Nothing stands out in this log.", "In dit logboek valt niets op.")
        return " ".join(f"{one.title.said(language)}." for one in self.found)


def findings_of(log: Log, *, most: int = 8) -> Findings:
    """The `most` findings that touch the most cases."""
    if not len(log):
        return Findings(cases=0, found=())
    found: list[Finding] = []
    for look in LOOKS:
        some = sorted(look(log), key=lambda one: -one.cases)
        found += [one for one in some if one.cases][:MOST_OF_ONE]
    return Findings(cases=len(log), found=tuple(sorted(found, key=lambda one: (not one.excess, -one.cases))[:most]))


def _stuck(log: Log) -> Iterator[Finding]:
    for stay in log.stuck().points:
        yield Finding(
            question="stuck",
            cases=stay.stopped,
            title=Sentence.of(
                "{share} get stuck after “{activity}”",
                "{share} loopt vast na “{activity}”",
                share=stay.share.estimate,
                activity=stay.activity,
            ),
            words=stay.summary,
            filter=Filter(behind=(behind.name("stopped", stay.activity),)),
            excess=True,
        )


def knows_customers(log: Log) -> bool:
    """Whether the log tells in some way which contacts the customer made: else a first page says nothing of them."""
    return incoming_of(log.layout).by not in ("rest", "nothing")


def _calls(log: Log) -> Iterator[Finding]:
    if not knows_customers(log):
        return
    aside = asides(log)
    found = log.calls_after(activities=aside) if aside else log.calls_after()
    for one in found.messages:
        if one.stands_out:
            yield Finding(
                question="calls",
                cases=round(one.excess.estimate),
                title=Sentence.of(
                    "After “{activity}” {share} contact us, against {others} after other messages",
                    "Na “{activity}” zoekt {share} contact, tegen {others} na andere berichten",
                    activity=one.activity,
                    share=one.share.estimate,
                    others=one.others.estimate,
                ),
                words=one.summary,
                filter=Filter(with_=(one.activity,)),
                excess=True,
            )


def asides(log: Log) -> tuple[str, ...]:
    """Contacts by which the design lets a customer ask without going on: a step of the way is no call for help."""
    if log.design is None:
        return ()
    steps = {*onward(log.design, log.layout.activities), *log.design.begins}
    asks = {name for name, one in log.design.events.items() if "customer" in one.from_}
    return tuple(name for name in log.layout.activities if name in asks and name not in steps)


def _dropping(log: Log) -> Iterator[Finding]:
    """The channel by which they began; where that tells nothing, the one by which they were last there."""
    found = [one for one in log.dropping().channels if one.stands_out]
    for one in [first for first in found if first.place == "first"] or found:
        yield Finding(
            question="dropping",
            cases=one.stopped,
            title=Sentence.of(
                "Who begins by “{channel}” stops more often: {share}, against {others}"
                if one.place == "first"
                else "Who was last there by “{channel}” stops more often: {share}, against {others}",
                "Wie begint via “{channel}” haakt vaker af: {share}, tegen {others}"
                if one.place == "first"
                else "Wie het laatst via “{channel}” kwam, haakt vaker af: {share}, tegen {others}",
                channel=one.channel,
                share=one.share.estimate,
                others=one.others.estimate,
            ),
            words=log.dropping().summary,
            filter=Filter(behind=(behind.name("dropped", one.place, one.channel),)),
            excess=True,
        )


def _digital(log: Log) -> Iterator[Finding]:
    found = log.digital()
    if found.begun and found.share.estimate >= OFTEN:
        yield Finding(
            question="digital",
            cases=found.elsewhere,
            title=Sentence.of(
                "{share} of those who begin digitally end elsewhere",
                "{share} van wie digitaal begint, eindigt ergens anders",
                share=found.share.estimate,
            ),
            words=found.summary,
            filter=Filter(behind=("elsewhere",)),
        )


def _failure(log: Log) -> Iterator[Finding]:
    if not knows_customers(log):
        return
    found = log.failure_demand()
    touched = len({int(row) for one in found.grounds for row in one.rows}) if len(log) < 200_000 else found.failure
    if found.contacts and found.share.estimate >= OFTEN:
        yield Finding(
            question="failure",
            cases=touched,
            title=Sentence.of(
                "{share} of the contacts of customers could have been spared",
                "{share} van de contacten van klanten had bespaard kunnen blijven",
                share=found.share.estimate,
            ),
            words=found.summary,
        )


def _rework(log: Log) -> Iterator[Finding]:
    found = log.rework()
    if found.cases >= OFTEN * len(log):
        most = found.activities[0]
        yield Finding(
            question="rework",
            cases=found.cases,
            title=Sentence.of(
                "In {share} of the cases something is done again, most often “{activity}”",
                "In {share} van de zaken wordt iets opnieuw gedaan, het vaakst “{activity}”",
                share=found.cases / len(log),
                activity=most.activity,
            ),
            words=found.summary,
        )


def _failed(log: Log) -> Iterator[Finding]:
    found = log.failed_visits()
    if found.count:
        yield Finding(
            question="failed",
            cases=found.cases,
            title=Sentence.of(
                "{count} visits failed, in {cases} cases",
                "{count} bezoeken mislukten, in {cases} zaken",
                count=found.count,
                cases=found.cases,
            ),
            words=found.summary,
        )


def _waits(log: Log) -> Iterator[Finding]:
    longest = [one for one in log.waits(most=20).between if one.share.estimate >= 2 * OFTEN]
    for one in longest[:1]:
        yield Finding(
            question="pace",
            cases=one.count,
            title=Sentence.of(
                "{share} of all waiting is between “{source}” and “{target}”",
                "{share} van al het wachten zit tussen “{source}” en “{target}”",
                share=one.share.estimate,
                source=one.source or "",
                target=one.target or "",
            ),
            words=one.summary,
            filter=one.cases_of,
        )


LOOKS: Sequence[Callable[[Log], Iterator[Finding]]] = (
    _stuck, _calls, _dropping, _digital, _failure, _rework, _failed, _waits,
)  # fmt: skip
