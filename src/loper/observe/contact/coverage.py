"""How much of all contacts the log sees: what is said of the log holds for those only, so every page repeats it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

import numpy as np

from loper.log.table import BadLog
from loper.observe.answer import Answer
from loper.observe.channel.channels import of_channels, told
from loper.observe.filter import micros
from loper.observe.words import Say

if TYPE_CHECKING:
    from loper.observe.log import Log


@dataclass(frozen=True, kw_only=True)
class Covered:
    """One channel: `counted` elsewhere, such as by the exchange; None where nobody counted."""

    channel: str
    seen: int
    counted: int | None

    @property
    def share(self) -> float | None:
        """Of all contacts those in the log; more than 1 says that one of the two counts something else."""
        return None if self.counted is None else self.seen / self.counted if self.counted else float("nan")


@dataclass(frozen=True, kw_only=True)
class Coverage(Answer):
    """Counts of everything in one time, so there is no interval. `share` is of the channels that were counted."""

    channels: tuple[Covered, ...]
    customers: bool  # only contacts that the customer made

    @property
    def share(self) -> float | None:
        counted = [one for one in self.channels if one.counted is not None]
        total = sum(one.counted or 0 for one in counted)
        return sum(one.seen for one in counted) / total if total else None

    def rows(self) -> Sequence[dict[str, Any]]:
        return [
            {"channel": one.channel, "seen": one.seen, "counted": one.counted, "share": one.share}
            for one in self.channels
        ]

    def summary(self, language: str = "en") -> str:
        say = Say(language)
        counted = [one for one in self.channels if one.counted is not None]
        if not counted:
            return say(
                "How much of all contacts this log sees is not known.",
                "Hoeveel van alle contacten dit logboek ziet, is niet bekend.",
            )
        told = [
            say(
                "{seen} of {counted} by “{channel}”{part}",
                "{seen} van {counted} via “{channel}”{part}",
                seen=one.seen,
                counted=one.counted or 0,
                channel=one.channel,
                part=f" ({say.share(one.share)})" if one.share is not None and one.share <= 1 else "",
            )
            for one in counted
        ]
        text = [
            say(
                "Of all contacts this log sees {told}.",
                "Van alle contacten ziet dit logboek {told}.",
                told=say.listed(told),
            )
        ]
        more = [f"“{one.channel}”" for one in counted if one.share is not None and one.share > 1]
        if more:
            text.append(
                say(
                    "By {more} the log has more than was counted: one of the two counts something else.",
                    "Via {more} staan er meer in het logboek dan geteld: één van beide telt iets anders.",
                    more=say.listed(more),
                )
            )
        rest = [f"“{one.channel}”" for one in self.channels if one.counted is None]
        if rest:
            text.append(say("Of {rest} nobody counted them.", "Van {rest} is er niet geteld.", rest=say.listed(rest)))
        return " ".join(text)


def coverage_of(
    log: Log,
    *,
    counted: Mapping[str, int],
    since: datetime | None = None,
    until: datetime | None = None,
    customers: bool | None = None,
) -> Coverage:
    """`counted`: how many contacts there were by each channel, counted elsewhere, from `since` up to `until`; a channel
    that the log does not have is one of which it sees nothing. `customers`: as in `switches`. BadLog for a count that
    is none."""
    wrong = [f"counted: “{name}”: {count} is no number of contacts" for name, count in counted.items() if count < 0]
    if wrong:
        raise BadLog(wrong)
    column, layout = of_channels(log, customers), log.layout
    seen: dict[str, int] = {}
    if column is not None:
        within = np.ones(len(layout), np.bool_) if log.keep is None else np.repeat(log.keep, layout.lengths)
        if since:
            within &= layout.time >= micros(since)
        if until:
            within &= layout.time < micros(until)
        codes = column.codes[within]
        counts = np.bincount(codes[codes >= 0], minlength=len(column.values))
        seen = {name: int(count) for name, count in zip(column.values, counts, strict=True) if count}
    names = [*counted, *(name for name in seen if name not in counted)]
    return Coverage(
        channels=tuple(Covered(channel=one, seen=seen.get(one, 0), counted=counted.get(one)) for one in names),
        customers=told(log) if customers is None else customers,
    )
