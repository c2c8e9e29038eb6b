"""The cases that a filter wants, picked out by an engine: as `loper.observe.filter` does, word for word."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np

from loper.log.table import CASE_ATTRIBUTE, BadLog
from loper.observe.engine.contacts import Contacts
from loper.observe.filter import Codes, Filter, micros
from loper.observe.laid import kernels

PORTION = 50_000
"""So many variants are looked at in one go, to find those with a name."""


def where(contacts: Contacts, filter: Filter) -> Contacts:
    """The cases of this selection that the filter wants. BadLog with all words that the log does not have."""
    problems = list[str]()
    conditions = _Conditions(contacts, problems)
    wanted = conditions.of(filter)
    if filter.behind:
        problems.append("behind: the cases behind a number are asked of a log in memory; take the part first")
    variants = _variants(contacts, filter.variant, problems) if filter.variant else None
    if problems:
        raise BadLog(problems)
    if not wanted and variants is None:
        return contacts
    t = contacts.table
    if wanted:
        flags = {f"has_{number}": one for number, one in enumerate(wanted)}
        cases = t.group_by("case").agg(**flags)
        cases = cases.filter(*(cases[name] for name in flags)).select("case")
        t = t.semi_join(cases, "case")
    if variants is not None:
        t = t.semi_join(variants, "case")
    return contacts.part(t)


class _Conditions:
    """Each an aggregate over the contacts of a case that is true or false."""

    def __init__(self, contacts: Contacts, problems: list[str]) -> None:
        self.contacts, self.t, self.ibis, self.problems = contacts, contacts.table, contacts.ibis, problems

    def of(self, filter: Filter) -> list[Any]:
        t, found = self.t, []
        if filter.since:
            found.append(t.time.min() >= micros(filter.since))
        if filter.until:
            found.append(t.time.min() < micros(filter.until))
        if filter.quiet_since:
            found.append(t.time.max() <= micros(filter.quiet_since))
        for activity in filter.with_:
            found.append(self._any(self._is("activity", [activity])))
        if filter.without:
            found.append(~self._any(self._is("activity", filter.without)))
        if filter.begins:
            found.append(self._any((t.place == 0) & self._is("activity", filter.begins)))
        if filter.ends:
            self._is("activity", filter.ends)  # says what is not there
            found.append(t.activity.argmax(t.place).isin(list(filter.ends)))
        for source, target in filter.pair:
            self._is("activity", [source])
            found.append(self._any((t.place > 0) & (t.before == source) & self._is("activity", [target])))
        if filter.channel or filter.first_channel:
            if "channel" not in self.contacts.has:
                self.problems.append("this log has no channel")
            else:
                if filter.channel:
                    found.append(self._any(self._is("channel", filter.channel)))
                if filter.first_channel:
                    found.append(self._any((t.place == 0) & self._is("channel", filter.first_channel)))
        for name, wanted in filter.attributes.items():
            if name in self.contacts.attributes:
                found.append(self._any((t.place == 0) & self._is(CASE_ATTRIBUTE + name, wanted, name)))
            else:
                there = ", ".join(sorted(self.contacts.attributes))
                self.problems.append(f"no attribute “{name}” of words in this log; there are: {there or 'none'}")
        return found

    def _is(self, column: str, words: Iterable[str], what: str = "") -> Any:
        Codes(self.contacts.words(column), what or column, self.problems)(words)
        return self.t[column].isin(list(words)).fill_null(False)

    def _any(self, condition: Any) -> Any:
        return self.ibis.ifelse(condition, 1, 0).max() == 1


def _variants(contacts: Contacts, names: Iterable[str], problems: list[str]) -> Any:
    """The cases that went one of these ways. A name is reckoned of the ways, a portion at a time: it is a hash that no
    engine has."""
    whole, wanted = contacts.whole, set(names)
    rank = whole.rank("activity")
    ways = contacts.engine.hold(whole.cases.group_by("way").agg(born=whole.cases.born.min()))
    portions = contacts.number(ways.count()) // PORTION + 1
    born: list[int] = []
    for portion in range(portions):
        if not wanted:
            break
        for row in contacts.rows(ways.filter(ways.born % portions == portion)):
            name = named([rank[activity] for activity in row["way"]])
            if name in wanted:
                born.append(row["born"])
                wanted.remove(name)
    problems += [f"no variant “{one}” in this log; `variants()` gives their names" for one in sorted(wanted)]
    picked = ways.filter(ways.born.isin(born)) if born else ways.filter(ways.born < 0)
    return whole.cases.semi_join(picked, "way").select("case")


def named(codes: list[int]) -> str:
    """The name that a log in memory gives to the variant of these activities."""
    offsets = np.array([0, len(codes)])
    small = np.int16 if max(codes) < np.iinfo(np.int16).max else np.int32
    return f"{int(kernels.hashed(offsets, np.array(codes, small), np.zeros(1, np.int64), 1)[0]):016x}"
