"""How honest the times that customers are told are: of each horizon, how many came within what could be said."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from statistics import median

from loper.plan.arrival import HORIZONS, Horizon
from loper.plan.calibrate import DAYS, Result, coverage
from loper.plan.model import Span
from loper.server import clock
from loper.server.records.arrivals import Forecast

AIM = 0.8
"""Four of five customers at least, at every horizon."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Covered:
    """A horizon: the share that came within the window (with its interval), how wide windows were, how often they were
    said by the minutes.
    """

    horizon: Horizon
    share: Result
    width: int  # minutes, the middle one
    exact: float  # share

    @property
    def stands(self) -> str:
        """`good`; `bad`, for sure; or `unsure`, as the aim lies within the interval and the share is below it."""
        if self.share.estimate >= AIM:
            return "good"
        return "bad" if self.share.high < AIM else "unsure"


def covered() -> Sequence[Covered]:
    """The last days that count; a horizon of which nothing came yet is left out."""
    rows = [
        (row.horizon, row)
        for row in Forecast.objects.filter(came__gt=clock.now() - timedelta(days=DAYS))
        if row.horizon in HORIZONS
    ]
    shares = coverage((row.horizon, Span(row.start, row.end), row.came) for _, row in rows)  # type: ignore[misc]
    found = []
    for horizon, share in shares.items():
        own = [row for name, row in rows if name == horizon]
        wide = median((row.end - row.start).total_seconds() / 60 for row in own)
        exact = sum(row.kind == "exact" for row in own) / len(own)
        found.append(Covered(horizon=horizon, share=share, width=round(wide), exact=exact))
    return found
