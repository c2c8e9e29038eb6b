"""Paths with round corners, arrows, and spans packed in levels."""

from __future__ import annotations

from loper.draw.ink import n


def rounded(points: list[tuple[float, float]], radius: float = 14) -> str:
    """A path along these points, with its corners rounded off."""
    found = [f"M{n(points[0][0])} {n(points[0][1])}"]
    for before, here, after in zip(points, points[1:], points[2:], strict=False):
        into, out = _toward(here, before, radius), _toward(here, after, radius)
        found.append(f"L{n(into[0])} {n(into[1])}Q{n(here[0])} {n(here[1])} {n(out[0])} {n(out[1])}")
    found.append(f"L{n(points[-1][0])} {n(points[-1][1])}")
    return "".join(found)


def _toward(here: tuple[float, float], there: tuple[float, float], most: float) -> tuple[float, float]:
    dx, dy = there[0] - here[0], there[1] - here[1]
    length = (dx * dx + dy * dy) ** 0.5
    share = 0 if length == 0 else min(most, length / 2) / length
    return here[0] + dx * share, here[1] + dy * share


def arrow(x: float, y: float, dx: float, dy: float, size: float = 5.5) -> str:
    """A small triangle with its tip at (x, y), pointing along (dx, dy)."""
    back = (x - dx * size * 1.5, y - dy * size * 1.5)
    left, right = (back[0] - dy * size, back[1] + dx * size), (back[0] + dy * size, back[1] - dx * size)
    return f"M{n(x)} {n(y)}L{n(left[0])} {n(left[1])}L{n(right[0])} {n(right[1])}z"


def packed(spans: list[tuple[float, float]]) -> list[int]:
    """A level for each span, so that spans of one level do not overlap; short spans lie lowest."""
    order = sorted(range(len(spans)), key=lambda i: (spans[i][1] - spans[i][0], spans[i][0], i))
    levels: list[list[tuple[float, float]]] = []
    found = [0] * len(spans)
    for i in order:
        low, high = spans[i]
        inside = [k for k, level in enumerate(levels) if any(a < high and low < b for a, b in level)]
        k = max(inside, default=-1) + 1  # above all that it overlaps, so that nested curves do not cross
        if k == len(levels):
            levels.append([])
        levels[k].append((low, high))
        found[i] = k
    return found
