"""Some of the cases brought to this machine, whole: for the questions that are asked of a log in memory only."""

from __future__ import annotations

from typing import Any

from loper.log.table import INSTANT, NEEDED, BadLog
from loper.observe.engine.contacts import Contacts
from loper.observe.log import Log

MOST = 100_000_000
"""Contacts that are brought in one go: as a log in memory they take 8 GB."""

PRIME = 7_368_787
"""By which rows are numbered anew, so that one case in so many is not one row in so many."""


def sample(contacts: Contacts, one_in: int) -> Contacts:
    """One case in so many, by the row of its first contact: the same ones each time, on every engine."""
    if one_in < 1:
        raise BadLog([f"one_in: {one_in} is no part; 20 gives one case in twenty"])
    t = contacts.table
    drawn = (t.seq % PRIME * 7_919 % 104_729) % one_in == 0
    return contacts.part(t.semi_join(t.filter((t.place == 0) & drawn).select("case"), "case"))


def fetch(contacts: Contacts, most: int = MOST) -> Log:
    """These cases as a log in memory, with every column that the log has. It is a log of its own: when it ends, and
    which words come first, is seen from these cases alone. BadLog where they are more than `most` contacts."""
    if contacts.count[1] > most:
        raise BadLog([
            f"{contacts.count[1]:,} contacts are more than the {most:,} that are brought at once; "
            "choose fewer with where(...) or sample(one_in=...)"
        ])  # fmt: skip
    names = contacts.columns.names
    ours = {theirs: name for name, theirs in names.items()}
    source = contacts.engine.table
    columns = {ours.get(name, name): source[name] for name in source.columns}
    table = source.select(**columns)
    text = {name: table[name].cast("string") for name in ("case", "activity")}
    table = table.mutate(**text).filter(*(table[name].notnull() for name in NEEDED if name in names))
    table = table.filter(table.case != "", table.activity != "")
    first = contacts.table.filter(contacts.table.place == 0).select("case")
    found = table.semi_join(first, "case").to_pyarrow()
    return Log.of(found.set_column(found.column_names.index("time"), "time", _instants(found["time"])))


def _instants(times: Any) -> Any:
    return times if times.type == INSTANT else times.cast(INSTANT)
