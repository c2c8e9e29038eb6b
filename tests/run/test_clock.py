"""What every clock promises (run/ports.py), asked of the one in memory and the server's own."""

from __future__ import annotations

import threading
import time
from datetime import UTC, timedelta
from typing import Any

import pytest

from loper.run.memory import MemoryClock
from loper.run.ports import Clock
from loper.server.clock import ServerClock
from tests.run.worlds import NOON


@pytest.fixture(params=["memory", "server"])
def clock(request: pytest.FixtureRequest) -> Clock:
    return MemoryClock(NOON) if request.param == "memory" else ServerClock()


def test_it_tells_the_time_in_utc(clock: Clock) -> None:
    now = clock.now()
    assert now.tzinfo is not None and now.utcoffset() == timedelta(0)
    assert now.tzinfo is UTC


def test_after_waiting_it_is_so_much_later(clock: Clock) -> None:
    before = clock.now()
    clock.wait(0.05)
    assert timedelta(seconds=0.04) < clock.now() - before < timedelta(seconds=20)


def test_whoever_is_told_to_stop_waits_no_longer() -> None:
    stop = threading.Event()
    threading.Timer(0.05, stop.set).start()
    begin = time.monotonic()
    ServerClock(stop).wait(30)
    assert time.monotonic() - begin < 10
    ServerClock(stop).wait(30)  # and the next waiting is short too, but not nothing
    assert 0.15 < time.monotonic() - begin < 20


def test_the_clock_of_a_demonstration_goes_forward_only(db: None, settings: Any) -> None:
    from loper.server import clock
    from loper.server.records import demo

    settings.LOPER_DEMO = True
    before = clock.now()
    demo.move(timedelta(days=3))
    assert timedelta(days=3) <= clock.now() - before < timedelta(days=3, minutes=1)
    with pytest.raises(ValueError, match="forward"):
        demo.move(timedelta(days=-1))
    settings.LOPER_DEMO = False
    assert clock.now() - before < timedelta(minutes=1)
