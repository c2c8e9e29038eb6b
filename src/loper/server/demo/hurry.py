"""The clock of a demonstration, moved forward: what comes due on the way happens, each at its own time."""

from __future__ import annotations

from datetime import datetime, timedelta
from threading import Event

from django.db.models import Min

from loper.run.outbox import Outbox
from loper.server import clock
from loper.server.post import Channels
from loper.server.records import demo, runtime
from loper.server.worker import outbox, settle


def advance(by: timedelta, box: Outbox | None = None) -> None:
    """So much later: from each due time to the next, with the worker's work done at each."""
    box = box or outbox(Channels())
    target = clock.now() + by
    while (now := clock.now()) < target:
        demo.move(max(_next(now, target) - now, timedelta(seconds=1)))
        settle(box)
        _let_others_finish()


def _let_others_finish() -> None:
    """The worker beside us may just have taken a message; the clock waits until it went, for a few seconds."""
    for _try in range(100):
        if not runtime.Outbox.objects.filter(lease__gt=clock.now()).exists():
            return
        Event().wait(0.05)


def _next(now: datetime, target: datetime) -> datetime:
    """When something is due next, the target at the latest."""
    cases = runtime.Case.objects.filter(wake__gt=now, wake__lte=target, set_aside="").aggregate(at=Min("wake"))
    letters = runtime.Outbox.objects.filter(status="queued", not_before__gt=now).aggregate(at=Min("not_before"))
    found: list[datetime] = [at for at in (cases["at"], letters["at"]) if at is not None]
    return min([*found, target])
