"""Round steps along an axis, of numbers and of time."""

from __future__ import annotations

from math import floor, isfinite, log10

from loper.draw.charts.words import DAY, HOUR, MINUTE, MONTH, WEEK, YEAR


def around(low: float, high: float, parts: int = 4) -> list[float]:
    """Round steps (by 1, 2 or 5 of a power of ten) from at most `low` to at least `high`, in about so many parts."""
    if not (isfinite(low) and isfinite(high)):
        return [0.0, 1.0]
    if high - low <= 1e-9 * max(abs(low), abs(high), 1):
        spare = abs(high) / 2 if abs(high) > 1e-6 else 1.0
        low, high = low - spare, high + spare
    power = 10.0 ** floor(log10((high - low) / parts))
    step = next(one * power for one in (1, 2, 5, 10) if one * power * parts >= (high - low) * 0.999)
    first, last = floor(low / step + 1e-6), -floor(-high / step + 1e-6)
    return [round(i * step, 12) for i in range(first, last + 1)]


def time_steps(most: float, parts: int = 6) -> list[float]:
    """From 0 by steps that are round in hours, days, weeks or months, up to `most`."""
    if most <= 0 or not isfinite(most):
        return [0.0, 1.0]
    sizes = [m * unit for unit, many in (
        (1.0, (1, 5, 15, 30)), (MINUTE, (1, 5, 15, 30)), (HOUR, (1, 3, 6, 12)), (DAY, (1, 2)), (WEEK, (1, 2)),
        (MONTH, (1, 3, 6)), (YEAR, (1, 2, 5, 10, 20, 50, 100, 1000, 10_000)),
    ) for m in many]  # fmt: skip
    step = next((size for size in sizes if size * parts >= most), most / parts)
    return [i * step for i in range(int(most / step * 1.0001) + 1)]
