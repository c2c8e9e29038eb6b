"""The same as a table, for whoever cannot see the picture or wants the numbers themselves."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import singledispatch

from loper.draw.charts.model import Flows, Funnel, Intervals, Map, Picture, Routes, Survival, Trend, Waits
from loper.draw.charts.words import ChartWords


@dataclass(frozen=True, kw_only=True, slots=True)
class Row:
    """Cells as they are said; `href` leads to the cases."""

    cells: tuple[str, ...]
    href: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class Table:
    """`numbers`: the columns that hold numbers, from 0."""

    head: tuple[str, ...]
    rows: tuple[Row, ...]
    numbers: frozenset[int] = frozenset()


def table(picture: Picture, *, language: str = "nl") -> Table:
    """The numbers of a picture as a table in words."""
    return _table(picture, ChartWords(language))


def sentences(picture: Picture, words: ChartWords) -> tuple[str, ...]:
    """The rows of the table as sentences, for the description of the picture."""
    found = _table(picture, words)
    return tuple(
        "; ".join(
            f"{head}: {cell}" if number in found.numbers else cell
            for number, (head, cell) in enumerate(zip(found.head, row.cells, strict=True))
            if cell
        )
        + "."
        for row in found.rows
    )


@singledispatch
def _table(picture: Picture, words: ChartWords) -> Table:
    raise TypeError(f"no table is known for {type(picture).__name__}")


def _made(words: ChartWords, head: str, rows: Iterator[Row], numbers: int) -> Table:
    """A table of these columns (keys of the words); those from `numbers` on hold numbers."""
    keys = head.split(", ")
    names = tuple(said[0].upper() + said[1:] for said in map(words, keys))
    return Table(head=names, rows=tuple(rows), numbers=frozenset(range(numbers, len(keys))))


@_table.register
def _(picture: Map, words: ChartWords) -> Table:
    names = {node.name: node.said for node in picture.nodes}

    def rows() -> Iterator[Row]:
        for node in picture.nodes:
            yield Row(cells=(node.said, "", words.number(node.count), ""), href=node.href)
            for key, count, href in (("begin", node.begins, node.begins_href), ("end", node.ends, node.ends_href)):
                if count:
                    yield Row(cells=(node.said, words(key).lower(), words.number(count), ""), href=href)
        for arc in picture.arcs:
            wait = "" if arc.wait_s is None else words.lasting(arc.wait_s)
            to = names.get(arc.target, arc.target)
            yield Row(cells=(names.get(arc.source, arc.source), to, words.number(arc.count), wait), href=arc.href)

    return _made(words, "activity, to, count, wait", rows(), 2)


@_table.register
def _(picture: Funnel, words: ChartWords) -> Table:
    rows = (
        Row(
            cells=(s.title, *map(words.number, (s.came, max(s.came - s.stopped - s.busy, 0), s.stopped, s.busy))),
            href=s.href,
        )
        for s in picture.steps
    )
    return _made(words, "step, came, went, stopped, busy", rows, 1)


@_table.register
def _(picture: Waits, words: ChartWords) -> Table:
    def lasting(seconds: float | None) -> str:
        return "–" if seconds is None else words.lasting(seconds)

    rows = (
        Row(cells=(s.title, words.number(s.count), lasting(s.median_s), lasting(s.p90_s)), href=s.href)
        for s in picture.steps
    )
    return _made(words, "step, count, median, p90", rows, 1)


@_table.register
def _(picture: Flows, words: ChartWords) -> Table:
    total = sum(flow.count for flow in picture.flows) or 1
    rows = (
        Row(cells=(f.source, f.target, words.number(f.count), words.share(f.count / total)), href=f.href)
        for f in sorted(picture.flows, key=lambda f: (f.source == f.target, -f.count))
    )
    return _made(words, "before, after, count, share", rows, 2)


@_table.register
def _(picture: Survival, words: ChartWords) -> Table:
    rows = (
        Row(
            cells=(
                curve.title,
                words.lasting(point.at_s),
                *map(words.share, (point.share, point.low, point.high)),
                words.number(point.at_risk),
            ),
            href=curve.href,
        )
        for curve in picture.curves
        for point in curve.points
    )
    return _made(words, "curve, time, share, low, high, at risk", rows, 1)


@_table.register
def _(picture: Routes, words: ChartWords) -> Table:
    def rows() -> Iterator[Row]:
        for route in picture.routes:
            before: float | None = None
            for call in route.calls:
                gap = "" if before is None else words.lasting(max(call.at_s - before, 0))
                yield Row(cells=(route.title, call.title, call.channel, gap), href=call.href or route.href)
                before = call.at_s

    return _made(words, "route, stop, channel, gap", rows(), 3)


@_table.register
def _(picture: Trend, words: ChartWords) -> Table:
    def value(one: float | None) -> str:
        return "–" if one is None else words.value(one, percent=picture.percent, unit=picture.unit)

    rows = (Row(cells=(m.title, value(m.value), value(m.low), value(m.high)), href=m.href) for m in picture.moments)
    return _made(words, "period, value, low, high", rows, 1)


@_table.register
def _(picture: Intervals, words: ChartWords) -> Table:
    def value(one: float) -> str:
        return words.difference(one, percent=picture.percent, unit=picture.unit, zero=picture.zero)

    rows = (
        Row(cells=(i.title, i.words or value(i.value), value(i.low), value(i.high)), href=i.href)
        for i in picture.intervals
    )
    return _made(words, "what, difference, low, high", rows, 1)
