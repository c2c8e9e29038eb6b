"""Which of the letters that were claimed go now, and by which channel; the others are put off, skipped or withdrawn."""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from loper.define.model import Journey
from loper.define.organisation import Policy
from loper.run.ports import Channel, Composer, Directory, Outgoing, Receipt, Texts, Unsayable
from loper.run.receipts import before_restore, perhaps_gone
from loper.run.store import Letter, Poisoned, Stored
from loper.run.take import settle
from loper.run.work import Work
from loper.step import (
    BUNDLED,
    Customer,
    Effect,
    Go,
    Message,
    Recent,
    Skip,
    Verdict,
    Wait,
    Withdraw,
    may,
    ready,
    skipped,
)

logger = logging.getLogger("loper.run")

LOOK_AGAIN = timedelta(minutes=10)
"""How long a letter of a case that was set aside waits before it is asked again."""

Heads = Sequence[Sequence[Letter]]
"""For each customer the letters that go next: one, or more of kinds that are bundled."""


def message_key(case: str, moment_key: str, channel: str) -> str:
    """The identity of a message: case / touchpoint / occasion / channel, the same on every try."""
    return f"{case}/{moment_key}/{channel}"


@dataclass(slots=True)
class Parcel:
    """Letters that go as one message (more than one where they are bundled)."""

    letters: list[Letter]
    channel: str
    outgoing: Outgoing
    receipt: Receipt | None = None


@dataclass(frozen=True, slots=True)
class _Known:
    """What was read for all these letters at once."""

    customers: Mapping[str, Customer]
    recent: Mapping[str, Recent]
    composer: Composer


@dataclass(frozen=True, slots=True)
class Judge:
    """What it takes to decide, beside the case."""

    directory: Directory
    texts: Texts
    channels: Mapping[str, Channel]
    policy: Policy
    hold: timedelta

    def all(self, work: Work, heads: Heads) -> list[Parcel]:
        """The messages that go now, their letters marked as being handed over."""
        letters = [letter for head in heads for letter in head]
        customers = sorted({letter.customer for letter in letters})
        work.load(letter.case for letter in letters)
        held = work.unit.held(letters)
        there = [(stored.case, one.moment) for one in letters if (stored := work.stored.get(one.case)) is not None]
        known = _Known(self.directory.customers(customers), self._recent(work, customers), self.texts.gather(there))
        parcels: list[Parcel] = []
        for head in heads:
            going: dict[str, Parcel] = {}
            for one in head:
                letter = held.get(one.id)
                if letter is not None and letter.status == "queued":
                    self._one(work, letter, known, going)
                    work.changes.letters.append(letter)
            parcels += going.values()
        known.composer.write()
        settle(work)
        return _still_so(work, parcels)

    def _recent(self, work: Work, customers: Sequence[str]) -> Mapping[str, Recent]:
        longest = max((cap.per for cap in self.policy.caps), default=None)
        went = {} if longest is None else work.unit.recent(customers, work.now - longest)
        open_ = work.unit.open_journeys(customers) if self.policy.holds else {}
        return {key: Recent(sent=tuple(went.get(key, ())), open=open_.get(key, frozenset())) for key in customers}

    def _one(self, work: Work, letter: Letter, known: _Known, going: dict[str, Parcel]) -> None:
        stored = work.stored.get(letter.case)
        letter.lease = None  # unless it goes now
        if stored is None or stored.set_aside:
            letter.not_before, letter.why = work.now + LOOK_AGAIN, "the case was set aside"
            return
        try:
            journey = work.journey(stored.case)
            answer = self._verdict(journey, stored, letter, known, work.now)
        except Exception as wrong:
            raise Poisoned(f"{type(wrong).__name__} in judging", case=letter.case) from wrong
        if before_restore(work, letter) and isinstance(answer, Go | Wait):
            letter.channel = answer.channel if isinstance(answer, Go) else letter.channel
            perhaps_gone(work, letter)
            return
        while isinstance(answer, Go):
            try:
                outgoing = self._compose(work, journey, stored, letter, known.composer, answer.channel)
            except Unsayable as wrong:
                logger.warning("case %s, %s by %s: %s", letter.case, letter.moment.touchpoint, answer.channel, wrong)
                letter.tried |= {answer.channel}
                letter.why = str(wrong)
                answer = self._verdict(journey, stored, letter, known, work.now)
                continue
            letter.status, letter.channel, letter.why = "handing", answer.channel, answer.why
            letter.attempts += 1
            letter.lease = work.now + self.hold
            _join(going, letter, outgoing)
            return
        if isinstance(answer, Wait):
            letter.not_before, letter.why = answer.until, answer.why
        elif isinstance(answer, Skip):
            _skip(work, stored, letter, answer)
        else:
            letter.status, letter.why = "withdrawn", answer.why

    def _compose(
        self, work: Work, journey: Journey, stored: Stored, letter: Letter, composer: Composer, channel: str
    ) -> Outgoing:
        if channel not in self.channels:
            raise Unsayable(f"no channel {channel} on this installation")
        if letter.id in work.faulty:
            raise Unsayable(work.faulty[letter.id])
        try:
            key = message_key(letter.case, letter.moment.key, channel)
            return composer.compose(journey, stored.case, letter.moment, channel, key)
        except Unsayable:
            raise
        except Exception as wrong:  # a text that breaks in a way nobody foresaw must not stop the others
            logger.exception("case %s: text of %s", letter.case, letter.moment.touchpoint)
            raise Poisoned(f"{type(wrong).__name__} in its text", letter=letter.id) from wrong

    def _verdict(self, journey: Journey, stored: Stored, letter: Letter, known: _Known, now: datetime) -> Verdict:
        touchpoint = journey.touchpoints.get(letter.moment.touchpoint)
        if touchpoint is None:
            return Withdraw("no longer so")  # the case went over to a version that has it no more
        if not letter.again:
            answer = ready(journey, stored.case, letter.moment.key, now)
            if not isinstance(answer, Go):
                return answer
        elif letter.moment.limit is not None and now >= letter.moment.limit:
            return Skip("late")
        message = Message(
            touchpoint=touchpoint.name,
            kind=touchpoint.kind,
            channels=touchpoint.channels,
            urgent=touchpoint.urgent,
            tried=letter.tried,
            gathered=letter.why == BUNDLED,
        )
        customer = known.customers.get(letter.customer) or Customer(key=letter.customer)
        return may(message, customer, self.policy, known.recent.get(letter.customer, Recent()), now)


def _skip(work: Work, stored: Stored, letter: Letter, answer: Skip) -> None:
    """It does not go; where nothing reached the customer, that is a person's task."""
    moment = letter.moment
    if answer.why == "no channel":
        work.chore(stored, moment.touchpoint, moment.occasion, letter.why or "no channel reached them")
    letter.status, letter.why = "skipped", answer.why
    effect = Effect(kind="skip", at=work.now, stage=stored.case.state.stage, moment=moment, why=answer.why)
    work.touch(
        stored, effect, kind="skip", activity=moment.touchpoint, direction="out", initiator="system", outcome=answer.why
    )
    if not letter.again:  # then the moment is over already
        work.event(letter.case, skipped(stored.case, moment, answer.why, work.now))


def _still_so(work: Work, parcels: Sequence[Parcel]) -> list[Parcel]:
    """Without the messages that what we just wrote withdraws."""
    gone = {(case, moment) for case, moment, _ in work.changes.withdrawn}
    if not gone:
        return list(parcels)
    kept = []
    for parcel in parcels:
        if any((letter.case, letter.moment.key) in gone for letter in parcel.letters):
            for letter in parcel.letters:
                letter.status, letter.lease = "queued", None
                letter.attempts -= 1
        else:
            kept.append(parcel)
    return kept


def _join(going: dict[str, Parcel], letter: Letter, outgoing: Outgoing) -> None:
    """Into the parcel of this customer and channel that goes anyway, or a new one."""
    parcel = going.get(letter.channel)
    if parcel is None:
        going[letter.channel] = Parcel([letter], letter.channel, outgoing)
        return
    first = parcel.outgoing
    parcel.letters.append(letter)
    parcel.outgoing = replace(
        first,
        body=f"{first.body}\n\n---\n\n{outgoing.body}",
        links=(*first.links, *outgoing.links),
        attachments=(*first.attachments, *outgoing.attachments),
        marketing=first.marketing or outgoing.marketing,
        unsubscribe=first.unsubscribe or outgoing.unsubscribe,
    )
