"""How the loops over contacts are compiled: at first use, kept on disk after, and without Python's lock."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from numba import njit


def loop(function: Callable[..., Any]) -> Callable[..., Any]:
    """Compiled. Where nothing may be written, neither here nor in a home, it is compiled anew by every process."""
    try:
        compiled: Callable[..., Any] = njit(cache=True, nogil=True)(function)
    except RuntimeError:
        compiled = njit(nogil=True)(function)
    return compiled
