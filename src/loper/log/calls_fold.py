"""Legs of a telephone call as contacts of a customer.

An exchange writes a line for every piece of a call: each telephone that rang, each queue it stood in. To the customer
it is one call, and another contact each time somebody else takes over. Pure; times in microseconds, waits in seconds.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

Result = Literal["answered", "abandoned", "closed"]
"""Somebody spoke to the customer; the customer, or the exchange, gave up; it was out of hours."""

SECOND = 1_000_000


@dataclass(frozen=True, kw_only=True, slots=True)
class Leg:
    """A piece of a call: offered somewhere, answered or not."""

    row: int
    call: str
    number: str  # of the customer; empty when it is withheld
    offered: int
    result: Result
    answered: int | None = None
    ended: int | None = None
    inbound: bool = True
    queue: str = ""
    agent: str = ""  # only to see whether it is another one
    to: str = ""  # where it was transferred to
    reason: str = ""

    @property
    def speaks(self) -> int:
        """When somebody speaks in it, or would."""
        return self.offered if self.answered is None else self.answered


@dataclass(frozen=True, kw_only=True, slots=True)
class Contact:
    """What the log has of a call."""

    leg: Leg
    activity: str
    time: int
    end: int | None
    wait: float | None  # seconds until somebody spoke, or the customer gave up
    outcome: str
    to: str = ""


def contacts(legs: Sequence[Leg]) -> Iterator[Contact]:
    """The contacts of one call; `legs` in the order in which they were offered."""
    first = legs[0]
    taken = next((leg for leg in legs if leg.result == "answered"), None)
    if not first.inbound:
        yield _made(first, taken, legs)
    elif taken is None:
        yield _missed(first, legs)
    else:
        yield _one(taken, "call answered", first.offered, "answered")
        yield from _transfers(taken, legs)


def _made(first: Leg, taken: Leg | None, legs: Sequence[Leg]) -> Contact:
    """A call that the organisation made."""
    if taken is None:
        return Contact(
            leg=first, activity="call not reached", time=first.offered, end=_over(legs), wait=None, outcome="abandoned"
        )
    return _one(taken, "call made", first.offered, "answered")


def _missed(first: Leg, legs: Sequence[Leg]) -> Contact:
    end = _over(legs)
    if any(leg.result == "closed" for leg in legs):
        return Contact(
            leg=first, activity="call out of hours", time=first.offered, end=end, wait=None, outcome="closed"
        )
    wait = None if end is None else (end - first.offered) / SECOND
    last = next((leg for leg in reversed(legs) if leg.queue), first)
    return Contact(leg=last, activity="call abandoned", time=first.offered, end=end, wait=wait, outcome="abandoned")


def _transfers(taken: Leg, legs: Sequence[Leg]) -> Iterator[Contact]:
    """Who else took over, after `taken`; telephones that rang beside it were not transferred to."""
    last = taken
    for leg in legs:
        if leg is taken or leg.offered < last.speaks or _same(leg, last):
            continue
        if leg.result == "answered":
            yield _one(leg, "call transferred", leg.offered, "answered", to=last.to or leg.queue)
            last = leg
    behind = [leg for leg in legs if leg.result != "answered" and leg.offered >= last.speaks and not _same(leg, last)]
    if behind:  # given to somebody who did not answer
        end = _over(behind)
        wait = None if end is None else (end - behind[0].offered) / SECOND
        yield Contact(
            leg=behind[0], activity="call transferred", time=behind[0].offered, end=end, wait=wait, outcome="abandoned",
            to=last.to or behind[0].queue,
        )  # fmt: skip
    elif last.to:  # out of sight of this exchange
        when = last.speaks if last.ended is None else last.ended
        yield Contact(leg=last, activity="call transferred", time=when, end=None, wait=None, outcome="", to=last.to)


def _one(leg: Leg, activity: str, since: int, outcome: str, to: str = "") -> Contact:
    wait = None if leg.answered is None else (leg.answered - since) / SECOND
    return Contact(leg=leg, activity=activity, time=since, end=leg.ended, wait=wait, outcome=outcome, to=to)


def _over(legs: Sequence[Leg]) -> int | None:
    return max((leg.ended for leg in legs if leg.ended is not None), default=None)


def _same(leg: Leg, other: Leg) -> bool:
    """Whether nobody else took over, as far as the exchange says who it was."""
    return bool(leg.agent or leg.queue) and (leg.agent, leg.queue) == (other.agent, other.queue)
