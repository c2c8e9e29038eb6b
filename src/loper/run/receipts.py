"""What came of handing a letter over: told to its case, and to the log."""

from __future__ import annotations

import random
from dataclasses import replace
from datetime import datetime, timedelta

from loper.define.organisation import Policy
from loper.run.ports import Channel, Receipt
from loper.run.store import Letter
from loper.run.work import Work
from loper.step import Effect, failed, sent

FIRST_RETRY = timedelta(seconds=10)
LAST_RETRY = timedelta(minutes=10)

RESTORED = "may have gone before the restore"
"""Why a letter is left to a person: the store was put back from a backup, and is older than the world."""


def backoff(attempts: int, chance: random.Random) -> timedelta:
    """How long to wait before the next try: exponential with full jitter (Brooker 2015), at least a second."""
    most = min(LAST_RETRY, FIRST_RETRY * float(2 ** min(attempts, 10)))
    return max(timedelta(seconds=1), most * chance.random())


def settle_letter(
    work: Work, letter: Letter, receipt: Receipt, channel: Channel | None, policy: Policy, chance: random.Random
) -> None:
    """A letter after a channel had it."""
    letter.lease = None
    letter.provider_id = receipt.provider_id[:255] or letter.provider_id
    match receipt.outcome:
        case "sent":
            _tell(work, letter, "message", "sent", letter.why)
            _over(work, letter)
            letter.status = "sent"
            if letter.channel in letter.tried:  # its failure came in before we heard that it had gone
                letter.status, letter.again, letter.not_before, letter.why = "queued", True, work.now, ""
        case "failed":
            _tell(work, letter, "failed", "failed")
            letter.tried |= {letter.channel}
            letter.status, letter.not_before, letter.why = "queued", work.now, receipt.why
            stored = work.stored.get(letter.case)
            if stored is not None:
                work.event(letter.case, failed(stored.case, letter.moment, letter.channel, work.now))
        case "later":
            letter.status, letter.why = "queued", receipt.why
            pause = backoff(letter.attempts, chance)
            if letter.moment.limit is not None:  # never so long that it comes too late without another try
                pause = min(pause, max(timedelta(seconds=1), (letter.moment.limit - work.now) / 2))
            letter.not_before = work.now + pause
        case "unknown":
            unknown(work, letter, channel, policy)
    work.changes.letters.append(letter)


def unknown(work: Work, letter: Letter, channel: Channel | None, policy: Policy) -> None:
    """It may or may not have gone. Recorded always; then once more, or not, as channel and policy say."""
    if before_restore(work, letter):
        return perhaps_gone(work, letter)
    idempotent = channel is not None and channel.idempotent
    again = idempotent or policy.unknown.get(letter.kind, "again") == "again"
    _tell(work, letter, "unknown", "again" if again else "not repeated")
    letter.lease = None
    if again:
        letter.status, letter.not_before, letter.why = "queued", work.now, "outcome unknown, once more"
    else:
        _over(work, letter)
        letter.status, letter.why = "unknown", "outcome unknown, not repeated"


def before_restore(work: Work, letter: Letter) -> bool:
    """Whether it was due before the store was put back from a backup: the world may have had it already."""
    return work.restored is not None and letter.moment.due <= work.restored


def perhaps_gone(work: Work, letter: Letter) -> None:
    """It may have gone before the restore. It is never handed over by itself; a person sees to it, unless nobody misses
    it: a survey, news.

    The moment counts as happened when it was due, the earliest that it can have been: then what hangs on it is due no
    later than it was before the restore, and does not go twice either.
    """
    _tell(work, letter, "unknown", RESTORED)
    letter.lease = None
    letter.status, letter.why = "unknown", RESTORED
    _over(work, letter, letter.moment.due)
    stored = work.stored.get(letter.case)
    if stored is not None and letter.kind == "service":
        work.chore(stored, letter.moment.touchpoint, letter.moment.occasion, RESTORED)


def _over(work: Work, letter: Letter, at: datetime | None = None) -> None:
    """The moment has happened (language, rule 4), now or at this earlier time."""
    letter.sent_at = at or work.now
    stored = work.stored.get(letter.case)
    if stored is not None and not letter.again:
        event = sent(stored.case, letter.moment, letter.channel, letter.sent_at)
        work.event(letter.case, event if at is None else replace(event, time=at))


def _tell(work: Work, letter: Letter, kind: str, outcome: str, why: str = "") -> None:
    """A line in the log about a message."""
    stored = work.stored.get(letter.case)
    if stored is not None:
        effect = Effect(kind="message", at=work.now, stage=stored.case.state.stage, moment=letter.moment)
        work.touch(
            stored,
            effect,
            kind=kind,
            activity=letter.moment.touchpoint,
            channel=letter.channel,
            direction="out",
            initiator="system",
            outcome=outcome,
            why=why,
        )
