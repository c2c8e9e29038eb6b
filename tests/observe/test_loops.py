"""Loops over a log: compiled when the first question is asked, each with the loops that it calls."""

from __future__ import annotations

import subprocess
import sys

import numpy as np

from loper.observe.laid.loops import Loop, loop
from loper.observe.way import kernels_waits


def test_numba_comes_in_with_the_first_question() -> None:
    """Pages and the worker import what asks logs, and start without it."""
    said = "import sys, loper.observe.log, loper.observe.read; print('numba' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", said], capture_output=True, text=True, check=True).stdout == "False\n"


@loop
def half(n):  # type: ignore[no-untyped-def]
    return n // 2


@loop
def halves(n):  # type: ignore[no-untyped-def]
    out = 0
    while n:
        n = half(n)
        out += 1
    return out


def test_a_loop_that_calls_another_is_compiled_with_it() -> None:
    assert isinstance(half, Loop)
    assert halves(np.int64(1024)) == 11
    assert kernels_waits.bin_of(999_999) == 0 < kernels_waits.bin_of(1_000_000)
