"""The streams that are cut: contacts of one customer about one reason in order, the gaps between them, and the chance
of each to lie between two journeys."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import timedelta
from math import sqrt
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from loper.define.problem import nearest
from loper.log.table import BadLog
from loper.observe.laid.build import lay_out
from loper.observe.laid.layout import Ints, Words
from loper.observe.trust import kernels_cut
from loper.observe.trust.cut_model import EDGES, MIDDLES, Cells, Model, cells_of, fitted

ACTIVITIES = 32
"""So many activities speak for themselves, the commonest; the others speak as one."""
ENOUGH = 1_000
"""From so many gaps on, a reason has a model of its own."""
FEWEST = 50
RESAMPLED = 30


@dataclass(frozen=True, kw_only=True)
class Gaps:
    """What was learned of the gaps of one reason; times in seconds."""

    reason: str  # empty: of all, or of those too few to be learned of apart
    gaps: int
    within_s: float  # median
    between_s: float
    even_s: float  # at which a cut is as likely as not when nothing else speaks
    apart: float  # how far the two kinds lie apart, in spreads
    openers: tuple[tuple[str, float], ...]  # activities that speak for a beginning: times the odds


@dataclass(frozen=True, kw_only=True, eq=False)
class Streams:
    """Contacts in order of (stream, time, seq); `row` is where each lies in the table."""

    table: pa.Table
    row: Ints
    cell: Ints
    group: Ints  # which reason; 0: those too few to be learned of apart
    groups: Sequence[str]
    names: Sequence[str]  # of the activities that speak for themselves; the last is the rest
    sure: NDArray[np.bool_]
    time: NDArray[np.int64]
    owner: Ints  # customer; -1: nobody knows
    customer: pa.Array
    customers: int
    unknown: int
    mixed: bool  # streams of one customer lie beside each other in time

    def by_rule(self, gap: timedelta) -> NDArray[np.float64]:
        wait = np.diff(self.time, prepend=self.time[:1])
        new = (self.cell < 0) | self.sure | (wait >= gap // timedelta(microseconds=1))
        return new.astype(np.float64)

    def by_model(self, rng: np.random.Generator) -> tuple[NDArray[np.float64], list[tuple[str, Cells, Model]], float]:
        """The chance of each contact to begin a journey, the models, and the spread of the number of journeys that
        comes of not knowing the models: they are fitted again to gaps drawn from these (bootstrap)."""
        size = len(self.names)
        counts = kernels_cut.counted(self.cell, self.group, len(self.groups), len(MIDDLES) * size * size * 2)
        if counts.sum() < FEWEST:
            if not len(self.cell):
                return np.ones(0), [], 0.0
            raise BadLog(
                [
                    f"only {int(counts.sum())} times did a customer come again: too few to learn how long the gaps of a"
                    " journey last. Say it with gap=timedelta(days=14)"
                ]
            )
        whole = fitted(cells_of(counts.sum(0), size))
        table = np.zeros(counts.shape)
        models, variance = [("", cells_of(counts.sum(0), size), whole)], 0.0
        for at, name in enumerate(self.groups):
            cells = cells_of(counts[at], size)
            if not cells.n:
                continue
            model = fitted(cells) if at and cells.n >= ENOUGH else whole
            table[at, cells.index] = model.chances(cells)
            if at and cells.n >= ENOUGH:
                models.append((name, cells, model))
            variance += _variance(cells, model, rng)
        chance = kernels_cut.chances(self.cell, self.group, table, self.sure)
        return chance, models, sqrt(variance)

    def told(self, name: str, cells: Cells, model: Model) -> Gaps:
        odds = np.exp(model.opening)
        common = np.bincount(cells.after, cells.counts, cells.activities) >= 10
        best = [at for at in np.argsort(-odds, kind="stable") if odds[at] > 2 and common[at]][:5]
        return Gaps(
            reason=name,
            gaps=cells.n,
            within_s=model.within_s,
            between_s=model.between_s,
            even_s=model.even(),
            apart=model.apart,
            openers=tuple((self.names[at], float(odds[at])) for at in best),
        )

    def labelled(self, number: Ints, chance: NDArray[np.float64]) -> pa.Table:
        """The table with its cases."""
        back = np.empty(len(self.row), np.int64)
        back[self.row] = np.arange(len(self.row))
        heads = np.flatnonzero(np.diff(number, prepend=-1))
        owner, customers = self.owner[heads].astype(np.int64), len(self.customer)
        nobody = owner < 0
        order = np.argsort(self.time[heads], kind="stable") if self.mixed or self.unknown else np.arange(len(heads))
        place = kernels_cut.placed(np.where(nobody, customers, owner), order, customers + 1)
        who = pc.fill_null(self.customer.take(pa.array(owner, mask=nobody)), "?")
        names = pc.binary_join_element_wise(who, pc.cast(pa.array(place), pa.string()), "/")
        table = self.table.drop_columns([one for one in ("case", "cut") if one in self.table.column_names])
        case = names.take(pa.array(number[back]))
        return table.add_column(0, "case", case).append_column("cut", pa.array(chance[back]))


def _variance(cells: Cells, model: Model, rng: np.random.Generator) -> float:
    """Of the expected number of journeys, over models fitted to drawn gaps."""
    found = []
    for _ in range(RESAMPLED):
        drawn = rng.poisson(cells.counts).astype(np.float64)
        again = Cells(**{**cells.__dict__, "counts": drawn})
        found.append(float((cells.counts * fitted(again, model, 5).chances(cells)).sum()))
    return float(np.var(found, ddof=1))


def streams_of(table: pa.Table, opens: Collection[str], threshold: float, reasons: bool) -> Streams:
    names = table.column_names
    problems = [
        f"no column “{name}”: a stream needs it" for name in ("activity", "time", "customer") if name not in names
    ]
    if not 0 < threshold <= 1:
        problems.append(f"threshold: {threshold} is no chance; give a number above 0, at most 1")
    if problems:
        raise BadLog(problems)
    customer = pc.dictionary_encode(_joined(pc.cast(table["customer"], pa.string())))
    owner = customer.indices.fill_null(-1).to_numpy(zero_copy_only=False).astype(np.int32)
    alone = np.flatnonzero(owner < 0)
    stream = owner.copy()
    stream[alone] = len(customer.dictionary) + np.arange(len(alone))
    layout = lay_out(_as_cases(table, stream))  # contacts in order of (stream, time, seq)
    reason = layout.words("reason") if reasons else None
    if reason is not None and len(reason.values):
        # streams of one customer lie behind each other: cut apart by reason, each in its own order
        codes = kernels_cut.filled(layout.offsets, reason.codes)
        spread = np.zeros(len(table), np.int64)
        spread[layout.contacts["row"].values.astype(np.int64)] = codes.astype(np.int64) + 1  # type: ignore[union-attr]
        joined = stream.astype(np.int64) * (len(reason.values) + 1) + spread
        layout = lay_out(_as_cases(table, joined))
    row = layout.contacts["row"].values.astype(np.int64)  # type: ignore[union-attr]
    activity, shown = _commonest(layout.activity, layout.activities)
    known = set(layout.activities)
    wrong = [one for one in opens if one not in known]
    if wrong:
        raise BadLog([f"opens: no activity “{one}” in this log, {nearest(one, known)}".rstrip(", ") for one in wrong])
    channel = layout.words("channel")
    code = channel.codes if channel is not None else np.full(len(row), -1, np.int16)
    cell = kernels_cut.cells(layout.offsets, layout.time, activity, code, len(shown), EDGES)
    group, groups = _groups(layout.words("reason") if reasons else None, layout.offsets, cell)
    return Streams(
        table=table,
        row=row,
        cell=cell,
        group=group,
        groups=groups,
        names=shown,
        sure=np.isin(layout.activity, [at for at, name in enumerate(layout.activities) if name in opens]),
        time=layout.time,
        owner=owner[row],
        customer=customer.dictionary,
        customers=len(customer.dictionary),
        unknown=len(alone),
        mixed=reason is not None,
    )


def _joined(column: pa.ChunkedArray) -> pa.Array:
    return column.combine_chunks() if column.num_chunks != 1 else column.chunk(0)


def _as_cases(table: pa.Table, stream: NDArray[Any]) -> pa.Table:
    """The columns that matter, with the streams as cases and the rows numbered."""
    columns = {"case": pa.array(stream), "row": pa.array(np.arange(len(table), dtype=np.float64))}
    for name in ("activity", "time", "seq", "reason", "channel"):
        if name in table.column_names:
            columns[name] = table[name]
    return pa.table(columns)


def _commonest(codes: Ints, names: Sequence[str]) -> tuple[Ints, Sequence[str]]:
    """Activities as few numbers: the commonest, and one for all others."""
    if len(names) < ACTIVITIES:
        return codes, [*names, ""]
    most = np.argsort(-np.bincount(codes, minlength=len(names)), kind="stable")[: ACTIVITIES - 1]
    number = np.full(len(names), len(most))
    number[most] = np.arange(len(most))
    return number[codes], [*(names[int(one)] for one in most), ""]


def _groups(reason: Words | None, offsets: NDArray[np.int64], cell: Ints) -> tuple[Ints, Sequence[str]]:
    """Which reason's model each gap is judged by: that of its own where there are enough, else 0."""
    if reason is None:
        return np.zeros(len(cell), np.int8), [""]
    codes = kernels_cut.filled(offsets, reason.codes)
    there = (cell >= 0) & (codes >= 0)
    counts = np.bincount(codes[there], minlength=len(reason.values))
    most = [int(one) for one in np.argsort(-counts, kind="stable")[:20] if counts[one] >= ENOUGH]
    number = np.zeros(len(reason.values) + 1, np.int8)
    for at, one in enumerate(most, 1):
        number[one] = at
    return number[codes], ["", *(reason.values[one] for one in most)]
