"""Which cases one wants to see: a value that a page's address, the command line and a notebook share."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, fields
from datetime import MAXYEAR, MINYEAR, UTC, datetime, timedelta, tzinfo
from difflib import get_close_matches
from typing import TYPE_CHECKING

import numpy as np

from loper.log.table import BadLog
from loper.observe.laid import kernels
from loper.observe.laid.layout import Bools, Layout, Words

if TYPE_CHECKING:
    from loper.observe.log import Log

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
ATTRIBUTE = "attr."
Some = tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class Filter:
    """Cases for which all of this holds; what is empty asks nothing. Of several words in one field one is enough,
    but of `with_`, `pair` and `behind`, where each must hold."""

    since: datetime | None = None  # the case began at or after it
    until: datetime | None = None  # the case began before it
    quiet_since: datetime | None = None  # its last contact came at or before it
    channel: Some = ()  # one of its contacts came by this channel
    first_channel: Some = ()
    with_: Some = ()  # it has this activity
    without: Some = ()  # it has none of these
    begins: Some = ()
    ends: Some = ()
    pair: tuple[tuple[str, str], ...] = ()  # the second followed the first at once
    variant: Some = ()  # names of variants, as `Variants` gives them
    behind: Some = ()  # the cases behind a number (`loper.observe.behind`), of those that all before it leaves
    attributes: Mapping[str, Some] = field(default_factory=dict)

    def __bool__(self) -> bool:
        return self != Filter()

    def cases(self, log: Log) -> Bools:
        """One truth for each case of the whole log. A word that the log does not have is an error with the nearest"
        " one."""
        layout, problems = log.layout, list[str]()
        keep = np.ones(layout.count, np.bool_)
        if self.since:
            keep &= layout.first >= micros(self.since)
        if self.until:
            keep &= layout.first < micros(self.until)
        if self.quiet_since:
            keep &= layout.last <= micros(self.quiet_since)
        known = Codes(layout.activities, "activity", problems)
        whole = np.arange(layout.count)
        first, last = layout.offsets[:-1], layout.offsets[1:] - 1
        for activity in self.with_:
            keep &= kernels.has(layout.offsets, layout.activity, known([activity]), whole)
        if self.without:
            keep &= ~kernels.has(layout.offsets, layout.activity, known(self.without), whole)
        if self.begins:
            keep &= np.isin(layout.activity[first], known(self.begins))
        if self.ends:
            keep &= np.isin(layout.activity[last], known(self.ends))
        for source, target in self.pair:
            a, b = known([source]), known([target])
            steps = (
                np.flatnonzero((log.steps.sources == a[0]) & (log.steps.targets == b[0])) if len(a) and len(b) else a
            )
            keep &= kernels.has(layout.offsets, log.steps.of, steps, whole)
        if self.variant:
            keep &= log.which.one_of(self.variant, problems)
        if self.channel or self.first_channel:
            column = _words(layout, "channel", problems)
            if column:
                codes = Codes(column.values, "channel", problems)
                if self.channel:
                    keep &= kernels.has(layout.offsets, column.codes, codes(self.channel), whole)
                if self.first_channel:
                    keep &= np.isin(column.codes[first], codes(self.first_channel))
        for name, wanted in self.attributes.items():
            found = layout.attributes.get(name)
            if isinstance(found, Words):
                keep &= np.isin(found.codes, Codes(found.values, name, problems)(wanted))
            else:
                there = ", ".join(sorted(one for one, kind in layout.attributes.items() if isinstance(kind, Words)))
                problems.append(f"no attribute “{name}” of words in this log; there are: {there or 'none'}")
        if problems:
            raise BadLog(problems)
        return keep


def micros(at: datetime) -> int:
    """An instant as the layout has it; whole numbers, so that nothing is rounded."""
    passed = at - EPOCH
    return (passed.days * 86_400 + passed.seconds) * 1_000_000 + passed.microseconds


def instant(at: int) -> datetime:
    """And back."""
    return EPOCH + timedelta(microseconds=int(at))


class Codes:
    """Words as their codes; each that is not there is a problem that names the nearest."""

    def __init__(self, values: Iterable[str], what: str, problems: list[str]) -> None:
        self.of = {word: code for code, word in enumerate(values)}
        self.what, self.problems = what, problems

    def __call__(self, words: Iterable[str]) -> np.ndarray:
        found = []
        for word in words:
            if word in self.of:
                found.append(self.of[word])
            else:
                near = get_close_matches(word, self.of, 3, 0.4) or list(self.of)[:5]
                self.problems.append(
                    f"no {self.what} “{word}” in this log; did you mean {' or '.join(f'“{one}”' for one in near)}?"
                )
        return np.array(found, np.int64)


def _words(layout: Layout, name: str, problems: list[str]) -> Words | None:
    found = layout.words(name)
    if found is None:
        problems.append(f"this log has no {name}")
    return found


def to_query(filter: Filter) -> list[tuple[str, str]]:
    """The filter as the words of an address: what is asked, and nothing else."""
    found: list[tuple[str, str]] = []
    for one in fields(filter):
        value = getattr(filter, one.name)
        name = one.name.rstrip("_")
        if isinstance(value, datetime):
            found.append((name, value.isoformat()))
        elif one.name == "pair":
            found += [(name, f"{source} > {target}") for source, target in value]
        elif isinstance(value, Mapping):
            found += [(ATTRIBUTE + key, word) for key, words in value.items() for word in words]
        elif value:
            found += [(name, word) for word in value]
    return found


def of_query(pairs: Iterable[tuple[str, str]], zone: tzinfo = UTC) -> Filter:
    """And back; words that a filter does not know are left to others. A day begins in `zone`. BadLog for a time that is
    none."""
    several: dict[str, list[str]] = {}
    for name, word in pairs:
        if word:
            several.setdefault(name, []).append(word)
    problems: list[str] = []

    def time(name: str) -> datetime | None:
        if name not in several:
            return None
        try:
            at = datetime.fromisoformat(several[name][-1])
            if at.year in (MINYEAR, MAXYEAR):
                raise ValueError("in another time zone it is no time at all")
        except ValueError:
            problems.append(
                f"{name}: “{several[name][-1]}” is no time; write it like 2026-09-01 or 2026-09-01T08:00:00+02:00"
            )
            return None
        return at if at.tzinfo else at.replace(tzinfo=zone)

    def some(name: str) -> Some:
        return tuple(several.get(name, ()))

    found = Filter(
        since=time("since"),
        until=time("until"),
        quiet_since=time("quiet_since"),
        channel=some("channel"),
        first_channel=some("first_channel"),
        with_=some("with"),
        without=some("without"),
        begins=some("begins"),
        ends=some("ends"),
        pair=tuple((a, b) for a, _, b in (word.partition(" > ") for word in some("pair"))),
        variant=some("variant"),
        behind=some("behind"),
        attributes={
            key.removeprefix(ATTRIBUTE): tuple(words) for key, words in several.items() if key.startswith(ATTRIBUTE)
        },
    )
    if problems:
        raise BadLog(problems)
    return found
