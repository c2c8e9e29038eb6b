"""Messages that make people call: after which of them customers call more often than after the others.

A call is counted after the message that came last before it, so that one letter is not blamed for another. What goes
with a message need not come from it: the moment at which it is sent may be one at which people call anyway.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from loper.define.model import Journey
from loper.log.table import BadLog
from loper.observe.answer import Answer
from loper.observe.channel.channel_names import SELF_SERVICE, which
from loper.observe.contact import kernels_follow
from loper.observe.contact.follow import DAY
from loper.observe.contact.incoming import named, onward, said, without
from loper.observe.laid.layout import Bools, Ints
from loper.observe.result import Result, share_difference, wilson
from loper.observe.words import Say

if TYPE_CHECKING:
    from loper.observe.log import Log


@dataclass(frozen=True, kw_only=True)
class After(Answer):
    """One message: after how many of `sent` a call came within the days, against that share after all others.

    `more` and `excess` have intervals that hold for all messages at once (Bonferroni; Dunn 1961), so that of many
    messages none stands out by chance alone.
    """

    activity: str
    sent: int
    called: int
    share: Result
    others: Result
    more: Result  # the share less that after the others
    excess: Result  # calls more than there would have been at the share of the others

    @property
    def stands_out(self) -> bool:
        return self.more.low > 0

    def rows(self) -> Sequence[dict[str, Any]]:
        return [
            {
                "activity": self.activity,
                "sent": self.sent,
                "called": self.called,
                "share": self.share.estimate,
                "others": self.others.estimate,
                "excess": self.excess.estimate,
                "low": self.excess.low,
                "high": self.excess.high,
                "stands_out": self.stands_out,
            }
        ]

    def summary(self, language: str = "en") -> str:
        say = Say(language)
        return say(
            "After “{name}” {part} called, against {others} after other messages: about {excess} calls more"
            " ({low} to {high}).",
            "Na “{name}” belde {part}, tegen {others} na andere berichten: ongeveer {excess} telefoontjes meer"
            " ({low} tot {high}).",
            name=self.activity,
            part=say.share(self.share.estimate),
            others=say.share(self.others.estimate),
            excess=round(self.excess.estimate),
            low=say.number(self.excess.low),
            high=say.number(self.excess.high),
        )


@dataclass(frozen=True, kw_only=True)
class CallsAfter(Answer):
    """Every message that the organisation sent; those with the most calls too many first."""

    days: float
    sent: int  # seen long enough
    called: int
    too_late: int
    share: Result
    messages: tuple[After, ...]
    channels: tuple[str, ...]  # contacts by these are the calls; none: the log knows no channels, so all contacts are
    told_by: str
    activities: tuple[str, ...] = ()
    foreseen: tuple[str, ...] = ()  # steps that the design asks for: to take one by phone is no call

    def rows(self) -> Sequence[dict[str, Any]]:
        return [row for one in self.messages for row in one.rows()]

    def cases_of(self, log: Log, activity: str) -> Log:
        """The cases with this message after which a call came."""
        state, _, _ = _states(log, self.days, self.channels, self.activities, self.foreseen)
        code = list(log.layout.activities).index(activity) if activity in log.layout.activities else None
        if code is None:
            raise BadLog([f"no activity “{activity}” in this log"])
        return log.only(kernels_follow.cases_in(log.layout.offsets, log.layout.activity, code, state, 3))

    def summary(self, language: str = "en") -> str:
        say = Say(language)
        if not self.sent:
            return say(
                "The log has no messages that were followed for {days} days.",
                "Het logboek heeft geen berichten die {days} dagen zijn gevolgd.",
                days=f"{self.days:g}",
            )
        bad = [one for one in self.messages if one.stands_out][:3]
        text = [
            say(
                "After {part} of {sent} messages the customer called within {days} days.",
                "Na {part} van {sent} berichten belde de klant binnen {days} dagen.",
                part=say.share(self.share.estimate),
                sent=self.sent,
                days=f"{self.days:g}",
            ),
            *(one.summary(language) for one in bad),
        ]
        if bad:
            text.append(
                say(
                    "That goes with the message; the moment at which it is sent may play a part.",
                    "Dat gaat samen met het bericht; het moment waarop het komt kan ook meespelen.",
                )
            )
        else:
            text.append(
                say("After no message do clearly more call.", "Na geen enkel bericht bellen er duidelijk meer.")
            )
        return " ".join(filter(None, [*text, said(self.told_by, say)]))


def calls_after_of(
    log: Log,
    *,
    days: float = 3,
    channels: Collection[str] = (),
    activities: Collection[str] = (),
    journey: Journey | None = None,
) -> CallsAfter:
    """Calls are contacts of the customer by these `channels`; unless said by all but self-service (a click in a portal
    is no call; `channel_names`), or those with one of these `activities`. `journey`: the design, of which
    a step, or a beginning, is no call either.

    The difference of shares: Newcombe 1998, method 10, at a level of 1 - 5 % / number of messages.
    """
    if days <= 0:
        raise BadLog([f"days: {days:g} is no length of time; write how many days, such as 3"])
    layout = log.layout
    foreseen = (*onward(journey, layout.activities), *journey.begins) if journey else ()
    state, by, found = _states(log, days, channels, activities, foreseen)
    counts = kernels_follow.by_code(layout.offsets, layout.activity, len(layout.activities), state, log.rows)[:-1]
    late, none, came = (int(one) for one in counts.sum(0)[1:])
    there = np.flatnonzero(counts[:, 2:].sum(1)).tolist()
    level = 1 - 0.05 / max(1, len(there))
    messages = [
        _after(layout.activities[code], int(counts[code, 3]), int(counts[code, 2:].sum()), came, none + came, level)
        for code in there
    ]
    return CallsAfter(
        days=days,
        sent=none + came,
        called=came,
        too_late=late,
        share=wilson(came, none + came),
        messages=tuple(sorted(messages, key=lambda one: (not one.stands_out, -one.excess.low, one.activity))),
        channels=found,
        told_by=by,
        activities=tuple(activities),
        foreseen=foreseen,
    )


def _after(name: str, called: int, sent: int, all_called: int, all_sent: int, level: float) -> After:
    others = (all_called - called, all_sent - sent)
    more = share_difference((called, sent), others, level)
    excess = Result(
        estimate=more.estimate * sent,
        low=more.low * sent,
        high=more.high * sent,
        n=more.n,
        method=more.method,
        level=level,
    )
    return After(
        activity=name,
        sent=sent,
        called=called,
        share=wilson(called, sent),
        others=wilson(*others),
        more=more,
        excess=excess,
    )


def _states(
    log: Log, days: float, channels: Collection[str], activities: Collection[str], foreseen: Collection[str]
) -> tuple[Ints, str, tuple[str, ...]]:
    """Of each contact what became of it (0 was not sent), what told who made it, and which channels count."""
    follow, layout = log.follow, log.layout
    incoming = without(layout, named(layout, activities) if activities else follow.incoming, foreseen)
    calls, names = _by_channel(log, incoming.coming, channels, bool(activities))
    within = round(days * DAY)
    after = follow.calls(calls, incoming.sent)
    return kernels_follow.states(layout.time, incoming.sent, after, within, follow.known(within)), incoming.by, names


def _by_channel(log: Log, coming: Bools, channels: Collection[str], whatever: bool) -> tuple[Bools, tuple[str, ...]]:
    column = log.layout.words("channel")
    if column is None:
        if channels:
            raise BadLog(["channels: this log has no channel"])
        return coming, ()
    missing = sorted(set(channels) - set(column.values))
    if missing:
        there = ", ".join(column.values)
        raise BadLog([f"no channel “{one}” in this log; there are: {there}" for one in missing])
    if channels:
        wanted = np.array([*(name in channels for name in column.values), False], np.bool_)
    elif whatever:
        return coming, ()
    else:
        wanted = ~which(column.values, SELF_SERVICE)
    names = tuple(name for name, want in zip(column.values, wanted, strict=False) if want)
    return coming & wanted[column.codes], names
