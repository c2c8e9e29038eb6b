"""A graph in layers, from top to bottom (Sugiyama, Tagawa & Toda 1981): which box stands where, and where arcs pass.

Four steps, each by a known method: cycles are broken along an order in which little runs backward (Eades, Lin & Smyth
1993, with weights); a box stands below all that lead to it; within layers the order is that of the weighted means of
neighbours, swept down and up, of which the one with fewest crossings is kept; places are the least squares of the
distances to neighbours under the least gaps, layer by layer, which pooling adjacent violators solves exactly.

Between two layers of boxes lies a layer for the labels of arcs. An arc has a slot in every layer that it passes, as
wide as itself and its label, so that no arc runs through a box, and no text lies on another.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import accumulate, pairwise

GAP = 16.0
SWEEPS = 12

Pair = tuple[str, str]


@dataclass(slots=True)
class Slot:
    """A place in a layer: of a box (`name`), or of an arc that passes (`arc`); `lead`: where its line runs, from its
    left."""

    width: float
    lead: float
    name: str = ""
    arc: Pair | None = None
    above: list[tuple[Slot, float]] = field(default_factory=list)
    below: list[tuple[Slot, float]] = field(default_factory=list)
    x: float = 0.0
    """Of its line."""

    @property
    def left(self) -> float:
        return self.x - self.lead

    @property
    def right(self) -> float:
        return self.left + self.width


@dataclass(frozen=True, slots=True)
class Layered:
    """`layers` from top to bottom, boxes in the even ones; `ways`: of each arc its slots, from its upper box to its
    lower one; `back`: arcs that run upward. `width` of all."""

    layers: tuple[tuple[Slot, ...], ...]
    ways: Mapping[Pair, tuple[Slot, ...]]
    back: frozenset[Pair]
    width: float


def layered(
    boxes: Mapping[str, float],
    arcs: Mapping[Pair, float],
    labels: Mapping[Pair, tuple[float, float]],
    begins: Mapping[str, float],
) -> Layered:
    """Places for boxes (name: width) and arcs (pair of two different boxes: how much runs there).

    `labels`: of each arc how wide its line is, and the label right of it. `begins`: what enters at a box.
    """
    order = min(
        (_improved(found, arcs) for found in (_reached(list(boxes), arcs, begins), _order(list(boxes), arcs, begins))),
        key=lambda found: _backward(found, arcs, begins),
    )
    at = {name: number for number, name in enumerate(order)}
    back = frozenset((a, b) for a, b in arcs if at[a] > at[b])
    down = {pair: (pair[1], pair[0]) if pair in back else pair for pair in arcs}
    ranks = _ranks(order, set(down.values()))
    layers: list[list[Slot]] = [[] for _ in range(2 * max(ranks.values(), default=0) + 1)]
    slots = {name: Slot(wide, wide / 2, name=name) for name, wide in boxes.items()}
    for name in order:
        layers[2 * ranks[name]].append(slots[name])
    ways = {}
    for pair, (upper, lower) in sorted(down.items(), key=lambda item: -arcs[item[0]]):
        ways[pair] = _way(pair, slots[upper], slots[lower], 2 * ranks[upper], 2 * ranks[lower], labels[pair], layers)
    most = max(arcs.values(), default=0) or 1
    for pair, way in ways.items():
        for a, b in pairwise(way):
            straight = 4.0 if not a.name and not b.name else 2.0 if not a.name or not b.name else 1.0
            weight = straight * (0.2 + arcs[pair] / most)
            a.below.append((b, weight))
            b.above.append((a, weight))
    _ordered(layers)
    _placed(layers)
    left = min((slot.left for layer in layers for slot in layer), default=0.0)
    for layer in layers:
        for slot in layer:
            slot.x -= left
    width = max((slot.right for layer in layers for slot in layer), default=0.0)
    return Layered(tuple(map(tuple, layers)), ways, back, width)


def _order(names: list[str], arcs: Mapping[Pair, float], begins: Mapping[str, float]) -> list[str]:
    """The boxes in an order in which little runs backward; what the journeys begin with comes first."""
    into: dict[str, dict[str, float]] = {name: {} for name in names}
    out: dict[str, dict[str, float]] = {name: {} for name in names}
    for (a, b), count in arcs.items():
        into[b][a] = out[a][b] = count
    first, last, left = [], [], list(names)
    while left:
        sinks = [name for name in left if not out[name]]
        sources = [name for name in left if not into[name]]
        if sinks:
            name = sinks[-1]
            last.append(name)
        else:
            name = (
                sources[0]
                if sources
                else max(
                    left, key=lambda one: sum(out[one].values()) + 2 * begins.get(one, 0) - sum(into[one].values())
                )
            )
            first.append(name)
        left.remove(name)
        for other in into.pop(name):
            out[other].pop(name)
        for other in out.pop(name):
            into[other].pop(name)
    return [*first, *reversed(last)]


def _reached(names: list[str], arcs: Mapping[Pair, float], begins: Mapping[str, float]) -> list[str]:
    """The boxes as one reaches them from where journeys begin, always along what is most frequent from there."""
    found: list[str] = []
    near = {name: (begins.get(name, 0.0) > 0, begins.get(name, 0.0)) for name in names}
    while near:
        name = max(near, key=lambda one: near[one])
        found.append(name)
        del near[name]
        for (a, b), count in arcs.items():
            if a == name and b in near:
                near[b] = max(near[b], (True, count))
    return found


def _backward(order: Sequence[str], arcs: Mapping[Pair, float], begins: Mapping[str, float]) -> float:
    """How much runs backward; and to stand above where journeys begin counts as running backward."""
    at = {name: number for number, name in enumerate(order)}
    first = min((at[name] for name, count in begins.items() if count and name in at), default=0)
    over = sum(count for (a, _), count in arcs.items() if at[a] < first)
    return over + sum(count for (a, b), count in arcs.items() if at[a] > at[b])


def _improved(order: list[str], arcs: Mapping[Pair, float]) -> list[str]:
    """The order after each box was put where least runs backward, until that changes nothing more."""
    near: dict[str, dict[str, float]] = {name: {} for name in order}
    for (a, b), count in arcs.items():  # what it gains to have the one before the other
        near[a][b] = near[a].get(b, 0) + count
        near[b][a] = near[b].get(a, 0) - count
    for _ in range(SWEEPS):
        changed = False
        for name in list(order):
            place = order.index(name)
            others = order[:place] + order[place + 1 :]
            best, most, gain = place, 0.0, 0.0
            for i in range(place - 1, -1, -1):  # upward: it comes before others[i]
                gain += near[name].get(others[i], 0)
                if gain > most + 1e-9:
                    best, most = i, gain
            gain = 0.0
            for i in range(place, len(others)):
                gain -= near[name].get(others[i], 0)
                if gain > most + 1e-9:
                    best, most = i + 1, gain
            if best != place:
                order = [*others[:best], name, *others[best:]]
                changed = True
        if not changed:
            break
    return order


def _ranks(order: Sequence[str], down: set[Pair]) -> dict[str, int]:
    """Below all that lead to it, and not farther above what it leads to than need be."""
    before, after = defaultdict(list), defaultdict(list)
    for a, b in down:
        before[b].append(a)
        after[a].append(b)
    ranks: dict[str, int] = {}
    for name in order:
        ranks[name] = max((ranks[one] + 1 for one in before[name]), default=0)
    for name in reversed(order):
        if after[name] and not before[name]:
            ranks[name] = min(ranks[one] for one in after[name]) - 1
    lowest = min(ranks.values(), default=0)
    return {name: rank - lowest for name, rank in ranks.items()}


def _way(
    pair: Pair, upper: Slot, lower: Slot, top: int, bottom: int, label: tuple[float, float], layers: list[list[Slot]]
) -> tuple[Slot, ...]:
    """The slots that an arc passes; its label stands where it leaves the box that it comes from."""
    line, text = label
    way = [upper]
    for number in range(top + 1, bottom):
        first = number == top + 1
        slot = Slot(line + (text if first else 0), line / 2, arc=pair)
        layers[number].append(slot)
        way.append(slot)
    return (*way, lower)


def _ordered(layers: list[list[Slot]]) -> None:
    best, fewest = [list(layer) for layer in layers], _crossings(layers)
    for sweep in range(SWEEPS):
        downward = sweep % 2 == 0
        for number in range(1, len(layers)) if downward else range(len(layers) - 2, -1, -1):
            fixed = layers[number - 1 if downward else number + 1]
            at = {id(slot): place for place, slot in enumerate(fixed)}
            here = {id(slot): float(place) for place, slot in enumerate(layers[number])}
            for slot in layers[number]:
                near = slot.above if downward else slot.below
                if near:
                    here[id(slot)] = sum(at[id(one)] * w for one, w in near) / sum(w for _, w in near)
            layers[number].sort(key=lambda slot: here[id(slot)])
        found = _crossings(layers)
        if found < fewest:
            best, fewest = [list(layer) for layer in layers], found
    layers[:] = best


def _crossings(layers: Sequence[Sequence[Slot]]) -> float:
    """How many pairs of arcs cross, by their weights."""
    total = 0.0
    for upper, lower in pairwise(layers):
        at = {id(slot): place for place, slot in enumerate(lower)}
        ends = [(i, at[id(b)], w) for i, a in enumerate(upper) for b, w in a.below]
        ends.sort()
        tree = [0.0] * (len(lower) + 1)  # Fenwick: weights by their end
        seen = 0.0
        for group in _grouped(ends):
            for _, j, w in group:
                total += w * (seen - _sum(tree, j + 1))
            for _, j, w in group:
                seen += w
                _add(tree, j + 1, w)
    return total


def _grouped(ends: list[tuple[int, int, float]]) -> list[list[tuple[int, int, float]]]:
    found: dict[int, list[tuple[int, int, float]]] = {}
    for end in ends:
        found.setdefault(end[0], []).append(end)
    return list(found.values())


def _add(tree: list[float], i: int, value: float) -> None:
    while i < len(tree):
        tree[i] += value
        i += i & -i


def _sum(tree: list[float], i: int) -> float:
    total = 0.0
    while i > 0:
        total += tree[i]
        i -= i & -i
    return total


def _placed(layers: list[list[Slot]]) -> None:
    for layer in layers:
        x = 0.0
        for slot in layer:
            slot.x = x + slot.lead
            x += slot.width + GAP
        for slot in layer:
            slot.x -= x / 2
    for sweep in range(SWEEPS * 2):
        for layer in layers if sweep % 2 == 0 else reversed(layers):
            wishes = []
            for slot in layer:
                near = [*slot.above, *slot.below] if sweep >= 2 else slot.above if sweep == 0 else slot.below
                total = sum(w for _, w in near)
                wishes.append((sum(one.x * w for one, w in near) / total, total) if total else (slot.x, 0.01))
            _pushed(layer, wishes)


def _pushed(layer: Sequence[Slot], wishes: Sequence[tuple[float, float]]) -> None:
    places = spread(wishes, [(a.width - a.lead) + GAP + b.lead for a, b in pairwise(layer)])
    for slot, x in zip(layer, places, strict=True):
        slot.x = x


def spread(wishes: Sequence[tuple[float, float]], gaps: Sequence[float]) -> list[float]:
    """The places nearest to the wishes (place, weight), by weighted squares, that keep these gaps between neighbours.

    By pooling adjacent violators (Barlow et al. 1972), which is exact.
    """
    shift = [0.0, *accumulate(gaps)]
    pools: list[tuple[float, float, int]] = []
    for (wish, weight), by in zip(wishes, shift, strict=False):
        mean, total, many = wish - by, weight, 1
        while pools and pools[-1][0] > mean:
            other, heavy, more = pools.pop()
            mean = (mean * total + other * heavy) / (total + heavy)
            total, many = total + heavy, many + more
        pools.append((mean, total, many))
    means = [mean for mean, _, many in pools for _ in range(many)]
    return [mean + by for mean, by in zip(means, shift, strict=False)]
