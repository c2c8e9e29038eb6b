"""Room for frames: without it a run of the property tests costs, now and then, twice its time in system calls.

CPython 3.11 keeps the frames of Python functions in chunks of 16 kB, and gives a chunk back to the system as soon as
its last frame returns. A loop that happens to call over the edge of a chunk maps and unmaps memory at every turn (seen:
3.9 million page faults in one run). One very wide frame below all tests makes a chunk that they all fit in.
"""

from __future__ import annotations

from _pytest.main import pytest_runtestloop as _loop
from pytest import Session

_WIDTH = 70_000  # names of eight bytes: the chunk becomes 1 MB, and nearly half of it is left for the tests


def pytest_runtestloop(session: Session) -> object:
    """Run all tests above a wide frame."""
    names = " = ".join(f"_{number}" for number in range(_WIDTH))
    space: dict[str, object] = {}
    exec(f"def above(loop, session):\n if not session: {names} = 0\n return loop(session)", space)
    return space["above"](_loop, session)  # type: ignore[operator]
