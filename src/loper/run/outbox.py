"""The outbox: letters are claimed, judged, handed to a channel, and settled (language, rules 9 and 10).

A letter is marked *handing* durably before a channel sees it. If the worker dies then, its hold runs out and the
outcome is *unknown*: recorded, and followed by what the channel and the organisation's policy say. Nothing is lost;
what may have gone twice is in the log.
"""

from __future__ import annotations

import logging
import random
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import TypeVar

from loper.define.organisation import Policy
from loper.run.judge import Heads, Judge, Parcel
from loper.run.ports import Channel, Clock, Directory, Journeys, Receipt, Texts
from loper.run.receipts import settle_letter, unknown
from loper.run.store import Conflict, Letter, Store, Unanswered, by_customer
from loper.run.transact import transact
from loper.run.work import Work

LAST_TRIES = 50
"""So often a worker that is told to stop asks a silent store, a few seconds in all."""

T = TypeVar("T")

logger = logging.getLogger("loper.run")

HOLD = timedelta(minutes=3)
"""How long a claim holds a letter. Handing over begins in the first half of it; a channel must answer in the other."""

CHUNK = 32
"""So many letters are marked *handing* at once: a crash makes at most so many outcomes unknown."""


def _never() -> bool:
    return False


@dataclass(slots=True)
class Outbox:
    """Sends what is queued. One in a worker; each of `channels` may be used by several threads at once.

    `current`, where given, is asked for the channels before every sweep: they may change while the worker runs.
    """

    store: Store
    journeys: Journeys
    directory: Directory
    texts: Texts
    channels: Mapping[str, Channel]
    clock: Clock
    chance: random.Random
    pool: Executor | None = None
    current: Callable[[], Mapping[str, Channel]] | None = None
    hold: timedelta = HOLD
    stop: Callable[[], bool] = _never
    counts: dict[str, int] = field(default_factory=dict)

    def sweep(self, limit: int) -> int:
        """Claim, judge, send and settle up to `limit` letters; gives how many were dealt with."""
        if self.current is not None:
            self.channels = self.current()
        self._recover(limit)
        now = self.clock.now()
        token = self.chance.getrandbits(62) + 1
        letters = self._transact(lambda work: work.unit.claim(now, now + self.hold, token, limit))
        left = {letter.id: letter for letter in letters}
        policy = self.journeys.policy() if letters else Policy()
        for heads in _rounds(letters, policy):
            if self.stop():
                break
            self._round(heads, policy)
            for letter in (letter for head in heads for letter in head):
                del left[letter.id]
        self._let_go(list(left.values()))
        return len(letters)

    def close(self) -> None:
        """Let go of connections."""
        for channel in self.channels.values():
            channel.close()

    def _transact(self, body: Callable[[Work], T]) -> T:
        return transact(self.store, self.journeys, self.clock, body)

    def _round(self, heads: Heads, policy: Policy) -> None:
        """Judge, send, settle: one message of each of these customers."""
        now = self.clock.now()
        fresh = [[letter for letter in head if letter.lease is not None and letter.lease > now] for head in heads]
        judge = Judge(self.directory, self.texts, self.channels, policy, self.hold)
        parcels = self._transact(lambda work: judge.all(work, fresh))
        if not parcels:
            return
        send_by = self.clock.now() + self.hold / 2
        if self.pool is None or len(parcels) == 1:
            for parcel in parcels:
                self._send(parcel, send_by)
        else:
            list(self.pool.map(lambda parcel: self._send(parcel, send_by), parcels))
        self._settle(parcels, policy)

    def _send(self, parcel: Parcel, send_by: datetime) -> None:
        if self.clock.now() > send_by:
            parcel.receipt = Receipt("later", why="no time left to hand it over")
            return
        try:
            parcel.receipt = self.channels[parcel.channel].send(parcel.outgoing)
        except Exception as wrong:  # a channel must not raise; if one does, we do not know what it did
            logger.exception("channel %s", parcel.channel)
            parcel.receipt = Receipt("unknown", why=type(wrong).__name__)

    def _settle(self, parcels: Sequence[Parcel], policy: Policy) -> None:
        """Write down what came of it, where the letters are still ours.

        We know now what nobody else does. So a store that does not answer is asked again until the hold runs out.
        """
        receipts = {letter.id: parcel.receipt or Receipt("unknown") for parcel in parcels for letter in parcel.letters}
        letters = [letter for parcel in parcels for letter in parcel.letters]
        for receipt in receipts.values():
            self.counts[receipt.outcome] = self.counts.get(receipt.outcome, 0) + 1

        def body(work: Work) -> None:
            work.load(letter.case for letter in letters)
            held = work.unit.held(letters)
            if len(held) < len(letters):
                logger.warning("%d messages were taken over by another worker meanwhile", len(letters) - len(held))
            for letter in held.values():
                channel = self.channels.get(letter.channel)
                settle_letter(work, letter, receipts[letter.id], channel, policy, self.chance)

        trouble = 0
        while True:
            try:
                return self._transact(body)
            except (Unanswered, Conflict):
                trouble += 1
                over = all(letter.lease is None or letter.lease <= self.clock.now() for letter in letters)
                if over or (self.stop() and trouble >= LAST_TRIES):
                    raise  # another worker takes them over: their outcome is unknown now
                logger.warning("what %d messages came to is not written down yet; once more", len(letters))
                self.clock.wait(min(2.0, 0.1 * 2**trouble))

    def _let_go(self, letters: Sequence[Letter]) -> None:
        """Letters that were not come to: anybody may have them."""

        def body(work: Work) -> None:
            work.changes.letters += [replace(letter, lease=None) for letter in work.unit.held(letters).values()]

        if letters:
            self._transact(body)

    def _recover(self, limit: int) -> None:
        """Letters that a worker was handing over when it died: it is unknown whether they went."""
        lost = self._transact(lambda work: work.unit.lost(work.now, limit))
        if not lost:
            return
        policy = self.journeys.policy()
        self.counts["unknown"] = self.counts.get("unknown", 0) + len(lost)

        def body(work: Work) -> None:
            work.load(letter.case for letter in lost)
            for letter in work.unit.held(lost).values():
                if letter.status == "handing" and letter.lease is not None and letter.lease <= work.now:
                    channel = self.channels.get(letter.channel)
                    unknown(work, letter, channel, policy)
                    work.changes.letters.append(letter)

        self._transact(body)


def _rounds(letters: Sequence[Letter], policy: Policy) -> Iterator[Heads]:
    """The letters in chunks, of each customer one message at a time: the next is judged with the one before it gone."""
    groups = by_customer(letters)
    while groups:
        heads = [_head(rows, policy) for rows in groups.values()]
        groups = {customer: rows for customer, rows in groups.items() if rows}
        for start in range(0, len(heads), CHUNK):
            yield heads[start : start + CHUNK]


def _head(rows: list[Letter], policy: Policy) -> list[Letter]:
    """The next letter of a customer; of kinds that are bundled all that follow each other."""
    head = [rows.pop(0)]
    while head[0].kind in policy.bundle and rows and rows[0].kind in policy.bundle:
        head.append(rows.pop(0))
    return head
