"""The contacts of a log as an expression: each with its place in its case, and with what came before it.

Order is (case, time, seq). `lag` is never asked whether there was anything before: the place says so, as an engine may
give something else than nothing.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from copy import copy
from difflib import get_close_matches
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from loper.log.table import CASE_ATTRIBUTE, NEEDED, BadLog, Columns, Rejects
from loper.observe.contact.incoming import By, told_by
from loper.observe.engine.connect import FINER, WAY_OUT, Engine, there

WORDS = ("channel", "customer", "reason", "direction", "initiator", "kind", "stage")
"""What else the questions look at, where the log has it."""

Rows = list[dict[str, Any]]


class Contacts:
    def __init__(self, engine: Engine, names: Mapping[str, str] | None = None) -> None:
        """`names`: our columns -> theirs, where they are not called the same. BadLog with all that is wrong."""
        self.ibis, self.engine = there("ibis"), engine
        found = _named(engine, names or {})
        self.columns = Columns(names=found, guessed=frozenset(found) - (names or {}).keys())
        self.rejects = Rejects()
        self.whole = self
        self._words: dict[str, list[str]] = {}
        self.guess: NDArray[np.bool_] | None = None  # of the whole, once it is known: which activities are ends
        self.patience: float | None = None
        self.overs: dict[Any, Any] = {}  # where cases are over, by what said so (`lives.over_of`)
        self.table = self._in_order(self._plain())

    def part(self, table: Any) -> Contacts:
        """Some of the cases: contacts of this log that are all of those of their cases."""
        part = copy(self)
        for name in ("count", "told", "cases"):
            part.__dict__.pop(name, None)
        part.table, part.overs = self.engine.hold(table), {}
        return part

    @property
    def attributes(self) -> list[str]:
        """What is known of a case, in words."""
        return [name.removeprefix(CASE_ATTRIBUTE) for name in self.columns.names if name.startswith(CASE_ATTRIBUTE)]

    @property
    def has(self) -> frozenset[str]:
        return frozenset(self.columns.names)

    def rows(self, expression: Any) -> Rows:
        found: Rows = expression.to_pyarrow().to_pylist()
        return found

    def counted(self, table: Any, *by: str) -> Rows:
        """The values of these columns that occur together, and of each how many rows (`n`) have them."""
        return self.rows(table.group_by(*by).agg(n=self.ibis._.count()))

    def number(self, expression: Any) -> int:
        return int(expression.to_pyarrow().as_py() or 0)

    @cached_property
    def count(self) -> tuple[int, int]:
        """Cases and contacts."""
        t = self.table
        found = self.rows(t.aggregate(cases=(t.place == 0).sum(), contacts=t.count()))[0]
        return int(found["cases"] or 0), int(found["contacts"])

    def words(self, name: str) -> list[str]:
        """The words of a column of the whole log, in order of first appearance."""
        if name not in self._words:
            t = self.whole.table
            t = t.filter(t[name].notnull())
            found = self.rows(t.group_by(name).agg(born=t.seq.min()))
            self._words[name] = [row[name] for row in sorted(found, key=lambda row: row["born"])]
        return self._words[name]

    def rank(self, name: str) -> dict[str | None, int]:
        return {word: place for place, word in enumerate(self.words(name))}

    @cached_property
    def whole_counts(self) -> NDArray[np.int64]:
        """The contacts of each activity in the whole log."""
        t, rank = self.whole.table, self.rank("activity")
        found = np.zeros(len(rank), np.int64)
        for row in self.counted(t, "activity"):
            found[rank[row["activity"]]] = row["n"]
        return found

    @cached_property
    def told(self) -> tuple[By, Any]:
        """What says which contacts the customer made, and an expression that is true of those."""
        by, name, sides = told_by(lambda name: self.words(name) if name in self.has else None)
        side = "out" if by in ("rest", "nothing") else "in"
        words = [word for word, its in zip(self.words(name), sides, strict=True) if its == side]
        found = self.table[name].isin(words) & self.table[name].notnull() if words else self.ibis.literal(False)
        return by, ~found if side == "out" else found

    @cached_property
    def cases(self) -> Any:
        """A row a case: when it began and ended, its first row, its activities in their order."""
        t, struct = self.table, self.ibis.struct
        steps = struct({"place": t.place, "activity": t.activity})
        cases = t.group_by("case").agg(first=t.time.min(), last=t.time.max(), born=t.seq.min(), way=steps.collect())
        cases = cases.mutate(
            lasted=cases["last"] - cases["first"], way=cases.way.sort().map(lambda step: step.activity)
        )
        return self.engine.hold(cases)

    def picked(self, table: Any, by: Sequence[str], value: str, places: Sequence[int] = ()) -> dict[Any, Picked]:
        """Of each group the values at these places in their order, or those around its median and 90th percentile:
        from them a quantile is reckoned exactly, and alike on every engine."""
        group = {"group_by": list(by)} if by else {}
        table = table.mutate(
            n_=table.count().over(self.ibis.window(**group)),
            at_=self.ibis.row_number().over(self.ibis.window(**group, order_by=value)),
        )
        last = table.n_ - 1
        half, ninety = (last / 2).floor().cast("int64"), (last * 9 / 10).floor().cast("int64")
        near = (half, half + 1, ninety, ninety + 1)
        table = table.filter(table.at_.isin(list(places)) if places else table.at_.isin(near))
        found: dict[Any, Picked] = {}
        for row in self.rows(table.select(*by, "n_", "at_", value)):
            group_of = found.setdefault(tuple(row[name] for name in by), Picked(row["n_"]))
            group_of[row["at_"]] = row[value]
        return found

    def _plain(self) -> Any:
        """The columns that are looked at, by our names; rows without what each must have are counted and left out."""
        ibis, names, source = self.ibis, self.columns.names, self.engine.table
        chosen = {ours: source[theirs] for ours, theirs in names.items()}
        chosen |= {name: column.cast("string") for name, column in chosen.items() if name not in ("time", "seq")}
        chosen |= {name: chosen[name].nullif("") for name in ("case", "activity")}
        chosen["time"] = self.engine.micros(chosen["time"])
        chosen["seq"] = chosen["seq"].cast("int64")
        table = source.select(**chosen)
        needed = [name for name in NEEDED if name in names]
        empty = [(table[name].isnull(), f"{name} is empty") for name in needed]
        why = ibis.cases(*empty, else_="")
        for row in self.rows(table.group_by(why=why).agg(n=table.count())):
            if row["why"]:
                self.rejects.tell(row["why"], row["n"])
        return table.filter(*(table[name].notnull() for name in needed))

    def _in_order(self, table: Any) -> Any:
        ibis = self.ibis
        case = ibis.window(group_by="case", order_by=["time", "seq"])
        return self.engine.hold(
            table.mutate(
                place=ibis.row_number().over(case),
                before=table.activity.lag(1).over(case),
                earlier=table.activity.lag(2).over(case),
                wait=table.time - table.time.lag(1).over(case),
            )
        )


class Picked(dict[int, Any]):
    """Place in the order -> value, of a group of `n`."""

    def __init__(self, n: int) -> None:
        super().__init__()
        self.n = n

    def quantile(self, q: float) -> float:
        """Between neighbours linearly (Hyndman & Fan 1996, type 7)."""
        place = q * (self.n - 1)
        low = int(place)
        value = float(self[low])
        return value if place == low else value + (place - low) * (self[low + 1] - value)


def _named(engine: Engine, names: Mapping[str, str]) -> dict[str, str]:
    """Our columns -> theirs, of all that is there. BadLog where one that is needed is not, or is no such thing."""
    schema, problems = engine.table.schema(), []
    for ours, theirs in names.items():
        if theirs and theirs not in schema:
            near = get_close_matches(theirs, schema.names, 1, 0.4)
            problems.append(f"there is no column '{theirs}' (for the {ours})" + (f"; '{near[0]}'?" if near else ""))
    wanted = {name: names.get(name, name) for name in (*NEEDED, *WORDS)}
    found = {ours: theirs for ours, theirs in wanted.items() if theirs and theirs in schema}
    found |= {
        name: name
        for name, kind in schema.items()
        if name.startswith(CASE_ATTRIBUTE) and kind.is_string() and name not in found.values()
    }
    problems += [
        f"there is no column '{name}'; say which one it is, or {WAY_OUT}"
        for name in NEEDED
        if name not in found and name not in names
    ]
    time = found.get("time")
    if time and not schema[time].is_timestamp():
        finer = "_NS" in str(schema[time])
        problems.append(f"'{time}' is {FINER if finer else f'{schema[time]}, no instant'}; {WAY_OUT}")
    elif time in engine.naive:
        problems.append(f"'{time}' does not say the zone of its times; {WAY_OUT}")
    if problems:
        raise BadLog([*problems, f"there are {', '.join(schema.names)}"])
    return found
