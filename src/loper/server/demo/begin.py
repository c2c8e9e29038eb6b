"""A new demonstration: the town, and three weeks of its life, up to a working day's morning."""

from __future__ import annotations

import random
from collections.abc import Callable
from datetime import datetime, time, timedelta

from loper.run.outbox import Outbox
from loper.server import clock
from loper.server.demo.hurry import advance
from loper.server.demo.life import ZONE, live
from loper.server.demo.town import settle_town
from loper.server.records import demo

DAYS = 21
MORNING = time(10, 50)
"""A demonstration opens on a working day at this time: technicians are under way and at work."""


def opening(now: datetime) -> datetime:
    """The first working day's morning that is not before now."""
    at = datetime.combine(now.astimezone(ZONE).date(), MORNING, ZONE)
    while at < now or at.weekday() > 4:
        at += timedelta(days=1)
    return at


def begin(box: Outbox, *, cases: int, password: str, seed: int, told: Callable[[float], None]) -> None:
    """Live through three weeks, with so many reports; `told` hears which part of them is over (0 to 1)."""
    now = clock.now()
    until = opening(now)
    since = until - timedelta(days=DAYS)
    demo.begin(since - now)
    chance = random.Random(seed)  # noqa: S311 - a life, not a secret
    town = settle_town(chance, password=password, tenants=max(1, cases * 3 // 4))

    def move(at: datetime) -> None:
        if at > clock.now():
            advance(at - clock.now(), box)
        told(1 - max(0.0, (until - at) / (until - since)))

    live(town, chance, since=since, until=until, reports=cases, move=move)
