"""What can be wrong with a log, seen from its layout: one check each."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta, tzinfo
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from loper.observe.filter import Filter, instant, micros
from loper.observe.laid import kernels
from loper.observe.laid.layout import NO_TIME, Bools, Words
from loper.observe.trust import kernels_quality

if TYPE_CHECKING:
    from loper.observe.log import Log

HOUR, DAY = 3_600_000_000, 86_400_000_000
ANCIENT = datetime(1990, 1, 1, tzinfo=UTC)
SILENT = 10.0
"""So many contacts must be usual in a silence before it is one: by chance it comes less than once in 20,000."""
MIDDLE = 0.455
"""The median of chi-square with one degree of freedom."""
PEAK = 0.05
"""From such a share of all contacts at one second of the day on, that second is no coincidence."""
USUAL = 0.95
EXAMPLES = 5

CHANNELS = frozenset(
    "email mail sms whatsapp letter post brief push phone telefoon chat web website internet portal portaal app desk"
    " balie visit bezoek social facebook twitter instagram twilio fax form formulier call tel video".split()
)
"""Words for channels that are known, in small letters without signs."""

Rows = NDArray[np.int64]


@dataclass(frozen=True, kw_only=True)
class Finding:
    """`count` of `of` contacts, cases, words or days; `about` says which; `rows` are its cases, where it has any."""

    kind: str  # a key of `quality_words.TEXTS`
    count: int
    of: int
    about: tuple[str, ...] = ()
    cases: int = 0
    filter: Filter | None = None  # that selects the cases, where there is one
    rows: Rows | None = field(default=None, compare=False, repr=False)

    @property
    def share(self) -> float:
        return self.count / self.of if self.of else 0.0


@dataclass(frozen=True, kw_only=True, eq=False)
class Seen:
    """The contacts of the selected cases, with the times of known ones as the clock on the wall had them."""

    log: Log
    mine: Bools  # of all contacts
    time: NDArray[np.int64]  # of the selected ones that have a time
    wall: NDArray[np.int64]

    @property
    def contacts(self) -> int:
        return int(self.mine.sum())

    def cases(self, contacts: Bools) -> Rows:
        """The selected cases that have such contacts."""
        return np.unique(self.owner[contacts & self.mine])

    @property
    def owner(self) -> Rows:
        return np.repeat(np.arange(self.log.layout.count), self.log.layout.lengths)


def seen(log: Log, zone: tzinfo) -> Seen:
    layout = log.layout
    mine = np.ones(len(layout), np.bool_) if log.keep is None else np.repeat(log.keep, layout.lengths)
    time = layout.time[mine & (layout.time != NO_TIME)]
    return Seen(log=log, mine=mine, time=time, wall=time + _offsets(time, zone))


def _offsets(time: NDArray[np.int64], zone: tzinfo) -> NDArray[np.int64]:
    """How far the wall clock was ahead at each instant; looked up once for every hour there is."""
    hours, place = np.unique(time // HOUR, return_inverse=True)
    ahead = []
    for hour in hours.tolist():
        try:
            offset = instant(hour * HOUR).astimezone(zone).utcoffset() or timedelta(0)
        except OverflowError:
            offset = timedelta(0)
        ahead.append(offset // timedelta(microseconds=1))
    return np.array(ahead, np.int64)[place] if len(ahead) else np.empty(0, np.int64)


def times(it: Seen, now: datetime | None) -> Iterator[Finding]:
    layout = it.log.layout
    wrong = {"no time": layout.time == NO_TIME, "ancient": (layout.time < micros(ANCIENT)) & (layout.time != NO_TIME)}
    if now is not None:
        wrong["future"] = layout.time > micros(now)
    for kind, where in wrong.items():
        count = int((where & it.mine).sum())
        about = (ANCIENT.strftime("%Y"),) if kind == "ancient" else ()
        yield Finding(kind=kind, count=count, of=it.contacts, about=about, rows=it.cases(where) if count else None)


def order(it: Seen) -> Iterator[Finding]:
    layout, rows = it.log.layout, it.log.rows
    contacts, cases = kernels.tied(layout.offsets, layout.time, rows)
    yield Finding(kind="ties", count=int(contacts), of=it.contacts, cases=int(cases))
    contacts, cases = kernels_quality.backwards(layout.offsets, layout.seq, rows)
    yield Finding(kind="order", count=int(contacts), of=it.contacts, cases=int(cases))


def copies(it: Seen) -> Iterator[Finding]:
    """Copies are counted without the first of them."""
    layout = it.log.layout
    again = kernels_quality.repeated_at_once(layout.offsets, layout.activity, layout.time, it.log.rows)
    places = np.flatnonzero(again)
    start = np.stack([it.owner[places], layout.time[places], layout.activity[places]], axis=1)
    _, key = np.unique(start, axis=0, return_inverse=True)
    key = key.reshape(-1)
    groups = int(key.max()) + 1 if len(key) else 0
    for column in layout.contacts.values():
        values: NDArray[Any] = column.codes[places] if isinstance(column, Words) else column.values[places]
        _, code = np.unique(values, return_inverse=True)
        _, key = np.unique(key * (len(code) + 1) + code, return_inverse=True)
    different = int(key.max()) + 1 if len(key) else 0
    same = len(places) - different
    _, first = np.unique(key, return_index=True)
    copy = np.ones(len(places), np.bool_)
    copy[first] = False
    rows = np.unique(it.owner[places[copy]])
    yield Finding(kind="copies", count=same, of=it.contacts, rows=rows if same else None)
    twice = different - groups
    yield Finding(kind="twice", count=twice, of=it.contacts, rows=np.unique(it.owner[places]) if twice else None)


def silences(it: Seen) -> Iterator[Finding]:
    """Days without any contact, where the usual count of their weekdays adds up to enough. The usual one is the median,
    so that the silences themselves do not lower it; contacts that come in clusters count as so many fewer
    (quasi-Poisson: Wedderburn 1974; the spread by the median, so that a few busy days do not make it)."""
    if not len(it.wall):
        return
    day = it.wall // DAY
    first = int(day.min())
    if int(day.max()) - first > 36_525:
        return  # a time that stands for “unknown”: a finding of its own
    counts = np.bincount(day - first)
    weekday = (np.arange(len(counts)) + first + 3) % 7  # 1 January 1970 was a Thursday
    usual = np.zeros(len(counts))
    for one in range(7):
        here = weekday == one
        if here.sum() > 2:
            usual[here] = np.median(counts[here])
    there = (counts > 0) & (usual > 0)
    squares = (counts - usual)[there] ** 2 / usual[there]
    clustered = max(1.0, float(np.median(squares)) / MIDDLE) if there.any() else 1.0
    edges = np.flatnonzero(np.diff(np.concatenate([[0], (counts == 0).astype(np.int8), [0]])))
    found, days, lost = [], 0, 0.0
    for low, high in zip(edges[::2], edges[1::2], strict=True):
        expected = float(usual[low:high].sum())
        if expected / clustered >= SILENT:
            worked = int((usual[low:high] > 0).sum())
            found.append(
                (expected, f"{_date(first + low)}–{_date(first + high - 1)}" if high - low > 1 else _date(first + low))
            )
            days, lost = days + worked, lost + expected
    found.sort(reverse=True)
    yield Finding(
        kind="silence", count=days, of=len(counts), about=tuple(text for _, text in found[:EXAMPLES]), cases=round(lost)
    )


def _date(day: int) -> str:
    return (date(1970, 1, 1) + timedelta(days=int(day))).isoformat()


def clock(it: Seen) -> Iterator[Finding]:
    """Seconds of the day at which far too many contacts lie."""
    second = (it.wall % DAY) // 1_000_000
    exact = it.wall % 1_000_000 == 0
    counts = np.bincount(second[exact], minlength=86_400)
    found = [
        int(one) for one in np.argsort(-counts, kind="stable")[:EXAMPLES] if counts[one] > max(20, PEAK * len(second))
    ]
    if found:
        about = tuple(f"{one // 3600:02}:{one // 60 % 60:02}:{one % 60:02}" for one in found)
        yield Finding(kind="midnight", count=int(counts[found].sum()), of=it.contacts, about=about)


def edges(it: Seen) -> Iterator[Finding]:
    """Cases that the begin or the end of the log cuts off: near it, and not beginning (ending) as cases elsewhere do.

    Near is what nine in ten cases take. Elsewhere a few begin otherwise too: there must be more than twice as many."""
    layout, rows = it.log.layout, it.log.rows
    if len(rows) < 20:
        return
    first, last = layout.first[rows], layout.last[rows]
    lasting = int(np.quantile(last - first, 0.9))
    begin, end = int(first.min()), int(last.max())
    starts, stops = layout.activity[layout.offsets[rows]], layout.activity[layout.offsets[rows + 1] - 1]
    for kind, codes, near, about in (
        ("cut begin", starts, first < begin + lasting, begin + lasting),
        ("cut end", stops, last > end - lasting, end - lasting),
    ):
        middle = codes[~near]
        if len(middle) < 20:
            continue
        counts = np.bincount(middle, minlength=len(layout.activities))
        ranked = np.argsort(-counts, kind="stable")
        usual = ranked[: int(np.searchsorted(np.cumsum(counts[ranked]), USUAL * len(middle))) + 1]
        cut = near & ~np.isin(codes, usual)
        if cut.sum() <= 2 * float((~np.isin(middle, usual)).mean()) * near.sum():
            continue
        yield Finding(
            kind=kind, count=int(cut.sum()), of=len(rows), about=(instant(about).date().isoformat(),), rows=rows[cut]
        )


def words(it: Seen, known: Collection[str]) -> Iterator[Finding]:
    layout, log = it.log.layout, it.log
    for name, kind in (("channel", "no channel"), ("customer", "no customer")):
        column = layout.words(name)
        if column is not None:
            nothing = column.codes < 0
            yield Finding(kind=kind, count=int((nothing & it.mine).sum()), of=it.contacts, rows=it.cases(nothing))
    channel = layout.words("channel")
    if channel is not None and len(channel.values) < 1_000:
        counts = kernels.tallied(layout.offsets, channel.codes, len(channel.values), log.rows)
        allowed = {_plain(one) for one in known} or CHANNELS
        strange = [at for at, one in enumerate(channel.values) if counts[at] and _plain(one) not in allowed]
        strange.sort(key=lambda at: -counts[at])
        yield Finding(
            kind="strange channel",
            count=int(counts[strange].sum()),
            of=it.contacts,
            about=tuple(channel.values[at] for at in strange[:EXAMPLES]),
            filter=Filter(channel=tuple(channel.values[at] for at in strange)) if strange else None,
        )
    counts = kernels.tallied(layout.offsets, layout.activity, len(layout.activities), log.rows)
    once = [layout.activities[int(at)] for at in np.flatnonzero(counts == 1)]
    yield Finding(kind="once", count=len(once), of=int((counts > 0).sum()), about=tuple(once[:EXAMPLES]))
    there = [layout.activities[int(at)] for at in np.flatnonzero(counts)[:10_000]]
    yield _spellings([*there, *(channel.values if channel is not None else ())])


def _spellings(words: Sequence[str]) -> Finding:
    alike: dict[str, list[str]] = defaultdict(list)
    for word in dict.fromkeys(words):
        alike[_plain(word)].append(word)
    several = [" = ".join(f"“{one}”" for one in group) for group in alike.values() if len(group) > 1]
    count = sum(len(group) for group in alike.values() if len(group) > 1)
    return Finding(kind="spellings", count=count, of=len(words), about=tuple(several[:EXAMPLES]))


def _plain(word: str) -> str:
    return re.sub(r"[\W_]+", "", word.casefold())
