"""What takes long is reckoned in a second process: others are answered meanwhile, and nothing of it stays behind."""

from __future__ import annotations

import ctypes
import logging
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from datetime import timedelta
from multiprocessing.context import SpawnProcess
from pathlib import Path

import pytest
from django.test import Client

from loper.plan.known import Known
from loper.plan.model import Job, Place, Plan, Route, Span
from loper.plan.optimise import optimise
from loper.plan.travel import Crow
from loper.server.apart import Apart, TooLong
from tests.plan.days import at, near, shift

LONG = timedelta(minutes=1)


@pytest.fixture
def apart() -> Iterator[Apart]:
    made = Apart()
    yield made
    made.stop()


def until_written(path: str, milliseconds: int) -> int:
    """Waits for something in a pipe with Python's lock held, as a search does; 1 when it came, 0 when it did not."""

    class Wanted(ctypes.Structure):
        _fields_ = (("file", ctypes.c_int), ("what", ctypes.c_short), ("found", ctypes.c_short))

    wanted = Wanted(os.open(path, os.O_RDWR), 1, 0)
    return int(ctypes.PyDLL(None).poll(ctypes.byref(wanted), 1, milliseconds))


def refuses(why: str) -> None:
    raise ValueError(why)


def ends_itself() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def test_another_is_answered_while_something_long_goes_on(
    apart: Apart, world: object, tmp_path: Path, client: Client
) -> None:
    """The second process ends only because this one, meanwhile, had time to answer and to tell it so."""
    path = str(tmp_path / "pipe")
    os.mkfifo(path)
    found: list[int] = []
    waiting = threading.Thread(target=lambda: found.append(apart.run(LONG, until_written, path, 30_000)))
    waiting.start()
    answered = 0
    while answered < 20:
        answered += client.get("/healthz").status_code == 200
        assert waiting.is_alive()
    with open(path, "wb") as line:  # noqa: PTH123 - waits until the other side is there
        line.write(b".")
        line.flush()
        waiting.join()
    assert found == [1]


def test_a_plan_comes_back_as_if_it_were_made_here(apart: Apart) -> None:
    jobs = tuple(
        Job(
            key=f"{n}",
            place=near(n % 3 * 4, n % 2 * 5),
            lasts=timedelta(minutes=40),
            promised=Span(at("08:00"), at("16:00")),
        )
        for n in range(8)
    )
    plan = Plan((Route(shift("t1"), jobs[::2]), Route(shift("t2"), jobs[1::2])))
    now = at("00:01")
    known = Known.of_plan(Crow(), plan)
    found = apart.run(LONG, optimise, plan, known, now=now)
    assert found == optimise(plan, Crow(), now=now) and found.moves
    assert apart.run(LONG, os.getpid) != os.getpid()


def test_what_goes_wrong_there_is_raised_here_and_the_next_is_answered(apart: Apart) -> None:
    with pytest.raises(ValueError, match="no such day"):
        apart.run(LONG, refuses, "no such day")
    first = apart.run(LONG, os.getpid)
    with pytest.raises(TooLong):
        apart.run(timedelta(seconds=0), time.sleep, 60)
    with pytest.raises(TooLong, match="memory"):
        apart.run(LONG, ends_itself)
    assert apart.run(LONG, os.getpid) not in (first, os.getpid())


def test_without_a_second_process_it_is_done_here_and_the_log_says_so(
    apart: Apart, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def none_left(self: SpawnProcess) -> None:
        raise OSError("Cannot allocate memory")

    monkeypatch.setattr(SpawnProcess, "start", none_left)
    with caplog.at_level(logging.WARNING, "loper.planning"):
        assert apart.run(LONG, os.getpid) == os.getpid()
    assert "no second process can be started (Cannot allocate memory)" in caplog.text


MAKER = """
import os, sys, time
from datetime import timedelta
from loper.server.apart import Apart
if __name__ == "__main__":
    print(Apart.run(made := Apart(), timedelta(minutes=1), os.getpid), flush=True)
    time.sleep(60)
"""


def test_it_ends_with_whoever_made_it_however_that_ended(tmp_path: Path) -> None:
    (tmp_path / "maker.py").write_text(MAKER)
    with subprocess.Popen([sys.executable, str(tmp_path / "maker.py")], stdout=subprocess.PIPE, text=True) as maker:
        assert maker.stdout is not None
        second = int(maker.stdout.readline())
        assert there(second)
        maker.kill()
    for _ in range(600):
        if not there(second):
            return
        time.sleep(0.05)
    pytest.fail("the second process is still there")


def there(pid: int) -> bool:
    """Whether a process runs; one that ended and that nobody asked after does not."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] != "Z"
    except FileNotFoundError:
        return False


def test_travel_that_was_not_asked_beforehand_is_said() -> None:
    here, there, elsewhere = Place(52.0, 5.0), Place(52.1, 5.0), Place(52.2, 5.0)
    known = Known.of_plan(Crow(), Plan((Route(shift("t", begins_at=here, ends_at=None)),)), [there])
    assert (known.seconds([here], [there, here]) == Crow().seconds([here], [there, here])).all()
    with pytest.raises(ValueError, match="asked beforehand"):
        known.seconds([here], [elsewhere])
