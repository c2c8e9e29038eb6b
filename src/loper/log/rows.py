"""Rows of a source as rows of the log: each column in its type, and what cannot be read set aside with its reason."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import tzinfo

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from loper.log import times
from loper.log.cells import Field, Made, any_empty, is_text, made, mask, micros, text, valid
from loper.log.table import INSTANT, NEEDED, Rejected, Rejects
from loper.log.zones import to_utc

SHOWN = 200  # characters of a value that could not be read


@dataclass(frozen=True, kw_only=True)
class Only:
    """Rows with this value in this column of the source; the others are left out."""

    column: str
    value: str


@dataclass(kw_only=True)
class Maker:
    """Batches of a source made into batches of the log; what is wrong goes into `rejects`."""

    fields: list[Field]
    zone: tzinfo
    rejects: Rejects
    only: Only | None = None
    needed: Mapping[str, pa.DataType] = field(default_factory=lambda: NEEDED)

    @property
    def schema(self) -> pa.Schema:
        """What every row has first, `seq` among it."""
        given = {field.name: field.kind for field in self.fields}
        first = [pa.field(name, kind, nullable=False) for name, kind in self.needed.items()]
        return pa.schema([*first, *(pa.field(name, kind) for name, kind in given.items() if name not in self.needed)])

    def batch(self, raw: pa.RecordBatch, rows: NDArray[np.int64]) -> pa.RecordBatch:
        """`rows`: the number of each row of `raw` in its source."""
        raw, rows = self._asked(raw, rows)
        found = {field.name: self._made(field, raw) for field in self.fields}
        columns = {name: one.values for name, one in found.items()}
        columns.setdefault("seq", pa.array(rows))
        wrong = self._reject(raw, rows, found)
        batch = pa.RecordBatch.from_arrays([columns[name] for name in self.schema.names], schema=self.schema)
        return batch if wrong is None else batch.filter(pa.array(~wrong))

    def _asked(self, raw: pa.RecordBatch, rows: NDArray[np.int64]) -> tuple[pa.RecordBatch, NDArray[np.int64]]:
        """Without the rows that are empty, and those that the caller did not ask for."""
        there = np.ones(len(rows), np.bool_)
        if all(column.null_count for column in raw.columns):
            empty = np.ones(len(rows), np.bool_)
            for column in raw.columns:
                empty &= mask(pc.is_null(column))
            there &= ~empty
            if empty.any():
                self.rejects.note("empty", "rows with nothing in them were left out", count=int(empty.sum()))
        if self.only is not None:
            same = pc.equal(text(raw[self.only.column]), self.only.value)
            there &= mask(pc.fill_null(same, False))
        if there.all():
            return raw, rows
        self.rejects.left_out += int((~there).sum())
        return raw.filter(pa.array(there)), rows[there]

    def _made(self, field: Field, raw: pa.RecordBatch) -> Made:
        column = raw[field.source]
        if field.kind == INSTANT:
            if field.beside:
                hours = pc.fill_null(text(raw[field.beside]), "")
                column = pc.binary_join_element_wise(text(column), hours, " ")
            return self._instants(field, column)
        return made(column, field)

    def _instants(self, field: Field, column: pa.Array) -> Made:
        kind = column.type
        if pa.types.is_dictionary(kind):
            words = self._instants(field, column.dictionary)
            bad = None if words.bad is None else words.bad[pc.fill_null(column.indices, 0).to_numpy()] & valid(column)
            return Made(words.values.take(column.indices), bad)
        if pa.types.is_timestamp(kind) and kind.tz is not None:
            return Made(micros(column))
        if pa.types.is_timestamp(kind) or pa.types.is_date(kind):
            column = pc.cast(column, pa.timestamp("ms")) if pa.types.is_date(kind) else column
            local = pc.cast(micros(column), pa.int64())
            return self._placed(field, pc.fill_null(local, 0).to_numpy(), valid(column), None, column)
        if pa.types.is_integer(kind) or pa.types.is_floating(kind):
            given = pc.fill_null(pc.cast(column, pa.float64(), safe=False), 0).to_numpy()
            whole = (
                pc.fill_null(pc.cast(column, pa.int64()), 0).to_numpy()
                if pa.types.is_integer(kind)
                else np.nan_to_num(np.floor(given), posinf=0, neginf=0).astype(np.int64)
            )
            values, good = times.of_numbers(whole, np.nan_to_num(given - np.floor(given)))
            return self._placed(field, values, good, whole < 80_000, column)
        parsed = times.parse(column, day_first=field.day_first)
        if parsed.doubtful:
            self._doubt(field, parsed)
        return self._placed(field, parsed.values, parsed.good, parsed.local, column)

    def _doubt(self, field: Field, parsed: times.Parsed) -> None:
        both = parsed.first_over and parsed.second_over
        if both:
            self.rejects.note(
                "days", "some dates have the day first and others the month: those where both could be were read with "
                f"the {'day' if field.day_first else 'month'} first", column=field.source, count=parsed.doubtful,
            )  # fmt: skip

    def _placed(
        self, field: Field, values: NDArray[np.int64], good: NDArray[np.bool_], local: NDArray[np.bool_] | None,
        column: pa.Array,
    ) -> Made:  # fmt: skip
        """Instants of what stood in the source; `local` (None: all): which of them are of the clock on the wall."""
        here = good if local is None else good & local
        if here.any():
            everywhere = bool(here.all())
            moved = to_utc(values if everywhere else values[here], self.zone)
            if everywhere:
                values = moved.instants
            else:
                values = values.copy()
                values[here] = moved.instants
            if moved.gap.any():
                said = f"times that the clocks of {self.zone} skipped in spring were moved on by as much"
                self.rejects.note("gap", said, column=field.source, count=int(moved.gap.sum()))
            if moved.overlap.any():
                said = f"times that the clocks of {self.zone} showed twice in autumn were read as the first of the two"
                self.rejects.note("overlap", said, column=field.source, count=int(moved.overlap.sum()))
        if good.all():
            return Made(pa.array(values).view(INSTANT))
        bad = ~good & valid(column)
        return Made(pa.array(values, mask=~good).view(INSTANT), bad if bad.any() else None)

    def _reject(
        self, raw: pa.RecordBatch, rows: NDArray[np.int64], columns: Mapping[str, Made]
    ) -> NDArray[np.bool_] | None:
        """Which rows are left away, if any; each is said once, with the first column that is wrong."""
        wrong = np.zeros(len(rows), np.bool_)
        found: list[Rejected] = []
        for of in sorted(self.fields, key=lambda one: one.name not in self.needed):
            one, needed = columns[of.name], of.name in self.needed
            bad = one.bad if one.bad is not None else np.zeros(len(rows), np.bool_)
            if needed and one.values.null_count:
                bad = bad | mask(pc.is_null(one.values))
            if needed and is_text(one.values.type) and any_empty(one.values):
                bad = bad | mask(pc.fill_null(pc.equal(text(one.values), ""), False))
            new = bad & ~wrong
            places = np.flatnonzero(new)
            for at in places[: self.rejects.room]:
                value = _shown(raw, of, int(at))
                why = _why(of, value)
                found.append(Rejected(row=int(rows[at]), why=why, column=of.source, value=value, whole=needed))
            rest = places[self.rejects.room :]
            if len(rest):
                empty = int(mask(pc.is_null(raw[of.source]))[rest].sum())
                for why, count in ((_why(of, ""), empty), (_why(of, "x"), len(rest) - empty)):
                    if count:
                        self.rejects.tell(why, count, whole=needed)
            if needed:
                wrong |= new
        for rejected in sorted(found, key=lambda one: one.row):
            self.rejects.add(rejected)
        return wrong if wrong.any() else None


def _why(field: Field, value: str) -> str:
    if not value:
        return f"{field.name} is empty"
    if field.kind == INSTANT:
        return "not a time" if field.day_first else "not a time with the month first"
    return {pa.int64(): "not a whole number", pa.bool_(): "not true or false"}.get(field.kind, "not a number")


def _shown(raw: pa.RecordBatch, field: Field, at: int) -> str:
    names = [field.source, *([field.beside] if field.beside else [])]
    return " ".join(str(value)[:SHOWN] for name in names if (value := raw[name][at].as_py()) is not None)
