"""The outbox: letters are claimed, judged, handed to a channel, and settled (language, rules 9 and 10).

A letter is marked *handing* durably before a channel sees it. If the worker dies then, its hold runs out and the
outcome is *unknown*: recorded, and followed by what the channel and the organisation's policy say. Nothing is lost;
what may have gone twice is in the log.
"""

from __future__ import annotations

import logging
import random
from collections.abc import Mapping, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from loper.define.model import Journey
from loper.define.organisation import Policy
from loper.run.deliver import settle as settle_cases
from loper.run.ports import Channel, Clock, Directory, Journeys, Outgoing, Receipt, Texts, Unsayable
from loper.run.store import Letter, Store
from loper.run.work import Work
from loper.step import (
    Case,
    Customer,
    Effect,
    Go,
    Message,
    Recent,
    Skip,
    Verdict,
    Wait,
    may,
    ready,
    sent,
    skipped,
)

logger = logging.getLogger("loper.run")

HOLD = timedelta(minutes=2)
"""How long a claim holds a letter; longer than any channel takes to answer."""

CHUNK = 32
"""So many letters are marked *handing* at once: a crash makes at most so many outcomes unknown."""

FIRST_RETRY = timedelta(seconds=30)
LAST_RETRY = timedelta(hours=1)


def message_key(case: str, moment_key: str, channel: str) -> str:
    """The identity of a message: case / touchpoint / occasion / channel, the same on every try."""
    return f"{case}/{moment_key}/{channel}"


def backoff(attempts: int, chance: random.Random) -> timedelta:
    """How long to wait before the next try: exponential with full jitter (Brooker 2015), at least a second."""
    most = min(LAST_RETRY, FIRST_RETRY * float(2 ** min(attempts, 10)))
    return max(timedelta(seconds=1), most * chance.random())


@dataclass(slots=True)
class Parcel:
    """Letters that go as one message (more than one where they are bundled)."""

    letters: list[Letter]
    channel: str
    outgoing: Outgoing
    why: str = ""
    receipt: Receipt | None = None


@dataclass(slots=True)
class Outbox:
    """Sends what is queued. One in a worker; `channels` gives each thread its own instance of a channel."""

    store: Store
    journeys: Journeys
    directory: Directory
    texts: Texts
    channels: Mapping[str, Channel]
    clock: Clock
    chance: random.Random
    pool: Executor | None = None
    counts: dict[str, int] = field(default_factory=dict)

    def sweep(self, limit: int) -> int:
        """Claim, judge, send and settle up to `limit` letters; gives how many were dealt with."""
        now = self.clock.now()
        self._recover(now, limit)
        token = self.chance.getrandbits(62) + 1
        with self.store.unit() as unit:
            letters = list(unit.claim(now, now + HOLD, token, limit))
        groups: dict[str, list[Letter]] = {}
        for letter in letters:
            groups.setdefault(letter.customer, []).append(letter)
        policy = self.journeys.policy()
        while groups:
            # One message of a customer at a time: the next is judged with the one before it already gone.
            heads = [self._head(rows, policy) for rows in groups.values()]
            groups = {customer: rows for customer, rows in groups.items() if rows}
            for start in range(0, len(heads), CHUNK):
                self._round(heads[start : start + CHUNK], policy)
        return len(letters)

    def _head(self, rows: list[Letter], policy: Policy) -> list[Letter]:
        """The next letter of a customer; of kinds that are bundled all that follow each other."""
        head = [rows.pop(0)]
        while head[0].kind in policy.bundle and rows and rows[0].kind in policy.bundle:
            head.append(rows.pop(0))
        return head

    def _round(self, heads: Sequence[Sequence[Letter]], policy: Policy) -> None:
        parcels = self._judge(heads, policy)
        if self.pool is None or len(parcels) < 2:
            for parcel in parcels:
                self._send(parcel)
        else:
            list(self.pool.map(self._send, parcels))
        if parcels:
            self._settle(parcels)

    # -- judging -----------------------------------------------------------------------------------------------

    def _judge(self, heads: Sequence[Sequence[Letter]], policy: Policy) -> list[Parcel]:
        """Which of these go now, by which channel; the others are put off, skipped or withdrawn. One transaction."""
        now = self.clock.now()
        with self.store.unit() as unit:
            work = Work(unit, self.journeys, now)
            letters = [letter for head in heads for letter in head]
            held = unit.held(letters)
            letters = [letter for letter in letters if letter.id in held]
            customers = sorted({letter.customer for letter in letters})
            work.load(letter.case for letter in letters)
            known = self.directory.customers(customers)
            open_journeys = unit.open_journeys(customers) if policy.holds else {}
            longest = max((cap.per for cap in policy.caps), default=timedelta(0))
            recent = unit.recent(customers, now - longest) if policy.caps else {}
            parcels: list[Parcel] = []
            for head in heads:
                going: dict[str, Parcel] = {}
                for letter in head:
                    if letter.id in held:
                        about = _Customer(
                            known.get(letter.customer) or Customer(key=letter.customer),
                            Recent(
                                sent=tuple(recent.get(letter.customer, ())),
                                open=open_journeys.get(letter.customer, frozenset()),
                            ),
                        )
                        self._judge_one(work, letter, about, policy, going)
                parcels += going.values()
            settle_cases(work)
            work.write()
            # After the case's own changes: a letter that the case withdrew a moment ago stays withdrawn.
            waiting = {letter.id for parcel in parcels for letter in parcel.letters}
            unit.settle([letter for letter in letters if letter.id not in waiting])
            unit.settle([letter for parcel in parcels for letter in parcel.letters], hold=True)
        return parcels

    def _judge_one(
        self, work: Work, letter: Letter, about: _Customer, policy: Policy, going: dict[str, Parcel]
    ) -> None:
        stored = work.stored.get(letter.case)
        if stored is None or stored.set_aside:
            letter.not_before, letter.why = work.now + timedelta(minutes=10), "the case was set aside"
            return
        case = stored.case
        journey = work.journey(case)
        answer = self._verdict(journey, case, letter, about, policy, work.now)
        while isinstance(answer, Go):
            key = message_key(case.key, letter.moment.key, answer.channel)
            try:
                if answer.channel not in self.channels:
                    raise Unsayable(f"no channel {answer.channel} on this installation")
                outgoing = self.texts.compose(journey, case, letter.moment, answer.channel, key)
            except Unsayable as wrong:
                logger.warning("case %s, %s by %s: %s", case.key, letter.moment.touchpoint, answer.channel, wrong)
                letter.tried |= {answer.channel}
                letter.why = str(wrong)[:200]
                answer = self._verdict(journey, case, letter, about, policy, work.now)
                continue
            letter.status, letter.channel, letter.why = "handing", answer.channel, answer.why
            letter.attempts += 1
            _join(going, letter, outgoing, answer)
            return
        if isinstance(answer, Wait):
            letter.not_before, letter.why = answer.until, answer.why
            return
        letter.status = "skipped" if isinstance(answer, Skip) else "withdrawn"
        why = letter.why if isinstance(answer, Skip) and answer.why == "no channel" and letter.why else ""
        letter.why = answer.why
        if isinstance(answer, Skip):
            if answer.why == "no channel":
                work.chore(stored, letter.moment.touchpoint, letter.moment.occasion, why or "no channel reached them")
            effect = Effect(kind="skip", at=work.now, stage=case.state.stage, moment=letter.moment, why=answer.why)
            work.touch(stored, effect, kind="skip", activity=letter.moment.touchpoint, initiator="system")
            if not letter.again:
                work.event(case.key, skipped(case, letter.moment, answer.why, work.now))

    def _verdict(
        self, journey: Journey, case: Case, letter: Letter, about: _Customer, policy: Policy, now: datetime
    ) -> Verdict:
        touchpoint = journey.touchpoints[letter.moment.touchpoint]
        if not letter.again:
            answer = ready(journey, case, letter.moment.key, now)
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
        )
        return may(message, about.customer, policy, about.recent, now)

    # -- handing over --------------------------------------------------------------------------------------------

    def _send(self, parcel: Parcel) -> None:
        try:
            parcel.receipt = self.channels[parcel.channel].send(parcel.outgoing)
        except Exception as wrong:  # a channel must not raise; if one does, we do not know what it did
            logger.exception("channel %s", parcel.channel)
            parcel.receipt = Receipt("unknown", why=type(wrong).__name__)

    # -- settling ------------------------------------------------------------------------------------------------

    def _settle(self, parcels: Sequence[Parcel]) -> None:
        """Write down what came of it: one transaction, guarded by the token of the claim."""
        now = self.clock.now()
        with self.store.unit() as unit:
            work = Work(unit, self.journeys, now)
            letters = [letter for parcel in parcels for letter in parcel.letters]
            held = unit.held(letters)
            work.load(letter.case for letter in letters)
            policy = self.journeys.policy()
            for parcel in parcels:
                receipt = parcel.receipt or Receipt("unknown")
                for letter in parcel.letters:
                    if letter.id in held:
                        self._settle_one(work, letter, receipt, policy)
            settle_cases(work)
            work.write()
            unit.settle([letter for letter in letters if letter.id in held])

    def _settle_one(self, work: Work, letter: Letter, receipt: Receipt, policy: Policy) -> None:
        now = work.now
        self.counts[receipt.outcome] = self.counts.get(receipt.outcome, 0) + 1
        letter.provider_id = receipt.provider_id[:255] or letter.provider_id
        match receipt.outcome:
            case "sent":
                self._went(work, letter, "sent", letter.why)
            case "failed":
                letter.tried |= {letter.channel}
                letter.status, letter.not_before, letter.why = "queued", now, receipt.why[:200]
                self._tell(work, letter, "failed", receipt.why)
            case "later":
                letter.status, letter.why = "queued", receipt.why[:200]
                letter.not_before = now + backoff(letter.attempts, self.chance)
            case "unknown":
                self._unknown(work, letter, receipt.why, policy)

    def _went(self, work: Work, letter: Letter, outcome: str, why: str) -> None:
        letter.status, letter.sent_at, letter.why = "sent", work.now, why
        self._tell(work, letter, outcome, why)
        if not letter.again and letter.case in work.stored:
            case = work.stored[letter.case].case
            work.event(letter.case, sent(case, letter.moment, letter.channel, work.now))

    def _unknown(self, work: Work, letter: Letter, why: str, policy: Policy) -> None:
        """It may or may not have gone. Recorded always; then once more, or not, as channel and policy say."""
        channel = self.channels.get(letter.channel)
        again = (channel is not None and channel.idempotent) or policy.unknown.get(letter.kind, "again") == "again"
        self._tell(work, letter, "unknown", why)
        if again:
            letter.status, letter.not_before, letter.why = "queued", work.now, "outcome unknown, once more"
        else:
            self._went(work, letter, "unknown", "outcome unknown, not repeated")
            letter.status = "unknown"

    def _recover(self, now: datetime, limit: int) -> None:
        """Letters that a worker was handing over when it died."""
        with self.store.unit() as unit:
            lost = list(unit.lost(now, limit))
            if not lost:
                return
            work = Work(unit, self.journeys, now)
            work.load(letter.case for letter in lost)
            policy = self.journeys.policy()
            for letter in lost:
                self.counts["unknown"] = self.counts.get("unknown", 0) + 1
                self._unknown(work, letter, "the worker stopped while handing it over", policy)
            settle_cases(work)
            work.write()
            unit.settle(lost)

    def _tell(self, work: Work, letter: Letter, outcome: str, why: str) -> None:
        """A line in the log about a message."""
        stored = work.stored.get(letter.case)
        if stored is not None:
            stage = stored.case.state.stage
            effect = Effect(kind="message", at=work.now, stage=stage, moment=letter.moment, why=why)
            work.touch(
                stored,
                effect,
                kind="message" if outcome == "sent" else outcome,
                activity=letter.moment.touchpoint,
                channel=letter.channel,
                direction="out",
                initiator="system",
                outcome=outcome,
                why=None,
            )
            work.touched.add(letter.case)


@dataclass(frozen=True, slots=True)
class _Customer:
    customer: Customer
    recent: Recent


def _join(going: dict[str, Parcel], letter: Letter, outgoing: Outgoing, answer: Go) -> None:
    """Into the parcel of this customer and channel that goes anyway, or a new one."""
    parcel = going.get(answer.channel)
    if parcel is None:
        going[answer.channel] = Parcel([letter], answer.channel, outgoing, answer.why)
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
