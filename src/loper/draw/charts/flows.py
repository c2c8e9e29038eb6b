"""Switches of channel as flows: left where contacts were, right where the next one was; the wider, the more."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from loper.draw import icons
from loper.draw.charts.model import Flow, Flows
from loper.draw.charts.sheet import Anchor, Sheet, said, swatch
from loper.draw.charts.table import sentences
from loper.draw.ink import GREY, INK, MUTED, PAPER, QUIET, RED, Icon, Part, Path, Rect, Shape, n
from loper.draw.metrics import wrap

PILLAR, BETWEEN = 12.0, 10.0
LISTED = 8


def draw_flows(fact: Flows, *, language: str = "nl", vertical: bool = False, colour: str = RED) -> str:
    """The flows as SVG: who switched in colour, who stayed in grey; the largest switches also in words below."""
    sheet = Sheet(fact, language, colour, vertical=vertical)
    flows = [flow for flow in fact.flows if flow.count > 0]
    if not flows:
        return sheet.empty()
    pen, words = sheet.pen, sheet.words
    names = list(dict.fromkeys(name for flow in flows for name in (flow.source, flow.target)))
    out = {name: sum(f.count for f in flows if f.source == name) for name in names}
    into = {name: sum(f.count for f in flows if f.target == name) for name in names}
    names.sort(key=lambda name: -(out[name] + into[name]))
    total = sum(out.values())
    beside = 92.0 if vertical else 200.0
    left, right = sheet.left + beside, sheet.right - beside
    scale = max(260.0, 46.0 * len(names)) / total
    heads: tuple[tuple[float, str, Anchor], ...] = ((left, "before", "end"), (right, "after", "start"))
    for x, key, anchor in heads:
        sheet.shapes += said(x, pen.y, words(key), most=beside, bold=True, fill=MUTED, anchor=anchor)[0]
    pen.gap(22)
    tops = [_column(names, one, scale, pen.y, beside - 10) for one in (out, into)]
    sheet.shapes += _ribbons(sheet, flows, names, tops, scale, left + PILLAR, right - PILLAR)
    for side, (one, found) in enumerate(zip((out, into), tops, strict=True)):
        for name in names:
            if one[name]:
                sheet.shapes += _pillar(sheet, name, one[name], found[name], scale, left, right, beside, side)
    pen.y = max(
        y + max(one[name] * scale, _room(name, beside - 10))
        for one, found in zip((out, into), tops, strict=True)
        for name, y in found.items()
    )
    pen.gap(20)
    _list(sheet, flows, total)
    sheet.key(
        [
            (swatch(sheet.tint(0.3)), words("switched")),
            (swatch(QUIET, GREY), words("stayed")),
            (None, words("wide")),
        ]
    )
    return sheet.svg(sentences(fact, words))


def _room(name: str, most: float) -> float:
    """How high the words at a pillar are: its name and its number."""
    return (len(wrap(name, most, 13, True)) + 1) * 17.0


def _column(names: Sequence[str], counts: Mapping[str, int], scale: float, y: float, most: float) -> dict[str, float]:
    """The top of each pillar; none stands so near to another that their words would touch."""
    found = {}
    for name in names:
        if counts[name]:
            found[name] = y
            y += max(counts[name] * scale, _room(name, most)) + BETWEEN
    return found


def _pillar(
    sheet: Sheet, name: str, count: int, y: float, scale: float, left: float, right: float, beside: float, side: int
) -> list[Shape]:
    x = left if side == 0 else right - PILLAR
    at = left - 8 if side == 0 else right + 8
    anchor: Anchor = "end" if side == 0 else "start"
    text, high = said(at, y, name, most=beside - 10, size=13, bold=True, anchor=anchor)
    number, _ = said(at, y + high, sheet.words.number(count), most=beside - 10, fill=MUTED, anchor=anchor)
    return [Rect(x=x, y=y, width=PILLAR, height=max(count * scale, 1), r=0, fill=INK), *text, *number]


def _ribbons(
    sheet: Sheet,
    flows: Sequence[Flow],
    names: Sequence[str],
    tops: Sequence[Mapping[str, float]],
    scale: float,
    left: float,
    right: float,
) -> list[Shape]:
    at = [dict(one) for one in tops]
    place = {name: number for number, name in enumerate(names)}
    starts: dict[int, float] = {}
    ends: dict[int, float] = {}
    for i in sorted(range(len(flows)), key=lambda i: (place[flows[i].source], place[flows[i].target])):
        starts[i] = at[0][flows[i].source]
        at[0][flows[i].source] += flows[i].count * scale
    for i in sorted(range(len(flows)), key=lambda i: (place[flows[i].target], place[flows[i].source])):
        ends[i] = at[1][flows[i].target]
        at[1][flows[i].target] += flows[i].count * scale
    shapes: list[Shape] = []
    middle = (left + right) / 2
    for i in sorted(starts, key=lambda i: (flows[i].source != flows[i].target, -flows[i].count)):
        flow, a, b = flows[i], starts[i], ends[i]
        thick = flow.count * scale
        stayed = flow.source == flow.target
        d = (
            f"M{n(left)} {n(a)}C{n(middle)} {n(a)} {n(middle)} {n(b)} {n(right)} {n(b)}L{n(right)} {n(b + thick)}"
            f"C{n(middle)} {n(b + thick)} {n(middle)} {n(a + thick)} {n(left)} {n(a + thick)}z"
        )
        fill = QUIET if stayed else sheet.tint(0.3)
        shape = Path(d=d, fill=fill, stroke=GREY if stayed else PAPER if thick > 3 else fill, width=1)
        shapes.append(Part(shapes=(shape,), says=_tells(sheet, flow), href=flow.href))
    return shapes


def _tells(sheet: Sheet, flow: Flow) -> str:
    number = sheet.words.number(flow.count)
    if flow.source == flow.target:
        return f"{flow.source}: {sheet.words('n stayed', number)}"
    return f"{sheet.words('arrow', flow.source, flow.target)}: {number}"


def _list(sheet: Sheet, flows: Sequence[Flow], total: int) -> None:
    """The largest switches in words, each with a bar's worth of share; the others together."""
    pen, words = sheet.pen, sheet.words
    switches = sorted((f for f in flows if f.source != f.target), key=lambda f: -f.count)
    for flow in switches[:LISTED]:
        text = f"{_tells(sheet, flow)} ({words.share(flow.count / total)})"
        shapes, high = said(sheet.left + 22, pen.y, text, most=pen.most - 22, size=13)
        sign = Icon(x=sheet.left, y=pen.y, d=icons.ONWARD, stroke=sheet.colour)
        sheet.shapes.append(Part(shapes=(sign, *shapes), says=text, href=flow.href))
        pen.gap(high + 4)
    others = switches[LISTED:]
    if others:
        number = words.number(sum(flow.count for flow in others))
        text = words("others", words.number(len(others)), number)
        shapes, high = said(sheet.left + 22, pen.y, text, most=pen.most - 22, size=13, fill=MUTED)
        sheet.shapes += shapes
        pen.gap(high + 4)
    stayed = sum(flow.count for flow in flows if flow.source == flow.target)
    if stayed:
        text = f"{words('n stayed', words.number(stayed))} ({words.share(stayed / total)})".capitalize()
        shapes, high = said(sheet.left + 22, pen.y, text, most=pen.most - 22, size=13, fill=MUTED)
        sheet.shapes += shapes
        pen.gap(high + 4)
    pen.gap(10)
