"""The phone: how many give up, how long they wait, how often they are put through, how many ring again at once."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
from numpy.typing import NDArray

from loper.observe.answer import Answer
from loper.observe.channel.channel_names import PHONE, which
from loper.observe.contact import kernels_follow, kernels_hours
from loper.observe.contact.repeat import Group, groups_of
from loper.observe.laid.layout import Bools, Ints, Layout, Numbers, Words
from loper.observe.result import Result, mean, quantile, wilson
from loper.observe.words import Say

if TYPE_CHECKING:
    from loper.observe.log import Log

HOUR = 3_600_000_000

ABANDONED = (
    "abandon",
    "hung up",
    "no answer",
    "not answered",
    "missed",
    "opgehangen",
    "afgebroken",
    "verlaten",
    "gemist",
)
CLOSED = ("closed", "out of hours", "gesloten", "buiten openingstijd", "buiten kantoortijd")
TRANSFERRED = ("transfer", "doorverbonden", "doorverbind", "doorgeschakeld", "warm overgedragen")
"""Parts of the words of an outcome or an activity, in small letters."""

What = Literal["abandoned", "again"]


@dataclass(frozen=True, kw_only=True)
class Telephony(Answer):
    """Calls of customers. Those that came while it was closed count as calls, not as offered: nobody could answer.

    Waits are seconds. Who gave up would have waited longer: `wait` is of all that were offered, until somebody spoke or
    the customer gave up.
    """

    calls: int
    closed: int
    offered: int
    abandoned: Result  # share of offered; n is 0 where the log does not say which were
    wait: Result  # median of offered calls of which it is known
    wait_p90: Result
    in_time: Result  # share of offered calls with a known wait that were answered within `in_time_s`
    in_time_s: float
    transfers: Result  # mean per answered call
    transferred: Result  # share of answered calls with one or more
    again: Result  # share of calls after which the same customer rang again within the hour
    again_abandoned: Result  # the same, of abandoned calls only
    queues: tuple[Group, ...]  # by queue: `repeated` are the abandoned ones; the worst first
    too_late: int  # calls of the last hour, of which nobody knows yet whether they come again

    def rows(self) -> Sequence[dict[str, Any]]:
        found = (
            ("abandoned", self.abandoned),
            ("wait_median_s", self.wait),
            ("wait_p90_s", self.wait_p90),
            ("answered_in_time", self.in_time),
            ("transfers_per_call", self.transfers),
            ("transferred", self.transferred),
            ("again_within_the_hour", self.again),
            ("again_after_abandoned", self.again_abandoned),
        )
        return [
            {"measure": name, "value": one.estimate, "low": one.low, "high": one.high, "n": one.n}
            for name, one in found
        ]

    def cases_of(self, log: Log, what: What, queue: str = "") -> Log:
        """The cases with an abandoned call (in this queue), or with one after which the customer rang again."""
        calls = _calls(log.layout, log.follow.incoming.sent)
        if calls is None:
            return log.only(np.zeros(log.layout.count, np.bool_))
        column = log.layout.words("queue") if queue else None
        code = column.code(queue) if column else -1
        codes = column.codes if column else log.layout.activity
        hit = calls.abandoned if what == "abandoned" else _again(log, calls.call) == 3
        if queue and code < 0:
            hit = np.zeros_like(hit)
        return log.only(kernels_follow.cases_in(log.layout.offsets, codes, code, hit.astype(np.int8), 1))

    def summary(self, language: str = "en") -> str:
        say = Say(language)
        if not self.calls:
            return say("The log has no telephone calls.", "Het logboek heeft geen telefoongesprekken.")
        text = [say("The log has {calls} calls.", "Het logboek heeft {calls} telefoontjes.", calls=self.calls)]
        if self.abandoned.n:
            text.append(
                say(
                    "Of {offered} that could be answered {part} ({low} to {high}) were given up before anybody did.",
                    "Van {offered} die beantwoord konden worden, is bij {part} ({low} tot {high}) opgehangen voordat er"
                    " iemand opnam.",
                    part=say.share(self.abandoned.estimate),
                    offered=self.offered,
                    low=say.share(self.abandoned.low),
                    high=say.share(self.abandoned.high),
                )
            )
        else:
            text.append(say("It does not say which were given up.", "Het zegt niet bij welke de klant ophing."))
        if self.wait.n:
            text.append(
                say(
                    "Half waited at most {half}, nine in ten at most {ninety}.",
                    "De helft wachtte hooguit {half}, negen van de tien hooguit {ninety}.",
                    half=say.lasting(self.wait.estimate),
                    ninety=say.lasting(self.wait_p90.estimate),
                )
            )
        if self.transferred.n:
            text.append(
                say(
                    "{part} of answered calls were put through.",
                    "{part} van de beantwoorde telefoontjes werd doorverbonden.",
                    part=say.share(self.transferred.estimate),
                )
            )
        if self.again.n:
            text.append(
                say(
                    "After {part} the customer rang again within the hour.",
                    "Na {part} belde de klant binnen het uur weer.",
                    part=say.share(self.again.estimate),
                )
            )
        if self.closed:
            text.append(
                say(
                    "{closed} calls came while it was closed.",
                    "{closed} telefoontjes kwamen buiten openingstijd.",
                    closed=self.closed,
                )
            )
        return " ".join(text)


@dataclass(frozen=True, kw_only=True, eq=False)
class _Calls:
    """Of each contact of the whole log: is it a call of a customer, and what became of it."""

    call: Bools
    abandoned: Bools
    closed: Bools
    transfer: Bools  # a contact of its own, in which somebody else takes over
    handed: Bools  # a call of which the outcome says that it was put through
    told: bool  # the log has a word for a call that was given up, or outcomes at all
    put_through: bool  # and one for a call that was put through


def telephony_of(log: Log, *, in_time_s: float = 20) -> Telephony:
    """Calls are contacts by a channel for the phone that the organisation did not make; in a log without channels,
    those with a wait (`wait_s`). What became of one is read from its outcome, else from the words of its activity."""
    layout = log.layout
    found = _calls(layout, log.follow.incoming.sent)
    if found is None:
        none = np.zeros(len(layout), np.bool_)
        found = _Calls(
            call=none, abandoned=none, closed=none, transfer=none, handed=none, told=False, put_through=False
        )
    mine = found.call if log.keep is None else found.call & np.repeat(log.keep, layout.lengths)
    places = np.flatnonzero(mine)
    offered = places[~found.closed[places]]
    gone = found.abandoned[offered]
    answered = offered[~gone]
    column = layout.contacts.get("wait_s")
    waits: NDArray[np.float64] = (
        column.values[offered] if isinstance(column, Numbers) else np.full(len(offered), np.nan)
    )
    known = ~np.isnan(waits)
    each = (
        kernels_hours.transfers(layout.offsets, found.call, found.transfer)[answered]
        if found.put_through
        else answered[:0]
    )
    each = np.maximum(each, found.handed[answered]) if found.put_through else each
    again = _again(log, found.call)
    states = [np.bincount(again[part], minlength=4) for part in (places, offered[gone])]
    state = np.zeros(len(layout), np.int8)
    state[offered] = np.where(gone, 3, 2)
    told = len(offered) if found.told else 0
    return Telephony(
        calls=len(places),
        closed=len(places) - len(offered),
        offered=len(offered),
        abandoned=wilson(int(gone.sum()), told),
        wait=quantile(waits[known], 0.5),
        wait_p90=quantile(waits[known], 0.9),
        in_time=wilson(int((known & ~gone & (waits <= in_time_s)).sum()), int(known.sum())),
        in_time_s=in_time_s,
        transfers=mean(each),
        transferred=wilson(int((each > 0).sum()), len(each)),
        again=wilson(int(states[0][3]), int(states[0][2] + states[0][3])),
        again_abandoned=wilson(int(states[1][3]), int(states[1][2] + states[1][3])),
        queues=tuple(groups_of(log, "queue", state)) if found.told else (),
        too_late=int(states[0][1]),
    )


def _calls(layout: Layout, sent: Bools) -> _Calls | None:
    """None where the log has no calls."""
    channel, wait = layout.words("channel"), layout.contacts.get("wait_s")
    if channel is not None:
        phone = which(channel.values, PHONE)[channel.codes]
    elif isinstance(wait, Numbers):
        phone = ~np.isnan(wait.values)
    else:
        return None
    activity, outcome = Words(codes=layout.activity, values=layout.activities), layout.words("outcome")
    columns = [activity, *([outcome] if outcome else [])]
    transfer = phone & ~sent & _like([activity], TRANSFERRED)
    call = phone & ~sent & ~transfer
    closed, gone, handed = (call & _like(columns, parts) for parts in (CLOSED, ABANDONED, TRANSFERRED))
    return _Calls(
        call=call,
        abandoned=gone & ~closed,
        closed=closed,
        transfer=transfer,
        handed=handed,
        told=outcome is not None or bool(gone.any()),
        put_through=bool(transfer.any() or handed.any()),
    )


def _like(columns: Sequence[Words], parts: Collection[str]) -> Bools:
    """The contacts of which the word in one of these columns has one of these parts."""
    found: Bools = np.zeros(len(columns[0].codes), np.bool_)
    for column in columns:
        like = [any(part in value.casefold().replace("_", " ") for part in parts) for value in column.values]
        if any(like):
            found |= np.array([*like, False], np.bool_)[column.codes]
    return found


def _again(log: Log, call: Bools) -> Ints:
    """Of each call whether the same customer rang again within the hour; states as in `kernels_follow.states`."""
    after = log.follow.calls(call, call)
    states: Ints = kernels_follow.states(log.layout.time, call, after, HOUR, log.follow.known(HOUR))
    return states
