"""Pictures of a log of every size and shape, and a strict look at what was drawn."""

from __future__ import annotations

import re
from collections.abc import Callable
from itertools import combinations, pairwise

from hypothesis import strategies as st

from loper.draw.charts import (
    Arc,
    Bin,
    Call,
    Curve,
    Flow,
    Flows,
    Funnel,
    Interval,
    Intervals,
    Map,
    Moment,
    Node,
    Picture,
    Point,
    Route,
    Routes,
    Step,
    Survival,
    Trend,
    Wait,
    Waits,
    draw_flows,
    draw_funnel,
    draw_intervals,
    draw_map,
    draw_routes,
    draw_survival,
    draw_trend,
    draw_waits,
)
from tests.draw.worlds import NASTY, SVG, Seen, read

DRAW: dict[type[Picture], Callable[..., str]] = {
    Map: draw_map,
    Funnel: draw_funnel,
    Waits: draw_waits,
    Flows: draw_flows,
    Survival: draw_survival,
    Routes: draw_routes,
    Trend: draw_trend,
    Intervals: draw_intervals,
}

words = st.sampled_from(["Gemeld", "Afspraak gemaakt", "Confirmation of receipt", *NASTY]) | st.text(max_size=30)
hrefs = st.sampled_from(["", "?case=1&x=2", "/insight/cases?from=a", "https://loper.test/#a"])
counts = st.integers(0, 3) | st.integers(0, 2_000_000)
seconds = st.sampled_from([0.0, 0.4, 1.0, 59.9]) | st.floats(0, 4e8)
heat = st.none() | st.floats(0, 1)
shares = st.floats(0, 1)


def _named(kind: type[Picture], **parts: st.SearchStrategy[object]) -> st.SearchStrategy[Picture]:
    return st.builds(kind, title=words, sentence=words, **parts)


def tuples(one: st.SearchStrategy[object], most: int) -> st.SearchStrategy[tuple[object, ...]]:
    return st.lists(one, max_size=most).map(tuple)


@st.composite
def maps(draw: st.DrawFn, most: int = 60) -> Map:
    names = [f"a{i}" for i in range(draw(st.integers(0, most)))]
    nodes = tuple(
        Node(
            name=name,
            title=draw(words),
            count=draw(counts),
            begins=draw(st.sampled_from([0, 0, 7])),
            ends=draw(st.sampled_from([0, 0, 116])),
            rest=draw(st.integers(0, 9)) == 0,
            href=draw(hrefs),
        )
        for name in names
    )
    pairs = draw(st.lists(st.tuples(st.sampled_from(names), st.sampled_from(names)), max_size=most * 2, unique=True)
                 if names else st.just([]))  # fmt: skip
    arcs = tuple(
        Arc(source=a, target=b, count=draw(counts), wait_s=draw(st.none() | seconds), heat=draw(heat), href=draw(hrefs),
            rest=draw(st.integers(0, 9)) == 0)
        for a, b in pairs
    )  # fmt: skip
    return Map(title=draw(words), sentence=draw(words), nodes=nodes, arcs=arcs)


@st.composite
def steps(draw: st.DrawFn) -> Step:
    came = draw(counts)
    stopped = draw(st.integers(0, came))
    busy = draw(st.integers(0, came - stopped))
    return Step(title=draw(words), came=came, stopped=stopped, busy=busy, href=draw(hrefs), busy_href=draw(hrefs))


@st.composite
def waits(draw: st.DrawFn) -> Wait:
    edges = sorted(draw(st.lists(seconds, max_size=12, unique=True)))
    bins = tuple(Bin(low_s=a, high_s=b, count=draw(counts), href=draw(hrefs)) for a, b in pairwise(edges))
    return Wait(title=draw(words), bins=bins, median_s=draw(st.none() | seconds), p90_s=draw(st.none() | seconds))


@st.composite
def curves(draw: st.DrawFn) -> Curve:
    times = sorted(draw(st.lists(seconds, max_size=20, unique=True)))
    left = sorted((draw(shares) for _ in times), reverse=True)
    points = tuple(
        Point(
            at_s=at,
            share=share,
            low=share * draw(shares),
            high=share + (1 - share) * draw(shares),
            at_risk=draw(counts),
        )
        for at, share in zip(times, left, strict=True)
    )
    return Curve(title=draw(words), points=points, href=draw(hrefs))


@st.composite
def routes(draw: st.DrawFn) -> Route:
    times = sorted(draw(st.lists(seconds, max_size=14)))
    channels = st.sampled_from(["", "phone", "email", "balie", *NASTY])
    calls = tuple(Call(title=draw(words), at_s=at, channel=draw(channels), href=draw(hrefs)) for at in times)
    return Route(title=draw(words), calls=calls, count=draw(counts), share=draw(st.none() | shares), href=draw(hrefs))


numbers = st.sampled_from([0.0, 1.0, -1.0]) | st.floats(-1e6, 1e6)


@st.composite
def moments(draw: st.DrawFn) -> Moment:
    found = sorted([draw(numbers), draw(numbers), draw(numbers)])
    if draw(st.integers(0, 4)) == 0:
        return Moment(title=draw(words), value=None)
    banded = draw(st.booleans())
    low, value, high = found
    return Moment(title=draw(words), value=value, low=low if banded else None, high=high if banded else None,
                  href=draw(hrefs))  # fmt: skip


@st.composite
def intervals(draw: st.DrawFn) -> Interval:
    low, value, high = sorted([draw(numbers), draw(numbers), draw(numbers)])
    return Interval(
        title=draw(words), value=value, low=low, high=high, words=draw(st.just("") | words), href=draw(hrefs)
    )


names = st.sampled_from(["Web", "Telefoon", "E-mail", "Balie", *NASTY])
flow = st.builds(Flow, source=names, target=names, count=counts, href=hrefs)

PICTURES: dict[type[Picture], st.SearchStrategy[Picture]] = {
    Map: maps(12) | maps(60),
    Funnel: _named(Funnel, steps=tuples(steps(), 12)),
    Waits: _named(Waits, steps=tuples(waits(), 6)),
    Flows: _named(Flows, flows=tuples(flow, 25)),
    Survival: _named(Survival, curves=tuples(curves(), 4), ends_s=st.none() | seconds),
    Routes: _named(Routes, routes=tuples(routes(), 4)),
    Trend: _named(Trend, moments=tuples(moments(), 40), percent=st.booleans(), unit=st.sampled_from(["", "dagen"])),
    Intervals: _named(
        Intervals, intervals=tuples(intervals(), 8), less=st.just("") | words, more=st.just("") | words,
        percent=st.booleans(), zero=st.sampled_from([0.0, 1.0]),
    ),
}  # fmt: skip


def faults(svg: str) -> list[str]:
    """Texts on each other, lines through texts, and whatever leaves the picture; curves are followed closely."""
    root, texts = read(svg)
    right, bottom = map(float, root.get("viewBox", "").split()[2:])
    out = [f"outside: {t}" for t in texts if t.left < 0 or t.top < 0 or t.right > right or t.bottom > bottom]
    out += [f"overlap: {a} {b}" for a, b in combinations(texts, 2) if a.over(b)]
    moved = {id(path) for group in root.iter(f"{SVG}g") if group.get("transform") for path in group.iter(f"{SVG}path")}
    for path in root.iter(f"{SVG}path"):
        if id(path) in moved:
            continue
        half = float(path.get("stroke-width", "0")) / 2
        pieces = _pieces(path.get("d", ""), half)
        out += [
            f"outside: {p}" for p in pieces if p.left < -1 or p.top < -1 or p.right > right + 1 or p.bottom > bottom + 1
        ]
        if path.get("stroke", "none") != "none" and path.get("stroke") != "#dde1e8":
            out += [f"crossed: {text} {p}" for text in texts for p in pieces if text.over(p)]
    for rect in root.iter(f"{SVG}rect"):
        x, y, w, h = (float(rect.attrib[name]) for name in ("x", "y", "width", "height"))
        if x < 0 or y < 0 or x + w > right or y + h > bottom or w < 0 or h < 0:
            out.append(f"outside: {rect.attrib}")
    for circle in root.iter(f"{SVG}circle"):
        x, y, r = (float(circle.attrib[name]) for name in ("cx", "cy", "r"))
        if x - r < 0 or y - r < 0 or x + r > right or y + r > bottom:
            out.append(f"outside: {circle.attrib}")
    return out


def _pieces(d: str, half: float) -> list[Seen]:
    """A path in small boxes, as wide as its stroke."""
    x = y = 0.0
    points: list[tuple[float, float]] = []
    found: list[Seen] = []

    def line(to: tuple[float, float]) -> None:
        nonlocal x, y
        left, right = sorted((x, to[0]))
        top, bottom = sorted((y, to[1]))
        found.append(Seen(d[:60], left - half, top - half, right + half, bottom + half))
        x, y = to

    for command, text in re.findall(r"([MLHVCQhvz])([-\d. ]*)", d):
        v = [float(number) for number in re.findall(r"-?[\d.]+", text)]
        if command == "M":
            x, y = v[-2:]
            points = [(x, y)]
        elif command == "L":
            line((v[0], v[1]))
        elif command in "Hh":
            line((v[0] + (x if command == "h" else 0), y))
        elif command in "Vv":
            line((x, v[0] + (y if command == "v" else 0)))
        elif command == "C":
            ax, ay = x, y
            for i in range(1, 17):
                t = i / 16
                line(tuple((1 - t) ** 3 * a + 3 * (1 - t) ** 2 * t * b + 3 * (1 - t) * t * t * c + t**3 * e
                           for a, b, c, e in ((ax, v[0], v[2], v[4]), (ay, v[1], v[3], v[5]))))  # type: ignore[arg-type]  # fmt: skip
    assert points or not d
    return found
